import { beforeAll, describe, expect, test } from 'vitest';
import { Database, failureOf } from './database.ts';

const database = new Database();
beforeAll(() => {
  database.run("CREATE (:N {a: 1, b: 'x'})-[:R {w: 2}]->(:M)");
});

interface Case {
  readonly query: string;
  readonly rows: unknown[][];
}

function expectRows({ query, rows }: Case): void {
  expect(database.rows(query)).toEqual(rows);
}

describe('map projections', () => {
  test.each<Case>([
    { query: 'MATCH (n:N) RETURN n {.a, .zz, c: n.a + 1} AS m', rows: [[{ a: 1, zz: null, c: 2 }]] },
    { query: 'MATCH (n:N) RETURN n {.*} AS m', rows: [[{ a: 1, b: 'x' }]] },
    {
      query: 'MATCH (n:N) RETURN n {.*, a: 9} AS m, n {a: 9, .*} AS o',
      rows: [
        [
          { a: 9, b: 'x' },
          { a: 1, b: 'x' },
        ],
      ],
    },
    { query: 'MATCH (n:N)-[r]->() WITH n, r, 5 AS k RETURN r {.w, k} AS m, n {} AS e', rows: [[{ w: 2, k: 5 }, {}]] },
    { query: 'MATCH (n:N) RETURN n {.a, l: [(n)-->(m) | labels(m)[0]]} AS m', rows: [[{ a: 1, l: ['M'] }]] },
    { query: 'WITH {a: 1, b: 2} AS m RETURN m {.b, c: 3}.b AS x', rows: [[2]] },
    { query: 'OPTIONAL MATCH (z:Zip) RETURN z {.*} AS m', rows: [[null]] },
  ])('$query', expectRows);

  test.each([
    ['WITH 1 AS x RETURN x {.a}', 'InvalidArgumentType'],
    ['MATCH (n) RETURN n {.a, b}', 'UndefinedVariable'],
  ])('%s is %s', (query, detail) => {
    expect(failureOf(() => database.run(query)).detail).toBe(detail);
  });
});

describe('IS :: TYPE', () => {
  test.each([
    { text: '1 IS :: INTEGER', expected: true },
    { text: '1.0 IS :: INTEGER', expected: false },
    { text: '1 IS NOT :: STRING', expected: true },
    { text: "'a' IS TYPED STRING", expected: true },
    { text: "'a' IS NOT TYPED VARCHAR", expected: false },
    { text: 'null IS :: BOOLEAN', expected: true },
    { text: 'null IS :: BOOLEAN NOT NULL', expected: false },
    { text: 'null IS :: BOOLEAN!', expected: false },
    { text: 'null IS :: NOTHING', expected: false },
    { text: 'null IS :: NULL', expected: true },
    { text: '1 IS :: NULL', expected: false },
    { text: '1 IS :: STRING | INT | FLOAT', expected: true },
    { text: '1 IS :: ANY<STRING | FLOAT>', expected: false },
    { text: '1 IS :: ANY', expected: true },
    { text: '[1, null] IS :: LIST<INTEGER>', expected: true },
    { text: '[1, null] IS :: LIST<INTEGER NOT NULL>', expected: false },
    { text: "[[1], ['a']] IS :: LIST<LIST<INTEGER | STRING>>", expected: true },
    { text: '[] IS :: LIST<NOTHING>', expected: true },
    { text: '[1] IS :: INTEGER LIST', expected: true },
    { text: '{a: 1} IS :: MAP', expected: true },
    { text: "[1, 'a'] IS :: PROPERTY VALUE", expected: false },
    { text: '[1, 2] IS :: ANY PROPERTY VALUE', expected: true },
    { text: "date('2020-01-01') IS :: DATE", expected: true },
    { text: 'localdatetime() IS :: TIMESTAMP WITHOUT TIME ZONE', expected: true },
    { text: 'datetime() IS :: ZONED DATETIME', expected: true },
    { text: 'time() IS :: LOCAL TIME', expected: false },
    { text: "duration('P1D') IS :: DURATION", expected: true },
    { text: 'point({x: 1, y: 2}) IS :: POINT', expected: true },
    { text: '1 :: INTEGER', expected: true },
    { text: '[x IN [1, "a"] WHERE x IS :: INTEGER | x][0] = 1', expected: true },
  ])('$text is $expected', ({ text, expected }) => {
    expect(database.rows(`RETURN ${text} AS x`)).toEqual([[expected]]);
  });

  test('knows entities and paths', () => {
    const query =
      'MATCH p = (n:N)-[r]->() RETURN n IS :: NODE, r IS :: RELATIONSHIP, p IS :: PATH, n IS :: RELATIONSHIP, n IS :: ANY NODE';

    expect(database.rows(query)).toEqual([[true, true, true, false, true]]);
  });
});

describe('text', () => {
  test.each<Case>([
    {
      query: "RETURN 'hello' =~ 'h.*o' AS a, 'hello' =~ 'hell' AS b, 'hello' =~ '(?i)HELLO' AS c",
      rows: [[true, false, true]],
    },
    { query: "RETURN null =~ 'a' AS a, 'a' =~ null AS b, 1 =~ 'a' AS c", rows: [[null, null, null]] },
    { query: "UNWIND ['a1', 'b', 'c22'] AS s WITH s WHERE s =~ '[a-z]\\\\d+' RETURN s", rows: [['a1'], ['c22']] },
    { query: "UNWIND ['a+', 'b'] AS r RETURN 'aaa' =~ r AS m", rows: [[true], [false]] },
    { query: "RETURN 'a' || 'b' AS a, [1] || [2, 3] AS b, null || 'a' AS c", rows: [['ab', [1, 2, 3], null]] },
    {
      query:
        "RETURN 'a' IS NORMALIZED AS a, 'e\\u0301' IS NORMALIZED AS b, 'e\\u0301' IS NOT NFD NORMALIZED AS c, 1 IS NFKC NORMALIZED AS d",
      rows: [[true, false, false, null]],
    },
  ])('$query', expectRows);

  test.each([
    ["RETURN 'a' =~ '('", 'InvalidRegularExpression'],
    ["RETURN 'a' =~ $long", 'InvalidRegularExpression'],
    ["RETURN 1 || 'a'", 'InvalidArgumentType'],
    ["RETURN [1] || 'a'", 'InvalidArgumentType'],
  ])('%s is %s', (query, detail) => {
    expect(failureOf(() => database.run(query, { long: 'a'.repeat(2_000) })).detail).toBe(detail);
  });

  test('a regular expression that brings others to a halt takes as long as its text', () => {
    const text = 'a'.repeat(20_000);

    expect(database.rows("RETURN $text =~ '(a+)+b' AS x", { text })).toEqual([[false]]);
  });
});

describe('what a DELETE leaves', () => {
  test('the type of a deleted relationship can be asked for, its properties cannot', () => {
    const own = new Database();
    own.run('CREATE ()-[:R {w: 1}]->()');

    expect(failureOf(() => own.run('MATCH ()-[r]->() DELETE r RETURN r.w')).detail).toBe('DeletedEntityAccess');
    expect(own.rows('MATCH ()-[r]->() DELETE r RETURN type(r)')).toEqual([['R']]);
  });
});

describe('DISTINCT and WHERE', () => {
  test.each<Case>([
    { query: 'UNWIND [{a: 1}, {a: 2}, {a: 2}] AS m WITH DISTINCT m.a AS a WHERE m.a > 1 RETURN a', rows: [[2]] },
    {
      query: 'UNWIND [{a: 1}, {a: 2}, {a: 2}] AS m WITH m.a AS a, count(*) AS c WHERE m.a + c > 3 RETURN a, c',
      rows: [[2, 2]],
    },
  ])('$query', expectRows);

  test.each([
    ['MATCH (n) WITH DISTINCT n.a AS a WHERE n.b = 1 RETURN a', 'UndefinedVariable'],
    ['MATCH (n) WITH n.a AS a, count(*) AS c WHERE count(*) > 1 RETURN a', 'InvalidAggregation'],
  ])('%s is %s', (query, detail) => {
    expect(failureOf(() => database.run(query)).detail).toBe(detail);
  });
});
