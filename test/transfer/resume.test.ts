/** Imports that end anywhere, and are started again. */
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Breaking, Database, type Files, folderWith, importInto, readBadRows, sourceOf } from './files.ts';

const COUNT = 400;
const numbers = Array.from({ length: COUNT }, (_, index) => index);
/** One of these names a node that is not there. */
const end = (index: number) => (index * 7) % (COUNT + 1);

const CSV: Files = {
  'a.csv': `:ID,:LABEL,n:int\n${numbers.map((index) => `${index},N${index % 2},${index}`).join('\n')}\n`,
  'b.csv': `:START_ID,:END_ID,:TYPE\n${numbers.map((index) => `${index},${end(index)},T${index % 3}`).join('\n')}\n`,
};

const MAPPED: Files = {
  'import.json': JSON.stringify({
    nodes: [{ file: 'a.csv', label: 'N', id: 'n', columns: { n: 'integer' } }],
    relationships: [
      {
        file: 'b.csv',
        type: 'T',
        from: { column: 'from', label: 'N', property: 'n', type: 'integer' },
        to: { column: 'to', label: 'N', property: 'n', type: 'integer' },
        columns: {},
      },
    ],
  }),
  'a.csv': `n\n${numbers.join('\n')}\n`,
  'b.csv': `from,to\n${numbers.map((index) => `${index},${end(index)}`).join('\n')}\n`,
};

const NDJSON: Files = {
  'a.ndjson': [
    ...numbers.map((index) => `{"type":"node","id":"${index}","labels":["N${index % 2}"],"properties":{"n":${index}}}`),
    ...numbers.map(
      (index) =>
        `{"type":"relationship","label":"T${index % 3}","start":{"id":"${index}"},"end":{"id":"${end(index)}"},"properties":{}}`,
    ),
    '{"type":"schema","statement":"CREATE INDEX by_n FOR (n:N0) ON (n.n)"}',
    '{"type":"schema","statement":"CREATE CONSTRAINT one_n FOR (n:N1) REQUIRE n.n IS UNIQUE"}',
  ].join('\n'),
};

const SCRIPT: Files = {
  'a.cypher': [
    'CREATE INDEX ON :V(id)',
    ...numbers.map((index) => `CREATE (:V:N${index % 2} {id: ${index}, n: ${index}})`),
    'MATCH (n:V {id: 0}) SET n.count = 1 RETURN n',
    ...numbers.map(
      (index) =>
        `MATCH (a:V), (b:V) WHERE a.id = ${index} AND b.id = ${end(index) % COUNT} CREATE (a)-[:T${index % 3}]->(b)`,
    ),
    ...numbers.slice(0, 120).map((index) => `MATCH (n:V {id: 0}) SET n.count = n.count + ${index}`),
    'DROP INDEX ON :V(id)',
    'MATCH (u) REMOVE u:V, u.id',
  ].join(';\n'),
};

/** All that can be told apart, whatever the ids in the store. */
async function contents(database: Database): Promise<unknown> {
  return {
    nodes: await database.rows('MATCH (n) WHERE NOT n:__SkeinImport RETURN labels(n), properties(n) ORDER BY n.n'),
    relationships: await database.rows('MATCH (a)-[r]->(b) RETURN a.n, type(r), b.n ORDER BY a.n, type(r), b.n'),
    indexes: await database.rows('SHOW INDEXES YIELD labelsOrTypes, properties'),
    notes: await database.rows(
      'MATCH (i:__SkeinImport) RETURN i.nodes, i.relationships, i.statements, i.finished IS NULL',
    ),
  };
}

test.each(
  [
    { form: 'neo4j-admin', files: CSV, path: '' },
    { form: 'a mapping', files: MAPPED, path: '' },
    { form: 'NDJSON', files: NDJSON, path: 'a.ndjson' },
    { form: 'a script', files: SCRIPT, path: 'a.cypher' },
  ].flatMap((form) => (['before', 'after'] as const).map((when) => ({ ...form, when }))),
)(
  'an import of $form that dies $when any of its statements goes on, and nothing is there twice',
  async ({ files, path, when }) => {
    const folder = folderWith(files);
    const source = sourceOf(join(folder, path));
    const whole = new Database();
    const { badRows } = await importInto(whole, source);
    const expected = await contents(whole);
    const bad = { path: join(folder, 'bad.txt'), max: 1_000 };

    for (let number = 1; ; number += 1) {
      const database = new Database();
      const ended = await importInto(new Breaking(database, number, when), source, { bad }).catch(() => undefined);
      if (ended) break;

      const { report } = await importInto(database, source, { bad, append: true });

      expect({ number, ...((await contents(database)) as object) }).toEqual({ number, ...(expected as object) });
      expect(report.badRows).toBe(badRows.length);
      if (badRows.length > 0) expect(readBadRows(bad.path).length).toBe(badRows.length);
    }
  },
);
