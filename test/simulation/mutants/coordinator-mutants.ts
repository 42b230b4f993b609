/** Bugs of the coordinators' failover. */

import type { SealReply } from '../../../core/replication/message.ts';
import { LONG_LEASES } from '../world.ts';
import { coordinatorMutant, type Mutant } from './mutant.ts';

/** The answers to a seal are made up: it is taken for given as soon as it is asked for. */
const sealsNobody = coordinatorMutant((handle) => (state, event) => {
  const watches = new Map(
    [...state.watches].map(([name, watch]) => {
      const { assignment, status } = state.cluster.databases.get(name) ?? {};
      if (assignment === undefined || status?.type !== 'failingOver') return [name, watch] as const;
      const answer = (): SealReply => ({
        type: 'sealed',
        epoch: status.toEpoch,
        stored: { lsn: watch.acknowledgedLsn, epoch: assignment.epoch, hash: new Uint8Array(16) },
        eligible: true,
        reason: undefined,
      });
      const others = assignment.inSync.filter((member) => member !== assignment.main);
      const sealed = new Map(others.map((member) => [member, watch.sealed.get(member) ?? answer()]));
      return [name, { ...watch, sealed }] as const;
    }),
  );
  return handle({ ...state, watches }, event);
});

/** Nobody is asked to seal the epoch. */
const asksForNoSeal = coordinatorMutant((handle) => (state, event) => {
  const step = handle(state, event);
  const effects = step.effects.filter((effect) => !(effect.type === 'send' && effect.message.body.type === 'seal'));
  return { ...step, effects };
});

/** A leader takes every lease of those before it for long over. */
const ignoresInheritedLeases = coordinatorMutant((handle) => (state, event) => {
  const step = handle(state, event);
  return { ...step, state: { ...step.state, raft: { ...step.state.raft, lastLeaderAtMs: Number.NEGATIVE_INFINITY } } };
});

/** Worlds in which it matters when a lease ends. */
export const LEASED = { settings: LONG_LEASES, isOperated: true } as const;

export const COORDINATOR_MUTANTS: readonly Mutant[] = [
  { name: 'takes seals for given', found: /no writes are accepted/, options: sealsNobody },
  {
    name: 'waits for no lease of an earlier leader',
    found: /under a lease|fresh read/,
    options: { ...ignoresInheritedLeases, ...LEASED },
  },
  { name: 'never asks for a seal', found: /no writes are accepted/, options: asksForNoSeal },
];
