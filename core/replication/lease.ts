/** MAIN's questions to the coordinators: its lease, and changes of the in-sync set or aborts. One question of each kind at a time. */
import { type Assignment, isManual } from './assignment.ts';
import { coordinatorsOf, type Replica } from './instance-state.ts';
import { decideAlone } from './manual.ts';
import type { ChangeInSyncReply, CoordinatorReply, LeaseReply, NotLeaderReply } from './message.ts';
import { reportOf } from './report.ts';
import { quarantineRewound, takeAssignment } from './role.ts';
import { REPLICA_FAILURES_MAX } from './settings.ts';
import { pauseMs } from './stream.ts';
import { abortPoint } from './strict-sync.ts';
import type { Turn } from './turn.ts';

/** Asks for the lease when it is time. It counts from the asking, so MAIN's lease ends before the coordinators' does. */
export function renewLease(turn: Turn): void {
  const { leaseAsking, renewAtMs, coordinator } = turn.main;
  if (leaseAsking !== undefined && turn.nowMs >= leaseAsking.sentAtMs + turn.state.settings.askTimeoutMs) {
    noteCoordinatorFailure(turn, leaseAsking.exchange);
  }
  if (coordinator === undefined || turn.main.leaseAsking !== undefined || turn.nowMs < turn.main.renewAtMs) return;
  const report = reportOf(turn.state, turn.nowMs);
  const exchange = turn.askCoordinator(turn.main.coordinator ?? coordinator, { type: 'renewLease', report });
  const renewNextAtMs = Math.max(renewAtMs, turn.nowMs) + turn.main.renewEveryMs;
  turn.updateMain({ leaseAsking: { exchange, sentAtMs: turn.nowMs }, renewAtMs: renewNextAtMs });
}

/** Gives the lease back: nobody asks anything. The answer does not matter. */
export function releaseLease(turn: Turn): void {
  const { coordinator } = turn.main;
  if (coordinator !== undefined) {
    turn.askCoordinator(coordinator, { type: 'releaseLease', report: reportOf(turn.state, turn.nowMs) });
  }
  turn.updateMain({ leaseUntilMs: Number.NEGATIVE_INFINITY, leaseAsking: undefined });
}

/**
 * Asks for one change of the in-sync set when one is due. A replica leaves before anything is acknowledged without
 * it; it comes back after everything has been acknowledged only with it for a while.
 */
export function changeInSync(turn: Turn): void {
  const { changeAsking } = turn.main;
  if (changeAsking !== undefined && turn.nowMs >= changeAsking.sentAtMs + turn.state.settings.askTimeoutMs) {
    noteCoordinatorFailure(turn, changeAsking.exchange);
  }
  for (const replica of turn.main.replicas) considerWaiting(turn, replica);
  const { assignment } = turn.state;
  if (assignment !== undefined && isManual(assignment)) return decideAlone(turn, assignment);
  const { coordinator } = turn.main;
  if (assignment === undefined || coordinator === undefined) return;
  if (turn.main.changeAsking !== undefined || turn.nowMs < turn.main.changeAtMs) return;
  const afterLsn = abortPoint(turn);
  if (afterLsn !== undefined) return abortAfter(turn, { afterLsn, version: assignment.version, coordinator });
  const wanted = wantedChange(turn, assignment);
  if (wanted === undefined) return;
  const { change, name } = wanted;
  const { version } = assignment;
  if (change === 'add') {
    // Stored first: the question may be answered when this memory is gone, and until then the replica is waited for.
    turn.update({ asked: { name, version } });
    turn.persist();
  }
  const exchange = turn.askCoordinator(coordinator, { type: 'changeInSync', change, instance: name, version });
  turn.updateMain({ changeAsking: { exchange, sentAtMs: turn.nowMs } });
}

/** Stored first: from the first question on nothing is acknowledged until it is known whether the abort has been decided. */
function abortAfter(
  turn: Turn,
  { afterLsn, version, coordinator }: { afterLsn: number; version: number; coordinator: string },
): void {
  if (turn.state.aborting === undefined) {
    turn.update({ aborting: { afterLsn, version } });
    turn.persist();
  }
  const exchange = turn.askCoordinator(coordinator, { type: 'abort', afterLsn, version });
  turn.updateMain({ changeAsking: { exchange, sentAtMs: turn.nowMs } });
}

/** Begins to wait for a replica that is nearly level, and stops if it falls silent before it was asked for. */
function considerWaiting(turn: Turn, replica: Replica): void {
  const { name, mode, awaited, heardAtMs, failures, storedLsn, lost, diverged, damaged, joinAtMs } = replica;
  const { assignment, asked, stored, settings } = turn.state;
  if (mode === 'ASYNC' || assignment?.inSync.includes(name)) return;
  if (awaited) {
    if (isSilent(turn, replica) && asked?.name !== name) {
      turn.updateReplica(name, { awaited: false, lost: false, joinAtMs: turn.nowMs + settings.rejoinAfterMs });
    }
    return;
  }
  const isNearlyLevel = heardAtMs !== undefined && failures === 0 && stored.lsn - storedLsn <= settings.joinLagMax;
  if (isNearlyLevel && !lost && !diverged && !damaged && turn.nowMs >= joinAtMs) {
    turn.updateReplica(name, { awaited: true, progressAtMs: turn.nowMs });
  }
}

/** Whether a commit, or a read after a restart, has waited for this replica long enough. */
export function isSilent(turn: Turn, replica: Replica): boolean {
  const { acknowledgedLsn, stored, settings } = turn.state;
  if (replica.lost) return true;
  const isUnheard = turn.state.unverified !== undefined && replica.heardAtMs === undefined;
  const holdsUp =
    (stored.lsn > acknowledgedLsn && replica.storedLsn < stored.lsn) || (isUnheard && turn.main.freshReads.length > 0);
  if (!holdsUp) return false;
  return (
    replica.failures >= REPLICA_FAILURES_MAX ||
    replica.diverged ||
    turn.nowMs >= replica.progressAtMs + settings.replicaTimeoutMs
  );
}

/** The next change of the in-sync set that is due; undefined when none is. */
export function wantedChange(
  turn: Turn,
  assignment: Assignment,
): { readonly change: 'add' | 'remove'; readonly name: string } | undefined {
  const { asked, acknowledgedLsn } = turn.state;
  const isMember = (replica: Replica) => assignment.inSync.includes(replica.name);
  // A strict one stays, however silent it is: nothing is acknowledged without it. It leaves when it can no longer become MAIN.
  const mayLeave = (replica: Replica) => replica.mode !== 'STRICT_SYNC' || replica.lost || replica.diverged;
  const leaving = turn.main.replicas.find(
    (replica) => ((isMember(replica) && mayLeave(replica)) || asked?.name === replica.name) && isSilent(turn, replica),
  );
  if (leaving !== undefined) return { change: 'remove', name: leaving.name };
  const joining = turn.main.replicas.find(
    (replica) =>
      // A question whose answer is not known stands until the version moves on; another replica has to wait for that.
      (asked === undefined || asked.name === replica.name) &&
      replica.heardAtMs !== undefined &&
      replica.mode !== 'ASYNC' &&
      replica.awaited &&
      !isMember(replica) &&
      replica.storedLsn >= Math.max(acknowledgedLsn, turn.main.inheritedLsn),
  );
  return joining && { change: 'add', name: joining.name };
}

/** What a coordinator answered. */
export function receiveFromCoordinator(turn: Turn, exchange: number, reply: CoordinatorReply): void {
  const { leaseAsking, changeAsking } = turn.main;
  const { body } = reply;
  if (body.type === 'notLeader') return followLeader(turn, exchange, body);
  if (body.type === 'refused') return noteCoordinatorFailure(turn, exchange);
  if (body.type === 'leaseReleased') return;
  if (leaseAsking?.exchange === exchange || changeAsking?.exchange === exchange) {
    turn.updateMain({ coordinatorFailures: 0 });
  }
  if (body.type === 'lease') return receiveLease(turn, exchange, body);
  receiveChange(turn, exchange, body);
}

function receiveLease(turn: Turn, exchange: number, body: LeaseReply): void {
  const { leaseAsking } = turn.main;
  const { stored, name } = turn.state;
  const { acknowledgedLsn = 0 } = body;
  // Also one that comes from an epoch before, and is MAIN by now: who is chosen, or goes on after an abort, has all that was acknowledged.
  const isMain = body.granted || body.assignment?.main === name;
  if (isMain && stored.lsn < acknowledgedLsn) {
    return quarantineRewound(turn, `the log ends at lsn ${stored.lsn}, but lsn ${acknowledgedLsn} was acknowledged`);
  }
  if (leaseAsking?.exchange === exchange) {
    const leaseUntilMs = body.granted ? leaseAsking.sentAtMs + body.leaseMs : turn.main.leaseUntilMs;
    const renewEveryMs = body.renewEveryMs ?? turn.main.renewEveryMs;
    turn.updateMain({ leaseAsking: undefined, leaseUntilMs, renewEveryMs });
  }
  if (body.assignment !== undefined) takeAssignment(turn, body.assignment, false);
}

function receiveChange(turn: Turn, exchange: number, body: ChangeInSyncReply): void {
  if (turn.main.changeAsking?.exchange === exchange) {
    const pause = body.changed ? 0 : turn.state.settings.retryMs.first;
    turn.updateMain({ changeAsking: undefined, changeAtMs: turn.nowMs + pause });
  }
  if (body.assignment !== undefined) takeAssignment(turn, body.assignment, false);
}

/** Asks whom the coordinator named, or the next one. */
function followLeader(turn: Turn, exchange: number, body: NotLeaderReply): void {
  if (!isAwaited(turn, exchange)) return;
  // An election takes a second or two and a commit is waiting, so the pauses do not grow meanwhile.
  noteCoordinatorFailure(turn, exchange, 1);
  const isKnown = body.leader !== undefined && coordinatorsOf(turn.state).includes(body.leader);
  if (isKnown) turn.updateMain({ coordinator: body.leader });
}

function isAwaited(turn: Turn, exchange: number): boolean {
  const { leaseAsking, changeAsking } = turn.main;
  return leaseAsking?.exchange === exchange || changeAsking?.exchange === exchange;
}

/** No use asking this coordinator now: the next one gets the question, the first time around at once. */
export function noteCoordinatorFailure(
  turn: Turn,
  exchange: number,
  pauseFactor = turn.main.coordinatorFailures + 1,
): void {
  if (!isAwaited(turn, exchange)) return;
  const { leaseAsking, changeAsking, coordinator } = turn.main;
  const coordinators = coordinatorsOf(turn.state);
  const failures = turn.main.coordinatorFailures + 1;
  const position = coordinator === undefined ? -1 : coordinators.indexOf(coordinator);
  const pause = failures < coordinators.length ? 0 : pauseMs(turn.state.settings.retryMs, pauseFactor);
  turn.updateMain({
    coordinator: coordinators[(position + 1) % coordinators.length],
    coordinatorFailures: failures,
    ...(leaseAsking?.exchange === exchange && { leaseAsking: undefined, renewAtMs: turn.nowMs + pause }),
    ...(changeAsking?.exchange === exchange && { changeAsking: undefined, changeAtMs: turn.nowMs + pause }),
  });
}
