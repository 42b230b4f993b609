/** How an instance comes by its role and loses it: loaded, assigned, sealed, deposed, put into quarantine, dropped. */
import { GraphError } from '../error.ts';
import { VERSION_MIN } from '../version.ts';
import { type Assignment, type InstanceDescription, isManual, isNewer, isSingle, validLsn } from './assignment.ts';
import { type CoordinatorGroup, isNewerGroup } from './coordinator-group.ts';
import { cutHistory, type EpochStart, epochAt } from './epoch-history.ts';
import {
  coordinatorsOf,
  type InstanceState,
  initialState,
  type MainState,
  newInstance,
  type PersistedInstance,
  type Replica,
} from './instance-state.ts';
import type { LogPosition } from './log.ts';
import type {
  AssignRequest,
  DrainRequest,
  DropRequest,
  Ineligibility,
  InstanceReport,
  SealRequest,
} from './message.ts';
import { reportOf } from './report.ts';
import { REPLICA_FAILURES_MAX } from './settings.ts';
import { abortReason, silencedReplicas } from './strict-sync.ts';
import type { Turn } from './turn.ts';

/** The instance as storage has it. Goes on as MAIN of its epoch if it was; the lease is asked for anew. */
export function load(
  turn: Turn,
  stored: {
    readonly persisted: PersistedInstance | undefined;
    readonly position: LogPosition;
    readonly history: readonly EpochStart[];
    readonly damage: string | undefined;
    readonly needs?: number;
  },
): void {
  const persisted = stored.persisted ?? newInstance();
  const { position, history } = stored;
  turn.update({
    ...persisted,
    // MessagePack has written what is not there as null.
    aborting: persisted.aborting ?? undefined,
    coordinators: persisted.coordinators ?? undefined,
    told: persisted.told ?? [],
    logNeeds: stored.needs ?? VERSION_MIN,
    stored: position,
    history,
    loaded: true,
    savedLsn: persisted.acknowledgedLsn,
    recoveredLsn: position.lsn,
  });
  const damage = stored.damage ?? missingTail(persisted, position);
  if (damage !== undefined && persisted.quarantine === undefined) return quarantineRewound(turn, damage);
  const { assignment, epoch, sealedEpoch } = persisted;
  if (assignment === undefined || persisted.quarantine !== undefined) return turn.setRole('none', undefined, true);
  const follows = assignment.epoch === epoch;
  const leads = follows && assignment.main === turn.state.name && sealedEpoch < epoch;
  if (leads) {
    const isRestart = epochAt(history, position.lsn) === epoch && !isSingle(assignment);
    if (isRestart) turn.update({ unverified: position });
    return takeOffice(turn, assignment);
  }
  const sealed = sealedEpoch >= epoch;
  turn.setRole(
    sealed && assignment.main === turn.state.name && !isManual(assignment) ? 'none' : 'replica',
    follows ? assignment.main : undefined,
    true,
  );
  turn.emit({ type: 'setVisible', lsn: persisted.acknowledgedLsn });
}

/** A log that ends before what was acknowledged has lost its end, however sound the rest looks. */
function missingTail(persisted: PersistedInstance, position: LogPosition): string | undefined {
  if (position.lsn >= persisted.acknowledgedLsn) return undefined;
  return `the log ends at lsn ${position.lsn}, but lsn ${persisted.acknowledgedLsn} was acknowledged`;
}

/** The coordinators say who does what; `leader` is the one of them that says it, and so the one to ask from now on. */
export function receiveAssign(turn: Turn, body: AssignRequest, leader: string): void {
  takeAssignment(turn, body.assignment, body.created);
  if (turn.state.role === 'main' && coordinatorsOf(turn.state).includes(leader)) {
    turn.updateMain({ coordinator: leader });
  }
  turn.reply({ type: 'assigned', report: reportOf(turn.state, turn.nowMs) });
}

/** What a coordinator tells of its group is kept, so that its members are found when those of the beginning are gone. */
export function noteCoordinators(turn: Turn, group: CoordinatorGroup | undefined): void {
  const { cluster, coordinators: known } = turn.state;
  if (group === undefined || cluster === undefined || !isNewerGroup(group, known)) return;
  turn.update({ coordinators: group });
  turn.persist();
}

/** Follows an assignment if it is news. `created`: the database is new, so that its MAIN may be empty. */
export function takeAssignment(turn: Turn, assignment: Assignment, created: boolean): void {
  const { state } = turn;
  if (!assignment.instances.some(({ name }) => name === state.name)) return;
  if (isManual(assignment)) return found(turn, assignment, created);
  if (state.quarantine !== undefined) return rejoinDamaged(turn, assignment);
  if (state.cluster !== undefined && state.cluster !== assignment.cluster) return;
  if (assignment.epoch < fenceOf(turn)) return;
  const sameEpoch = state.assignment?.epoch === assignment.epoch;
  if (sameEpoch && !isNewer(assignment, state.assignment)) return;
  if (state.role === 'main' && sameEpoch) return amendAssignment(turn, assignment);
  if (assignment.main === state.name) return promote(turn, assignment, created);
  const isNews = state.role !== 'replica' || state.epoch !== assignment.epoch || !sameEpoch;
  if (state.role === 'main') stepDown(turn, `${assignment.main} is MAIN of epoch ${assignment.epoch}`);
  const { cluster, epoch } = assignment;
  // Whom it feeds was the word of the MAIN before.
  const relay = sameEpoch ? state.relay : undefined;
  turn.update({ cluster, assignment, epoch, asked: undefined, aborting: undefined, relay });
  turn.persist();
  turn.setRole('replica', assignment.main, isNews);
}

/**
 * The coordinators tell an instance once of what database it is, and have no say in it from then on: roles are given by hand. The first
 * instance is MAIN, and the others are replicas that nobody feeds.
 */
function found(turn: Turn, assignment: Assignment, created: boolean): void {
  const { name, cluster, stored, quarantine } = turn.state;
  if (cluster !== undefined || quarantine !== undefined || stored.lsn > 0) return;
  const isFirst = assignment.main === name;
  const instances = assignment.instances.filter((instance) => instance.name === name);
  const alone = { ...assignment, instances, inSync: isFirst ? [name] : [] };
  if (!isFirst) {
    turn.update({ cluster: assignment.cluster, assignment: alone, epoch: assignment.epoch });
    turn.persist();
    turn.setRole('replica', undefined, true);
  } else if (created) {
    beginEpoch(turn, alone);
  }
}

/**
 * The record that says what the instance is part of was damaged, and it is said anew. It stays in quarantine, so that what is
 * here counts for nothing until MAIN has replaced it. Earlier epochs count as sealed: they may have been.
 */
export function rejoinDamaged(turn: Turn, assignment: Assignment): void {
  const { cluster, refillable } = turn.state;
  if (cluster !== undefined || !refillable) return;
  const { epoch } = assignment;
  turn.update({ cluster: assignment.cluster, assignment, epoch, sealedEpoch: epoch - 1 });
  turn.persist();
}

/** MAIN of the same epoch, with another in-sync set or other instances. */
export function amendAssignment(turn: Turn, assignment: Assignment): void {
  const { state } = turn;
  const { asked, assignment: before } = state;
  // The version has moved on, so what was asked for has happened or never will: it was a compare-and-set.
  const settled = asked !== undefined && assignment.version > asked.version;
  const isAbortVoid = state.aborting !== undefined && assignment.version > state.aborting.version;
  turn.update({ assignment, ...(settled && { asked: undefined }), ...(isAbortVoid && { aborting: undefined }) });
  turn.persist();
  amendReplicas(turn, assignment);
  const rejoinAtMs = turn.nowMs + turn.state.settings.rejoinAfterMs;
  for (const replica of turn.main.replicas) {
    const was = before?.inSync.includes(replica.name) ?? false;
    const is = assignment.inSync.includes(replica.name);
    const isAsked = turn.state.asked?.name === replica.name;
    if (is) turn.updateReplica(replica.name, { awaited: true });
    else if (was && !isAsked) turn.updateReplica(replica.name, { awaited: false, lost: false, joinAtMs: rejoinAtMs });
  }
}

/** Instances have come or gone. Who comes is brought level at once, whether or not anybody asks something of the database. */
function amendReplicas(turn: Turn, assignment: Assignment): void {
  const { name: self } = turn.state;
  const { replicas } = turn.main;
  const wanted = assignment.instances.filter(({ name }) => name !== self);
  const kept = replicas.flatMap((replica) => {
    const description = wanted.find(({ name }) => name === replica.name);
    return description === undefined ? [] : [{ ...replica, upstream: description.upstream }];
  });
  const added = wanted.filter(({ name }) => !replicas.some((replica) => replica.name === name));
  if (added.length === 0 && kept.length === replicas.length) return;
  turn.updateMain({ replicas: [...kept, ...added.map((instance) => newReplica(turn, instance))] });
  if (added.length === 0) return;
  turn.update({ activityAtMs: turn.nowMs });
  const coordinator = turn.main.coordinator ?? coordinatorsOf(turn.state)[0];
  turn.updateMain({ silent: false, renewAtMs: turn.nowMs, coordinator });
}

/**
 * Becomes MAIN of a new epoch. Only an instance that has answered the seal may, for then the coordinators have chosen it by
 * what its log holds; one that has lost its storage since, or some of it, has lost the seal too. In a new database nothing can be lost. And a MAIN
 * whose abort was decided goes on in the next epoch, though it may have heard of that epoch from a replica first, and taken itself for deposed.
 */
function promote(turn: Turn, assignment: Assignment, created: boolean): void {
  const { state } = turn;
  const { epoch } = assignment;
  const { sealedEpoch, sealAnswered = sealedEpoch + 1 } = state;
  const chosen = state.stored.lsn > 0 && sealedEpoch === epoch - 1 && sealAnswered === epoch;
  const founds = created && state.stored.lsn === 0 && epoch === 1;
  const goesOn = hadAborted(state, assignment);
  if (!chosen && !founds && !goesOn) return;
  beginEpoch(turn, assignment, state.role === 'main' ? silencedReplicas(turn) : []);
}

/** Whether this instance is MAIN of the epoch that ended by an abort, and has all that stays. */
function hadAborted({ name, epoch, stored, assignment: own }: InstanceState, assignment: Assignment): boolean {
  const ended = assignment.aborts?.at(-1);
  const isMainOfIt = own?.epoch === epoch && own.main === name && ended?.epoch === epoch;
  return isMainOfIt && assignment.epoch === epoch + 1 && stored.lsn >= ended.afterLsn;
}

/** Takes office in a new epoch. `silenced`: the strict replicas that made a MAIN end its epoch before. */
export function beginEpoch(turn: Turn, assignment: Assignment, silenced: readonly string[] = []): void {
  const { cluster, epoch } = assignment;
  const reason = abortReason(turn);
  const before = turn.state.role === 'main' ? turn.main : undefined;
  turn.update({ cluster, assignment, epoch, asked: undefined, aborting: undefined });
  turn.update({ arriving: undefined, unverified: undefined });
  if (!cutAborted(turn, assignment, reason)) return;
  turn.persist();
  takeOffice(turn, assignment);
  if (before !== undefined && isManual(assignment)) {
    // What an operator has asked for goes on.
    const { demotionId, registration, isDraining, drainingUntilMs } = before;
    turn.updateMain({ demotionId, registration, isDraining, drainingUntilMs });
  }
  // Those without whom nothing can be acknowledged have to answer first: otherwise the next write would be aborted too.
  for (const name of silenced) turn.updateReplica(name, { failures: REPLICA_FAILURES_MAX });
}

/** Takes out of the log what was aborted in an earlier epoch, and tells those who wait for it. False: it must not be cut off. */
function cutAborted(turn: Turn, assignment: Assignment, reason: string): boolean {
  const { stored, acknowledgedLsn, history } = turn.state;
  const lsn = validLsn(assignment, stored);
  if (lsn === stored.lsn) return true;
  const last = turn.log.at(lsn);
  if (last === undefined || lsn < acknowledgedLsn) {
    quarantine(turn, `the log was aborted after lsn ${lsn}, but lsn ${acknowledgedLsn} was acknowledged`);
    return false;
  }
  turn.emit({ type: 'abort', fromLsn: lsn + 1, reason });
  turn.emit({ type: 'truncateAfter', lsn, keepAside: true });
  turn.update({ stored: last, history: cutHistory(history, lsn) });
  return true;
}

function takeOffice(turn: Turn, assignment: Assignment): void {
  const { state, nowMs } = turn;
  const { stored, epoch } = state;
  const epochStarted = epochAt(state.history, stored.lsn) === epoch;
  // What is durable on the only instance there is, is acknowledged.
  const acknowledgedLsn = isSingle(assignment) ? stored.lsn : state.acknowledgedLsn;
  turn.update({
    role: 'main',
    relay: undefined,
    main: newMain(turn, { assignment, epochStarted, silent: epochStarted && acknowledgedLsn === stored.lsn }),
    acknowledgedLsn,
    activityAtMs: nowMs,
  });
  turn.setRole('main', state.name, true);
  turn.emit({ type: 'setVisible', lsn: acknowledgedLsn });
  if (!epochStarted) turn.emit({ type: 'startEpoch', epoch, lsn: stored.lsn + 1 });
}

function newMain(turn: Turn, options: { assignment: Assignment; epochStarted: boolean; silent: boolean }): MainState {
  const { assignment } = options;
  const { name: self, stored } = turn.state;
  const replicas = assignment.instances
    .filter(({ name }) => name !== self)
    .map((instance) => newReplica(turn, instance));
  return {
    replicas,
    leaseUntilMs: Number.NEGATIVE_INFINITY,
    leaseAsking: undefined,
    renewAtMs: turn.nowMs,
    changeAsking: undefined,
    changeAtMs: turn.nowMs,
    coordinator: coordinatorsOf(turn.state)[0],
    coordinatorFailures: 0,
    inheritedLsn: stored.lsn,
    epochStarted: options.epochStarted,
    drainingUntilMs: Number.NEGATIVE_INFINITY,
    isDraining: false,
    demotionId: undefined,
    registration: undefined,
    commitTimes: [],
    renewEveryMs: turn.state.settings.renewEveryMs,
    freshReads: [],
    silent: options.silent,
  };
}

/** A replica of which nothing is known yet. */
export function newReplica(turn: Turn, description: InstanceDescription): Replica {
  const { name, alias, region, mode, upstream } = description;
  const { assignment, asked, stored } = turn.state;
  return {
    name,
    shownAs: alias ?? name,
    region,
    mode,
    upstream,
    relayed: false,
    awaited: (assignment?.inSync.includes(name) ?? false) || asked?.name === name,
    joinAtMs: turn.nowMs,
    storedLsn: 0,
    // Most replicas are level. One that is not says so, and is sent what it lacks.
    sentLsn: stored.lsn,
    toldLsn: 0,
    flights: [],
    sentAtMs: Number.NEGATIVE_INFINITY,
    heardAtMs: undefined,
    progressAtMs: turn.nowMs,
    failures: 0,
    retryAtMs: turn.nowMs,
    lost: false,
    diverged: false,
    damaged: false,
    transfer: undefined,
  };
}

/** The lowest epoch that this instance still listens to. */
export function fenceOf(turn: Turn): number {
  return Math.max(turn.state.epoch, turn.state.sealedEpoch + 1);
}

/**
 * MAIN no longer: whoever waits for a commit cannot know how it ends, since the records may be on replicas. They stay in
 * the log; if the next MAIN does not have them they are set aside when it says so.
 */
export function stepDown(turn: Turn, reason: string): void {
  if (turn.state.role !== 'main') return;
  turn.emit({ type: 'fail', fromLsn: turn.state.acknowledgedLsn + 1, reason });
  const { freshReads: ids, demotionId, registration } = turn.main;
  if (ids.length > 0) turn.emit({ type: 'readRefused', ids, reason: 'notMain' });
  if (demotionId !== undefined) turn.emit({ type: 'operated', id: demotionId, error: undefined });
  if (registration !== undefined) turn.emit({ type: 'operated', id: registration.id, error: noLongerMain(reason) });
  turn.setRole(isManual(turn.state.assignment) ? 'replica' : 'none', undefined);
}

function noLongerMain(reason: string): GraphError {
  return new GraphError('Neo.ClientError.Cluster.NotALeader', `This instance is MAIN no longer: ${reason}.`);
}

/** Somebody lives in a higher epoch, so this one is over, whoever is MAIN now. */
export function learnOfEpoch(turn: Turn, epoch: number): void {
  if (epoch <= turn.state.epoch || turn.state.role !== 'main') return;
  turn.update({ sealedEpoch: Math.max(turn.state.sealedEpoch, turn.state.epoch) });
  if (isManual(turn.state.assignment)) turn.update({ heardEpoch: Math.max(turn.state.heardEpoch ?? 0, epoch) });
  turn.persist();
  stepDown(turn, `epoch ${epoch} has begun`);
}

/** A failover: the earlier epochs end here. The promise is in storage before the answer leaves. */
export function receiveSeal(turn: Turn, body: SealRequest): void {
  const { cluster, sealedEpoch, sealAnswered = 0 } = turn.state;
  if (cluster !== undefined && (body.epoch - 1 > sealedEpoch || body.epoch > sealAnswered)) {
    turn.update({
      sealedEpoch: Math.max(sealedEpoch, body.epoch - 1),
      sealAnswered: Math.max(sealAnswered, body.epoch),
    });
    turn.persist();
    if (turn.state.epoch < body.epoch) stepDown(turn, `epoch ${turn.state.epoch} was sealed`);
  }
  const reason = ineligibility(turn);
  turn.reply({
    type: 'sealed',
    epoch: Math.max(body.epoch, turn.state.epoch),
    // What it has written since it restarted counts only if it is the one that has the longest log without it.
    stored: turn.state.unverified ?? turn.state.stored,
    eligible: reason === undefined,
    reason,
  });
}

function ineligibility(turn: Turn): Ineligibility | undefined {
  if (turn.state.quarantine !== undefined) return 'quarantined';
  return turn.state.stored.lsn === 0 ? 'empty' : undefined;
}

/** Takes part in nothing any more, and says so to whoever asks. */
export function quarantine(turn: Turn, reason: string): void {
  if (turn.state.quarantine !== undefined) return;
  stepDown(turn, `the instance is in quarantine: ${reason}`);
  turn.update({ quarantine: reason, relay: undefined });
  turn.persist();
  turn.setRole('none', undefined, true);
  turn.emit({ type: 'quarantine', reason });
}

/** Storage is not what it was: others have what this instance has lost, and the next MAIN fills it anew. */
export function quarantineRewound(turn: Turn, reason: string): void {
  turn.update({ refillable: true });
  quarantine(turn, reason);
}

/** The database is gone. The object may serve a database of the same name later, as a new instance. */
export function receiveDrop(turn: Turn, body: DropRequest): void {
  const { assignment } = turn.state;
  // Given by hand, the version is MAIN's own, and says nothing to the coordinators.
  const version = isManual(assignment) ? undefined : assignment?.version;
  if (version !== undefined && body.version !== undefined && version > body.version) {
    return receiveProbe(turn);
  }
  stepDown(turn, 'the database was dropped');
  turn.setRole('none', undefined);
  const { name, region, settings, newest, nextExchange } = turn.state;
  turn.reply({ type: 'dropped' });
  turn.update({ ...initialState({ name, region, settings, newest }), loaded: true, nextExchange });
  turn.emit({ type: 'wipe' });
}

/**
 * Another instance is to be MAIN. What is in the log goes on to the replicas; nothing new comes from clients, until the epoch is
 * sealed or the coordinators have thought better of it and ask no more.
 */
export function receiveDrain(turn: Turn, body: DrainRequest): void {
  if (turn.state.role === 'main') {
    if (!turn.main.isDraining)
      turn.emit({ type: 'interruptWrites', reason: 'This instance hands over to another one.' });
    turn.updateMain({ isDraining: true, drainingUntilMs: turn.nowMs + body.forMs });
  }
  turn.reply({ type: 'draining', report: reportOf(turn.state, turn.nowMs) });
}

/** What the instance tells of itself. */
export function receiveProbe(turn: Turn): void {
  const report: InstanceReport = reportOf(turn.state, turn.nowMs);
  turn.reply({ type: 'probed', report });
}
