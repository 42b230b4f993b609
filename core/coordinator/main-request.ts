/** What a MAIN asks of the coordinators: its lease, changes of the in-sync set, and aborts. */
import { quorumConfirmedAtMs, quorumHeldAtMs } from '../raft/state.ts';
import { type CoordinatorRequest, type InstanceReport, refusalOf } from '../replication/message.ts';
import type { CommandResult } from './cluster-state.ts';
import { noteReport } from './health.ts';
import type { CoordinatorTurn } from './turn.ts';

/** Takes the request of a MAIN, or of one that thinks it is. */
export function receiveMainRequest(turn: CoordinatorTurn, id: string, request: CoordinatorRequest): void {
  const { envelope, body } = request;
  const { newest } = turn.state.raft;
  const refusal = refusalOf(envelope, { cluster: undefined, newest, nowMs: turn.nowMs });
  if (refusal !== undefined) return turn.reply(id, request, { type: 'refused', reason: refusal });
  const { role, leader } = turn.state.raft;
  if (role !== 'leader') return turn.reply(id, request, { type: 'notLeader', leader });
  switch (body.type) {
    case 'renewLease':
      if (turn.decides && isConfirmed(turn)) return grantLease(turn, id, request, body.report);
      return confirmFirst(turn, id, request);
    case 'releaseLease':
      return releaseLease(turn, id, request);
    case 'changeInSync': {
      const { database, cluster, epoch } = envelope;
      const { version, change, instance } = body;
      return turn.propose(
        { type: 'changeInSync', database, cluster, epoch, version, change, instance },
        { type: 'instance', id, request },
      );
    }
    case 'abort': {
      const { database, cluster, epoch } = envelope;
      const { version, afterLsn } = body;
      return turn.propose(
        { type: 'abort', database, cluster, epoch, version, afterLsn },
        { type: 'instance', id, request },
      );
    }
    default:
      // A request that a later version has and this one does not: MAIN is told.
      body satisfies never;
      return turn.reply(id, request, { type: 'refused', reason: 'version' });
  }
}

/** Whether a quorum has recognised this leader just now, so that no other one can have declared a lease void. */
function isConfirmed(turn: CoordinatorTurn): boolean {
  return quorumConfirmedAtMs(turn.state.raft) >= turn.nowMs - turn.state.settings.confirmedWithinMs;
}

/** Asks the quorum; the lease is granted when it has answered. */
function confirmFirst(turn: CoordinatorTurn, id: string, request: CoordinatorRequest): void {
  const readId = turn.takeId();
  turn.update({ reads: [...turn.state.reads, { id: readId, purpose: { type: 'instance', id, request } }] });
  turn.raft({ type: 'readIndex', id: readId });
}

/**
 * Since when a lease counts: from a moment at which the leader was confirmed, for what a later leader has to wait out begins when its voters
 * last heard this one. Where it takes this leader's own vote to make a majority, storage is written to now and then, which holds the
 * answer back until it is known that no other object has taken this one's place.
 */
function leaseBeginMs(turn: CoordinatorTurn): number {
  const { confirmedWithinMs } = turn.state.settings;
  if (quorumHeldAtMs(turn.state.raft) < turn.nowMs - confirmedWithinMs) turn.touchStorage();
  // In a group of one nobody else can lead, and the moment is that of the last write.
  return Math.min(turn.nowMs, quorumHeldAtMs(turn.state.raft));
}

/** Grants the lease to MAIN of the current epoch; whoever else asks learns the assignment. The leader has been confirmed. */
export function grantLease(
  turn: CoordinatorTurn,
  id: string,
  request: CoordinatorRequest,
  report: InstanceReport,
): void {
  const { database: name, cluster, epoch, from } = request.envelope;
  const database = turn.database(name);
  if (database === undefined || database.assignment.cluster !== cluster) {
    return turn.reply(id, request, { type: 'refused', reason: 'unknownDatabase' });
  }
  const { assignment, status } = database;
  const { leaseMarginMs, checkEveryMs: renewEveryMs } = turn.state.settings;
  const leaseMs = Math.max(0, turn.state.settings.leaseMs - (turn.nowMs - leaseBeginMs(turn)));
  if (assignment.instances.some((instance) => instance.name === from.name)) noteReport(turn, name, from.name, report);
  const granted = status.type === 'online' && assignment.epoch === epoch && assignment.main === from.name;
  if (granted) {
    const leaseUntilMs = Math.max(turn.watch(name).leaseUntilMs, turn.nowMs + leaseMs + leaseMarginMs);
    turn.updateWatch(name, { leaseUntilMs, active: true });
  }
  turn.touch(name);
  const { acknowledgedLsn } = turn.watch(name);
  const told = { granted, leaseMs: granted ? leaseMs : 0, renewEveryMs, acknowledgedLsn, assignment };
  turn.reply(id, request, { type: 'lease', ...told });
}

/**
 * MAIN falls silent, and so is not down because it says nothing. The lease itself runs on: this message may be late, and
 * MAIN may hold a new one.
 */
function releaseLease(turn: CoordinatorTurn, id: string, request: CoordinatorRequest): void {
  const { database: name, cluster, epoch, from } = request.envelope;
  const assignment = turn.database(name)?.assignment;
  const isMain = assignment?.cluster === cluster && assignment.epoch === epoch && assignment.main === from.name;
  if (isMain && turn.state.watches.has(name)) turn.updateWatch(name, { active: false });
  turn.reply(id, request, { type: 'leaseReleased' });
}

/** The change of the in-sync set has been decided in the log. */
export function answerChange(
  turn: CoordinatorTurn,
  purpose: { readonly id: string; readonly request: CoordinatorRequest },
  result: CommandResult,
): void {
  const { id, request } = purpose;
  const isTheirs = result.database?.assignment.cluster === request.envelope.cluster;
  turn.reply(id, request, {
    type: 'inSyncChanged',
    changed: result.done,
    reason: result.done ? undefined : result.refusal,
    assignment: isTheirs ? result.database?.assignment : undefined,
  });
}
