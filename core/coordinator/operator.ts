/**
 * What an operator wants done with the cluster, in the forms of Memgraph's commands. Everything is checked against what the log
 * says, goes into the log first, and can be asked again: a leader that is lost in the middle leaves nothing half done.
 */
import { assert } from '../assert.ts';
import { type InstanceDescription, isManual, type Servers } from '../replication/assignment.ts';
import { type Beginning, refusal } from './beginning.ts';
import { complaintAbout, SETTING_NAMES } from './cluster-settings.ts';
import type { Database } from './cluster-state.ts';
import { modeOf, regionOf } from './creation.ts';
import { changeGroup } from './group-change.ts';
import { beginHandover } from './handover.ts';
import { NO_SERVERS } from './instance-change.ts';
import type { OperatorCommand } from './request.ts';
import { DONE, manualDatabase, unavailable } from './response.ts';
import type { CoordinatorTurn } from './turn.ts';

type OnInstance = Extract<OperatorCommand, { readonly instance: string }>;

/** Begins what does not concern one database. */
export function operateOnGroup(turn: CoordinatorTurn, command: Exclude<OperatorCommand, OnInstance>): Beginning {
  switch (command.type) {
    case 'setSetting':
      return setSetting(turn, command);
    case 'yieldLeadership':
      turn.raft({ type: 'transfer' });
      return { type: 'await' };
    case 'forceReset':
      forceReset(turn);
      return { type: 'await' };
    default:
      return changeGroup(turn.state.raft, command);
  }
}

function setSetting(
  turn: CoordinatorTurn,
  { name, value }: { readonly name: string; readonly value: string },
): Beginning {
  const known = SETTING_NAMES.find((candidate) => candidate === name);
  if (known === undefined) {
    return refusal(`'${name.slice(0, 80)}' is no coordinator setting; there are ${SETTING_NAMES.join(', ')}`);
  }
  const complaint = complaintAbout(known, value, turn.state.cluster, turn.state.defaults);
  if (complaint !== undefined) return refusal(complaint);
  return { type: 'propose', command: { type: 'setSetting', name: known, value } };
}

/** Forgets how the instances are, and has them asked anew. Databases that an operator left without a MAIN get one. */
function forceReset(turn: CoordinatorTurn): void {
  for (const [name, { assignment, status }] of turn.state.cluster.databases) {
    // The leases that this leader has granted run on.
    if (turn.state.watches.has(name)) turn.updateWatch(name, { instances: new Map(), handover: undefined });
    turn.touch(name);
    if (status.type !== 'failingOver' || status.choice.type !== 'nobody') continue;
    const { cluster } = assignment;
    const { toEpoch } = status;
    turn.decide({ type: 'chooseMain', database: name, cluster, toEpoch, choice: { type: 'best' } });
  }
  turn.update({ exchanges: new Map(), checkAtMs: turn.nowMs });
}

/** Begins what concerns one instance of a database. */
export function operateOnInstance(turn: CoordinatorTurn, database: Database, command: OnInstance): Beginning {
  const { assignment } = database;
  const { database: name, cluster } = assignment;
  if (isManual(assignment)) return { type: 'respond', response: manualDatabase(assignment) };
  if (command.type === 'register') return register(database, command);
  if (!assignment.instances.some((instance) => instance.name === command.instance)) {
    return refusal(`'${name}' has no instance '${command.instance.slice(0, 80)}'`);
  }
  switch (command.type) {
    case 'switchover':
      return switchover(turn, database, command.instance);
    case 'demote':
      return demote(turn, database, command.instance);
    case 'setMain':
      return setMain(database, command.instance);
    case 'unregister':
      return {
        type: 'propose',
        command: { type: 'removeInstance', database: name, cluster, instance: command.instance },
      };
    case 'updateConfig':
      return updateConfig(database, command);
  }
}

function switchover(turn: CoordinatorTurn, database: Database, instance: string): Beginning {
  const { assignment, status } = database;
  if (status.type !== 'online')
    return { type: 'respond', response: unavailable(`'${assignment.database}' has no MAIN now`) };
  if (assignment.main === instance) return { type: 'respond', response: DONE };
  if (!assignment.inSync.includes(instance)) return refusal(lacks(instance));
  if (turn.watch(assignment.database).handover !== undefined) return busy(assignment.database);
  beginHandover(turn, database, { choice: { type: 'instance', name: instance }, reason: 'switchover' });
  return { type: 'await' };
}

function demote(turn: CoordinatorTurn, database: Database, instance: string): Beginning {
  const { assignment, status } = database;
  if (status.type === 'failingOver' && status.from === instance && status.choice.type === 'nobody') {
    return { type: 'await' };
  }
  if (status.type !== 'online' || assignment.main !== instance) return refusal(`'${instance}' is a replica already`);
  if (turn.watch(assignment.database).handover !== undefined) return busy(assignment.database);
  beginHandover(turn, database, { choice: { type: 'nobody' }, reason: 'demotion' });
  return { type: 'await' };
}

function setMain({ assignment, status }: Database, instance: string): Beginning {
  const { database, cluster, main, inSync } = assignment;
  if (status.type === 'online') {
    if (main === instance) return { type: 'respond', response: DONE };
    return refusal(`'${database}' has a MAIN: ${main}. SWITCHOVER TO changes it without loss`);
  }
  if (!inSync.includes(instance)) return refusal(lacks(instance));
  assert(status.type === 'failingOver', 'a database that is being dropped takes no commands');
  const choice = { type: 'instance', name: instance } as const;
  return { type: 'propose', command: { type: 'chooseMain', database, cluster, toEpoch: status.toEpoch, choice } };
}

function lacks(instance: string): string {
  return `'${instance}' is not in the in-sync set: it may lack what clients were told is done`;
}

const CONFIG_KEYS = ['region', 'upstream', 'bolt_server', 'management_server', 'replication_server'];

function register({ assignment }: Database, command: Extract<OnInstance, { type: 'register' }>): Beginning {
  const { database, cluster } = assignment;
  const { instance: name, config } = command;
  const unknown = [...config.keys()].find((key) => !CONFIG_KEYS.includes(key));
  if (unknown !== undefined) return refusal(`CONFIG knows ${CONFIG_KEYS.join(', ')}, not '${unknown.slice(0, 80)}'`);
  const region = regionOf(name);
  if (region === undefined) {
    return refusal(`'${name.slice(0, 80)}' cannot name an instance: it is a region and a number, such as weur-2`);
  }
  if ((config.get('region') ?? region) !== region) return refusal(`'${name}' stands in ${region}, as its name says`);
  const mode = modeOf(command.mode ?? 'SYNC');
  if (mode === undefined)
    return refusal(`'${command.mode}' is no replication mode; there are SYNC, ASYNC and STRICT_SYNC`);
  const upstream = config.get('upstream');
  if (upstream !== undefined && mode !== 'ASYNC') {
    return refusal(`only an ASYNC instance can have an upstream: what waits for '${name}' has to hear from it`);
  }
  const servers: Record<keyof Servers, string> = { ...NO_SERVERS };
  for (const key of ['bolt_server', 'management_server', 'replication_server'] as const) {
    servers[key] = config.get(key)?.slice(0, ADDRESS_LENGTH_MAX) ?? '';
  }
  const instance: InstanceDescription = { name, region, mode, servers, ...(upstream !== undefined && { upstream }) };
  return { type: 'propose', command: { type: 'addInstance', database, cluster, instance } };
}

/** Addresses are kept and shown, and so are bounded. */
const ADDRESS_LENGTH_MAX = 255;

function updateConfig({ assignment }: Database, command: Extract<OnInstance, { type: 'updateConfig' }>): Beginning {
  const { database, cluster } = assignment;
  const boltServer = command.config.get('bolt_server');
  if (boltServer === undefined || command.config.size !== 1) return refusal("only 'bolt_server' can be changed");
  const { instance } = command;
  const bounded = boltServer.slice(0, ADDRESS_LENGTH_MAX);
  return { type: 'propose', command: { type: 'updateServers', database, cluster, instance, boltServer: bounded } };
}

function busy(database: string): Beginning {
  return { type: 'respond', response: unavailable(`MAIN of '${database}' is handing over already`) };
}
