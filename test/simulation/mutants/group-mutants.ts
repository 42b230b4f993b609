/**
 * Bugs of changing the coordinators' group: the rules of Ongaro's thesis §4, left out one at a time. A change that begins before the leader has
 * committed anything of its term is looked for in test/core/raft, where more elections fit a second.
 */
import type { CoordinatorEffect } from '../../../core/coordinator/coordinator-event.ts';
import { configurationIn, membershipOf } from '../../../core/raft/configuration.ts';
import type { Configuration } from '../../../core/raft/message.ts';
import type { RaftState } from '../../../core/raft/state.ts';
import { coordinatorMutant, type Mutant } from './mutant.ts';

/** Before each step a coordinator goes by another configuration than it should. */
function goesBy(other: (raft: RaftState) => Configuration) {
  return coordinatorMutant((handle) => (state, event) => {
    const { raft } = state;
    return handle({ ...state, raft: { ...raft, ...membershipOf(raft.self, other(raft)) } }, event);
  });
}

/** A configuration holds when it is committed, and not from when it is appended. */
const waitsForTheCommit = goesBy((raft) => configurationIn(raft, raft.commitIndex));

/** Whoever is sent the log is counted. */
const countsLearners = goesBy(({ configuration }) => ({
  ...configuration,
  members: configuration.members.map((member) => ({ ...member, votes: true })),
}));

/** The next change begins while the last one is only in the log. */
const doesNotWaitForTheLast = goesBy(({ configuration, commitIndex }) => ({
  ...configuration,
  index: Math.min(configuration.index, commitIndex),
}));

/** Snapshots say nothing of the members. */
const forgetsInSnapshots = coordinatorMutant((handle) => (state, event) => {
  const { state: after, effects } = handle(state, event);
  const without = (effect: CoordinatorEffect): CoordinatorEffect => {
    if (effect.type !== 'saveSnapshot') return effect;
    const { configuration: _, ...snapshot } = effect.snapshot;
    return { ...effect, snapshot };
  };
  return { state: after, effects: effects.map(without) };
});

const REGROUPED = { isRegrouped: true } as const;

/** What any of them may lead to: nobody's majority is the same as another's. */
const SPLIT = /both lead term|another entry|is contradicted|no majority of its group|at once/;

export const GROUP_MUTANTS: readonly Mutant[] = [
  {
    name: 'goes by a configuration only when it is committed',
    found: SPLIT,
    options: { ...waitsForTheCommit, ...REGROUPED },
  },
  { name: 'counts learners in majorities', found: SPLIT, options: { ...countsLearners, ...REGROUPED } },
  {
    name: 'begins a change before the last one is committed',
    found: SPLIT,
    options: { ...doesNotWaitForTheLast, ...REGROUPED },
  },
  { name: 'leaves the members out of snapshots', found: SPLIT, options: { ...forgetsInSnapshots, ...REGROUPED } },
];
