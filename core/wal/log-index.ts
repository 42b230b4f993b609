/** Where each record of the retained log stands in its history: hash and epoch by lsn, 8 bytes a record. */
import { assert } from '../assert.ts';
import { HASH_BYTES } from './checksum.ts';
import type { LogPosition } from './record.ts';

/** The first record of an epoch. */
export interface EpochStart {
  readonly epoch: number;
  readonly firstLsn: number;
}

/** Older epochs than these are forgotten. Memgraph keeps as many. */
export const EPOCH_HISTORY_MAX = 1_000;

const HASHES_AT_FIRST = 1024;

export class LogIndex {
  #base: LogPosition;
  #lastLsn: number;
  #hashes = new Uint8Array(HASHES_AT_FIRST * HASH_BYTES);
  #epochHistory: EpochStart[];

  /** An index that begins after `base`, which it knows too. `epochHistory` tells the epochs up to it. */
  constructor(base: LogPosition, epochHistory: readonly EpochStart[]) {
    this.#base = base;
    this.#lastLsn = base.lsn;
    this.#epochHistory = [...epochHistory];
  }

  /** The position before the first record of the index. */
  get base(): LogPosition {
    return this.#base;
  }

  /** The position of the last record; `base` when there is none. */
  get last(): LogPosition {
    return this.at(this.#lastLsn) ?? this.#base;
  }

  /** The epochs of the log, ascending, each with its first lsn. */
  get epochHistory(): readonly EpochStart[] {
    return this.#epochHistory;
  }

  /** Takes the next record. */
  append(position: LogPosition): void {
    assert(position.lsn === this.#lastLsn + 1, `lsn ${position.lsn} does not follow lsn ${this.#lastLsn}`);
    const lastEpoch = this.#epochHistory.at(-1)?.epoch;
    assert(position.epoch >= (lastEpoch ?? 0), 'epochs only grow');
    if (position.epoch !== lastEpoch) {
      this.#epochHistory.push({ epoch: position.epoch, firstLsn: position.lsn });
      if (this.#epochHistory.length > EPOCH_HISTORY_MAX) this.#epochHistory.shift();
    }
    const offset = (position.lsn - this.#base.lsn - 1) * HASH_BYTES;
    if (offset === this.#hashes.length) this.#resize(offset * 2);
    this.#hashes.set(position.hash, offset);
    this.#lastLsn = position.lsn;
  }

  /** The position at `lsn`, or undefined when it lies outside `base.lsn … last.lsn`. */
  at(lsn: number): LogPosition | undefined {
    if (lsn === this.#base.lsn) return this.#base;
    const hash = this.hashAt(lsn);
    return hash && { lsn, epoch: this.epochAt(lsn), hash };
  }

  /** The hash of the record at `lsn`, or undefined when it lies outside the index. */
  hashAt(lsn: number): Uint8Array | undefined {
    if (lsn === this.#base.lsn) return this.#base.hash;
    if (lsn < this.#base.lsn || lsn > this.#lastLsn || !Number.isInteger(lsn)) return undefined;
    const offset = (lsn - this.#base.lsn - 1) * HASH_BYTES;
    return this.#hashes.slice(offset, offset + HASH_BYTES);
  }

  /** The epoch of the record at `lsn`, for an lsn of the index. */
  epochAt(lsn: number): number {
    if (lsn <= this.#base.lsn) return this.#base.epoch;
    return this.#epochHistory.findLast((start) => start.firstLsn <= lsn)?.epoch ?? this.#base.epoch;
  }

  /** Forgets the records after `lsn`, which is one of the index: a tail that never was acknowledged is cut off. */
  truncateAfter(lsn: number): void {
    assert(lsn >= this.#base.lsn && lsn <= this.#lastLsn, `lsn ${lsn} is not in the index`);
    this.#lastLsn = lsn;
    this.#epochHistory = this.#epochHistory.filter((start) => start.firstLsn <= lsn);
  }

  /** Makes `lsn` the base: the rows with the records up to it are deleted. The epochs stay known. */
  forgetThrough(lsn: number): void {
    const base = this.at(lsn);
    assert(base, `lsn ${lsn} is not in the index`);
    const kept = this.#hashes.slice((lsn - this.#base.lsn) * HASH_BYTES, (this.#lastLsn - this.#base.lsn) * HASH_BYTES);
    this.#base = base;
    this.#hashes = kept;
    this.#resize(Math.max(kept.length, HASHES_AT_FIRST * HASH_BYTES));
  }

  #resize(bytes: number): void {
    const hashes = new Uint8Array(bytes);
    hashes.set(this.#hashes);
    this.#hashes = hashes;
  }
}
