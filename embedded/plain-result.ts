/** Rows of a result in plain JavaScript values. */
import {
  Float,
  NodeRecord,
  type NodeSource,
  PathRecord,
  RelationshipRecord,
  type ResultValue,
  type StoredValue,
} from '../core/value/value.ts';

/** null, booleans, numbers, bigints, strings, arrays, objects, PlainNode, PlainRelationship and PlainPath. */
export type PlainValue = unknown;
export type PlainRow = readonly PlainValue[];

/** A node of a result. Its properties stand in a plain object, made when it is asked for. */
export class PlainNode {
  readonly #source: NodeSource;
  readonly #row: number;

  /** Takes what is in the record and lets go of it: there may be a million in a result. */
  constructor({ source, row }: NodeRecord) {
    this.#source = source;
    this.#row = row;
  }

  get elementId(): string {
    return this.#source.elementIdAt(this.#row);
  }

  get labels(): readonly string[] {
    return this.#source.labelsAt(this.#row);
  }

  get properties(): Readonly<Record<string, PlainValue>> {
    return plainMap(this.#source.propertiesAt(this.#row));
  }

  toJSON(): object {
    const { elementId, labels, properties } = this;
    return { elementId, labels, properties };
  }
}

/** A relationship of a result. */
export class PlainRelationship {
  readonly #record: RelationshipRecord;

  constructor(record: RelationshipRecord) {
    this.#record = record;
  }

  get elementId(): string {
    return this.#record.elementId;
  }

  get startElementId(): string {
    return this.#record.startElementId;
  }

  get endElementId(): string {
    return this.#record.endElementId;
  }

  get type(): string {
    return this.#record.relationshipType;
  }

  get properties(): Readonly<Record<string, PlainValue>> {
    return plainMap(this.#record.properties);
  }

  toJSON(): object {
    const { elementId, startElementId, endElementId, type, properties } = this;
    return { elementId, startElementId, endElementId, type, properties };
  }
}

/** Rows that nobody else holds become plain rows: only what is no plain value already is replaced. */
export function plainRows(rows: readonly (readonly ResultValue[])[], hasObjects: boolean): PlainRow[] {
  const plain = rows as unknown[][]; // the execution that made them is over
  // To go through rows of numbers in vain would cost as much as to make them.
  if (!hasObjects) return plain as PlainRow[];
  for (const row of plain) {
    for (let at = 0; at < row.length; at += 1) {
      if (typeof row[at] === 'object' && row[at] !== null) row[at] = plainObject(row[at] as Exclude<ResultValue, null>); // not replaced yet
    }
  }
  return plain;
}

function plainValue(value: ResultValue): PlainValue {
  return typeof value === 'object' && value !== null ? plainObject(value) : value;
}

/** A FLOAT becomes a number, a map an object without prototype. */
function plainObject(value: Exclude<ResultValue, null>): PlainValue {
  if (value instanceof NodeRecord) return new PlainNode(value);
  if (value instanceof Float) return value.value;
  if (value instanceof RelationshipRecord) return new PlainRelationship(value);
  if (value instanceof PathRecord) {
    const nodes = value.nodes.map((node) => new PlainNode(node));
    return { nodes, relationships: value.relationships.map((each) => new PlainRelationship(each)) };
  }
  if (value instanceof Map) return plainMap(value);
  return Array.isArray(value) ? value.map(plainValue) : value;
}

function plainMap(map: ReadonlyMap<string, ResultValue | StoredValue>): Record<string, PlainValue> {
  const plain: Record<string, PlainValue> = Object.create(null);
  for (const [key, value] of map) plain[key] = plainValue(value);
  return plain;
}
