/** Bugs of the election and of the log of coordinators. */
import type { CoordinatorEffect } from '../../../core/coordinator/coordinator-event.ts';
import type { RaftMessage } from '../../../core/raft/message.ts';
import { termAt } from '../../../core/raft/state.ts';
import { coordinatorMutant, type Mutant } from './mutant.ts';

/** What a coordinator stores is changed on its way to storage. */
function stores(change: (effect: Extract<CoordinatorEffect, { type: 'persist' }>) => CoordinatorEffect) {
  return coordinatorMutant((handle) => (state, event) => {
    const step = handle(state, event);
    return { ...step, effects: step.effects.map((effect) => (effect.type === 'persist' ? change(effect) : effect)) };
  });
}

/** A message of the group is changed before it is looked at. */
function hears(change: (message: RaftMessage) => RaftMessage) {
  return coordinatorMutant((handle) => (state, event) => {
    return handle(state, event.type === 'raft' ? { ...event, message: change(event.message) } : event);
  });
}

/** After a restart the terms begin again with the first one. */
const termsAreNotStored = stores((effect) => ({ ...effect, term: 0, votedFor: undefined }));

/** §5.4.1 left out: whoever asks has the vote, also one whose log lacks what is committed. */
const votesForAnyLog = hears((message) => {
  if (message.type !== 'requestVote' && message.type !== 'preVote') return message;
  return { ...message, lastIndex: Number.MAX_SAFE_INTEGER, lastTerm: Number.MAX_SAFE_INTEGER };
});

/** §5.3 left out: entries are appended whatever stands before them. */
const appendsAfterAnything = coordinatorMutant((handle) => (state, event) => {
  if (event.type !== 'raft' || event.message.type !== 'appendEntries') return handle(state, event);
  const previousTerm = termAt(state.raft, event.message.previousIndex) ?? event.message.previousTerm;
  return handle(state, { ...event, message: { ...event.message, previousTerm } });
});

/** A follower takes its leader's commit index for its own, and does not look at how far its own log goes along with it. */
const commitsWhatItIsTold = coordinatorMutant((handle) => (state, event) => {
  if (event.type !== 'raft' || event.message.type !== 'appendEntries') return handle(state, event);
  const entries = event.message.entries.length === 0 ? state.raft.entries.slice(-1) : event.message.entries;
  const previousIndex = (entries[0]?.index ?? event.message.previousIndex + 1) - 1;
  const previousTerm = termAt(state.raft, previousIndex) ?? event.message.previousTerm;
  const commitIndex = event.message.commitIndex + 1;
  return handle(state, { ...event, message: { ...event.message, previousIndex, previousTerm, entries, commitIndex } });
});

/** A snapshot is installed though more than it holds is committed. */
const takesOldSnapshots = coordinatorMutant((handle) => (state, event) => {
  if (event.type !== 'raft' || event.message.type !== 'installSnapshot') return handle(state, event);
  return handle({ ...state, raft: { ...state.raft, commitIndex: 0 } }, event);
});

export const RAFT_MUTANTS: readonly Mutant[] = [
  { name: 'does not store its term', seed: 31, found: /both lead term/, options: termsAreNotStored },
  {
    name: 'votes for a log that lacks what is committed',
    found: /is contradicted|another entry|fell/,
    options: votesForAnyLog,
  },
  {
    name: 'appends entries whatever stands before them',
    seed: 7,
    found: /another entry|is contradicted/,
    options: appendsAfterAnything,
  },
  {
    name: 'commits one entry more than the leader has',
    found: /another entry|is contradicted/,
    options: commitsWhatItIsTold,
  },
  {
    name: 'installs a snapshot older than what it has committed',
    found: /the commit index of .* fell/,
    options: takesOldSnapshots,
  },
];
