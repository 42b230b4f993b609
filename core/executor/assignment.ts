/** What SET and REMOVE do to one entity. */
import { unreachable } from '../assert.ts';
import { GraphError, type Position } from '../error.ts';
import { isMap } from '../value/equality.ts';
import { describe, typeName } from '../value/render.ts';
import { NodeReference, RelationshipReference, type Value } from '../value/value.ts';
import { type Batch, NO_ENTITY } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { type CompiledName, namesAt } from './dynamic-names.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { nodeIds } from './rows.ts';
import { toStored } from './stored-property.ts';

export type CompiledAssignment =
  | {
      readonly type: 'property';
      readonly target: CompiledExpression;
      readonly key: string;
      readonly value: CompiledExpression;
      readonly position: Position;
    }
  /** `n = {…}` and `n += {…}`. */
  | {
      readonly type: 'replace' | 'merge';
      readonly target: CompiledExpression;
      readonly value: CompiledExpression;
      readonly position: Position;
    }
  /** `n[key] = …` */
  | {
      readonly type: 'dynamicProperty';
      readonly target: CompiledExpression;
      readonly key: CompiledExpression;
      readonly value: CompiledExpression;
      readonly position: Position;
    }
  | ({ readonly type: 'labels' } & CompiledLabels);

/** Labels for the nodes in a slot, of which some may be worked out. */
export interface CompiledLabels {
  readonly slot: number;
  readonly labels: readonly string[];
  readonly dynamicLabels: readonly CompiledName[];
}

export type Entity = NodeReference | RelationshipReference;

/** Carries out an assignment for one row, with the values that it has worked out. Null as a target does nothing. */
export function assign(
  assignment: Exclude<CompiledAssignment, { type: 'labels' | 'dynamicProperty' }>,
  target: Value,
  value: Value,
  context: ExecutionContext,
): void {
  const { position } = assignment;
  if (target === null) return;
  switch (assignment.type) {
    case 'property':
      return setProperty(entityOf(target, position), { key: assignment.key, value, position }, context);
    case 'replace':
    case 'merge':
      return setAll(entityOf(target, position), { value, position, replace: assignment.type === 'replace' }, context);
    default:
      return unreachable(assignment);
  }
}

/** The key of a property that is worked out. */
export function keyOf(value: Value, position: Position): string {
  if (typeof value === 'string') return value;
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `The key of a property is a STRING, not ${describe(value)}.`,
    {
      position,
      detail: 'InvalidArgumentType',
    },
  );
}

/** The node or relationship that a value is. */
export function entityOf(value: Value, position: Position | undefined): Entity {
  if (value instanceof NodeReference || value instanceof RelationshipReference) return value;
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `A NODE or RELATIONSHIP is needed here, but this is of type ${typeName(value)}.`,
    { position, detail: 'InvalidArgumentType' },
  );
}

/** Sets one property; null takes it away. */
export function setProperty(
  entity: Entity,
  property: { readonly key: string; readonly value: Value; readonly position: Position | undefined },
  context: ExecutionContext,
): void {
  const { key, value, position } = property;
  const { writer, view, tokens, counters } = context;
  const stored = toStored(value, position);
  refuseDeleted(entity, position, context);
  const known = tokens.propertyKey.idOf(key);
  if (stored === null) {
    if (known === undefined) return;
    const before =
      entity instanceof NodeReference
        ? view.nodeProperty(entity.id, known)
        : view.relationshipProperty(entity.id, known);
    if (before === null) return;
  }
  const token = known ?? writer.token('propertyKey', key);
  if (entity instanceof NodeReference) writer.setNodeProperty(entity.id, token, stored);
  else writer.setRelationshipProperty(entity.id, token, stored);
  counters.propertiesSet++;
}

function setAll(
  entity: Entity,
  change: { readonly value: Value; readonly position: Position; readonly replace: boolean },
  context: ExecutionContext,
): void {
  const { value, position, replace } = change;
  const entries = entriesOf(value, position, context);
  if (replace) {
    const given = new Set(entries.map(([key]) => key));
    for (const key of keysOf(entity, context)) {
      if (!given.has(key)) setProperty(entity, { key, value: null, position }, context);
    }
  }
  for (const [key, item] of entries) setProperty(entity, { key, value: item, position }, context);
}

/** The properties that a map names, or that a node or relationship has. */
function entriesOf(value: Value, position: Position, context: ExecutionContext): [string, Value][] {
  if (isMap(value)) return [...value];
  const entity = entityOf(value, position);
  return keysOf(entity, context).map((key) => [key, propertyOf(entity, key, context)]);
}

function keysOf(entity: Entity, { view, tokens }: ExecutionContext): string[] {
  const keys = entity instanceof NodeReference ? view.nodeKeys(entity.id) : view.relationshipKeys(entity.id);
  return keys.map((key) => tokens.propertyKey.nameOf(key));
}

function propertyOf(entity: Entity, key: string, { view, tokens }: ExecutionContext): Value {
  const token = tokens.propertyKey.idOf(key);
  if (token === undefined) return null;
  return entity instanceof NodeReference
    ? view.nodeProperty(entity.id, token)
    : view.relationshipProperty(entity.id, token);
}

function refuseDeleted(entity: Entity, position: Position | undefined, { view }: ExecutionContext): void {
  const exists = entity instanceof NodeReference ? view.nodeExists(entity.id) : view.relationshipExists(entity.id);
  if (exists) return;
  throw new GraphError('Neo.ClientError.Statement.EntityNotFound', 'This has been deleted by the statement.', {
    position,
    detail: 'DeletedEntityAccess',
  });
}

/** Puts labels on the nodes in a slot. */
export function addLabels(batch: Batch, given: CompiledLabels, context: ExecutionContext): void {
  const { writer, counters } = context;
  const { slot, labels, dynamicLabels } = given;
  const tokens = labels.map((label) => writer.token('label', label));
  nodeIds(batch, slot).forEach((node, row) => {
    if (node === NO_ENTITY) return;
    refuseDeleted(new NodeReference(node), undefined, context);
    for (const token of tokens) if (writer.addLabel(node, token)) counters.labelsAdded++;
    if (dynamicLabels.length === 0) return;
    for (const label of namesAt(dynamicLabels, batch, row, context)) {
      if (writer.addLabel(node, writer.token('label', label))) counters.labelsAdded++;
    }
  });
}

/** Takes labels from the nodes in a slot. */
export function removeLabels(batch: Batch, given: CompiledLabels, context: ExecutionContext): void {
  const { writer, tokens, counters } = context;
  const { slot, labels, dynamicLabels } = given;
  const known = labels.map((label) => tokens.label.idOf(label));
  nodeIds(batch, slot).forEach((node, row) => {
    if (node === NO_ENTITY) return;
    refuseDeleted(new NodeReference(node), undefined, context);
    const dynamic = dynamicLabels.length === 0 ? [] : namesAt(dynamicLabels, batch, row, context);
    for (const token of [...known, ...dynamic.map((label) => tokens.label.idOf(label))]) {
      if (token !== undefined && writer.removeLabel(node, token)) counters.labelsRemoved++;
    }
  });
}
