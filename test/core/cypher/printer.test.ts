/** parse ∘ print ∘ parse = parse: over the compatibility kit's queries, and over random ones. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Statement } from '../../../core/cypher/ast.ts';
import { parse } from '../../../core/cypher/parser.ts';
import { GraphError } from '../../../core/error.ts';
import { Dice } from '../../reference/dice.ts';
import { randomQuery } from '../../reference/generator.ts';
import { queryText } from '../../reference/query.ts';
import { printQuery } from './printer.ts';

/** A tree without what depends on where and how it was written. */
function meaning(value: unknown): unknown {
  if (typeof value === 'bigint') return `${value}n`;
  if (Array.isArray(value)) return value.map(meaning);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([key]) => key !== 'span' && key !== 'text');
  // A column without an alias is named by its source.
  const named = 'aliased' in value && !value.aliased ? entries.filter(([key]) => key !== 'name') : entries;
  return Object.fromEntries(
    named.filter(([, field]) => field !== undefined).map(([key, field]) => [key, meaning(field)]),
  );
}

function expectRoundTrip(statement: Statement): void {
  const { body } = statement;
  if (body.type !== 'query') return;
  const printed = printQuery(body);
  let again: Statement;
  try {
    again = parse(printed);
  } catch (error) {
    throw new Error(`${statement.text}\nis printed as\n${printed}\nwhich does not parse: ${String(error)}`, {
      cause: error,
    });
  }
  expect(meaning(again.body), `${statement.text}\nis printed as\n${printed}`).toEqual(meaning(body));
}

function parsed(text: string): Statement | undefined {
  try {
    return parse(text);
  } catch (error) {
    if (error instanceof GraphError) return undefined;
    throw error;
  }
}

/** Everything between triple quotes in the kit's features, and what backticks hold in the docs. */
function corpus(): string[] {
  const features = join(import.meta.dirname, '../../tck/features');
  const files = readdirSync(features, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.feature'),
  );
  const texts = files.map((file) => readFileSync(join(features, file), 'utf8'));
  return texts.flatMap((text) => [...text.matchAll(/"""\n([\s\S]*?)"""/g)].map((match) => match[1] ?? ''));
}

test('every query of the compatibility kit is the same after printing and parsing', () => {
  const statements = corpus().flatMap((text) => parsed(text) ?? []);

  for (const statement of statements) expectRoundTrip(statement);

  expect(statements.length).toBeGreaterThan(1_000);
});

test.each([
  'MATCH (n:(A|B)&!C) WHERE n IS :: NODE RETURN n {.*, .x, y: 1, n}',
  'MATCH p = ((a)-[r:T WHERE r.x > 1]->(b) WHERE a.x < b.x){1,3} (c) RETURN p',
  'MATCH (a)-[r *BFS 1..5 (e, n | n.x > 1)]->(b) RETURN r',
  'MATCH (a)-[r *WSHORTEST 5 (e, n | e.w) total (e, n | n.x > 1)]->(b) RETURN total',
  'MATCH (a), (b) MATCH (a)-[r *KSHORTEST 1..5 | 3]->(b) RETURN r',
  'CALL (x, y) { RETURN 1 AS z UNION ALL RETURN 2 AS z } IN TRANSACTIONS OF 10 ROWS ON ERROR CONTINUE REPORT STATUS AS s RETURN z',
  'MATCH (n) FOREACH (x IN [1, 2] | SET n.x = x MERGE (n)-[:T]->(:A {x: x}) ON CREATE SET n += {y: 1} ON MATCH SET n:B:C) FINISH',
  "RETURN reduce(s = 0, x IN [1, 2] | s + x), all(x IN [] WHERE x), [x IN [1] WHERE x > 0 | x], 'a\\'\\\\\\u0041' =~ 'b' AS `odd ``name`",
  'RETURN CASE x WHEN 1 THEN 2 ELSE 3 END, CASE WHEN true THEN 1 END, -1, - (1), 1.5e300, -9223372036854775808, COLLECT { RETURN 1 }',
  "RETURN 1 IS :: LIST<INTEGER NOT NULL | FLOAT> NOT NULL, 'a' IS NOT NFKD NORMALIZED, x[1..], x[..2], x[0], 1 < 2 <= 3",
  'CALL db.labels() YIELD label AS l WHERE l <> "" RETURN DISTINCT *, l ORDER BY l DESC SKIP 1 LIMIT 2',
  'MATCH (n) REMOVE n.x, n:A DETACH DELETE n',
  'MATCH (n:A:B:$(x)&$any(y))-[r:$("R" + x)]->(:$(z)) WHERE n:C&$(u) SET n[$k] = 1, n:A:$(x) REMOVE n[a.b], n:$(y):D',
  'CREATE (:A:$(x) {y: 1})-[:$(t)]->(:$all([x, y])) MERGE (:$(x))',
  'CALL { CREATE () } IN 3 CONCURRENT TRANSACTIONS OF 10 ROWS CALL { CREATE () } IN CONCURRENT TRANSACTIONS',
  'RETURN INF, -Infinity, NaN',
  "RETURN CASE x WHEN 1, 2 THEN 'a' WHEN > 3, IS NULL THEN CASE y WHEN STARTS WITH 'b' THEN 1 END ELSE 2 END",
])('%s is the same after printing and parsing', (text) => {
  expectRoundTrip(parse(text));
});

// Others and more of them: PRINTER_RUNS=100000 npx vitest run test/core/cypher/printer.test.ts
const RUNS = Number(process.env.PRINTER_RUNS ?? 5_000);
/** The same queries in every test run; fresh ones where more are asked for. */
const START = process.env.PRINTER_RUNS === undefined ? { seed: 20_261_127 } : {};

test(`${RUNS} random queries are the same after printing and parsing`, { timeout: 3_600_000 }, () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      expectRoundTrip(parse(queryText(randomQuery(new Dice(seed)))));
    }),
    { numRuns: RUNS, ...START },
  );
});

/** Tokens of the kit's queries, shuffled in small ways: what still parses must survive printing too. */
test(`${RUNS} of the kit's queries, changed at random, are the same after printing and parsing if they parse`, {
  timeout: 3_600_000,
}, () => {
  const texts = corpus();
  const pieces = texts.map((text) => text.match(/\w+|\s+|[^\w\s]/g) ?? []);
  let count = 0;

  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), (seed) => {
      const dice = new Dice(seed);
      const changed = [...dice.pick(pieces)];
      for (let times = 1 + dice.below(3); times > 0 && changed.length > 0; times--) {
        const at = dice.below(changed.length);
        const other = dice.pick(pieces);
        const piece = other.length > 0 ? dice.pick(other) : ' ';
        changed.splice(at, dice.below(2), ...(dice.chance(0.5) ? [piece] : []));
      }
      const statement = parsed(changed.join(''));
      if (statement === undefined) return;
      count += 1;
      expectRoundTrip(statement);
    }),
    { numRuns: RUNS, ...START },
  );

  expect(count).toBeGreaterThan(RUNS / 10);
});
