import { describe, expect, test } from 'vitest';
import { Float, NodeRecord } from '../../core/value/value.ts';
import {
  encodeServerMessage,
  LIVE_FRAME_LENGTH_MAX,
  PING_FRAME,
  parseClientFrame,
  type ServerMessage,
} from '../../durable/live-protocol.ts';

function message(frame: unknown) {
  return parseClientFrame(JSON.stringify(frame));
}

describe('a client’s frame', () => {
  test('subscribes with what it says, and with defaults for the rest', () => {
    const parsed = message({ t: 'sub', id: 1, q: 'MATCH (n) RETURN n', p: { iata: 'ZRH' } });

    expect(parsed).toEqual({
      ok: true,
      message: {
        type: 'subscribe',
        id: 1,
        database: undefined,
        statement: 'MATCH (n) RETURN n',
        parameters: new Map([['iata', 'ZRH']]),
        from: undefined,
        fingerprint: undefined,
        after: [],
        credit: 1_000,
        squashMs: 0,
        ordered: false,
      },
    });
  });

  test('resumes and tunes', () => {
    const opts = { squashMs: 50, ordered: true };
    const parsed = message({
      t: 'sub',
      id: 2,
      db: 'flights',
      q: 'x',
      from: 'FB:1',
      fp: 'f',
      after: ['FB:2'],
      credit: 5,
      opts,
    });

    expect(parsed).toMatchObject({
      message: {
        database: 'flights',
        from: 'FB:1',
        fingerprint: 'f',
        after: ['FB:2'],
        credit: 5,
        squashMs: 50,
        ordered: true,
      },
    });
  });

  test.each([
    { value: { $type: 'Integer', _value: '9007199254740993' }, expected: 9007199254740993n },
    { value: { $type: 'Integer', _value: '7' }, expected: 7 },
    { value: { $type: 'Float', _value: '1' }, expected: new Float(1) },
    { value: { $type: 'Float', _value: 'NaN' }, expected: new Float(Number.NaN) },
    { value: { $type: 'Map', _value: { $type: 'x' } }, expected: new Map<string, unknown>([['$type', 'x']]) },
    { value: [{ $type: 'Null' }], expected: [null] },
  ])('may give a parameter as $value', ({ value, expected }) => {
    const parsed = message({ t: 'sub', id: 1, q: 'x', p: { a: value } });

    expect(parsed).toMatchObject({ ok: true, message: { parameters: new Map([['a', expected]]) } });
  });

  test.each([
    [
      { t: 'auth', scheme: 'bearer', credentials: 'secret' },
      { type: 'authenticate', scheme: 'bearer', principal: '', credentials: 'secret' },
    ],
    [
      { t: 'credit', id: 1, n: 500 },
      { type: 'credit', id: 1, rows: 500 },
    ],
    [
      { t: 'unsub', id: 1 },
      { type: 'unsubscribe', id: 1 },
    ],
    [JSON.parse(PING_FRAME), { type: 'ping' }],
  ])('%j is understood', (frame, expected) => {
    expect(message(frame)).toEqual({ ok: true, message: expected });
  });

  test.each([
    ['is not JSON', '{', 'malformed'],
    ['is no object', '1', 'malformed'],
    ['is binary', new ArrayBuffer(1), 'malformed'],
    ['names no message', '{"t":"toString"}', 'malformed'],
    ['has no type', '{"__proto__":{"t":"ping"}}', 'malformed'],
    ['subscribes without a query', '{"t":"sub","id":1}', 'malformed'],
    ['subscribes with a name for an id', '{"t":"sub","id":"a","q":"x"}', 'malformed'],
    ['gives credit below nothing', '{"t":"credit","id":1,"n":-1}', 'malformed'],
    ['gives half a row of credit', '{"t":"credit","id":1,"n":0.5}', 'malformed'],
    [
      'has an integer beyond 64 bits',
      '{"t":"sub","id":1,"q":"x","p":{"a":{"$type":"Integer","_value":"9223372036854775808"}}}',
      'malformed',
    ],
    [
      'has a typed value that nobody knows',
      '{"t":"sub","id":1,"q":"x","p":{"a":{"$type":"Duration","_value":"P1X"}}}',
      'malformed',
    ],
    ['is nested without end', `{"t":"sub","p":${'['.repeat(10_000)}`, 'malformed'],
    ['is too large', ' '.repeat(LIVE_FRAME_LENGTH_MAX + 1), 'tooLarge'],
  ])('that %s closes the socket', (_, frame, close) => {
    expect(parseClientFrame(frame)).toMatchObject({ ok: false, close });
  });
});

describe('a server’s message', () => {
  test.each<[ServerMessage, unknown]>([
    [
      { type: 'ready', user: 'admin', max: { subscriptions: 1, rows: 2, bytes: 3 }, server: 'weur-1' },
      { t: 'ready', user: 'admin', max: { subs: 1, rows: 2, bytes: 3 }, srv: 'weur-1' },
    ],
    [
      { type: 'columns', id: 1, columns: ['a'], fingerprint: 'f' },
      { t: 'cols', id: 1, cols: ['a'], fp: 'f' },
    ],
    [
      { type: 'rows', id: 1, rows: [['k', [1]]] },
      { t: 'rows', id: 1, rows: [['k', [1]]] },
    ],
    [
      { type: 'live', id: 1, at: 'FB:1', timestampMs: 5, rowCount: 1 },
      { t: 'live', id: 1, at: 'FB:1', ts: 5, n: 1 },
    ],
    [
      {
        type: 'diff',
        id: 1,
        from: 'FB:1',
        to: 'FB:2',
        timestampMs: 5,
        changes: [
          { type: 'added', key: 'a', row: [1] },
          { type: 'changed', key: 'b', row: [2], before: null },
          { type: 'removed', key: 'c' },
        ],
      },
      {
        t: 'diff',
        id: 1,
        from: 'FB:1',
        to: 'FB:2',
        ts: 5,
        ch: [
          [0, 'a', [1]],
          [1, 'b', [2], null],
          [2, 'c'],
        ],
      },
    ],
    [
      { type: 'tick', to: 'FB:2', timestampMs: 5 },
      { t: 'tick', to: 'FB:2', ts: 5 },
    ],
    [
      { type: 'reset', id: 1, why: 'lag' },
      { t: 'reset', id: 1, why: 'lag' },
    ],
    [
      { type: 'error', id: 1, error: { code: 'Neo.ClientError.Statement.SyntaxError', message: 'no' }, fatal: true },
      { t: 'err', id: 1, code: 'Neo.ClientError.Statement.SyntaxError', gql: '42001', msg: 'no', fatal: true },
    ],
    [
      { type: 'done', id: 1, why: 'unsubscribed' },
      { t: 'done', id: 1, why: 'unsubscribed' },
    ],
    [{ type: 'pong' }, { t: 'pong' }],
  ])('%j is written as sub.v1 has it', (server, expected) => {
    expect(JSON.parse(encodeServerMessage(server))).toEqual(expected);
  });

  test('writes values that JSON cannot carry with their type, and all others plainly', () => {
    const row = [
      9007199254740993n,
      new Float(2),
      new Float(Number.POSITIVE_INFINITY),
      new Map([['$type', 'x']]),
      new NodeRecord('4:c:1', ['A'], new Map([['n', 1]])),
    ];

    const text = encodeServerMessage({ type: 'rows', id: 1, rows: [['k', row]] });

    expect(JSON.parse(text).rows[0][1]).toEqual([
      { $type: 'Integer', _value: '9007199254740993' },
      2,
      { $type: 'Float', _value: 'Infinity' },
      { $type: 'Map', _value: { $type: 'x' } },
      { $type: 'Node', _value: { _element_id: '4:c:1', _labels: ['A'], _properties: { n: 1 } } },
    ]);
  });
});
