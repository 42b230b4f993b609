/**
 * The receiving side: records and snapshots from MAIN. The log stays a prefix of the history that its epochs name: what
 * comes is appended only where previous lsn and previous hash agree with what is here.
 *
 * What MAIN set aside for good, when this log is ahead. A tail that the new MAIN does not have was never acknowledged, in
 * whatever mode: MAIN acknowledges when every in-sync member has stored a record, and the next MAIN is a member. That
 * holds for an ASYNC replica too, which may have got a record before a SYNC one did. So a tail above `acknowledgedLsn`
 * is set aside, to be read by people. If a new MAIN wants it cut off below, the rule has been broken somewhere
 * (storage lost or rewound on several instances): nothing is thrown away then, the instance goes into quarantine.
 *
 * Where roles are given by hand such a tail may have been acknowledged, since a person decides who is MAIN: it is set aside as well. So it is
 * where the coordinators have made an ASYNC instance MAIN, and their assignment says what was given up.
 *
 * A log that was found damaged at the start is of no use, and MAIN has all that was acknowledged: it is asked for a snapshot, which
 * takes the place of everything here once all of it has arrived.
 */
import { assert } from '../assert.ts';
import { VERSION_MIN } from '../version.ts';
import { sameHash } from '../wal/checksum.ts';
import { GENESIS, versionOfRecord } from '../wal/record.ts';
import { isGivenUp, isManual } from './assignment.ts';
import { commonLsn, cutHistory, extendHistory } from './epoch-history.ts';
import type { LogPosition, LogRecord } from './log.ts';
import type {
  AppendOutcome,
  AppendRequest,
  Envelope,
  InstallSnapshotReply,
  InstallSnapshotRequest,
} from './message.ts';
import { noteRelayTargets, relayedReports } from './relay.ts';
import { fenceOf, quarantine, stepDown } from './role.ts';
import type { Turn } from './turn.ts';
import { noteLogNeeds } from './version-need.ts';

/** Records from MAIN, or a heartbeat. They may come late, twice or out of order. */
export function receiveAppend(turn: Turn, envelope: Envelope, body: AppendRequest): void {
  const fenced = admit(turn, envelope, body.main);
  if (fenced !== undefined) return replyAppended(turn, fenced);
  if (turn.state.quarantine !== undefined) return replyDamaged(turn);
  const { previousLsn, records } = body;
  assert(
    records.every(({ lsn }, position) => lsn === previousLsn + 1 + position),
    'records of a message have a gap',
  );
  if (previousLsn > turn.state.stored.lsn) return replyAppended(turn, 'gap');
  const previous = ownPosition(turn, previousLsn);
  if (previous === undefined) return replyAppended(turn, 'needsSnapshot');
  if (!sameHash(previous.hash, body.previousHash)) return replyAppended(turn, 'diverged');
  const fork = findFork(turn, records);
  if (fork === 'unknown') return replyAppended(turn, 'needsSnapshot');
  const fresh = records.slice(fork);
  if (fresh.length > 0) {
    const last = fork === 0 ? previous : ownPosition(turn, previousLsn + fork);
    assert(last !== undefined, 'a record that was compared is not there');
    const refusal = setTailAside(turn, envelope, last);
    if (refusal !== undefined) return replyAppended(turn, refusal);
    store(turn, fresh);
  }
  const verified = verifiedPosition(turn, envelope, records.at(-1) ?? previous);
  if (verified.lsn === turn.state.stored.lsn) turn.update({ unverified: undefined });
  acknowledge(turn, Math.min(body.acknowledgedLsn, verified.lsn), records.length === 0);
  // One that passes it on says who is MAIN, and has nobody else feed others.
  if (body.main === undefined) noteRelayTargets(turn, envelope, body.relayTo);
  const relayed = relayedReports(turn);
  const answer = { epoch: turn.state.epoch, outcome: 'stored', stored: verified, history: [] } as const;
  turn.reply({ type: 'appended', ...answer, ...(relayed.length > 0 && { relayed }) });
}

/**
 * Lets only the current MAIN speak, and follows it if it is new. The answer is why not, or undefined. Records of a new
 * epoch are as good as an assignment: only the MAIN that the coordinators appointed writes them.
 */
function admit(
  turn: Turn,
  envelope: Envelope,
  main = envelope.from.name,
): 'sealed' | 'stale' | 'quarantined' | undefined {
  const { state } = turn;
  if (state.quarantine !== undefined && !state.refillable) return 'quarantined';
  if (envelope.epoch <= state.sealedEpoch) return 'sealed';
  if (envelope.epoch < state.epoch) return 'stale';
  // MAIN's own records, which a replica passes on that takes it for one of those that it feeds.
  if (state.role === 'main' && envelope.epoch === state.epoch && main === state.name) return 'stale';
  assert(
    state.role !== 'main' || envelope.epoch > state.epoch,
    `${main} and ${state.name} are MAIN of epoch ${state.epoch}`,
  );
  if (envelope.epoch > state.epoch) {
    stepDown(turn, `${main} is MAIN of epoch ${envelope.epoch}`);
    turn.update({ epoch: envelope.epoch, asked: undefined, aborting: undefined, relay: undefined });
    turn.persist();
    if (state.quarantine === undefined) turn.setRole('replica', main, true);
  }
  if (state.quarantine === undefined) turn.setRole('replica', main);
  return undefined;
}

function ownPosition(turn: Turn, lsn: number): LogPosition | undefined {
  if (lsn === 0) return GENESIS;
  return lsn === turn.state.stored.lsn ? turn.state.stored : turn.log.at(lsn);
}

/** How many of the records are here already, the same ones. */
function findFork(turn: Turn, records: readonly LogRecord[]): number | 'unknown' {
  for (const [position, record] of records.entries()) {
    if (record.lsn > turn.state.stored.lsn) return position;
    const own = ownPosition(turn, record.lsn);
    if (own === undefined) return 'unknown';
    if (!sameHash(own.hash, record.hash)) return position;
  }
  return records.length;
}

/** Makes `last` the end of the log. The answer is why that must not be, or undefined. */
function setTailAside(turn: Turn, envelope: Envelope, last: LogPosition): AppendOutcome | undefined {
  const { stored, acknowledgedLsn } = turn.state;
  if (last.lsn === stored.lsn) return undefined;
  // One MAIN never writes two records with one number. If it seems so, storage was lost or rewound, here or there.
  if (stored.epoch >= envelope.epoch) return 'diverged';
  if (last.lsn < acknowledgedLsn) {
    if (mayTakeBack(turn, last.lsn)) return isInSnapshot(turn, last.lsn) ? 'needsSnapshot' : takeBack(turn, last);
    if (mayYetBeGivenUp(turn, envelope)) return 'stale';
    quarantine(turn, `the log branched off after lsn ${last.lsn}, but lsn ${acknowledgedLsn} was acknowledged`);
    return 'quarantined';
  }
  turn.emit({ type: 'truncateAfter', lsn: last.lsn, keepAside: true });
  turn.update({ stored: last, history: cutHistory(turn.state.history, last.lsn) });
  return undefined;
}

/**
 * Whether the log may be cut off after `lsn`, though more of it was acknowledged: an operator has made another instance MAIN, or the
 * coordinators one that follows asynchronously.
 */
function mayTakeBack({ state }: Turn, lsn: number): boolean {
  const { assignment, stored } = state;
  return isManual(assignment) || (assignment !== undefined && isGivenUp(assignment, stored, lsn));
}

/** MAIN is ahead of what the coordinators have told this instance: it has to hear from them what was given up. */
function mayYetBeGivenUp({ state }: Turn, envelope: Envelope): boolean {
  return (state.assignment?.epoch ?? 0) < envelope.epoch;
}

/** Another instance has become MAIN than one that had all that was acknowledged. What this one had more is set aside. */
function takeBack(turn: Turn, last: LogPosition): undefined {
  turn.update({ stored: last, history: cutHistory(turn.state.history, last.lsn), acknowledgedLsn: last.lsn });
  turn.persist();
  turn.emit({ type: 'truncateAfter', lsn: last.lsn, keepAside: true });
  turn.emit({ type: 'setVisible', lsn: last.lsn });
}

/** Whether the newest snapshot holds more than `lsn`. A start would begin with that, so the log cannot just be cut off there. */
function isInSnapshot(turn: Turn, lsn: number): boolean {
  return (turn.log.snapshot()?.position.lsn ?? 0) > lsn;
}

function store(turn: Turn, records: readonly LogRecord[]): void {
  const last = records.at(-1);
  assert(last !== undefined, 'there is nothing to store');
  turn.append(records);
  turn.emit({ type: 'apply', records });
  for (const { bytes } of records) noteLogNeeds(turn, versionOfRecord(bytes));
  const { lsn, epoch, hash } = last;
  turn.update({ stored: { lsn, epoch, hash }, history: records.reduce(extendHistory, turn.state.history) });
}

/**
 * How far the log is known to be MAIN's. When its last record is of MAIN's own epoch it is all of it, since only MAIN
 * writes such records; else the end of what the message carried, behind which an old tail may stand.
 */
function verifiedPosition(turn: Turn, envelope: Envelope, last: LogPosition): LogPosition {
  if (turn.state.stored.epoch === envelope.epoch) return turn.state.stored;
  return { lsn: last.lsn, epoch: last.epoch, hash: last.hash };
}

/** Shows what MAIN says is acknowledged. To storage it goes when the stream is idle, and not with each message. */
function acknowledge(turn: Turn, lsn: number, isIdle: boolean): void {
  if (lsn > turn.state.acknowledgedLsn) {
    turn.update({ acknowledgedLsn: lsn });
    turn.emit({ type: 'setVisible', lsn });
  }
  const { acknowledgedLsn, savedLsn, savedAtMs, settings } = turn.state;
  if (isIdle && acknowledgedLsn > savedLsn && turn.nowMs - savedAtMs >= settings.saveEveryMs) turn.persist();
}

function replyAppended(turn: Turn, outcome: AppendOutcome): void {
  const { stored, history } = turn.state;
  turn.reply({ type: 'appended', epoch: fenceOf(turn), outcome, stored, history });
}

/** What is here counts for nothing, so that MAIN has the instance leave the in-sync set before it sends anything. */
function replyDamaged(turn: Turn): void {
  turn.reply({ type: 'appended', epoch: fenceOf(turn), outcome: 'damaged', stored: GENESIS, history: [] });
}

/** A chunk of a snapshot: for a log that MAIN can no longer continue from records. */
export function receiveSnapshot(turn: Turn, envelope: Envelope, body: InstallSnapshotRequest): void {
  const fenced = admit(turn, envelope, body.main);
  if (fenced !== undefined) return replySnapshot(turn, fenced, body.snapshot.id, 0);
  const { snapshot } = body;
  const isDamaged = turn.state.quarantine !== undefined;
  const common = isDamaged
    ? 0
    : commonLsn(
        { history: turn.state.history, lsn: turn.state.stored.lsn },
        { history: snapshot.history, lsn: snapshot.position.lsn },
      );
  const isBranched = turn.state.stored.epoch < envelope.epoch && turn.state.stored.lsn > common;
  const isTakenBack = common < turn.state.acknowledgedLsn && !isDamaged;
  // The snapshot may be older than the place where the logs branch: MAIN sends what stands between them after it.
  const mayReplace = mayTakeBack(turn, Math.max(common, turn.state.acknowledgedLsn - 1));
  const mustReplace = mayReplace && isBranched && isInSnapshot(turn, common);
  // A late chunk of a snapshot that was installed, or that records have made needless.
  if (common === snapshot.position.lsn && !mustReplace)
    return replySnapshot(turn, 'stored', snapshot.id, snapshot.chunkCount);
  if (isTakenBack && !mayReplace && mayYetBeGivenUp(turn, envelope)) {
    return replySnapshot(turn, 'stale', snapshot.id, 0);
  }
  const wanted = turn.state.arriving?.snapshotId === snapshot.id ? turn.state.arriving.nextChunk : 0;
  if (body.chunk !== wanted) return replySnapshot(turn, 'stored', snapshot.id, wanted);
  turn.emit({ type: 'storeSnapshotChunk', snapshot, chunk: body.chunk, bytes: body.bytes });
  turn.update({ arriving: { snapshotId: snapshot.id, nextChunk: wanted + 1 } });
  if (wanted + 1 === snapshot.chunkCount) {
    if (isTakenBack && !mayReplace) {
      quarantine(
        turn,
        `the log branched off after lsn ${common}, but lsn ${turn.state.acknowledgedLsn} was acknowledged`,
      );
      return replySnapshot(turn, 'quarantined', snapshot.id, 0);
    }
    install(turn, body, common);
    if (isDamaged) turn.setRole('replica', body.main ?? envelope.from.name, true);
  }
  replySnapshot(turn, 'stored', snapshot.id, wanted + 1);
}

function install(turn: Turn, body: InstallSnapshotRequest, common: number): void {
  const { snapshot } = body;
  // A damaged log cannot be kept aside: it is what cannot be read.
  const isTail = common < turn.state.stored.lsn && turn.state.quarantine === undefined;
  const keepAsideAfterLsn = isTail ? common : undefined;
  turn.emit({ type: 'installSnapshot', snapshot, keepAsideAfterLsn });
  noteLogNeeds(turn, snapshot.version ?? VERSION_MIN);
  const { position, history } = snapshot;
  // A snapshot never reaches past what was acknowledged when it was taken.
  turn.update({
    stored: position,
    history,
    acknowledgedLsn: position.lsn,
    arriving: undefined,
    unverified: undefined,
    relay: undefined,
    quarantine: undefined,
    refillable: false,
  });
  turn.persist();
  turn.emit({ type: 'setVisible', lsn: position.lsn });
}

function replySnapshot(
  turn: Turn,
  outcome: InstallSnapshotReply['outcome'],
  snapshotId: string,
  nextChunk: number,
): void {
  const { stored } = turn.state;
  turn.reply({ type: 'snapshotStored', epoch: fenceOf(turn), outcome, snapshotId, nextChunk, stored });
}
