/** What the Pokec benchmark rests on: a graph that is always the same, answers that can be compared, and an engine that agrees with the floor. */
import { describe, expect, test } from 'vitest';
import { parseOptions } from '../../bench/options.ts';
import { agree, digestOf } from '../../bench/pokec/digest.ts';
import { pokecTable, ratioTo } from '../../bench/pokec/pokec-table.ts';
import { parametersFor, QUERY_CLASSES } from '../../bench/pokec/query-classes.ts';
import { socialGraph } from '../../bench/pokec/social-graph.ts';
import { floor } from '../../bench/pokec/systems/floor.ts';
import { skein } from '../../bench/pokec/systems/skein.ts';

describe('the graph', () => {
  const graph = socialGraph('tiny');

  test('is the same every time', () => {
    expect(socialGraph('tiny')).toEqual(graph);
  });

  test('has no friendship twice and none with oneself', () => {
    const pairs = new Set(Array.from(graph.from, (from, i) => `${from} ${graph.to[i]}`));

    expect(pairs.size).toBe(graph.friendships);
    expect(graph.from.every((from, i) => from !== graph.to[i])).toBe(true);
  });

  test('has some users with many friends and most with few, and ages that are not given', () => {
    const degrees = new Int32Array(graph.users + 1);
    for (const user of graph.from) degrees[user]! += 1;
    const sorted = degrees.slice(1).sort();

    expect(sorted.at(-1)).toBeGreaterThan(10 * sorted[sorted.length >> 1]!);
    expect(graph.age.filter((age) => age === 0).length).toBeGreaterThan(graph.users / 5);
  });
});

test.each(QUERY_CLASSES)('the engine and the floor agree on $name', async (query) => {
  const graph = socialGraph('tiny');
  const [byHand, ours] = [floor(), skein()];
  await byHand.load(graph);
  await ours.load(graph);

  for (const parameters of parametersFor(query, graph.users, 25, 1)) {
    const expected = digestOf(query.answer, await byHand.run(query.name, parameters));
    const found = digestOf(query.answer, await ours.run(query.name, parameters));
    expect(agree([found], [expected]), JSON.stringify({ parameters, found, expected })).toBe(true);
  }
});

describe('answers', () => {
  test.each([
    { kind: 'ids', one: [[1], [2]], other: [2, 1] },
    { kind: 'ids', one: [[1n], [2n]], other: [['1'], [2]] },
    { kind: 'data', one: [[7, { properties: { id: 7, age: 3 } }]], other: [{ id: 7, age: 3 }] },
    { kind: 'path', one: [[[1, 2, 3]]], other: [[1, 2, 3]] },
    { kind: 'cycle', one: [[1, { id: 5, age: 1 }, 2]], other: [{ m: { id: 5, age: 9 } }] },
  ] as const)('of one kind are the same however they are written: $kind', ({ kind, one, other }) => {
    expect(digestOf(kind, one)).toEqual(digestOf(kind, other));
  });

  test('that differ in a row or in a value do not agree, and none agrees with nothing', () => {
    const answer = digestOf('ids', [[1], [2]]);

    expect(agree([answer], [digestOf('ids', [[1], [3]])])).toBe(false);
    expect(agree([answer], [digestOf('ids', [[1], [2], [0]])])).toBe(false);
    expect(agree([], [answer])).toBe(false);
  });
});

test('a table has ratios on common parameters only, and says what differs, is missing or slower', () => {
  const digests = [{ rows: 1, sum: 1 }];
  const result = (name: string, times: number[], sum = 1) => ({
    name,
    classes: new Map([['expansion_1', { times, digests: [{ rows: 1, sum }] }]]),
  });
  const results = [
    result('floor', [0.0001, 0.0001, 5]),
    result('skein', [0.0008, 0.0008]),
    result('kuzu', [0.0004, 0.0004]),
    result('grafeo', [0.0001, 0.0001], 2),
    { name: 'oxigraph', missing: 'not installed', classes: new Map() },
  ];

  const table = pokecTable(results, ['expansion_1']);

  expect(ratioTo({ times: [1, 1, 9], digests }, { times: [2, 2], digests })).toBe(2);
  expect(table).toContain('| expansion_1 | 100 ns | 800 ns · 8.0 × | 400 ns · 4.0 × | 100 ns · 1.0 × (differs) |');
  expect(table).toContain('8.0 times the floor');
  expect(table).toContain('expansion_1 (kuzu)');
  expect(table).toContain('oxigraph is not here: not installed');
});

test.each([
  { words: ['--only', 'nothing'], wrong: 'no --only nothing' },
  { words: ['--size', 'huge'], wrong: 'no --size huge' },
  { words: ['--systems', 'floor,neo'], wrong: 'no system neo' },
  { words: ['--classes', 'x'], wrong: 'no class x' },
  { words: ['--rounds', '0'], wrong: '--rounds' },
  { words: ['--save', '--quick'], wrong: '--save' },
])('npm run bench refuses $words', ({ words, wrong }) => {
  expect(() => parseOptions(words)).toThrow(wrong);
});
