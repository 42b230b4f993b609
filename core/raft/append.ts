/** Log replication, §5.3: a follower's consistency check, and what the leader makes of the answer. */
import { assert } from '../assert.ts';
import { append, commitThrough, type Draft, nextIndexOf, send, truncate } from './draft.ts';
import { hearLeader } from './follower.ts';
import { changePeer, confirm, recordMatch, sendAppend } from './leader.ts';
import type { AppendEntries, AppendEntriesAnswer } from './message.ts';
import { lastIndexOf, type RaftState, termAt } from './state.ts';

export function answerAppendEntries(draft: Draft, message: AppendEntries): void {
  const { from, round } = message;
  if (message.term < draft.state.term) {
    // A deposed leader: the higher term of the answer is what it needs to know.
    const outcome = { type: 'conflict', index: nextIndexOf(draft), term: 0 } as const;
    send(draft, from, { type: 'appendEntriesAnswer', round, outcome });
    return;
  }
  assert(draft.state.role !== 'leader', `two leaders in term ${message.term}`);
  hearLeader(draft, from);
  const outcome = conflictWith(draft.state, message) ?? store(draft, message);
  send(draft, from, { type: 'appendEntriesAnswer', round, outcome });
}

/** The consistency check. Undefined when the log holds the entry that the message builds on. */
function conflictWith(state: RaftState, message: AppendEntries): AppendEntriesAnswer['outcome'] | undefined {
  const { previousIndex, previousTerm } = message;
  // What the snapshot covers is committed, and so equal to the leader's.
  if (previousIndex <= (state.snapshot?.index ?? 0)) return undefined;
  const term = termAt(state, previousIndex);
  if (term === previousTerm) return undefined;
  if (term === undefined) return { type: 'conflict', index: lastIndexOf(state) + 1, term: 0 };
  let index = previousIndex;
  while (termAt(state, index - 1) === term) index -= 1;
  return { type: 'conflict', index, term };
}

/** Adds what is new. Only an entry that contradicts the leader's is dropped, and what follows it: messages come late. */
function store(draft: Draft, message: AppendEntries): AppendEntriesAnswer['outcome'] {
  const { entries, previousIndex, commitIndex } = message;
  const compacted = draft.state.snapshot?.index ?? 0;
  const fresh = entries.findIndex(({ index, term }) => index > compacted && termAt(draft.state, index) !== term);
  if (fresh !== -1) {
    const first = previousIndex + fresh + 1;
    assert(first > draft.state.commitIndex, `the committed entry ${first} is contradicted`);
    if (first <= lastIndexOf(draft.state)) truncate(draft, first);
    append(draft, entries.slice(fresh));
  }
  const matchIndex = previousIndex + entries.length;
  commitThrough(draft, Math.min(commitIndex, matchIndex));
  return { type: 'stored', matchIndex };
}

export function receiveAppendEntriesAnswer(draft: Draft, message: AppendEntriesAnswer): void {
  const { from, round, outcome } = message;
  const peer = draft.state.peers.get(from);
  if (draft.state.role !== 'leader' || message.term !== draft.state.term || peer === undefined) return;
  confirm(draft, from, round);
  if (outcome.type === 'stored') {
    recordMatch(draft, from, outcome.matchIndex);
    return;
  }
  const wanted = fallBack(draft.state, outcome);
  // It lacks what it had confirmed before it was asked: its storage is not what it was. What it held then counts no more.
  const isLost = wanted <= peer.matchIndex && round.number > peer.matchRound;
  const matchIndex = isLost ? 0 : peer.matchIndex;
  changePeer(draft, from, { matchIndex, nextIndex: Math.min(Math.max(wanted, matchIndex + 1), nextIndexOf(draft)) });
  // A silent leader has no business with a late answer.
  if (draft.state.awake) sendAppend(draft, from);
}

/** §5.3, end: skips all entries of a conflicting term at once. */
function fallBack(state: RaftState, conflict: { readonly index: number; readonly term: number }): number {
  const newest = state.entries.findLast((entry) => entry.term <= conflict.term);
  return newest?.term === conflict.term ? newest.index + 1 : conflict.index;
}
