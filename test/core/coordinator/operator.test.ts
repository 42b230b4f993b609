import { describe, expect, test } from 'vitest';
import { decodeCluster, encodeCluster } from '../../../core/coordinator/command-codec.ts';
import type { OperatorCommand, WorkerResponse } from '../../../core/coordinator/request.ts';
import { type Group, groupWithFlights } from './group.ts';

const DONE = { type: 'table', columns: [], rows: [] };
const INSTANCES = ['weur-1', 'enam-1', 'apac-1'];

function flights(group: Group) {
  const database = group.state(group.leader ?? 'c-1').cluster.databases.get('flights');
  if (database === undefined) throw new Error('there is no database');
  return database;
}

/** A database in use: everybody has the log that MAIN has. */
function inUse(): Group {
  const group = groupWithFlights();
  for (const name of INSTANCES) Object.assign(group.instance(name), { lsn: 10, logEpoch: 1 });
  group.elapseWithLease('weur-1', 2_000);
  return group;
}

function order(group: Group, command: OperatorCommand): WorkerResponse {
  return group.ask({ type: 'operate', database: 'flights', command });
}

function rows(group: Group, what: 'failovers' | 'settings' | 'replicationLag' | 'routingTable'): readonly unknown[] {
  const response = group.ask({ type: 'show', what, database: 'flights' });
  if (response.type !== 'table') throw new Error(JSON.stringify(response));
  return response.rows;
}

describe('SWITCHOVER TO', () => {
  test('makes an in-sync replica MAIN when the old one has drained, and nothing is lost', () => {
    const group = inUse();

    const response = order(group, { type: 'switchover', instance: 'enam-1' });

    expect(response).toEqual(DONE);
    expect(flights(group).assignment).toMatchObject({ epoch: 2, main: 'enam-1', inSync: ['weur-1', 'enam-1'] });
    expect(group.instance('weur-1')).toMatchObject({ role: 'replica', drains: 1 });
    expect(rows(group, 'failovers')).toEqual([
      ['flights', 'weur-1', 'enam-1', 1, 2, 'switchover', 0, 0, expect.any(Number), expect.any(Number)],
    ]);
  });

  test('waits for what is not acknowledged yet', () => {
    const group = inUse();
    group.instance('weur-1').acknowledgedLsn = 9;
    const id = group.askOne(group.leader ?? '', {
      type: 'operate',
      database: 'flights',
      command: { type: 'switchover', instance: 'enam-1' },
    });
    group.elapse(400, 10);
    const before = flights(group).assignment.epoch;

    group.instance('weur-1').acknowledgedLsn = 10;
    group.elapse(100, 10);

    expect(before).toBe(1);
    expect(group.responses.get(id)).toEqual(DONE);
    expect(flights(group).assignment.epoch).toBe(2);
  });

  test('leaves everything as it is when MAIN is not ready in time', () => {
    const group = inUse();
    group.instance('weur-1').acknowledgedLsn = 9;

    const response = order(group, { type: 'switchover', instance: 'enam-1' });

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining('MAIN as before') });
    expect(flights(group)).toMatchObject({ status: { type: 'online' }, assignment: { epoch: 1, main: 'weur-1' } });
  });

  test('to MAIN itself is done at once', () => {
    const group = inUse();

    expect(order(group, { type: 'switchover', instance: 'weur-1' })).toEqual(DONE);
    expect(group.instance('weur-1').drains).toBe(0);
  });

  test.each([
    { instance: 'apac-1', message: 'not in the in-sync set' },
    { instance: 'oc-1', message: "has no instance 'oc-1'" },
  ])('to $instance is refused: $message', ({ instance, message }) => {
    const group = inUse();

    const response = order(group, { type: 'switchover', instance });

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining(message) });
  });

  test('chooses another member when the one that was named falls silent in between', () => {
    const group = inUse();
    order(group, { type: 'register', instance: 'oc-1', mode: 'SYNC', config: new Map() });
    Object.assign(group.instance('oc-1'), { lsn: 10, logEpoch: 1 });
    const { version } = flights(group).assignment;
    group.askAsMain('weur-1', { type: 'changeInSync', change: 'add', instance: 'oc-1', version });
    group.elapse(100);
    group.instance('oc-1').reachable = false;

    const response = order(group, { type: 'switchover', instance: 'oc-1' });

    expect(response).toMatchObject({
      type: 'error',
      message: expect.stringContaining("'oc-1' did not answer in time"),
    });
    expect(flights(group).assignment.epoch).toBe(2);
  });
});

describe('DEMOTE INSTANCE and SET INSTANCE … TO MAIN', () => {
  test('leave the database without a MAIN until an operator names one: no failover comes in between', () => {
    const group = inUse();

    const demoted = order(group, { type: 'demote', instance: 'weur-1' });
    group.elapse(40_000);
    const between = flights(group).status;
    const promoted = order(group, { type: 'setMain', instance: 'enam-1' });

    expect([demoted, promoted]).toEqual([DONE, DONE]);
    expect(between).toMatchObject({ type: 'failingOver', choice: { type: 'nobody' } });
    expect(flights(group).assignment).toMatchObject({ epoch: 2, main: 'enam-1' });
  });

  test('reads go to the replicas meanwhile, and nothing is written anywhere', () => {
    const group = inUse();

    order(group, { type: 'demote', instance: 'weur-1' });

    expect(rows(group, 'routingTable')).toEqual([
      ['READ', ['flights@enam-1', 'flights@apac-1']],
      ['ROUTE', ['c-1', 'c-2', 'c-3']],
    ]);
  });

  test('no second MAIN is made', () => {
    const group = inUse();

    const response = order(group, { type: 'setMain', instance: 'enam-1' });

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining('has a MAIN: weur-1') });
  });

  test('a replica cannot be demoted', () => {
    const response = order(inUse(), { type: 'demote', instance: 'enam-1' });

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining('a replica already') });
  });

  test('an instance outside the in-sync set is not made MAIN', () => {
    const group = inUse();
    order(group, { type: 'demote', instance: 'weur-1' });

    const response = order(group, { type: 'setMain', instance: 'apac-1' });

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining('not in the in-sync set') });
  });

  test('a new leader leaves it so, and FORCE RESET CLUSTER STATE ends it', () => {
    const group = inUse();
    order(group, { type: 'demote', instance: 'weur-1' });
    group.cut.add(group.leader ?? '');
    group.elapse(8_000);
    const under = flights(group).status.type;

    const response = order(group, { type: 'forceReset' });
    group.elapse(8_000);

    expect(under).toBe('failingOver');
    expect(response).toEqual(DONE);
    expect(flights(group)).toMatchObject({ status: { type: 'online' }, assignment: { epoch: 2 } });
  });
});

describe('REGISTER INSTANCE', () => {
  test('tells MAIN and the new replica, which is not in sync', () => {
    const group = inUse();
    const config = new Map([['bolt_server', 'oc.example:7687']]);

    const response = order(group, { type: 'register', instance: 'oc-1', mode: 'SYNC', config });
    group.elapse(3_000);

    expect(response).toEqual(DONE);
    expect(flights(group)).toMatchObject({
      unconfirmedVersion: undefined,
      assignment: { inSync: ['weur-1', 'enam-1'] },
    });
    expect(group.instance('oc-1')).toMatchObject({ role: 'replica', epoch: 1 });
    expect(group.instance('weur-1').version).toBe(flights(group).assignment.version);
  });

  test('leaves SHOW DATABASES as it is, without the addresses that were given', () => {
    const group = inUse();
    order(group, { type: 'register', instance: 'oc-1', mode: 'SYNC', config: new Map([['bolt_server', 'oc:7687']]) });

    const response = group.ask({ type: 'showDatabases' });

    const instances = response.type === 'databases' ? response.rows[0]?.instances : [];
    expect(instances?.at(-1)).toEqual({ name: 'oc-1', region: 'oc', mode: 'SYNC' });
  });

  test.each([
    { instance: 'enam-1', config: {}, message: "an instance 'enam-1' already" },
    { instance: 'mars-1', config: {}, message: 'a region and a number' },
    { instance: 'oc-1', config: { region: 'weur' }, message: 'stands in oc' },
    { instance: 'oc-1', config: { color: 'red' }, message: "not 'color'" },
    { instance: 'oc-1', config: {}, mode: 'SOMETIMES', message: 'no replication mode' },
  ])('of $instance $config $mode is refused: $message', ({ instance, config, mode, message }) => {
    const command = { type: 'register', instance, mode, config: new Map(Object.entries(config)) } as const;

    const response = order(inUse(), command);

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining(message) });
  });

  test('a MAIN that is told of it does not begin from nothing, even in its first epoch', () => {
    const group = inUse();
    order(group, { type: 'register', instance: 'oc-1', mode: undefined, config: new Map() });

    const assigns = group.instance('weur-1').heard.filter((body) => body.type === 'assign');

    expect(assigns.at(-1)).toMatchObject({ created: false });
  });
});

describe('REGISTER INSTANCE with an upstream', () => {
  const toOc = (mode: string | undefined, upstream: string, instance = 'oc-1') =>
    ({ type: 'register', instance, mode, config: new Map([['upstream', upstream]]) }) as const;

  test('has MAIN know who is to feed the replica, and is forgotten when that one goes', () => {
    const group = inUse();

    expect(order(group, toOc('ASYNC', 'enam-1'))).toEqual(DONE);
    const before = flights(group).assignment.instances.at(-1);
    order(group, { type: 'unregister', instance: 'enam-1' });
    group.elapse(5_000);

    expect(before).toMatchObject({ name: 'oc-1', mode: 'ASYNC', upstream: 'enam-1' });
    expect(flights(group).assignment.instances.at(-1)).not.toHaveProperty('upstream');
  });

  test.each([
    { command: toOc(undefined, 'enam-1'), message: 'only an ASYNC instance can have an upstream' },
    { command: toOc('ASYNC', 'sam-1'), message: "has to be an instance of 'flights'" },
    { command: toOc('ASYNC', 'oc-1'), message: "has to be an instance of 'flights'" },
    { command: toOc('ASYNC', 'oc-1', 'oc-2'), message: 'has no upstream itself' },
  ])('is refused: $message', ({ command, message }) => {
    const group = inUse();
    if (command.instance === 'oc-2') order(group, toOc('ASYNC', 'enam-1'));

    expect(order(group, command)).toMatchObject({ type: 'error', message: expect.stringContaining(message) });
  });

  test('is written in a format that earlier builds refuse', () => {
    const group = inUse();
    order(group, toOc('ASYNC', 'enam-1'));
    const { cluster } = group.state(group.leader ?? 'c-1');

    // A MessagePack array of two: the version, and the content.
    expect(encodeCluster(cluster)[1]).toBe(3);
    expect(decodeCluster(encodeCluster(cluster))).toEqual(cluster);
  });
});

describe('UNREGISTER INSTANCE', () => {
  test('takes a replica out of the in-sync set, and it forgets everything when MAIN has heard', () => {
    const group = inUse();

    const response = order(group, { type: 'unregister', instance: 'enam-1' });
    group.elapse(5_000);

    expect(response).toEqual(DONE);
    expect(flights(group)).toMatchObject({ leaving: [], assignment: { inSync: ['weur-1'] } });
    expect(flights(group).assignment.instances.map(({ name }) => name)).toEqual(['weur-1', 'apac-1']);
    expect(group.instance('enam-1').cluster).toBeUndefined();
  });

  test('the name is free again only when the old one has forgotten everything', () => {
    const group = inUse();
    group.instance('enam-1').reachable = false;
    order(group, { type: 'unregister', instance: 'enam-1' });
    const again = { type: 'register', instance: 'enam-1', mode: undefined, config: new Map() } as const;

    const early = order(group, again);
    group.instance('enam-1').reachable = true;
    group.elapse(5_000);
    const late = order(group, again);

    expect(early).toMatchObject({ type: 'error', message: expect.stringContaining('still being removed') });
    expect(late).toEqual(DONE);
  });

  test('never takes MAIN', () => {
    const response = order(inUse(), { type: 'unregister', instance: 'weur-1' });

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining('SWITCHOVER TO') });
  });
});

describe('coordinator settings', () => {
  test('hold on every coordinator, and after a restart', () => {
    const group = inUse();

    order(group, { type: 'setSetting', name: 'instance_down_timeout_sec', value: '9' });
    group.elapse(1_000);
    for (const member of ['c-1', 'c-2', 'c-3']) group.restart(member);
    group.elapse(4_000);

    expect(rows(group, 'settings')).toContainEqual(['instance_down_timeout_sec', '9']);
    group.instance('weur-1').cluster = 'k1';
    expect(group.renew('weur-1')).toMatchObject({ type: 'lease', leaseMs: 9_000, renewEveryMs: 1_000 });
  });

  test.each([
    ['colour', 'red', 'no coordinator setting'],
    ['global_read_only', 'yes', "'true' or 'false'"],
    ['instance_down_timeout_sec', '0', 'a number of seconds'],
    ['instance_health_check_frequency_sec', '6', "cannot be more than 'instance_down_timeout_sec'"],
    ['max_replica_read_lag', '-1', 'a number of transactions'],
  ])('%s = %s is refused: %s', (name, value, message) => {
    const response = order(inUse(), { type: 'setSetting', name, value });

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining(message) });
  });

  test('a lease that was granted before the time was shortened is waited for by the next leader', () => {
    const group = inUse();
    order(group, { type: 'setSetting', name: 'instance_down_timeout_sec', value: '60' });
    order(group, { type: 'setSetting', name: 'instance_down_timeout_sec', value: '5' });

    expect(group.state(group.leader ?? '').settings).toMatchObject({ leaseMs: 5_000, longestLeaseMs: 60_000 });
  });

  test('global_read_only goes to MAIN, and outlives a failover', () => {
    const group = inUse();

    order(group, { type: 'setSetting', name: 'global_read_only', value: 'true' });
    const before = group.instance('weur-1').heard.findLast((body) => body.type === 'assign');
    order(group, { type: 'switchover', instance: 'enam-1' });
    const after = group.instance('enam-1').heard.findLast((body) => body.type === 'assign');

    expect([before, after]).toMatchObject([{ assignment: { readOnly: true } }, { assignment: { readOnly: true } }]);
  });

  test('a lagging replica is not read from when the lag is bounded', () => {
    const group = inUse();
    group.instance('apac-1').lsn = 4;
    group.ask({ type: 'show', what: 'replicationLag', database: 'flights' });
    const routes = () => rows(group, 'routingTable');
    const before = routes();

    order(group, { type: 'setSetting', name: 'max_replica_read_lag', value: '5' });

    expect(before).toContainEqual(['READ', ['flights@weur-1', 'flights@enam-1', 'flights@apac-1']]);
    expect(routes()).toContainEqual(['READ', ['flights@weur-1', 'flights@enam-1']]);
  });
});

test('YIELD LEADERSHIP makes another coordinator the leader, and the database goes on', () => {
  const group = inUse();
  const before = group.leader;

  const response = order(group, { type: 'yieldLeadership' });

  expect(response).toEqual(DONE);
  expect(group.leader).not.toBe(before);
  expect(group.renew('weur-1')).toMatchObject({ type: 'lease', granted: true });
});

test('SHOW FAILOVERS says what the lost MAIN had written beyond its successor, as far as anybody knows', () => {
  const group = inUse();
  Object.assign(group.instance('weur-1'), { lsn: 12, acknowledgedLsn: 10 });
  group.renew('weur-1');

  group.instance('weur-1').reachable = false;
  group.elapse(12_000);

  expect(rows(group, 'failovers')).toMatchObject([['flights', 'weur-1', 'enam-1', 1, 2, 'down', 2, 'unknown', {}, {}]]);
});

test('SHOW REPLICATION LAG counts transactions behind MAIN', () => {
  const group = inUse();
  group.instance('apac-1').lsn = 4;

  const lag = rows(group, 'replicationLag');

  expect(lag).toContainEqual([
    'apac-1',
    new Map([
      ['flights', new Map(Object.entries({ num_committed_txns: 4, num_txns_behind_main: 6, ms_behind_main: null }))],
    ]),
  ]);
});
