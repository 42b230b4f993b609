/**
 * Every value a statement can hold. INTEGER is a JS `number` while it is a safe integer, else a
 * `bigint` within 64 bits; FLOAT as a single value is boxed, so that 1 and 1.0 stay apart. Decision: docs/decisions/values.md.
 */

import type { PointValue } from './spatial/point-value.ts';
import type { DurationValue, Temporal } from './temporal/temporal-value.ts';

/** A FLOAT. Boxed here; unboxed in typed columns. */
export class Float {
  readonly value: number;

  constructor(value: number) {
    this.value = value;
  }
}

/** A reference to a node of the graph that a statement reads. Its id is dense and internal; clients see an element id. */
export class NodeReference {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

/** A reference to a relationship, by its internal id. */
export class RelationshipReference {
  readonly id: number;

  constructor(id: number) {
    this.id = id;
  }
}

/** A path by internal ids: `nodes.length === relationships.length + 1`. */
export class PathReference {
  readonly nodes: readonly number[];
  readonly relationships: readonly number[];

  constructor(nodes: readonly number[], relationships: readonly number[]) {
    this.nodes = nodes;
    this.relationships = relationships;
  }
}

/** What a property may hold. */
export type StoredValue =
  | boolean
  | number
  | bigint
  | Float
  | string
  | Temporal
  | DurationValue
  | PointValue
  | readonly StoredValue[];

/** A map value. A Map and never a plain object, so that `__proto__` is an ordinary key. */
export type ValueMap = ReadonlyMap<string, Value>;

/** A value while a statement runs. */
export type Value =
  | null
  | boolean
  | number
  | bigint
  | Float
  | string
  | Temporal
  | DurationValue
  | PointValue
  | readonly Value[]
  | ValueMap
  | NodeReference
  | RelationshipReference
  | PathReference;

/** A node as a client gets it. */
export class NodeRecord {
  readonly elementId: string;
  readonly labels: readonly string[];
  readonly properties: ReadonlyMap<string, StoredValue>;

  constructor(elementId: string, labels: readonly string[], properties: ReadonlyMap<string, StoredValue>) {
    this.elementId = elementId;
    this.labels = labels;
    this.properties = properties;
  }
}

/** A relationship as a client gets it. */
export class RelationshipRecord {
  readonly elementId: string;
  readonly startElementId: string;
  readonly endElementId: string;
  readonly relationshipType: string;
  readonly properties: ReadonlyMap<string, StoredValue>;

  constructor(fields: {
    elementId: string;
    startElementId: string;
    endElementId: string;
    relationshipType: string;
    properties: ReadonlyMap<string, StoredValue>;
  }) {
    this.elementId = fields.elementId;
    this.startElementId = fields.startElementId;
    this.endElementId = fields.endElementId;
    this.relationshipType = fields.relationshipType;
    this.properties = fields.properties;
  }
}

/** A path as a client gets it: `nodes.length === relationships.length + 1`. */
export class PathRecord {
  readonly nodes: readonly NodeRecord[];
  readonly relationships: readonly RelationshipRecord[];

  constructor(nodes: readonly NodeRecord[], relationships: readonly RelationshipRecord[]) {
    this.nodes = nodes;
    this.relationships = relationships;
  }
}

/** A value as it leaves the engine: references have become records. */
export type ResultValue =
  | null
  | boolean
  | number
  | bigint
  | Float
  | string
  | Temporal
  | DurationValue
  | PointValue
  | readonly ResultValue[]
  | ReadonlyMap<string, ResultValue>
  | NodeRecord
  | RelationshipRecord
  | PathRecord;
