/**
 * A planned change of MAIN: MAIN takes no more writes and lets everything in its log be acknowledged; only then is its epoch
 * ended. So nothing is lost and nobody's outcome is unknown; whoever writes meanwhile waits for the next MAIN. When MAIN is not
 * ready in time, everything stays as it is.
 */
import type { Database, FailoverReason, MainChoice } from './cluster-state.ts';
import type { CoordinatorTurn } from './turn.ts';

/** MAIN is asked whether it is ready this often at most, in milliseconds. */
const ASK_EVERY_MS = 20;

/** MAIN goes on taking writes when it has not been asked for this long, in milliseconds: longer than an ask and its way. */
const DRAIN_FOR_MS = 1_500;

/** Begins to relieve MAIN. */
export function beginHandover(
  turn: CoordinatorTurn,
  database: Database,
  wanted: { readonly choice: MainChoice; readonly reason: FailoverReason },
): void {
  const { database: name } = database.assignment;
  const untilMs = turn.nowMs + turn.state.settings.handoverMs;
  turn.updateWatch(name, { handover: { ...wanted, untilMs, askAtMs: turn.nowMs } });
  turn.touch(name);
}

/** Asks MAIN whether it is ready, ends the epoch when it is, and gives up when that takes too long. */
export function goOnHandingOver(turn: CoordinatorTurn, database: Database): void {
  const { assignment } = database;
  const { handover } = turn.watch(assignment.database);
  if (handover === undefined) return;
  if (turn.nowMs >= handover.untilMs) return turn.updateWatch(assignment.database, { handover: undefined });
  const { exchange } = turn.health(assignment.database, assignment.main);
  if (turn.nowMs < handover.askAtMs || exchange !== undefined) return;
  turn.updateWatch(assignment.database, { handover: { ...handover, askAtMs: turn.nowMs + ASK_EVERY_MS } });
  turn.ask(assignment, assignment.main, { type: 'drain', forMs: DRAIN_FOR_MS });
}

/** MAIN has answered. `isReady`: all that it wrote is acknowledged. */
export function noteDraining(turn: CoordinatorTurn, database: Database, isReady: boolean): void {
  const { database: name, cluster, epoch } = database.assignment;
  const { handover } = turn.watch(name);
  if (handover === undefined || database.status.type !== 'online') return;
  if (!isReady) return;
  const { choice, reason } = handover;
  const atMs = turn.nowMs;
  turn.decide({ type: 'beginFailover', database: name, cluster, epoch, toEpoch: epoch + 1, choice, reason, atMs });
}
