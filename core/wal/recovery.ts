/** A start: the newest sound snapshot, then the log after it, everything checked on the way. */
import { GraphError } from '../error.ts';
import { GraphStore, type GraphStoreOptions } from '../graph/graph-store.ts';
import { checkVersion, VERSION, VERSION_MIN } from '../version.ts';
import { sameHash } from './checksum.ts';
import { type EpochStart, LogIndex } from './log-index.ts';
import {
  chainFault,
  decodeRecord,
  GENESIS,
  type LogPosition,
  type RecordHead,
  readRecordHead,
  versionOfRecord,
} from './record.ts';
import { type ChunkReader, restoreSnapshot } from './restore-snapshot.ts';
import { type FoundRecord, type RowFault, RowUnpacker, type StoredRow } from './row.ts';
import { SegmentChanges } from './segment-changes.ts';

/** A snapshot in storage. `name` is the host's, and comes back in what is said about damage. */
export interface StoredSnapshot {
  readonly name: string;
  readonly manifest: Uint8Array;
  readonly read: ChunkReader;
}

export interface RecoveryInput {
  /** Newest first. None are needed as long as the log goes back to its beginning. */
  readonly snapshots: Iterable<StoredSnapshot>;
  /** All rows that are retained, in the order of their keys. Read once, one at a time. */
  readonly rows: Iterable<StoredRow>;
  /** Readers of the store begin at most here; later transactions are there, not yet acknowledged. Unbounded when absent. */
  readonly acknowledgedLsn?: number | undefined;
  readonly store?: GraphStoreOptions | undefined;
  /** The newest version that is understood here; storage that needs a later one is a NewerVersionError. Absent: this build's. */
  readonly newest?: number | undefined;
}

/** Where the log could not be followed further. */
export interface LogCut {
  /** `tail`: nothing sound comes after it. `middle`: something does, so this is no torn write at the end. */
  readonly place: 'tail' | 'middle';
  /** The row in which it was noticed. */
  readonly row: number;
  /** The last transaction that was recovered. */
  readonly lastSoundLsn: number;
  /** The first transaction after the damage that is readable, if there is one; those between are lost here. */
  readonly resumesAtLsn: number | undefined;
  readonly reason: string;
}

/** Damage that has cost nothing, because an older snapshot or a newer one made up for it. */
export interface HarmlessDamage {
  /** A snapshot's name or `row <key>`. */
  readonly where: string;
  readonly reason: string;
}

export interface Recovery {
  readonly store: GraphStore;
  readonly position: LogPosition;
  readonly epochHistory: readonly EpochStart[];
  /** The records that are retained without a gap up to `position`. */
  readonly index: LogIndex;
  /** The snapshot that was used. */
  readonly snapshot: { readonly name: string; readonly lsn: number } | undefined;
  readonly harmless: readonly HarmlessDamage[];
  /** Undefined: everything in storage was read. */
  readonly cut: LogCut | undefined;
  /** When each segment of the store was last changed, as far as the next snapshot has to know. */
  readonly changes: SegmentChanges;
  /** The oldest version that understands all of this. */
  readonly needs: number;
}

/**
 * Recovers a graph from storage. Damage never is an error here but is told in the answer, since the caller decides what
 * to do with it: the position is what the caller compares with the high-water mark that others know.
 */
export function recover(input: RecoveryInput): Recovery {
  const harmless: HarmlessDamage[] = [];
  const start = newestSound(input, harmless);
  const replay = new Replay(start, input.acknowledgedLsn ?? Number.POSITIVE_INFINITY, harmless);
  const unpacker = new RowUnpacker();
  for (const row of input.rows) {
    for (const found of unpacker.take(row)) replay.take(found);
  }
  const fault = unpacker.end();
  if (fault) replay.take(fault);
  const recovery = { ...replay.finish(), snapshot: start.snapshot, harmless, changes: start.changes };
  checkVersion('the graph in storage', recovery.needs, input.newest ?? VERSION);
  return recovery;
}

interface Start {
  readonly store: GraphStore;
  readonly position: LogPosition;
  readonly epochHistory: readonly EpochStart[];
  readonly snapshot: Recovery['snapshot'];
  readonly changes: SegmentChanges;
  readonly version: number;
}

function newestSound(input: RecoveryInput, harmless: HarmlessDamage[]): Start {
  for (const { name, manifest, read } of input.snapshots) {
    try {
      const restored = restoreSnapshot(manifest, read, input.store);
      const { position, epochHistory, version } = restored.manifest;
      const changes = SegmentChanges.of(restored.manifest);
      return { store: restored.store, position, epochHistory, snapshot: { name, lsn: position.lsn }, changes, version };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      harmless.push({ where: name, reason: error.message });
    }
  }
  const store = new GraphStore(input.store);
  return {
    store,
    position: GENESIS,
    epochHistory: [],
    snapshot: undefined,
    changes: new SegmentChanges(),
    version: VERSION_MIN,
  };
}

/** Follows the log from a snapshot on. */
class Replay {
  readonly #start: Start;
  readonly #acknowledgedLsn: number;
  readonly #harmless: HarmlessDamage[];
  #position: LogPosition;
  #needs: number;
  #index: LogIndex | undefined;
  /** Faults since the last record that fitted. What comes next shows whether they have cost anything. */
  #faults: RowFault[] = [];
  #cut: LogCut | undefined;

  constructor(start: Start, acknowledgedLsn: number, harmless: HarmlessDamage[]) {
    this.#start = start;
    this.#acknowledgedLsn = acknowledgedLsn;
    this.#harmless = harmless;
    this.#position = start.position;
    this.#needs = start.version;
  }

  take(found: FoundRecord | RowFault): void {
    if (found.type === 'fault') {
      if (!this.#cut) this.#faults.push(found);
    } else if (this.#cut) {
      this.#takeAfterCut(found);
    } else if (found.lsn <= this.#start.position.lsn) {
      this.#takeBeforeStart(found);
    } else {
      this.#takeNext(found);
    }
  }

  finish(): Pick<Recovery, 'store' | 'position' | 'epochHistory' | 'index' | 'cut' | 'needs'> {
    const costly = this.#costlyFault();
    if (costly && !this.#cut) this.#cutAt(costly.row, costly.reason);
    else this.#forgive();
    const index = this.#usableIndex();
    const { store } = this.#start;
    const { epochHistory } = index;
    return { store, position: this.#position, epochHistory, index, cut: this.#cut, needs: this.#needs };
  }

  /** A record that the snapshot holds already. It is kept for replicas that are further behind. */
  #takeBeforeStart(found: FoundRecord): void {
    const head = attempt(found, readRecordHead);
    if (typeof head === 'string') {
      this.#index = undefined;
      this.#faults.push({ ...found, type: 'fault', reason: head });
      return;
    }
    this.#needs = Math.max(this.#needs, versionOfRecord(found.bytes));
    this.#forgive();
    const fits = this.#index && chainFault(this.#index.last, head) === undefined;
    // The epoch of the record before the first is not written anywhere near; the history of the snapshot knows it.
    if (!fits) this.#index = this.#newIndex(head);
    this.#index?.append(head);
    const { lsn, hash } = this.#start.position;
    if (head.lsn === lsn && !sameHash(head.hash, hash)) {
      this.#harmless.push({
        where: `row ${found.row}`,
        reason: `lsn ${lsn} is not the one that the snapshot ends with`,
      });
    }
  }

  /** Undefined when the record is of another history than the snapshot. */
  #newIndex(first: RecordHead): LogIndex | undefined {
    const before = this.#start.epochHistory.filter((start) => start.firstLsn < first.lsn);
    const base = { lsn: first.lsn - 1, epoch: before.at(-1)?.epoch ?? 0, hash: first.previousHash };
    return first.epoch < base.epoch ? undefined : new LogIndex(base, before);
  }

  #takeNext(found: FoundRecord): void {
    const record = attempt(found, decodeRecord);
    if (typeof record === 'string') {
      this.#faults.push({ ...found, type: 'fault', reason: record });
      return;
    }
    const fault = chainFault(this.#position, record);
    if (fault) {
      const cause = this.#costlyFault();
      this.#cutAt(cause?.row ?? found.row, cause?.reason ?? fault);
      this.#takeAfterCut(found);
      return;
    }
    this.#needs = Math.max(this.#needs, versionOfRecord(found.bytes));
    this.#forgive();
    this.#index = this.#usableIndex();
    this.#index.append(record);
    const { store, changes } = this.#start;
    // The tail that is not acknowledged may yet have to be cut off, and readers are shown what was before.
    if (record.lsn <= this.#acknowledgedLsn) store.replay(record);
    else store.apply(record);
    changes.note(record);
    this.#position = { lsn: record.lsn, epoch: record.epoch, hash: record.hash };
  }

  /** Only to tell where the log could be read again. */
  #takeAfterCut(found: FoundRecord): void {
    if (!this.#cut || this.#cut.resumesAtLsn !== undefined || found.lsn <= this.#position.lsn) return;
    const head = attempt(found, readRecordHead);
    if (typeof head !== 'string') this.#cut = { ...this.#cut, place: 'middle', resumesAtLsn: head.lsn };
  }

  /** A fault that is known to be about what the snapshot holds has cost nothing. */
  #costlyFault(): RowFault | undefined {
    return this.#faults.find((fault) => fault.lsn === undefined || fault.lsn > this.#position.lsn);
  }

  #cutAt(row: number, reason: string): void {
    this.#cut = { place: 'tail', row, lastSoundLsn: this.#position.lsn, resumesAtLsn: undefined, reason };
    this.#faults = [];
  }

  #forgive(): void {
    for (const { row, reason } of this.#faults) this.#harmless.push({ where: `row ${row}`, reason });
    this.#faults = [];
  }

  /** The index, if it reaches up to the position; else an empty one there. */
  #usableIndex(): LogIndex {
    const last = this.#index?.last;
    if (this.#index && last?.lsn === this.#position.lsn && sameHash(last.hash, this.#position.hash)) return this.#index;
    const history = this.#start.epochHistory.filter((start) => start.firstLsn <= this.#position.lsn);
    return new LogIndex(this.#position, history);
  }
}

/** What was read, or why it could not be. */
function attempt<Read extends RecordHead>(found: FoundRecord, read: (bytes: Uint8Array) => Read): Read | string {
  try {
    const record = read(found.bytes);
    return record.lsn === found.lsn ? record : `the record of lsn ${record.lsn} is stored as that of lsn ${found.lsn}`;
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    return `the record of lsn ${found.lsn} is damaged: ${error.message}`;
  }
}
