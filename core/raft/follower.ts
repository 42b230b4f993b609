/** Following: which leader a member believes in, and when it stops waiting for one (§5.2). */
import { change, type Draft } from './draft.ts';
import type { MemberId } from './message.ts';

/** Draws a new election timeout. */
export function resetElectionTimer(draft: Draft): void {
  const { min, max } = draft.state.options.electionTimeoutMs;
  change(draft, { electionDueAtMs: draft.nowMs + min + draft.random * (max - min) });
}

/** Follows `leader` (undefined: nobody yet) in `term`. Reads that waited for this leadership are refused. */
export function becomeFollower(draft: Draft, term: number, leader: MemberId | undefined): void {
  const before = draft.state;
  if (before.role === 'leader' || !before.awake) resetElectionTimer(draft);
  change(draft, {
    term,
    votedFor: term === before.term ? before.votedFor : undefined,
    role: 'follower',
    leader,
    votes: [],
    awake: true,
    leaderTrustedUntilMs: leader === before.leader ? before.leaderTrustedUntilMs : Number.NEGATIVE_INFINITY,
    peers: new Map(),
    pendingReads: [],
    transfer: undefined,
    leaderHeardAtMs: before.role === 'leader' ? draft.nowMs : before.leaderHeardAtMs,
  });
  for (const read of before.pendingReads) {
    draft.effects.push({ type: 'refused', id: read.id, reason: 'notLeader', leader });
  }
  if (before.role === 'leader' || before.leader !== leader) {
    draft.effects.push({ type: 'becameFollower', term, leader });
  }
}

/** A leader of this term has spoken: it is followed, and believed in for the shortest election timeout. */
export function hearLeader(draft: Draft, leader: MemberId): void {
  const { role, term, leader: known } = draft.state;
  if (role !== 'follower' || known !== leader) becomeFollower(draft, term, leader);
  resetElectionTimer(draft);
  change(draft, {
    awake: true,
    leaderHeardAtMs: draft.nowMs,
    leaderTrustedUntilMs: draft.nowMs + draft.state.options.electionTimeoutMs.min,
  });
}
