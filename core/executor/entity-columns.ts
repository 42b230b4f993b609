/** Columns of nodes and relationships as columns of records, read column by column for all rows of a batch. */
import { RESULT_COLUMNS } from '../graph/column-memory.ts';
import type { GatheredProperty } from '../graph/graph-view.ts';
import type { Tokens } from '../graph/tokens.ts';
import {
  Float,
  NodeRecord,
  NodeReference,
  type NodeSource,
  type RelationshipFields,
  RelationshipRecord,
  RelationshipReference,
  type RelationshipSource,
  type ResultValue,
  type StoredValue,
} from '../value/value.ts';
import { type Column, NO_ENTITY } from './batch.ts';
import { columnValue } from './expression/operand.ts';
import { type ElementIdOf, type MaterialiseContext, materialise } from './materialise.ts';

/** Properties that the rows of a batch have. Their names are looked up when somebody asks for a row's map. */
class PropertyColumns {
  readonly gathered: readonly GatheredProperty[];
  readonly tokens: Tokens;

  constructor(gathered: readonly GatheredProperty[], tokens: Tokens) {
    this.gathered = gathered;
    this.tokens = tokens;
  }

  mapAt(row: number): ReadonlyMap<string, StoredValue> {
    const properties = new Map<string, StoredValue>();
    for (const { key, column } of this.gathered) {
      const value = storedValue(column, row);
      if (value !== null) properties.set(this.tokens.propertyKey.nameOf(key), value);
    }
    return properties;
  }
}

/** What stands in a column of properties is a stored value. */
function storedValue(column: Column, row: number): StoredValue | null {
  if (column.kind === 'integer') return column.values[row]!;
  if (column.kind === 'float') return new Float(column.values[row]!);
  return columnValue(column, row) as StoredValue | null; // gathered from the store
}

class NodeColumns implements NodeSource {
  readonly #ids: Int32Array;
  /** One for all rows, or one for each. */
  readonly #labels: readonly (readonly string[])[];
  readonly #properties: PropertyColumns;
  readonly #elementId: ElementIdOf;

  constructor(fields: {
    readonly ids: Int32Array;
    readonly labels: readonly (readonly string[])[];
    readonly properties: PropertyColumns;
    readonly elementId: ElementIdOf;
  }) {
    this.#ids = fields.ids;
    this.#labels = fields.labels;
    this.#properties = fields.properties;
    this.#elementId = fields.elementId;
  }

  elementIdAt(row: number): string {
    return this.#elementId('node', this.#ids[row]!);
  }

  labelsAt(row: number): readonly string[] {
    return this.#labels[this.#labels.length === 1 ? 0 : row]!;
  }

  propertiesAt(row: number): ReadonlyMap<string, StoredValue> {
    return this.#properties.mapAt(row);
  }
}

/** Records of nodes, null for NO_ENTITY, and what they take in bytes. `ids` is not changed afterwards. */
export function nodeRecords(
  ids: Int32Array,
  context: MaterialiseContext,
): { readonly values: ResultValue[]; readonly bytes: number } {
  const { view, tokens, elementId } = context;
  const count = ids.length;
  const gathered = view.gatherNodeProperties(ids, count);
  const properties = new PropertyColumns(gathered, tokens);
  const source = new NodeColumns({ ids, labels: labelsOf(ids, context), properties, elementId });
  const values = new Array<ResultValue>(count);
  let nulls = 0;
  for (let row = 0; row < count; row++) {
    if (ids[row]! >= 0) {
      values[row] = new NodeRecord(source, row);
    } else {
      // Null, or an entity that a procedure has made up.
      values[row] = ids[row] === NO_ENTITY ? null : materialise(new NodeReference(ids[row]!), context);
      nulls++;
    }
  }
  return { values, bytes: (count - nulls) * NODE_BYTES + nulls * 8 + columnBytes(gathered, count) };
}

/** What a record takes beside its properties, in bytes; and one of its properties beside its own value. */
const NODE_BYTES = 48;
const RELATIONSHIP_BYTES = 64;

function columnBytes(gathered: readonly GatheredProperty[], count: number): number {
  let bytes = 8 * count * gathered.length;
  for (let i = 0; i < gathered.length; i++) {
    const { column } = gathered[i]!;
    if (column.kind !== 'value') continue;
    const { values } = column;
    for (let row = 0; row < values.length; row++) {
      const value = values[row];
      if (typeof value === 'string') bytes += textBytes(value);
    }
  }
  return bytes;
}

/** A text may be the graph's own, which the result holds once more only when the graph lets go of it. */
function textBytes(text: string): number {
  return 24 + text.length * 2;
}

/** Most batches are of one set of labels, whose names are then looked up once. In many graphs all nodes are. */
function labelsOf(ids: Int32Array, { view, tokens }: MaterialiseContext): readonly (readonly string[])[] {
  const common = ids.length < COMMON_LABELS_ROWS ? undefined : view.commonLabels();
  if (common !== undefined) return [common.map((label) => tokens.label.nameOf(label))];
  const names: (readonly string[])[] = [];
  let last: readonly number[] | undefined;
  let lastNames: readonly string[] = [];
  let same = true;
  for (let row = 0; row < ids.length; row++) {
    const labels = ids[row]! < 0 ? (last ?? NO_LABELS) : view.nodeLabels(ids[row]!);
    if (labels !== last) {
      same = row === 0;
      last = labels;
      lastNames = labels.map((label) => tokens.label.nameOf(label));
    }
    names.push(lastNames);
  }
  return same && names.length > 0 ? names.slice(0, 1) : names;
}

/** From this many rows on it is worth asking whether all nodes have the same labels. */
const COMMON_LABELS_ROWS = 8;

const NO_LABELS: readonly number[] = [];

class RelationshipColumns implements RelationshipSource {
  readonly #ids: Int32Array;
  /** Type, start and end of each row, side by side: one array is made sooner than three. */
  readonly #fields: Int32Array;
  readonly #properties: PropertyColumns;
  readonly #elementId: ElementIdOf;
  readonly #tokens: Tokens;

  constructor(ids: Int32Array, { view, elementId, tokens }: MaterialiseContext, properties: PropertyColumns) {
    this.#ids = ids;
    this.#elementId = elementId;
    this.#tokens = tokens;
    this.#properties = properties;
    const fields = RESULT_COLUMNS.integers(3 * ids.length);
    for (let row = 0; row < ids.length; row++) {
      const id = ids[row]!;
      fields[3 * row] = view.relationshipType(id);
      fields[3 * row + 1] = view.relationshipStart(id);
      fields[3 * row + 2] = view.relationshipEnd(id);
    }
    this.#fields = fields;
  }

  fieldsAt(row: number): RelationshipFields {
    const elementId = this.#elementId;
    const nodeElementId = (node: number): string => (node < 0 ? '' : elementId('node', node));
    const type = this.#fields[3 * row]!;
    return {
      elementId: elementId('relationship', this.#ids[row]!),
      startElementId: nodeElementId(this.#fields[3 * row + 1]!),
      endElementId: nodeElementId(this.#fields[3 * row + 2]!),
      relationshipType: type < 0 ? '' : this.#tokens.relationshipType.nameOf(type),
      properties: this.#properties.mapAt(row),
    };
  }
}

/** As nodeRecords. */
export function relationshipRecords(
  ids: Int32Array,
  context: MaterialiseContext,
): { readonly values: ResultValue[]; readonly bytes: number } {
  const count = ids.length;
  const gathered = context.view.gatherRelationshipProperties(ids, count);
  const properties = new PropertyColumns(gathered, context.tokens);
  const source = new RelationshipColumns(ids, context, properties);
  const values = new Array<ResultValue>(count);
  for (let row = 0; row < count; row++) {
    if (ids[row]! >= 0) values[row] = new RelationshipRecord(source, row);
    else values[row] = ids[row] === NO_ENTITY ? null : materialise(new RelationshipReference(ids[row]!), context);
  }
  return { values, bytes: count * RELATIONSHIP_BYTES + columnBytes(gathered, count) };
}
