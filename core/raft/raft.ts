/**
 * Raft as in the paper, as a state machine: one member of a group of 3 or 5. Sources: Ongaro and Ousterhout, "In Search
 * of an Understandable Consensus Algorithm"; Ongaro's thesis for membership changes (§4), ReadIndex (§6.4) and PreVote (§9.6). What it takes and
 * gives stands in event.ts. `persist` and `saveSnapshot` come first among the effects: nothing is said that is not stored.
 */

import { unreachable } from '../assert.ts';
import type { Step } from '../step.ts';
import { isUnderstood, toldVersion } from '../version.ts';
import { answerAppendEntries, receiveAppendEntriesAnswer } from './append.ts';
import { change, type Draft, draftOf, finish } from './draft.ts';
import {
  answerPreVote,
  answerRequestVote,
  campaign,
  receivePreVoteAnswer,
  receiveRequestVoteAnswer,
} from './election.ts';
import type { RaftEffect, RaftEvent } from './event.ts';
import { becomeFollower } from './follower.ts';
import {
  answerGreet,
  beginIntroduction,
  endIntroduction,
  holdsBack,
  receiveGreeting,
  tickIntroduction,
} from './introduction.ts';
import { beat, propose, readIndex, stepDownWithoutQuorum } from './leader.ts';
import { careForMembers, changeMembers } from './membership.ts';
import type { RaftMessage } from './message.ts';
import { fallSilent, receiveRest, receiveRouse, wake, wakeByMessage } from './rest.ts';
import { answerInstallSnapshot, compact, receiveInstallSnapshotAnswer } from './snapshot.ts';
import { believesInLeader, type RaftState, timerAtMs } from './state.ts';
import { expireTransfer, handOver, receiveTimeoutNow, transferLeadership } from './transfer.ts';

/** Takes one event. An event may come late, twice or out of order. */
export function step(state: RaftState, event: RaftEvent): Step<RaftState, RaftEffect> {
  const draft = draftOf(dated(state, event.nowMs), event);
  beginIntroduction(draft);
  switch (event.type) {
    case 'message':
      receive(draft, event.message);
      break;
    case 'tick':
      tick(draft);
      break;
    case 'propose':
      wake(draft);
      propose(draft, event);
      break;
    case 'changeMembers':
      wake(draft);
      changeMembers(draft, event.id, event.change);
      break;
    case 'readIndex':
      wake(draft);
      readIndex(draft, event.id);
      break;
    case 'snapshotTaken':
      compact(draft, event);
      break;
    case 'wake':
      wake(draft);
      break;
    case 'touch':
      draft.touched = true;
      break;
    case 'transfer':
      transferLeadership(draft);
      break;
    case 'sleep':
      fallSilent(draft);
      break;
    default:
      unreachable(event);
  }
  const held = endIntroduction(draft);
  if (held !== undefined) receive(draft, held);
  careForMembers(draft);
  return finish(draft, state);
}

/** A member that restarted may have heard a leader until now, and has forgotten it. */
function dated(state: RaftState, nowMs: number): RaftState {
  return state.leaderHeardAtMs === Number.POSITIVE_INFINITY ? { ...state, leaderHeardAtMs: nowMs } : state;
}

/** A tick that comes early (a timer set for what has since changed) does nothing. */
function tick(draft: Draft): void {
  tickIntroduction(draft);
  const due = timerAtMs(draft.state);
  if (due === undefined || draft.nowMs < due) return;
  if (draft.state.role !== 'leader') campaign(draft);
  else if (!stepDownWithoutQuorum(draft)) {
    expireTransfer(draft);
    beat(draft);
  }
}

/**
 * Whether a message of somebody who is not among this member's others is looked at. The sender may belong to a configuration that has not
 * come here yet: so a leader is followed, and a candidate may get a vote; but not, thesis §4.2.3, while this member hears
 * its leader, for then it is more likely that the sender was removed and does not know it.
 */
function isHeardFromOutside(draft: Draft, { type }: RaftMessage): boolean {
  switch (type) {
    case 'appendEntries':
    case 'installSnapshot':
    case 'rest':
    case 'timeoutNow':
    case 'preVote':
    case 'greet':
      return true;
    case 'requestVote':
      return !believesInLeader(draft.state, draft.nowMs);
    default:
      return false;
  }
}

/** What another member understands, by what it said last: a roll-out may be taken back. */
function noteNewest(draft: Draft, { from, newest }: RaftMessage): void {
  const { told } = draft.state;
  const version = toldVersion(newest);
  if (told.get(from) !== version) change(draft, { told: new Map(told).set(from, version) });
}

function receive(draft: Draft, message: RaftMessage): void {
  const { state } = draft;
  const isOutsider = !state.others.includes(message.from);
  if (isOutsider && !isHeardFromOutside(draft, message)) return;
  if (!isOutsider) noteNewest(draft, message);
  if (!isUnderstood(message.protocolVersion, state.newest)) return;
  // §5.1: whoever sees a higher term follows it, whatever the message says. What an outsider asks first says no more than that it is lost.
  const isAsking = message.type === 'preVote' || message.type === 'greet';
  const isLost = isOutsider && isAsking && believesInLeader(state, draft.nowMs);
  if (message.term > state.term && !isLost) becomeFollower(draft, message.term, undefined);
  wakeByMessage(draft);
  if (holdsBack(draft, message)) return;
  switch (message.type) {
    case 'preVote':
      answerPreVote(draft, message);
      break;
    case 'preVoteAnswer':
      receivePreVoteAnswer(draft, message);
      break;
    case 'requestVote':
      answerRequestVote(draft, message);
      break;
    case 'requestVoteAnswer':
      receiveRequestVoteAnswer(draft, message);
      break;
    case 'appendEntries':
      answerAppendEntries(draft, message);
      break;
    case 'appendEntriesAnswer':
      receiveAppendEntriesAnswer(draft, message);
      handOver(draft);
      break;
    case 'installSnapshot':
      answerInstallSnapshot(draft, message);
      break;
    case 'installSnapshotAnswer':
      receiveInstallSnapshotAnswer(draft, message);
      break;
    case 'rest':
      receiveRest(draft, message);
      break;
    case 'rouse':
      receiveRouse(draft, message);
      break;
    case 'timeoutNow':
      receiveTimeoutNow(draft, message);
      break;
    case 'greet':
      answerGreet(draft, message.from);
      break;
    case 'greeting':
      receiveGreeting(draft, message);
      break;
    default:
      // A message that a later version has and this one does not.
      message satisfies never;
  }
}
