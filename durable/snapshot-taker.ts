/** Takes snapshots of an instance's graph in slices, from a view that stands still, while writes go on. */
import type { GraphStore } from '../core/graph/graph-store.ts';
import { decodeManifest } from '../core/wal/manifest.ts';
import type { LogPosition } from '../core/wal/record.ts';
import type { SegmentChanges } from '../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../core/wal/snapshot.ts';
import type { InstanceLog } from './instance-log.ts';
import { nextTurn } from './turn.ts';

/** A snapshot is due when this many bytes of records have been logged since the last: what a start has to replay. */
export const SNAPSHOT_AFTER_BYTES = 8 * 1024 * 1024;

/**
 * While a snapshot is taken, versions of all that is written are kept for it. When they have come to so many bytes, writers let it go
 * first: it takes some hundred milliseconds at most, and the graph must not run out of memory because of its past.
 */
const VERSION_BYTES_MAX = 8 * 1024 * 1024;

/** Ids encoded in one turn. */
const SNAPSHOT_SLICE_IDS = 8_192;

export interface SnapshotSource {
  store(): GraphStore;
  /** When the segments of the store were last changed. */
  changes(): SegmentChanges;
  readonly log: InstanceLog;
  /** First lsn that a replica may still ask for. */
  neededFromLsn(): number;
}

export class SnapshotTaker {
  readonly #source: SnapshotSource;
  #taking: Promise<string | undefined> | undefined;
  /** Raised when graph and log are replaced: a snapshot that is being taken is of the old ones. */
  #generation = 0;

  constructor(source: SnapshotSource) {
    this.#source = source;
  }

  /** Graph and log are about to be replaced: what is being taken is given up. */
  abandon(): void {
    this.#generation += 1;
  }

  get isTaking(): boolean {
    return this.#taking !== undefined;
  }

  /** Begins to take a snapshot if one is due. */
  takeIfDue(): void {
    if (this.#source.log.walBytesSinceSnapshot >= SNAPSHOT_AFTER_BYTES) this.begin();
  }

  /** Begins to take a snapshot, unless one is being taken. */
  begin(): void {
    this.take().catch((error: unknown) => {
      // The log stays whole, so nothing is lost; the next one is tried when it is due.
      console.error('a snapshot could not be taken:', error);
    });
  }

  /**
   * Takes a snapshot at the acknowledged lsn: never of anything that a failover could take back. Resolves with its name when it is
   * complete, and with undefined when there is nothing to take, another one is being taken, or the graph was replaced meanwhile.
   */
  async take(): Promise<string | undefined> {
    const position = this.#source.log.at(this.#source.store().acknowledgedLsn);
    if (this.#taking || !position || position.lsn === 0) return undefined;
    this.#taking = this.#take(position);
    try {
      return await this.#taking;
    } finally {
      this.#taking = undefined;
    }
  }

  /** Resolves when writers may go on; undefined when they need not wait. */
  room(): Promise<void> | undefined {
    if (this.#taking === undefined || this.#source.store().versionBytes <= VERSION_BYTES_MAX) return undefined;
    return this.#taking.then(
      () => undefined,
      // Who takes it is told.
      () => undefined,
    );
  }

  async #take(position: LogPosition): Promise<string | undefined> {
    const { log } = this.#source;
    const store = this.#source.store();
    const generation = this.#generation;
    const view = store.openSnapshot(position.lsn);
    const { draft, base } = log.beginSnapshot();
    try {
      const encoder = new SnapshotEncoder({
        view,
        position,
        epochHistory: log.epochHistory.filter(({ firstLsn }) => firstLsn <= position.lsn),
        changes: this.#source.changes(),
        base: base && decodeManifest(base.bytes),
      });
      for (;;) {
        for (const chunk of encoder.next(SNAPSHOT_SLICE_IDS)) log.saveSnapshotChunk(draft, chunk);
        if (encoder.manifest) break;
        await nextTurn();
        if (generation !== this.#generation) return undefined;
      }
      const { manifest } = encoder;
      const neededFromLsn = this.#source.neededFromLsn();
      return log.finishSnapshot({ draft, base, manifest, createdMs: Date.now(), neededFromLsn });
    } finally {
      view.close();
    }
  }
}
