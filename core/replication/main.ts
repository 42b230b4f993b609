/**
 * MAIN: acknowledges what every in-sync replica has stored, keeps the streams going and the lease alive, and falls silent
 * when nobody asks. Events only note facts; `advance` then looks at all of them and does whatever is due.
 */
import { assert } from '../assert.ts';
import { VERSION_MIN } from '../version.ts';
import { isManual, isSingle, needsLease } from './assignment.ts';
import { extendHistory } from './epoch-history.ts';
import type { CommittedRecord, SyncReplicationFailure } from './instance-event.ts';
import type { Replica } from './instance-state.ts';
import { noteCommitTime } from './lag.ts';
import { changeInSync, isSilent, releaseLease, renewLease } from './lease.ts';
import { isRelayed } from './relay.ts';
import { feed } from './stream.ts';
import { isHeldUp } from './strict-sync.ts';
import type { Turn } from './turn.ts';
import { noteLogNeeds } from './version-need.ts';

/** Transactions that the host has committed and handed to storage. */
export function noteCommitted(turn: Turn, records: readonly CommittedRecord[]): void {
  for (const record of records) {
    const { stored, epoch, history } = turn.state;
    assert(
      turn.state.role === 'main' && record.epoch === epoch,
      `a commit of epoch ${record.epoch}, of which this is not MAIN`,
    );
    assert(record.lsn === stored.lsn + 1, `lsn ${record.lsn} was committed after lsn ${stored.lsn}`);
    for (const replica of turn.main.replicas) {
      if (replica.storedLsn >= stored.lsn) turn.updateReplica(replica.name, { progressAtMs: turn.nowMs });
    }
    const { lsn, hash, version = VERSION_MIN } = record;
    noteLogNeeds(turn, version);
    turn.update({ stored: { lsn, epoch, hash }, history: extendHistory(history, record) });
    turn.updateMain({ epochStarted: true });
  }
  const { lsn } = turn.state.stored;
  turn.updateMain({ commitTimes: noteCommitTime(turn.main.commitTimes, { lsn, atMs: turn.nowMs }) });
  noteActivity(turn);
}

/** Somebody asks something of this database. */
export function noteActivity(turn: Turn): void {
  turn.update({ activityAtMs: turn.nowMs });
  if (!turn.main.silent) return;
  // Nobody was asked anything while it was silent, and so nobody has kept it waiting.
  const replicas = turn.main.replicas.map((replica) => ({ ...replica, progressAtMs: turn.nowMs }));
  turn.updateMain({ silent: false, renewAtMs: turn.nowMs, replicas });
}

/** Does what is due now. Called after each event, as MAIN. */
export function advance(turn: Turn): void {
  const { assignment } = turn.state;
  assert(assignment !== undefined, 'a MAIN has an assignment');
  if (turn.main.isDraining && turn.nowMs >= turn.main.drainingUntilMs) turn.updateMain({ isDraining: false });
  if (!turn.main.epochStarted) return;
  verify(turn);
  acknowledge(turn);
  if (isSingle(assignment)) return;
  if (!turn.main.silent && mayRest(turn)) rest(turn);
  if (turn.main.silent) return;
  renewLease(turn);
  changeInSync(turn);
  // A replica may have been given up just now.
  acknowledge(turn);
  for (const replica of turn.main.replicas) if (!isRelayed(turn.main.replicas, replica)) feed(turn, replica.name);
}

/**
 * Those that are waited for have answered since the restart: had this log lost its end, they would have said so. Who they are the coordinators
 * have said with the lease, since the assignment in storage may be an old one too.
 */
function verify(turn: Turn): void {
  const { replicas, leaseUntilMs } = turn.main;
  const { unverified, assignment } = turn.state;
  if (unverified === undefined || assignment === undefined) return;
  const isCurrent = isManual(assignment) || leaseUntilMs > Number.NEGATIVE_INFINITY;
  const isVerified = isCurrent && replicas.every(({ awaited, heardAtMs }) => !awaited || heardAtMs !== undefined);
  if (isVerified) turn.update({ unverified: undefined });
}

/**
 * What every awaited replica has stored is acknowledged, if the lease holds at this moment: a new MAIN is chosen only
 * after it has run out.
 */
function acknowledge(turn: Turn): void {
  const { assignment, acknowledgedLsn, stored, savedLsn, savedAtMs, settings } = turn.state;
  if (assignment === undefined) return;
  const isLeased = !needsLease(assignment) || turn.nowMs < turn.main.leaseUntilMs;
  const { replicas } = turn.main;
  const upToLsn = replicas.reduce(
    (lsn, replica) => (replica.awaited ? Math.min(lsn, replica.storedLsn) : lsn),
    stored.lsn,
  );
  if (upToLsn > acknowledgedLsn && isLeased && !isHeldUp(turn)) {
    turn.update({ acknowledgedLsn: upToLsn });
    turn.emit({ type: 'setVisible', lsn: upToLsn });
    turn.emit({ type: 'acknowledge', upToLsn, notifications: replicas.filter(isMissed).map(failureOf) });
  }
  // A lone instance takes everything in its log for acknowledged, so it need not store this.
  const isDue = turn.state.acknowledgedLsn > savedLsn && turn.nowMs - savedAtMs >= settings.saveEveryMs;
  if (!isSingle(assignment) && isDue) turn.persist();
}

function isMissed(replica: Replica): boolean {
  return replica.mode === 'SYNC' && !replica.awaited;
}

/** Memgraph's wording, on which clients match. */
function failureOf(replica: Replica): SyncReplicationFailure {
  const reason = replica.diverged ? 'diverged from main' : 'not reachable or not in sync';
  return { replica: replica.shownAs, message: `Failed to replicate to SYNC replica '${replica.shownAs}': ${reason}.` };
}

/** Nobody has asked for a while, and nothing is left to do; or it cannot be done, and has been tried for long enough. */
function mayRest(turn: Turn): boolean {
  const { activityAtMs, acknowledgedLsn, stored, settings, asked } = turn.state;
  const idleMs = turn.nowMs - activityAtMs;
  if (idleMs < settings.idleMs || acknowledgedLsn < stored.lsn) return false;
  if (turn.main.changeAsking !== undefined || asked !== undefined) return idleMs >= settings.giveUpMs;
  return idleMs >= settings.giveUpMs || turn.main.replicas.every((replica) => isLevel(turn, replica));
}

function isLevel(turn: Turn, replica: Replica): boolean {
  const { stored, acknowledgedLsn, assignment } = turn.state;
  const isMember = replica.mode === 'ASYNC' || (assignment?.inSync.includes(replica.name) ?? false);
  const hasAll = replica.storedLsn === stored.lsn && replica.toldLsn === acknowledgedLsn;
  return isMember && hasAll && replica.flights.length === 0;
}

function rest(turn: Turn): void {
  releaseLease(turn);
  const replicas = turn.main.replicas.map((replica) => ({ ...replica, flights: [], retryAtMs: turn.nowMs }));
  turn.updateMain({ silent: true, changeAsking: undefined, replicas });
  if (turn.state.acknowledgedLsn > turn.state.savedLsn) turn.persist();
}

/** When something will next be due, in milliseconds; undefined when nothing is before the next event. */
export function dueAtMs(turn: Turn): number | undefined {
  const { assignment, settings } = turn.state;
  const { silent, epochStarted, leaseAsking, changeAsking, renewAtMs, changeAtMs } = turn.main;
  const drainedAtMs = turn.main.isDraining ? turn.main.drainingUntilMs : undefined;
  if (silent || !epochStarted || assignment === undefined || isSingle(assignment)) return drainedAtMs;
  const askedAtMs = leaseAsking && leaseAsking.sentAtMs + settings.askTimeoutMs;
  const due = isManual(assignment) ? [] : [askedAtMs ?? renewAtMs];
  if (drainedAtMs !== undefined) due.push(drainedAtMs);
  if (changeAsking !== undefined) due.push(changeAsking.sentAtMs + settings.askTimeoutMs);
  else if (changeAtMs > turn.nowMs) due.push(changeAtMs);
  for (const replica of turn.main.replicas) {
    if (!isRelayed(turn.main.replicas, replica)) due.push(...replicaDueAtMs(turn, replica));
  }
  return due.length === 0 ? undefined : Math.min(...due);
}

function replicaDueAtMs(turn: Turn, replica: Replica): number[] {
  const { settings } = turn.state;
  const oldest = replica.flights[0];
  const next = oldest
    ? oldest.sentAtMs + settings.exchangeTimeoutMs
    : Math.max(replica.retryAtMs, replica.sentAtMs + settings.heartbeatMs);
  const due = [next];
  if (oldest === undefined && replica.failures > 0) due.push(replica.retryAtMs);
  if (replica.awaited && turn.state.stored.lsn > replica.storedLsn && !isSilent(turn, replica)) {
    due.push(replica.progressAtMs + settings.replicaTimeoutMs);
  }
  if (replica.joinAtMs > turn.nowMs) due.push(replica.joinAtMs);
  return due.filter((atMs) => atMs > turn.nowMs);
}
