import { describe, expect, test } from 'vitest';
import type { InstanceRow, OperatorCommand, WorkerResponse } from '../../../core/coordinator/request.ts';
import { type Group, groupWithFlights } from './group.ts';

const DONE = { type: 'table', columns: [], rows: [] };

function add(coordinator: number, config: Readonly<Record<string, string>> = { region: 'oc' }): OperatorCommand {
  return { type: 'addCoordinator', coordinator, config: new Map(Object.entries(config)) };
}

function remove(coordinator: number): OperatorCommand {
  return { type: 'removeCoordinator', coordinator };
}

function order(group: Group, command: OperatorCommand): WorkerResponse {
  return group.ask({ type: 'operate', database: undefined, command });
}

function coordinators(group: Group): readonly InstanceRow[] {
  const response = group.ask({ type: 'showInstances', database: undefined });
  if (response.type !== 'instances') throw new Error(JSON.stringify(response));
  return response.rows.filter(({ database }) => database === null);
}

/** Whose voice counts, by the newest log. */
function voters(group: Group): readonly string[] {
  return group.state(group.leader ?? '').raft.voters;
}

/** Has `leader` lead: yields until it does. */
function yieldUntil(group: Group, isWanted: (leader: string | undefined) => boolean): void {
  for (let turn = 0; turn < 10 && !isWanted(group.leader); turn++) order(group, { type: 'yieldLeadership' });
}

describe('ADD COORDINATOR', () => {
  test('is done when the new one votes, and everybody is told of it with each answer', () => {
    const group = groupWithFlights();

    const response = order(group, add(4, { region: 'oc', bolt_server: 'four:7687' }));

    expect(response).toMatchObject(DONE);
    expect(response.coordinators?.members.map(({ name, region }) => `${name} ${region}`)).toEqual([
      'c-1 weur',
      'c-2 enam',
      'c-3 apac',
      'c-4 oc',
    ]);
    expect(voters(group)).toEqual(['c-1', 'c-2', 'c-3', 'c-4']);
    expect(coordinators(group).at(-1)).toMatchObject({
      name: 'c-4',
      region: 'oc',
      role: 'follower',
      health: 'up',
      bolt_server: 'four:7687',
    });
  });

  test('says that the new one does not vote yet when it does not answer, shows it as a learner, and takes no other change', () => {
    const group = groupWithFlights();
    group.cut.add('c-4');

    const id = group.askOne(group.leader ?? '', { type: 'operate', database: undefined, command: add(4) });
    group.elapse(8_000);
    const response = group.responses.get(id);
    const row = coordinators(group).at(-1);
    const other = order(group, add(5));
    const undone = order(group, remove(4));

    expect(response).toMatchObject({ type: 'error', message: expect.stringContaining('as soon as it is level') });
    expect(row).toMatchObject({ name: 'c-4', role: 'learner', health: 'down' });
    expect(other).toMatchObject({
      code: 'Neo.TransientError.General.DatabaseUnavailable',
      message: 'Coordinator 4 is not level with the others yet. Try again.',
    });
    expect(undone).toMatchObject(DONE);
    expect(coordinators(group).map(({ name }) => name)).toEqual(['c-1', 'c-2', 'c-3']);
  });

  test('goes on under the next leader', () => {
    const group = groupWithFlights();
    group.cut.add('c-4');
    order(group, add(4));

    group.cut.add(group.leader ?? '');
    group.cut.delete('c-4');
    group.elapse(10_000);

    expect(voters(group)).toContain('c-4');
  });

  test.each([
    { why: 'a number that is there', command: add(2), message: 'there is a coordinator 2 already.' },
    { why: 'a number below 1', command: add(0), message: "a coordinator's number is from 1 to 999999." },
    {
      why: 'no region',
      command: add(4, {}),
      message: 'CONFIG has to say where it is to stand, such as {"region": "weur"}.',
    },
    { why: 'an unknown region', command: add(4, { region: 'moon' }), message: /^'moon' is no region; there are wnam/ },
    {
      why: 'an unknown key',
      command: add(4, { region: 'oc', port: '1' }),
      message: "CONFIG knows region, bolt_server, coordinator_server, management_server, not 'port'.",
    },
  ])('refuses $why', ({ command, message }) => {
    const response = order(groupWithFlights(), command);

    expect(response).toMatchObject({ type: 'error', code: 'Neo.ClientError.Statement.ArgumentError' });
    expect('message' in response && response.message).toMatch(message);
  });

  test('refuses more than seven', () => {
    const group = groupWithFlights();
    for (const number of [4, 5, 6, 7]) expect(order(group, add(number))).toMatchObject(DONE);

    const response = order(group, add(8));

    expect(response).toMatchObject({ message: 'there are 7 coordinators, and more are none the safer.' });
  });
});

describe('REMOVE COORDINATOR', () => {
  test('leaves the others, for whom it is needed no more', () => {
    const group = groupWithFlights();
    yieldUntil(group, (leader) => leader !== 'c-3');

    const response = order(group, remove(3));
    group.cut.add('c-3');

    expect(response).toMatchObject(DONE);
    expect(voters(group)).toEqual(['c-1', 'c-2']);
    expect(order(group, add(4))).toMatchObject(DONE);
  });

  test('refuses an unknown one, the leader, the only one, and a number that was removed comes back no more', () => {
    const group = groupWithFlights();
    yieldUntil(group, (leader) => leader === 'c-1');

    const unknown = order(group, remove(9));
    const leader = order(group, remove(1));
    order(group, remove(2));
    order(group, remove(3));
    const only = order(group, remove(1));
    const again = order(group, add(3));

    expect(unknown).toMatchObject({ message: 'there is no coordinator 9.' });
    expect(leader).toMatchObject({ message: 'coordinator 1 leads: YIELD LEADERSHIP first.' });
    expect(only).toMatchObject({ message: 'without coordinator 1 there would be none.' });
    expect(again).toMatchObject({ message: '3 was a coordinator before, and its number is not given again.' });
  });

  test('whoever was removed tells who is there instead, also after a restart', () => {
    const group = groupWithFlights();
    yieldUntil(group, (leader) => leader !== 'c-3');
    order(group, add(4));
    order(group, remove(3));
    group.elapse(1_000);

    group.restart('c-3');
    const id = group.askOne('c-3', { type: 'showDatabases' });

    const response = group.responses.get(id);
    expect(response).toMatchObject({ type: 'notLeader' });
    expect(response?.coordinators?.members.map(({ name }) => name)).toEqual(['c-1', 'c-2', 'c-4']);
  });
});

test('a whole group is replaced, and the database goes on under the new one', () => {
  const group = groupWithFlights();

  for (const [gone, come] of [
    [1, 4],
    [2, 5],
    [3, 6],
  ] as const) {
    expect(order(group, add(come))).toMatchObject(DONE);
    yieldUntil(group, (leader) => leader !== `c-${gone}`);
    expect(order(group, remove(gone))).toMatchObject(DONE);
    group.elapse(500);
    group.cut.add(`c-${gone}`);
  }

  expect(voters(group)).toEqual(['c-4', 'c-5', 'c-6']);
  expect(group.renew('weur-1')).toMatchObject({ type: 'lease', granted: true });
});

describe('UPDATE CONFIG FOR COORDINATOR', () => {
  test('changes what is shown, and nothing else', () => {
    const group = groupWithFlights();
    const config = new Map([['bolt_server', 'two:7687']]);

    const response = order(group, { type: 'updateCoordinator', coordinator: 2, config });

    expect(response).toMatchObject(DONE);
    expect(coordinators(group)[1]).toMatchObject({ name: 'c-2', bolt_server: 'two:7687', region: 'enam' });
    expect(voters(group)).toEqual(['c-1', 'c-2', 'c-3']);
  });

  test('takes nothing but bolt_server', () => {
    const config = new Map([['region', 'oc']]);

    const response = order(groupWithFlights(), { type: 'updateCoordinator', coordinator: 2, config });

    expect(response).toMatchObject({ message: "only 'bolt_server' can be changed." });
  });
});
