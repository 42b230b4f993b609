/**
 * Linearizable reads, after Raft's ReadIndex (Ongaro's thesis §6.4): MAIN answers one at a moment at which it holds its lease, for then
 * nobody else has acknowledged anything that it lacks, and not before it has acknowledged all that it took over, since its
 * predecessor may have acknowledged any of that.
 */
import { isManual, needsLease } from './assignment.ts';
import { noteActivity } from './main.ts';
import type { Turn } from './turn.ts';

/** Reads that wait for the lease. More are refused, so that a MAIN without coordinators does not gather them. */
export const FRESH_READS_MAX = 4_000;

/** A client wants to read what is acknowledged now. Only MAIN can tell. */
export function noteFreshRead(turn: Turn, id: number): void {
  if (turn.state.role !== 'main') return turn.emit({ type: 'readRefused', ids: [id], reason: 'notMain' });
  // Nobody can tell that there is no other MAIN.
  if (isManual(turn.state.assignment)) return turn.emit({ type: 'readRefused', ids: [id], reason: 'manual' });
  const { freshReads } = turn.main;
  if (freshReads.length >= FRESH_READS_MAX) {
    return turn.emit({ type: 'readRefused', ids: [id], reason: 'overloaded' });
  }
  turn.updateMain({ freshReads: [...freshReads, id] });
  noteActivity(turn);
}

/** Lets the reads go on that waited, if the lease holds at this moment. Called after each event, as MAIN. */
export function answerFreshReads(turn: Turn): void {
  const { freshReads: ids, leaseUntilMs, inheritedLsn } = turn.main;
  const { assignment, acknowledgedLsn, unverified } = turn.state;
  if (ids.length === 0 || assignment === undefined || acknowledgedLsn < inheritedLsn) return;
  // After a restart the others are heard first: they would know of what this log has lost.
  if (unverified !== undefined) return;
  if (needsLease(assignment) && turn.nowMs >= leaseUntilMs) return;
  turn.updateMain({ freshReads: [] });
  // An object that another one has replaced does not learn of it before it touches storage. This write holds the answers back
  // until it is confirmed, and such an object's never is.
  turn.persist();
  turn.emit({ type: 'readReady', ids });
}
