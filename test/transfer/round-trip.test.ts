/** What is exported and imported again is the same graph, whatever values it holds. */
import { mkdirSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { writeCsvFolder } from '../../cli/export/csv-export.ts';
import { GraphReader } from '../../cli/export/graph-reader.ts';
import { BufferedFile, writeWhole } from '../../cli/export/output.ts';
import { writeText } from '../../cli/export/text-export.ts';
import { Database, folderWith, importInto, sourceOf } from './files.ts';

type Form = 'csv' | 'ndjson' | 'cypher';
const FORMS: readonly Form[] = ['csv', 'ndjson', 'cypher'];

interface GraphData {
  readonly nodes: readonly {
    readonly labels: readonly string[];
    readonly properties: Readonly<Record<string, string>>;
  }[];
  readonly relationships: readonly {
    readonly start: number;
    readonly end: number;
    readonly type: string;
    readonly properties: Readonly<Record<string, string>>;
  }[];
}

const quote = (name: string) => `\`${name.replaceAll('`', '``')}\``;
const json = (type: string, text: string) => `{"$type":"${type}","_value":${JSON.stringify(text)}}`;

/** Property values are JSON of the typed form. */
async function databaseOf({ nodes, relationships }: GraphData): Promise<Database> {
  const database = new Database();
  const ask = async (statement: string, parameters: Record<string, string>) => {
    await database.query({
      database: 'test',
      statement,
      parameters: new Map(Object.entries(parameters)),
      typedParameters: true,
    });
  };
  const mapOf = (properties: Readonly<Record<string, string>>) =>
    `{"$type":"Map","_value":{${Object.entries(properties)
      .map(([key, value]) => `${JSON.stringify(key)}:${value}`)
      .join(',')}}}`;
  for (const [index, { labels, properties }] of nodes.entries()) {
    const names = labels.map((label) => `:${quote(label)}`).join('');
    await ask(`CREATE (n${names}) SET n = $properties SET n.\`the key\` = ${index}`, { properties: mapOf(properties) });
  }
  for (const { start, end, type, properties } of relationships) {
    await ask(
      `MATCH (a {\`the key\`: ${start}}), (b {\`the key\`: ${end}}) CREATE (a)-[r:${quote(type)}]->(b) SET r = $properties`,
      { properties: mapOf(properties) },
    );
  }
  return database;
}

async function exported(database: Database, form: Form): Promise<string> {
  const target = join(folderWith({}), form === 'csv' ? 'graph' : `graph.${form}`);
  const reader = new GraphReader(database.connection, { database: 'test', allowsChanges: false });
  await writeWhole(target, form === 'csv' ? 'folder' : 'file', async (path) => {
    if (form === 'csv') return writeCsvFolder(reader, path, () => undefined);
    const file = new BufferedFile(path);
    await writeText(reader, form, file, () => undefined);
    file.flush();
  });
  return target;
}

/** The graph as text, in an order that does not depend on ids. */
async function contents(database: Database): Promise<unknown> {
  const rows = async (statement: string) => {
    const { values } = await database.query({ database: 'test', statement, typedAnswer: true });
    return values.map((row) => JSON.stringify(sortedKeys(row))).sort();
  };
  return {
    // A row for each label, as the order of a node's labels means nothing.
    nodes: await rows(
      'MATCH (n) WHERE NOT n:__SkeinImport UNWIND [null] + labels(n) AS label RETURN label, [key IN keys(n) | [key, n[key]]]',
    ),
    relationships: await rows(
      'MATCH (a)-[r]->(b) RETURN a.`the key`, type(r), [key IN keys(r) | [key, r[key]]], b.`the key`',
    ),
    indexes: await rows('SHOW INDEXES YIELD name, labelsOrTypes, properties'),
    constraints: await rows('SHOW CONSTRAINTS YIELD name, type, labelsOrTypes, properties'),
  };
}

/** The order of properties means nothing. */
function sortedKeys(row: readonly unknown[]): unknown {
  return row.map((cell) => {
    const { $type, _value } = cell as { $type: string; _value: unknown };
    return $type === 'List' ? (_value as unknown[]).map((item) => JSON.stringify(item)).sort() : cell;
  });
}

async function expectRoundTrip(database: Database, form: Form): Promise<void> {
  const copy = new Database();

  const { report } = await importInto(copy, sourceOf(await exported(database, form)));

  expect(report.badRows).toBe(0);
  expect(await contents(copy)).toEqual(await contents(database));
}

const AWKWARD = [
  '',
  ' ',
  '"',
  "'",
  '""',
  '\\',
  '\\u0041',
  '`',
  ';',
  ',',
  '\n',
  '\r\n',
  '\t',
  '\u0000',
  '\uFEFF',
  '\u2028',
  '😀',
  'é',
  '//',
  '/*',
  '{x: 1}',
  '1',
  'null',
  '=1+1',
  '__proto__',
  '$type',
];

const VALUES: readonly string[] = [
  ...['0', '-1', '9007199254740993', '9223372036854775807', '-9223372036854775808'].map((text) =>
    json('Integer', text),
  ),
  ...['0.0', '-0.0', '1.0', '0.1', '1e300', '5e-324', '9007199254740993.0', 'NaN', 'Infinity', '-Infinity'].map(
    (text) => json('Float', text),
  ),
  'true',
  'false',
  ...AWKWARD.map((text) => JSON.stringify(text)),
  JSON.stringify(AWKWARD.join('')),
  JSON.stringify('x'.repeat(300_000)),
  json('Date', '2024-02-29'),
  json('Date', '-0044-03-15'),
  json('LocalTime', '23:59:59.999999999'),
  json('Time', '12:00:00+01:00'),
  json('LocalDateTime', '2024-02-29T12:00:00.5'),
  json('OffsetDateTime', '2024-02-29T12:00:00Z'),
  json('ZonedDateTime', '2024-02-29T12:00:00+01:00[Europe/Zurich]'),
  json('Duration', 'P1Y2M3DT4H5M6.789S'),
  json('Duration', 'P-1M-2DT-0.5S'),
  json('Point', 'SRID=4326;POINT (8.5 47.4)'),
  json('Point', 'SRID=4979;POINT Z (8.5 47.4 400.0)'),
  json('Point', 'SRID=7203;POINT (-1.5 1e-10)'),
  json('Point', 'SRID=9157;POINT Z (1.0 2.0 3.0)'),
  '[]',
  '[1,2,9007199254740993]',
  '["a","b c"]',
  '["a;b",""]',
  '[""]',
  '[1.0,-0.0]',
  '[true,false]',
  `[${json('Date', '2024-01-01')},${json('Date', '2024-01-02')}]`,
  `[${json('Point', 'SRID=7203;POINT (1.0 2.0)')}]`,
];

describe.each(FORMS)('a graph exported as %s and imported again is the same', (form) => {
  test.each(VALUES.map((value) => ({ value, shown: value.slice(0, 60) })))(
    'with the value $shown',
    async ({ value }) => {
      const properties = { value };
      const database = await databaseOf({
        nodes: [
          { labels: ['A'], properties },
          { labels: [], properties: {} },
        ],
        relationships: [{ start: 0, end: 1, type: 'T', properties }],
      });

      await expectRoundTrip(database, form);
    },
  );

  test('with several types of value under one key, names of any kind, indexes and constraints', async () => {
    const names = AWKWARD.filter((name) => name !== '' && !name.includes(';') && !name.includes('\u0000'));
    const database = await databaseOf({
      nodes: VALUES.map((value, index) => ({
        labels: ['A', ...names.slice(index % 5, index % 7)],
        properties: { value, [names[index % names.length]!]: value },
      })),
      relationships: VALUES.map((value, index) => ({
        ...{ start: index, end: (index * 7) % VALUES.length, type: names[index % names.length]! },
        properties: { value, [names[(index * 3) % names.length]!]: value },
      })),
    });
    for (const statement of [
      'CREATE INDEX by_value FOR (n:A) ON (n.value)',
      'CREATE CONSTRAINT one_key FOR (n:A) REQUIRE n.`the key` IS UNIQUE',
      'CREATE CONSTRAINT has_value FOR (n:A) REQUIRE n.value IS NOT NULL',
    ]) {
      await database.rows(statement);
    }

    await expectRoundTrip(database, form);
  });

  test('without anything in it', async () => {
    await expectRoundTrip(new Database(), form);
  });

  test('whatever it holds', { timeout: 300_000 }, async () => {
    const text = fc.oneof(fc.constantFrom(...AWKWARD), fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }));
    const value = fc.oneof(
      fc.constantFrom(...VALUES.filter((candidate) => candidate.length < 1_000)),
      text.map((content) => JSON.stringify(content.toWellFormed())),
      fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map((integer) => json('Integer', String(integer))),
      fc.double().map((float) => json('Float', String(float))),
    );
    const name = fc.constantFrom('a', 'b', 'c d', 'e`f', 'g:h', 'i,"j"', '__proto__', 'é', '1');
    const properties = fc.dictionary(name, value, { maxKeys: 4 });
    const graph = fc.integer({ min: 1, max: 6 }).chain((count) =>
      fc.record({
        nodes: fc.array(fc.record({ labels: fc.uniqueArray(name, { maxLength: 3 }), properties }), {
          minLength: count,
          maxLength: count,
        }),
        relationships: fc.array(
          fc.record({ start: fc.nat(count - 1), end: fc.nat(count - 1), type: name, properties }),
          { maxLength: 6 },
        ),
      }),
    );

    await fc.assert(
      fc.asyncProperty(graph, async (data) => expectRoundTrip(await databaseOf(data), form)),
      { numRuns: 60 },
    );
  });
});

test('an export leaves nothing behind when it fails, and takes the place of nothing', async () => {
  const folder = folderWith({ 'here.ndjson': '' });
  mkdirSync(join(folder, 'full'));
  mkdirSync(join(folder, 'full', 'inner'));

  await expect(writeWhole(join(folder, 'here.ndjson'), 'file', async () => undefined)).rejects.toThrow(
    'is there already',
  );
  await expect(writeWhole(join(folder, 'full'), 'folder', async () => undefined)).rejects.toThrow('is there already');
  await expect(
    writeWhole(join(folder, 'new'), 'folder', async () => {
      throw new Error('broken');
    }),
  ).rejects.toThrow('broken');

  expect(readdirSync(folder).sort()).toEqual(['full', 'here.ndjson']);
});

test('an export of a graph that changes meanwhile ends with an error', async () => {
  const database = await databaseOf({ nodes: [{ labels: ['A'], properties: {} }], relationships: [] });
  let count = 0;
  const changing = {
    query: async (call: Parameters<Database['query']>[0]) => {
      count += 1;
      return { ...(await database.query(call)), bookmarks: [`bookmark ${count > 2 ? 2 : 1}`] };
    },
  };
  const read = async (allowsChanges: boolean) => {
    const reader = new GraphReader(changing, { database: 'test', allowsChanges });
    const nodes = [];
    for await (const page of reader.nodes()) nodes.push(...page);
    for await (const page of reader.relationships()) nodes.push(...page);
    return [nodes.length, (await reader.schema()).length];
  };

  await expect(read(false)).rejects.toThrow('was changed while it was read');
  expect(await read(true)).toEqual([1, 0]);
});
