/**
 * How far a replica is behind in time: the age of the oldest transaction that it lacks. MAIN remembers when some of its
 * transactions were committed, densely for the newest and ever more thinly before, so that a bounded list reaches far back.
 */
import type { CommitTime, Replica } from './instance-state.ts';

/** No two remembered moments lie closer together, in milliseconds: the error that a lag may have. */
const EVERY_MS = 100;

/** When there are as many moments as this, those are forgotten that lie closer together than a fifth of their age: a day takes 80. */
const TIMES_MAX = 128;
const GAP_OF_AGE = 0.2;

/** Remembers when a transaction was committed. */
export function noteCommitTime(times: readonly CommitTime[], time: CommitTime): readonly CommitTime[] {
  const last = times.at(-1);
  if (last !== undefined && time.atMs - last.atMs < EVERY_MS) return times;
  return [...(times.length < TIMES_MAX ? times : thinned(times, time.atMs)), time];
}

function thinned(times: readonly CommitTime[], nowMs: number): readonly CommitTime[] {
  let keptAtMs = Number.NEGATIVE_INFINITY;
  return times.filter(({ atMs }) => {
    if (atMs - keptAtMs < GAP_OF_AGE * (nowMs - atMs)) return false;
    keptAtMs = atMs;
    return true;
  });
}

/** Milliseconds, 0 for a replica that is level; undefined when MAIN does not know how old what it lacks is. */
export function lagMsOf(
  replica: Pick<Replica, 'storedLsn' | 'heardAtMs'>,
  main: { readonly lsn: number; readonly times: readonly CommitTime[]; readonly nowMs: number },
): number | undefined {
  if (replica.heardAtMs === undefined) return undefined;
  if (replica.storedLsn >= main.lsn) return 0;
  const known = main.times.findLast(({ lsn }) => lsn <= replica.storedLsn + 1);
  return known && Math.max(0, main.nowMs - known.atMs);
}
