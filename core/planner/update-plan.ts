/** CREATE, MERGE, SET, REMOVE and DELETE as plans. */
import { assert } from '../assert.ts';
import type {
  CreateClause,
  DeleteClause,
  Expression,
  MergeClause,
  PathPattern,
  RelationshipPattern,
  RemoveClause,
  SetClause,
} from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import { touches, type Writes } from './footprint.ts';
import { planMatch } from './pattern-plan.ts';
import type { Assignments, Plan, PropertyMap } from './plan.ts';
import type { PlanScope, SlotKind } from './slots.ts';
import type { Statistics } from './statistics.ts';
import { readsOfSetItems, writesOfSetItems } from './update-footprint.ts';

export interface UpdatePlan {
  readonly plan: Plan;
  readonly scope: PlanScope;
}

/** CREATE: one operator for each node and relationship, in the order of the text, nodes of a path first. */
export function planCreate(clause: CreateClause, input: Plan, scope: PlanScope): UpdatePlan {
  const builder = new CreateBuilder(input, scope, (name, kind) =>
    name === undefined ? scope.slots.addAnonymous(kind) : scope.slots.add(name, kind),
  );
  for (const pattern of clause.patterns) builder.path(pattern);
  return builder;
}

class CreateBuilder {
  plan: Plan;
  scope: PlanScope;
  readonly #slotFor: (name: string | undefined, kind: SlotKind) => number;

  constructor(plan: Plan, scope: PlanScope, slotFor: (name: string | undefined, kind: SlotKind) => number) {
    this.plan = plan;
    this.scope = scope;
    this.#slotFor = slotFor;
  }

  path(pattern: PathPattern): void {
    const nodes = pattern.nodes.map((node) => {
      const known = node.variable === undefined ? undefined : this.scope.slotOf(node.variable);
      if (known !== undefined) return known;
      const properties = propertyMapOf(node.properties, this.scope);
      const slot = this.#bind(node.variable, 'node');
      this.#put({ type: 'createNode', slot, labels: [...new Set(node.labels)], properties });
      return slot;
    });
    const relationships = pattern.relationships.map((relationship, i) => {
      const properties = propertyMapOf(relationship.properties, this.scope);
      const slot = this.#bind(relationship.variable, 'relationship');
      const [start, end] = endsOf(relationship, nodes[i]!, nodes[i + 1]!);
      const relationshipType = typeOf(relationship);
      this.#put({ type: 'createRelationship', slot, relationshipType, start, end, properties });
      return slot;
    });
    if (pattern.variable === undefined) return;
    this.#put({ type: 'constructPath', slot: this.#bind(pattern.variable, 'path'), nodes, relationships });
  }

  #bind(name: string | undefined, kind: SlotKind): number {
    const slot = this.#slotFor(name, kind);
    if (name !== undefined) this.scope = this.scope.with([[name, slot]]);
    return slot;
  }

  #put(plan: WithoutInput<Extract<Plan, { type: 'createNode' | 'createRelationship' | 'constructPath' }>>): void {
    this.plan = { ...plan, input: this.plan, estimatedRows: this.plan.estimatedRows };
  }
}

type WithoutInput<P> = P extends Plan ? Omit<P, 'input' | 'estimatedRows'> : never;

/** A relationship without direction, which MERGE allows, is made from left to right. */
function endsOf(relationship: RelationshipPattern, left: number, right: number): [number, number] {
  return relationship.direction === 'incoming' ? [right, left] : [left, right];
}

function typeOf({ types, span }: RelationshipPattern): string {
  const type = types[0];
  if (type !== undefined && types.length === 1) return type;
  throw new GraphError('Neo.ClientError.Statement.SyntaxError', 'A new relationship needs exactly one type.', {
    position: span,
    detail: 'NoSingleRelationshipType',
  });
}

function propertyMapOf(properties: Expression | undefined, scope: PlanScope): PropertyMap | undefined {
  if (!properties) return undefined;
  if (properties.type !== 'map') return { type: 'map', value: { expression: properties, scope } };
  return {
    type: 'entries',
    entries: properties.entries.map(([key, expression]) => [key, { expression, scope }] as const),
  };
}

/** MERGE: a subplan that looks for the pattern and one that makes it, which fill the same slots. */
export function planMerge(clause: MergeClause, input: Plan, scope: PlanScope, statistics: Statistics): UpdatePlan {
  const { pattern, onMatch, onCreate } = clause;
  const argument: Plan = { type: 'argument', estimatedRows: 1 };
  const match = planMatch({ patterns: [pattern], where: undefined, scope, input: argument, statistics });
  const create = new CreateBuilder(argument, scope, (name, kind) => {
    const slot = name === undefined ? undefined : match.scope.slotOf(name);
    return slot ?? scope.slots.addAnonymous(kind);
  });
  create.path(pattern);
  const after = create.scope;
  const before = new Set(scope.liveSlots());
  const properties = [...pattern.nodes, ...pattern.relationships].flatMap((part) =>
    part.properties?.type === 'map' ? part.properties.entries.map(([, value]) => value) : [],
  );
  const plan: Plan = {
    type: 'merge',
    input,
    match: match.plan,
    create: create.plan,
    onMatch: { items: onMatch, scope: after, byRow: true },
    onCreate: { items: onCreate, scope: after, byRow: true },
    slots: after.liveSlots().filter((slot) => !before.has(slot)),
    mustNotBeNull: properties.map((expression) => ({ expression, scope })),
    estimatedRows: input.estimatedRows,
  };
  return { plan, scope: after };
}

export function planSet(clause: SetClause, input: Plan, scope: PlanScope): Plan {
  return { type: 'set', input, ...assignments(clause, scope), estimatedRows: input.estimatedRows };
}

function assignments(clause: SetClause, scope: PlanScope): Assignments {
  const writes: Writes = writesOfSetItems(clause.items);
  const byRow = touches(writes, readsOfSetItems(clause.items, scope));
  return { items: clause.items, scope, byRow };
}

export function planRemove(clause: RemoveClause, input: Plan, scope: PlanScope): Plan {
  const { estimatedRows } = input;
  return clause.items.reduce<Plan>((plan, item) => {
    if (item.type === 'property') {
      const target = { expression: item.target, scope };
      return { type: 'removeProperty', input: plan, target, key: item.key, estimatedRows };
    }
    const slot = scope.slotOf(item.variable);
    assert(slot !== undefined, 'the semantic check has found the variable');
    return { type: 'removeLabels', input: plan, slot, labels: item.labels, estimatedRows };
  }, input);
}

export function planDelete(clause: DeleteClause, input: Plan, scope: PlanScope): Plan {
  return {
    type: 'delete',
    input,
    detach: clause.detach,
    targets: clause.targets.map((expression) => ({ expression, scope })),
    estimatedRows: input.estimatedRows,
  };
}
