import { appendFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { JsonFault, jsonFault, objectSlices } from '../../cli/import/json-slices.ts';
import { readText } from '../../cli/import/text-reader.ts';
import { Database, folderWith, importInto, sourceOf } from './files.ts';

function ndjson(content: string | Uint8Array) {
  return sourceOf(join(folderWith({ 'a.ndjson': content }), 'a.ndjson'));
}

describe('NDJSON', () => {
  test('as APOC exports it is read, points as points, and relationships before their nodes', async () => {
    const lines = [
      '{"id":"0","type":"relationship","label":"KNOWS","start":{"id":"0","labels":["User"]},"end":{"id":"1","labels":["User"]},"properties":{"since":1993}}',
      '{"type":"node","id":"0","labels":["User"],"properties":{"born":"2015-07-04T19:32:24","name":"Adam","place":{"crs":"wgs-84","latitude":33.46789,"longitude":13.1,"height":null},"age":42,"male":true,"kids":["Sam","Anna"]}}',
      '{"type":"node","id":"1","labels":[],"properties":{"height":1.0,"at":[{"crs":"cartesian","x":1,"y":2.5,"z":null}]}}',
    ];
    const database = new Database();

    await importInto(database, ndjson(lines.join('\r\n')));

    expect(
      await database.rows(
        'MATCH (a)-[r]->(b) RETURN a.name, a.place.latitude, a.age IS :: INTEGER, b.height IS :: FLOAT, b.at[0].y, type(r), r.since, size(keys(a))',
      ),
    ).toEqual([['Adam', 33.46789, true, true, 2.5, 'KNOWS', 1993, 6]]);
  });

  test('bad lines are told with line and column, the others are taken', async () => {
    const lines = [
      '{"type":"node","id":"a","properties":{"x":1}}',
      '{"type":"node","id":"a"}',
      '{"type":"node","id":"b","properties":{"x":01}}',
      '{"type":"node","labels":["A"]}',
      '{"type":"tree"}',
      'null',
      '{"type":"node","id":"c","properties":{"map":{"a":1}}}',
      '{"type":"relationship","label":"T","start":{"id":"a"},"end":{"id":"z"}}',
      '{"type":"relationship","label":"T","start":"a","end":"a"}',
      '{"type":"relationship","start":"a","end":"a"}',
      '{"type":"node","id":"d","id":"e"}',
      '{"type":"node","id":"f","properties":{"x":1,"x":2}}',
    ];
    const database = new Database();

    const { report, badRows } = await importInto(database, ndjson(lines.join('\n')));

    expect(report).toMatchObject({ nodes: 1, relationships: 1, badRows: 10 });
    expect(badRows.map(({ line }) => line).sort((a, b) => Number(a) - Number(b))).toEqual([
      2, 3, 4, 5, 6, 7, 8, 10, 11, 12,
    ]);
    expect(badRows.find(({ line }) => line === 3)).toMatchObject({
      column: 44,
      reason: "expected ','",
    });
  });

  test('a fault within the properties has its column in the line', async () => {
    const { badRows } = await importInto(new Database(), ndjson('{"type":"node","id":"f","properties":{"x":1,"x":2}}'));

    expect(badRows).toMatchObject([{ line: 1, column: 49, reason: 'the key "x" stands twice' }]);
  });

  test.each([
    ['a line without end', `{"type":"node","id":"${'x'.repeat(9 * 1024 * 1024)}"}`, 'line 1: the line is longer than'],
    [
      'bytes that are no UTF-8',
      Buffer.from('{"type":"node","id":"1"}\n{"id":"\xff"}', 'latin1'),
      'line 2: the bytes are not UTF-8',
    ],
    [
      'half a character at its end',
      Buffer.from('{"type":"node","id":"\xc3', 'latin1'),
      'line 1: the bytes are not UTF-8',
    ],
  ])('%s ends the import with its place', async (_, content, message) => {
    await expect(importInto(new Database(), ndjson(content))).rejects.toThrow(message);
  });

  test('takes NUL and __proto__ as they are', async () => {
    const database = new Database();

    await importInto(
      database,
      ndjson(
        '{"type":"node","id":"__proto__","labels":["__proto__"],"properties":{"__proto__":"a\\u0000b","constructor":1}}',
      ),
    );

    expect(await database.rows('MATCH (n:__proto__) RETURN size(n.__proto__), n.constructor')).toEqual([[3, 1]]);
  });
});

test.each(['shorter', 'longer'] as const)('a file that becomes %s while it is read is an error', async (change) => {
  const path = join(folderWith({ 'a.txt': 'x'.repeat(1_000_000) }), 'a.txt');
  const read = async () => {
    let isFirst = true;
    for await (const _ of readText(path, () => undefined)) {
      if (isFirst && change === 'shorter') truncateSync(path, 500_000);
      if (isFirst && change === 'longer') appendFileSync(path, 'y'.repeat(1_000_000));
      isFirst = false;
    }
  };

  await expect(read()).rejects.toThrow('had 1000000 bytes');
});

describe('JSON slices', () => {
  test('keep the text of each value', () => {
    const entries = objectSlices(' {"a" : 1.0, "b":[1 ,{"c":"\\"}"}], "__proto__": 9007199254740993} ');

    expect([...entries].map(([key, { text }]) => [key, text])).toEqual([
      ['a', '1.0'],
      ['b', '[1 ,{"c":"\\"}"}]'],
      ['__proto__', '9007199254740993'],
    ]);
  });

  test.each([
    '',
    '{',
    '[1,]',
    '01',
    '+1',
    '1.',
    '"a',
    '"\\x"',
    '"\n"',
    'tru',
    '{"a":1}}',
    '{a:1}',
    '['.repeat(101),
    '\uFEFF1',
    'NaN',
  ])('refuse %j as JSON.parse does', (text) => {
    expect(jsonFault(text)).toBeDefined();
  });

  test('take what JSON.parse takes', () => {
    for (const text of [
      '0',
      '-0',
      '1e5',
      '"\\ud83d\\ude00"',
      '[]',
      '{}',
      '[[],{}]',
      ' null ',
      `"${'x'.repeat(5_000_000)}"`,
    ]) {
      expect(jsonFault(text)).toBeUndefined();
    }
  });

  test('refuse a key that stands twice', () => {
    expect(() => objectSlices('{"a":1,"\\u0061":2}')).toThrow(JsonFault);
  });
});
