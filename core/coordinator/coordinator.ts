/**
 * One coordinator, as a state machine: a member of the group's Raft, and while it leads the one who grants leases, ends
 * epochs, and tells instances who does what. What must not be lost stands in Raft's log; all else is gathered anew by each
 * leader. Sources: DESIGN §7, §8; Memgraph's high availability (reference/clustering.md §2).
 */
import { unreachable } from '../assert.ts';
import { regionOfMember } from '../raft/configuration.ts';
import type { RaftEffect } from '../raft/event.ts';
import type { Entry, RaftMessage } from '../raft/message.ts';
import { dueAtMs } from '../raft/state.ts';
import type { Step } from '../step.ts';
import { careFor, isUnfinished } from './care.ts';
import { effectiveSettings } from './cluster-settings.ts';
import { apply, type ClusterState, type Command, type CommandResult } from './cluster-state.ts';
import { decodeCluster, decodeCommand, encodeCluster, versionOfCommand } from './command-codec.ts';
import type { CoordinatorEffect, CoordinatorEvent } from './coordinator-event.ts';
import type { CoordinatorState, PendingRead, Proposal, Watch } from './coordinator-state.ts';
import { expireExchanges, nextExpiryMs, noteUnreachable, receiveReply } from './health.ts';
import { answerChange, grantLease, receiveMainRequest } from './main-request.ts';
import { isLasting } from './operation-outcome.ts';
import { DONE } from './response.ts';
import { CoordinatorTurn } from './turn.ts';
import { answerProposal, answerWaiting, answerWorker, receiveWorkerRequest } from './worker-request.ts';

/** Takes one event. */
export function handle(state: CoordinatorState, event: CoordinatorEvent): Step<CoordinatorState, CoordinatorEffect> {
  const turn = new CoordinatorTurn({ state, nowMs: event.nowMs, random: event.random });
  note(turn, event);
  carryOutRaft(turn);
  advance(turn);
  wishForTick(turn);
  return turn.finish();
}

function note(turn: CoordinatorTurn, event: CoordinatorEvent): void {
  switch (event.type) {
    case 'raft':
      return receiveRaft(turn, event.message);
    case 'instanceRequest':
      noteActivity(turn);
      return receiveMainRequest(turn, event.id, event.request);
    case 'workerRequest':
      noteActivity(turn);
      return receiveWorkerRequest(turn, event.id, event.request);
    case 'reply':
      return receiveReply(turn, event.exchange, event.reply);
    case 'unreachable':
      return noteUnreachable(turn, event.exchange);
    case 'tick':
      turn.update({ tickAtMs: undefined });
      return turn.raft({ type: 'tick' });
    default:
      return unreachable(event);
  }
}

/** A message that wakes this member is a request that came to another one. */
function receiveRaft(turn: CoordinatorTurn, message: RaftMessage): void {
  const wasAwake = turn.state.raft.awake;
  turn.raft({ type: 'message', message });
  if (!wasAwake && turn.state.raft.awake) turn.update({ activityAtMs: turn.nowMs });
}

/** Somebody asks: the group is needed. */
function noteActivity(turn: CoordinatorTurn): void {
  turn.update({ activityAtMs: turn.nowMs });
  turn.raft({ type: 'wake' });
  carryOutRaft(turn);
}

/** Does what Raft wants, in its order, until nothing is left. */
function carryOutRaft(turn: CoordinatorTurn): void {
  for (let effect = turn.takeRaftEffect(); effect !== undefined; effect = turn.takeRaftEffect()) {
    carryOut(turn, effect);
  }
}

function carryOut(turn: CoordinatorTurn, effect: RaftEffect): void {
  switch (effect.type) {
    case 'persist':
    case 'saveSnapshot':
      return turn.emit(effect);
    case 'send':
      return sendRaft(turn, effect.to, effect.message);
    case 'commit':
      for (const entry of effect.entries) commit(turn, entry);
      return;
    case 'installSnapshot':
      return takeCluster(turn, decodeCluster(effect.snapshot.data));
    case 'takeSnapshot':
      return snapshot(turn, effect.index);
    case 'proposed': {
      const { id, index, term } = effect;
      const noted = (proposal: Proposal) => (proposal.id === id ? { ...proposal, index, term } : proposal);
      return turn.update({ proposals: turn.state.proposals.map(noted) });
    }
    case 'refused':
      return refuse(turn, effect.id, effect.leader);
    case 'readReady':
      return answerRead(turn, effect.id);
    case 'becameLeader':
      return turn.update({
        activityAtMs: turn.nowMs,
        leads: true,
        watches: new Map(),
        exchanges: new Map(),
        checkAtMs: turn.nowMs,
      });
    case 'becameFollower':
      return loseLeadership(turn, effect.leader);
    case 'timer':
      return; // The wish for a tick is worked out at the end of the step.
    default:
      return unreachable(effect);
  }
}

function snapshot(turn: CoordinatorTurn, index: number): void {
  const { cluster } = turn.state;
  turn.raft({ type: 'snapshotTaken', index, data: encodeCluster(cluster), version: cluster.version });
}

function sendRaft(turn: CoordinatorTurn, to: string, message: RaftMessage): void {
  turn.emit({ type: 'sendRaft', to, region: regionOfMember(turn.state.raft, to), message });
}

function commit(turn: CoordinatorTurn, entry: Entry): void {
  const awaiting = turn.state.proposals.filter((proposal) => proposal.index === entry.index);
  let result: CommandResult | undefined = entry.group && { done: true, database: undefined };
  if (entry.command !== null) {
    const command = decodeCommand(entry.command);
    const applied = apply(turn.state.cluster, command);
    const version = Math.max(applied.state.version, versionOfCommand(command));
    takeCluster(turn, { ...applied.state, version });
    result = applied.result;
    if (result.done) noteCommitted(turn, command);
    if ('database' in command) turn.touch(command.database);
  }
  if (awaiting.length === 0) return;
  turn.update({ proposals: turn.state.proposals.filter((proposal) => proposal.index !== entry.index) });
  for (const proposal of awaiting) {
    const isSame = proposal.term === entry.term && result !== undefined;
    settle(turn, proposal, isSame ? result : undefined);
  }
}

function takeCluster(turn: CoordinatorTurn, cluster: ClusterState): void {
  turn.update({ cluster, settings: effectiveSettings(turn.state.defaults, cluster) });
}

/** A leader begins anew with what a command has changed. */
function noteCommitted(turn: CoordinatorTurn, command: Command): void {
  switch (command.type) {
    case 'completeFailover':
      if (command.givenUpAfterLsn !== undefined) {
        turn.updateWatchIfKnown(command.database, { acknowledgedLsn: command.givenUpAfterLsn });
      }
      return forgetEpoch(turn, command.database);
    case 'abort':
      // MAIN is to hear of it at once, before the others.
      turn.updateWatchIfKnown(command.database, { handover: undefined });
      return tellMainAtOnce(turn, command.database);
    case 'beginFailover':
      turn.updateWatchIfKnown(command.database, { handover: undefined });
      return forgetSeals(turn, command.database);
    case 'addInstance':
      turn.forgetHealth(command.database, command.instance.name);
      return tellMainAtOnce(turn, command.database);
    case 'removeInstance':
      return tellMainAtOnce(turn, command.database);
    case 'told':
      if (command.what === 'left') for (const name of command.instances) turn.forgetHealth(command.database, name);
      return;
    case 'setSetting':
      for (const name of turn.state.cluster.databases.keys()) {
        tellMainAtOnce(turn, name);
        turn.touch(name);
      }
      return;
    default:
      return;
  }
}

function tellMainAtOnce(turn: CoordinatorTurn, database: string): void {
  const main = turn.database(database)?.assignment.main;
  if (main === undefined || !turn.state.watches.has(database)) return;
  turn.updateHealth(database, main, { askedAtMs: Number.NEGATIVE_INFINITY });
}

/** What is known of the MAIN of the epoch that is over says nothing about the new one. */
function forgetEpoch(turn: CoordinatorTurn, database: string): void {
  turn.updateWatchIfKnown(database, { active: false, suspectedAtMs: undefined, refused: false });
  forgetSeals(turn, database);
}

/** A step of the failover is done. The next one begins with everybody at once, whatever they were asked before. */
function forgetSeals(turn: CoordinatorTurn, database: string): void {
  if (!turn.state.watches.has(database)) return;
  turn.updateWatch(database, { sealed: new Map(), sealedAtMs: undefined });
  for (const name of turn.watch(database).instances.keys()) {
    turn.updateHealth(database, name, { exchange: undefined, askedAtMs: Number.NEGATIVE_INFINITY });
  }
}

/** The end of a proposal. Without a result it is not known whether it will yet be committed. */
function settle(turn: CoordinatorTurn, proposal: Proposal, result: CommandResult | undefined): void {
  const { purpose, database } = proposal;
  if (purpose.type === 'own') {
    if (database !== undefined) turn.updateWatchIfKnown(database, { proposing: false });
    return;
  }
  if (purpose.type === 'instance') {
    if (result !== undefined) return answerChange(turn, purpose, result);
    return turn.reply(purpose.id, purpose.request, { type: 'notLeader', leader: turn.state.raft.leader });
  }
  if (result !== undefined) return answerProposal(turn, purpose, result);
  turn.respond(purpose.id, {
    type: 'error',
    code: 'Neo.TransientError.General.DatabaseUnavailable',
    message:
      'The coordinators changed their leader while this was being decided. Look whether it was done, or try again.',
  });
}

/** Raft took neither the command nor the question. */
function refuse(turn: CoordinatorTurn, id: string, leader: string | undefined): void {
  const proposal = turn.state.proposals.find((candidate) => candidate.id === id);
  if (proposal !== undefined) {
    turn.update({ proposals: turn.state.proposals.filter((candidate) => candidate !== proposal) });
    if (proposal.purpose.type === 'worker') return turn.respond(proposal.purpose.id, { type: 'notLeader', leader });
    return settle(turn, proposal, undefined);
  }
  const read = takeRead(turn, id);
  if (read === undefined) return;
  const { purpose } = read;
  if (purpose.type === 'worker') return turn.respond(purpose.id, { type: 'notLeader', leader });
  turn.reply(purpose.id, purpose.request, { type: 'notLeader', leader });
}

function takeRead(turn: CoordinatorTurn, id: string): PendingRead | undefined {
  const read = turn.state.reads.find((candidate) => candidate.id === id);
  if (read !== undefined) turn.update({ reads: turn.state.reads.filter((candidate) => candidate !== read) });
  return read;
}

function answerRead(turn: CoordinatorTurn, id: string): void {
  const read = takeRead(turn, id);
  if (read === undefined) return;
  const { purpose } = read;
  if (purpose.type === 'worker') return answerWorker(turn, purpose.id, purpose.request);
  const { body } = purpose.request;
  if (body.type === 'renewLease') grantLease(turn, purpose.id, purpose.request, body.report);
}

/** What this leader knew besides the log is void, and whoever waits is sent on. */
function loseLeadership(turn: CoordinatorTurn, leader: string | undefined): void {
  const { leads, proposals, waiting } = turn.state;
  if (!leads) return;
  turn.update({ leads: false, watches: new Map(), exchanges: new Map(), proposals: [], waiting: [] });
  for (const proposal of proposals) settle(turn, proposal, undefined);
  for (const { id, wants } of waiting) {
    // What an operator wanted goes on under the next leader; what is no longer known to this one is asked again.
    turn.respond(id, wants.type === 'operated' && isLasting(wants) ? DONE : { type: 'notLeader', leader });
  }
}

/** Does what is due: for the databases that something happened to at once, for all of them at every check. */
function advance(turn: CoordinatorTurn): void {
  if (turn.decides && turn.state.raft.awake) {
    expireExchanges(turn);
    if (turn.nowMs >= turn.state.checkAtMs) check(turn);
    for (const [name, watch] of turn.state.watches) {
      const { sealedAtMs, handover, leaseUntilMs } = watch;
      const isOver = isAwaitedToEnd(watch) && turn.nowMs >= leaseUntilMs;
      const isDue = sealedAtMs !== undefined || handover !== undefined || isOver;
      if (isDue) turn.touch(name);
    }
    // Each round may commit at once (a group of one does) and so bring up more.
    for (let touched = turn.takeTouched(); touched.length > 0; touched = turn.takeTouched()) {
      for (const database of touched) careFor(turn, database);
      carryOutRaft(turn);
    }
    answerWaiting(turn);
  }
  restIfIdle(turn);
  carryOutRaft(turn);
}

/** Whether something may have to be done when the lease has run out: MAIN has not given it back, or is suspected to be down. */
function isAwaitedToEnd({ active, suspectedAtMs }: Watch): boolean {
  return active || suspectedAtMs !== undefined;
}

function check(turn: CoordinatorTurn): void {
  turn.update({ checkAtMs: turn.nowMs + turn.state.settings.checkEveryMs });
  for (const [name, database] of turn.state.cluster.databases) {
    if (isUnfinished(database) || turn.state.watches.has(name)) turn.touch(name);
  }
}

/** Falls silent when nobody asks and nothing is left to do; what cannot be done is not tried for ever either. */
function restIfIdle(turn: CoordinatorTurn): void {
  const { raft, activityAtMs, settings, cluster, watches, waiting, reads, proposals } = turn.state;
  const idleMs = turn.nowMs - activityAtMs;
  if (!raft.awake || idleMs < settings.idleMs) return;
  if (waiting.length > 0 || reads.length > 0 || proposals.length > 0) return;
  const isBusy =
    raft.role === 'leader' &&
    ([...cluster.databases.values()].some(isUnfinished) ||
      [...watches.values()].some(
        ({ active, suspectedAtMs, handover }) => active || suspectedAtMs !== undefined || handover,
      ));
  if (isBusy && idleMs < settings.giveUpMs) return;
  turn.raft({ type: 'sleep' });
}

/** Tells the host when to come back, when that has changed. */
function wishForTick(turn: CoordinatorTurn): void {
  const due = [dueAtMs(turn.state.raft), ownDueAtMs(turn)].filter((atMs) => atMs !== undefined);
  const finite = due.filter((atMs) => Number.isFinite(atMs));
  const atMs = finite.length === 0 ? undefined : Math.min(...finite);
  if (atMs === turn.state.tickAtMs) return;
  turn.update({ tickAtMs: atMs });
  turn.emit({ type: 'requestTick', atMs });
}

/** When the leader next has something to do, in milliseconds; undefined on followers and while the group sleeps. */
function ownDueAtMs(turn: CoordinatorTurn): number | undefined {
  if (!turn.decides || !turn.state.raft.awake) return undefined;
  const { checkAtMs, waiting, watches, settings } = turn.state;
  const due = [checkAtMs, ...waiting.map(({ untilMs }) => untilMs)];
  const expiryMs = nextExpiryMs(turn.state);
  if (expiryMs !== undefined) due.push(expiryMs);
  for (const watch of watches.values()) {
    const { sealedAtMs, leaseUntilMs, handover } = watch;
    if (sealedAtMs !== undefined) due.push(sealedAtMs + settings.sealWaitMs, leaseUntilMs);
    if (isAwaitedToEnd(watch)) due.push(leaseUntilMs);
    if (handover !== undefined) due.push(handover.askAtMs, handover.untilMs);
  }
  return Math.min(...due.filter((atMs) => atMs > turn.nowMs));
}
