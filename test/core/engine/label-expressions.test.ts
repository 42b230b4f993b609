import { beforeAll, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

const database = new Database();
beforeAll(() => {
  database.run(`CREATE (ab:A:B {n: 'ab'}), (a:A {n: 'a'}), (c:C {n: 'c'}), (x {n: 'x'}),
                       (ab)-[:R {w: 1}]->(a), (a)-[:S {w: 2}]->(c), (c)-[:T {w: 3}]->(x), (x)-[:R {w: 4}]->(ab)`);
});

describe('label expressions', () => {
  test.each([
    { labels: ':A|C', names: ['a', 'ab', 'c'] },
    { labels: ':A|B', names: ['a', 'ab'] },
    { labels: ':C|Nothing|A|B', names: ['a', 'ab', 'c'] },
    { labels: ':A&B', names: ['ab'] },
    { labels: ':A:B', names: ['ab'] },
    { labels: ':!A', names: ['c', 'x'] },
    { labels: ':%', names: ['a', 'ab', 'c'] },
    { labels: ':!%', names: ['x'] },
    { labels: ':A&!B|C', names: ['a', 'c'] },
    { labels: ':!(A|C)', names: ['x'] },
    { labels: ' IS A|C', names: ['a', 'ab', 'c'] },
    { labels: ':Nothing|!Nothing', names: ['a', 'ab', 'c', 'x'] },
  ])('(n$labels) are $names, in a pattern and as a predicate', ({ labels, names }) => {
    const expected = names.map((name) => [name]);

    expect(database.rows(`MATCH (n${labels}) RETURN n.n ORDER BY n.n`)).toEqual(expected);
    expect(database.rows(`MATCH (n) WHERE n${labels} RETURN n.n ORDER BY n.n`)).toEqual(expected);
    expect(database.rows(`MATCH (n) WITH n, n${labels} AS fits WHERE fits RETURN n.n ORDER BY n.n`)).toEqual(expected);
  });

  test.each([
    { types: ':R|S', weights: [1, 2, 4] },
    { types: ':R|:S', weights: [1, 2, 4] },
    { types: ':!R', weights: [2, 3] },
    { types: ':!(R|S)', weights: [3] },
    { types: ':%', weights: [1, 2, 3, 4] },
    { types: ':R&S', weights: [] },
    { types: ' IS !S', weights: [1, 3, 4] },
    { types: ':!Nothing', weights: [1, 2, 3, 4] },
  ])('[r$types] have the weights $weights, in a pattern and as a predicate', ({ types, weights }) => {
    const expected = weights.map((weight) => [weight]);

    expect(database.rows(`MATCH ()-[r${types}]->() RETURN r.w ORDER BY r.w`)).toEqual(expected);
    expect(database.rows(`MATCH ()-[r]->() WHERE r${types} RETURN r.w ORDER BY r.w`)).toEqual(expected);
  });

  test('hold for each relationship of a path of variable length', () => {
    expect(database.rows("MATCH (:A {n: 'a'})-[r:!R*]->(b) RETURN b.n")).toEqual([['c'], ['x']]);
  });

  test('of null are null', () => {
    expect(database.rows('OPTIONAL MATCH (n:Nothing) RETURN n:A|B AS x, n:!A AS y')).toEqual([[null, null]]);
  });

  test('end at the bar of a comprehension, unless they stand in brackets', () => {
    expect(database.rows('MATCH (n) WITH collect(n) AS ns RETURN [n IN ns WHERE n:B | n.n] AS l')).toEqual([[['ab']]]);
    expect(database.rows('MATCH (n) WITH collect(n) AS ns RETURN size([n IN ns WHERE n:(B|C) | n.n]) AS l')).toEqual([
      [2],
    ]);
    expect(database.rows("MATCH (n {n: 'a'}) RETURN [(n)--(m:B|C) WHERE m:A | m.n] AS l")).toEqual([[['ab']]]);
  });

  test.each([
    ['CREATE (:A|B)', 'UnexpectedSyntax'],
    ['MERGE (:!A)', 'UnexpectedSyntax'],
    ['CREATE ()-[:!A]->()', 'NoSingleRelationshipType'],
    ['MATCH (n:A:B|C) RETURN n', 'UnexpectedSyntax'],
    ['MATCH (n) SET n:A|B', 'UnexpectedSyntax'],
  ])('%s is %s', (query, detail) => {
    expect(failureOf(() => database.run(query)).detail).toBe(detail);
  });

  test('WHERE may stand inside a node and a relationship', () => {
    expect(database.rows('MATCH (a:A WHERE a.n < "ab")-[r WHERE r.w > 1]->(b) RETURN b.n')).toEqual([['c']]);
    expect(database.rows('MATCH (a WHERE EXISTS { (a)-[:T]->() }) RETURN a.n')).toEqual([['c']]);
  });
});
