import { describe, expect, test } from 'vitest';
import { FakeCluster } from './fake-cluster.ts';

const PLACE = '/db/flights@enam-1/query/v2';

function errorOf(text: string): { code: string; message: string } {
  return JSON.parse(text).errors[0];
}

function manualCluster(): FakeCluster {
  const cluster = new FakeCluster();
  cluster.isManual = true;
  return cluster;
}

describe('where roles are given by hand', () => {
  test.each([
    ['SET REPLICATION ROLE TO MAIN', { type: 'becomeMain' }],
    ['SET REPLICATION ROLE TO REPLICA WITH PORT 10000', { type: 'becomeReplica' }],
    ['REGISTER REPLICA r ASYNC TO "apac-1"', { type: 'registerReplica', name: 'r', mode: 'ASYNC', endpoint: 'apac-1' }],
    ['DROP REPLICA r', { type: 'dropReplica', name: 'r' }],
    ['SHOW REPLICAS', { type: 'showReplicas' }],
  ])('%s goes to the instance that is named', async (statement, command) => {
    const cluster = manualCluster();

    const { status, headers } = await cluster.post({ statement }, { path: PLACE });

    expect(status).toBe(202);
    expect(headers.get('skein-served-by')).toBe('enam-1 replica enam');
    expect(cluster.replicated).toEqual([{ instance: 'enam-1', command }]);
    expect(cluster.asked).toEqual([]);
  });

  test('SHOW REPLICATION ROLE is a table of the instance itself', async () => {
    const { text } = await manualCluster().post({ statement: 'SHOW REPLICATION ROLE' }, { path: PLACE });

    expect(JSON.parse(text).data).toEqual({ fields: ['replication role'], values: [['replica']] });
  });

  test.each(['SET REPLICATION ROLE TO MAIN', 'SHOW REPLICATION ROLE', 'RETURN 1', 'CREATE (n)'])(
    '%s without the name of an instance is refused, with the names that there are',
    async (statement) => {
      const cluster = manualCluster();

      const { text } = await cluster.post({ statement });

      expect(errorOf(text)).toMatchObject({ code: 'Neo.ClientError.Statement.NotSupported' });
      expect(errorOf(text).message).toContain('flights@weur-1, flights@enam-1, flights@apac-1');
      expect(cluster.executed).toEqual([]);
    },
  );

  test('a transaction of several requests needs a name too, and so does a live query', async () => {
    const cluster = manualCluster();

    const { text } = await cluster.post({ statement: 'RETURN 1' }, { path: '/db/flights/query/v2/tx' });
    const live = await cluster.app().request('/db/flights/live', {
      headers: { upgrade: 'websocket', 'sec-websocket-protocol': 'sub.v1' },
    });

    expect(errorOf(text).message).toContain('given by hand');
    expect(await live.text()).toContain('closed with');
  });

  test('statements go to the instance that is named', async () => {
    const cluster = manualCluster();

    await cluster.post({ statement: 'RETURN 1' }, { path: PLACE });

    expect(cluster.executed).toEqual(['enam-1: RETURN 1']);
  });

  test('what the instance refuses is told as it said it, and silence is told as silence', async () => {
    const cluster = manualCluster();
    cluster.behaviours.set('enam-1', { fail: 'Neo.ClientError.Statement.ArgumentError' });
    const refused = await cluster.post({ statement: 'SET REPLICATION ROLE TO MAIN' }, { path: PLACE });
    cluster.behaviours.set('enam-1', 'lose');

    const lost = await cluster.post({ statement: 'SET REPLICATION ROLE TO MAIN' }, { path: PLACE });

    expect(errorOf(refused.text).code).toBe('Neo.ClientError.Statement.ArgumentError');
    expect(errorOf(lost.text).code).toBe('Neo.TransientError.General.DatabaseUnavailable');
  });
});

test('where coordinators give the roles, the error says what to do', async () => {
  const cluster = new FakeCluster();

  const { text } = await cluster.post({ statement: 'REGISTER REPLICA r SYNC TO "enam-1"' });

  expect(errorOf(text).code).toBe('Neo.ClientError.Statement.NotSupported');
  expect(errorOf(text).message).toContain('REGISTER INSTANCE');
});

describe('an instance that is named, while no coordinator answers', () => {
  test('is reached all the same, since its name says where it is', async () => {
    const cluster = new FakeCluster();
    cluster.leader = undefined;

    const { status } = await cluster.post({ statement: 'RETURN 1' }, { path: PLACE });

    expect(status).toBe(202);
    expect(cluster.executed).toEqual(['enam-1: RETURN 1']);
  });

  test('with a name that says nothing is not found', async () => {
    const cluster = new FakeCluster();
    cluster.leader = undefined;

    const { text } = await cluster.post({ statement: 'RETURN 1' }, { path: '/db/flights@mars-1/query/v2' });

    expect(errorOf(text).code).toBe('Neo.ClientError.Database.DatabaseNotFound');
  });
});
