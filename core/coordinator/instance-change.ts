/**
 * Instances that come and go while the database is in use. Who comes has nothing yet, and joins the in-sync set only when MAIN
 * has brought it level. Who goes leaves the set at once, and is forgotten when MAIN has heard of it and it holds nothing any more:
 * only then may its name be used again, so that nobody takes the new one for the old one.
 */
import { mayMix } from '../replication/assignment.ts';
import type { ClusterState, CommandOf, Database } from './cluster-state.ts';
import { INSTANCES_MAX } from './creation.ts';
import { amend, namesInOrder, type Outcome, refuse, set } from './outcome.ts';

export function addInstance(state: ClusterState, command: CommandOf<'addInstance'>, database: Database): Outcome {
  const { assignment, status, leaving } = database;
  const { instance } = command;
  if (status.type !== 'online') return refuse(state, status.type, database);
  if (assignment.instances.some(({ name }) => name === instance.name)) return refuse(state, 'exists', database);
  if (leaving.some(({ name }) => name === instance.name)) return refuse(state, 'leaving', database);
  if (assignment.instances.length >= INSTANCES_MAX) return refuse(state, 'tooMany', database);
  const upstream = assignment.instances.find(({ name }) => name === instance.upstream);
  // One step is enough to spare MAIN a region, and a longer chain would lag the longer.
  const mayFeed = upstream !== undefined && upstream.upstream === undefined;
  if (instance.upstream !== undefined && !mayFeed) return refuse(state, 'upstream', database);
  if (!mayMix([...assignment.instances, instance])) return refuse(state, 'mixedModes', database);
  return set(state, amend(database, { instances: [...assignment.instances, instance] }));
}

export function removeInstance(state: ClusterState, command: CommandOf<'removeInstance'>, database: Database): Outcome {
  const { assignment, status, leaving, told } = database;
  if (status.type !== 'online') return refuse(state, status.type, database);
  const instance = assignment.instances.find(({ name }) => name === command.instance);
  if (instance === undefined) return refuse(state, 'unknownInstance', database);
  if (instance.name === assignment.main) return refuse(state, 'main', database);
  // Whom it fed, MAIN feeds from now on.
  const instances = assignment.instances
    .filter((other) => other !== instance)
    .map(({ upstream, ...other }) =>
      upstream === undefined || upstream === instance.name ? other : { ...other, upstream },
    );
  const inSync = assignment.inSync.filter((name) => name !== instance.name);
  const amended = amend(database, { instances, inSync });
  return set(state, {
    ...amended,
    told: told.filter((name) => name !== instance.name),
    leaving: [...leaving, instance],
  });
}

/** An operator tells where tools find an instance. */
export function updateServers(state: ClusterState, command: CommandOf<'updateServers'>, database: Database): Outcome {
  const { assignment } = database;
  if (!assignment.instances.some(({ name }) => name === command.instance)) {
    return refuse(state, 'unknownInstance', database);
  }
  const instances = assignment.instances.map((instance) =>
    instance.name === command.instance
      ? { ...instance, servers: { ...NO_SERVERS, ...instance.servers, bolt_server: command.boltServer } }
      : instance,
  );
  return set(state, { ...database, assignment: { ...assignment, instances } });
}

/** Instances have confirmed the epoch, or what was amended in it, or have forgotten everything. */
export function noteTold(state: ClusterState, command: CommandOf<'told'>, database: Database): Outcome {
  const { assignment, status, leaving, unconfirmedVersion } = database;
  if ((status.type === 'dropping') !== (command.what === 'dropped')) return refuse(state, 'dropping', database);
  if (command.epoch !== assignment.epoch) return refuse(state, 'epoch', database);
  if (command.what === 'left') {
    return set(state, { ...database, leaving: leaving.filter(({ name }) => !command.instances.includes(name)) });
  }
  if (command.what === 'amended') {
    const isConfirmed = unconfirmedVersion === undefined || (command.version ?? 0) >= unconfirmedVersion;
    return isConfirmed
      ? set(state, { ...database, unconfirmedVersion: undefined })
      : refuse(state, 'version', database);
  }
  const told = namesInOrder(assignment, [...database.told, ...command.instances]);
  if (status.type === 'dropping' && told.length === assignment.instances.length) {
    const databases = new Map(state.databases);
    databases.delete(assignment.database);
    return { state: { ...state, databases }, result: { done: true, database: undefined } };
  }
  return set(state, { ...database, told });
}

/** Objects are found by name: without an operator's word there is nothing to show. */
export const NO_SERVERS = { bolt_server: '', management_server: '', replication_server: '' } as const;
