import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { GraphError } from '../../core/error.ts';
import type { Answer, StatementCall } from '../../worker/answer.ts';
import { FakeCluster } from './fake-cluster.ts';

beforeEach(() => {
  vi.useFakeTimers();
});

afterEach(() => {
  vi.useRealTimers();
});

function call(changes: Partial<StatementCall> = {}): StatementCall {
  return {
    database: 'flights',
    instance: undefined,
    statement: 'RETURN 1',
    parameters: new Map(),
    accessMode: undefined,
    bookmarks: [],
    readLevel: 'nearest',
    deadlineMs: 30_000,
    region: 'weur',
    ...changes,
  };
}

/** The answer, or the error, however long the clock has to run for it. */
async function settle(answer: Promise<Answer>): Promise<Answer | GraphError> {
  const settled = answer.catch((error: GraphError) => error);
  await vi.runAllTimersAsync();
  return settled;
}

describe('a read', () => {
  test.each([
    { region: 'weur', instance: 'weur-1' },
    { region: 'wnam', instance: 'enam-1' },
    { region: 'oc', instance: 'apac-1' },
  ])('from $region goes to $instance', async ({ region, instance }) => {
    const cluster = new FakeCluster();

    await settle(cluster.router().run(call({ region }), 'read'));

    expect(cluster.executed).toEqual([`${instance}: RETURN 1`]);
  });

  test('leaves out an instance that the coordinators hold for dead', async () => {
    const cluster = new FakeCluster();
    cluster.down.add('apac-1');

    await settle(cluster.router().run(call({ region: 'apac' }), 'read'));

    expect(cluster.executed).toEqual(['weur-1: RETURN 1']);
  });

  test.each([{ behaviour: 'lose' }, { behaviour: { retry: 'unreachable' } }] as const)(
    'whose instance fails ($behaviour) falls to the next nearest, and the coordinators hear of it',
    async ({ behaviour }) => {
      const cluster = new FakeCluster();
      cluster.behaviours.set('apac-1', behaviour);

      await settle(cluster.router().run(call({ region: 'apac' }), 'read'));

      expect(cluster.executed).toEqual(['weur-1: RETURN 1']);
      expect(cluster.reported).toEqual(['apac-1']);
    },
  );

  test('leaves an instance that is silent once the coordinators have lost it too', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('apac-1', 'hang');
    const answer = cluster.router().run(call({ region: 'apac' }), 'read');
    await vi.advanceTimersByTimeAsync(1_000);
    cluster.down.add('apac-1');

    await settle(answer);

    expect(cluster.executed).toEqual(['weur-1: RETURN 1']);
  });

  test('goes to MAIN when the replica does not reach the bookmark', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('apac-1', { fail: 'Neo.TransientError.Transaction.BookmarkTimeout' });

    await settle(cluster.router().run(call({ region: 'apac', bookmarks: ['FB:9'] }), 'read'));

    expect(cluster.executed).toEqual(['weur-1: RETURN 1']);
  });

  test('that kills whoever runs it is not tried on everyone', async () => {
    const cluster = new FakeCluster();
    for (const region of ['wnam', 'sam', 'oc', 'me']) cluster.regions.set(`${region}-1`, region);
    for (const name of cluster.regions.keys()) cluster.behaviours.set(name, 'lose');

    const error = await settle(cluster.router().run(call(), 'read'));

    expect(error).toMatchObject({ code: 'Neo.TransientError.General.DatabaseUnavailable' });
    expect(cluster.reported).toHaveLength(3);
  });

  test('an error of the statement itself is the answer, and is not tried elsewhere', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', { fail: 'Neo.ClientError.Statement.TypeError' });

    const answer = await settle(cluster.router().run(call(), 'read'));

    expect(answer).toMatchObject({ ok: false, error: { code: 'Neo.ClientError.Statement.TypeError' } });
    expect(cluster.executed).toEqual([]);
  });

  test('does not wait for a frozen coordinator where another one knows the topology', async () => {
    const cluster = new FakeCluster();
    cluster.leader = 'default/coordinator/2';
    cluster.frozen.add('default/coordinator/1');
    const answer = cluster.router().run(call({ region: 'weur' }), 'read');

    await vi.advanceTimersByTimeAsync(500);

    expect(await answer).toMatchObject({ ok: true });
  });

  test('goes on from what is known while no coordinator answers', async () => {
    const cluster = new FakeCluster();
    const router = cluster.router();
    await settle(router.run(call(), 'read'));
    cluster.leader = undefined;
    await vi.advanceTimersByTimeAsync(60_000);

    await settle(router.run(call(), 'read'));

    expect(cluster.executed).toHaveLength(2);
  });
});

describe('a linearizable read', () => {
  const fresh = { accessMode: 'read', readLevel: 'linearizable' } as const;

  test('goes to MAIN from everywhere, and says what it is', async () => {
    const cluster = new FakeCluster();

    await settle(cluster.router().run(call({ ...fresh, region: 'apac' }), 'read'));

    expect(cluster.executed).toEqual(['weur-1: RETURN 1']);
    expect(cluster.requests).toMatchObject([{ accessMode: 'read', readLevel: 'linearizable' }]);
  });

  test('is sent again to the next MAIN when the connection to the first was lost, since it changes nothing', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', 'lose');
    const answer = cluster.router().run(call(fresh), 'read');
    await vi.advanceTimersByTimeAsync(100);
    cluster.main = 'enam-1';

    expect(await settle(answer)).toMatchObject({ ok: true });
    expect(cluster.executed).toEqual(['enam-1: RETURN 1']);
    expect(cluster.reported).toEqual(['weur-1']);
  });

  test('leaves a MAIN that is silent when there is another one', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', 'hang');
    const answer = cluster.router().run(call(fresh), 'read');
    await vi.advanceTimersByTimeAsync(1_000);
    cluster.main = 'enam-1';

    await settle(answer);

    expect(cluster.executed).toEqual(['enam-1: RETURN 1']);
  });

  test('that kills every MAIN is given up', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', 'lose');

    const error = await settle(cluster.router().run(call(fresh), 'read'));

    expect(error).toMatchObject({ code: 'Neo.TransientError.General.DatabaseUnavailable' });
    expect(cluster.reported).toHaveLength(3);
  });

  test('at one instance is an error when that is not MAIN', async () => {
    const cluster = new FakeCluster();

    const error = await settle(cluster.router().run(call({ ...fresh, instance: 'enam-1' }), 'read'));

    expect(error).toMatchObject({ code: 'Neo.ClientError.Cluster.NotALeader' });
  });
});

describe('a write', () => {
  test('goes to MAIN from everywhere', async () => {
    const cluster = new FakeCluster();

    await settle(cluster.router().run(call({ region: 'apac', statement: 'CREATE (n)' }), 'write'));

    expect(cluster.executed).toEqual(['weur-1: CREATE (n)']);
  });

  test('finds the new MAIN by itself when the cached one says it no longer is', async () => {
    const cluster = new FakeCluster();
    const router = cluster.router();
    await settle(router.run(call(), 'read'));
    cluster.main = 'enam-1';

    await settle(router.run(call({ statement: 'CREATE (n)' }), 'write'));

    expect(cluster.executed.at(-1)).toBe('enam-1: CREATE (n)');
  });

  test('is kept from a MAIN that the coordinators hold for dead, has them ask it again, and goes to it when it is back', async () => {
    const cluster = new FakeCluster();
    cluster.down.add('weur-1');
    const answer = cluster.router().run(call({ statement: 'CREATE (n)' }), 'write');
    await vi.advanceTimersByTimeAsync(1_000);
    const executedMeanwhile = [...cluster.executed];
    cluster.down.clear();
    await vi.advanceTimersByTimeAsync(1_000);

    await answer;

    expect(executedMeanwhile).toEqual([]);
    expect(cluster.reported).toContain('weur-1');
    expect(cluster.executed).toEqual(['weur-1: CREATE (n)']);
  });

  test('waits out a failover', async () => {
    const cluster = new FakeCluster();
    cluster.main = undefined;
    const answer = cluster.router().run(call({ statement: 'CREATE (n)' }), 'write');
    await vi.advanceTimersByTimeAsync(6_000);
    cluster.main = 'enam-1';

    await settle(answer);

    expect(cluster.executed).toEqual(['enam-1: CREATE (n)']);
  });

  test('gives up after a while, and says that nothing was executed', async () => {
    const cluster = new FakeCluster();
    cluster.main = undefined;

    const error = await settle(cluster.router().run(call({ statement: 'CREATE (n)' }), 'write'));

    expect(error).toMatchObject({ code: 'Neo.TransientError.General.DatabaseUnavailable' });
    expect((error as GraphError).message).toContain('not executed');
  });

  test('whose connection breaks is unknown, and is not sent again', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', 'lose');

    const error = await settle(cluster.router().run(call({ statement: 'CREATE (n)' }), 'write'));

    expect(error).toMatchObject({ gqlStatus: '08007' });
    expect(cluster.reported).toEqual(['weur-1']);
    expect(cluster.executed).toEqual([]);
  });

  test('whose MAIN is silent is reported after a while, and unknown once there is another MAIN', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', 'hang');
    const answer = cluster.router().run(call({ statement: 'CREATE (n)' }), 'write');
    await vi.advanceTimersByTimeAsync(1_900);
    expect(cluster.reported).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(cluster.reported).toEqual(['weur-1']);
    await vi.advanceTimersByTimeAsync(900);
    cluster.main = 'enam-1';

    const error = await settle(answer);

    expect(error).toMatchObject({ gqlStatus: '08007' });
    expect(cluster.executed).toEqual([]);
  });

  test('addressed to a replica is refused and changes nothing', async () => {
    const cluster = new FakeCluster();

    const error = await settle(cluster.router().run(call({ instance: 'enam-1', statement: 'CREATE (n)' }), 'write'));

    expect(error).toMatchObject({ code: 'Neo.ClientError.Cluster.NotALeader' });
    expect(cluster.executed).toEqual([]);
  });
});

describe('the topology', () => {
  test('is asked for once and then believed for a while', async () => {
    const cluster = new FakeCluster();
    const router = cluster.router();

    for (let count = 0; count < 5; count++) await settle(router.run(call(), 'read'));
    const questionsWhileYoung = cluster.topologyQuestions;
    await vi.advanceTimersByTimeAsync(10_000);
    await settle(router.run(call(), 'read'));

    expect(questionsWhileYoung).toBe(1);
    expect(cluster.topologyQuestions).toBe(2);
  });

  test('is waited for while the coordinators elect their leader', async () => {
    const cluster = new FakeCluster();
    cluster.leader = undefined;
    const answer = cluster.router().run(call(), 'read');
    await vi.advanceTimersByTimeAsync(3_000);
    cluster.leader = 'default/coordinator/2';

    await settle(answer);

    expect(cluster.executed).toEqual(['weur-1: RETURN 1']);
  });
});
