/**
 * The sending side of the stream to one replica, of MAIN or of a replica that feeds another one: pipelined, within bounds, going back
 * to what the replica has when something went missing. Facts come in through the answers; `feed` looks at them and sends whatever is due.
 */
import { sameHash } from '../wal/checksum.ts';
import { GENESIS } from '../wal/record.ts';
import { commonLsn, epochAt } from './epoch-history.ts';
import { fly, pauseFor } from './flight.ts';
import type { Flight, Replica } from './instance-state.ts';
import type { LogPosition, LogRecord } from './log.ts';
import type { AppendReply } from './message.ts';
import { noteRelayed, relayTargets } from './relay.ts';
import { quarantineRewound } from './role.ts';
import { beginTransfer, sendChunks } from './snapshot-transfer.ts';
import type { Turn } from './turn.ts';

/** Records by which MAIN goes back to find where a log parts from its own. */
const FORK_STEP = 64;

/** Sends a replica what is due: records, a chunk of a snapshot, or a heartbeat. */
export function feed(turn: Turn, name: string): void {
  const replica = expireFlights(turn, name);
  if (replica === undefined || turn.nowMs < replica.retryAtMs) return;
  // A member that has lost what it held is not filled before it has left the in-sync set: with a part of the log, it could be
  // taken for one that has all of it and be promoted.
  if (!replica.diverged && !replica.lost) {
    if (replica.transfer !== undefined) sendChunks(turn, replica);
    else sendRecords(turn, replica);
  }
  const after = turn.replica(name);
  if (after !== undefined && isHeartbeatDue(turn, after)) send(turn, after, []);
}

/** A message without an answer for too long counts as lost, with all that were sent after it. */
function expireFlights(turn: Turn, name: string): Replica | undefined {
  const replica = turn.replica(name);
  const oldest = replica?.flights[0];
  if (oldest !== undefined && turn.nowMs >= oldest.sentAtMs + turn.state.settings.exchangeTimeoutMs) {
    noteUnreachable(turn, name, oldest.exchange);
  }
  return turn.replica(name);
}

function sendRecords(turn: Turn, first: Replica): void {
  const { messagesInFlightMax, messageBytesMax, messageRecordsMax } = turn.state.settings;
  // One that has just failed gets one message at a time until it answers.
  const flightsMax = first.failures > 0 ? 1 : messagesInFlightMax;
  let replica: Replica | undefined = first;
  while (replica !== undefined && replica.sentLsn < turn.state.stored.lsn && replica.flights.length < flightsMax) {
    const records = turn.log.read({
      fromLsn: replica.sentLsn + 1,
      throughLsn: turn.state.stored.lsn,
      bytesMax: messageBytesMax,
      recordsMax: messageRecordsMax,
    });
    if (records.length === 0 || !send(turn, replica, records)) return beginTransfer(turn, replica.name);
    replica = turn.replica(first.name);
  }
}

/** False when MAIN itself no longer knows the record before the first one. */
function send(turn: Turn, replica: Replica, records: readonly LogRecord[]): boolean {
  const previous = positionAt(turn, replica.sentLsn);
  if (previous === undefined) return false;
  const { acknowledgedLsn, role, relay } = turn.state;
  const relayTo = role === 'main' ? relayTargets(turn, replica.name) : [];
  const exchange = turn.askInstance(replica, {
    type: 'append',
    previousLsn: previous.lsn,
    previousHash: previous.hash,
    records,
    acknowledgedLsn,
    ...(relayTo.length > 0 && { relayTo }),
    ...(relay && { main: relay.main }),
  });
  fly(turn, replica, { exchange, previousLsn: previous.lsn, throughLsn: records.at(-1)?.lsn ?? previous.lsn });
  return true;
}

function positionAt(turn: Turn, lsn: number): LogPosition | undefined {
  if (lsn === 0) return GENESIS;
  return lsn === turn.state.stored.lsn ? turn.state.stored : turn.log.at(lsn);
}

/** With nothing on its way: when it has not been told what is acknowledged, and now and then to hear that it is there. */
function isHeartbeatDue(turn: Turn, replica: Replica): boolean {
  if (replica.flights.length > 0) return false;
  const isFed = !replica.diverged && !replica.lost;
  if (replica.heardAtMs !== undefined && replica.toldLsn < turn.state.acknowledgedLsn && isFed) return true;
  return turn.nowMs >= replica.sentAtMs + turn.state.settings.heartbeatMs;
}

/** An answer to an append. One that MAIN no longer waits for is not looked at: what it told may have changed since. */
export function receiveAppended(turn: Turn, name: string, exchange: number, reply: AppendReply): void {
  const replica = turn.replica(name);
  const flight = replica?.flights.find((candidate) => candidate.exchange === exchange);
  if (replica === undefined || flight === undefined) return;
  const { stored, role } = turn.state;
  if (role === 'main' && reply.stored.epoch === turn.state.epoch && reply.stored.lsn > stored.lsn) {
    // Only this instance writes records of this epoch, and it no longer has them.
    return quarantineRewound(
      turn,
      `${name} has lsn ${reply.stored.lsn} of this epoch, but the log ends at lsn ${stored.lsn}`,
    );
  }
  const flights = replica.flights.filter((candidate) => candidate !== flight);
  turn.updateReplica(name, { flights, heardAtMs: turn.nowMs, failures: 0, retryAtMs: turn.nowMs });
  // It agrees with what it was sent, and holds more: which is something else where this instance has lost its end and written a new one.
  if (role === 'main' && reply.outcome === 'stored' && !isOwn(turn, reply.stored)) return noteContradiction(turn, name);
  if (role === 'main') noteRelayed(turn, name, reply);
  if (reply.outcome === 'stored') {
    // One that is fed by another replica may have more from MAIN already.
    const lsn = Math.min(reply.stored.lsn, stored.lsn);
    return noteStored(turn, name, { lsn, toldLsn: flight.acknowledgedLsn });
  }
  if (reply.outcome === 'quarantined') return turn.updateReplica(name, { diverged: true, flights: [] });
  // A higher epoch has been noticed by the caller; one that refuses without naming any has yet to hear of this one.
  if (reply.outcome === 'sealed' || reply.outcome === 'stale') return pauseFor(turn, name);
  goBack(turn, { replica, flight, reply });
}

/** Whether a record is the one that stands in this log; one that is not kept any more is taken for it. */
function isOwn(turn: Turn, { lsn, hash }: LogPosition): boolean {
  const own = positionAt(turn, lsn);
  return own === undefined || sameHash(own.hash, hash);
}

function noteStored(turn: Turn, name: string, told: { readonly lsn: number; readonly toldLsn: number }): void {
  const replica = turn.replica(name);
  if (replica === undefined) return;
  const storedLsn = Math.max(replica.storedLsn, told.lsn);
  turn.updateReplica(name, {
    storedLsn,
    sentLsn: Math.max(replica.sentLsn, storedLsn),
    toldLsn: Math.max(replica.toldLsn, told.toldLsn),
    diverged: false,
    damaged: false,
    ...(storedLsn > replica.storedLsn && { progressAtMs: turn.nowMs }),
  });
}

/** The replica is not where MAIN took it to be. Its epochs tell where its log leaves MAIN's. */
function goBack(turn: Turn, answer: { replica: Replica; flight: Flight; reply: AppendReply }): void {
  const { replica, flight, reply } = answer;
  const { assignment, history, stored } = turn.state;
  const common = commonLsn({ history, lsn: stored.lsn }, { history: reply.history, lsn: reply.stored.lsn });
  if (reply.outcome === 'diverged' && flight.previousLsn <= common) {
    const isOfThisEpoch = epochAt(reply.history, flight.previousLsn) === turn.state.epoch;
    if (turn.state.role !== 'main' || isOfThisEpoch) return noteContradiction(turn, replica.name);
    return goFurtherBack(turn, replica, flight.previousLsn);
  }
  // It lacks what it had confirmed before this message was sent, or what every member holds: storage lost or rewound.
  const isMember = assignment?.inSync.includes(replica.name) ?? false;
  const isDamaged = reply.outcome === 'damaged';
  const lost = isDamaged || common < flight.storedLsnThen || (isMember && common < flight.acknowledgedLsn);
  // Otherwise an answer that was overtaken may tell less than is known already.
  const storedLsn = lost ? common : Math.max(common, replica.storedLsn);
  turn.updateReplica(replica.name, {
    storedLsn,
    sentLsn: storedLsn,
    toldLsn: 0,
    flights: [],
    diverged: false,
    damaged: isDamaged,
    // Where records are only relayed nobody leaves a set for it.
    lost: turn.state.role === 'main' && (replica.lost || (lost && replica.awaited)),
    ...(storedLsn > replica.storedLsn && { progressAtMs: turn.nowMs }),
  });
  const needsSnapshot = reply.outcome === 'needsSnapshot' && common < reply.stored.lsn;
  if (isDamaged || needsSnapshot) beginTransfer(turn, replica.name);
}

/**
 * The replica holds what an earlier MAIN wrote after it had lost the end of its log, in place of what is here. Its epochs do not tell
 * where the logs part, so MAIN looks for that place by going back. The replica sets its tail aside, if nothing of that was acknowledged.
 */
function goFurtherBack(turn: Turn, replica: Replica, fromLsn: number): void {
  const sentLsn = Math.max(0, fromLsn - FORK_STEP);
  turn.updateReplica(replica.name, {
    storedLsn: Math.min(replica.storedLsn, sentLsn),
    sentLsn,
    toldLsn: 0,
    flights: [],
  });
}

/**
 * Two records of this epoch with one number: what no failover explains. Only this instance writes such records, so it has written both, and
 * has lost the one that the replica holds.
 */
function noteContradiction(turn: Turn, name: string): void {
  // Between two replicas it is MAIN's to tell which of them it is: what is relayed goes on when that one has been set right.
  if (turn.state.role !== 'main') return turn.updateReplica(name, { diverged: true, flights: [] });
  quarantineRewound(turn, `${name} holds what this instance has written in epoch ${turn.state.epoch}, and has no more`);
}

/** A message to the replica failed. Whether it arrived is not known, and does not matter: it is sent again. */
export function noteUnreachable(turn: Turn, name: string, exchange: number): void {
  const replica = turn.replica(name);
  if (!replica?.flights.some((flight) => flight.exchange === exchange)) return;
  const failures = replica.failures + 1;
  turn.updateReplica(name, {
    failures,
    flights: [],
    // Where a replica that never answered stands is not known: it is asked without records first.
    sentLsn: replica.heardAtMs === undefined ? turn.state.stored.lsn : replica.storedLsn,
    retryAtMs: turn.nowMs + pauseMs(turn.state.settings.retryMs, failures),
  });
}

/** How long to wait after so many failures in a row, in milliseconds. */
export function pauseMs(retryMs: { readonly first: number; readonly max: number }, failures: number): number {
  return Math.min(retryMs.first * 2 ** Math.min(failures - 1, 16), retryMs.max);
}
