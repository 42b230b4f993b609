import { describe, expect, test } from 'vitest';
import { Float, NodeRecord, PathRecord, RelationshipRecord } from '../../core/value/value.ts';
import { FakeCluster, TOKEN } from './fake-cluster.ts';

const READ = { statement: 'RETURN 1 AS x' };
const WRITE = { statement: 'CREATE (n)' };

function errorOf(text: string): {
  code: string;
  message: string;
  gqlStatus: string;
  position?: { line: number; column: number };
} {
  return JSON.parse(text).errors[0];
}

describe('a statement', () => {
  test('is answered with 202, fields, rows and a bookmark', async () => {
    const cluster = new FakeCluster();

    const { status, headers, text } = await cluster.post(READ);

    expect(status).toBe(202);
    expect(headers.get('content-type')).toBe('application/json');
    expect(JSON.parse(text)).toEqual({
      data: { fields: ['x'], values: [[1]] },
      bookmarks: ['FB:1'],
      queryType: 'r',
    });
  });

  test('tells its counters when asked to', async () => {
    const cluster = new FakeCluster();

    const { text } = await cluster.post({ ...WRITE, includeCounters: true });

    expect(JSON.parse(text).counters).toMatchObject({ nodesCreated: 0, containsUpdates: false, systemUpdates: 0 });
  });

  test('passes parameters on with INTEGER and FLOAT apart, 64-bit integers exact, and __proto__ as a name', async () => {
    const cluster = new FakeCluster();

    await cluster.post(
      '{"statement":"RETURN $a","parameters":{"a":1,"b":1.0,"c":9007199254740993,"__proto__":{"x":null}}}',
    );

    expect(cluster.lastParameters()).toEqual(
      new Map<string, unknown>([
        ['a', 1],
        ['b', new Float(1)],
        ['c', 9007199254740993n],
        ['__proto__', new Map([['x', null]])],
      ]),
    );
  });

  test('gets its values back as plain JSON, integers beyond 2^53 digit by digit', async () => {
    const cluster = new FakeCluster();
    const airport = (id: string) => new NodeRecord(`4:c:${id}`, ['Airport'], new Map([['iata', id]]));
    const route = new RelationshipRecord({
      elementId: '5:c:7',
      startElementId: '4:c:ZRH',
      endElementId: '4:c:AKL',
      relationshipType: 'ROUTE',
      properties: new Map(),
    });
    cluster.columns = ['integer', 'float', 'nan', 'map', 'path'];
    cluster.rows = [
      [
        9007199254740993n,
        new Float(1),
        new Float(Number.NaN),
        new Map([['__proto__', [true, null]]]),
        new PathRecord([airport('ZRH'), airport('AKL')], [route]),
      ],
    ];

    const { text } = await cluster.post(READ);

    expect(text).toContain(
      '[9007199254740993,1.0,"NaN",{"__proto__":[true,null]},' +
        '[{"elementId":"4:c:ZRH","labels":["Airport"],"properties":{"iata":"ZRH"}},' +
        '{"elementId":"5:c:7","startNodeElementId":"4:c:ZRH","endNodeElementId":"4:c:AKL","type":"ROUTE","properties":{}},' +
        '{"elementId":"4:c:AKL","labels":["Airport"],"properties":{"iata":"AKL"}}]]',
    );
  });

  test.each([
    { maxExecutionTime: undefined, deadlineMs: 30_000 },
    { maxExecutionTime: 5, deadlineMs: 5_000 },
    { maxExecutionTime: 45_000, deadlineMs: 45_000 },
    { maxExecutionTime: 9_999_999, deadlineMs: 120_000 },
  ])('with maxExecutionTime $maxExecutionTime may take $deadlineMs ms', async ({ maxExecutionTime, deadlineMs }) => {
    const cluster = new FakeCluster();

    await cluster.post({ ...READ, maxExecutionTime });

    expect(cluster.requests[0]!.deadlineMs).toBeGreaterThan(deadlineMs - 1_000);
    expect(cluster.requests[0]!.deadlineMs).toBeLessThanOrEqual(deadlineMs);
  });
});

describe('typed JSON', () => {
  const TYPED = 'application/vnd.neo4j.query';

  test('carries parameters of every type', async () => {
    const cluster = new FakeCluster();
    const body =
      '{"statement":"RETURN $a","parameters":{"$type":{"$type":"Float","_value":"NaN"},"b":{"$type":"Map","_value":{"$type":{"$type":"Integer","_value":"9007199254740993"}}},"c":1}}';

    const { status } = await cluster.post(body, { headers: { 'content-type': `${TYPED}; charset=utf-8` } });

    expect(status).toBe(202);
    expect(cluster.lastParameters()).toEqual(
      new Map<string, unknown>([
        ['$type', new Float(Number.NaN)],
        ['b', new Map([['$type', 9007199254740993n]])],
        ['c', 1],
      ]),
    );
  });

  test('is not read into a plain body', async () => {
    const cluster = new FakeCluster();

    await cluster.post('{"statement":"RETURN $a","parameters":{"a":{"$type":"Integer","_value":"1"}}}');

    const asWritten = new Map([
      ['$type', 'Integer'],
      ['_value', '1'],
    ]);
    expect(cluster.lastParameters()).toEqual(new Map([['a', asWritten]]));
  });

  test.each([
    [undefined, 'application/json'],
    ['*/*', 'application/json'],
    ['application/*', 'application/json'],
    ['application/json; charset=utf-8', 'application/json'],
    [TYPED, TYPED],
    [TYPED.toUpperCase(), TYPED],
    [`${TYPED}.v1.0`, `${TYPED}.v1.0`],
    [`${TYPED}, application/json`, TYPED],
    [`application/json, ${TYPED}`, 'application/json'],
    [`application/json;q=0.5, ${TYPED}`, TYPED],
    [`text/html, ${TYPED};q=0.1`, TYPED],
    ['*/*, application/json;q=0', TYPED],
  ])('accept %s is answered with %s', async (accept, expected) => {
    const cluster = new FakeCluster();

    const { status, headers, text } = await cluster.post(READ, { headers: accept === undefined ? {} : { accept } });

    expect(status).toBe(202);
    expect(headers.get('content-type')).toBe(expected);
    const one = expected === 'application/json' ? 1 : { $type: 'Integer', _value: '1' };
    expect(JSON.parse(text).data).toEqual({ fields: ['x'], values: [[one]] });
  });

  test('is the type of errors too', async () => {
    const { status, headers, text } = await new FakeCluster().post(
      { statement: 'RETRUN 1' },
      { headers: { accept: TYPED } },
    );

    expect(status).toBe(400);
    expect(headers.get('content-type')).toBe(TYPED);
    expect(errorOf(text).code).toBe('Neo.ClientError.Statement.SyntaxError');
  });

  test('with a value that cannot be a parameter is refused, and nothing is executed', async () => {
    const cluster = new FakeCluster();
    const body = '{"statement":"RETURN $a","parameters":{"a":{"$type":"Base64","_value":"AAEC"}}}';

    const { status, text } = await cluster.post(body, { headers: { 'content-type': TYPED } });

    expect(status).toBe(400);
    expect(errorOf(text)).toMatchObject({ code: 'Neo.ClientError.Request.InvalidFormat' });
    expect(errorOf(text).message).toContain('BYTES');
    expect(cluster.executed).toEqual([]);
  });
});

describe('who may ask', () => {
  const base64 = (text: string) => btoa(text);

  test.each([
    ['Bearer with the token', `Bearer ${TOKEN}`],
    ['Bearer with the token in base64', `Bearer ${base64(TOKEN)}`],
    ['Basic with the token as password', `Basic ${base64(`neo4j:${TOKEN}`)}`],
    ['a scheme in capitals', `BEARER ${TOKEN}`],
  ])('%s is let in', async (_, authorization) => {
    const cluster = new FakeCluster();
    const { status } = await cluster.post(READ, { headers: { authorization } });

    expect(status).toBe(202);
  });

  test.each([
    ['nothing', ''],
    ['a wrong token', 'Bearer wrong'],
    ['an empty token', 'Bearer '],
    ['an empty password', `Basic ${base64('neo4j:')}`],
    ['the token as user name', `Basic ${base64('token:x')}`],
    ['Basic that is not base64', 'Basic !!!'],
    ['an unknown scheme', 'Digest token'],
    ['two headers in one', 'Bearer token, Bearer other'],
    ['a very long header', `Bearer ${'x'.repeat(10_000)}`],
  ])('%s is refused like everything else, and nothing is executed', async (_, authorization) => {
    const cluster = new FakeCluster();
    const app = cluster.app({ adminToken: 'token' });

    const { status, text } = await cluster.post(WRITE, { app, headers: { authorization } });

    expect(status).toBe(401);
    expect(JSON.parse(text)).toEqual({
      errors: [
        {
          code: 'Neo.ClientError.Security.Unauthorized',
          message: 'The request does not carry a valid token.',
          gqlStatus: '42NFF',
        },
      ],
    });
    expect(cluster.executed).toEqual([]);
  });

  test('without a configured token nobody is let in', async () => {
    const cluster = new FakeCluster();

    const { status } = await cluster.post(READ, {
      app: cluster.app({ adminToken: undefined }),
      headers: { authorization: 'Bearer undefined' },
    });

    expect(status).toBe(401);
  });
});

describe('bad input', () => {
  test.each([
    ['text that is not JSON', '{"statement":', 400, 'Request.InvalidFormat', 'line 1, column 14'],
    ['a body that is a list', '[]', 400, 'Request.InvalidFormat', 'must be a JSON object'],
    ['no statement', '{}', 400, 'Request.InvalidFormat', "'statement' is missing"],
    ['an empty statement', '{"statement":" "}', 400, 'Request.InvalidFormat', "'statement' must not be empty"],
    ['a statement that is a number', '{"statement":1}', 400, 'Request.InvalidFormat', "'statement' must be a string"],
    ['parameters as a list', '{"statement":"RETURN 1","parameters":[]}', 400, 'Request.InvalidFormat', "'parameters'"],
    ['bookmarks as text', '{"statement":"RETURN 1","bookmarks":"a"}', 400, 'Request.InvalidFormat', "'bookmarks'"],
    ['an unknown mode', '{"statement":"RETURN 1","accessMode":"x"}', 400, 'Request.InvalidFormat', "'accessMode'"],
    ['an unknown read level', '{"statement":"RETURN 1","readLevel":"x"}', 400, 'Request.InvalidFormat', "'readLevel'"],
    [
      'somebody else’s name',
      '{"statement":"RETURN 1","impersonatedUser":"a"}',
      400,
      'Request.InvalidFormat',
      'impersonated',
    ],
    ['a key twice', '{"statement":"RETURN 1","statement":"RETURN 2"}', 400, 'Request.InvalidFormat', 'stands twice'],
    ['a number too large', '{"statement":"RETURN 1","parameters":{"a":1e400}}', 400, 'Request.InvalidFormat', 'FLOAT'],
    [
      'an integer too large',
      '{"statement":"RETURN 1","parameters":{"a":9223372036854775808}}',
      400,
      'Request.InvalidFormat',
      '64-bit',
    ],
    [
      'half a surrogate pair',
      '{"statement":"RETURN 1","parameters":{"a":"\\ud800"}}',
      400,
      'Request.InvalidFormat',
      'surrogate',
    ],
    [
      'lists without end',
      `{"statement":"RETURN 1","parameters":{"a":${'['.repeat(100_000)}`,
      400,
      'Request.InvalidFormat',
      'nested deeper',
    ],
    ['a syntax error', '{"statement":"RETURN"}', 400, 'Statement.SyntaxError', ''],
    [
      'a statement of 2 MB',
      `{"statement":"${'x'.repeat(2_000_000)}"}`,
      413,
      'Request.Invalid',
      "'statement' is longer",
    ],
    ['a body of 17 MB', `{"statement":"${'x'.repeat(17_000_000)}"}`, 413, 'Request.Invalid', 'larger than'],
  ])('%s', async (_, body, status, code, message) => {
    const cluster = new FakeCluster();

    const answer = await cluster.post(body);

    expect(answer.status).toBe(status);
    expect(errorOf(answer.text).code).toBe(`Neo.ClientError.${code}`);
    expect(errorOf(answer.text).message).toContain(message);
    expect(answer.text).not.toContain('.ts:');
    expect(cluster.executed).toEqual([]);
  });

  test('a syntax error tells line and column', async () => {
    const { text } = await new FakeCluster().post({ statement: 'MATCH (n)\nRETRUN n' });

    expect(errorOf(text)).toMatchObject({ gqlStatus: '42001', position: { line: 2, column: 1 } });
  });

  test.each([
    ['a body of another type', { 'content-type': 'text/plain' }, 415],
    ['a body of a later version', { 'content-type': 'application/vnd.neo4j.query.v9.0' }, 415],
    ['an answer of another type', { accept: 'text/html' }, 406],
    ['an answer of a later version', { accept: 'application/vnd.neo4j.query.v9.0' }, 406],
    ['an answer of no type', { accept: '*/*;q=0' }, 406],
    ['a region that does not exist', { 'skein-region': 'moon' }, 400],
  ])('%s', async (_, headers, status) => {
    const cluster = new FakeCluster();

    const answer = await cluster.post(WRITE, { headers });

    expect(answer.status).toBe(status);
    expect(errorOf(answer.text).code).toBe('Neo.ClientError.Request.Invalid');
    expect(cluster.executed).toEqual([]);
  });

  test.each([
    ['a database that is not there', '/db/trains/query/v2'],
    ['a name in capitals', '/db/FLIGHTS/query/v2'],
    ['a path in a name', '/db/..%2fflights/query/v2'],
    ['a name like a built-in property', '/db/__proto__/query/v2'],
    ['a very long name', `/db/${'a'.repeat(10_000)}/query/v2`],
    ['an instance that is not there', '/db/flights@moon-1/query/v2'],
    ['two instances', '/db/flights@weur-1@enam-1/query/v2'],
  ])('%s is not found', async (_, path) => {
    const cluster = new FakeCluster();

    const { status, text } = await cluster.post(WRITE, { path });

    expect(status).toBe(404);
    expect(errorOf(text).code).toBe('Neo.ClientError.Database.DatabaseNotFound');
    expect(cluster.executed).toEqual([]);
  });

  test('a path that is not there has the same shape', async () => {
    const { status, text } = await new FakeCluster().post(READ, { path: '/db/flights/query/v2/trips' });

    expect(status).toBe(404);
    expect(errorOf(text)).toMatchObject({ code: 'Neo.ClientError.Request.Invalid' });
  });
});

describe('other doors', () => {
  test('discovery needs no token and names the Query API', async () => {
    const response = await new FakeCluster().app().request('http://skein.example/');

    expect(await response.json()).toMatchObject({
      query: 'http://skein.example/db/{databaseName}/query/v2',
      live: 'ws://skein.example/db/{databaseName}/live',
    });
  });

  test('a page of any origin may ask with a token, but never by cookies', async () => {
    const response = await new FakeCluster().app().request('/db/flights/query/v2', {
      method: 'OPTIONS',
      headers: { origin: 'https://page.example', 'access-control-request-method': 'POST' },
    });

    expect(response.status).toBe(204);
    expect(response.headers.get('access-control-allow-origin')).toBe('*');
    expect(response.headers.get('access-control-allow-headers')).toContain('authorization');
    expect(response.headers.get('access-control-allow-credentials')).toBeNull();
  });

  test.each([
    ['the nearest instance', '/db/flights/live', 'skein.sub.v1.json', 'upgraded at flights@weur-1'],
    ['the database in the query', '/live?db=flights', 'skein.sub.v1.json', 'upgraded at flights@weur-1'],
    ['the root', '/?db=flights', 'other, skein.sub.v1.json', 'upgraded at flights@weur-1'],
    ['an addressed instance', '/db/flights@apac-1/live', 'skein.sub.v1.json', 'upgraded at flights@apac-1'],
    [
      'another subprotocol',
      '/db/flights/live',
      'graphql-ws',
      'closed with 4406: the subprotocol must be skein.sub.v1.json',
    ],
    [
      'an unknown database',
      '/db/trains/live',
      'skein.sub.v1.json',
      'closed with 4403: there is no such database, or it is not yours',
    ],
  ])('a live query: %s', async (_, path, subprotocol, expected) => {
    const response = await new FakeCluster().app().request(path, {
      headers: { upgrade: 'websocket', 'sec-websocket-protocol': subprotocol },
    });

    expect(await response.text()).toBe(expected);
  });

  test.each([
    ['goes to the next nearest instance', ['weur-1'], 'upgraded at flights@enam-1'],
    [
      'is told to come again',
      ['weur-1', 'enam-1', 'apac-1'],
      'closed with 4503: no instance can take the subscription now',
    ],
  ])('a live query whose instances are lost %s', async (_, lost, expected) => {
    const cluster = new FakeCluster();
    for (const instance of lost) cluster.behaviours.set(instance, 'lose');

    const response = await cluster.app().request('/db/flights/live', {
      headers: { upgrade: 'websocket', 'sec-websocket-protocol': 'skein.sub.v1.json' },
    });

    expect(await response.text()).toBe(expected);
    expect(cluster.reported).toEqual(lost);
  });

  test.each([true, false])('development switches: there %s, and only with the token', async (development) => {
    const app = new FakeCluster().app({ development });

    const stranger = await app.request('/development/objects');
    const known = await app.request('/development/objects', {
      headers: { authorization: `Basic ${btoa(`:${TOKEN}`)}` },
    });

    expect(stranger.status).toBe(development ? 401 : 404);
    expect(known.status).toBe(development ? 200 : 404);
  });
});

describe('the database system', () => {
  test('makes a database with regions and modes', async () => {
    const cluster = new FakeCluster();
    const statement =
      "CREATE DATABASE trains OPTIONS {regions: ['weur', 'enam', 'apac'], modes: ['SYNC', 'SYNC', 'ASYNC']}";

    const { status } = await cluster.post({ statement }, { path: '/db/system/query/v2' });

    expect(status).toBe(202);
    expect(cluster.asked).toEqual([
      {
        type: 'createDatabase',
        name: 'trains',
        ifNotExists: false,
        regions: ['weur', 'enam', 'apac'],
        mode: undefined,
        modes: ['SYNC', 'SYNC', 'ASYNC'],
        clusterId: expect.any(String),
      },
    ]);
  });

  test.each([
    ['a region that does not exist', "CREATE DATABASE trains OPTIONS {regions: ['moon']}", 'ArgumentError'],
    ['an option that does not exist', 'CREATE DATABASE trains OPTIONS {colour: 1}', 'ArgumentError'],
    ['a name that cannot be', 'CREATE DATABASE `Trains/1`', 'ArgumentError'],
    ['its own name', 'CREATE DATABASE system', 'ArgumentError'],
    ['a change of a graph', 'CREATE (n)', 'NotSupported'],
  ])('refuses %s', async (_, statement, code) => {
    const cluster = new FakeCluster();

    const { status, text } = await cluster.post({ statement }, { path: '/db/system/query/v2' });

    expect(status).toBe(400);
    expect(errorOf(text).code).toBe(`Neo.ClientError.Statement.${code}`);
    expect(cluster.asked).toEqual([]);
  });

  test('answers SHOW INSTANCES on any database, for that database', async () => {
    const cluster = new FakeCluster();

    const { status } = await cluster.post({ statement: 'SHOW INSTANCES' });

    expect(status).toBe(202);
    expect(cluster.asked).toEqual([{ type: 'showInstances', database: 'flights' }]);
  });

  test('is found through whichever coordinator answers', async () => {
    const cluster = new FakeCluster();
    cluster.leader = 'default/coordinator/3';

    const { status, headers } = await cluster.post({ statement: 'SHOW DATABASES' }, { path: '/db/system/query/v2' });

    expect(status).toBe(202);
    expect(headers.get('skein-served-by')).toBe('default/coordinator/3 leader apac');
  });
});
