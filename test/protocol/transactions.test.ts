/** The Query API's transactions of several requests, up to the objects: paths, bodies, routing, and errors that say what became of one. */
import { describe, expect, test } from 'vitest';
import { decodeValue } from '../../core/value/codec.ts';
import { FakeCluster, TOKEN } from './fake-cluster.ts';

const TX = '/db/flights/query/v2/tx';

/** On weur-1, to write. */
const ID = `weur-1~w${'0'.repeat(32)}`;

async function call(
  cluster: FakeCluster,
  path: string,
  init: { body?: unknown; headers?: Record<string, string>; method?: string } = {},
) {
  const { body, headers, method = 'POST' } = init;
  const response = await cluster.app({ development: true }).request(path, {
    method,
    headers: {
      authorization: `Bearer ${TOKEN}`,
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: JSON.parse(text) };
}

describe('the beginning', () => {
  test.each([undefined, '{}', '{"statement":""}', '{"statement":"  "}'])('needs no statement: %s', async (body) => {
    const cluster = new FakeCluster();

    const answer = await call(cluster, TX, { body });

    expect(answer.status).toBe(202);
    expect(answer.body).toEqual({ transaction: { id: ID, expires: '2030-01-01T00:00:00.000Z' } });
    expect(answer.headers.get('neo4j-cluster-affinity')).toBe('weur-1');
    expect(answer.headers.get('skein-served-by')).toBe('weur-1 main weur');
    expect(cluster.transactions[0]?.request).toMatchObject({
      database: 'flights',
      step: { type: 'begin', accessMode: 'write' },
    });
    expect(cluster.transactions[0]?.request.statement).toBeUndefined();
  });

  test('carries a statement, with parameters, bookmarks and counters', async () => {
    const cluster = new FakeCluster();
    const body = {
      statement: 'CREATE (n) RETURN 1',
      parameters: { a: 1 },
      bookmarks: ['FB:0'],
      includeCounters: true,
      maxExecutionTime: 5,
    };

    const answer = await call(cluster, TX, { body });

    expect(answer.body).toMatchObject({
      data: { fields: ['x'], values: [[1]] },
      counters: { nodesCreated: 0 },
      transaction: { id: ID },
    });
    expect(answer.body).not.toHaveProperty('bookmarks');
    const { step, statement, deadlineMs } = cluster.transactions[0]!.request;
    expect(step).toMatchObject({ bookmarks: ['FB:0'], lifetimeMs: 5_000 });
    expect(deadlineMs).toBeLessThanOrEqual(5_000);
    expect(statement?.text).toBe(body.statement);
    expect(decodeValue(statement!.parameters)).toEqual(new Map([['a', 1]]));
  });

  test.each([
    { accessMode: 'READ', region: 'enam', instance: 'enam-1', id: `enam-1~r${'0'.repeat(32)}` },
    { accessMode: 'Write', region: 'enam', instance: 'weur-1', id: ID },
    { accessMode: undefined, region: 'apac', instance: 'weur-1', id: ID },
  ])('with access mode $accessMode from $region is at $instance', async ({ accessMode, region, instance, id }) => {
    const cluster = new FakeCluster();

    const { body } = await call(cluster, TX, { body: { accessMode }, headers: { 'skein-region': region } });

    expect(cluster.transactions.map((each) => each.instance)).toEqual([instance]);
    expect(body.transaction.id).toBe(id);
  });

  test('goes to the next MAIN when the one that is known is none any more', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', { retry: 'notMain' });
    setTimeout(() => {
      cluster.main = 'apac-1';
    }, 100);

    const { body } = await call(cluster, TX);

    expect(body.transaction.id).toMatch(/^apac-1~w/);
  });

  test('whose answer is lost has done nothing, so it may be tried again', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', 'lose');

    const { status, body } = await call(cluster, TX, { body: { statement: 'CREATE (n)' } });

    expect(status).toBe(400);
    expect(body.errors[0]).toMatchObject({ code: 'Neo.TransientError.Transaction.LeaseExpired', gqlStatus: '25N08' });
  });

  test('needs the token', async () => {
    const cluster = new FakeCluster();
    for (const [path, method] of [
      [TX, 'POST'],
      [`${TX}/${ID}`, 'POST'],
      [`${TX}/${ID}/commit`, 'POST'],
      [`${TX}/${ID}`, 'DELETE'],
    ] as const) {
      const { status } = await call(cluster, path, { method, headers: { authorization: 'Bearer wrong' } });
      expect(status).toBe(401);
    }
    expect(cluster.transactions).toEqual([]);
  });

  test('is not on the database system', async () => {
    const { status, body } = await call(new FakeCluster(), '/db/system/query/v2/tx');

    expect([status, body.errors[0].code]).toEqual([400, 'Neo.ClientError.Statement.NotSupported']);
  });
});

describe('a request of an open transaction', () => {
  test('goes to where the transaction lives, from wherever it comes', async () => {
    const cluster = new FakeCluster();
    const id = `apac-1~r${'0'.repeat(32)}`;
    for (const region of ['weur', 'enam', 'apac']) {
      await call(cluster, `${TX}/${id}`, { body: { statement: 'RETURN 1' }, headers: { 'skein-region': region } });
    }

    expect(cluster.transactions.map(({ instance }) => instance)).toEqual(Array(3).fill('apac-1'));
    expect(cluster.transactions[0]?.request.step).toEqual({ type: 'run', id });
  });

  test('without a statement keeps it open', async () => {
    const cluster = new FakeCluster();

    const { status, body } = await call(cluster, `${TX}/${ID}`);

    expect([status, body]).toEqual([202, { transaction: { id: ID, expires: '2030-01-01T00:00:00.000Z' } }]);
  });

  test('commits, with a last statement if there is one, and gives the bookmark', async () => {
    const cluster = new FakeCluster();

    const plain = await call(cluster, `${TX}/${ID}/commit`);
    const last = await call(cluster, `${TX}/${ID}/commit`, { body: { statement: 'RETURN 1' } });

    expect([plain.status, plain.body]).toEqual([202, { bookmarks: ['FB:1'] }]);
    expect(last.body).toEqual({ data: { fields: ['x'], values: [[1]] }, queryType: 'r', bookmarks: ['FB:1'] });
  });

  test('rolls back, and then no statement is run', async () => {
    const cluster = new FakeCluster();

    const { status, body } = await call(cluster, `${TX}/${ID}`, {
      method: 'DELETE',
      body: { statement: 'CREATE (n)' },
    });

    expect([status, body]).toEqual([200, {}]);
    expect(cluster.transactions[0]?.request.step).toEqual({ type: 'rollback', id: ID });
    expect(cluster.transactions[0]?.request.statement).toBeUndefined();
  });

  test('is answered in typed JSON when that is asked for, in the type that was asked', async () => {
    const cluster = new FakeCluster();
    const headers = {
      accept: 'application/vnd.neo4j.query, application/json',
      'content-type': 'application/vnd.neo4j.query',
    };
    const body = { statement: 'RETURN $x', parameters: { x: { $type: 'Float', _value: '1.5' } } };

    const answer = await call(cluster, `${TX}/${ID}`, { body, headers });

    expect(answer.headers.get('content-type')).toBe('application/vnd.neo4j.query');
    expect(answer.body.data.values).toEqual([[{ $type: 'Integer', _value: '1' }]]);
  });

  test.each([
    ['no id at all', 'abc'],
    ['a path', '..%2f..%2fsystem'],
    ['another mode', ID.replace('~w', '~x')],
    ['a name like a built-in property', '__proto__'],
    ['very long', `weur-1~w${'0'.repeat(10_000)}`],
  ])('of %s is not found', async (_, id) => {
    const cluster = new FakeCluster();

    const { status, body } = await call(cluster, `${TX}/${id}`, { body: { statement: 'RETURN 1' } });

    expect([status, body.errors[0].code]).toEqual([404, 'Neo.ClientError.Transaction.TransactionNotFound']);
    expect(cluster.executed).toEqual([]);
  });

  test('of an instance that is not there any more is to be begun again', async () => {
    const { body } = await call(new FakeCluster(), `${TX}/${ID.replace('weur-1', 'oc-1')}`);

    expect(body.errors[0].code).toBe('Neo.TransientError.Transaction.LeaseExpired');
  });

  test('whose answer is lost: only of a commit it is not known what it came to', async () => {
    const cluster = new FakeCluster();
    cluster.behaviours.set('weur-1', 'lose');

    const run = await call(cluster, `${TX}/${ID}`, { body: { statement: 'CREATE (n)' } });
    const commit = await call(cluster, `${TX}/${ID}/commit`);

    expect(run.body.errors[0].code).toBe('Neo.TransientError.Transaction.LeaseExpired');
    expect(commit.body.errors[0]).toMatchObject({
      code: 'Neo.DatabaseError.Transaction.TransactionCommitFailed',
      gqlStatus: '08007',
    });
  });

  test('may show what the coordinators know, and the transaction goes on', async () => {
    const cluster = new FakeCluster();

    const { body } = await call(cluster, `${TX}/${ID}`, { body: { statement: 'SHOW DATABASES YIELD name' } });

    expect(body.data).toEqual({ fields: ['name'], values: [['system']] });
    expect(body.transaction.id).toBe(ID);
    expect(cluster.transactions.map(({ request }) => request.statement)).toEqual([undefined]);
  });

  test('with a command about databases fails, and that ends the transaction', async () => {
    const cluster = new FakeCluster();

    const { body } = await call(cluster, `${TX}/${ID}`, { body: { statement: 'DROP DATABASE trains' } });

    expect(body.errors[0].code).toBe('Neo.ClientError.Statement.NotSupported');
    expect(cluster.transactions.map(({ request }) => request.step.type)).toEqual(['rollback']);
    expect(cluster.asked).toEqual([]);
  });

  test('whose text is wrong is for the instance to refuse, where its transaction ends for that', async () => {
    const cluster = new FakeCluster();

    await call(cluster, `${TX}/${ID}`, { body: { statement: 'nonsense' } });

    expect(cluster.transactions.map(({ request }) => request.statement?.text)).toEqual(['nonsense']);
  });
});

test('a page of another origin may roll back too', async () => {
  const response = await new FakeCluster().app().request(`${TX}/${ID}`, {
    method: 'OPTIONS',
    headers: { origin: 'https://elsewhere.example', 'access-control-request-method': 'DELETE' },
  });

  expect(response.headers.get('access-control-allow-methods')).toContain('DELETE');
});
