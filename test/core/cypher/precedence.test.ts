import { describe, expect, test } from 'vitest';
import { treeOf } from './tree-text.ts';

describe('operators bind from tight to loose', () => {
  test.each([
    // Property, index and label test, before signs.
    ['-a.b', '(- a.b)'],
    ['-a[0]', '(- a[0])'],
    ['NOT n:A:B', '(NOT (n:A:B))'],
    ['a.b.c[1].d', 'a.b.c[1].d'],
    // Signs before powers.
    ['-2 ^ 2', '(-2 ^ 2)'],
    ['-a ^ 2', '((- a) ^ 2)'],
    ['2 ^ -a', '(2 ^ (- a))'],
    ['- -a', '(- (- a))'],
    ['+a', 'a'],
    // Powers before products, products before sums.
    ['2 ^ 3 ^ 2', '((2 ^ 3) ^ 2)'],
    ['a * b ^ c', '(a * (b ^ c))'],
    ['a + b * c', '(a + (b * c))'],
    ['a * b + c', '((a * b) + c)'],
    ['a - b - c', '((a - b) - c)'],
    ['a / b * c % d', '(((a / b) * c) % d)'],
    ['(a + b) * c', '((a + b) * c)'],
    // Sums before the predicates on strings, lists and null, and these before comparisons.
    ['a + b IN c', '((a + b) IN c)'],
    ['a + b IS NULL', '((a + b) IS NULL)'],
    ['a STARTS WITH b + c', '(a STARTS WITH (b + c))'],
    ['a ENDS WITH b CONTAINS c', '((a ENDS WITH b) CONTAINS c)'],
    ['false = true IS NULL', '(false = (true IS NULL))'],
    ['a = b IN c', '(a = (b IN c))'],
    ['a IN b = c', '((a IN b) = c)'],
    ['a = b STARTS WITH c', '(a = (b STARTS WITH c))'],
    ['a IS NOT NULL IS NULL', '((a IS NOT NULL) IS NULL)'],
    // Comparisons are chains, and come before NOT.
    ['1 < n.x <= 3', '(1 < n.x <= 3)'],
    ['a = b <> c > d >= e', '(a = b <> c > d >= e)'],
    ['(a < b) < c', '((a < b) < c)'],
    ['NOT a = b', '(NOT (a = b))'],
    ['NOT NOT a', '(NOT (NOT a))'],
    // NOT, AND, XOR, OR.
    ['NOT a AND b', '((NOT a) AND b)'],
    ['a AND NOT b', '(a AND (NOT b))'],
    ['a OR b AND c', '(a OR (b AND c))'],
    ['a XOR b AND c', '(a XOR (b AND c))'],
    ['a OR b XOR c', '(a OR (b XOR c))'],
    ['a OR b OR c', '((a OR b) OR c)'],
    ['a AND b OR c AND d', '((a AND b) OR (c AND d))'],
  ])('%s is %s', (source, tree) => {
    expect(treeOf(source)).toBe(tree);
  });

  test.each([['a = b AND NOT c IN d XOR -e ^ 2 * f + g IS NULL OR h'], ['a.b[c] < d <= -1 AND NOT (e OR f) = g']])(
    'the tree of %s, written with all its brackets, has the same tree',
    (source) => {
      const tree = treeOf(source);

      expect(treeOf(tree)).toBe(tree);
    },
  );
});

describe('what could be two things', () => {
  test.each([
    ['[x IN xs WHERE x:A | x]', '[x IN xs WHERE (x:A) | x]'],
    ['[x IN xs WHERE x:(A|B) | x]', '[x IN xs WHERE (x:(A|B)) | x]'],
    ['[x IN xs WHERE (x:A|B) | x]', '[x IN xs WHERE (x:(A|B)) | x]'],
    ['[x IN xs WHERE f(x:A|B) | x]', '[x IN xs WHERE f((x:(A|B))) | x]'],
    ['[x IN xs WHERE x IS :: INT | x]', '[x IN xs WHERE (x IS :: INTEGER) | x]'],
    ['reduce(s = 0, x IN [n:A|B] | s)', 'reduce(s = 0, x IN [(n:(A|B))] | s)'],
    ['[(a)-->(b:A|B) WHERE b:C | b.x]', '[(a)-[]->(b:(A|B)) WHERE (b:C) | b.x]'],
    ['[p = (a)-->(b) | p]', '[p = (a)-[]->(b) | p]'],
    ['[p = (a)]', '[(p = a)]'],
    ['[(a) - (b), 1]', '[(a - b), 1]'],
    ['[(a)-[0], 1]', '[(a - [0]), 1]'],
    ['[(a)((x)-->(y))+(b) | x]', '[(a)((x)-[]->(y)){1,}(b) | x]'],
    ['((a) + (b)) * (c)', '((a + b) * c)'],
    ['n IS A', '(n:A)'],
    ['n IS NULL', '(n IS NULL)'],
    ['n IS A|B', '(n:(A|B))'],
    ['a + b IS :: FLOAT NOT NULL', '((a + b) IS :: FLOAT NOT NULL)'],
    ['a IS NOT :: LIST<INT | STRING>', '(a IS NOT :: LIST<INTEGER | STRING>)'],
    ['a IS NORMALIZED', '(a IS NFC NORMALIZED)'],
    ['a IS NOT nfkd NORMALIZED', '(a IS NOT NFKD NORMALIZED)'],
    ["a =~ 'x' || b", '(a =~ ("x" || b))'],
    ['n {.*, .a, b, c: 1}.b', 'n {.*, .a, b: b, c: 1}.b'],
    ['n {}', 'n {}'],
    ['count { (a)--(b) } > 1', '(COUNT { MATCH (a)-[]-(b) } > 1)'],
    ['collect { RETURN 1 AS x }', 'COLLECT { RETURN 1 AS x }'],
    [
      'exists { p = shortestPath((a)-[*]-(b)) WHERE p IS NULL }',
      'EXISTS { MATCH p = shortestPath((a)-[*1..]-(b)) WHERE (p IS NULL) }',
    ],
    ['exists { MATCH (a) WITH a MATCH (b) }', 'EXISTS { MATCH (a) WITH a NAMED a MATCH (b) }'],
    ['exists((a)-->())', 'EXISTS { MATCH (a)-[]->() }'],
    ['exists(a.b)', 'exists(a.b)'],
    ['shortestPath((a)-[:R*]->(b))', 'shortestPath((a)-[:R*1..]->(b))'],
    ["trim(both 'x' FROM s)", 'trim(s, "x")'],
    ['trim(LEADING FROM s)', 'ltrim(s)'],
    ['trim(both)', 'trim(both)'],
    ['trim(s)', 'trim(s)'],
    ['normalize(s, nfkc)', 'normalize(s, "NFKC")'],
    ['[x IN xs]', '[x IN xs]'],
    ['[x IN xs, y]', '[(x IN xs), y]'],
    ['[x IN [1, 2] WHERE x > 1 | x * 2]', '[x IN [1, 2] WHERE (x > 1) | (x * 2)]'],
    ['[x IN xs | [x, 1]]', '[x IN xs | [x, 1]]'],
    ['[(x) IN xs]', '[(x IN xs)]'],
    ['xs[1..2]', 'xs[1..2]'],
    ['xs[..-1]', 'xs[..-1]'],
    ['xs[1..]', 'xs[1..]'],
    ['xs[..]', 'xs[..]'],
    ['xs[a..b]', 'xs[a..b]'],
    ['(a)-[1]', '(a - [1])'],
    ['(a) - (b)', '(a - b)'],
    ['(a) < -(b)', '(a < (- b))'],
    ['(a)-->(b)', '(a)-[]->(b)'],
    ['(a)--(b)', '(a)-[]-(b)'],
    ['(a)<-[r:T|U*2..3]-(:B {x: 1})', '(a)<-[r:T|U*2..3]-(:B {x: 1})'],
    ['(a.x)--1', '(a.x - -1)'],
    ['count(*)', 'count(*)'],
    ['count * 2', '(count * 2)'],
    ['exists', 'exists'],
    ['all', 'all'],
    ['all(x IN xs WHERE x)', 'all(x IN xs WHERE x)'],
    ['order.end', 'order.end'],
    ['CASE end WHEN 1 THEN end ELSE end END', 'CASE end WHEN 1 THEN end ELSE end END'],
    ['{in: 1, `a b`: 2}', '{in: 1, a b: 2}'],
    ['$`a b` + $1', '($a b + $1)'],
    ['point.of.interest(1)', 'point.of.interest(1)'],
    ['toUPPER(x)', 'toupper(x)'],
  ])('%s is %s', (source, tree) => {
    expect(treeOf(source)).toBe(tree);
  });
});
