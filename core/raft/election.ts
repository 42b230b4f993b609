/**
 * Elections: §5.2 and §5.4.1, with PreVote (thesis §9.6) in front, so that a member that was cut off does not depose a
 * working leader with its higher term when it returns. Keeps: at most one vote a term, at most one leader a term.
 */
import { change, type Draft, send } from './draft.ts';
import { becomeFollower, resetElectionTimer } from './follower.ts';
import { lead, sendAppend } from './leader.ts';
import { tellOutsider } from './membership.ts';
import type { MemberId, PreVote, PreVoteAnswer, RequestVote, RequestVoteAnswer } from './message.ts';
import { resume, rouse } from './rest.ts';
import { believesInLeader, lastIndexOf, lastTermOf, quorumOf, type RaftState } from './state.ts';

/** Asks the others whether they would vote for this member, before it raises its term. */
export function campaign(draft: Draft): void {
  becomeFollower(draft, draft.state.term, undefined);
  resetElectionTimer(draft);
  change(draft, { role: 'preCandidate', votes: [draft.state.self] });
  if (hasQuorum(draft.state)) standForElection(draft);
  else askEverybody(draft, 'preVote');
}

/** §5.2: votes for itself in a new term, and asks the others. */
export function standForElection(draft: Draft): void {
  const { self, term, leaderHeardAtMs } = draft.state;
  resetElectionTimer(draft);
  const lastLeaderAtMs = leaderHeardAtMs;
  change(draft, { term: term + 1, votedFor: self, role: 'candidate', votes: [self], lastLeaderAtMs });
  if (hasQuorum(draft.state)) lead(draft);
  else askEverybody(draft, 'requestVote');
}

function askEverybody(draft: Draft, type: 'preVote' | 'requestVote'): void {
  const { state } = draft;
  for (const other of state.voters.filter((voter) => voter !== state.self)) {
    send(draft, other, { type, lastIndex: lastIndexOf(state), lastTerm: lastTermOf(state) });
  }
}

/** Would this member vote for the sender in the next term? No, while it believes in another leader. */
export function answerPreVote(draft: Draft, message: PreVote): void {
  // Whoever asks for votes does not lead: a leader that asks has lost its memory.
  if (message.term === draft.state.term && message.from === draft.state.leader) {
    becomeFollower(draft, message.term, undefined);
  }
  const { role, term, awake } = draft.state;
  const trusting = believesInLeader(draft.state, draft.nowMs);
  const granted = !trusting && message.term === term && isUpToDate(draft.state, message);
  send(draft, message.from, { type: 'preVoteAnswer', askedInTerm: message.term, granted });
  if (role === 'leader') {
    // The sender does not know its leader. It learns of it here, and not only by the next beat.
    if (!awake) resume(draft);
    else if (draft.state.others.includes(message.from)) sendAppend(draft, message.from);
    else tellOutsider(draft, message);
  } else if (!awake) rouse(draft);
}

export function receivePreVoteAnswer(draft: Draft, message: PreVoteAnswer): void {
  const { role, term } = draft.state;
  if (role !== 'preCandidate' || message.askedInTerm !== term || !message.granted) return;
  countVote(draft, message.from);
  if (hasQuorum(draft.state)) standForElection(draft);
}

/** §5.2, §5.4.1: one vote a term, first come first served, and only for a log that is at least as new. */
export function answerRequestVote(draft: Draft, message: RequestVote): void {
  const { term, votedFor } = draft.state;
  const free = message.term === term && (votedFor === undefined || votedFor === message.from);
  const granted = free && isUpToDate(draft.state, message);
  if (granted) {
    change(draft, { votedFor: message.from });
    resetElectionTimer(draft);
  }
  const leaderSilentMs = Math.max(0, draft.nowMs - draft.state.leaderHeardAtMs);
  send(draft, message.from, { type: 'requestVoteAnswer', granted, leaderSilentMs });
}

export function receiveRequestVoteAnswer(draft: Draft, message: RequestVoteAnswer): void {
  const { role, term, lastLeaderAtMs } = draft.state;
  if (role !== 'candidate' || message.term !== term || !message.granted) return;
  // A late answer makes the moment later than it was, never earlier.
  const heardAtMs = draft.nowMs - (message.leaderSilentMs ?? 0);
  change(draft, { lastLeaderAtMs: Math.max(lastLeaderAtMs, heardAtMs) });
  countVote(draft, message.from);
  if (hasQuorum(draft.state)) lead(draft);
}

function countVote(draft: Draft, from: MemberId): void {
  const { votes, voters } = draft.state;
  if (voters.includes(from) && !votes.includes(from)) change(draft, { votes: [...votes, from] });
}

function hasQuorum(state: RaftState): boolean {
  return state.votes.length >= quorumOf(state);
}

/** §5.4.1: the log whose last entry has the later term is newer; in the same term the longer one is. */
function isUpToDate(state: RaftState, log: { readonly lastIndex: number; readonly lastTerm: number }): boolean {
  const lastTerm = lastTermOf(state);
  return log.lastTerm > lastTerm || (log.lastTerm === lastTerm && log.lastIndex >= lastIndexOf(state));
}
