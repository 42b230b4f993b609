/**
 * One instance of a database, as a state machine: MAIN, REPLICA, or neither. What it promises (DESIGN §13): one MAIN in
 * an epoch; nothing acknowledged by an epoch that was sealed; nothing acknowledged that an in-sync replica lacks; a
 * replica's log is a prefix of the history that its epochs name. Sources: DESIGN §7; Lin et al., "PacificA"; Ongaro and
 * Ousterhout §5.3 for the matching of logs.
 */
import { assert, unreachable } from '../assert.ts';
import type { Step } from '../step.ts';
import { isUnderstood } from '../version.ts';
import { answerFreshReads, noteFreshRead } from './fresh-read.ts';
import type { InstanceEffect, InstanceEvent } from './instance-event.ts';
import type { InstanceState } from './instance-state.ts';
import { noteCoordinatorFailure, receiveFromCoordinator } from './lease.ts';
import type { LogReader } from './log.ts';
import { advance, dueAtMs, noteActivity, noteCommitted } from './main.ts';
import { operate, receiveFollow, remind, settleDemotion, settleRegistration } from './manual.ts';
import type { CoordinatorReply, InstanceReply, InstanceRequest } from './message.ts';
import { refusalOf } from './message.ts';
import { answerReader, wakeMain } from './recovered-tail.ts';
import { relay, relayDueAtMs } from './relay.ts';
import { receiveAppend, receiveSnapshot } from './replica.ts';
import {
  learnOfEpoch,
  load,
  noteCoordinators,
  quarantine,
  receiveAssign,
  receiveDrain,
  receiveDrop,
  receiveProbe,
  receiveSeal,
} from './role.ts';
import { receiveSnapshotStored } from './snapshot-transfer.ts';
import { noteUnreachable, receiveAppended } from './stream.ts';
import { Turn } from './turn.ts';
import { noteTold } from './version-need.ts';

/** Takes one event. `log` reads the instance's own log as it is before the effects of this step. */
export function handle(
  state: InstanceState,
  event: InstanceEvent,
  log: LogReader,
): Step<InstanceState, InstanceEffect> {
  assert(state.loaded || event.type === 'loaded', 'the instance has not been loaded');
  const turn = new Turn({ state, nowMs: event.nowMs, log });
  note(turn, event);
  if (turn.state.role === 'main') advance(turn);
  if (turn.state.role === 'main') settleDemotion(turn);
  if (turn.state.role === 'main') answerFreshReads(turn);
  else relay(turn);
  wishForTick(turn);
  return turn.finish();
}

function note(turn: Turn, event: InstanceEvent): void {
  switch (event.type) {
    case 'loaded':
      return load(turn, event);
    case 'request':
      return receiveRequest(turn, event.request);
    case 'reply':
      return receiveReply(turn, event.exchange, event.reply);
    case 'unreachable':
      return receiveUnreachable(turn, event.exchange);
    case 'committed':
      return noteCommitted(turn, event.records);
    case 'activity':
      return turn.state.role === 'main' ? noteActivity(turn) : wakeMain(turn);
    case 'freshRead':
      return noteFreshRead(turn, event.id);
    case 'operate':
      return operate(turn, event.id, event.command);
    case 'tick':
      return turn.update({ tickAtMs: undefined });
    case 'damaged':
      return quarantine(turn, event.reason);
    default:
      return unreachable(event);
  }
}

function receiveRequest(turn: Turn, request: InstanceRequest): void {
  const { envelope, body } = request;
  const refusal = refusalOf(envelope, { cluster: turn.state.cluster, newest: turn.state.newest, nowMs: turn.nowMs });
  if (refusal !== undefined) return turn.reply({ type: 'refused', reason: refusal });
  noteCoordinators(turn, envelope.coordinators);
  switch (body.type) {
    case 'append':
    case 'installSnapshot':
      // An instance that was never assigned does not know whose replica it is; a late message must not tell it.
      if (turn.state.cluster === undefined) return turn.reply({ type: 'refused', reason: 'unknownDatabase' });
      if (body.type === 'append') return receiveAppend(turn, envelope, body);
      return receiveSnapshot(turn, envelope, body);
    case 'seal':
      return receiveSeal(turn, body);
    case 'assign':
      return receiveAssign(turn, body, envelope.from.name);
    case 'follow':
      return receiveFollow(turn, body, envelope.epoch);
    case 'probe':
      answerReader(turn, envelope.from.name);
      return receiveProbe(turn);
    case 'drain':
      return receiveDrain(turn, body);
    case 'drop':
      return receiveDrop(turn, body);
    default:
      // A request that a later version has and this one does not: the sender is told, and goes on without.
      body satisfies never;
      return turn.reply({ type: 'refused', reason: 'version' });
  }
}

function receiveReply(turn: Turn, exchange: number, reply: InstanceReply | CoordinatorReply): void {
  if (turn.state.role !== 'main') return receiveRelayed(turn, exchange, reply);
  const { envelope, body } = reply;
  if (!isUnderstood(envelope.version, turn.state.newest)) return receiveUnreachable(turn, exchange);
  if (body.type === 'refused') {
    if (body.reason === 'unknownDatabase') remind(turn, envelope.from.name);
    return receiveUnreachable(turn, exchange);
  }
  // What it tells of a higher epoch is for the operator.
  if (body.type === 'followed') return settleRegistration(turn, exchange, body);
  if (envelope.cluster !== turn.state.cluster) return;
  noteCoordinators(turn, envelope.coordinators);
  noteTold(turn, envelope.from.name, envelope.newest);
  if (isFromCoordinator(reply)) return receiveFromCoordinator(turn, exchange, reply);
  const epoch = body.type === 'appended' || body.type === 'snapshotStored' ? body.epoch : envelope.epoch;
  if (epoch > turn.state.epoch) return learnOfEpoch(turn, epoch);
  const { name } = envelope.from;
  if (body.type === 'appended') return receiveAppended(turn, name, exchange, body);
  if (body.type === 'snapshotStored') return receiveSnapshotStored(turn, name, exchange, body);
}

/** From a replica that this one feeds. A higher epoch that it lives in is for MAIN to find out. */
function receiveRelayed(turn: Turn, exchange: number, { envelope, body }: InstanceReply | CoordinatorReply): void {
  const { name } = envelope.from;
  const isAnswer = body.type === 'appended' || body.type === 'snapshotStored';
  if (!isAnswer || envelope.cluster !== turn.state.cluster || body.epoch > turn.state.epoch) {
    return receiveUnreachable(turn, exchange);
  }
  noteTold(turn, name, envelope.newest);
  if (body.type === 'appended') return receiveAppended(turn, name, exchange, body);
  receiveSnapshotStored(turn, name, exchange, body);
}

function isFromCoordinator(reply: InstanceReply | CoordinatorReply): reply is CoordinatorReply {
  switch (reply.body.type) {
    case 'lease':
    case 'leaseReleased':
    case 'inSyncChanged':
    case 'notLeader':
      return true;
    default:
      return false;
  }
}

function receiveUnreachable(turn: Turn, exchange: number): void {
  if (turn.state.role === 'main') {
    noteCoordinatorFailure(turn, exchange);
    settleRegistration(turn, exchange, undefined);
  }
  for (const replica of turn.fed) {
    if (replica.flights.some((flight) => flight.exchange === exchange)) noteUnreachable(turn, replica.name, exchange);
  }
}

/** Tells the host when to come back, when that has changed. */
function wishForTick(turn: Turn): void {
  const atMs = turn.state.role === 'main' ? dueAtMs(turn) : relayDueAtMs(turn);
  if (atMs === turn.state.tickAtMs) return;
  turn.update({ tickAtMs: atMs });
  turn.emit({ type: 'requestTick', atMs });
}
