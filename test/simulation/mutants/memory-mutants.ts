/** Bugs that show when storage is not what it was, or when an object answers that another one has replaced. */
import type { InstanceEvent } from '../../../core/replication/instance-event.ts';
import type { LogReader } from '../../../core/replication/log.ts';
import { WITHOUT_INTRODUCTION } from '../world.ts';
import { coordinatorMutant, instanceMutant, type Mutant } from './mutant.ts';

/** A linearizable read is answered without a write, which an object that was replaced could not make. */
const readsWithoutTouch = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const isRead = step.effects.some(({ type }) => type === 'readReady');
  return isRead ? { ...step, effects: step.effects.filter(({ type }) => type !== 'persistState') } : step;
});

/** What a replica holds beyond what it was sent is taken for the same as what is here. */
const comparesNumbersOnly = instanceMutant((handle) => (state, event, log) => {
  return handle(state, withOwnHash(event, state.stored, log), log);
});

function withOwnHash(event: InstanceEvent, stored: { lsn: number; hash: Uint8Array }, log: LogReader): InstanceEvent {
  if (event.type !== 'reply' || event.reply.body.type !== 'appended') return event;
  const { body } = event.reply;
  const own = body.stored.lsn === stored.lsn ? stored : log.at(body.stored.lsn);
  if (own === undefined || body.outcome !== 'stored') return event;
  return { ...event, reply: { ...event.reply, body: { ...body, stored: { ...body.stored, hash: own.hash } } } };
}

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

const CALAMITIES = { hasCalamities: true } as const;

export const MEMORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'answers a fresh read without touching storage',
    found: /fresh read/,
    options: { ...readsWithoutTouch, ...CALAMITIES },
  },
  {
    name: 'compares the ends of logs by their numbers',
    seed: 678,
    found: /does not hold|another transaction/,
    options: { ...comparesNumbersOnly, ...CALAMITIES },
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
