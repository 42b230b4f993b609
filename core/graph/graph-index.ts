/**
 * What every index is: it holds, for some entities, what they have under its keys. The newest state is held exactly, once it
 * has been populated; what a transaction has taken away is kept beside it, as departures, for as long as a snapshot may ask.
 *
 * An index is populated in slices while writes go on: entities below `coveredBelow` are in it and are kept up to date, the others
 * are not looked at before their turn.
 */
import { type EquivalenceKey, equivalenceKey } from '../value/equivalence.ts';
import type { StoredValue } from '../value/value.ts';
import type { IndexDefinition } from './index-definition.ts';
import { type MemoryCounter, OBJECT_BYTES } from './memory.ts';
import { OPEN, type Stamp } from './stamp.ts';

/** What an entity had under an index, and has no more. */
export interface Departure {
  readonly index: GraphIndex;
  readonly entity: number;
  /** Of an index on several properties: the list of their values. */
  readonly value: StoredValue;
}

export abstract class GraphIndex {
  readonly definition: IndexDefinition;
  /** Snapshots of an earlier lsn cannot use the index. */
  builtAt: Stamp = { lsn: OPEN };
  /** Entities with ids below this are in the index if they belong there. */
  coveredBelow = 0;
  /** Whether the index has been dropped, so that nobody keeps it up to date. */
  dropped = false;
  /** The newest state's entries, for the planner. */
  entryCount = 0;
  readonly #memory: MemoryCounter;
  /** What the entries take, counted apart so that a dropped index gives it back at once. */
  readonly #entriesMemory: MemoryCounter = { bytes: 0 };
  readonly #departures = new Map<EquivalenceKey, Set<Departure>>();

  constructor(definition: IndexDefinition, memory: MemoryCounter) {
    this.definition = definition;
    this.#memory = memory;
  }

  /** Distinct values in the newest state, for the planner. */
  abstract get valueCount(): number;

  /** What it takes to add an entity, in entities that are looked at. */
  entryCost(_held: StoredValue): number {
    return 1;
  }

  /** Whether all entities of the newest state are covered. */
  get isPopulated(): boolean {
    return this.coveredBelow === Number.POSITIVE_INFINITY;
  }

  /** Whether the index answers for the newest state and for every snapshot that is opened from now on. */
  get isOnline(): boolean {
    return this.isPopulated && this.builtAt.lsn !== OPEN && !this.dropped;
  }

  /** What the index holds of an entity whose properties `read` gives; null: it does not belong in the index. */
  held(read: (key: number) => StoredValue | null): StoredValue | null {
    const { keys } = this.definition;
    if (keys.length === 1) return read(keys[0]!);
    const values: StoredValue[] = [];
    for (const key of keys) {
      const value = read(key);
      if (value === null) return null;
      values.push(value);
    }
    return values;
  }

  add(entity: number, held: StoredValue): void {
    const before = this.#entriesMemory.bytes;
    this.insert(entity, held, this.#entriesMemory);
    this.#memory.bytes += this.#entriesMemory.bytes - before;
  }

  delete(entity: number, held: StoredValue): void {
    const before = this.#entriesMemory.bytes;
    this.remove(entity, held, this.#entriesMemory);
    this.#memory.bytes += this.#entriesMemory.bytes - before;
  }

  /** Whether there is work that was put off when entities were added, so that no change waits for it. */
  get hasBacklog(): boolean {
    return false;
  }

  /** Does some of what was put off. Answers with what it has cost, in entities that are looked at: about `cost` at most. */
  workOff(cost: number): number {
    const before = this.#entriesMemory.bytes;
    const spent = this.catchUp(cost, this.#entriesMemory);
    this.#memory.bytes += this.#entriesMemory.bytes - before;
    return spent;
  }

  protected catchUp(_cost: number, _memory: MemoryCounter): number {
    return 0;
  }

  protected abstract insert(entity: number, held: StoredValue, memory: MemoryCounter): void;
  protected abstract remove(entity: number, held: StoredValue, memory: MemoryCounter): void;
  /** Lets all entries go. */
  protected abstract clear(): void;

  /** What departures are found by. */
  protected departureKey({ value }: Departure): EquivalenceKey {
    return equivalenceKey(value);
  }

  /** Remembers what has left the entries. */
  depart(departure: Departure): void {
    const key = this.departureKey(departure);
    const known = this.#departures.get(key);
    if (known === undefined) this.#departures.set(key, new Set([departure]));
    else known.add(departure);
    this.#memory.bytes += OBJECT_BYTES;
  }

  /** Forgets a departure that no snapshot can ask for any more. */
  forget(departure: Departure): void {
    const key = this.departureKey(departure);
    const known = this.#departures.get(key)!;
    known.delete(departure);
    if (known.size === 0) this.#departures.delete(key);
    this.#memory.bytes -= OBJECT_BYTES;
  }

  /** The departures of one key. */
  protected departuresAt(key: EquivalenceKey): ReadonlySet<Departure> {
    return this.#departures.get(key) ?? NONE;
  }

  /** All that has left the entries, and that a snapshot may still see. */
  *departures(): Iterable<Departure> {
    for (const departures of this.#departures.values()) yield* departures;
  }

  /** Gives the entries' memory back. Departures leave by themselves. */
  drop(): void {
    this.dropped = true;
    this.#memory.bytes -= this.#entriesMemory.bytes;
    this.#entriesMemory.bytes = 0;
    this.clear();
  }
}

const NONE: ReadonlySet<Departure> = new Set();
