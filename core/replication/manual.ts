/**
 * Roles given by hand, without coordinators: the commands of Memgraph's manual replication, one instance at a time. What the coordinators
 * decide elsewhere MAIN decides itself and writes into its own assignment, durably, before it acts on it; everything else
 * is the same machine. Who was MAIN of a lower epoch gives way to a higher one (docs/decisions/manual-replication.md).
 */
import { unreachable } from '../assert.ts';
import { GraphError } from '../error.ts';
import { type Assignment, isManual, type Member, mayMix, ownEpochAfter, withAbort } from './assignment.ts';
import type { ReplicationCommand } from './instance-event.ts';
import type { InstanceState, Registration } from './instance-state.ts';
import { wantedChange } from './lease.ts';
import { noteActivity } from './main.ts';
import type { FollowReply, FollowRequest } from './message.ts';
import { amendAssignment, beginEpoch, fenceOf, rejoinDamaged, stepDown } from './role.ts';
import { abortPoint, silencedReplicas } from './strict-sync.ts';
import type { Turn } from './turn.ts';

/** Names of replicas are kept and shown, and so are bounded. */
const NAME_LENGTH_MAX = 63;

type Registering = Extract<ReplicationCommand, { type: 'registerReplica' }>;

/** An operator wants something of this instance. */
export function operate(turn: Turn, id: number, command: ReplicationCommand): void {
  const refusal = manualRefusalOf(turn.state);
  if (refusal !== undefined) return answer(turn, id, refusal);
  switch (command.type) {
    case 'becomeMain':
      return answer(turn, id, becomeMain(turn));
    case 'becomeReplica':
      return becomeReplica(turn, id);
    case 'registerReplica':
      return registerReplica(turn, id, command);
    case 'dropReplica':
      return answer(turn, id, dropReplica(turn, command.name));
    default:
      return unreachable(command);
  }
}

/** Why no role can be given by hand here; undefined when it can. */
export function manualRefusalOf({ name, assignment, quarantine }: InstanceState): GraphError | undefined {
  if (assignment === undefined) {
    return new GraphError('Neo.ClientError.Database.DatabaseNotFound', `There is no instance '${name}' of it.`);
  }
  if (!isManual(assignment)) return managedError(assignment.database);
  if (quarantine === undefined) return undefined;
  const message = `'${name}' takes part in nothing: ${quarantine}`;
  return new GraphError('Neo.DatabaseError.General.StorageDamageDetected', message);
}

/** What is told to who would give roles by hand where the coordinators do. */
export function managedError(database: string): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.NotSupported',
    `The coordinators give the roles in '${database}'. SWITCHOVER TO, or DEMOTE INSTANCE and SET INSTANCE … TO MAIN, change MAIN; REGISTER INSTANCE and UNREGISTER INSTANCE change the replicas. Roles are given by hand in a database that was created with OPTIONS {replication: 'manual'}.`,
  );
}

function answer(turn: Turn, id: number, error: GraphError | undefined): void {
  turn.emit({ type: 'operated', id, error });
}

/** Opens an epoch above all that it has heard of. What it lacks of an earlier MAIN's transactions is lost to the database. */
function becomeMain(turn: Turn): GraphError | undefined {
  const { role, name, region } = turn.state;
  if (role === 'main') return wrong(`'${name}' is MAIN already`);
  const assignment = assignmentOf(turn);
  beginEpoch(turn, {
    ...assignment,
    epoch: nextEpoch(turn),
    version: assignment.version + 1,
    main: name,
    instances: [{ name, region, mode: 'SYNC' }],
    inSync: [name],
  });
  return undefined;
}

function nextEpoch(turn: Turn): number {
  const { name, epoch, sealedEpoch, heardEpoch = 0 } = turn.state;
  return ownEpochAfter(assignmentOf(turn).members ?? [], name, Math.max(epoch, sealedEpoch, heardEpoch));
}

/** A MAIN first lets everything be acknowledged, and takes nothing new meanwhile. A replica is one already. */
function becomeReplica(turn: Turn, id: number): void {
  if (turn.state.role !== 'main') return answer(turn, id, undefined);
  if (turn.main.demotionId !== undefined) return answer(turn, id, busy('It is becoming a replica already'));
  noteActivity(turn);
  turn.emit({ type: 'interruptWrites', reason: 'This instance is to be a replica.' });
  const drainingUntilMs = turn.nowMs + turn.state.settings.exchangeTimeoutMs;
  turn.updateMain({ demotionId: id, isDraining: true, drainingUntilMs });
}

/** Makes MAIN a replica when nothing is left to acknowledge; called after each event, as MAIN. Its epoch is over, for itself too. */
export function settleDemotion(turn: Turn): void {
  const { demotionId, isDraining, epochStarted } = turn.main;
  if (demotionId === undefined) return;
  const { stored, acknowledgedLsn, epoch } = turn.state;
  if (epochStarted && stored.lsn === acknowledgedLsn) {
    turn.update({ sealedEpoch: epoch });
    turn.persist();
    return stepDown(turn, 'it was made a replica');
  }
  if (isDraining) return;
  turn.updateMain({ demotionId: undefined });
  answer(turn, demotionId, busy('Its replicas have not confirmed all that is written, so it is MAIN as before'));
}

/** Asks the instance whether it follows. It is registered when it has said so. */
function registerReplica(turn: Turn, id: number, command: Registering): void {
  const { nowMs, state } = turn;
  if (state.role !== 'main') return answer(turn, id, notMain(state.name));
  const { registration } = turn.main;
  if (registration !== undefined && nowMs < registration.sentAtMs + state.settings.exchangeTimeoutMs) {
    return answer(turn, id, busy('Another replica is being registered'));
  }
  const member = memberAt(command.endpoint, assignmentOf(turn));
  const refusal = registrationRefusal(turn, command, member);
  if (refusal !== undefined || member === undefined) return answer(turn, id, refusal);
  if (registration !== undefined) answer(turn, registration.id, unreached(registration));
  const { name: alias, mode, endpoint } = command;
  const servers = { bolt_server: '', management_server: '', replication_server: endpoint };
  const instance = { ...member, mode, alias, servers };
  const { instances, version } = assignmentOf(turn);
  const assignment = { ...assignmentOf(turn), instances: [...instances, instance], version: version + 1 };
  noteActivity(turn);
  const exchange = turn.askInstance(member, { type: 'follow', assignment, registers: true });
  turn.updateMain({ registration: { id, exchange, sentAtMs: nowMs, instance } });
}

/**
 * The instance that an endpoint means: `enam-1`, `enam-1:10000` or `flights@enam-1`. Objects have no sockets, so a port says nothing.
 */
function memberAt(endpoint: string, { database, members = [] }: Assignment): Member | undefined {
  const [host = ''] = endpoint.split(':');
  const prefix = `${database}@`;
  const name = host.startsWith(prefix) ? host.slice(prefix.length) : host;
  return members.find((member) => member.name === name);
}

function registrationRefusal(turn: Turn, command: Registering, member: Member | undefined): GraphError | undefined {
  const { database, instances, members = [] } = assignmentOf(turn);
  const { name, mode, endpoint } = command;
  const replicas = instances.filter((instance) => instance.name !== turn.state.name);
  if (name === '' || name.length > NAME_LENGTH_MAX)
    return wrong(`a replica's name has 1 to ${NAME_LENGTH_MAX} letters`);
  if (member === undefined) {
    const names = members.map((one) => one.name).join(', ');
    return wrong(`'${endpoint.slice(0, 80)}' names no instance of '${database}'; there are ${names}`);
  }
  if (member.name === turn.state.name) return wrong(`'${member.name}' is MAIN itself`);
  if (replicas.some((replica) => replica.alias === name)) return wrong(`there is a replica '${name}' already`);
  const known = replicas.find((replica) => replica.name === member.name);
  if (known !== undefined) return wrong(`'${member.name}' is registered already, as '${known.alias}'`);
  if (mayMix([...replicas, { mode }])) return undefined;
  return wrong('the replicas of a MAIN are STRICT_SYNC and ASYNC, or SYNC and ASYNC: SYNC and STRICT_SYNC do not mix');
}

/** What the instance said that was asked to follow, or nothing when it could not be reached. */
export function settleRegistration(turn: Turn, exchange: number, reply: FollowReply | undefined): void {
  const { registration } = turn.main;
  if (registration?.exchange !== exchange) return;
  turn.updateMain({ registration: undefined });
  const { id, instance } = registration;
  if (reply?.outcome !== 'following') return answer(turn, id, refusedBy(turn, registration, reply));
  const assignment = assignmentOf(turn);
  const instances = [...assignment.instances, instance];
  amendAssignment(turn, { ...assignment, instances, version: assignment.version + 1 });
  answer(turn, id, undefined);
}

function refusedBy(turn: Turn, registration: Registration, reply: FollowReply | undefined): GraphError {
  const { name } = registration.instance;
  switch (reply?.outcome) {
    case 'main':
      return wrong(`'${name}' is MAIN: SET REPLICATION ROLE TO REPLICA WITH PORT 10000 there first`);
    case 'stale':
      noteEpoch(turn, reply.epoch);
      return wrong(
        `'${name}' has followed a MAIN of a later epoch than that of '${turn.state.name}', and refuses this one: if it is to be MAIN all the same, SET REPLICATION ROLE TO REPLICA WITH PORT 10000 and then TO MAIN here, which opens a later epoch`,
      );
    case 'quarantined':
      return wrong(`'${name}' takes part in nothing, because its storage is damaged`);
    default:
      return unreached(registration);
  }
}

/** Remembers an epoch that others live in, so that the next one of this instance lies above. */
function noteEpoch(turn: Turn, epoch: number): void {
  if (epoch <= (turn.state.heardEpoch ?? 0)) return;
  turn.update({ heardEpoch: epoch });
  turn.persist();
}

/** MAIN counts on the replica no more. That one stays a replica, without a MAIN. */
function dropReplica(turn: Turn, alias: string): GraphError | undefined {
  if (turn.state.role !== 'main') return notMain(turn.state.name);
  const assignment = assignmentOf(turn);
  const dropped = assignment.instances.find((instance) => instance.alias === alias);
  if (dropped === undefined) return wrong(`there is no replica '${alias.slice(0, 80)}'`);
  const instances = assignment.instances.filter((instance) => instance !== dropped);
  const inSync = assignment.inSync.filter((name) => name !== dropped.name);
  amendAssignment(turn, { ...assignment, instances, inSync, version: assignment.version + 1 });
  return undefined;
}

/** A MAIN of this database wants this instance as its replica. The answer leaves when it is in storage that it follows. */
export function receiveFollow(turn: Turn, body: FollowRequest, epoch: number): void {
  turn.reply({ type: 'followed', outcome: follow(turn, body, epoch), epoch: fenceOf(turn) });
}

function follow(turn: Turn, { assignment, registers }: FollowRequest, epoch: number): FollowReply['outcome'] {
  const { name, role, quarantine, refillable, cluster } = turn.state;
  const isMeant = isManual(assignment) && assignment.instances.some((instance) => instance.name === name);
  if (!isMeant || (quarantine !== undefined && !refillable)) return 'quarantined';
  if (quarantine !== undefined && cluster === undefined) {
    rejoinDamaged(turn, assignment);
    return 'following';
  }
  // One that knows of no database may have been emptied with it, and comes back for an operator only.
  if (!registers && cluster === undefined) return 'quarantined';
  if (role === 'main') return 'main';
  if (epoch < fenceOf(turn)) return 'stale';
  turn.update({ cluster: assignment.cluster, assignment, epoch });
  turn.persist();
  if (quarantine === undefined) turn.setRole('replica', assignment.main, true);
  return 'following';
}

/** A replica does not know any more what it is part of: its record was damaged. It is told again. */
export function remind(turn: Turn, name: string): void {
  const replica = turn.replica(name);
  const { assignment } = turn.state;
  if (replica === undefined || assignment === undefined || !isManual(assignment)) return;
  turn.askInstance(replica, { type: 'follow', assignment, registers: false });
}

/** Decides what the coordinators would be asked for: who is in sync, and what is aborted. Each decision is in storage before it counts. */
export function decideAlone(turn: Turn, assignment: Assignment): void {
  const afterLsn = abortPoint(turn);
  if (afterLsn !== undefined) return abortAlone(turn, afterLsn);
  const wanted = wantedChange(turn, assignment);
  if (wanted === undefined) return;
  const names = assignment.inSync.filter((name) => name !== wanted.name);
  const inSync = wanted.change === 'add' ? [...names, wanted.name] : names;
  const next = { ...assignment, inSync, version: assignment.version + 1 };
  amendAssignment(turn, next);
  decideAlone(turn, next);
}

/** What follows `afterLsn` is void: the epoch ends there, and MAIN goes on in its next one. */
function abortAlone(turn: Turn, afterLsn: number): void {
  const assignment = assignmentOf(turn);
  const aborts = withAbort(assignment.aborts, { epoch: turn.state.epoch, afterLsn });
  const silenced = silencedReplicas(turn);
  const next = { ...assignment, epoch: nextEpoch(turn), version: assignment.version + 1, aborts };
  beginEpoch(turn, next, silenced);
}

function assignmentOf(turn: Turn): Assignment {
  const { assignment } = turn.state;
  if (assignment === undefined) throw new Error('an instance that is operated has an assignment');
  return assignment;
}

function unreached({ instance }: Registration): GraphError {
  return new GraphError(
    'Neo.TransientError.General.DatabaseUnavailable',
    `'${instance.name}' cannot be reached, so it is not registered. Try again.`,
  );
}

/** Only MAIN has replicas. */
export function notMain(name: string): GraphError {
  return new GraphError(
    'Neo.ClientError.Cluster.NotALeader',
    `'${name}' is a replica: replicas are registered with MAIN, dropped there, and shown there.`,
  );
}

function busy(message: string): GraphError {
  return new GraphError('Neo.TransientError.General.DatabaseUnavailable', `${message}. Try again.`);
}

/** What was asked for makes no sense here. `message` is a sentence without its end. */
function wrong(message: string): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.ArgumentError',
    `${message.replace(/^./, (first) => first.toUpperCase())}.`,
  );
}
