/** What a leader does: append and send, count copies, confirm its leadership, answer reads, and give up without a quorum. */
import { VERSION_MIN } from '../version.ts';
import { leavingMembers } from './configuration.ts';
import { append, change, commitThrough, type Draft, nextIndexOf, send } from './draft.ts';
import type { RaftEvent } from './event.ts';
import { becomeFollower } from './follower.ts';
import type { Entry, MemberId, Round } from './message.ts';
import {
  isEstablishedLeader,
  lastIndexOf,
  type Peer,
  quorumConfirmedAtMs,
  type RaftState,
  reachedByQuorum,
  termAt,
} from './state.ts';

/** §5.2, §8: begins to lead with a no-op, since entries of earlier terms are committed only under one of its own. */
export function lead(draft: Draft): void {
  const { self, term, others } = draft.state;
  const nextIndex = nextIndexOf(draft);
  const peers = [...others, ...leavingMembers(draft.state)];
  change(draft, {
    role: 'leader',
    leader: self,
    votes: [],
    peers: new Map(peers.map((peer) => [peer, newPeer(draft)])),
    leadingSinceMs: draft.nowMs,
  });
  draft.effects.push({ type: 'becameLeader', term });
  append(draft, [{ index: nextIndex, term, command: null }]);
  advanceCommit(draft);
  beat(draft);
}

/** What is known of a member of which nothing is known: most are level. */
export function newPeer(draft: Draft): Peer {
  const nextIndex = nextIndexOf(draft);
  return {
    nextIndex,
    matchIndex: 0,
    matchRound: 0,
    answeredRound: 0,
    answeredSentAtMs: Number.NEGATIVE_INFINITY,
    catchingUp: { throughIndex: nextIndex - 1, sinceMs: draft.nowMs },
  };
}

/** A round to everybody: what each lacks, or a heartbeat. */
export function beat(draft: Draft): void {
  const { round, options, others } = draft.state;
  change(draft, { round: round + 1, heartbeatDueAtMs: draft.nowMs + options.heartbeatMs });
  for (const other of others) sendAppend(draft, other);
}

/**
 * Sends what a peer lacks, as far as one message holds it. `nextIndex` runs ahead of the answers, so that messages are
 * pipelined; after a loss the peer reports the gap and `nextIndex` falls back.
 */
export function sendAppend(draft: Draft, to: MemberId): void {
  const { state } = draft;
  const peer = state.peers.get(to);
  if (peer === undefined) return;
  const round: Round = { number: state.round, sentAtMs: draft.nowMs };
  const previousIndex = peer.nextIndex - 1;
  const previousTerm = termAt(state, previousIndex);
  if (previousTerm === undefined) {
    const { snapshot } = state;
    if (snapshot === undefined) return;
    send(draft, to, { type: 'installSnapshot', snapshot, round });
    changePeer(draft, to, { nextIndex: snapshot.index + 1 });
    return;
  }
  const entries = entriesFrom(state, peer.nextIndex);
  const { commitIndex } = state;
  send(draft, to, { type: 'appendEntries', previousIndex, previousTerm, entries, commitIndex, round });
  changePeer(draft, to, { nextIndex: peer.nextIndex + entries.length });
}

/** The entries from `index` on that fit one message: at least one when there is one. */
function entriesFrom(state: RaftState, index: number): readonly Entry[] {
  const start = index - (state.snapshot?.index ?? 0) - 1;
  const { appendEntriesMax, appendBytesMax } = state.options;
  let end = start;
  let bytes = 0;
  while (end < state.entries.length && end - start < appendEntriesMax) {
    bytes += state.entries[end]?.command?.byteLength ?? 0;
    if (end > start && bytes > appendBytesMax) break;
    end += 1;
  }
  return state.entries.slice(start, end);
}

export function changePeer(draft: Draft, member: MemberId, part: Partial<Peer>): void {
  const peer = draft.state.peers.get(member);
  if (peer === undefined) return;
  change(draft, { peers: new Map(draft.state.peers).set(member, { ...peer, ...part }) });
}

/** A peer has answered a round in this term: it recognised this leader after the round was sent. */
export function confirm(draft: Draft, member: MemberId, round: Round): void {
  const peer = draft.state.peers.get(member);
  if (peer === undefined) return;
  changePeer(draft, member, {
    answeredRound: Math.max(peer.answeredRound, round.number),
    answeredSentAtMs: Math.max(peer.answeredSentAtMs, round.sentAtMs),
  });
  releaseReads(draft);
}

/** A peer holds the log up to `matchIndex`. What it still lacks follows at once. */
export function recordMatch(draft: Draft, member: MemberId, matchIndex: number): void {
  const peer = draft.state.peers.get(member);
  if (peer === undefined) return;
  const match = Math.max(peer.matchIndex, matchIndex);
  const nextIndex = Math.max(peer.nextIndex, match + 1);
  const matchRound = match > peer.matchIndex ? draft.state.round : peer.matchRound;
  changePeer(draft, member, { matchIndex: match, matchRound, nextIndex });
  advanceCommit(draft);
  if (nextIndex <= lastIndexOf(draft.state)) sendAppend(draft, member);
}

/** §5.3, §5.4.2: an entry of this term that a majority holds is committed, and with it all before it. */
export function advanceCommit(draft: Draft): void {
  const { state } = draft;
  const index = reachedByQuorum(state, lastIndexOf(state), (peer) => peer.matchIndex);
  if (index <= state.commitIndex || termAt(state, index) !== state.term) return;
  commitThrough(draft, index);
  releaseReads(draft);
}

/** Appends a command and sends it to everybody. */
export function propose(draft: Draft, event: Extract<RaftEvent, { type: 'propose' }>): void {
  const { id, command, version = VERSION_MIN } = event;
  const { role, term, leader, commitIndex, options, transfer } = draft.state;
  if (role !== 'leader' || transfer !== undefined) {
    draft.effects.push({ type: 'refused', id, reason: role === 'leader' ? 'transferring' : 'notLeader', leader });
    return;
  }
  const index = nextIndexOf(draft);
  if (index - commitIndex > options.uncommittedEntriesMax) {
    draft.effects.push({ type: 'refused', id, reason: 'overloaded', leader });
    return;
  }
  append(draft, [{ index, term, command, ...(version > VERSION_MIN && { version }) }]);
  draft.effects.push({ type: 'proposed', id, index, term });
  for (const other of draft.state.others) sendAppend(draft, other);
  advanceCommit(draft);
}

/** Thesis §6.4: remembers the commit index, and answers once a round begun now has been answered by a majority. */
export function readIndex(draft: Draft, id: string): void {
  const { role, leader, commitIndex, pendingReads, round, options } = draft.state;
  if (role !== 'leader' || pendingReads.length >= options.pendingReadsMax) {
    draft.effects.push({ type: 'refused', id, reason: role === 'leader' ? 'overloaded' : 'notLeader', leader });
    return;
  }
  // A leader that has committed nothing in its term does not know how far its predecessors had committed.
  const index = isEstablishedLeader(draft.state) ? commitIndex : lastIndexOf(draft.state);
  change(draft, { pendingReads: [...pendingReads, { id, index, round: round + 1 }] });
  beat(draft);
  releaseReads(draft);
}

function releaseReads(draft: Draft): void {
  const { state } = draft;
  if (state.pendingReads.length === 0) return;
  const confirmed = reachedByQuorum(state, state.round, (peer) => peer.answeredRound);
  const isReady = (read: { index: number; round: number }) =>
    read.round <= confirmed && read.index <= state.commitIndex;
  for (const { id, index } of state.pendingReads.filter(isReady)) draft.effects.push({ type: 'readReady', id, index });
  change(draft, { pendingReads: state.pendingReads.filter((read) => !isReady(read)) });
}

/**
 * Check-quorum: a leader that no majority has answered for the longest election timeout steps down, so that whoever
 * asks it is sent elsewhere and does not wait. Returns whether it did.
 */
export function stepDownWithoutQuorum(draft: Draft): boolean {
  const { state, nowMs } = draft;
  const sinceMs = Math.max(quorumConfirmedAtMs(state), state.leadingSinceMs);
  if (nowMs - sinceMs < state.options.electionTimeoutMs.max) return false;
  becomeFollower(draft, state.term, undefined);
  return true;
}
