import { describe, expect, test } from 'vitest';
import { FakeCluster } from './fake-cluster.ts';

function errorOf(text: string): { code: string; message: string } {
  return JSON.parse(text).errors[0];
}

describe('commands on the cluster', () => {
  test.each([
    ['SWITCHOVER TO enam-1', { type: 'switchover', instance: 'enam-1' }],
    ['SET INSTANCE enam-1 TO MAIN', { type: 'setMain', instance: 'enam-1' }],
    [
      "SET COORDINATOR SETTING 'global_read_only' TO 'true'",
      { type: 'setSetting', name: 'global_read_only', value: 'true' },
    ],
    ['YIELD LEADERSHIP', { type: 'yieldLeadership' }],
  ])('%s goes to the coordinators, with the database it was asked on', async (statement, command) => {
    const cluster = new FakeCluster();

    const { status } = await cluster.post({ statement });

    expect(status).toBe(202);
    expect(cluster.asked).toEqual([{ type: 'operate', database: 'flights', command }]);
    expect(cluster.executed).toEqual([]);
  });

  test('are found through whichever coordinator answers', async () => {
    const cluster = new FakeCluster();
    cluster.leader = 'default/coordinator/2';

    const { status, headers } = await cluster.post({ statement: 'SHOW COORDINATOR SETTINGS' });

    expect(status).toBe(202);
    expect(headers.get('skein-served-by')).toBe('default/coordinator/2 leader enam');
  });

  test('make the router look for MAIN anew', async () => {
    const cluster = new FakeCluster();
    const app = cluster.app({ development: true });
    await cluster.post({ statement: 'CREATE (n)' }, { app });
    cluster.main = 'enam-1';

    await cluster.post({ statement: 'SWITCHOVER TO enam-1' }, { app });
    await cluster.post({ statement: 'CREATE (n)' }, { app });

    expect(cluster.executed).toEqual(['weur-1: CREATE (n)', 'enam-1: CREATE (n)']);
  });

  test('that change something are refused in read mode, those that show are not', async () => {
    const cluster = new FakeCluster();

    const change = await cluster.post({ statement: 'YIELD LEADERSHIP', accessMode: 'Read' });
    const show = await cluster.post({ statement: 'SHOW REPLICAS', accessMode: 'Read' });

    expect(errorOf(change.text).code).toBe('Neo.ClientError.Statement.AccessMode');
    expect(show.status).toBe(202);
  });

  test.each(['SWITCHOVER TO enam-1', 'SHOW REPLICAS', 'SHOW ROUTING TABLE', 'SHOW DIVERGED'])(
    '%s on system is refused: it concerns one database',
    async (statement) => {
      const cluster = new FakeCluster();

      const { text } = await cluster.post({ statement }, { path: '/db/system/query/v2' });

      expect(errorOf(text).message).toContain('Ask this on the database');
      expect(cluster.asked).toEqual([]);
    },
  );

  test.each([
    ['flights@enam-1', 'enam-1'],
    ['flights', 'weur-1'],
  ])('SHOW REPLICATION ROLE on %s is about %s', async (database, instance) => {
    const cluster = new FakeCluster();

    await cluster.post({ statement: 'SHOW REPLICATION ROLE' }, { path: `/db/${database}/query/v2` });

    expect(cluster.asked).toEqual([{ type: 'show', what: 'replicationRole', database: 'flights', instance }]);
  });

  test('SHOW DIVERGED asks every instance, and names those that do not answer', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('enam-1', 'lose');

    const { status, text } = await cluster.post({ statement: 'SHOW DIVERGED' });

    const { data, notifications } = JSON.parse(text);
    expect(status).toBe(202);
    expect(data.values.map(([instance]: string[]) => instance)).toEqual(['weur-1', 'apac-1']);
    expect(notifications[0].description).toContain("'enam-1' did not answer");
  });

  test('no read goes to an instance that the settings leave out', async () => {
    const cluster = new FakeCluster();
    cluster.leftOut.add('weur-1');

    await cluster.post({ statement: 'MATCH (n) RETURN n' });

    expect(cluster.executed).toEqual(['enam-1: MATCH (n) RETURN n']);
  });
});
