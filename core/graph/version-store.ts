/**
 * What the graph was before: one undo record for each change since the oldest lsn that a reader may still ask for. The
 * columns hold the newest state; a reader at an lsn takes back, in thought, every change of a later transaction.
 *
 * The records of an entity form a chain, newest first. A bitmap tells which entities have one, and `newestLsn` tells a
 * view at a glance that there is nothing to take back, so that a hot loop without concurrent writers pays nothing.
 */
import type { StoredValue } from '../value/value.ts';
import { Bitmap } from './bitmap.ts';
import type { Departure } from './graph-index.ts';
import { MAP_ENTRY_BYTES, type MemoryCounter, OBJECT_BYTES } from './memory.ts';
import type { Stamp } from './stamp.ts';
import { storedBytes } from './stored-value.ts';

interface Link {
  readonly stamp: Stamp;
  readonly entity: number;
  /** Set when the record is chained. */
  older: Undo | undefined;
  newer: Undo | undefined;
}

/** The node did not exist. */
export interface NodeCreated extends Link {
  readonly type: 'nodeCreated';
}

/** The relationship did not exist. */
export interface RelationshipCreated extends Link {
  readonly type: 'relationshipCreated';
}

/** The node existed, with these labels and properties. */
export interface NodeDeleted extends Link {
  readonly type: 'nodeDeleted';
  readonly labelSet: number;
  readonly properties: ReadonlyMap<number, StoredValue>;
  readonly departures: readonly Departure[];
}

/** The relationship existed, with these ends and properties. */
export interface RelationshipDeleted extends Link {
  readonly type: 'relationshipDeleted';
  readonly relationshipType: number;
  readonly start: number;
  readonly end: number;
  readonly properties: ReadonlyMap<number, StoredValue>;
  readonly departures: readonly Departure[];
}

/** The node had these labels. */
export interface LabelsChanged extends Link {
  readonly type: 'labelsChanged';
  readonly labelSet: number;
  readonly departures: readonly Departure[];
}

/** The property had this value. */
export interface NodePropertyChanged extends Link {
  readonly type: 'nodePropertyChanged';
  readonly key: number;
  readonly before: StoredValue | null;
  readonly departures: readonly Departure[];
}

export interface RelationshipPropertyChanged extends Link {
  readonly type: 'relationshipPropertyChanged';
  readonly key: number;
  readonly before: StoredValue | null;
  readonly departures: readonly Departure[];
}

export type Undo =
  | NodeCreated
  | RelationshipCreated
  | NodeDeleted
  | RelationshipDeleted
  | LabelsChanged
  | NodePropertyChanged
  | RelationshipPropertyChanged;

const UNDO_BYTES = OBJECT_BYTES + MAP_ENTRY_BYTES + 32;

/** The chains of all nodes, or of all relationships. */
export class Chains {
  /** The entities that have a chain. */
  readonly entities: Bitmap;
  readonly #heads = new Map<number, Undo>();

  constructor(memory: MemoryCounter) {
    this.entities = new Bitmap(memory);
  }

  /** The newest record of an entity. */
  head(entity: number): Undo | undefined {
    return this.#heads.get(entity);
  }

  push(undo: Undo): void {
    const older = this.#heads.get(undo.entity);
    undo.older = older;
    if (older !== undefined) older.newer = undo;
    this.#heads.set(undo.entity, undo);
    this.entities.add(undo.entity);
  }

  /** Takes a record out that is the newest or the oldest of its chain. True when the entity has none left. */
  remove(undo: Undo): boolean {
    if (undo.older !== undefined) undo.older.newer = undo.newer;
    if (undo.newer !== undefined) {
      undo.newer.older = undo.older;
      return false;
    }
    if (undo.older !== undefined) {
      this.#heads.set(undo.entity, undo.older);
      return false;
    }
    this.#heads.delete(undo.entity);
    this.entities.delete(undo.entity);
    return true;
  }
}

export class VersionStore {
  readonly nodes: Chains;
  readonly relationships: Chains;
  /** The highest lsn of all records, Infinity when the open transaction has some, -1 when there are none. */
  newestLsn = -1;
  /** Relationships that a node has had, and that a snapshot may still see. */
  readonly #departed = new Map<number, Set<RelationshipDeleted>>();
  /** Committed records, oldest first. */
  #log: { readonly stamp: Stamp; readonly undos: readonly Undo[] }[] = [];
  #stamp: Stamp | undefined;
  /** Whether anybody may ask what was before the open transaction. */
  #isKept = true;
  #open: Undo[] = [];
  #bytes = 0;
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    this.nodes = new Chains(memory);
    this.relationships = new Chains(memory);
  }

  /** What all records take: it is in the memory counter too. */
  get bytes(): number {
    return this.#bytes;
  }

  begin(stamp: Stamp, isKept: boolean): void {
    this.#stamp = stamp;
    this.#isKept = isKept;
    this.#open = [];
  }

  /** Chains a record of the open transaction, in no chain yet. */
  record(undo: Undo): void {
    if (!this.#isKept) return;
    this.chainsOf(undo).push(undo);
    if (undo.type === 'relationshipDeleted') this.#depart(undo);
    this.#open.push(undo);
    this.#count(bytesOf(undo));
    this.newestLsn = undo.stamp.lsn;
  }

  /** Whether the open transaction made the entity, so that no reader but its own can see what it was before. */
  isFresh(head: Undo | undefined): boolean {
    if (!this.#isKept) return true;
    return head !== undefined && head.stamp === this.#stamp && isCreation(head);
  }

  /** Ends the open transaction, whose stamp has got its lsn. */
  commit(): void {
    if (this.#open.length > 0) this.#log.push({ stamp: this.#stamp!, undos: this.#open });
    this.#close();
  }

  /** Unchains the open transaction's records and answers them, newest first, to be undone. */
  rollback(): Undo[] {
    const undos = this.#open.reverse();
    for (const undo of undos) this.#forget(undo);
    this.#close();
    return undos;
  }

  /** Drops the records of transactions up to an lsn, and tells of every entity that has none left. */
  collect(lsn: number, bare: (chains: Chains, entity: number) => void): void {
    let done = 0;
    for (; done < this.#log.length && this.#log[done]!.stamp.lsn <= lsn; done += 1) {
      for (const undo of this.#log[done]!.undos) {
        if (this.#forget(undo)) bare(this.chainsOf(undo), undo.entity);
      }
    }
    if (done === 0) return;
    this.#log = this.#log.slice(done);
    this.#refreshNewest();
  }

  /** The relationships that have been deleted from a node and that a snapshot may still see. */
  departedFrom(node: number): ReadonlySet<RelationshipDeleted> {
    return this.#departed.get(node) ?? NONE;
  }

  chainsOf(undo: Undo): Chains {
    switch (undo.type) {
      case 'nodeCreated':
      case 'nodeDeleted':
      case 'labelsChanged':
      case 'nodePropertyChanged':
        return this.nodes;
      default:
        return this.relationships;
    }
  }

  #close(): void {
    this.#stamp = undefined;
    this.#open = [];
    this.#refreshNewest();
  }

  #refreshNewest(): void {
    if (this.#open.length === 0) this.newestLsn = this.#log.at(-1)?.stamp.lsn ?? -1;
  }

  #forget(undo: Undo): boolean {
    this.#count(-bytesOf(undo));
    if (undo.type === 'relationshipDeleted') this.#return(undo);
    if ('departures' in undo) for (const departure of undo.departures) departure.index.forget(departure);
    return this.chainsOf(undo).remove(undo);
  }

  #count(bytes: number): void {
    this.#bytes += bytes;
    this.#memory.bytes += bytes;
  }

  #depart(undo: RelationshipDeleted): void {
    for (const node of endsOf(undo)) {
      const known = this.#departed.get(node);
      if (known === undefined) this.#departed.set(node, new Set([undo]));
      else known.add(undo);
    }
  }

  #return(undo: RelationshipDeleted): void {
    for (const node of endsOf(undo)) {
      const known = this.#departed.get(node)!;
      known.delete(undo);
      if (known.size === 0) this.#departed.delete(node);
    }
  }
}

const NONE: ReadonlySet<RelationshipDeleted> = new Set();

/** Both ends of a relationship; one when they are the same. */
function endsOf({ start, end }: RelationshipDeleted): readonly number[] {
  return start === end ? [start] : [start, end];
}

function isCreation(undo: Undo): boolean {
  return undo.type === 'nodeCreated' || undo.type === 'relationshipCreated';
}

function bytesOf(undo: Undo): number {
  switch (undo.type) {
    case 'nodePropertyChanged':
    case 'relationshipPropertyChanged':
      return UNDO_BYTES + storedBytes(undo.before);
    case 'relationshipDeleted':
      return UNDO_BYTES + 2 * MAP_ENTRY_BYTES + propertiesBytes(undo.properties);
    case 'nodeDeleted':
      return UNDO_BYTES + propertiesBytes(undo.properties);
    default:
      return UNDO_BYTES;
  }
}

function propertiesBytes(properties: ReadonlyMap<number, StoredValue>): number {
  let bytes = OBJECT_BYTES;
  for (const value of properties.values()) bytes += MAP_ENTRY_BYTES + storedBytes(value);
  return bytes;
}
