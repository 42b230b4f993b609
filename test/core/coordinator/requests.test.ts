import { describe, expect, test } from 'vitest';
import type { WorkerRequest } from '../../../core/coordinator/request.ts';
import type { CoordinatorRequestBody } from '../../../core/replication/message.ts';
import { FLIGHTS, Group, groupWithFlights, MEMBERS } from './group.ts';

describe('CREATE DATABASE', () => {
  test('names instances by region, makes the first one MAIN, and answers when MAIN knows', () => {
    const group = new Group();

    const response = group.ask({ ...FLIGHTS, regions: ['weur', 'enam', 'weur'], modes: undefined });

    expect(response).toMatchObject({
      type: 'created',
      created: true,
      topology: {
        database: 'flights',
        cluster: 'k1',
        epoch: 1,
        main: 'weur-1',
        instances: [
          { name: 'weur-1', region: 'weur', mode: 'SYNC', inSync: true },
          { name: 'enam-1', region: 'enam', mode: 'SYNC', inSync: true },
          { name: 'weur-2', region: 'weur', mode: 'SYNC', inSync: true },
        ],
      },
    });
    expect(group.instance('weur-1').role).toBe('main');
  });

  test.each([
    { what: 'a list of modes', modes: ['SYNC', 'SYNC', 'ASYNC'] },
    { what: 'a mode for a region', modes: new Map([['apac', 'ASYNC']]) },
  ])('takes $what', ({ modes }) => {
    const response = new Group().ask({ ...FLIGHTS, modes });

    expect(response).toMatchObject({
      topology: { instances: [{ mode: 'SYNC' }, { mode: 'SYNC' }, { mode: 'ASYNC', inSync: false }] },
    });
  });

  test.each<{ what: string; change: Partial<Extract<WorkerRequest, { type: 'createDatabase' }>>; code: string }>([
    { what: 'an upper-case name', change: { name: 'Flights' }, code: 'Neo.ClientError.Statement.ArgumentError' },
    {
      what: 'a name that is too long',
      change: { name: 'f'.repeat(64) },
      code: 'Neo.ClientError.Statement.ArgumentError',
    },
    { what: 'the name system', change: { name: 'system' }, code: 'Neo.ClientError.Statement.ArgumentError' },
    { what: 'no region', change: { regions: [] }, code: 'Neo.ClientError.Statement.ArgumentError' },
    { what: 'an unknown region', change: { regions: ['mars'] }, code: 'Neo.ClientError.Statement.ArgumentError' },
    {
      what: 'too many instances',
      change: { regions: Array(17).fill('weur'), modes: undefined },
      code: 'Neo.ClientError.Statement.ArgumentError',
    },
    {
      what: 'an unknown mode',
      change: { modes: undefined, mode: 'FAST' },
      code: 'Neo.ClientError.Statement.ArgumentError',
    },
    { what: 'a mode too many', change: { regions: ['weur'] }, code: 'Neo.ClientError.Statement.ArgumentError' },
    {
      what: 'SYNC beside STRICT_SYNC',
      change: { modes: ['SYNC', 'STRICT_SYNC', 'ASYNC'] },
      code: 'Neo.ClientError.Statement.ArgumentError',
    },
  ])('refuses $what', ({ change, code }) => {
    const group = new Group();

    expect(group.ask({ ...FLIGHTS, ...change })).toMatchObject({ type: 'error', code });
    expect(group.ask({ type: 'showDatabases' })).toEqual({ type: 'databases', rows: [] });
  });

  test.each([
    { ifNotExists: true, expected: { type: 'created', created: false } },
    { ifNotExists: false, expected: { type: 'error', code: 'Neo.ClientError.Database.ExistingDatabaseFound' } },
  ])('of one that exists, IF NOT EXISTS $ifNotExists', ({ ifNotExists, expected }) => {
    const group = groupWithFlights();

    expect(group.ask({ ...FLIGHTS, ifNotExists, clusterId: 'k2' })).toMatchObject(expected);
  });

  test('assigns an instance that could not be reached as soon as it can', () => {
    const group = new Group();
    group.instance('apac-1').reachable = false;
    group.ask(FLIGHTS);
    expect(group.instance('apac-1').role).toBe('none');

    group.instance('apac-1').reachable = true;
    group.elapse(3_000);

    expect(group.instance('apac-1')).toMatchObject({ role: 'replica', cluster: 'k1' });
  });
});

describe('DROP DATABASE', () => {
  test('has every instance forget everything, and then the name is free', () => {
    const group = groupWithFlights();

    expect(group.ask({ type: 'dropDatabase', name: 'flights', ifExists: false })).toEqual({
      type: 'dropped',
      dropped: true,
    });
    expect([...group.instances.values()].map(({ cluster, lsn }) => [cluster, lsn])).toEqual([
      [undefined, 0],
      [undefined, 0],
      [undefined, 0],
    ]);
    expect(group.ask({ ...FLIGHTS, clusterId: 'k2' })).toMatchObject({ type: 'created', topology: { cluster: 'k2' } });
  });

  test('waits for an instance that cannot be reached, and keeps the name until then', () => {
    const group = groupWithFlights();
    group.instance('enam-1').reachable = false;
    group.ask({ type: 'dropDatabase', name: 'flights', ifExists: false });

    expect(group.ask({ ...FLIGHTS, clusterId: 'k2' })).toMatchObject({
      type: 'error',
      code: 'Neo.TransientError.General.DatabaseUnavailable',
    });

    group.instance('enam-1').reachable = true;
    group.elapse(2_000);
    expect(group.ask({ type: 'showDatabases' })).toEqual({ type: 'databases', rows: [] });
  });

  test.each([
    { ifExists: true, expected: { type: 'dropped', dropped: false } },
    { ifExists: false, expected: { type: 'error', code: 'Neo.ClientError.Database.DatabaseNotFound' } },
  ])('of one that does not exist, IF EXISTS $ifExists', ({ ifExists, expected }) => {
    expect(new Group().ask({ type: 'dropDatabase', name: 'trains', ifExists })).toMatchObject(expected);
  });
});

describe('SHOW INSTANCES', () => {
  test('has a row for every coordinator and every instance, with role, health and lag', () => {
    const group = groupWithFlights();
    Object.assign(group.instance('weur-1'), { lsn: 20 });
    Object.assign(group.instance('apac-1'), { lsn: 15 });
    group.instance('enam-1').reachable = false;

    const response = group.ask({ type: 'showInstances', database: 'flights' });
    const again = group.ask({ type: 'showInstances', database: 'flights' });

    expect(response.type).toBe('instances');
    if (again.type !== 'instances') throw new Error(again.type);
    expect(again.rows.map(({ name, role }) => [name, role])).toEqual([
      ...MEMBERS.map((member) => [member, member === group.leader ? 'leader' : 'follower']),
      ['weur-1', 'main'],
      ['enam-1', 'replica'],
      ['apac-1', 'replica'],
    ]);
    expect(again.rows.slice(3).map(({ health, lag, in_sync }) => [health, lag, in_sync])).toEqual([
      ['up', 0, true],
      ['down', 20, true],
      ['up', 5, false],
    ]);
  });

  test('of a database that is not there is an error', () => {
    expect(groupWithFlights().ask({ type: 'showInstances', database: 'trains' })).toMatchObject({
      type: 'error',
      code: 'Neo.ClientError.Database.DatabaseNotFound',
    });
  });
});

describe('a coordinator', () => {
  test('that does not lead names the leader', () => {
    const group = groupWithFlights();
    const follower = MEMBERS.find((member) => member !== group.leader) ?? '';

    const id = group.askOne(follower, { type: 'topology', database: 'flights' });

    expect(group.responses.get(id)).toEqual({ type: 'notLeader', leader: group.leader });
  });

  test('tells who is MAIN, and nobody while a failover runs', () => {
    const group = groupWithFlights();
    for (const instance of group.instances.values()) Object.assign(instance, { lsn: 5, logEpoch: 1 });
    expect(group.ask({ type: 'topology', database: 'flights' })).toMatchObject({ topology: { main: 'weur-1' } });

    group.elapseWithLease('weur-1', 1_000);
    group.instance('weur-1').reachable = false;
    group.instance('enam-1').reachable = false;
    group.elapse(8_000);

    expect(group.ask({ type: 'topology', database: 'flights' })).toMatchObject({ topology: { main: undefined } });
  });

  test('knows everything again after all of them have restarted', () => {
    const group = groupWithFlights();
    group.askAsMain('weur-1', { type: 'changeInSync', change: 'remove', instance: 'enam-1', version: 1 });

    for (const member of MEMBERS) group.restart(member);

    expect(group.ask({ type: 'topology', database: 'flights' })).toMatchObject({
      topology: { main: 'weur-1', version: 2, instances: [{ inSync: true }, { inSync: false }, { inSync: false }] },
    });
  });

  test('falls silent with its group when nobody asks, and wakes when somebody does', () => {
    const group = groupWithFlights();
    group.elapse(15_000);
    const before = group.sent;

    group.elapse(60_000);

    expect(group.sent).toBe(before);
    expect(MEMBERS.map((member) => group.state(member).tickAtMs)).toEqual([undefined, undefined, undefined]);
    expect(group.ask({ type: 'topology', database: 'flights' })).toMatchObject({ type: 'topology' });
  });

  test('does not fall silent while a MAIN holds a lease', () => {
    const group = groupWithFlights();

    group.elapseWithLease('weur-1', 30_000);

    expect(group.renew('weur-1')).toMatchObject({ type: 'lease', granted: true, leaseMs: 5_000 });
  });

  test('gives up what cannot be done after a minute, and takes it up again when it is asked', () => {
    const group = new Group();
    group.instance('apac-1').reachable = false;
    group.ask(FLIGHTS);
    group.elapse(80_000);
    expect(MEMBERS.map((member) => group.state(member).tickAtMs)).toEqual([undefined, undefined, undefined]);

    group.instance('apac-1').reachable = true;
    group.ask({ type: 'topology', database: 'flights' });
    group.elapse(40_000);

    expect(group.instance('apac-1').role).toBe('replica');
  });
});

describe('A lease', () => {
  /** Writes to the coordinators' storage while MAIN holds its lease, and nothing changes. */
  function writesWith(cut: number): number {
    const group = groupWithFlights();
    group.elapseWithLease('weur-1', 3_000);
    for (const follower of MEMBERS.filter((member) => member !== group.leader).slice(0, cut)) group.cut.add(follower);
    group.elapseWithLease('weur-1', 3_000);
    group.log = [];
    group.elapseWithLease('weur-1', 10_000);
    return group.log.filter(([, type]) => type === 'persist').length;
  }

  test('costs no write while a majority beside the leader answers', () => {
    expect(writesWith(0)).toBe(0);
  });

  test('that takes the leader’s own vote is held back now and then by a write, which an object that was replaced cannot make', () => {
    const writes = writesWith(1);

    expect(writes).toBeGreaterThanOrEqual(4);
    expect(writes).toBeLessThanOrEqual(11);
  });

  test('is granted after that write, and not before', () => {
    const group = groupWithFlights();
    const leader = group.leader ?? '';
    group.elapseWithLease('weur-1', 3_000);
    group.cut.add(MEMBERS.find((member) => member !== leader) ?? '');
    group.elapseWithLease('weur-1', 5_000);

    group.log = [];
    for (let times = 0; times < 30; times++) {
      group.renew('weur-1');
      group.elapse(100);
    }

    const own = group.log.filter(([member, type]) => member === leader && (type === 'persist' || type === 'reply'));
    const types = own.map(([, type]) => type);
    expect(types.indexOf('persist')).toBeGreaterThan(-1);
    expect(types[types.indexOf('persist') + 1]).toBe('reply');
    expect(types.filter((type) => type === 'reply')).toHaveLength(30);
  });
});

test('a request of MAIN that a later build may send is refused, and the leader goes on', () => {
  const group = groupWithFlights();
  // What a later build may send is none of the requests that the types name.
  const unknown = { type: 'ofALaterBuild' } as unknown as CoordinatorRequestBody;

  const reply = group.askAsMain('weur-1', unknown);

  expect(reply).toEqual({ type: 'refused', reason: 'version' });
  expect(group.renew('weur-1')).toMatchObject({ type: 'lease', granted: true });
});
