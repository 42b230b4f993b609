/**
 * Which epochs a log is made of. Within an epoch there is one MAIN, so two logs in which epoch e begins at the same lsn and that both have
 * a record of it at lsn n are the same up to n; that makes (epoch, lsn) enough to find where two logs branched.
 */

import { EPOCH_HISTORY_MAX, type EpochStart } from '../wal/log-index.ts';

/** The first record of an epoch in a log. */
export type { EpochStart };

/** The history with the record (`epoch`, `lsn`) at its end. */
export function extendHistory(
  history: readonly EpochStart[],
  record: { readonly epoch: number; readonly lsn: number },
): readonly EpochStart[] {
  const last = history.at(-1);
  if (last !== undefined && last.epoch === record.epoch) return history;
  return [...history, { epoch: record.epoch, firstLsn: record.lsn }].slice(-EPOCH_HISTORY_MAX);
}

/** The history of the log cut off after `lsn`. */
export function cutHistory(history: readonly EpochStart[], lsn: number): readonly EpochStart[] {
  return history.filter((start) => start.firstLsn <= lsn);
}

/** Epoch of the record at `lsn`; undefined when it lies before what the history remembers. 0 for lsn 0. */
export function epochAt(history: readonly EpochStart[], lsn: number): number | undefined {
  if (lsn === 0) return 0;
  return history.findLast((start) => start.firstLsn <= lsn)?.epoch;
}

/** Last lsn of each epoch of a log that ends at `lastLsn`. */
function endOf(history: readonly EpochStart[], position: number, lastLsn: number): number {
  return (history[position + 1]?.firstLsn ?? lastLsn + 1) - 1;
}

/** The part of an epoch that a log holds, from its first to its last lsn; undefined when it holds nothing of it. */
export function extentOf(
  log: { readonly history: readonly EpochStart[]; readonly lsn: number },
  epoch: number,
): { readonly firstLsn: number; readonly lastLsn: number } | undefined {
  const position = log.history.findIndex((start) => start.epoch === epoch);
  const start = log.history[position];
  if (start === undefined) return undefined;
  return { firstLsn: start.firstLsn, lastLsn: endOf(log.history, position, log.lsn) };
}

/**
 * The last lsn up to which two logs are the same: the fork, or the end of the shorter one. 0 when they share nothing. Where an epoch does not
 * begin at the same lsn, its MAIN has begun it twice, since it had lost the end of its log: of that they share nothing.
 */
export function commonLsn(
  left: { readonly history: readonly EpochStart[]; readonly lsn: number },
  right: { readonly history: readonly EpochStart[]; readonly lsn: number },
): number {
  let common = 0;
  for (const { epoch } of left.history) {
    const ours = extentOf(left, epoch);
    const theirs = extentOf(right, epoch);
    if (ours !== undefined && ours.firstLsn === theirs?.firstLsn) {
      common = Math.max(common, Math.min(ours.lastLsn, theirs.lastLsn));
    }
  }
  return common;
}
