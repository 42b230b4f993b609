/**
 * Silence: a group that nobody asks anything stops its timers, so that its objects may hibernate (DESIGN §8). The
 * leader stays known; the first request wakes the group, and an election is held only if the leader does not answer.
 */
import { change, commitThrough, type Draft, send } from './draft.ts';
import { becomeFollower, resetElectionTimer } from './follower.ts';
import { beat } from './leader.ts';
import type { Rest, Rouse } from './message.ts';
import { isEstablishedLeader, lastIndexOf, lastTermOf, type RaftState } from './state.ts';

/** A leader falls silent when its group is level; who knows no leader gives up looking for one; a follower waits. */
export function fallSilent(draft: Draft): void {
  const { state } = draft;
  if (state.role !== 'leader') {
    if (state.leader !== undefined || !state.awake) return;
    becomeFollower(draft, state.term, undefined);
    change(draft, { awake: false });
    return;
  }
  if (!state.awake || !isLevel(draft)) return;
  const rest = { type: 'rest', lastIndex: lastIndexOf(state), lastTerm: lastTermOf(state) } as const;
  for (const other of state.others) send(draft, other, rest);
  change(draft, { awake: false });
}

/** Everything is committed, and whoever answers holds all of it. A member that is down does not keep the group awake. */
function isLevel({ state, nowMs }: Draft): boolean {
  const lastIndex = lastIndexOf(state);
  if (!isEstablishedLeader(state) || state.commitIndex < lastIndex || state.pendingReads.length > 0 || state.transfer)
    return false;
  const silentSinceMs = nowMs - state.options.electionTimeoutMs.max;
  return [...state.peers.values()].every(
    (peer) => peer.matchIndex === lastIndex || peer.answeredSentAtMs < silentSinceMs,
  );
}

/** Whoever holds exactly the leader's log may sleep; who lacks something keeps its timer, and so wakes the leader. */
export function receiveRest(draft: Draft, message: Rest): void {
  const { state } = draft;
  if (message.term !== state.term || state.role === 'leader') return;
  if (lastIndexOf(state) !== message.lastIndex || lastTermOf(state) !== message.lastTerm) return;
  if (state.leader !== message.from) becomeFollower(draft, message.term, message.from);
  commitThrough(draft, message.lastIndex);
  change(draft, { awake: false });
}

/** The host has a request. */
export function wake(draft: Draft): void {
  const { state } = draft;
  if (state.awake) return;
  if (state.role === 'leader') resume(draft);
  else if (state.leader !== undefined) rouse(draft);
  else change(draft, { awake: true, electionDueAtMs: draft.nowMs + draft.random * state.options.wakeJitterMs });
}

/** A silent leader beats again. What its peers did not answer while they slept is not held against them. */
export function resume(draft: Draft): void {
  change(draft, { awake: true, leadingSinceMs: draft.nowMs });
  beat(draft);
}

/**
 * A follower asks its silent leader to beat, and stands for election if that does not happen soon. The other followers
 * are roused too: they then stop believing in the leader at the same time, and one election is enough.
 */
export function rouse(draft: Draft): void {
  const { others, options } = draft.state;
  for (const other of others) send(draft, other, { type: 'rouse' });
  // The spread keeps two followers that were roused together from standing at the same moment.
  const electionDueAtMs = draft.nowMs + options.rouseTimeoutMs + draft.random * options.wakeJitterMs;
  change(draft, { awake: true, electionDueAtMs, leaderTrustedUntilMs: draft.nowMs + options.rouseTimeoutMs });
}

/** Another member was asked something. One that led and has lost its memory leaves the rest to the asker's timer. */
export function receiveRouse(draft: Draft, message: Rouse): void {
  const { awake, role, leader, term } = draft.state;
  if (awake || message.term < term) return;
  if (role === 'leader') resume(draft);
  else if (leader !== undefined) rouse(draft);
}

/** A member that came back from storage and knows no leader keeps time as soon as the others are at work. */
export function wakeByMessage(draft: Draft): void {
  const { state } = draft;
  if (!isLost(state)) return;
  resetElectionTimer(draft);
  change(draft, { awake: true });
}

function isLost(state: RaftState): boolean {
  return !state.awake && state.role !== 'leader' && state.leader === undefined;
}
