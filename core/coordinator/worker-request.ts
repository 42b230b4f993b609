/** What a Worker asks: databases made and dropped, who is who, and reports of instances that do not answer. */
import { unreachable } from '../assert.ts';
import { GraphError } from '../error.ts';
import { isManual } from '../replication/assignment.ts';
import type { Beginning } from './beginning.ts';
import type { CommandRefusal, CommandResult, Database } from './cluster-state.ts';
import type { VersionNeed, Waiting } from './coordinator-state.ts';
import { creationOf } from './creation.ts';
import { isOperated, operationRefused, outcomeOf } from './operation-outcome.ts';
import { operateOnGroup, operateOnInstance } from './operator.ts';
import type { OperatorCommand, ShownTable, WorkerRequest, WorkerResponse } from './request.ts';
import { argumentError, errorResponse, manualDatabase, notFound, unavailable } from './response.ts';
import { databaseRows, instanceRows, topologyOf } from './show.ts';
import { asksInstances, tableOf } from './show-replication.ts';
import type { CoordinatorTurn } from './turn.ts';
import { lackingMembers, lackMessage, mayYetTell, needOf } from './version-need.ts';

/** Tables about roles, which the coordinators know nothing about where these are given by hand. */
const ROLE_TABLES: readonly string[] = ['replicas', 'replicationRole', 'replicationLag', 'routingTable'];

const REQUESTS: Readonly<Record<WorkerRequest['type'], true>> = {
  ...{ createDatabase: true, dropDatabase: true, showDatabases: true, showInstances: true, topology: true },
  ...{ show: true, operate: true, reportUnreachable: true },
};
const TABLES: Readonly<Record<ShownTable, true>> = {
  ...{ replicas: true, replicationRole: true, replicationLag: true, instance: true, routingTable: true },
  ...{ settings: true, failovers: true },
};
const COMMANDS: Readonly<Record<OperatorCommand['type'], true>> = {
  ...{ switchover: true, setMain: true, demote: true, unregister: true, register: true, updateConfig: true },
  ...{ addCoordinator: true, updateCoordinator: true, removeCoordinator: true },
  ...{ setSetting: true, yieldLeadership: true, forceReset: true },
};

/** Whether this build knows what is asked: the Worker may be of a later one. */
function isKnown(request: WorkerRequest): boolean {
  if (!Object.hasOwn(REQUESTS, request.type)) return false;
  if (request.type === 'show') return Object.hasOwn(TABLES, request.what);
  return request.type !== 'operate' || Object.hasOwn(COMMANDS, request.command.type);
}

const UNKNOWN_REQUEST = errorResponse(
  'Neo.TransientError.General.DatabaseUnavailable',
  'The coordinators run an older build than the Worker that was asked, and do not know this yet. Nothing was done.',
);

type RequestOf<Type extends WorkerRequest['type']> = Extract<WorkerRequest, { type: Type }>;

/** Workers that wait for instances at most; Raft bounds those that wait for the quorum. */
const WAITING_MAX = 1_000;

/** Takes a Worker's request. Only the leader answers, once a quorum has confirmed it, so that nobody reads the past. */
export function receiveWorkerRequest(turn: CoordinatorTurn, id: string, request: WorkerRequest): void {
  if (!isKnown(request)) return turn.respond(id, UNKNOWN_REQUEST);
  const { role, leader } = turn.state.raft;
  if (role !== 'leader') return turn.respond(id, { type: 'notLeader', leader });
  const readId = turn.takeId();
  turn.update({ reads: [...turn.state.reads, { id: readId, purpose: { type: 'worker', id, request } }] });
  turn.raft({ type: 'readIndex', id: readId });
}

/** The leadership is confirmed, and everything committed before the question has been applied. */
export function answerWorker(turn: CoordinatorTurn, id: string, request: WorkerRequest): void {
  switch (request.type) {
    case 'createDatabase':
      return createDatabase(turn, id, request);
    case 'dropDatabase':
      return dropDatabase(turn, id, request);
    case 'showDatabases':
      return turn.respond(id, { type: 'databases', rows: databaseRows(turn.state) });
    case 'showInstances':
      return showInstances(turn, id, request);
    case 'show':
      return showTable(turn, id, request);
    case 'operate':
      return operate(turn, id, request);
    case 'topology':
      return withDatabase(turn, id, request.database, (database) => {
        turn.respond(id, { type: 'topology', topology: topologyOf(turn.state, database, turn.nowMs) });
      });
    case 'reportUnreachable':
      return withDatabase(turn, id, request.database, (database) => {
        noteUnreachableMain(turn, database, request);
        turn.respond(id, { type: 'noted' });
      });
    default:
      return unreachable(request);
  }
}

function withDatabase(turn: CoordinatorTurn, id: string, name: string, act: (database: Database) => void): void {
  const database = turn.database(name);
  if (database === undefined) return turn.respond(id, notFound(name));
  act(database);
}

function createDatabase(turn: CoordinatorTurn, id: string, request: RequestOf<'createDatabase'>): void {
  const existing = turn.database(request.name);
  if (existing?.status.type !== 'dropping' && existing !== undefined && request.ifNotExists) {
    return respondCreated(turn, id, existing, false);
  }
  try {
    const command = creationOf(request, turn.state.raft.voters.toSorted());
    if (isUnderstood(turn, id, request, needOf({ type: 'propose', command })))
      turn.propose(command, { type: 'worker', id, request });
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    turn.respond(id, { type: 'error', code: error.code, message: error.message });
  }
}

/** Whether all coordinators understand what is asked for. If not, it waits for those that have not been heard, or is refused. */
function isUnderstood(turn: CoordinatorTurn, id: string, request: WorkerRequest, need: VersionNeed): boolean {
  const lacking = lackingMembers(turn.state, need);
  if (lacking.length === 0) return true;
  if (mayYetTell(turn.state, lacking)) keepWaiting(turn, id, { type: 'told', request, need });
  else turn.respond(id, unavailable(lackMessage(turn.state, need, lacking)));
  return false;
}

function respondCreated(turn: CoordinatorTurn, id: string, database: Database, created: boolean): void {
  turn.respond(id, { type: 'created', created, topology: topologyOf(turn.state, database, turn.nowMs) });
}

function dropDatabase(turn: CoordinatorTurn, id: string, request: RequestOf<'dropDatabase'>): void {
  const database = turn.database(request.name);
  if (database === undefined) {
    return turn.respond(id, request.ifExists ? { type: 'dropped', dropped: false } : notFound(request.name));
  }
  const { cluster } = database.assignment;
  if (database.status.type === 'dropping')
    return keepWaiting(turn, id, { type: 'dropped', database: request.name, cluster });
  turn.propose({ type: 'dropDatabase', database: request.name, cluster }, { type: 'worker', id, request });
}

/** Asks every instance how it is, and answers when all have told, or after a while. */
function showInstances(turn: CoordinatorTurn, id: string, request: RequestOf<'showInstances' | 'show'>): void {
  const { database: name } = request;
  if (name !== undefined && turn.database(name) === undefined) return turn.respond(id, notFound(name));
  const exchanges: number[] = [];
  for (const { assignment } of turn.state.cluster.databases.values()) {
    if (name !== undefined && assignment.database !== name) continue;
    for (const instance of assignment.instances) {
      const exchange = turn.ask(assignment, instance.name, { type: 'probe' });
      if (exchange !== undefined) exchanges.push(exchange);
    }
  }
  keepWaiting(turn, id, { type: 'instances', request, exchanges });
}

function showTable(turn: CoordinatorTurn, id: string, request: RequestOf<'show'>): void {
  const asked = request.database === undefined ? undefined : turn.database(request.database);
  if (asked !== undefined && isManual(asked.assignment) && ROLE_TABLES.includes(request.what)) {
    return turn.respond(id, manualDatabase(asked.assignment));
  }
  if (asksInstances(request.what)) return showInstances(turn, id, request);
  if (request.database !== undefined && turn.database(request.database) === undefined) {
    return turn.respond(id, notFound(request.database));
  }
  turn.respond(id, shown(turn, request));
}

/** What was to be shown, from what is known by now. */
function shown(turn: CoordinatorTurn, request: RequestOf<'showInstances' | 'show'>): WorkerResponse {
  const { state, nowMs } = turn;
  if (request.type === 'showInstances') {
    return { type: 'instances', rows: instanceRows(state, request.database, nowMs) };
  }
  const { what, database, instance } = request;
  const databases = [...state.cluster.databases.values()].filter(({ assignment }) =>
    database === undefined ? !isManual(assignment) : assignment.database === database,
  );
  return { type: 'table', ...tableOf(state, what, { databases, instance, nowMs }) };
}

function operate(turn: CoordinatorTurn, id: string, request: RequestOf<'operate'>): void {
  const { command, database: name } = request;
  if (!('instance' in command)) return goOn(turn, id, request, operateOnGroup(turn, command));
  if (name === undefined) {
    return turn.respond(id, argumentError('ask this on the database that the instance belongs to'));
  }
  withDatabase(turn, id, name, (database) => {
    if (database.status.type === 'dropping') return turn.respond(id, refused(name, 'dropping'));
    goOn(turn, id, request, operateOnInstance(turn, database, command));
  });
}

function goOn(turn: CoordinatorTurn, id: string, request: RequestOf<'operate'>, beginning: Beginning): void {
  if (beginning.type === 'respond') return turn.respond(id, beginning.response);
  if (!isUnderstood(turn, id, request, needOf(beginning))) return;
  if (beginning.type === 'propose') return turn.propose(beginning.command, { type: 'worker', id, request });
  if (beginning.type === 'changeMembers') return turn.changeMembers(beginning.change, { type: 'worker', id, request });
  const database = request.database === undefined ? undefined : turn.database(request.database);
  keepWaiting(turn, id, { type: 'operated', request, epoch: database?.assignment.epoch ?? 0 });
}

/** A Worker could not reach MAIN: it is probed at once. A report about an epoch that is over is no news. */
function noteUnreachableMain(turn: CoordinatorTurn, database: Database, request: RequestOf<'reportUnreachable'>): void {
  const { assignment } = database;
  if (isManual(assignment)) return;
  if (request.instance !== assignment.main || request.epoch !== assignment.epoch) return;
  const suspectedAtMs = turn.watch(assignment.database).suspectedAtMs ?? turn.nowMs;
  turn.updateWatch(assignment.database, { suspectedAtMs });
  turn.touch(assignment.database);
}

/** What a Worker asked for stands in the log, or was refused there. */
export function answerProposal(
  turn: CoordinatorTurn,
  purpose: { readonly id: string; readonly request: WorkerRequest },
  result: CommandResult,
): void {
  const { id, request } = purpose;
  if (request.type === 'createDatabase') {
    if (result.done && result.database !== undefined) {
      const { database, cluster } = result.database.assignment;
      return keepWaiting(turn, id, { type: 'created', database, cluster });
    }
    if (!result.done && result.refusal === 'exists' && request.ifNotExists && result.database !== undefined) {
      return respondCreated(turn, id, result.database, false);
    }
    return turn.respond(id, refused(request.name, result.done ? 'exists' : result.refusal));
  }
  if (request.type === 'operate') {
    if (!result.done) return turn.respond(id, operationRefused(request, result.refusal));
    return keepWaiting(turn, id, { type: 'operated', request, epoch: result.database?.assignment.epoch ?? 0 });
  }
  if (request.type !== 'dropDatabase') return;
  // Somebody else has dropped it meanwhile: it goes the same way.
  const { database } = result;
  if (database === undefined) return turn.respond(id, { type: 'dropped', dropped: true });
  keepWaiting(turn, id, { type: 'dropped', database: request.name, cluster: database.assignment.cluster });
}

/** Keeps a Worker waiting for instances, for a bounded time. */
function keepWaiting(turn: CoordinatorTurn, id: string, wants: Waiting['wants']): void {
  if (turn.state.waiting.length >= WAITING_MAX) {
    const message = 'The coordinators have too much to do';
    return turn.respond(id, unavailable(message));
  }
  const { showWaitMs, createWaitMs, handoverMs } = turn.state.settings;
  const patienceMs = { instances: showWaitMs, told: showWaitMs, created: createWaitMs, dropped: createWaitMs };
  const untilMs = turn.nowMs + (wants.type === 'operated' ? handoverMs + createWaitMs : patienceMs[wants.type]);
  turn.update({ waiting: [...turn.state.waiting, { id, untilMs, wants }] });
}

/** Answers the Workers that have waited long enough, or have what they wanted. */
export function answerWaiting(turn: CoordinatorTurn): void {
  const done = turn.state.waiting.filter((waiting) => turn.nowMs >= waiting.untilMs || hasHappened(turn, waiting));
  if (done.length === 0) return;
  turn.update({ waiting: turn.state.waiting.filter((waiting) => !done.includes(waiting)) });
  for (const { id, wants } of done) {
    if (wants.type === 'instances') {
      turn.respond(id, shown(turn, wants.request));
    } else if (wants.type === 'told') {
      endWaitForVersions(turn, id, wants);
    } else if (wants.type === 'operated') {
      turn.respond(id, outcomeOf(turn, wants));
    } else if (wants.type === 'dropped') {
      turn.respond(id, { type: 'dropped', dropped: true });
    } else {
      withDatabase(turn, id, wants.database, (database) => respondCreated(turn, id, database, true));
    }
  }
}

/** Either all have told, or some are not there. */
function endWaitForVersions(
  turn: CoordinatorTurn,
  id: string,
  wants: Extract<Waiting['wants'], { type: 'told' }>,
): void {
  const lacking = lackingMembers(turn.state, wants.need);
  if (lacking.length === 0) return receiveWorkerRequest(turn, id, wants.request);
  turn.respond(id, unavailable(lackMessage(turn.state, wants.need, lacking)));
}

function hasHappened(turn: CoordinatorTurn, { wants }: Waiting): boolean {
  if (wants.type === 'told') {
    const lacking = lackingMembers(turn.state, wants.need);
    return lacking.length === 0 || !mayYetTell(turn.state, lacking);
  }
  if (wants.type === 'instances') return wants.exchanges.every((exchange) => !turn.state.exchanges.has(exchange));
  if (wants.type === 'operated') return isOperated(turn, wants);
  const database = turn.database(wants.database);
  const isThere = database?.assignment.cluster === wants.cluster;
  if (wants.type === 'dropped') return !isThere;
  return !isThere || database.told.includes(database.assignment.main);
}

/** What a refusal means to the client who asked. */
function refused(name: string, refusal: CommandRefusal): WorkerResponse {
  switch (refusal) {
    case 'exists':
      return errorResponse('Neo.ClientError.Database.ExistingDatabaseFound', `The database '${name}' exists already.`);
    case 'dropping':
      return unavailable(`The database '${name}' is being dropped`);
    case 'tooMany':
      return argumentError('These coordinators care for as many databases as they can');
    default:
      return notFound(name);
  }
}
