/** Chains of expansions that are asked only for their ends, against the same chains with all their trails. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Database } from '../engine/database.ts';
import { operators as planOperators } from '../planner/plan-text.ts';

interface Edge {
  readonly start: number;
  readonly end: number;
  readonly type: 'A' | 'B';
}

const NODES = 5;

/** Few nodes and many relationships, so that there are loops, parallels and ways back. */
const edges = fc.array(
  fc.record({
    start: fc.nat(NODES - 1),
    end: fc.nat(NODES - 1),
    type: fc.constantFrom<Edge['type']>('A', 'A', 'A', 'B'),
  }),
  { maxLength: 9 },
);

const arrow = fc.constantFrom('-[:A]->', '<-[:A]-', '-[:A]-', '-->', '-[:B]->', '-[:A|B]->');

/** Mostly of one direction, since then many nodes are expanded at a stroke. */
const steps = fc.oneof(
  fc.array(arrow, { minLength: 2, maxLength: 5 }),
  fc.integer({ min: 2, max: 6 }).map((length) => Array.from({ length }, () => '-[:A]->')),
);

const between = fc.constantFrom('()', '()', '(:Odd)', '({odd: 1})');

const chain = fc
  .tuple(steps, fc.infiniteStream(between))
  .map(([arrows, nodes]) =>
    arrows.map((each, at) => each + (at === arrows.length - 1 ? '(n)' : nodes.next().value)).join(''),
  );

const repeated = fc
  .tuple(
    fc.constantFrom('->', '-'),
    fc.constantFrom(
      '*',
      '*..2',
      '*..3',
      '*1..4',
      '*0..2',
      '*2..3',
      '*3..3',
      '*2..5',
      '*2',
      '*6',
      ':A*',
      ':A*..5',
      ':A|B*1..6',
    ),
  )
  .map(([direction, hops]) => `-[${hops}]${direction}(n)`);

function databaseOf(list: readonly Edge[]): Database {
  const database = new Database();
  database.run('UNWIND range(0, $last) AS i CREATE (n:N {id: i, odd: i % 2})', { last: NODES - 1 });
  database.run('MATCH (n) WHERE n.odd = 1 SET n:Odd');
  database.run('CREATE INDEX n_id FOR (n:N) ON (n.id)');
  for (const { start, end, type } of list) {
    database.run(`MATCH (a:N {id: $start}), (b:N {id: $end}) CREATE (a)-[:${type}]->(b)`, { start, end });
  }
  return database;
}

function sorted(rows: unknown[][]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}

function expectSameEnds(database: Database, pattern: string): void {
  const start = 'MATCH (s:N) WHERE s.id < 2 MATCH (s)';
  const all = sorted(database.rows(`${start}${pattern} RETURN s.id, n.id`));
  const ends = [...new Set(all)];

  expect(sorted(database.rows(`${start}${pattern} RETURN DISTINCT s.id, n.id`))).toEqual(ends);
  expect(sorted(database.rows(`${start}${pattern} RETURN DISTINCT s.id, n.id`, {}, 1))).toEqual(ends);
  expect(database.rows(`MATCH (s:N {id: 0})${pattern} RETURN count(DISTINCT n)`)).toEqual([
    [ends.filter((row) => row.startsWith('[0,')).length],
  ]);
}

describe('the ends of trails are those of all trails, each once', () => {
  test('for a chain of patterns', () => {
    fc.assert(
      fc.property(edges, chain, (list, pattern) => expectSameEnds(databaseOf(list), pattern)),
      { numRuns: 300 },
    );
  });

  test('for a variable-length pattern', () => {
    fc.assert(
      fc.property(edges, repeated, (list, pattern) => expectSameEnds(databaseOf(list), pattern)),
      { numRuns: 300 },
    );
  });
});

describe('a reader of ends', () => {
  test.each(['-[:A]->()-[:A]->()-[:A]->(n)', '-[:A*..3]->(n)', '-[:A*..3]-(n)'])(
    '%s sees the graph as it was when it began',
    (pattern) => {
      const list = Array.from({ length: 40 }, (_, at): Edge => ({ start: at % 5, end: (at * 3) % 5, type: 'A' }));
      const database = databaseOf(list);
      const query = `MATCH (s:N {id: 0})${pattern} RETURN DISTINCT n.id AS id`;
      const before = sorted(database.rows(query));
      const reader = database.start(query);
      expect(reader.next(1)).toBe('paused');

      database.run('MATCH (n:N) WHERE n.id > 1 DETACH DELETE n');
      database.run('MATCH (n:N {id: 0}) CREATE (n)-[:A]->(:N {id: 7})');
      while (reader.next(1) === 'paused');

      expect(sorted(reader.rows.map((row) => [...row]))).toEqual(before);
    },
  );
});

test.each([
  { query: 'MATCH (s)-[:A]->()-[:A]->(n) RETURN DISTINCT n', operator: 'TrailEnds' },
  { query: 'MATCH (s)-[:A]->(m)-[:A]->(n) RETURN DISTINCT n, m', operator: 'Expand' },
  { query: 'MATCH (s)-[:A]->()-[:A]->(n) RETURN n', operator: 'Expand' },
  { query: 'MATCH (s)-[r:A]->()-[:A]->(n) RETURN DISTINCT n, r', operator: 'Expand' },
  { query: 'MATCH (s)-[:A]->()-[:A]->(n) RETURN count(DISTINCT n)', operator: 'TrailEnds' },
  { query: 'MATCH (s)-[:A]->()-[:A]->(n) RETURN max(n.id), min(n.id)', operator: 'TrailEnds' },
  { query: 'MATCH (s)-[:A]->()-[:A]->(n) RETURN max(n.id), count(*)', operator: 'Expand' },
  { query: 'MATCH (s)-[:A]->()-[:A]->(n) RETURN DISTINCT rand() < 0.5', operator: 'Expand' },
  { query: 'MATCH (s)-[:A*2..4]->(n) RETURN DISTINCT n', operator: 'TrailEnds' },
  { query: 'MATCH (s)-[:A*]->(n) RETURN DISTINCT n', operator: 'Reachable' },
  { query: 'MATCH (s)-[:A*0..]->(n) WITH DISTINCT n RETURN count(*)', operator: 'Reachable' },
  { query: 'MATCH (s)-[r:A*]->(n) RETURN DISTINCT n, r', operator: 'ExpandVariable' },
  { query: 'MATCH p = (s)-[:A*]->(n) RETURN DISTINCT length(p)', operator: 'ExpandVariable' },
  { query: 'MATCH (s)-[:A*2..9]->(n) RETURN DISTINCT n', operator: 'ExpandVariable' },
])('$query runs by $operator', ({ query, operator }) => {
  const operators = planOperators(query);

  expect(operators).toContain(operator);
  expect(operators.filter((name) => ['TrailEnds', 'Reachable'].includes(name) && name !== operator)).toEqual([]);
});
