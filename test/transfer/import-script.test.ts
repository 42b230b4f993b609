import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readStatement } from '../../cli/import/statement-kind.ts';
import { shapeOf } from '../../cli/import/statement-shape.ts';
import { type ScriptStatement, StatementSplitter } from '../../cli/import/statement-splitter.ts';
import { Database, folderWith, importInto, sourceOf } from './files.ts';

function split(chunks: readonly string[]): ScriptStatement[] {
  const splitter = new StatementSplitter((reason) => new Error(reason));
  return [...chunks.flatMap((chunk) => splitter.push(chunk)), ...splitter.end()];
}

function script(text: string) {
  return sourceOf(`${folderWith({ 'script.cypher': text })}/script.cypher`);
}

describe('statements of a script', () => {
  test('end at a semicolon outside of strings, names and comments', () => {
    const text = `:begin
CREATE (:A {x: 'a;\\'b', y: "//;"});  // a; comment
/* ; */ CREATE (:\`;\`\`;\`) ;;
:commit
MATCH (n) // no end; here
RETURN n`;

    expect(split([text])).toEqual([
      { text: `CREATE (:A {x: 'a;\\'b', y: "//;"})`, line: 2 },
      { text: 'CREATE (:`;``;`)', line: 3 },
      { text: 'MATCH (n) // no end; here\nRETURN n', line: 5 },
    ]);
  });

  test('are the same wherever the chunks end', () => {
    const piece = fc.constantFrom(
      "'a;\\''",
      '";"',
      '`;``',
      '//;\n',
      '/*;*/',
      '/',
      '*',
      ';',
      '\n',
      ' ',
      'CREATE',
      '\\',
      '1 / 2',
    );
    fc.assert(
      fc.property(fc.array(piece), fc.array(fc.nat(60)), (pieces, cuts) => {
        const text = pieces.join('');
        const places = [...new Set([0, ...cuts.map((at) => at % (text.length + 1)), text.length])].sort(
          (a, b) => a - b,
        );
        const chunks = places.slice(1).map((end, index) => text.slice(places[index], end));
        const outcome = (parts: readonly string[]) => {
          try {
            return split(parts);
          } catch (error) {
            return String(error);
          }
        };

        expect(outcome(chunks)).toEqual(outcome([text]));
      }),
      { numRuns: 1_000 },
    );
  });

  test.each([
    ["CREATE (:A);\nCREATE (:A {x: 'a});\n", 'line 2, column 16: what begins here does not end'],
    ['CREATE (:A);\n\n/* no end', 'line 3, column 1'],
    [`RETURN ${'1 + '.repeat(300_000)}1`, 'line 1: the statement is longer than'],
  ])('without an end are refused with their place', (text, message) => {
    expect(() => split([text])).toThrow(message);
  });
});

describe('a statement of a script', () => {
  test.each([
    [
      "CREATE (:A {i: -9223372036854775808, f: -.5e1, s: 'it\\'s \\u00e9', t: true, l: [1, \"x\"], d: DATE('2024-01-01')})",
      'shape',
    ],
    [
      'MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = 0 AND v.__mg_id__ = 1 CREATE (u)-[:`T` {x: 1.0}]->(v)',
      'shape',
    ],
    ['MATCH (a:A {id: 1}) MATCH (b:A {id: 2}) CREATE (a)<-[r:T]-(b)', 'shape'],
    ['MATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__', 'release'],
    ['CREATE INDEX ON :A(x)', 'alone'],
    ['CREATE TEXT INDEX x FOR (n:A) ON (n.x)', 'alone'],
    ['MATCH (n) CALL (n) { DELETE n } IN TRANSACTIONS', 'alone'],
    ['CALL db.ping()', 'alone'],
    ['BEGIN', 'nothing'],
    ['MATCH (n) RETURN n', 'nothing'],
    ['CREATE (row:A {x: 1})', 'chain'],
    ['CREATE (a:A), (a)', 'chain'],
    ['CREATE (a:A)-[:T]->(b)', 'chain'],
    ['CREATE (:A {x: 1 + 1})', 'chain'],
    ['CREATE (:A {x: rand()})', 'chain'],
    ['CREATE (:A {x: 0x10})', 'chain'],
    ['MATCH (a:A {id: 1}) CREATE (a)-[:T]->(c)', 'chain'],
    ['MATCH (a:A) WHERE a.x > 1 CREATE (a)-[:T]->(a)', 'chain'],
  ])('%s is run as %s', (text, expected) => {
    expect(readStatement(text).type).toBe(expected);
  });

  test('has a shape and values', () => {
    expect(shapeOf(`CREATE (:A {id: 7, s: "a\\nb", f: -1.0, l: [1, -2]})`)).toEqual({
      kind: 'nodes',
      clauses: ' CREATE(: A{ id: row[0], s: row[1], f: row[2], l:[ row[3], row[4]]})',
      values: '7,"a\\nb",-1.0,1,-2',
    });
  });
});

describe('an import of a script', () => {
  test('of the form of DUMP DATABASE gives the graph', async () => {
    const nodes = Array.from(
      { length: 300 },
      (_, id) => `CREATE (:__mg_vertex__:\`N${id % 2}\` {__mg_id__: ${id}, \`x\`: ${id}});`,
    );
    const relationships = Array.from(
      { length: 500 },
      (_, id) =>
        `MATCH (u:__mg_vertex__), (v:__mg_vertex__) WHERE u.__mg_id__ = ${id % 300} AND v.__mg_id__ = ${(id * 7) % 300} CREATE (u)-[:\`T\` {\`n\`: ${id}}]->(v);`,
    );
    const dump = [
      'CREATE INDEX ON :`N0`(`x`);',
      'CREATE INDEX ON :__mg_vertex__(__mg_id__);',
      ...nodes,
      ...relationships,
      'DROP INDEX ON :__mg_vertex__(__mg_id__);',
      'MATCH (u) REMOVE u:__mg_vertex__, u.__mg_id__;',
    ].join('\n');
    const database = new Database();

    const { report } = await importInto(database, script(dump));

    expect(report).toMatchObject({ outcome: 'imported', statements: 803, badRows: 0 });
    expect(await database.counts()).toEqual({ nodes: 300, relationships: 500 });
    expect(
      await database.rows(
        'MATCH (a:N0)-[r:T]->(b) WHERE a.x = r.n % 300 AND b.x = (r.n * 7) % 300 RETURN count(r), sum(size(keys(a)))',
      ),
    ).toEqual([[250, 250]]);
    expect(await database.rows('SHOW INDEXES YIELD labelsOrTypes')).toEqual([[['N0']]]);
  });

  test('runs statements in their order, and forgets what they return', async () => {
    const database = new Database();

    await importInto(
      database,
      script(`CREATE (:C {n: 0});
        MATCH (c:C) SET c.n = c.n + 1 RETURN c; // a comment
        MATCH (c:C) SET c.n = c.n * 10 WITH c RETURN c.n ORDER BY c.n LIMIT 1;
        CREATE (:C {n: 5});
        MATCH (c:C) WITH sum(c.n) AS total MERGE (:Total {n: total});
        CALL (*) { MATCH (c:C) DELETE c };
        CREATE CONSTRAINT FOR (t:Total) REQUIRE t.n IS UNIQUE;`),
    );

    expect(await database.rows('MATCH (n) WHERE NOT n:__SkeinImport RETURN labels(n), n.n')).toEqual([[['Total'], 15]]);
  });

  test('ends at the statement that is refused, by its line; with --bad-max it goes on', async () => {
    const text = `CREATE (:A {x: 1});\nCREATE (:A {x: 2}) SET oops;\n\nMATCH (a:A {x: 1})\nSET a.y = 1 / 0;\nCREATE (:B) RETURN 1;\n`;
    const bad = { path: `${folderWith({})}/bad.ndjson`, max: 0 };
    await expect(importInto(new Database(), script(text), { bad })).rejects.toThrow(/script\.cypher, line 2: /);
    const database = new Database();

    const { report, badRows } = await importInto(database, script(text));

    expect(report).toMatchObject({ badRows: 2 });
    expect(badRows.map(({ line }) => line)).toEqual([2, 4]);
    expect(await database.counts()).toEqual({ nodes: 2, relationships: 0 });
  });
});
