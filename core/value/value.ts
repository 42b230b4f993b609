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

/**
 * What many node records are views of: the columns that were read for a batch of rows. A record of a large result then costs
 * one small object, and its id text and map of properties are made when somebody asks for them.
 */
export interface NodeSource {
  elementIdAt(row: number): string;
  labelsAt(row: number): readonly string[];
  propertiesAt(row: number): ReadonlyMap<string, StoredValue>;
}

/** A node as a client gets it. */
export class NodeRecord {
  readonly source: NodeSource;
  readonly row: number;

  constructor(elementId: string, labels: readonly string[], properties: ReadonlyMap<string, StoredValue>);
  constructor(source: NodeSource, row: number);
  constructor(
    idOrSource: string | NodeSource,
    labelsOrRow: readonly string[] | number,
    properties?: ReadonlyMap<string, StoredValue>,
  ) {
    if (typeof idOrSource === 'string') {
      this.source = new OneNode(
        idOrSource,
        typeof labelsOrRow === 'number' ? [] : labelsOrRow,
        properties ?? new Map(),
      );
      this.row = 0;
    } else {
      this.source = idOrSource;
      this.row = typeof labelsOrRow === 'number' ? labelsOrRow : 0;
    }
  }

  get elementId(): string {
    return this.source.elementIdAt(this.row);
  }

  get labels(): readonly string[] {
    return this.source.labelsAt(this.row);
  }

  get properties(): ReadonlyMap<string, StoredValue> {
    return this.source.propertiesAt(this.row);
  }
}

class OneNode implements NodeSource {
  readonly elementId: string;
  readonly labels: readonly string[];
  readonly properties: ReadonlyMap<string, StoredValue>;

  constructor(elementId: string, labels: readonly string[], properties: ReadonlyMap<string, StoredValue>) {
    this.elementId = elementId;
    this.labels = labels;
    this.properties = properties;
  }

  elementIdAt(): string {
    return this.elementId;
  }

  labelsAt(): readonly string[] {
    return this.labels;
  }

  propertiesAt(): ReadonlyMap<string, StoredValue> {
    return this.properties;
  }
}

/** What a relationship is made of. */
export interface RelationshipFields {
  readonly elementId: string;
  readonly startElementId: string;
  readonly endElementId: string;
  readonly relationshipType: string;
  readonly properties: ReadonlyMap<string, StoredValue>;
}

/** As NodeSource, for relationships. */
export interface RelationshipSource {
  fieldsAt(row: number): RelationshipFields;
}

/** A relationship as a client gets it. */
export class RelationshipRecord implements RelationshipFields {
  readonly source: RelationshipSource;
  readonly row: number;

  constructor(source: RelationshipFields | RelationshipSource, row = 0) {
    this.source = 'fieldsAt' in source ? source : new OneRelationship(source);
    this.row = row;
  }

  get elementId(): string {
    return this.source.fieldsAt(this.row).elementId;
  }

  get startElementId(): string {
    return this.source.fieldsAt(this.row).startElementId;
  }

  get endElementId(): string {
    return this.source.fieldsAt(this.row).endElementId;
  }

  get relationshipType(): string {
    return this.source.fieldsAt(this.row).relationshipType;
  }

  get properties(): ReadonlyMap<string, StoredValue> {
    return this.source.fieldsAt(this.row).properties;
  }
}

class OneRelationship implements RelationshipFields, RelationshipSource {
  readonly elementId: string;
  readonly startElementId: string;
  readonly endElementId: string;
  readonly relationshipType: string;
  readonly properties: ReadonlyMap<string, StoredValue>;

  constructor(fields: RelationshipFields) {
    this.elementId = fields.elementId;
    this.startElementId = fields.startElementId;
    this.endElementId = fields.endElementId;
    this.relationshipType = fields.relationshipType;
    this.properties = fields.properties;
  }

  fieldsAt(): RelationshipFields {
    return this;
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
