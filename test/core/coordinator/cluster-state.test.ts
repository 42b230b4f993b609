import { decode, encode } from '@msgpack/msgpack';
import { describe, expect, test } from 'vitest';
import { apply, type ClusterState, type Command, EMPTY_CLUSTER } from '../../../core/coordinator/cluster-state.ts';
import { decodeCluster, decodeCommand, encodeCluster, encodeCommand } from '../../../core/coordinator/command-codec.ts';
import { validLsn } from '../../../core/replication/assignment.ts';

const CREATE: Command = {
  type: 'createDatabase',
  database: 'flights',
  cluster: 'k1',
  instances: [
    { name: 'weur-1', region: 'weur', mode: 'SYNC' },
    { name: 'enam-1', region: 'enam', mode: 'SYNC' },
    { name: 'apac-1', region: 'apac', mode: 'ASYNC' },
  ],
  coordinators: ['c-1'],
};
const OF = { database: 'flights', cluster: 'k1' } as const;
const FAIL: Command = {
  type: 'beginFailover',
  ...OF,
  epoch: 1,
  toEpoch: 2,
  choice: { type: 'best' },
  reason: 'down',
  atMs: 1_000,
};
const END = { atMs: 3_500, lost: { atLeast: 2, atMost: null } } as const;

function stateAfter(...commands: Command[]): ClusterState {
  return commands.reduce((state, command) => apply(state, command).state, EMPTY_CLUSTER);
}

describe('a command', () => {
  test('creates a database whose MAIN and SYNC instances are in sync, since all are empty', () => {
    const { assignment } = stateAfter(CREATE).databases.get('flights') ?? {};

    expect(assignment).toMatchObject({ epoch: 1, version: 1, main: 'weur-1', inSync: ['weur-1', 'enam-1'] });
  });

  test('raises the version even when it changes nothing, so that a late one is void', () => {
    const remove = { type: 'changeInSync', ...OF, epoch: 1, change: 'remove', instance: 'enam-1' } as const;
    const state = stateAfter(CREATE, { ...remove, version: 1 }, { ...remove, version: 2 });

    const late = apply(state, { ...remove, change: 'add', version: 2 });

    expect(state.databases.get('flights')?.assignment).toMatchObject({ version: 3, inSync: ['weur-1'] });
    expect(late.result).toMatchObject({ done: false, refusal: 'version' });
  });

  const change = { type: 'changeInSync', ...OF, epoch: 1, version: 1, change: 'remove', instance: 'enam-1' } as const;
  test.each<{ what: string; before: Command[]; command: Command; refusal: string }>([
    { what: 'a database that exists', before: [], command: CREATE, refusal: 'exists' },
    {
      what: 'a database of another cluster',
      before: [],
      command: { ...change, cluster: 'k2' },
      refusal: 'unknownDatabase',
    },
    { what: 'an epoch that is over', before: [], command: { ...change, epoch: 0 }, refusal: 'epoch' },
    { what: 'a version that is over', before: [], command: { ...change, version: 0 }, refusal: 'version' },
    { what: 'a failover that runs', before: [FAIL], command: change, refusal: 'failingOver' },
    { what: 'MAIN itself', before: [], command: { ...change, instance: 'weur-1' }, refusal: 'main' },
    {
      what: 'an instance that is not there',
      before: [],
      command: { ...change, instance: 'x-1' },
      refusal: 'unknownInstance',
    },
    {
      what: 'an ASYNC replica',
      before: [],
      command: { ...change, change: 'add', instance: 'apac-1' },
      refusal: 'async',
    },
    {
      what: 'an abort that rests on a version that is over',
      before: [],
      command: { type: 'abort', ...OF, epoch: 1, version: 0, afterLsn: 3 },
      refusal: 'version',
    },
    {
      what: 'an abort while a failover runs',
      before: [FAIL],
      command: { type: 'abort', ...OF, epoch: 1, version: 1, afterLsn: 3 },
      refusal: 'failingOver',
    },
    {
      what: 'a strict instance beside SYNC ones',
      before: [],
      command: { type: 'addInstance', ...OF, instance: { name: 'oc-1', region: 'oc', mode: 'STRICT_SYNC' } },
      refusal: 'mixedModes',
    },
    { what: 'a second failover', before: [FAIL], command: FAIL, refusal: 'failingOver' },
    {
      what: 'the end of a failover that never began',
      before: [],
      command: { type: 'completeFailover', ...OF, epoch: 2, main: 'enam-1', inSync: [], ...END },
      refusal: 'notFailingOver',
    },
    {
      what: 'a MAIN from outside the in-sync set',
      before: [FAIL],
      command: { type: 'completeFailover', ...OF, epoch: 2, main: 'apac-1', inSync: [], ...END },
      refusal: 'unknownInstance',
    },
    {
      what: 'a database that is being dropped',
      before: [{ type: 'dropDatabase', ...OF }],
      command: CREATE,
      refusal: 'dropping',
    },
  ])('is refused: $what', ({ before, command, refusal }) => {
    const state = stateAfter(CREATE, ...before);

    const outcome = apply(state, command);

    expect(outcome.result).toMatchObject({ done: false, refusal });
    expect(outcome.state).toBe(state);
  });

  test('completes a failover: next epoch, new MAIN, only who answered is in sync, and nobody has been told', () => {
    const state = stateAfter(CREATE, FAIL, {
      type: 'completeFailover',
      ...OF,
      epoch: 2,
      main: 'enam-1',
      inSync: ['enam-1'],
      ...END,
    });

    expect(state.databases.get('flights')).toMatchObject({
      status: { type: 'online' },
      told: [],
      assignment: { epoch: 2, version: 2, main: 'enam-1', inSync: ['enam-1'] },
    });
  });

  test('aborts: the same MAIN and in-sync set in the next epoch, and only those cuts that no other covers', () => {
    const abort = (epoch: number, afterLsn: number): Command => ({
      type: 'abort',
      ...OF,
      epoch,
      version: epoch,
      afterLsn,
    });

    const state = stateAfter(CREATE, abort(1, 7), abort(2, 9), abort(3, 8));

    expect(state.databases.get('flights')).toMatchObject({
      status: { type: 'online' },
      told: [],
      failovers: [],
      assignment: {
        epoch: 4,
        main: 'weur-1',
        inSync: ['weur-1', 'enam-1'],
        aborts: [
          { epoch: 1, afterLsn: 7 },
          { epoch: 3, afterLsn: 8 },
        ],
      },
    });
  });

  test.each([
    { epoch: 1, lsn: 6, valid: 6 },
    { epoch: 1, lsn: 9, valid: 7 },
    { epoch: 2, lsn: 12, valid: 9 },
    { epoch: 3, lsn: 9, valid: 9 },
    { epoch: 4, lsn: 12, valid: 12 },
  ])(
    'of a log that ends in epoch $epoch at lsn $lsn, lsn $valid is valid after two aborts',
    ({ epoch, lsn, valid }) => {
      const aborts = [
        { epoch: 1, afterLsn: 7 },
        { epoch: 3, afterLsn: 9 },
      ];

      expect(validLsn({ aborts }, { epoch, lsn })).toBe(valid);
    },
  );

  test('removes a dropped database when every instance has forgotten it', () => {
    const told = { type: 'told', what: 'dropped', ...OF, epoch: 1 } as const;
    const dropping = stateAfter(CREATE, { type: 'dropDatabase', ...OF }, { ...told, instances: ['weur-1', 'apac-1'] });

    expect(dropping.databases.get('flights')?.told).toEqual(['weur-1', 'apac-1']);
    expect(apply(dropping, { ...told, instances: ['enam-1'] }).state.databases.size).toBe(0);
  });

  test('that an instance was assigned does not count as dropped', () => {
    const dropping = stateAfter(CREATE, { type: 'dropDatabase', ...OF });

    const outcome = apply(dropping, { type: 'told', what: 'assigned', ...OF, epoch: 1, instances: ['weur-1'] });

    expect(outcome.result.done).toBe(false);
  });
});

describe('in bytes', () => {
  const register: Command = { type: 'addInstance', ...OF, instance: { name: 'oc-1', region: 'oc', mode: 'SYNC' } };
  const setting: Command = { type: 'setSetting', name: 'global_read_only', value: 'true' };

  test.each([
    [CREATE],
    [FAIL],
    [register],
    [setting],
    [{ type: 'abort', ...OF, epoch: 1, version: 1, afterLsn: 3 } as Command],
    [{ type: 'completeFailover', ...OF, epoch: 2, main: 'a', inSync: [], ...END } as Command],
  ])('a command comes back: %o', (command) => {
    expect(decodeCommand(encodeCommand(command))).toEqual(command);
  });

  test.each([
    { what: 'a failover that runs', commands: [CREATE, FAIL], version: 1 },
    { what: 'a setting', commands: [CREATE, setting], version: 2 },
    { what: 'an instance that has come', commands: [CREATE, register], version: 2 },
  ])('the state comes back with $what, in version $version', ({ commands, version }) => {
    const state = stateAfter(...commands);

    const bytes = encodeCluster(state);

    expect(decodeCluster(bytes)).toEqual(state);
    expect((decode(bytes) as unknown[])[0]).toBe(version);
  });

  test('what the first version wrote is read', () => {
    const { choice, reason, atMs, ...before } = FAIL as Extract<Command, { type: 'beginFailover' }>;
    const { leaving, unconfirmedVersion, failovers, ...database } = [...stateAfter(CREATE).databases.values()][0] ?? {};
    const failing = { ...database, status: { type: 'failingOver', toEpoch: 2, from: 'weur-1' } };

    const command = decodeCommand(encode([1, before]));
    const state = decodeCluster(encode([1, [failing]]));

    expect([choice, reason, atMs, leaving, unconfirmedVersion, failovers]).toEqual([
      { type: 'best' },
      'down',
      1_000,
      [],
      undefined,
      [],
    ]);
    expect(command).toEqual({ ...FAIL, atMs: 0 });
    expect(state.databases.get('flights')).toMatchObject({
      status: { type: 'failingOver', choice: { type: 'best' }, reason: 'down' },
      leaving: [],
      failovers: [],
    });
  });
});
