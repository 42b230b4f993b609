import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { REGIONS as CLUSTER_REGIONS } from '../../cli/cluster/links.ts';
import { columnIndex, fieldJson, readCsv } from '../../cli/import/csv-rows.ts';
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
    ['', 'string', undefined],
    ['Zürich "ZRH"', 'string', '"Zürich \\"ZRH\\""'],
    ['12', 'integer', '12'],
    ['12', 'float', '12.0'],
    ['-6.5', 'float', '-6.5'],
    ['Y', 'boolean', 'true'],
    ['false', 'boolean', 'false'],
  ] as const)('writes the field %j of type %s as %j', (field, type, expected) => {
    expect(fieldJson(field, type)).toBe(expected);
  });

  test.each([
    ['1.5', 'integer'],
    ['0x10', 'integer'],
    ['north', 'float'],
    ['Infinity', 'float'],
    ['maybe', 'boolean'],
  ] as const)('refuses the field %j of type %s', (field, type) => {
    expect(() => fieldJson(field, type)).toThrow(`is not of type ${type}`);
  });

  test('reads quotes, line ends in fields and empty fields', () => {
    const folder = folderWith({ 'a.csv': 'id,name\n1,"a ""b"",\nc"\n2,\n' });

    const csv = readCsv(folder, 'a.csv');

    expect(csv.rows).toEqual([
      ['1', 'a "b",\nc'],
      ['2', ''],
    ]);
    expect(columnIndex(csv, 'name')).toBe(1);
    expect(() => columnIndex(csv, 'age')).toThrow("a.csv has no column 'age'");
  });

  test('names the row that is too short', () => {
    const folder = folderWith({ 'a.csv': 'id,name\n1,a\n2\n' });

    expect(() => readCsv(folder, 'a.csv')).toThrow('row 3 does not have 2 fields');
  });

  test.each([
    ['{', 'JSON'],
    ['{"nodes":[{"file":"a.csv"}]}', "nodes[0] needs the string 'label'"],
    [
      '{"nodes":[{"file":"a","label":"A","id":"i","columns":{"i":"int"}}]}',
      'must be string, integer, float or boolean',
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
