/**
 * What a statement reads through. Every method answers for the view's lsn, whatever writers do meanwhile.
 * Reads never throw for an entity that does not exist: they answer null, false, or nothing.
 */
import type { StoredValue } from '../value/value.ts';
import type { Bitmap } from './bitmap.ts';
import type { ConstraintDefinition } from './constraint-definition.ts';
import type { ExportedOption } from './database-options.ts';
import type { TokenKind } from './delta.ts';
import type { FrontierStep } from './frontier.ts';
import type { FullTextIndex } from './full-text-index.ts';
import type { IndexDefinition, IndexRange } from './index-definition.ts';
import type { Expansion, IdList } from './result-lists.ts';
import type { ValueIndex } from './value-index.ts';
import type { Likeness, VectorIndex } from './vector-index.ts';

/** In the place of a relationship type: any type. */
export const ALL_TYPES = -1;

export type Direction = 'outgoing' | 'incoming' | 'both';

/** What a scan filled: `count` ids, and where to go on (`-1`: there is no more). Valid until the view's next scan. */
export interface ScanResult {
  readonly count: number;
  readonly cursor: number;
}

/** Property values of many entities. Has the shape of the executor's `Column`, which this room may not name. */
export type GatheredColumn =
  | { readonly kind: 'integer'; readonly values: Float64Array }
  | { readonly kind: 'float'; readonly values: Float64Array }
  | {
      readonly kind: 'value';
      readonly values: readonly (StoredValue | null)[];
      /** Of texts from the dictionary: their codes. */
      readonly codes?: Int32Array;
    };

/** The values of one property key for many entities. */
export interface GatheredProperty {
  readonly key: number;
  readonly column: GatheredColumn;
}

/** A node as a snapshot segment holds it: tokens, and `values[i]` under `keys[i]`, keys ascending. */
export interface ExportedNode {
  readonly id: number;
  readonly labels: readonly number[];
  readonly keys: readonly number[];
  readonly values: readonly StoredValue[];
}

/** A relationship as a snapshot segment holds it. */
export interface ExportedRelationship {
  readonly id: number;
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly keys: readonly number[];
  readonly values: readonly StoredValue[];
}

export interface GraphView {
  /** The last transaction that is seen; Infinity for the newest state, an open writer's changes included. */
  readonly lsn: number;
  /** Whether an open writer's changes are seen, and so what its statement has just deleted is missed. */
  readonly isWriters: boolean;

  nodeExists(id: number): boolean;
  /** Label tokens, ascending. Empty when the node does not exist. Not to be changed. */
  nodeLabels(id: number): readonly number[];
  hasLabel(id: number, label: number): boolean;
  /** The nodes that have a label; undefined when each must be looked at. Not to be changed, and not to be kept. */
  labelledNodes(label: number): Bitmap | undefined;
  /** What `nodeLabels` answers for every node; undefined when they differ, or each must be looked at. */
  commonLabels(): readonly number[] | undefined;
  nodeProperty(id: number, key: number): StoredValue | null;
  /** Tokens of the properties that the node has, ascending. */
  nodeKeys(id: number): number[];

  relationshipExists(id: number): boolean;
  /** The type's token, or -1 when the relationship does not exist. */
  relationshipType(id: number): number;
  /** The start node, or -1 when the relationship does not exist. */
  relationshipStart(id: number): number;
  /** The end node, or -1 when the relationship does not exist. */
  relationshipEnd(id: number): number;
  relationshipProperty(id: number, key: number): StoredValue | null;
  relationshipKeys(id: number): number[];

  /**
   * How many nodes have a label and, if one is named, a property; undefined when only looking at them would tell. No label: all nodes.
   */
  countNodes(label: number | undefined, key: number | undefined): number | undefined;

  /** Fills `out` with the ids of nodes from `cursor` on, ascending. Start at 0. */
  scanNodes(cursor: number, out: Int32Array): ScanResult;
  /** Fills `out` with the ids of nodes that have a label, from `cursor` on, ascending. */
  scanLabel(label: number, cursor: number, out: Int32Array): ScanResult;
  /** Fills `out` with the ids of relationships from `cursor` on, ascending. */
  scanRelationships(cursor: number, out: Int32Array): ScanResult;

  /**
   * Replaces what `out` holds by a node's relationships. Within one type and direction they come in the order of their
   * ids. A self-loop appears once for 'both'.
   */
  expand(node: number, direction: Direction, type: number, out: Expansion): void;
  /**
   * Makes a step from many nodes at once. Answers with the number of relationships looked at.
   */
  advance(step: FrontierStep): number;
  /** How many relationships `expand` gives. */
  degree(node: number, direction: Direction, type: number): number;

  /**
   * Replaces what `out` holds by the entities whose indexed property equals `value` in the sense of Cypher's `=`, ascending. Of an
   * index on several properties the value is a list, with one for each.
   */
  seekIndex(index: ValueIndex, value: StoredValue, out: IdList): void;
  /**
   * Replaces what `out` holds by the entities whose indexed properties lie in a range; the order is not
   * promised. Of an index on points, some that lie near the edges of its boxes may be among them.
   */
  rangeIndex(index: ValueIndex, range: IndexRange, out: IdList): void;

  /**
   * The entities whose vectors are most like another one, most like first: nearly always the true ones. Undefined when the index
   * cannot answer for the view, and each has to be looked at.
   */
  nearest(
    index: VectorIndex,
    sought: { readonly vector: Float32Array; readonly count: number },
  ): Likeness[] | undefined;
  /**
   * Tells which entity's document is seen in a slot of a full-text index; negative: none. Undefined when the index cannot answer for
   * the view, and each entity has to be looked at. Valid until the statement pauses.
   */
  documents(index: FullTextIndex): ((slot: number) => number) | undefined;

  /**
   * One property of the first `count` of `ids` (-1: null). 'integer' and 'float' only when all are there and all are of
   * that kind (integers: safe ones).
   */
  gatherNodeProperty(ids: Int32Array, count: number, key: number): GatheredColumn;
  gatherRelationshipProperty(ids: Int32Array, count: number, key: number): GatheredColumn;
  /**
   * All properties of the first `count` of `ids`: a column for each key that one of them has, keys ascending. For a result, which holds
   * the columns for as long as it is held.
   */
  gatherNodeProperties(ids: Int32Array, count: number): GatheredProperty[];
  gatherRelationshipProperties(ids: Int32Array, count: number): GatheredProperty[];

  /** One past the highest node id there may be: segments of nodes lie below it. */
  readonly nodeIdLimit: number;
  /** One past the highest relationship id there may be. */
  readonly relationshipIdLimit: number;
  /** The nodes with `fromId <= id < toId`, ascending. */
  exportNodes(fromId: number, toId: number): ExportedNode[];
  /** The relationships with `fromId <= id < toId`, ascending. */
  exportRelationships(fromId: number, toId: number): ExportedRelationship[];
  /** Names by token id. */
  exportTokens(kind: TokenKind): readonly string[];
  /** Index definitions, by name. */
  exportIndexes(): readonly IndexDefinition[];
  /** Constraint definitions, by name. */
  exportConstraints(): readonly ConstraintDefinition[];
  /** Options of the database, by name. */
  exportOptions(): readonly ExportedOption[];
  /** Order-independent sum over all that the view sees; see checksum.ts. */
  checksum(): bigint;
}

/** A view that keeps the versions it needs until it is closed. */
export interface Snapshot extends GraphView {
  /** Lets go of the versions. Closing twice does nothing; a closed snapshot is not read any more. */
  close(): void;
}
