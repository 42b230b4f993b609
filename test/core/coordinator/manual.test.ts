import { describe, expect, test } from 'vitest';
import { decodeCluster, decodeCommand, encodeCluster, encodeCommand } from '../../../core/coordinator/command-codec.ts';
import type { WorkerRequest, WorkerResponse } from '../../../core/coordinator/request.ts';
import { Group } from './group.ts';

const CREATE = {
  type: 'createDatabase',
  name: 'maps',
  ifNotExists: false,
  regions: ['weur', 'enam'],
  replication: 'manual',
  clusterId: 'k7',
} as const;

/** A group with the database `maps`, whose roles are given by hand. */
function groupWithMaps(): Group {
  const group = new Group({});
  group.ask(CREATE);
  group.elapse(3_000);
  return group;
}

function stateOf(group: Group) {
  return group.state(group.leader ?? 'c-1').cluster;
}

function codeOf(response: WorkerResponse): string {
  return response.type === 'error' ? response.code : response.type;
}

describe('a database whose roles are given by hand', () => {
  test('is told to each instance once, with the names of all', () => {
    const group = groupWithMaps();

    group.elapse(20_000);

    const heard = ['weur-1', 'enam-1'].map((name) =>
      group.instance(name).heard.filter(({ type }) => type === 'assign'),
    );
    expect(heard.map(({ length }) => length)).toEqual([1, 1]);
    expect(heard[0]?.[0]).toMatchObject({
      created: true,
      assignment: {
        epoch: 1,
        main: 'weur-1',
        coordinators: [],
        members: [
          { name: 'weur-1', region: 'weur' },
          { name: 'enam-1', region: 'enam' },
        ],
      },
    });
  });

  test('has no failover, whatever is reported of its instances', () => {
    const group = groupWithMaps();
    group.instance('weur-1').reachable = false;

    group.ask({ type: 'reportUnreachable', database: 'maps', instance: 'weur-1', epoch: 1 });
    group.elapse(20_000);

    expect(stateOf(group).databases.get('maps')).toMatchObject({
      status: { type: 'online' },
      assignment: { epoch: 1 },
    });
    expect(group.instance('enam-1').heard.some(({ type }) => type === 'seal')).toBe(false);
  });

  test('is shown with what the instances tell of themselves, and routes nobody', () => {
    const group = groupWithMaps();
    Object.assign(group.instance('enam-1'), { role: 'main', epoch: 2, lsn: 9, logEpoch: 2 });

    const topology = group.ask({ type: 'topology', database: 'maps' });
    const shown = group.ask({ type: 'showInstances', database: 'maps' });
    const databases = group.ask({ type: 'showDatabases' });

    expect(topology).toMatchObject({ topology: { main: undefined, manual: true } });
    const rows = shown.type === 'instances' ? shown.rows : [];
    expect(rows.find(({ name }) => name === 'enam-1')).toMatchObject({
      role: 'main',
      epoch: 2,
      lsn: 9,
      mode: null,
      in_sync: null,
    });
    expect(databases).toMatchObject({ rows: [{ name: 'maps', main: null, epoch: null }] });
  });

  test.each<WorkerRequest>([
    { type: 'operate', database: 'maps', command: { type: 'switchover', instance: 'enam-1' } },
    { type: 'operate', database: 'maps', command: { type: 'unregister', instance: 'enam-1' } },
    {
      type: 'operate',
      database: 'maps',
      command: { type: 'register', instance: 'oc-1', mode: undefined, config: new Map() },
    },
    { type: 'show', what: 'replicas', database: 'maps' },
    { type: 'show', what: 'routingTable', database: 'maps' },
    { type: 'show', what: 'replicationLag', database: 'maps' },
  ])('refuses what the coordinators would have to decide: %o', (request) => {
    expect(codeOf(groupWithMaps().ask(request))).toBe('Neo.ClientError.Statement.NotSupported');
  });

  test('does not hear of global_read_only', () => {
    const group = groupWithMaps();

    group.ask({
      type: 'operate',
      database: undefined,
      command: { type: 'setSetting', name: 'global_read_only', value: 'true' },
    });

    const maps = stateOf(group).databases.get('maps');
    expect(maps?.assignment.readOnly).toBeUndefined();
    expect(maps?.unconfirmedVersion).toBeUndefined();
  });

  test('is dropped as any other', () => {
    const group = groupWithMaps();

    group.ask({ type: 'dropDatabase', name: 'maps', ifExists: false });
    group.elapse(3_000);

    expect(stateOf(group).databases.has('maps')).toBe(false);
  });

  test('is written in a format that earlier builds refuse, and comes back whole', () => {
    const state = stateOf(groupWithMaps());
    const command = {
      type: 'createDatabase',
      database: 'maps',
      cluster: 'k7',
      instances: [],
      coordinators: [],
      manual: true,
    } as const;

    expect(decodeCommand(encodeCommand(command))).toEqual(command);
    expect(decodeCluster(encodeCluster(state))).toEqual(state);
    // A MessagePack array of two: the version, and the content.
    expect([encodeCommand(command)[1], encodeCluster(state)[1]]).toEqual([3, 3]);
  });
});

test.each([
  { change: { replication: 'automatic' }, says: "'replication' is 'manual'" },
  { change: { mode: 'SYNC' }, says: 'REGISTER REPLICA says the mode' },
  { change: { modes: ['SYNC', 'SYNC'] }, says: 'REGISTER REPLICA says the mode' },
])('CREATE DATABASE with $change is refused', ({ change, says }) => {
  const response = new Group({}).ask({ ...CREATE, ...change });

  expect(response).toMatchObject({ type: 'error', code: 'Neo.ClientError.Statement.ArgumentError' });
  expect(response.type === 'error' && response.message).toContain(says);
});
