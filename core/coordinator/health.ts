/** What instances tell a leader of themselves: kept in memory, gathered anew by each leader. */
import type { InstanceReply, InstanceReport } from '../replication/message.ts';
import { toldVersion } from '../version.ts';
import type { CoordinatorState, Exchange } from './coordinator-state.ts';
import { noteDraining } from './handover.ts';
import type { CoordinatorTurn } from './turn.ts';

/** An instance has reported, or a MAIN about itself and its replicas. */
export function noteReport(turn: CoordinatorTurn, database: string, name: string, report: InstanceReport): void {
  noteHeard(turn, database, name, turn.nowMs);
  turn.updateHealth(database, name, { report });
  const assignment = turn.database(database)?.assignment;
  if (assignment?.main !== name || report.epoch !== assignment.epoch || report.role !== 'main') return;
  const watch = turn.watch(database);
  const acknowledgedLsn = Math.max(watch.acknowledgedLsn, report.acknowledgedLsn);
  turn.updateWatch(database, { acknowledgedLsn, suspectedAtMs: undefined });
  for (const replica of report.replicas) {
    if (replica.silentMs !== undefined) noteHeard(turn, database, replica.name, turn.nowMs - replica.silentMs);
    if (replica.state === 'behind') noteMissed(turn, database, replica.name);
  }
}

/** MAIN does not reach a replica. */
function noteMissed(turn: CoordinatorTurn, database: string, name: string): void {
  const { failures, failingSinceMs } = turn.health(database, name);
  turn.updateHealth(database, name, { failures: Math.max(1, failures), failingSinceMs: failingSinceMs ?? turn.nowMs });
}

function noteHeard(turn: CoordinatorTurn, database: string, name: string, atMs: number): void {
  const { heardAtMs } = turn.health(database, name);
  if (heardAtMs !== undefined && heardAtMs >= atMs) return;
  turn.updateHealth(database, name, { heardAtMs: atMs, failures: 0, failingSinceMs: undefined });
}

/** An answer to a question of this coordinator. */
export function receiveReply(turn: CoordinatorTurn, exchange: number, reply: InstanceReply): void {
  const asked = closeExchange(turn, exchange);
  if (asked === undefined) return;
  const { database: name, name: instance } = asked;
  const database = turn.database(name);
  turn.touch(name);
  if (database === undefined) return;
  turn.updateHealth(name, instance, { newest: toldVersion(reply.envelope.newest) });
  const { body } = reply;
  const { assignment, status, leaving } = database;
  const isGone = body.type === 'dropped' || (body.type === 'refused' && body.reason === 'foreignCluster');
  if (isGone && (status.type === 'dropping' || leaving.some((other) => other.name === instance))) {
    // An instance of another cluster has nothing of this one any more.
    noteHeard(turn, name, instance, turn.nowMs);
    return turn.updateHealth(name, instance, { report: undefined, forgotten: true });
  }
  if (body.type === 'assigned' && instance === assignment.main && asked.epoch === assignment.epoch) {
    turn.updateWatch(name, { refused: body.report.role !== 'main' && assignment.epoch > 1 });
  }
  if (body.type === 'draining') {
    noteReport(turn, name, instance, body.report);
    const { role, epoch, stored, acknowledgedLsn } = body.report;
    const isMain = role === 'main' && epoch === assignment.epoch && instance === assignment.main;
    return noteDraining(turn, database, isMain && stored.lsn === acknowledgedLsn);
  }
  if (body.type === 'assigned' || body.type === 'probed') return noteReport(turn, name, instance, body.report);
  if (body.type === 'sealed') {
    noteHeard(turn, name, instance, turn.nowMs);
    if (
      status.type !== 'failingOver' ||
      body.epoch !== status.toEpoch ||
      reply.envelope.cluster !== assignment.cluster
    ) {
      return;
    }
    turn.updateWatch(name, { sealed: new Map(turn.watch(name).sealed).set(instance, body) });
  }
}

/** A question to an instance failed. `weight`: how many failures it counts as. */
export function noteUnreachable(turn: CoordinatorTurn, exchange: number, weight = 1): void {
  const asked = closeExchange(turn, exchange);
  if (asked === undefined) return;
  const health = turn.health(asked.database, asked.name);
  turn.updateHealth(asked.database, asked.name, {
    failures: health.failures + weight,
    failingSinceMs: health.failingSinceMs ?? asked.sentAtMs,
  });
  turn.touch(asked.database);
}

function closeExchange(turn: CoordinatorTurn, exchange: number): Exchange | undefined {
  const asked = turn.state.exchanges.get(exchange);
  if (asked === undefined) return undefined;
  const exchanges = new Map(turn.state.exchanges);
  exchanges.delete(exchange);
  turn.update({ exchanges });
  if (turn.health(asked.database, asked.name).exchange === exchange) {
    turn.updateHealth(asked.database, asked.name, { exchange: undefined });
  }
  return asked;
}

/** Whoever has not answered for so long could have failed to answer twice: a refusal would have come at once. */
const SILENCE_WEIGHT = 2;

/** Questions without an answer for too long count as failed. The oldest stand first. */
export function expireExchanges(turn: CoordinatorTurn): void {
  const dueAtMs = turn.nowMs - turn.state.settings.exchangeTimeoutMs;
  for (const [exchange, { sentAtMs }] of turn.state.exchanges) {
    if (sentAtMs > dueAtMs) return;
    noteUnreachable(turn, exchange, SILENCE_WEIGHT);
  }
}

/** When the oldest question counts as failed; undefined when none is on its way. */
export function nextExpiryMs({ exchanges, settings }: CoordinatorState): number | undefined {
  const [oldest] = exchanges.values();
  return oldest && oldest.sentAtMs + settings.exchangeTimeoutMs;
}

/** An instance that has been silent for long is asked this many times less often; and while there is no MAIN, everybody waits for it. */
const ASK_PAUSE_FACTOR_MAX = 32;
const ASK_PAUSE_FACTOR_MAX_WITHOUT_MAIN = 2;

/** Whether an instance may be asked again: at once when it answered last, ever more slowly when it fails. */
export function mayAsk(turn: CoordinatorTurn, database: string, instance: string): boolean {
  const { exchange, askedAtMs, failures } = turn.health(database, instance);
  if (exchange !== undefined) return false;
  const { checkEveryMs } = turn.state.settings;
  const hasMain = turn.database(database)?.status.type !== 'failingOver';
  const factorMax = hasMain ? ASK_PAUSE_FACTOR_MAX : ASK_PAUSE_FACTOR_MAX_WITHOUT_MAIN;
  const pauseMs = checkEveryMs * Math.min(2 ** Math.max(0, failures - 10), factorMax);
  return turn.nowMs >= askedAtMs + pauseMs;
}
