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
import type { Assignments, CreatePart, Plan, PropertyMap } from './plan.ts';
import type { Planning } from './planning.ts';
import type { PlanScope, SlotKind } from './slots.ts';
import { readsOfSetItems, writesOfSetItems } from './update-footprint.ts';

export interface UpdatePlan {
  readonly plan: Plan;
  readonly scope: PlanScope;
}

/** CREATE: its nodes and relationships in the order of the text, nodes of a path first. */
export function planCreate(clause: CreateClause, input: Plan, scope: PlanScope): UpdatePlan {
  const created = createParts(clause.patterns, scope, (name, kind) =>
    name === undefined ? scope.slots.addAnonymous(kind) : scope.slots.add(name, kind),
  );
  const { estimatedRows } = input;
  return { plan: { type: 'create', input, parts: created.parts, estimatedRows }, scope: created.scope };
}

type SlotFor = (name: string | undefined, kind: SlotKind) => number;

/** What has to be made of the patterns; `slotFor` gives the slots of what `scope` does not have. */
function createParts(
  patterns: readonly PathPattern[],
  scope: PlanScope,
  slotFor: SlotFor,
): { parts: CreatePart[]; scope: PlanScope } {
  const bound = new SlotBinder(scope, slotFor);
  const paths = patterns.map((pattern) => bound.path(pattern));
  const after = scope.with(bound.added);
  return { parts: paths.flatMap((path) => partsOf(path, after)), scope: after };
}

/** A pattern with its slots. Of the nodes, `fresh` tells those that have to be made. */
interface BoundPath {
  readonly pattern: PathPattern;
  readonly nodes: readonly { readonly slot: number; readonly fresh: boolean }[];
  readonly relationships: readonly number[];
  readonly path: number | undefined;
}

class SlotBinder {
  readonly added = new Map<string, number>();
  readonly #scope: PlanScope;
  readonly #slotFor: SlotFor;

  constructor(scope: PlanScope, slotFor: SlotFor) {
    this.#scope = scope;
    this.#slotFor = slotFor;
  }

  path(pattern: PathPattern): BoundPath {
    return {
      pattern,
      nodes: pattern.nodes.map(({ variable }) => {
        const known = variable === undefined ? undefined : (this.added.get(variable) ?? this.#scope.slotOf(variable));
        return known === undefined
          ? { slot: this.#bind(variable, 'node'), fresh: true }
          : { slot: known, fresh: false };
      }),
      relationships: pattern.relationships.map(({ variable }) => this.#bind(variable, 'relationship')),
      path: pattern.variable === undefined ? undefined : this.#bind(pattern.variable, 'path'),
    };
  }

  #bind(name: string | undefined, kind: SlotKind): number {
    const slot = this.#slotFor(name, kind);
    if (name !== undefined) this.added.set(name, slot);
    return slot;
  }
}

function partsOf({ pattern, nodes, relationships, path }: BoundPath, scope: PlanScope): CreatePart[] {
  const parts: CreatePart[] = [];
  pattern.nodes.forEach((node, i) => {
    const { slot, fresh } = nodes[i]!;
    if (!fresh) return;
    parts.push({
      type: 'node',
      slot,
      labels: [...new Set(node.labels)],
      dynamicLabels: (node.dynamicLabels ?? []).map(({ expression }) => ({ expression, scope })),
      properties: propertyMapOf(node.properties, scope),
    });
  });
  pattern.relationships.forEach((relationship, i) => {
    const [start, end] = endsOf(relationship, nodes[i]!.slot, nodes[i + 1]!.slot);
    parts.push({
      type: 'relationship',
      slot: relationships[i]!,
      relationshipType: typeOf(relationship, scope),
      start,
      end,
      properties: propertyMapOf(relationship.properties, scope),
    });
  });
  if (path !== undefined) parts.push({ type: 'path', slot: path, nodes: nodes.map(({ slot }) => slot), relationships });
  return parts;
}

/** A relationship without direction, which MERGE allows, is made from left to right. */
function endsOf(relationship: RelationshipPattern, left: number, right: number): [number, number] {
  return relationship.direction === 'incoming' ? [right, left] : [left, right];
}

function typeOf(
  { types, dynamicTypes = [], span }: RelationshipPattern,
  scope: PlanScope,
): string | { readonly expression: Expression; readonly scope: PlanScope } {
  const [type, names] = [types[0], dynamicTypes[0]];
  if (types.length + dynamicTypes.length === 1) return type ?? { expression: names!.expression, scope };
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
export function planMerge(clause: MergeClause, input: Plan, scope: PlanScope, planning: Planning): UpdatePlan {
  const { pattern, onMatch, onCreate } = clause;
  const argument: Plan = { type: 'argument', estimatedRows: 1 };
  const match = planMatch({ patterns: [pattern], where: undefined, scope, input: argument, planning });
  const created = createParts([pattern], scope, (name, kind) => {
    const slot = name === undefined ? undefined : match.scope.slotOf(name);
    return slot ?? scope.slots.addAnonymous(kind);
  });
  const after = created.scope;
  const before = new Set(scope.liveSlots());
  const properties = [...pattern.nodes, ...pattern.relationships].flatMap((part) =>
    part.properties?.type === 'map' ? part.properties.entries.map(([, value]) => value) : [],
  );
  const plan: Plan = {
    type: 'merge',
    input,
    match: match.plan,
    create: { type: 'create', input: argument, parts: created.parts, estimatedRows: 1 },
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
    if (item.type !== 'labels') {
      const target = { expression: item.target, scope };
      const key = item.type === 'property' ? item.key : { expression: item.key, scope };
      return { type: 'removeProperty', input: plan, target, key, estimatedRows };
    }
    const slot = scope.slotOf(item.variable);
    assert(slot !== undefined, 'the semantic check has found the variable');
    const dynamicLabels = item.dynamicLabels.map(({ expression }) => ({ expression, scope }));
    return { type: 'removeLabels', input: plan, slot, labels: item.labels, dynamicLabels, estimatedRows };
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
