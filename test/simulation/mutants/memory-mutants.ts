/** Bugs that show when storage is not what it was, or when an object answers that another one has replaced. */
import { WITHOUT_INTRODUCTION } from '../world.ts';
import { coordinatorMutant, instanceMutant, type Mutant } from './mutant.ts';

/** A linearizable read is answered without a write, which an object that was replaced could not make. */
const readsWithoutTouch = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const isRead = step.effects.some(({ type }) => type === 'readReady');
  return isRead ? { ...step, effects: step.effects.filter(({ type }) => type !== 'persistState') } : step;
});

/** A MAIN that has restarted counts what it has written since, before anybody has said that its log is whole. */
const trustsItsStorage = instanceMutant((handle) => (state, event, log) => {
  return handle({ ...state, unverified: undefined }, event, log);
});

/** A leader holds to what a member had confirmed, whatever that says now. */
const believesInCopies = coordinatorMutant((handle) => (state, event) => {
  if (event.type !== 'raft' || event.message.type !== 'appendEntriesAnswer') return handle(state, event);
  const peers = new Map(
    [...state.raft.peers].map(([name, peer]) => [name, { ...peer, matchRound: Infinity }] as const),
  );
  return handle({ ...state, raft: { ...state.raft, peers } }, event);
});

const CALAMITIES = { hasCalamities: true, isRegrouped: false } as const;

export const MEMORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'answers a fresh read without touching storage',
    found: /fresh read/,
    options: { ...readsWithoutTouch, ...CALAMITIES },
  },
  {
    name: 'counts what it wrote after its log had lost its end',
    seed: 880,
    found: /without the acknowledged transaction|fresh read/,
    options: { ...trustsItsStorage, ...CALAMITIES },
  },
  {
    name: 'believes that a coordinator still holds what it had confirmed',
    seed: 2,
    found: /is not whole again/,
    options: { ...believesInCopies, ...CALAMITIES },
  },
  {
    name: 'votes after a restart without asking where the others stand',
    seed: 2,
    found: /both lead term|another entry|fell|is contradicted/,
    options: { settings: WITHOUT_INTRODUCTION, ...CALAMITIES },
  },
];
