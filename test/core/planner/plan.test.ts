import { describe, expect, test } from 'vitest';
import { estimatedRows, operators, planText } from './plan-text.ts';

describe('where a MATCH starts', () => {
  test.each([
    { query: 'MATCH (n) RETURN n', start: 'ScanAll n' },
    { query: 'MATCH (n:Person) RETURN n', start: 'ScanAllByLabel n:Person' },
    { query: 'MATCH (n:Person:Rare) RETURN n', start: 'ScanAllByLabel n:Rare' },
    { query: 'MATCH (n:Person|City) RETURN n', start: 'ScanAllByLabels n:Person|City' },
    { query: 'MATCH (n:Rare&(Person|City)) RETURN n', start: 'ScanAllByLabel n:Rare' },
    { query: 'MATCH (n:!Person) RETURN n', start: 'ScanAll n' },
    { query: 'MATCH (n:Person {id: $id}) RETURN n', start: 'NodeIndexSeek n:Person(id) = $id' },
    { query: 'MATCH (n) WHERE n:Person AND $id = n.id RETURN n', start: 'NodeIndexSeek n:Person(id) = $id' },
    { query: 'MATCH (n:Person) WHERE n.id IN $ids RETURN n', start: 'NodeIndexSeek n:Person(id) IN $ids' },
    {
      query: 'MATCH (n:Person) WHERE n.id > 5 AND n.id <= 9 RETURN n',
      start: 'NodeIndexSeekByRange n:Person(id > 5 AND id <= 9)',
    },
    {
      query: 'MATCH (n:Person) WHERE 5 < n.id <= 9 RETURN n',
      start: 'NodeIndexSeekByRange n:Person(id > 5 AND id <= 9)',
    },
    { query: 'MATCH (n:Person) WHERE n.id <> 5 RETURN n', start: 'ScanAllByLabel n:Person' },
    { query: 'MATCH (n:Person) WHERE n.id = n.other RETURN n', start: 'ScanAllByLabel n:Person' },
    { query: 'MATCH (n:Person) WHERE n.id = 1 OR n.id = 2 RETURN n', start: 'ScanAllByLabel n:Person' },
    { query: 'MATCH (a:Person)-[:LIVES_IN]->(c:City) RETURN a', start: 'ScanAllByLabel c:City' },
    {
      query: "MATCH (a:Person)-[:LIVES_IN]->(c:City {name: 'Oslo'}) RETURN a",
      start: "NodeIndexSeek c:City(name) = 'Oslo'",
    },
    {
      query: 'MATCH (a:Person)-[:KNOWS]->(b:Person {id: 1})-[:KNOWS]->(c:Person) RETURN a',
      start: 'NodeIndexSeek b:Person(id) = 1',
    },
    {
      query: "MATCH (n:Person {last: 'a', first: 'b', born: 1}) RETURN n",
      start: "NodeIndexSeek n:Person(last, first, born) = 'a', 'b', 1",
    },
    {
      query: "MATCH (n:Person {last: 'a'}) WHERE n.first < 'b' AND n.born IS NOT NULL RETURN n",
      start: "NodeIndexSeekByRange n:Person(last = 'a' AND first < 'b')",
    },
    { query: "MATCH (n:Person {last: 'a', first: 'b'}) RETURN n", start: 'ScanAllByLabel n:Person' },
    {
      query: 'MATCH (c:City) WHERE point.distance(c.at, $here) <= 5 RETURN c',
      start: 'NodePointSeek c:City(at) within 5 of $here',
    },
    {
      query: 'MATCH (c:City) WHERE 5 > point.distance($here, c.at) RETURN c',
      start: 'NodePointSeek c:City(at) within 5 of $here',
    },
    {
      query: 'MATCH (c:City) WHERE point.withinBBox(c.at, $a, $b) RETURN c',
      start: 'NodePointSeek c:City(at) in $a, $b',
    },
    { query: 'MATCH (c:City) WHERE point.distance(c.at, $here) > 5 RETURN c', start: 'ScanAllByLabel c:City' },
    { query: 'MATCH (c:City) WHERE point.distance(c.at, c.other) < 5 RETURN c', start: 'ScanAllByLabel c:City' },
    { query: 'MATCH ()-[r:LIVES_IN {since: 7}]->() RETURN r', start: 'RelationshipIndexSeek r:LIVES_IN(since) = 7' },
    {
      query: 'MATCH (a:Person {id: 1})-[r:LIVES_IN {since: 7}]->() RETURN r',
      start: 'NodeIndexSeek a:Person(id) = 1',
    },
    {
      query: "MATCH (a:Person)-[r:LIVES_IN {street: 's', house: 7}]->(c:City) RETURN r",
      start: "RelationshipIndexSeek r:LIVES_IN(street, house) = 's', 7",
    },
  ])('$query: $start', ({ query, start }) => {
    expect(planText(query).at(-2)).toBe(start);
  });
});

describe('how many rows are expected', () => {
  test('relationships of a type lead to the label that they mostly lead to', () => {
    const all = estimatedRows('MATCH (a:Person {id: 1})-[:LIVES_IN]->(c) RETURN c');

    expect(estimatedRows('MATCH (a:Person {id: 1})-[:LIVES_IN]->(c:City) RETURN c')).toBeCloseTo(all, 1);
    expect(estimatedRows('MATCH (a:Person {id: 1})-[:KNOWS]->(c:City) RETURN c')).toBeLessThan(all);
  });
});

describe('the order of a plan', () => {
  test('a predicate stands where what it needs is first bound', () => {
    expect(
      planText('MATCH (a:Person {id: 1})-[:KNOWS]->(b)-[:LIVES_IN]->(c) WHERE b.age > 3 AND c.x = a.x RETURN c'),
    ).toEqual([
      'Produce c',
      'Filter c.x = a.x',
      'Expand (b)-[:LIVES_IN]->(c)',
      'Filter b.age > 3',
      'Expand (a)-[:KNOWS]->(b)',
      'NodeIndexSeek a:Person(id) = 1',
      'Once',
    ]);
  });

  test('both ends with an index are sought, and met in the middle', () => {
    expect(operators('MATCH (a:Person {id: 1})-[:KNOWS]->(x)-[:KNOWS]->(b:Person {id: 2}) RETURN x')).toEqual([
      'Produce',
      'ExpandInto',
      'Expand',
      'NodeIndexSeek',
      'NodeIndexSeek',
      'Once',
    ]);
  });

  test('a value of an earlier row can be sought', () => {
    expect(
      planText('UNWIND $rows AS r MATCH (a:Person {id: r.a}), (b:Person {id: r.b}) CREATE (a)-[:KNOWS {w: r.w}]->(b)'),
    ).toEqual([
      'CreateRelationship (a)-[:KNOWS {w: r.w}]->(b)',
      'NodeIndexSeek b:Person(id) = r.b',
      'NodeIndexSeek a:Person(id) = r.a',
      'Unwind $rows AS r',
      'Once',
    ]);
  });

  test('the cheaper relationship is expanded first', () => {
    const plan = planText('MATCH (a:Person {id: 1})-[:KNOWS]->(b), (a)-[:LIVES_IN]->(c) RETURN b, c');

    expect(plan.slice(1, 3)).toEqual(['Expand (a)-[:KNOWS]->(b)', 'Expand (a)-[:LIVES_IN]->(c)']);
  });

  test('trails between two known nodes are walked after a step that leaves few rows', () => {
    const plan = planText('MATCH (a:Person {id: 1}), (a)-[:LIVES_IN]->(c), (a)-[:KNOWS*]->(a) RETURN c');

    expect(plan.slice(1, 3)).toEqual(['ExpandVariable (a)-[:KNOWS*1..]->(a)', 'Expand (a)-[:LIVES_IN]->(c)']);
  });

  test('a pattern that is not to be there is a semi-join after all other predicates', () => {
    expect(
      planText(
        'MATCH (a:Person {id: 1})-[:KNOWS]->(b)-[:KNOWS]->(c) WHERE NOT (a)-[:KNOWS]->(c) AND c <> a RETURN DISTINCT c',
      ),
    ).toEqual([
      'Distinct',
      'Produce c',
      'AntiSemiApply',
      '  ExpandInto (a)-[:KNOWS]->(c)',
      '  Argument',
      'Filter c <> a',
      expect.stringMatching(/^Expand \(b\)-\[.*:KNOWS\]->\(c\)$/),
      expect.stringMatching(/^Expand \(a\)-\[.*:KNOWS\]->\(b\)$/),
      'NodeIndexSeek a:Person(id) = 1',
      'Once',
    ]);
  });

  test('ORDER BY and LIMIT are one operator', () => {
    expect(operators('MATCH (c:City) RETURN c.name AS name ORDER BY name SKIP 2 LIMIT 3')).toEqual([
      'Skip',
      'Top',
      'Produce',
      'ScanAllByLabel',
      'Once',
    ]);
  });

  test.each([
    { query: 'MATCH (a:Person)-[:KNOWS]->() RETURN count(*)', counts: true },
    { query: 'MATCH (a:Person)-[r:KNOWS]->(b) RETURN a.name, count(r)', counts: true },
    { query: 'MATCH (a:Person)-[:KNOWS]->(b) RETURN count(DISTINCT b)', counts: false },
    { query: 'MATCH (a:Person)-[:KNOWS]->(b) RETURN b.name, count(*)', counts: true },
    { query: 'MATCH (a:Person)-[:KNOWS]->(b) WHERE b.x = 1 RETURN count(*)', counts: true },
    { query: 'MATCH (a:Person)-[:KNOWS]->(b) WHERE b.x = a.x RETURN count(*)', counts: false },
    { query: 'MATCH (a)-[:KNOWS]->(b)-[:KNOWS]->(c) RETURN count(*)', counts: false },
    { query: 'MATCH (a)-[:KNOWS]->(b)-[:LIVES_IN]->(c) RETURN count(*)', counts: true },
  ])('$query adds up degrees: $counts', ({ query, counts }) => {
    expect(operators(query).includes('ExpandCount')).toBe(counts);
  });
});

describe('Eager stands between clauses where one writes what the other reads', () => {
  test.each([
    { query: 'MATCH (n) CREATE ()', eager: 1 },
    { query: 'MATCH (n:Person) CREATE (:City)', eager: 0 },
    { query: 'MATCH (n:Person) CREATE (:Person)', eager: 1 },
    { query: 'MATCH (n:Person:City) CREATE (:Person)', eager: 0 },
    { query: 'MATCH (n:Person) CREATE (n)-[:KNOWS]->(:City)', eager: 0 },
    { query: 'MATCH (n:Person)-[:KNOWS]->(m) CREATE (n)-[:KNOWS]->(m)', eager: 1 },
    { query: 'MATCH (n:Person)-[:KNOWS]->(m) CREATE (n)-[:LIVES_IN]->(m)', eager: 0 },
    { query: 'MATCH (n:Person)-->(m) CREATE (n)-[:LIVES_IN]->(m)', eager: 1 },
    { query: 'MATCH (n:Person) SET n.x = 1', eager: 0 },
    { query: 'MATCH (n:Person {x: 1}) SET n.x = 2', eager: 1 },
    { query: 'MATCH (n:Person {x: 1}) SET n.y = 2', eager: 0 },
    { query: 'MATCH (n:Person) SET n.x = 1 RETURN n.x', eager: 1 },
    { query: 'MATCH (n:Person) SET n.x = 1 RETURN n', eager: 0 },
    { query: 'MATCH (n:Person) SET n:City', eager: 0 },
    { query: 'MATCH (n:Person) SET n:City WITH n MATCH (c:City) RETURN c', eager: 1 },
    { query: 'MATCH (n:Person) DETACH DELETE n', eager: 1 },
    { query: 'MATCH (n:Person) WITH collect(n) AS ns UNWIND ns AS n DETACH DELETE n', eager: 0 },
    { query: 'UNWIND $rows AS r MERGE (n:Person {id: r.id}) ON CREATE SET n.name = r.name', eager: 0 },
    { query: 'UNWIND $rows AS r MERGE (a:Person {id: r.a}) MERGE (b:Person {id: r.b})', eager: 1 },
    { query: 'UNWIND $rows AS r MATCH (n:Person {id: r.id}) SET n.name = r.name', eager: 0 },
    { query: 'UNWIND $rows AS r MATCH (n:Person {id: r.id}) SET n += r', eager: 1 },
    { query: 'MATCH (n:Person) WITH count(*) AS c CREATE (:Person {c: c})', eager: 0 },
  ])('$query: $eager', ({ query, eager }) => {
    expect(operators(query).filter((operator) => operator === 'Eager')).toHaveLength(eager);
  });
});

describe('a statement that is too complex is refused quickly', () => {
  const many = (count: number, piece: (i: number) => string, joint = ' ') =>
    Array.from({ length: count }, (_, i) => piece(i)).join(joint);

  test.each([
    { what: 'predicates', text: `MATCH (n {${many(1_000, (i) => `x${i}: ${i}`, ', ')}}) RETURN n` },
    {
      what: 'operators',
      text: `${many(4, (i) => `MATCH (n${i} {${many(450, (j) => `x${j}: ${j}`, ', ')}})`)} RETURN 1`,
    },
  ])('$what', ({ text }) => {
    expect(() => planText(text)).toThrow(/^A statement may have at most/);
  });

  test.each([
    { what: 'a long path', text: `MATCH ${many(32, () => '(:Person)', '-[:KNOWS]->')} RETURN 1` },
    { what: 'many nodes', text: `MATCH ${many(60, (i) => `(a${i}:Person {x: ${i}})`, ', ')} RETURN 1` },
    { what: 'a long CREATE', text: `CREATE ${many(1_000, (i) => `(n${i} {x: ${i}})`, ', ')}` },
    { what: 'many columns', text: `MATCH (n) RETURN ${many(5_000, (i) => `n.x${i}`, ', ')}, count(*)` },
  ])('while $what can be planned', ({ text }) => {
    expect(planText(text).length).toBeGreaterThan(1);
  });
});

describe('queries inside expressions', () => {
  test('stand in the plan where every row asks for them', () => {
    expect(
      operators('MATCH (n:Rare) RETURN COUNT { (n)-[:KNOWS]->(:Rare) } AS c, [(n)-[:KNOWS]->(m) | m.id] AS l'),
    ).toEqual([
      'Produce',
      'RollUpApply',
      'Produce',
      'Expand',
      'Argument',
      'RollUpApply',
      'Filter',
      'Expand',
      'Argument',
      'ScanAllByLabel',
      'Once',
    ]);
  });

  test('stay where they are when only some rows, or the elements of a list, ask for them', () => {
    const queries = [
      'RETURN CASE WHEN $x THEN COUNT { (:Rare) } ELSE 0 END AS c',
      'RETURN coalesce($x, COUNT { (:Rare) }) AS c',
      'RETURN [x IN $xs | COUNT { (:Rare {id: x}) }] AS c',
      'MATCH (n:Rare) WHERE n.id = 1 OR EXISTS { (n)-[:KNOWS]->(:Rare) } RETURN n',
    ];

    for (const query of queries) expect(operators(query)).not.toContain('RollUpApply');
  });

  test('a condition with one stands where what it needs is bound', () => {
    expect(operators('MATCH (a:Rare)-[:KNOWS]->(b) WHERE COUNT { (a)-[:LIVES_IN]->() } > 1 RETURN b')).toEqual([
      'Produce',
      'Expand',
      'Filter',
      'RollUpApply',
      'Expand',
      'Argument',
      'ScanAllByLabel',
      'Once',
    ]);
  });
});

describe('paths', () => {
  test('a repeated relationship with a condition is one of variable length', () => {
    expect(planText('MATCH (a:Rare)-[r:KNOWS WHERE r.since > 1]->{1,3}(b) RETURN b').at(1)).toBe(
      'ExpandVariable (a)-[r:KNOWS*1..3]->(b)',
    );
  });

  test('a quantified pattern is walked from the end that is found more cheaply', () => {
    expect(planText('MATCH (a) ((x)-[:KNOWS]->(y)){1,3} (b:Person {id: 1}) RETURN a')).toEqual([
      'Produce a',
      'Repeat (b) (…){1,3} (a)',
      '  Expand (y)<-[anon_2:KNOWS]-(x)',
      '  Argument',
      'NodeIndexSeek b:Person(id) = 1',
      'Once',
    ]);
  });

  test('a relationship whose properties name another part waits for it', () => {
    expect(operators('MATCH (a:Rare)-[:KNOWS* {since: c.id}]->(b), (c:City) RETURN b')).toEqual([
      'Produce',
      'ExpandVariable',
      'ScanAllByLabel',
      'ScanAllByLabel',
      'Once',
    ]);
  });
});

test.each([
  ['nodes that have nothing to do with each other', Array.from({ length: 490 }, (_, i) => `(n${i})`).join()],
  ['a long path', Array.from({ length: 240 }, (_, i) => `(n${i})`).join('-->')],
  ['many small paths', Array.from({ length: 160 }, (_, i) => `(a${i}:Person {id: ${i}})-->(b${i})`).join()],
])('%s are planned in a moment', (_, pattern) => {
  const start = performance.now();

  operators(`MATCH ${pattern} RETURN 1 AS x`);

  // Some tens of milliseconds by themselves; growth with the square or worse would take far longer.
  expect(performance.now() - start).toBeLessThan(2_000);
});
