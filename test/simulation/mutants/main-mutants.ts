/** Bugs of MAIN: when it acknowledges, whom it waits for, and what it tells its replicas. */
import type { InstanceEffect } from '../../../core/replication/instance-event.ts';
import { instanceMutant, type Mutant } from './mutant.ts';

/** One replica is as good as all. */
const waitsForTheFirst = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const { main, stored, acknowledgedLsn } = step.state;
  if (main === undefined || event.type !== 'reply' || event.nowMs >= main.leaseUntilMs) return step;
  const upToLsn = Math.min(stored.lsn, Math.max(0, ...main.replicas.map((replica) => replica.storedLsn)));
  if (upToLsn <= acknowledgedLsn) return step;
  const early: InstanceEffect = { type: 'acknowledge', upToLsn, notifications: [] };
  return { state: { ...step.state, acknowledgedLsn: upToLsn }, effects: [...step.effects, early] };
});

/** Replicas are told that all of MAIN's log is acknowledged. */
const announcesWhatIsOpen = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const effects = step.effects.map((effect): InstanceEffect => {
    if (effect.type !== 'send' || effect.message.body.type !== 'append') return effect;
    const { body } = effect.message;
    const acknowledgedLsn = body.previousLsn + body.records.length;
    return { ...effect, message: { ...effect.message, body: { ...body, acknowledgedLsn } } } as InstanceEffect;
  });
  return { ...step, effects };
});

/** A replica may join that lacks what an earlier MAIN may have acknowledged. */
const forgetsWhatItInherited = instanceMutant((handle) => (state, event, log) => {
  if (state.main === undefined) return handle(state, event, log);
  return handle({ ...state, main: { ...state.main, inheritedLsn: 0 } }, event, log);
});

export const MAIN_MUTANTS: readonly Mutant[] = [
  {
    name: 'waits for one replica of several',
    found: /in sync or strict, does not hold|fresh read/,
    options: { ...waitsForTheFirst, variant: ['SYNC', 'SYNC'] },
  },
  {
    name: 'tells replicas that everything is acknowledged',
    found: /which nobody acknowledged/,
    options: announcesWhatIsOpen,
  },
  {
    name: 'forgets what it inherited',
    seed: 4,
    found: /without the acknowledged transaction|fresh read/,
    options: forgetsWhatItInherited,
  },
];
