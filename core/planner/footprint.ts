/**
 * What clauses read of the graph and what they change. From it follow the barriers between clauses (a clause sees the
 * whole effect of those before it and nothing of its own later rows) and which commits a standing query has to look at.
 */
import type {
  Clause,
  Expression,
  LabelExpression,
  NodePattern,
  PathPattern,
  Query,
  StepFunction,
} from '../cypher/ast.ts';
import { childrenOf } from '../cypher/expression-tree.ts';
import { findFunction } from '../cypher/function-table.ts';
import type { PlanScope } from './slots.ts';

/** What is read. Names, not tokens. */
export class Reads {
  /** Searches for nodes: each is the set of labels that a node must have to be found; none: every node. */
  readonly scans: (readonly string[])[] = [];
  readonly relationshipTypes = new Set<string>();
  anyRelationshipType = false;
  /** Labels that are looked for on nodes found otherwise. */
  readonly labels = new Set<string>();
  anyLabel = false;
  readonly keys = new Set<string>();
  anyKey = false;

  get isEmpty(): boolean {
    return (
      this.scans.length === 0 &&
      this.relationshipTypes.size === 0 &&
      this.labels.size === 0 &&
      this.keys.size === 0 &&
      !(this.anyRelationshipType || this.anyLabel || this.anyKey)
    );
  }

  /** Anything may be read. */
  addAll(): void {
    this.scans.push([]);
    this.anyRelationshipType = true;
    this.anyLabel = true;
    this.anyKey = true;
  }

  add(other: Reads): void {
    this.scans.push(...other.scans);
    for (const type of other.relationshipTypes) this.relationshipTypes.add(type);
    for (const label of other.labels) this.labels.add(label);
    for (const key of other.keys) this.keys.add(key);
    this.anyRelationshipType ||= other.anyRelationshipType;
    this.anyLabel ||= other.anyLabel;
    this.anyKey ||= other.anyKey;
  }
}

/** What is changed. */
export class Writes {
  /** Label sets of nodes that are made. */
  readonly createdNodes: (readonly string[])[] = [];
  readonly createdTypes = new Set<string>();
  /** Labels put on or taken from nodes that were there. */
  readonly labels = new Set<string>();
  readonly keys = new Set<string>();
  anyKey = false;
  /** Labels that are worked out. */
  anyLabel = false;
  /** Relationships are made whose type is worked out. */
  anyType = false;
  deletes = false;

  get isEmpty(): boolean {
    return (
      this.createdNodes.length === 0 &&
      this.createdTypes.size === 0 &&
      this.labels.size === 0 &&
      this.keys.size === 0 &&
      !(this.anyKey || this.anyLabel || this.anyType || this.deletes)
    );
  }

  add(other: Writes): void {
    this.createdNodes.push(...other.createdNodes);
    for (const type of other.createdTypes) this.createdTypes.add(type);
    for (const label of other.labels) this.labels.add(label);
    for (const key of other.keys) this.keys.add(key);
    this.anyKey ||= other.anyKey;
    this.anyLabel ||= other.anyLabel;
    this.anyType ||= other.anyType;
    this.deletes ||= other.deletes;
  }
}

/** Whether the writes could change what the reads find. */
export function touches(writes: Writes, reads: Reads): boolean {
  if (writes.isEmpty || reads.isEmpty) return false;
  if (writes.deletes) return true;
  if (writes.anyLabel && (reads.anyLabel || reads.labels.size > 0 || reads.scans.length > 0)) return true;
  if (writes.anyType && (reads.anyRelationshipType || reads.relationshipTypes.size > 0)) return true;
  const { createdNodes, createdTypes } = writes;
  if (reads.scans.some((scan) => createdNodes.some((created) => scan.every((label) => created.includes(label))))) {
    return true;
  }
  if (reads.anyRelationshipType ? createdTypes.size > 0 : overlaps(createdTypes, reads.relationshipTypes)) return true;
  if (writes.labels.size > 0) {
    if (reads.anyLabel || overlaps(writes.labels, reads.labels)) return true;
    if (reads.scans.some((scan) => scan.some((label) => writes.labels.has(label)))) return true;
  }
  if (writes.anyKey) return reads.anyKey || reads.keys.size > 0;
  return reads.anyKey ? writes.keys.size > 0 : overlaps(writes.keys, reads.keys);
}

/** Whether it matters which of two clauses' writes come first. */
export function collide(earlier: Writes, later: Writes): boolean {
  if (earlier.isEmpty || later.isEmpty) return false;
  if (earlier.deletes || later.deletes) return true;
  if ((earlier.anyLabel || later.anyLabel) && setsLabels(earlier) && setsLabels(later)) return true;
  if (earlier.anyKey || later.anyKey) return (earlier.anyKey || earlier.keys.size > 0) && setsKeys(later);
  return overlaps(earlier.keys, later.keys) || overlaps(earlier.labels, later.labels);
}

function setsLabels(writes: Writes): boolean {
  return writes.anyLabel || writes.labels.size > 0;
}

function setsKeys(writes: Writes): boolean {
  return writes.anyKey || writes.keys.size > 0;
}

function overlaps(left: ReadonlySet<string>, right: ReadonlySet<string>): boolean {
  for (const item of left) if (right.has(item)) return true;
  return false;
}

/** What a search for a pattern reads. Nodes in scope are not searched for, only looked at. */
export function readsOfPattern(pattern: PathPattern, scope: PlanScope, reads: Reads): void {
  for (const node of pattern.nodes) readsOfNode(node, scope, reads);
  for (const relationship of pattern.relationships) {
    if (relationship.repeated) {
      readsOfPattern(relationship.repeated, scope, reads);
      continue;
    }
    if (relationship.types.length === 0) reads.anyRelationshipType = true;
    for (const type of relationship.types) reads.relationshipTypes.add(type);
    for (const { expression } of relationship.dynamicTypes ?? []) readsOfExpression(expression, scope, reads);
    readsOfProperties(relationship.properties, scope, reads);
    for (const step of [relationship.traversal?.filter, relationship.traversal?.weight]) {
      if (step) readsOfExpression(step.expression, withoutStep(step, scope), reads);
    }
  }
  for (const { where } of [...pattern.nodes, ...pattern.relationships, pattern]) {
    if (where) readsOfExpression(where, scope, reads);
  }
}

/** What the function of a step names as its own may be known around it as something else. */
function withoutStep({ relationship, node, path, cost }: StepFunction, scope: PlanScope): PlanScope {
  const own = [relationship, node, path, cost];
  return scope.only(scope.entries().filter(([name]) => !own.includes(name)));
}

function readsOfNode(node: NodePattern, scope: PlanScope, reads: Reads): void {
  readsOfLabels(node.labelExpression, reads);
  if (node.dynamicLabels) reads.anyLabel = true;
  for (const { expression } of node.dynamicLabels ?? []) readsOfExpression(expression, scope, reads);
  if (node.variable !== undefined && scope.has(node.variable)) for (const label of node.labels) reads.labels.add(label);
  else reads.scans.push(node.labels);
  readsOfProperties(node.properties, scope, reads);
}

function readsOfLabels(expression: LabelExpression | undefined, reads: Reads): void {
  switch (expression?.type) {
    case undefined:
      return;
    case 'name':
      reads.labels.add(expression.name);
      return;
    case 'any':
      reads.anyLabel = true;
      return;
    case 'not':
      return readsOfLabels(expression.operand, reads);
    case 'and':
    case 'or':
      readsOfLabels(expression.left, reads);
      readsOfLabels(expression.right, reads);
  }
}

function readsOfProperties(properties: Expression | undefined, scope: PlanScope, reads: Reads): void {
  if (properties === undefined) return;
  if (properties.type !== 'map') reads.anyKey = true;
  else for (const [key] of properties.entries) reads.keys.add(key);
  readsOfExpression(properties, scope, reads);
}

/** What evaluating an expression reads. Handing a node on reads nothing of it. */
export function readsOfExpression(expression: Expression, scope: PlanScope, reads: Reads): void {
  switch (expression.type) {
    case 'property':
      if (mayHoldEntity(expression.subject, scope)) reads.keys.add(expression.key);
      break;
    case 'index':
      if (mayHoldEntity(expression.subject, scope)) readsOfIndex(expression.index, reads);
      break;
    case 'hasLabels':
      for (const label of expression.labels) reads.labels.add(label);
      readsOfLabels(expression.labelExpression, reads);
      break;
    case 'mapProjection':
      if (!mayHoldEntity(expression.subject, scope)) break;
      for (const item of expression.items) {
        if (item.type === 'all') reads.anyKey = true;
        else if (item.type === 'property') reads.keys.add(item.key);
      }
      break;
    case 'call':
      if (!expression.arguments.some((argument) => mayHoldEntity(argument, scope))) break;
      if (expression.name === 'labels') reads.anyLabel = true;
      if (expression.name === 'properties' || expression.name === 'keys') reads.anyKey = true;
      break;
    case 'patternPredicate':
    case 'patternComprehension':
    case 'shortestPath':
      readsOfPattern(expression.pattern, scope, reads);
      break;
    case 'subqueryExpression':
      readsOfQuery(expression.query, scope, reads);
      break;
    default:
  }
  for (const child of childrenOf(expression)) readsOfExpression(child, scope, reads);
}

/** What the patterns of a query in an expression read; its expressions are children of that expression. */
function readsOfQuery(query: Query, scope: PlanScope, reads: Reads): void {
  for (const { clauses } of query.parts) for (const clause of clauses) readsOfNestedClause(clause, scope, reads);
}

function readsOfNestedClause(clause: Clause, scope: PlanScope, reads: Reads): void {
  switch (clause.type) {
    case 'match':
      for (const pattern of clause.patterns) readsOfPattern(pattern, scope, reads);
      return;
    case 'subquery':
      return readsOfQuery(clause.query, scope, reads);
    case 'call':
      reads.addAll();
      return;
    default:
  }
}

function readsOfIndex(index: Expression, reads: Reads): void {
  if (index.type !== 'literal') reads.anyKey = true;
  else if (typeof index.value === 'string') reads.keys.add(index.value);
}

/** Whether a value of this expression could be or hold a node, relationship or path. */
export function mayHoldEntity(expression: Expression, scope: PlanScope): boolean {
  switch (expression.type) {
    case 'variable': {
      const slot = scope.slotOf(expression.name);
      return slot === undefined || !scope.slots.isPlain(slot);
    }
    case 'property':
      return !isEntityVariable(expression.subject, scope) && mayHoldEntity(expression.subject, scope);
    case 'arithmetic':
      return (
        expression.operator === '+' && (mayHoldEntity(expression.left, scope) || mayHoldEntity(expression.right, scope))
      );
    case 'call':
      return !givesScalar(expression.name) && expression.arguments.some((argument) => mayHoldEntity(argument, scope));
    case 'index':
    case 'slice':
      return mayHoldEntity(expression.subject, scope);
    case 'list':
    case 'map':
    case 'case':
    case 'listComprehension':
    case 'reduce':
    case 'mapProjection':
      return childrenOf(expression).some((child) => mayHoldEntity(child, scope));
    case 'patternComprehension':
    case 'shortestPath':
      return true;
    case 'subqueryExpression':
      return expression.kind === 'collect';
    default:
      return false;
  }
}

function isEntityVariable(expression: Expression, scope: PlanScope): boolean {
  if (expression.type !== 'variable') return false;
  const slot = scope.slotOf(expression.name);
  return slot !== undefined && scope.kindOf(slot) !== 'value';
}

/** Functions whose values never hold an entity, whatever they are given. */
function givesScalar(name: string): boolean {
  if (name === 'properties' || name === 'keys' || name === 'labels') return true;
  const kind = findFunction(name)?.result.kind;
  return kind === 'integer' || kind === 'float' || kind === 'string' || kind === 'boolean';
}
