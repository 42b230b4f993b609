/**
 * What a leader does about the group's members (thesis §4). Changes come one after another, each committed before the next begins, and
 * none before the leader has committed an entry of its own term: without that, two leaders could rest on configurations whose
 * majorities do not meet (Ongaro, "bug in single-server membership changes", raft-dev, July 2015).
 */
import { groupAfter, type MemberChange } from './configuration.ts';
import { append, change, type Draft, nextIndexOf } from './draft.ts';
import { advanceCommit, changePeer, newPeer, sendAppend } from './leader.ts';
import type { PreVote } from './message.ts';
import { isEstablishedLeader, lastIndexOf, type RaftState, termAt } from './state.ts';

/** Whether a change of the members may begin. */
export function mayChangeMembers(state: RaftState): boolean {
  return isEstablishedLeader(state) && state.configuration.index <= state.commitIndex;
}

/** Puts a change into the log. It holds from now on, for this leader at once and for the others when they have it. */
export function changeMembers(draft: Draft, id: string, wanted: MemberChange): void {
  const { role, term, leader, transfer } = draft.state;
  const refuse = (reason: 'notLeader' | 'transferring' | 'changing' | 'impossible') =>
    draft.effects.push({ type: 'refused', id, reason, leader });
  if (role !== 'leader') return void refuse('notLeader');
  if (transfer !== undefined) return void refuse('transferring');
  if (!mayChangeMembers(draft.state)) return void refuse('changing');
  const index = nextIndexOf(draft);
  if (!appendChange(draft, wanted)) return void refuse('impossible');
  draft.effects.push({ type: 'proposed', id, index, term });
  advanceCommit(draft);
}

/** False for what makes no sense, such as a leader that removes itself: it yields first, so that whoever leads is a member. */
function appendChange(draft: Draft, wanted: MemberChange): boolean {
  const { self, term, configuration } = draft.state;
  const group = wanted.type === 'remove' && wanted.id === self ? undefined : groupAfter(configuration, wanted);
  if (group === undefined) return false;
  append(draft, [{ index: nextIndexOf(draft), term, command: null, group }]);
  const peers = new Map(draft.state.peers);
  for (const other of draft.state.others) if (!peers.has(other)) peers.set(other, newPeer(draft));
  change(draft, { peers });
  for (const other of draft.state.others) sendAppend(draft, other);
  return true;
}

/** At the end of each of a leader's steps: learners that are level become voters, and who has been left out is told. */
export function careForMembers(draft: Draft): void {
  if (draft.state.role !== 'leader' || !draft.state.awake) return;
  dismissPeers(draft);
  for (const { id, votes } of draft.state.configuration.members) if (!votes) catchUp(draft, id);
}

/**
 * Whoever is left out hears of it once the change is committed, and not before: until then its vote may be needed by a leader that
 * never got the change. A member that is not in its own log's configuration has thus been removed for good.
 */
function dismissPeers(draft: Draft): void {
  const { peers, others, configuration, commitIndex } = draft.state;
  if (peers.size === others.length || configuration.index > commitIndex) return;
  for (const [id, { nextIndex }] of peers) {
    if (others.includes(id)) continue;
    // It is told once. Whoever lacks more than this entry, or does not get it, finds out when it asks for votes.
    changePeer(draft, id, { nextIndex: Math.min(nextIndex, configuration.index) });
    sendAppend(draft, id);
  }
  change(draft, { peers: new Map([...draft.state.peers].filter(([id]) => others.includes(id))) });
}

/**
 * Whoever asks this leader for votes and is no member has missed that it was removed. It is told again, from where its log ends, as far as
 * one message goes.
 */
export function tellOutsider(draft: Draft, { from, lastIndex, lastTerm }: PreVote): void {
  const { peers, configuration, commitIndex, snapshot } = draft.state;
  if (configuration.index > commitIndex) return;
  const compacted = snapshot?.index ?? 0;
  const agrees = lastIndex < compacted || termAt(draft.state, lastIndex) === lastTerm;
  const nextIndex = agrees ? Math.min(lastIndex + 1, configuration.index) : compacted + 1;
  change(draft, { peers: new Map(peers).set(from, { ...newPeer(draft), nextIndex }) });
  sendAppend(draft, from);
  change(draft, { peers });
}

/**
 * Rounds of catching up, thesis §4.2.1: in each the learner gets what the log held when the round began. When one takes less than the
 * shortest election timeout, what is left is little enough for a majority to wait for it.
 */
function catchUp(draft: Draft, id: string): void {
  const peer = draft.state.peers.get(id);
  if (peer === undefined) return;
  const { catchingUp, matchIndex, answeredSentAtMs } = peer;
  if (matchIndex < catchingUp.throughIndex || answeredSentAtMs < catchingUp.sinceMs) return;
  const isQuick = draft.nowMs - catchingUp.sinceMs <= draft.state.options.electionTimeoutMs.min;
  if (isQuick && mayChangeMembers(draft.state) && draft.state.transfer === undefined) {
    appendChange(draft, { type: 'promote', id });
    advanceCommit(draft);
    return;
  }
  changePeer(draft, id, { catchingUp: { throughIndex: lastIndexOf(draft.state), sinceMs: draft.nowMs } });
}
