/** The engine against a naive evaluator: random queries on random small graphs. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NodeRecord, RelationshipRecord, type ResultValue } from '../../core/value/value.ts';
import { Database } from '../core/engine/database.ts';
import { Dice } from './dice.ts';
import { evaluate, type ReferenceValue, TooManyRows, valueKey } from './evaluator.ts';
import { randomQuery, randomReading } from './generator.ts';
import {
  createStatement,
  type ReferenceGraph,
  type ReferenceNode,
  type ReferenceRelationship,
  randomGraph,
  type Scalar,
} from './graph.ts';
import { type Clause, queryText } from './query.ts';
import { contentsOf, evaluateWrites, randomWrites, writingText } from './writes.ts';

// Others and more of them: REFERENCE_RUNS=100000 npx vitest run test/reference; one again: REFERENCE_SEED=…
const RUNS = Number(process.env.REFERENCE_RUNS ?? 5_000);
/** The same queries in every test run, so that a change is what makes it fail; fresh ones where more are asked for. */
const START = process.env.REFERENCE_RUNS === undefined ? { seed: 20_261_127 } : {};
const SEED = process.env.REFERENCE_SEED === undefined ? undefined : Number(process.env.REFERENCE_SEED);

/** Half of the graphs are told to the planner as so many times as large: joins and the like only pay in large ones. */
const LARGE = 1_000;

test(`the engine and the naive evaluator agree on ${RUNS} random queries`, { timeout: 3_600_000 }, () => {
  const counts = { rows: 0, empty: 0 };
  const compare = (seed: number) => {
    const count = compareOnce(seed);
    fc.pre(count !== undefined);
    counts.rows += count;
    if (count === 0) counts.empty += 1;
  };
  if (SEED !== undefined) return void compareOnce(SEED);
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), compare), { numRuns: RUNS, ...START });

  // Queries that find nothing prove little.
  expect(counts.empty).toBeLessThan(RUNS * 0.6);
});

test(`what ${RUNS} random writes leave is what the naive evaluator says`, { timeout: 3_600_000 }, () => {
  if (SEED !== undefined) return compareWrites(SEED);
  fc.assert(fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), compareWrites), { numRuns: RUNS, ...START });
});

function compareWrites(seed: number): void {
  const dice = new Dice(seed);
  const graph = randomGraph(dice);
  const { clauses: reading, ...bound } = randomReading(dice);
  const query = { reading, writes: randomWrites(dice, bound) };
  const expected = unlessTooMany(() => evaluateWrites(graph, query));
  if (expected === undefined) return fc.pre(SEED !== undefined);
  const database = new Database({}, undefined, dice.chance(0.5) ? LARGE : 1);
  const create = createStatement(graph);
  if (create !== undefined) database.run(create);
  if (dice.chance(0.5)) database.run('CREATE INDEX FOR (n:A) ON (n.x)');
  const sliceWork = dice.chance(0.5) ? 1 + dice.below(20) : Number.POSITIVE_INFINITY;
  const text = writingText(query);
  const what = `seed ${seed}\n${create}\n${text}`;

  const found = rowsOf(() => database.run(text, {}, sliceWork).rows, what);

  expect(found, what).toEqual([JSON.stringify([expected.rows])]);
  expect(contentsOf(graphOf(database)), what).toEqual(contentsOf(expected.graph));
}

/** What the engine holds, as a plain graph. */
function graphOf(database: Database): ReferenceGraph {
  const nodes = new Map<string, ReferenceNode>();
  for (const [node] of database.run('MATCH (n) RETURN n').rows) {
    if (!(node instanceof NodeRecord)) continue;
    nodes.set(node.elementId, {
      kind: 'node',
      uid: -1,
      labels: node.labels,
      properties: plainProperties(node.properties),
    });
  }
  const relationships = database.run('MATCH ()-[r]->() RETURN r').rows.flatMap(([each]): ReferenceRelationship[] => {
    if (!(each instanceof RelationshipRecord)) return [];
    const [start, end] = [nodes.get(each.startElementId)!, nodes.get(each.endElementId)!];
    const properties = plainProperties(each.properties);
    return [{ kind: 'relationship', uid: -1, type: each.relationshipType, start, end, properties }];
  });
  return { nodes: [...nodes.values()], relationships };
}

function plainProperties(properties: ReadonlyMap<string, ResultValue>): Record<string, Scalar> {
  // The reference stores scalars only.
  return Object.fromEntries([...properties].map(([key, value]) => [key, resultKey(value) as Scalar]));
}

/** Answers with the number of rows; undefined when there would be too many on the way. */
function compareOnce(seed: number): number | undefined {
  const dice = new Dice(seed);
  const graph = randomGraph(dice);
  const clauses = randomQuery(dice);
  const reference = unlessTooMany(() => evaluate(graph, clauses));
  if (reference === undefined) return undefined;
  const database = new Database({}, undefined, dice.chance(0.5) ? LARGE : 1);
  const create = createStatement(graph);
  if (create !== undefined) database.run(create);
  if (dice.chance(0.5)) database.run('CREATE INDEX FOR (n:A) ON (n.x)');
  const sliceWork = dice.chance(0.5) ? 1 + dice.below(20) : Number.POSITIVE_INFINITY;
  const text = queryText(clauses);

  const expected = reference.map((row) => JSON.stringify(row.map(valueKey)));
  const found = rowsOf(() => database.run(text, {}, sliceWork).rows, `seed ${seed}\n${create}\n${text}`);

  const isOrdered = lastOf(clauses).descending !== undefined;
  const inOrder = (rows: string[]) => (isOrdered ? rows : rows.toSorted());
  expect(inOrder(found), `seed ${seed}\n${create}\n${text}`).toEqual(inOrder(expected));
  return expected.length;
}

/** Undefined when there would be more rows on the way than are worth it. */
function unlessTooMany<Answer>(work: () => Answer): Answer | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof TooManyRows) return undefined;
    throw error;
  }
}

function rowsOf(run: () => readonly (readonly ResultValue[])[], what: string): string[] {
  try {
    return run().map((row) => JSON.stringify(row.map(resultKey)));
  } catch (error) {
    throw new Error(`${error instanceof Error ? error.message : String(error)}\n${what}`, { cause: error });
  }
}

/** As valueKey, for the engine's values. */
function resultKey(value: ResultValue): unknown {
  if (value instanceof NodeRecord) return { node: value.properties.get('uid') };
  if (value instanceof RelationshipRecord) return { relationship: value.properties.get('uid') };
  if (Array.isArray(value)) return value.map(resultKey);
  // A FLOAT; the reference has only JavaScript's numbers.
  if (typeof value === 'object' && value !== null && 'value' in value) return value.value;
  return value satisfies ResultValue as ReferenceValue;
}

function lastOf(clauses: readonly Clause[]): Extract<Clause, { type: 'return' | 'with' }> {
  const last = clauses.at(-1);
  if (last?.type !== 'return') throw new Error('a query ends with RETURN');
  return last;
}
