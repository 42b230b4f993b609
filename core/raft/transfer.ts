/**
 * Leadership transfer, thesis §3.10: a leader that is to yield takes no more commands, brings another member level, and has it
 * stand for election at once, which a member with the whole log wins. If that does not happen within an election timeout
 * the leader goes on as before.
 */
import { change, type Draft, send } from './draft.ts';
import { standForElection } from './election.ts';
import { sendAppend } from './leader.ts';
import type { TimeoutNow } from './message.ts';
import { isVoter, lastIndexOf } from './state.ts';

/** Begins, if some other member has answered lately. */
export function transferLeadership(draft: Draft): void {
  const { role, peers, voters, transfer, options } = draft.state;
  if (role !== 'leader' || transfer !== undefined) return;
  const aliveSinceMs = draft.nowMs - options.electionTimeoutMs.max;
  const [successor] = [...peers]
    .filter(([id, peer]) => voters.includes(id) && peer.answeredSentAtMs >= aliveSinceMs)
    .sort(
      ([, left], [, right]) => right.matchIndex - left.matchIndex || right.answeredSentAtMs - left.answeredSentAtMs,
    );
  if (successor === undefined) return;
  const [to] = successor;
  change(draft, { transfer: { to, untilMs: draft.nowMs + options.electionTimeoutMs.max } });
  sendAppend(draft, to);
  handOver(draft);
}

/** Tells the successor to stand as soon as it holds the whole log; again at every answer, as a message may be lost. */
export function handOver(draft: Draft): void {
  const { transfer, peers } = draft.state;
  if (transfer === undefined || peers.get(transfer.to)?.matchIndex !== lastIndexOf(draft.state)) return;
  send(draft, transfer.to, { type: 'timeoutNow' });
}

/** Called at every beat. */
export function expireTransfer(draft: Draft): void {
  const { transfer } = draft.state;
  if (transfer !== undefined && draft.nowMs >= transfer.untilMs) change(draft, { transfer: undefined });
}

/** The leader of this term wants this member in its place: no PreVote, since the others still believe in the leader. */
export function receiveTimeoutNow(draft: Draft, message: TimeoutNow): void {
  if (message.term !== draft.state.term || draft.state.role === 'leader' || !isVoter(draft.state)) return;
  standForElection(draft);
}
