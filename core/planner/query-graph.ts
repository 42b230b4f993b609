/**
 * A MATCH as a graph: its node variables, the relationships between them, and the predicates on both, taken from labels,
 * property maps and WHERE alike and split so that each can be applied as soon as what it needs is bound.
 */
import type {
  Expression,
  LabelExpression,
  LabelTest,
  NodePattern,
  PathPattern,
  RelationshipPattern,
  Span,
  StepFunction,
  Traversal,
} from '../cypher/ast.ts';
import { hasDynamicLabels, hasDynamicType } from '../cypher/dynamic-names.ts';
import { freeVariables } from '../cypher/expression-tree.ts';
import { GraphError } from '../error.ts';
import { conjunctsOf, hasLabels, propertyEquals, variable as variableNamed } from './expressions.ts';
import type { PropertyEquality, StepFunctionPlan, StepPredicate } from './plan.ts';
import { type Repetition, repetitionOf } from './repetition.ts';
import { sparesLonger } from './shortest-condition.ts';
import type { PlanScope } from './slots.ts';
import type { Direction } from './statistics.ts';

export interface GraphNode {
  readonly name: string;
  readonly slot: number;
  /** Bound by a clause before this one. */
  readonly bound: boolean;
  readonly labels: Set<string>;
  /** Where it stands first. */
  readonly span: Span;
}

export interface GraphRelationship {
  readonly name: string;
  readonly slot: number;
  readonly bound: boolean;
  readonly from: GraphNode;
  readonly to: GraphNode;
  readonly types: readonly string[];
  readonly typeExpression: LabelExpression | undefined;
  readonly direction: Direction;
  readonly hops: { readonly min: number; readonly max: number | undefined } | undefined;
  readonly shortest: PathPattern['shortest'];
  /** It stands for a quantified path pattern. */
  readonly repeated: Repetition | undefined;
  /** Of a variable-length relationship: what each of its relationships must equal. */
  readonly properties: readonly PropertyEquality[];
  /** What each of its relationships, or each node on the way, must meet. */
  readonly steps: readonly StepPredicate[];
  readonly traversal: PlannedTraversal | undefined;
  /** Variables of this MATCH that these name, so that it can be walked only when they are bound. */
  readonly needs: ReadonlySet<string>;
  /** Whether the text can name it, or its path can. */
  readonly named: boolean;
  /** The slot of the path, when shortestPath(…) has a name. */
  readonly path: number | undefined;
}

/** A traversal with its slots. */
export interface PlannedTraversal {
  readonly algorithm: Traversal['algorithm'];
  readonly count: number | undefined;
  readonly filter: StepFunctionPlan | undefined;
  readonly weight: StepFunctionPlan | undefined;
  readonly total: { readonly name: string; readonly slot: number } | undefined;
}

export interface Conjunct {
  readonly expression: Expression;
  /** Variables of this MATCH that it needs. */
  readonly needs: ReadonlySet<string>;
  /** A node's label in its pattern; a scan by that label makes it superfluous. */
  readonly label: { readonly node: string; readonly label: string } | undefined;
}

export interface NamedPath {
  readonly slot: number;
  readonly nodes: readonly GraphNode[];
  readonly relationships: readonly GraphRelationship[];
}

export interface QueryGraph {
  readonly nodes: readonly GraphNode[];
  readonly relationships: readonly GraphRelationship[];
  readonly conjuncts: readonly Conjunct[];
  /** Variables that this MATCH brings. */
  readonly ownNames: ReadonlySet<string>;
  /** By each of them: the conjuncts that need it. */
  readonly conjunctsOn: ReadonlyMap<string, readonly Conjunct[]>;
  readonly paths: readonly NamedPath[];
  /** The scope with all that the patterns bring. */
  readonly scope: PlanScope;
}

/** The variables that are bound once the relationship is found. */
export function namesBoundBy({ name, from, to, repeated, traversal }: GraphRelationship): string[] {
  const names = [name, from.name, to.name, ...(repeated?.groups.map((group) => group.name) ?? [])];
  if (traversal?.total) names.push(traversal.total.name);
  return names;
}

/** Takes a MATCH apart. `scope`: what is bound before it. */
export function queryGraphOf(
  patterns: readonly PathPattern[],
  where: Expression | undefined,
  scope: PlanScope,
): QueryGraph {
  return new GraphBuilder(scope).build(patterns, where);
}

class GraphBuilder {
  readonly #outer: PlanScope;
  readonly #nodes = new Map<string, GraphNode>();
  readonly #relationships: GraphRelationship[] = [];
  readonly #paths: NamedPath[] = [];
  readonly #added: [string, number][] = [];
  readonly #predicates: { expression: Expression; label: Conjunct['label'] }[] = [];
  readonly #equalities: { relationship: number; key: string; value: Expression }[] = [];
  readonly #steps: { relationship: number; on: StepPredicate['on']; variable: string; predicate: Expression }[] = [];

  /** By the place of the relationship. */
  readonly #traversals = new Map<number, Traversal>();

  constructor(outer: PlanScope) {
    this.#outer = outer;
  }

  build(patterns: readonly PathPattern[], where: Expression | undefined): QueryGraph {
    for (const pattern of patterns) this.#pattern(pattern);
    this.#where(where);
    const scope = this.#outer.with(this.#added);
    const own = new Set(this.#added.map(([name]) => name));
    const conjuncts = this.#predicates.map(({ expression, label }) => ({
      expression,
      needs: new Set([...freeVariables(expression)].filter((name) => own.has(name))),
      label,
    }));
    const relationships = this.#relationships.map((relationship, i): GraphRelationship => {
      const equalities = this.#equalities.filter((equality) => equality.relationship === i);
      const steps = this.#steps.filter((step) => step.relationship === i);
      const named = [
        ...equalities.flatMap(({ value }) => [...freeVariables(value)]),
        ...steps.flatMap(({ predicate, variable }) =>
          [...freeVariables(predicate)].filter((name) => name !== variable),
        ),
      ];
      return {
        ...relationship,
        properties: equalities.map(({ key, value }) => ({ key, value: { expression: value, scope } })),
        steps: steps.map(({ on, variable, predicate }) => stepPredicate({ on, variable, predicate, scope })),
        needs: new Set([...named, ...namedInSteps(this.#traversals.get(i))].filter((name) => own.has(name))),
        traversal: plannedTraversal(this.#traversals.get(i), scope),
      };
    });
    const conjunctsOn = byVariable(conjuncts);
    return {
      nodes: [...this.#nodes.values()],
      relationships: relationships.map((relationship) => {
        const needs = this.#neededByConditions(relationship, relationships, conjunctsOn);
        return { ...relationship, needs: new Set([...relationship.needs, ...needs]) };
      }),
      conjuncts,
      ownNames: own,
      conjunctsOn,
      paths: this.#paths,
      scope,
    };
  }

  /** What the conditions on a shortest path name beside it: that is found first, unless it waits for something in its turn. */
  #neededByConditions(
    { shortest, name, path }: GraphRelationship,
    relationships: readonly GraphRelationship[],
    conjunctsOn: QueryGraph['conjunctsOn'],
  ): string[] {
    if (shortest === undefined) return [];
    const names = path === undefined ? [name] : [name, this.#outer.slots.nameOf(path)];
    const found = relationships.filter((other) => other.shortest === undefined && other.needs.size === 0);
    return names
      .flatMap((each) => conjunctsOn.get(each) ?? [])
      .filter(({ expression }) => !sparesLonger(expression, names))
      .flatMap(({ needs }) => [...needs])
      .filter((need) => this.#nodes.has(need) || found.some((other) => other.name === need));
  }

  /** `WHERE n:A` is the same as a label in the pattern. */
  #predicate(expression: Expression): void {
    const subject = expression.type === 'hasLabels' ? expression.subject : undefined;
    const node = subject?.type === 'variable' ? this.#nodes.get(subject.name) : undefined;
    if (expression.type === 'hasLabels' && node) this.#labels(node, expression, expression.span);
    else this.#predicates.push({ expression, label: undefined });
  }

  #where(where: Expression | undefined): void {
    if (where) for (const expression of conjunctsOf(where)) this.#predicate(expression);
  }

  #labels(node: GraphNode, { labels, labelExpression }: LabelTest, span: Span): void {
    for (const label of labels) {
      if (node.labels.has(label)) continue;
      node.labels.add(label);
      const expression = hasLabels(node.name, { labels: [label], labelExpression: undefined }, span);
      this.#predicates.push({ expression, label: { node: node.name, label } });
    }
    if (labelExpression === undefined) return;
    const expression = hasLabels(node.name, { labels: [], labelExpression }, span);
    this.#predicates.push({ expression, label: undefined });
  }

  #pattern(pattern: PathPattern): void {
    const nodes = pattern.nodes.map((node) => this.#node(node));
    const path =
      pattern.variable === undefined
        ? undefined
        : { name: pattern.variable, slot: this.#add(pattern.variable, 'path') };
    const relationships = pattern.relationships.map((relationship, i) =>
      this.#relationship(relationship, { from: nodes[i]!, to: nodes[i + 1]!, pattern, path: path?.slot }),
    );
    if (path && !pattern.shortest) this.#paths.push({ slot: path.slot, nodes, relationships });
    for (const part of [...pattern.nodes, ...pattern.relationships, pattern]) this.#where(part.where);
  }

  #node(node: NodePattern): GraphNode {
    const known = node.variable === undefined ? undefined : this.#nodes.get(node.variable);
    const graphNode = known ?? this.#newNode(node.variable, node.span);
    this.#labels(graphNode, node, node.span);
    for (const [key, value] of this.#entries(node.properties, node.span)) {
      this.#predicates.push({ expression: propertyEquals({ subject: graphNode.name, key, value }), label: undefined });
    }
    for (const names of node.dynamicLabels ?? []) {
      const subject = variableNamed(graphNode.name, names.expression.span);
      this.#predicates.push({ expression: hasDynamicLabels(subject, names), label: undefined });
    }
    return graphNode;
  }

  #newNode(variable: string | undefined, span: Span): GraphNode {
    const outerSlot = variable === undefined ? undefined : this.#outer.slotOf(variable);
    const slot = outerSlot ?? this.#add(variable, 'node');
    const name = variable ?? this.#outer.slots.nameOf(slot);
    const node: GraphNode = { name, slot, bound: outerSlot !== undefined, labels: new Set(), span };
    this.#nodes.set(name, node);
    return node;
  }

  #relationship(
    relationship: RelationshipPattern,
    around: { from: GraphNode; to: GraphNode; pattern: PathPattern; path: number | undefined },
  ): GraphRelationship {
    const { variable, hops, types, typeExpression, direction } = relationship;
    const single = relationship.repeated && singleRelationshipOf(relationship.repeated);
    if (single) return this.#repeatedRelationship({ ...single, hops }, around);
    const { traversal } = relationship;
    if (traversal) this.#traversals.set(this.#relationships.length, traversal);
    if (traversal?.total !== undefined)
      this.#added.push([traversal.total, this.#outer.slots.addPlain(traversal.total)]);
    const outerSlot = variable === undefined ? undefined : this.#outer.slotOf(variable);
    const isList = hops !== undefined || around.pattern.shortest !== undefined;
    if (outerSlot !== undefined && (around.pattern.shortest || traversal))
      throw boundListNotSupported(relationship.span);
    const repeated = relationship.repeated && repetitionOf(relationship.repeated, this.#outer);
    for (const { name, slot } of repeated?.groups ?? []) this.#added.push([name, slot]);
    const slot = outerSlot ?? this.#add(variable, isList ? 'value' : 'relationship');
    const name = variable ?? this.#outer.slots.nameOf(slot);
    for (const [key, value] of this.#entries(relationship.properties, relationship.span)) {
      if (isList) {
        this.#equalities.push({ relationship: this.#relationships.length, key, value });
      } else {
        this.#predicates.push({ expression: propertyEquals({ subject: name, key, value }), label: undefined });
      }
    }
    for (const names of relationship.dynamicTypes ?? []) {
      const subject = variableNamed(name, names.expression.span);
      this.#predicates.push({ expression: hasDynamicType(subject, names), label: undefined });
    }
    const graphRelationship: GraphRelationship = {
      name,
      slot,
      bound: outerSlot !== undefined,
      from: around.from,
      to: around.to,
      types,
      typeExpression,
      direction,
      hops,
      repeated,
      shortest: around.pattern.shortest,
      properties: [],
      steps: [],
      traversal: undefined,
      needs: new Set(),
      named: variable !== undefined || around.path !== undefined,
      path: around.pattern.shortest ? around.path : undefined,
    };
    this.#relationships.push(graphRelationship);
    return graphRelationship;
  }

  /** `-[r:TYPE WHERE …]->{1,3}`: a relationship of variable length, with a condition on each. */
  #repeatedRelationship(
    relationship: RelationshipPattern,
    around: { from: GraphNode; to: GraphNode; pattern: PathPattern; path: number | undefined },
  ): GraphRelationship {
    const { where, variable } = relationship;
    const position = this.#relationships.length;
    if (where)
      this.#steps.push({ relationship: position, on: 'relationship', variable: variable ?? '', predicate: where });
    return this.#relationship({ ...relationship, where: undefined }, around);
  }

  #add(variable: string | undefined, kind: 'node' | 'relationship' | 'path' | 'value'): number {
    const { slots } = this.#outer;
    const slot = variable === undefined ? slots.addAnonymous(kind) : slots.add(variable, kind);
    this.#added.push([slots.nameOf(slot), slot]);
    return slot;
  }

  #entries(properties: Expression | undefined, span: Span): readonly (readonly [string, Expression])[] {
    if (properties === undefined) return [];
    if (properties.type === 'map') return properties.entries;
    throw new GraphError('Neo.ClientError.Statement.SyntaxError', 'A parameter map cannot stand in a MATCH pattern.', {
      position: span,
      detail: 'InvalidParameterUse',
    });
  }
}

/** The relationship of a repeated pattern that holds nothing else: nothing is said about its nodes, nor do they have names. */
function singleRelationshipOf({ nodes, relationships, where }: PathPattern): RelationshipPattern | undefined {
  const [relationship, ...others] = relationships;
  if (relationship === undefined || others.length > 0 || where || relationship.dynamicTypes) return undefined;
  return nodes.every(isPlain) ? relationship : undefined;
}

/** Variables that the functions of a step take from around them. */
function namedInSteps(traversal: Traversal | undefined): string[] {
  return [traversal?.filter, traversal?.weight].flatMap((step) => {
    if (step === undefined) return [];
    const own = [step.relationship, step.node, step.path, step.cost];
    return [...freeVariables(step.expression)].filter((name) => !own.includes(name));
  });
}

function plannedTraversal(traversal: Traversal | undefined, scope: PlanScope): PlannedTraversal | undefined {
  if (traversal === undefined) return undefined;
  const { algorithm, count, total } = traversal;
  const slot = total === undefined ? undefined : scope.slotOf(total);
  return {
    algorithm,
    count,
    filter: traversal.filter && stepFunction(traversal.filter, scope),
    weight: traversal.weight && stepFunction(traversal.weight, scope),
    total: total === undefined || slot === undefined ? undefined : { name: total, slot },
  };
}

function stepFunction(step: StepFunction, scope: PlanScope): StepFunctionPlan {
  const { slots } = scope;
  const relationship = slots.add(step.relationship, 'relationship');
  const node = slots.add(step.node, 'node');
  const path = step.path === undefined ? undefined : slots.add(step.path, 'path');
  const cost = step.cost === undefined ? undefined : slots.addPlain(step.cost);
  const own: [string, number][] = [
    [step.relationship, relationship],
    [step.node, node],
  ];
  if (step.path !== undefined && path !== undefined) own.push([step.path, path]);
  if (step.cost !== undefined && cost !== undefined) own.push([step.cost, cost]);
  return { relationship, node, path, cost, expression: { expression: step.expression, scope: scope.with(own) } };
}

/** A condition on each step of a trail, with a slot for what it is asked about. */
export function stepPredicate(fields: {
  on: StepPredicate['on'];
  spares?: StepPredicate['spares'];
  variable: string;
  predicate: Expression;
  scope: PlanScope;
}): StepPredicate {
  const { on, spares, variable, predicate, scope } = fields;
  const slot = scope.slots.add(variable, on);
  return { on, spares, slot, predicate: { expression: predicate, scope: scope.with([[variable, slot]]) } };
}

/** By variable: the conjuncts that need it. */
export function byVariable(conjuncts: readonly Conjunct[]): Map<string, Conjunct[]> {
  const byName = new Map<string, Conjunct[]>();
  for (const conjunct of conjuncts) {
    for (const name of conjunct.needs) {
      const known = byName.get(name);
      if (known) known.push(conjunct);
      else byName.set(name, [conjunct]);
    }
  }
  return byName;
}

function boundListNotSupported(position: Span): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    'A shortest path or traversal over relationships that are known already is not supported.',
    { position },
  );
}

/** Whether one relationship can be of both: of any of these types, where no types mean every type. */
export function typesOverlap(one: readonly string[], other: readonly string[]): boolean {
  return one.length === 0 || other.length === 0 || one.some((type) => other.includes(type));
}

/** Whether a node pattern says nothing. */
function isPlain({ variable, labels, labelExpression, dynamicLabels, properties, where }: NodePattern): boolean {
  return !(variable || labels.length > 0 || labelExpression || dynamicLabels || properties || where);
}

/** Whether both could be the same relationship, so that a MATCH has to hold them apart; of types that exclude each other, none can. */
export function mayCoincide(one: GraphRelationship, other: GraphRelationship): boolean {
  return other.slot !== one.slot && !isSearch(other) && !isSearch(one) && typesOverlap(other.types, one.types);
}

/** Whether it looks for some paths and not for all, so that it may meet relationships that others of the MATCH have. */
function isSearch({ shortest, traversal }: GraphRelationship): boolean {
  return shortest !== undefined || (traversal !== undefined && traversal.algorithm !== 'depthFirst');
}
