/**
 * Bugs planted on purpose, to test the tests: each wraps a production machine (or takes a part of the world away), and
 * the simulator must notice it. None of them changes production code.
 */
import type { CoordinatorEvent } from '../../../core/coordinator/coordinator-event.ts';
import type { InstanceEffect, InstanceEvent } from '../../../core/replication/instance-event.ts';
import type { InstanceState } from '../../../core/replication/instance-state.ts';
import { STEADY_WITHOUT_INTRODUCTION } from '../world.ts';
import { COORDINATOR_MUTANTS } from './coordinator-mutants.ts';
import { GROUP_MUTANTS } from './group-mutants.ts';
import { HISTORY_MUTANTS } from './history-mutants.ts';
import { MAIN_MUTANTS } from './main-mutants.ts';
import { MEMORY_MUTANTS } from './memory-mutants.ts';
import { coordinatorMutant, type InstanceHandle, instanceMutant, type Mutant } from './mutant.ts';
import { RAFT_MUTANTS } from './raft-mutants.ts';
import { REPLICA_MUTANTS } from './replica-mutants.ts';
import { VERSION_MUTANTS } from './version-mutants.ts';

/** MAIN acknowledges what is durable on itself, and waits for nobody. */
const acknowledgesAtOnce = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  if (event.type !== 'committed') return step;
  const upToLsn = step.state.stored.lsn;
  const early: InstanceEffect = { type: 'acknowledge', upToLsn, notifications: [] };
  return { ...step, effects: [...step.effects, early] };
});

/** A REPLICA takes deltas of an epoch that it has sealed. */
const ignoresSeals = instanceMutant((handle) => (state, event, log) => {
  if (!isAppend(event)) return handle(state, event, log);
  const { sealedEpoch } = state;
  const step = handle({ ...state, sealedEpoch: 0 }, event, log);
  // It has not forgotten the seal, it only does not look at it.
  const effects = step.effects.map((effect) =>
    effect.type === 'persistState' ? { ...effect, record: { ...effect.record, sealedEpoch } } : effect,
  );
  return { state: { ...step.state, sealedEpoch }, effects };
});

/** An instance that restarts has forgotten which epochs are over. */
const forgetsEpochsAtRestart = instanceMutant((handle) => (state, event, log) => {
  if (event.type !== 'loaded' || event.persisted === undefined) return handle(state, event, log);
  const persisted = { ...event.persisted, sealedEpoch: 0 };
  return handle(state, { ...event, persisted }, log);
});

/** MAIN goes on without a silent replica as soon as it has asked for its removal, and does not wait for the answer. */
const removalNotAwaited = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const removed = step.effects.flatMap(removalAskedBy);
  return removed.length === 0 ? step : { ...step, state: withoutAwaiting(step.state, removed) };
});

function removalAskedBy(effect: InstanceEffect): string[] {
  if (effect.type !== 'send' || effect.message.body.type !== 'changeInSync') return [];
  const { change, instance } = effect.message.body;
  return change === 'remove' ? [instance] : [];
}

function withoutAwaiting(state: InstanceState, names: readonly string[]): InstanceState {
  if (state.main === undefined) return state;
  const replicas = state.main.replicas.map((replica) =>
    names.includes(replica.name) ? { ...replica, awaited: false } : replica,
  );
  return { ...state, main: { ...state.main, replicas } };
}

/** A coordinator votes for everybody who asks, also twice in one term. */
const votesTwice = coordinatorMutant((handle) => (state, event) => {
  if (event.type !== 'raft' || event.message.type !== 'requestVote') return handle(state, event);
  return handle({ ...state, raft: { ...state.raft, votedFor: undefined } }, event);
});

/** Votes are counted as a number: one that comes twice is taken for two. */
const countsRepeatedVotes = coordinatorMutant((handle) => (state, event) => {
  const step = handle(state, event);
  if (event.type !== 'raft' || event.message.type !== 'requestVoteAnswer' || !event.message.granted) return step;
  const { from } = event.message;
  const other = state.raft.others.find((member) => member !== from && !step.state.raft.votes.includes(member));
  if (other === undefined) return step;
  const again: CoordinatorEvent = { ...event, message: { ...event.message, from: other } };
  const second = handle(step.state, again);
  return { state: second.state, effects: [...step.effects, ...second.effects] };
});

/** A REPLICA that is asked to append confirms it, and stores nothing. */
const confirmsWithoutStoring = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  return isAppend(event) ? { ...step, effects: step.effects.filter((effect) => effect.type !== 'appendWal') } : step;
});

function isAppend(event: InstanceEvent): boolean {
  return event.type === 'request' && event.request.body.type === 'append';
}

/** A coordinator to whom the leadership is handed leads at once, and waits for no vote. */
const leadsWhenTold = coordinatorMutant((handle) => (state, event) => {
  const step = handle(state, event);
  if (event.type !== 'raft' || event.message.type !== 'timeoutNow' || step.state.raft.role !== 'candidate') return step;
  const { term, others } = step.state.raft;
  const vote = { type: 'requestVoteAnswer', protocolVersion: 1, term, granted: true } as const;
  return others.reduce((before, from) => {
    const after = handle(before.state, { ...event, message: { ...vote, from } });
    return { state: after.state, effects: [...before.effects, ...after.effects] };
  }, step);
});

/** MAIN does not look at `global_read_only`. */
const ignoresReadOnly = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const { assignment } = step.state;
  if (!assignment?.readOnly) return step;
  return { ...step, state: { ...step.state, assignment: { ...assignment, readOnly: false } } };
});

/** Every instance is taken for a member of the in-sync set when an operator names one. */
const takesWhomIsNamed = coordinatorMutant((handle) => (state, event) => {
  const databases = new Map(
    [...state.cluster.databases].map(([name, database]) => {
      const { instances } = database.assignment;
      const everybody = instances.map((instance) => instance.name);
      const isOnline = database.status.type === 'online';
      const isOrdered = event.type === 'workerRequest' && event.request.type === 'operate';
      if (!isOnline || !isOrdered) return [name, database] as const;
      return [name, { ...database, assignment: { ...database.assignment, inSync: everybody } }] as const;
    }),
  );
  return handle({ ...state, cluster: { ...state.cluster, databases } }, event);
});

/** MAIN answers a fresh read whether or not it holds its lease. */
const readsWithoutLease = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  return event.type === 'freshRead' ? answersReads(step) : step;
});

/** MAIN answers a fresh read under its lease, though it has not acknowledged all that it took over. */
const readsBeforeInherited = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  return event.nowMs < (step.state.main?.leaseUntilMs ?? 0) ? answersReads(step) : step;
});

function answersReads({ state, effects }: ReturnType<InstanceHandle>): ReturnType<InstanceHandle> {
  const { main } = state;
  if (main === undefined || main.freshReads.length === 0) return { state, effects };
  const ready: InstanceEffect = { type: 'readReady', ids: main.freshReads };
  return { state: { ...state, main: { ...main, freshReads: [] } }, effects: [...effects, ready] };
}

/** A leader gives up a MAIN that was reported and does not answer, though its lease is not over. */
const ignoresLeases = coordinatorMutant((handle) => (state, event) => {
  const watches = [...state.watches].map(([name, watch]) => {
    const instances = [...watch.instances].map(
      ([other, health]) => [other, { ...health, heardAtMs: undefined }] as const,
    );
    return [name, { ...watch, leaseUntilMs: 0, active: false, instances: new Map(instances) }] as const;
  });
  return handle({ ...state, watches: new Map(watches) }, event);
});

const STRICT = ['STRICT_SYNC', 'STRICT_SYNC'] as const;

/** MAIN tells its clients that nothing was done as soon as it has asked for the abort, and does not wait until it is decided. */
const abortNotAwaited = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const early = step.effects.flatMap(abortAskedBy);
  return early.length === 0 ? step : { ...step, effects: [...step.effects, ...early] };
});

function abortAskedBy(effect: InstanceEffect): InstanceEffect[] {
  if (effect.type !== 'send' || effect.message.body.type !== 'abort') return [];
  return [{ type: 'abort', fromLsn: effect.message.body.afterLsn + 1, reason: 'too early' }];
}

/** Who becomes MAIN by a failover does not look at what was aborted before, and keeps it in its log. */
const keepsWhatWasAborted = coordinatorMutant((handle) => (state, event) => {
  const databases = new Map(
    [...state.cluster.databases].map(([name, database]) => {
      const { aborts, ...assignment } = database.assignment;
      const isOver = assignment.epoch > (aborts?.at(-1)?.epoch ?? assignment.epoch) + 1;
      const isBeingChosen = database.status.type === 'failingOver';
      return [name, isOver || isBeingChosen ? { ...database, assignment } : database] as const;
    }),
  );
  return handle({ ...state, cluster: { ...state.cluster, databases } }, event);
});

/** A strict replica that has left the in-sync set is not waited for, as if it were a SYNC one. */
const goesOnWithoutStrict = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const { main, stored, acknowledgedLsn } = step.state;
  if (main === undefined || step.state.aborting !== undefined || event.nowMs >= main.leaseUntilMs) return step;
  const isLeft = main.replicas.some(({ mode, awaited }) => mode === 'STRICT_SYNC' && !awaited);
  const upToLsn = main.replicas.reduce(
    (lsn, { awaited, storedLsn }) => (awaited ? Math.min(lsn, storedLsn) : lsn),
    stored.lsn,
  );
  if (!isLeft || upToLsn <= acknowledgedLsn) return step;
  const early: InstanceEffect = { type: 'acknowledge', upToLsn, notifications: [] };
  return { state: { ...step.state, acknowledgedLsn: upToLsn }, effects: [...step.effects, early] };
});

/** A MAIN that restarts has forgotten that it asked for an abort, and acknowledges what is being aborted. */
const forgetsAbortAtRestart = instanceMutant((handle) => (state, event, log) => {
  if (event.type !== 'loaded' || event.persisted === undefined) return handle(state, event, log);
  return handle(state, { ...event, persisted: { ...event.persisted, aborting: undefined } }, log);
});

export const MUTANTS: readonly Mutant[] = [
  { name: 'answers a fresh read without its lease', found: /fresh read/, options: readsWithoutLease },
  { name: 'answers a fresh read before it has caught up', found: /fresh read/, options: readsBeforeInherited },
  { name: 'does not wait for the end of a lease', found: /fresh read|under a lease/, options: ignoresLeases },
  {
    name: 'leads without a vote when the leadership is handed to it',
    seed: 1055,
    found: /both lead term|another entry|fell|asserts/,
    options: { ...leadsWhenTold, isOperated: true, isRegrouped: false },
  },
  { name: 'ignores global_read_only', seed: 5, found: /read-only/, options: { ...ignoresReadOnly, isOperated: true } },
  {
    name: 'takes whomever an operator names for a member of the in-sync set',
    found: /fell|does not hold|without the acknowledged|lacks|asserts|shows|quarantine/,
    options: { ...takesWhomIsNamed, isOperated: true },
  },
  {
    name: 'acknowledges without the in-sync replica',
    found: /in sync or strict, does not hold/,
    options: acknowledgesAtOnce,
  },
  { name: 'ignores that an epoch is sealed', seed: 3, found: /stores from epoch/, options: ignoresSeals },
  { name: 'accepts a lower epoch after a restart', found: /fell|stores from epoch/, options: forgetsEpochsAtRestart },
  {
    name: 'does not await the removal of a replica',
    found: /in sync or strict, does not hold|without the acknowledged/,
    options: removalNotAwaited,
  },
  { name: 'votes twice in one term', seed: 2, found: /both lead term/, options: votesTwice },
  {
    name: 'counts a repeated vote twice',
    seed: 10,
    found: /both lead term/,
    options: { ...countsRepeatedVotes, coordinatorCount: 5 },
  },
  { name: 'confirms without storing', found: /does not hold|breaks|lacks|asserts/, options: confirmsWithoutStoring },
  {
    name: 'speaks before its writes are confirmed',
    found: /does not hold|no majority/,
    options: { hasOutputGate: false },
  },
  {
    name: 'tells that a transaction was aborted before that is decided',
    seed: 5,
    found: /failed, and is there/,
    options: { ...abortNotAwaited, variant: STRICT },
  },
  {
    name: 'makes an instance MAIN with what was aborted',
    seed: 13,
    found: /failed, and is there/,
    options: { ...keepsWhatWasAborted, variant: STRICT },
  },
  {
    name: 'goes on without a strict replica that has left the in-sync set',
    found: /in sync or strict, does not hold/,
    options: { ...goesOnWithoutStrict, variant: STRICT },
  },
  {
    name: 'forgets at a restart that an abort is being decided',
    seed: 160,
    found: /though \d+ has begun|another transaction|acknowledged|shows/,
    options: { ...forgetsAbortAtRestart, variant: STRICT, isOperated: false, settings: STEADY_WITHOUT_INTRODUCTION },
  },
  ...RAFT_MUTANTS,
  ...GROUP_MUTANTS,
  ...REPLICA_MUTANTS,
  ...MAIN_MUTANTS,
  ...COORDINATOR_MUTANTS,
  ...MEMORY_MUTANTS,
  ...VERSION_MUTANTS,
  ...HISTORY_MUTANTS,
];
