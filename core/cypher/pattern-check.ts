/** Patterns: which variables they bind, and what may be looked for, made or merged. */
import type { Position } from '../error.ts';
import type { DynamicNames, Expression, NodePattern, PathPattern, RelationshipPattern, Traversal } from './ast.ts';
import { type Checker, type Place, PREDICATE, ROW_VALUE } from './checker.ts';
import { shown } from './error-text.ts';
import { Scope } from './scope.ts';
import {
  ANY,
  canBe,
  NODE,
  NUMBER_KINDS,
  PATH,
  RELATIONSHIP,
  RELATIONSHIP_LIST,
  type StaticType,
  typeName,
} from './static-type.ts';

type ExpressionOf<Type extends Expression['type']> = Extract<Expression, { type: Type }>;

/** Patterns of MATCH: new variables are added to the scope, known ones must be of the right kind. */
export function checkMatched(checker: Checker, patterns: readonly PathPattern[], scope: Scope): void {
  const around = scope.copy();
  const relationships = new Set<string>();
  for (const pattern of patterns) {
    for (const node of pattern.nodes) bind(checker, node, NODE, scope);
    for (const relationship of pattern.relationships) {
      if (relationship.repeated) bindRepeated(checker, relationship.repeated, { around, scope });
      else bindRelationship(checker, relationship, scope, relationships);
      if (relationship.traversal) bindTraversal(checker, pattern, relationship, scope);
    }
    bindPath(checker, pattern, scope);
    if (pattern.shortest) checkShortest(checker, pattern);
  }
  // Only now, since a property map or a WHERE may name what another part of the same clause binds.
  for (const pattern of patterns) {
    for (const part of partsOf([pattern])) {
      checkMatchedProperties(checker, part, scope);
      checkLookedForNames(checker, part, { pattern, scope });
      if (part.where) checker.require(part.where, ['boolean'], scope, PREDICATE);
      if (part.traversal) checkTraversal(checker, part.traversal, scope);
    }
    if (pattern.where) checker.require(pattern.where, ['boolean'], scope, PREDICATE);
  }
}

/** Names that are worked out in what is looked for. Along a path of any length they would have to be known before it is walked. */
function checkLookedForNames(
  checker: Checker,
  { dynamicLabels, dynamicTypes, hops, span }: PatternPart,
  { pattern, scope }: { readonly pattern: PathPattern; readonly scope: Scope },
): void {
  if (dynamicTypes && (hops || pattern.shortest)) {
    throw checker.notSupported(span, 'A dynamic type of a relationship of variable length', 'reading');
  }
  checkDynamicNames(checker, [...(dynamicLabels ?? []), ...(dynamicTypes ?? [])], scope);
}

/** A name is a STRING, or several are a list of them. */
export function checkDynamicNames(checker: Checker, names: readonly DynamicNames[], scope: Scope): void {
  for (const { expression } of names) checker.require(expression, ['string', 'list'], scope, ROW_VALUE);
}

/** What is put on something new is not one of several. */
function checkNewNames(checker: Checker, { dynamicLabels, dynamicTypes }: PatternPart, scope: Scope): void {
  const names = [...(dynamicLabels ?? []), ...(dynamicTypes ?? [])];
  for (const { quantifier, expression } of names) {
    if (quantifier === 'all') continue;
    throw invalid(checker, expression.span, '$any(…) may stand only in what is looked for', 'UnexpectedSyntax');
  }
  checkDynamicNames(checker, names, scope);
}

/** What a traversal's path costs gets a variable of its own. */
function bindTraversal(
  checker: Checker,
  pattern: PathPattern,
  { traversal, variable, span }: RelationshipPattern,
  scope: Scope,
): void {
  if (pattern.shortest) {
    throw invalid(checker, span, 'shortestPath has no other traversal inside', 'InvalidRelationshipPattern');
  }
  const total = traversal?.total;
  if (total === undefined) return;
  if (total === variable || scope.typeOf(total) !== undefined) throw alreadyBound(checker, total, span);
  scope.define(total, ANY);
}

/** The functions of a step: what they name is their own. */
function checkTraversal(checker: Checker, { filter, weight }: Traversal, scope: Scope): void {
  for (const step of [filter, weight]) {
    if (step === undefined) continue;
    // They may have names that stand for something else around them, as Memgraph's own examples do.
    const inner = new Scope(scope);
    const own = [
      [step.relationship, RELATIONSHIP],
      [step.node, NODE],
      [step.path, PATH],
      [step.cost, ANY],
    ] as const;
    for (const [name, type] of own) {
      if (name === undefined) continue;
      if (inner.owns(name)) throw alreadyBound(checker, name, step.span);
      inner.define(name, type);
    }
    checker.require(step.expression, step === filter ? ['boolean'] : NUMBER_KINDS, inner, PREDICATE);
  }
}

/**
 * A quantified path pattern. Inside of it its variables stand for one time through it, and nothing else of the same MATCH
 * is seen; outside they are lists, with an element for each time.
 */
function bindRepeated(checker: Checker, pattern: PathPattern, scopes: { around: Scope; scope: Scope }): void {
  const { around, scope } = scopes;
  for (const part of partsOf([pattern])) {
    if (part.variable === undefined || scope.typeOf(part.variable) === undefined) continue;
    throw alreadyBound(checker, part.variable, part.span, 'A quantified path pattern has variables of its own.');
  }
  const inner = new Scope(around);
  checkMatched(checker, [pattern], inner);
  for (const [name, element] of inner.entries()) scope.define(name, { kind: 'list', element });
}

/** A pattern as a predicate, `(a)-->(b)`: it binds nothing. */
export function checkPatternPredicate(
  checker: Checker,
  predicate: ExpressionOf<'patternPredicate'>,
  scope: Scope,
  place: Place,
): void {
  if (!place.patterns) {
    throw checker.error(predicate.span, {
      message: 'A pattern may stand here only as a predicate',
      detail: 'UnexpectedSyntax',
      hint: 'EXISTS { … } may stand anywhere.',
    });
  }
  requireVariables(checker, predicate.pattern, scope);
  checkMatched(checker, [predicate.pattern], new Scope(scope));
}

function requireVariables(checker: Checker, pattern: PathPattern, scope: Scope): void {
  for (const part of partsOf([pattern])) {
    if (part.variable !== undefined) checker.variable(part.variable, part.span, scope, PREDICATE);
    if (part.repeated) requireVariables(checker, part.repeated, scope);
  }
}

/** A pattern comprehension, whose variables are its own. Answers the type of its elements. */
export function checkComprehension(
  checker: Checker,
  comprehension: ExpressionOf<'patternComprehension'>,
  scope: Scope,
  place: Place,
): StaticType {
  const inner = new Scope(scope);
  checkMatched(checker, [comprehension.pattern], inner);
  if (comprehension.where) checker.require(comprehension.where, ['boolean'], inner, PREDICATE);
  return checker.typeOf(comprehension.project, inner, { ...place, aggregations: 'forbidden', patterns: false });
}

/** `shortestPath(…)` outside of MATCH: its ends are known, and its relationships are nobody else's. */
export function checkShortestExpression(
  checker: Checker,
  { pattern }: ExpressionOf<'shortestPath'>,
  scope: Scope,
): void {
  for (const { variable, span } of pattern.nodes) {
    if (variable !== undefined) checker.variable(variable, span, scope, PREDICATE);
    else
      throw invalid(checker, span, 'The ends of a shortest path outside of MATCH are variables', 'UndefinedVariable');
  }
  checkMatched(checker, [pattern], new Scope(scope));
}

/** Patterns of CREATE, which are made one after the other: properties may name what patterns before have made. */
export function checkCreated(checker: Checker, patterns: readonly PathPattern[], scope: Scope): void {
  for (const pattern of patterns) {
    for (const part of partsOf([pattern])) {
      if (part.properties) checker.require(part.properties, ['map'], scope, ROW_VALUE);
      checkNewNames(checker, part, scope);
    }
    refuseSearch(checker, pattern);
    for (const relationship of pattern.relationships) {
      if (relationship.direction === 'both') {
        const message = 'A relationship that is created has a direction, -[…]-> or <-[…]-';
        throw invalid(checker, relationship.span, message, 'RequiresDirectedRelationship');
      }
    }
    checkNew(checker, pattern, scope);
  }
}

/** The pattern of MERGE. */
export function checkMerged(checker: Checker, pattern: PathPattern, scope: Scope): void {
  refuseSearch(checker, pattern);
  for (const part of partsOf([pattern])) {
    checkMatchedProperties(checker, part, scope);
    checkNewNames(checker, part, scope);
  }
  checkNew(checker, pattern, scope);
}

/** What can be looked for but not made. */
function refuseSearch(checker: Checker, pattern: PathPattern): void {
  const refuse = (at: Position, what: string) => {
    throw invalid(checker, at, `${what} may stand only in patterns that are looked for`, 'UnexpectedSyntax');
  };
  if (pattern.shortest) refuse(pattern.span, 'A shortest path');
  if (pattern.where) refuse(pattern.where.span, 'WHERE');
  for (const part of partsOf([pattern])) {
    if (part.where) refuse(part.where.span, 'WHERE');
    if (part.labelExpression) refuse(part.span, 'A label expression');
    if (part.repeated) refuse(part.span, 'A quantified path pattern');
    if (part.traversal) refuse(part.span, 'A traversal');
  }
}

function checkNew(checker: Checker, pattern: PathPattern, scope: Scope): void {
  for (const node of pattern.nodes) bindNewNode(checker, node, pattern, scope);
  for (const relationship of pattern.relationships) bindNewRelationship(checker, relationship, scope);
  bindPath(checker, pattern, scope);
}

/** A known node may be an end of a new relationship, and nothing may be said about it there. */
function bindNewNode(checker: Checker, node: NodePattern, pattern: PathPattern, scope: Scope): void {
  if (node.variable === undefined) return;
  const known = scope.typeOf(node.variable) !== undefined;
  const describes = node.labels.length > 0 || node.dynamicLabels !== undefined || node.properties !== undefined;
  if (known && (describes || pattern.relationships.length === 0)) {
    const hint = describes ? 'A known node stands without labels and properties.' : undefined;
    throw alreadyBound(checker, node.variable, node.span, hint);
  }
  bind(checker, node, NODE, scope);
}

function bindNewRelationship(checker: Checker, relationship: RelationshipPattern, scope: Scope): void {
  const { hops, span, types, dynamicTypes = [], variable } = relationship;
  if (variable !== undefined && scope.typeOf(variable) !== undefined) throw alreadyBound(checker, variable, span);
  if (hops !== undefined) {
    throw invalid(checker, span, 'A relationship of variable length cannot be created', 'CreatingVarLength');
  }
  if (types.length + dynamicTypes.length !== 1) {
    throw invalid(checker, span, 'A relationship that is created has exactly one type', 'NoSingleRelationshipType');
  }
  if (variable !== undefined) scope.define(variable, RELATIONSHIP);
}

function bindRelationship(
  checker: Checker,
  relationship: RelationshipPattern,
  scope: Scope,
  ofThisClause: Set<string>,
): void {
  const { variable } = relationship;
  bind(checker, relationship, relationship.hops ? RELATIONSHIP_LIST : RELATIONSHIP, scope);
  if (variable === undefined) return;
  if (ofThisClause.has(variable)) {
    const message = `The relationship ${shown(variable)} may stand only once in a MATCH`;
    throw invalid(checker, relationship.span, message, 'RelationshipUniquenessViolation');
  }
  ofThisClause.add(variable);
}

function bindPath(checker: Checker, pattern: PathPattern, scope: Scope): void {
  if (pattern.variable === undefined) return;
  if (scope.typeOf(pattern.variable) !== undefined) throw alreadyBound(checker, pattern.variable, pattern.span);
  scope.define(pattern.variable, PATH);
}

/** Adds the variable of a node or relationship, or checks that the known one is of its kind. */
function bind(checker: Checker, part: NodePattern | RelationshipPattern, type: StaticType, scope: Scope): void {
  if (part.variable === undefined) return;
  const known = scope.typeOf(part.variable);
  if (known === undefined) return scope.define(part.variable, type);
  if (fits(known, type)) return;
  const message = `The variable ${shown(part.variable)} is ${typeName(known)} already and cannot be ${typeName(type)}`;
  throw invalid(checker, part.span, message, 'VariableTypeConflict');
}

function fits(known: StaticType, wanted: StaticType): boolean {
  if (!canBe(known, [wanted.kind])) return false;
  return wanted.element === undefined || known.element === undefined || canBe(known.element, [wanted.element.kind]);
}

function checkMatchedProperties(checker: Checker, part: PatternPart, scope: Scope): void {
  const { properties } = part;
  if (properties === undefined) return;
  if (properties.type === 'parameter') {
    throw checker.error(properties.span, {
      message: 'A parameter may not stand for the properties of a pattern in MATCH and MERGE',
      detail: 'InvalidParameterUse',
      hint: `Name the properties: {key: $${shown(properties.name)}.key}.`,
    });
  }
  checker.require(properties, ['map'], scope, ROW_VALUE);
}

function checkShortest(checker: Checker, pattern: PathPattern): void {
  const hops = pattern.relationships[0]?.hops;
  if (hops === undefined || hops.min <= 1) return;
  const message = 'The length in shortestPath starts at 0 or 1';
  throw invalid(checker, pattern.span, message, 'InvalidRelationshipPattern');
}

/** A node or relationship of a pattern, with the fields of both. */
type PatternPart = Partial<NodePattern & RelationshipPattern> &
  Pick<NodePattern, 'variable' | 'properties' | 'where' | 'span'>;

function partsOf(patterns: readonly PathPattern[]): PatternPart[] {
  return patterns.flatMap((pattern) => [...pattern.nodes, ...pattern.relationships]);
}

function alreadyBound(checker: Checker, name: string, at: Position, hint?: string) {
  const message = `The variable ${shown(name)} is defined already`;
  return checker.error(at, { message, detail: 'VariableAlreadyBound', hint });
}

function invalid(checker: Checker, at: Position, message: string, detail: string) {
  return checker.error(at, { message, detail });
}
