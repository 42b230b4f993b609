/** Create: new nodes and relationships for each row. */

import { unreachable } from '../assert.ts';
import { GraphError, type Position } from '../error.ts';
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import { isMap } from '../value/equality.ts';
import { typeName } from '../value/render.ts';
import type { StoredValue, Value, ValueMap } from '../value/value.ts';
import { type Batch, END, NO_ENTITY, PAUSE, type Signal, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { type CompiledName, namesAt } from './dynamic-names.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator } from './operator.ts';
import { type ConstructPathSpec, constructPaths } from './path.ts';
import { nodeIds, withVector } from './rows.ts';
import { toStored } from './stored-property.ts';

/** Properties of a new entity: by key, or all from one expression that gives a map. */
export type CompiledProperties =
  | { readonly type: 'entries'; readonly entries: readonly CompiledEntry[] }
  | { readonly type: 'map'; readonly value: CompiledExpression; readonly position: Position };

export interface CompiledEntry {
  readonly key: string;
  readonly value: CompiledExpression;
  readonly position: Position;
}

type SetProperty = (entity: number, key: number, value: StoredValue) => void;

/** Sets the properties of the entities made for the rows of a batch. Nulls are left out. */
function setProperties(
  properties: CompiledProperties,
  fields: { batch: Batch; entities: Int32Array; set: SetProperty; context: ExecutionContext },
): void {
  const { batch, entities, set, context } = fields;
  const { writer, counters } = context;
  const put = (row: number, key: () => number, value: Value, position: Position) => {
    const stored = toStored(value, position);
    if (stored === null) return;
    set(entities[row]!, key(), stored);
    counters.propertiesSet++;
  };
  if (properties.type === 'map') {
    const maps = properties.value.evaluate(batch, context);
    for (let row = 0; row < batch.rowCount; row++) {
      for (const [key, value] of mapAt(maps, row, properties.position)) {
        put(row, () => writer.token('propertyKey', key), value, properties.position);
      }
    }
    return;
  }
  for (const { key, value, position } of properties.entries) {
    const values = value.evaluate(batch, context);
    let known: number | undefined;
    const token = () => {
      known ??= writer.token('propertyKey', key);
      return known;
    };
    for (let row = 0; row < batch.rowCount; row++) put(row, token, vectorValue(values, row), position);
  }
}

function mapAt(maps: Vector, row: number, position: Position): ValueMap {
  const map = vectorValue(maps, row);
  if (isMap(map)) return map;
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `Properties need a MAP, but this is of type ${typeName(map)}.`,
    { position, detail: 'InvalidArgumentType' },
  );
}

export type CompiledCreatePart =
  | {
      readonly type: 'node';
      readonly slot: number;
      readonly labels: readonly string[];
      readonly dynamicLabels: readonly CompiledName[];
      readonly properties: CompiledProperties | undefined;
    }
  | {
      readonly type: 'relationship';
      readonly slot: number;
      /** An expression when it is worked out for each row. */
      readonly relationshipType: string | CompiledName;
      readonly start: number;
      readonly end: number;
      readonly properties: CompiledProperties | undefined;
    }
  | (ConstructPathSpec & { readonly type: 'path' });

export class Create implements Operator {
  readonly #input: Operator;
  readonly #parts: readonly CompiledCreatePart[];

  constructor(input: Operator, parts: readonly CompiledCreatePart[]) {
    this.#input = input;
    this.#parts = parts;
  }

  reset(): boolean {
    return this.#input.reset?.() === true;
  }

  next(context: ExecutionContext): Batch | Signal {
    if (context.exhausted) return PAUSE;
    const input = this.#input.next(context);
    if (input === PAUSE || input === END) return input;
    let batch = input;
    for (let i = 0; i < this.#parts.length; i++) {
      context.charge(batch.rowCount);
      batch = create(batch, this.#parts[i]!, context);
    }
    return batch;
  }
}

function create(batch: Batch, part: CompiledCreatePart, context: ExecutionContext): Batch {
  switch (part.type) {
    case 'node':
      return createNodes(batch, part, context);
    case 'relationship':
      return createRelationships(batch, part, context);
    case 'path':
      return constructPaths(batch, part, context);
    default:
      return unreachable(part);
  }
}

function createNodes(
  batch: Batch,
  { slot, labels, dynamicLabels, properties }: Extract<CompiledCreatePart, { type: 'node' }>,
  context: ExecutionContext,
): Batch {
  const { writer, counters } = context;
  const tokens = labels.map((label) => writer.token('label', label));
  const ids = BATCH_COLUMNS.integers(batch.rowCount);
  for (let row = 0; row < batch.rowCount; row++) {
    const node = writer.createNode();
    for (const token of tokens) writer.addLabel(node, token);
    ids[row] = node;
  }
  counters.nodesCreated += ids.length;
  counters.labelsAdded += ids.length * tokens.length;
  if (dynamicLabels.length > 0) addDynamicLabels(batch, ids, dynamicLabels, context);
  if (properties) {
    const set: SetProperty = (node, key, value) => writer.setNodeProperty(node, key, value);
    setProperties(properties, { batch, entities: ids, set, context });
  }
  return withVector(batch, slot, { column: { kind: 'node', ids }, rows: undefined });
}

function addDynamicLabels(
  batch: Batch,
  nodes: Int32Array,
  labels: readonly CompiledName[],
  context: ExecutionContext,
): void {
  const { writer, counters } = context;
  for (let row = 0; row < batch.rowCount; row++) {
    for (const label of namesAt(labels, batch, row, context)) {
      if (writer.addLabel(nodes[row]!, writer.token('label', label))) counters.labelsAdded++;
    }
  }
}

/** The token of the type for each row. */
function typeTokens(batch: Batch, type: string | CompiledName, context: ExecutionContext): (row: number) => number {
  const { writer } = context;
  if (typeof type === 'string') {
    const token = writer.token('relationshipType', type);
    return () => token;
  }
  return (row) => {
    const names = namesAt([type], batch, row, context);
    if (names.length === 1) return writer.token('relationshipType', names[0]!);
    throw new GraphError(
      'Neo.ClientError.Statement.ArgumentError',
      `A new relationship has exactly one type, not ${names.length}.`,
      { position: type.position, detail: 'NoSingleRelationshipType' },
    );
  };
}

function createRelationships(
  batch: Batch,
  part: Extract<CompiledCreatePart, { type: 'relationship' }>,
  context: ExecutionContext,
): Batch {
  const { writer, counters } = context;
  const { slot, relationshipType, properties } = part;
  const typeAt = typeTokens(batch, relationshipType, context);
  const starts = nodeIds(batch, part.start);
  const ends = nodeIds(batch, part.end);
  const ids = BATCH_COLUMNS.integers(batch.rowCount);
  for (let row = 0; row < batch.rowCount; row++) {
    const start = starts[row]!;
    const end = ends[row]!;
    const type = typeAt(row);
    if (start === NO_ENTITY || end === NO_ENTITY) throw missingEnd(context.tokens.relationshipType.nameOf(type));
    ids[row] = writer.createRelationship(type, start, end);
  }
  counters.relationshipsCreated += ids.length;
  if (properties) {
    const set: SetProperty = (relationship, key, value) => writer.setRelationshipProperty(relationship, key, value);
    setProperties(properties, { batch, entities: ids, set, context });
  }
  return withVector(batch, slot, { column: { kind: 'relationship', ids }, rows: undefined });
}

function missingEnd(relationshipType: string): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.EntityNotFound',
    `A relationship of type ${relationshipType} cannot be made, as the node at one of its ends is null.`,
    { detail: 'MissingNode' },
  );
}
