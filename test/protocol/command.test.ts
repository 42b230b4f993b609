import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REGIONS as CLUSTER_REGIONS } from '../../cli/cluster/links.ts';
import { fieldJson, parseColumnType } from '../../cli/import/column-type.ts';
import { readMapping } from '../../cli/import/mapping.ts';
import { LiveResult } from '../../cli/live-result.ts';
import { formatTable } from '../../cli/table.ts';
import { REGIONS } from '../../durable/regions.ts';

function folderWith(files: Record<string, string>): string {
  const folder = mkdtempSync(join(tmpdir(), 'skein-command-'));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
  return folder;
}

describe('an import', () => {
  test.each([
    ['Zürich "ZRH"', 'string', '"Zürich \\"ZRH\\""'],
    ['12', 'integer', '12'],
    [' +007 ', 'int', '7'],
    ['-0', 'long', '0'],
    ['9223372036854775807', 'long', '9223372036854775807'],
    ['12', 'float', '12.0'],
    ['-0', 'double', '-0.0'],
    ['-6.5', 'float', '-6.5'],
    ['1e300', 'float', '1e+300'],
    ['NaN', 'float', '{"$type":"Float","_value":"NaN"}'],
    ['Y', 'boolean', 'true'],
    ['false', 'boolean', 'false'],
    ['2024-02-29', 'date', '{"$type":"Date","_value":"2024-02-29"}'],
    ['2024-02-29T12:00:00Z', 'datetime', '{"$type":"OffsetDateTime","_value":"2024-02-29T12:00:00Z"}'],
    [
      '2024-02-29T12:00+01:00[Europe/Zurich]',
      'datetime',
      '{"$type":"ZonedDateTime","_value":"2024-02-29T12:00+01:00[Europe/Zurich]"}',
    ],
    ['P1Y2M3DT4.5S', 'duration', '{"$type":"Duration","_value":"P1Y2M3DT4.5S"}'],
    ['{latitude: 47.4, longitude: 8.5}', 'point', '{"$type":"Point","_value":"SRID=4326;POINT (8.5 47.4)"}'],
    ['{x:1,y:2,z:3,crs:cartesian-3d}', 'point', '{"$type":"Point","_value":"SRID=9157;POINT Z (1 2 3)"}'],
    ['1;2;3', 'int[]', '[1,2,3]'],
    ['a;;b', 'string[]', '["a","","b"]'],
    ['', 'string[]', '[]'],
    ['{"$type":"Date","_value":"2024-01-01"}', 'value', '{"$type":"Date","_value":"2024-01-01"}'],
  ] as const)('writes the field %j of type %s as %j', (field, type, expected) => {
    expect(fieldJson(field, { type: parseColumnType(type)!, arrayDelimiter: ';' })).toBe(expected);
  });

  test.each([
    ['1.5', 'integer', 'is not of type integer'],
    ['0x10', 'integer', 'is not of type integer'],
    ['9223372036854775808', 'integer', 'does not fit an INTEGER of 64 bits'],
    ['9'.repeat(1_000_000), 'integer', 'is not of type integer'],
    ['north', 'float', 'is not of type float'],
    ['1e999', 'float', 'is too large for a FLOAT'],
    ['maybe', 'boolean', 'is not of type boolean'],
    ['yesterday', 'date', 'is not of type date'],
    ['{latitude: north, longitude: 1}', 'point', 'is not of type point'],
    ['{latitude: 1, latitude: 2, longitude: 3}', 'point', 'is not of type point'],
    ['1;x', 'int[]', "'x' is not of type integer"],
    ['{"a":1,}', 'value', 'the JSON is wrong'],
  ] as const)('refuses the field %j of type %s', (field, type, reason) => {
    expect(() => fieldJson(field, { type: parseColumnType(type)!, arrayDelimiter: ';' })).toThrow(reason);
  });

  test.each([
    ['{', 'JSON'],
    ['{"nodes":[{"file":"a.csv"}]}', "nodes[0] needs the string 'label'"],
    [
      '{"nodes":[{"file":"a","label":"A","id":"i","columns":{"i":"number"}}]}',
      "'i' in nodes[0] must be one of string, char, integer",
    ],
    ['{"relationships":{}}', "'relationships' in the mapping must be a list"],
  ])('says what is wrong with the mapping %s', (text, message) => {
    expect(() => readMapping(folderWith({ 'import.json': text }))).toThrow(message);
  });

  test('knows the example', () => {
    const mapping = readMapping(join(import.meta.dirname, '../../examples/flights'));

    expect(mapping.nodes.map(({ label }) => label)).toEqual(['Airport', 'Airline']);
    expect(mapping.relationships.map(({ type }) => type)).toEqual(['ROUTE']);
  });
});

describe('a watched result', () => {
  test('is shown whole at first, and then by what changed', () => {
    const result = new LiveResult();

    const events = [
      result.take({ t: 'cols', cols: ['n'], fp: 'f' }),
      result.take({
        t: 'rows',
        rows: [
          ['a', [1]],
          ['b', [2]],
        ],
      }),
      result.take({ t: 'live', at: 'FB:1' }),
      result.take({
        t: 'diff',
        from: 'FB:1',
        to: 'FB:2',
        ch: [
          [0, 'c', [3]],
          [1, 'a', [9]],
          [2, 'b'],
        ],
      }),
    ];

    expect(events.slice(2)).toEqual([
      { type: 'rows', columns: ['n'], rows: [[1], [2]] },
      {
        type: 'changes',
        changes: [
          { type: 'added', row: [3] },
          { type: 'changed', row: [9] },
          { type: 'removed', row: [2] },
        ],
      },
    ]);
    expect(result.resume).toEqual({ from: 'FB:2', fp: 'f' });
  });

  test('starts over when the server says so', () => {
    const result = new LiveResult();
    result.take({ t: 'cols', cols: ['n'], fp: 'f' });
    result.take({ t: 'rows', rows: [['a', [1]]] });
    result.take({ t: 'live', at: 'FB:1' });

    result.take({ t: 'reset' });
    const resumeMeanwhile = result.resume;
    result.take({ t: 'rows', rows: [['b', [2]]] });

    expect(resumeMeanwhile).toBeUndefined();
    expect(result.take({ t: 'live', at: 'FB:7' })).toEqual({ type: 'rows', columns: ['n'], rows: [[2]] });
  });
});

test('a table shows control characters as text, and cuts long cells', () => {
  const table = formatTable(['a'], [['\u001b[31mred'], ['x'.repeat(100)]]);

  expect(table).not.toContain('\u001b');
  expect(table.split('\n').at(-1)).toHaveLength(60);
});

test('skein cluster knows the regions that objects can be in', () => {
  expect(CLUSTER_REGIONS).toEqual(REGIONS);
});
