import { describe, expect, test } from 'vitest';
import type { WorkerResponse } from '../../core/coordinator/request.ts';
import type { CoordinatorGroup } from '../../core/replication/coordinator-group.ts';
import { coordinatorAddresses } from '../../durable/names.ts';
import { Coordinators } from '../../worker/coordinators.ts';

const NAME = 'default/coordinator/';

/** A group as the log made it at `index`, of coordinators given by number and region. */
function group(index: number, ...members: readonly (readonly [number: number, region: string])[]): CoordinatorGroup {
  return { index, members: members.map(([number, region]) => ({ name: NAME + number, region })) };
}

/** Coordinators that answer as the test says; whoever is not there cannot be reached. */
function scripted(answers: Readonly<Record<number, WorkerResponse>>) {
  const asked: string[] = [];
  const coordinators = new Coordinators({
    seeds: coordinatorAddresses('weur,enam,apac'),
    coordinator: ({ name, region }) => ({
      ask: async () => {
        const number = Number(name.slice(NAME.length));
        asked.push(`${number} ${region}`);
        const answer = answers[number];
        if (answer === undefined) throw new Error('Network connection lost.');
        return answer;
      },
    }),
  });
  return { coordinators, asked };
}

const ROWS = { type: 'databases', rows: [] } as const;
const notLeader = (coordinators: CoordinatorGroup, leader?: number) =>
  ({ type: 'notLeader', leader: leader && NAME + leader, coordinators }) as WorkerResponse;

describe('the coordinators of today', () => {
  test('are found through one of the first ones that was removed, when the others are gone', async () => {
    const today = group(50, [4, 'oc'], [5, 'afr'], [6, 'me']);
    const { coordinators, asked } = scripted({ 3: notLeader(today, 5), 5: { ...ROWS, coordinators: today } });

    const reply = await coordinators.ask({ type: 'showDatabases' }, 'weur');

    expect(reply.type).toBe('databases');
    expect(asked).toEqual(['1 weur', '2 enam', '3 apac', '5 afr']);
    expect(coordinators.leader).toEqual({ name: `${NAME}5`, region: 'afr' });
  });

  test('are found from one former member to the next, however many changes each has missed', async () => {
    const { coordinators } = scripted({
      1: notLeader(group(10, [1, 'weur'], [2, 'enam'], [4, 'oc'])),
      4: notLeader(group(30, [4, 'oc'], [5, 'afr'], [6, 'me'])),
      6: notLeader(group(60, [6, 'me'], [7, 'sam'], [8, 'eeur'])),
      8: ROWS,
    });

    const reply = await coordinators.ask({ type: 'showDatabases' }, 'weur');

    expect(reply.type).toBe('databases');
  });

  test('are remembered, and asked before those of the beginning', async () => {
    const today = group(50, [4, 'oc'], [5, 'afr']);
    const { coordinators, asked } = scripted({ 1: notLeader(today), 4: { ...ROWS, coordinators: today }, 5: ROWS });
    await coordinators.ask({ type: 'showDatabases' }, 'weur');
    asked.length = 0;

    await coordinators.ask({ type: 'showDatabases' }, 'weur');

    expect(asked).toEqual(['5 afr']);
    expect(coordinators.known.map(({ name }) => name)).toEqual([4, 5, 1, 2, 3].map((number) => NAME + number));
  });

  test('are not taken for what they were before', async () => {
    const today = group(50, [4, 'oc']);
    const { coordinators } = scripted({
      1: notLeader(today),
      2: notLeader(group(20, [1, 'weur'], [2, 'enam'])),
      4: ROWS,
    });

    await coordinators.ask({ type: 'showDatabases' }, 'enam');

    expect(coordinators.known[0]?.name).toBe(`${NAME}4`);
  });
});

describe('SKEIN_COORDINATORS', () => {
  test('numbers coordinators by their place, or names the number', () => {
    expect(coordinatorAddresses('weur, 4:oc,7:afr')).toEqual([
      { name: `${NAME}1`, region: 'weur' },
      { name: `${NAME}4`, region: 'oc' },
      { name: `${NAME}7`, region: 'afr' },
    ]);
  });

  test.each(['moon', '4:', 'weur,,enam', '0:weur', '2:weur,enam'])('%s is a mistake', (seeds) => {
    expect(() => coordinatorAddresses(seeds)).toThrow('SKEIN_COORDINATORS');
  });
});
