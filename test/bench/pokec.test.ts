/** What the Pokec benchmark rests on: a graph that is always the same, answers that can be compared, and an engine that agrees with the floor. */
import { createHash } from 'node:crypto';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseOptions } from '../../bench/options.ts';
import { measureCppFloor } from '../../bench/pokec/cpp-floor.ts';
import { agree, digestOf } from '../../bench/pokec/digest.ts';
import { type ClassResult, streamsOf } from '../../bench/pokec/measuring.ts';
import { pokecTable, ratioTo, wrongAnswers } from '../../bench/pokec/pokec-table.ts';
import { CLASS_ORDER, classNamed, parametersFor } from '../../bench/pokec/query-classes.ts';
import { randomFrom } from '../../bench/pokec/random.ts';
import { type SocialGraph, socialGraph } from '../../bench/pokec/social-graph.ts';
import { floor } from '../../bench/pokec/systems/floor.ts';
import { skein } from '../../bench/pokec/systems/skein.ts';

describe('the graph', () => {
  const graph = socialGraph('tiny');

  test('is the same every time', () => {
    expect(socialGraph('tiny')).toEqual(graph);
  });

  test('has not changed, on any machine', () => {
    const { from, to, completion, gender, age } = socialGraph('small');
    const hash = createHash('sha256');
    for (const column of [from, to, completion, Int32Array.from(gender), age]) hash.update(column);

    // Figures of other versions are of the same graph.
    expect(hash.digest('hex')).toBe('237c84db6126557f736c5c71e8626239446115a777c734b6c0770a4948375ab8');
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

describe('the engine and the floor agree on the small graph', () => {
  const graph = socialGraph('small');
  const [byHand, ours] = [floor(), skein()];
  beforeAll(async () => {
    await byHand.load(graph);
    await ours.load(graph);
  });

  // Writes come last in this order, and the other answers are of the graph as it was loaded.
  test.each(CLASS_ORDER.map(classNamed))('in $name', async (query) => {
    for (const parameters of parametersFor(query, graph.users, 15, 1)) {
      const expected = digestOf(query.answer, await byHand.run(query.name, parameters));
      const found = digestOf(query.answer, await ours.run(query.name, parameters));
      expect(agree([found], [expected]), JSON.stringify({ parameters, found, expected })).toBe(true);
    }
  });
});

describe('the floor finds the ends of all trails, and of no others, on random graphs of few users', () => {
  test.each([1, 2, 3, 4])('of %d steps', async (steps) => {
    const random = randomFrom(steps);
    for (let turn = 0; turn < 100; turn++) {
      const graph = randomGraph(random);
      const system = floor();
      await system.load(graph);
      for (let id = 1; id <= graph.users; id++) {
        const found = (await system.run(`expansion_${steps}`, { id })) as number[];
        expect(found.toSorted((one, other) => one - other)).toEqual(trailEnds(graph, id, steps));
      }
    }
  });

  function randomGraph(random: () => number): SocialGraph {
    const users = 3 + Math.floor(random() * 4);
    const pairs = new Map<string, readonly [number, number]>();
    // Sparse, so that some users have one way only back to where a trail came from: there trails and walks differ.
    for (let i = 0; i < users * 2; i++) {
      const [from, to] = [1 + Math.floor(random() * users), 1 + Math.floor(random() * users)];
      if (from !== to) pairs.set(`${from} ${to}`, [from, to]);
    }
    const [from, to] = [0, 1].map((end) => Int32Array.from(pairs.values(), (pair) => pair[end]!)) as [
      Int32Array,
      Int32Array,
    ];
    const age = new Int32Array(users + 1);
    return { users, friendships: from.length, from, to, completion: age, gender: new Uint8Array(users + 1), age };
  }

  /** By trying all of them. */
  function trailEnds({ from, to }: SocialGraph, start: number, steps: number): number[] {
    const found = new Set<number>();
    const go = (user: number, used: readonly number[]) => {
      if (used.length === steps) {
        found.add(user);
        return;
      }
      for (let i = 0; i < from.length; i++) if (from[i] === user && !used.includes(i)) go(to[i]!, [...used, i]);
    };
    go(start, []);
    return [...found].sort((one, other) => one - other);
  }
});

test('the floor in C++, where there is a compiler, answers every class as the one in JavaScript', async (context) => {
  const classes = CLASS_ORDER;
  const cpp = await measureCppFloor({ size: 'tiny', classes, effort: { samples: 3, budgetMs: 3 }, limitMs: 60_000 });
  if (cpp.missing === 'there is no g++') return context.skip();
  const system = floor();
  const graph = socialGraph('tiny');
  await system.load(graph);
  const byHand = new Map<string, ClassResult>();
  for (const query of classes.map(classNamed)) {
    const answers = await Promise.all(
      streamsOf(query, graph.users).checked.map((each) => system.run(query.name, each)),
    );
    byHand.set(query.name, { times: [1], digests: answers.map((rows) => digestOf(query.answer, rows)) });
  }

  expect(cpp.missing).toBeUndefined();
  expect(wrongAnswers([{ name: 'floor', classes: byHand }, cpp], classes)).toEqual([]);
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
    expect(agree([digestOf('ids', [1, 200])], [digestOf('ids', [2, 199])])).toBe(false);
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
  expect(wrongAnswers(results, ['expansion_1'])).toEqual([]);
  expect(wrongAnswers([results[0]!, result('skein', [1], 2)], ['expansion_1'])).toEqual(['skein: expansion_1']);
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
