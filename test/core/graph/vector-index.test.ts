import { describe, expect, test } from 'vitest';
import { seededRandom } from '../../../core/executor/random.ts';
import type { MemoryCounter } from '../../../core/graph/memory.ts';
import { VectorIndex } from '../../../core/graph/vector-index.ts';
import { Float } from '../../../core/value/value.ts';

const DIMENSIONS = 16;
const CLUSTERS = 40;

/** Points around some centres, as real embeddings lie. */
function clustered(count: number, seed: number): number[][] {
  const random = seededRandom(seed);
  const centres = Array.from({ length: CLUSTERS }, () => Array.from({ length: DIMENSIONS }, () => random() * 2 - 1));
  return Array.from({ length: count }, () => {
    const centre = centres[Math.floor(random() * CLUSTERS)]!;
    return centre.map((middle) => middle + (random() - 0.5) * 0.4);
  });
}

function indexOf(similarity: 'cosine' | 'euclidean'): { index: VectorIndex; memory: MemoryCounter } {
  const memory = { bytes: 0 };
  const definition = { name: 'v', kind: 'vector', entity: 'node', token: 0, keys: [0] } as const;
  return { index: new VectorIndex({ ...definition, vector: { dimensions: DIMENSIONS, similarity } }, memory), memory };
}

const stored = (vector: readonly number[]) => vector.map((number) => new Float(number));

/** The share of the true ten nearest that are found, over many queries. */
function recallOf(
  index: VectorIndex,
  vectors: ReadonlyMap<number, readonly number[]>,
  queries: readonly number[][],
): number {
  let found = 0;
  for (const query of queries) {
    const vector = index.vectorOf(stored(query))!;
    const all = [...vectors].map(([entity, held]) => ({ entity, score: index.scoreOf(vector, stored(held)) }));
    const nearest = new Set(
      all
        .sort((left, right) => right.score - left.score)
        .slice(0, 10)
        .map(({ entity }) => entity),
    );
    found += index.nearest(vector, 10, () => true).filter(({ entity }) => nearest.has(entity)).length;
  }
  return found / (10 * queries.length);
}

describe.each(['cosine', 'euclidean'] as const)('by %s', (similarity) => {
  test('few vectors are found exactly', () => {
    const { index } = indexOf(similarity);
    const vectors = clustered(1_000, 1);
    for (const [entity, vector] of vectors.entries()) index.add(entity, stored(vector));

    expect(recallOf(index, new Map(vectors.entries()), clustered(30, 2))).toBe(1);
  });

  test('of many, at least 95 in 100 of the ten nearest are found, also after half of them have gone', () => {
    const { index, memory } = indexOf(similarity);
    const vectors = new Map(clustered(6_000, 3).entries());
    for (const [entity, vector] of vectors) index.add(entity, stored(vector));
    index.workOff(Number.POSITIVE_INFINITY);
    const queries = clustered(50, 4);

    expect(recallOf(index, vectors, queries)).toBeGreaterThanOrEqual(0.95);

    for (const [entity, vector] of [...vectors]) {
      if (entity % 3 === 0) continue;
      index.delete(entity, stored(vector));
      vectors.delete(entity);
    }
    expect(recallOf(index, vectors, queries)).toBeGreaterThanOrEqual(0.95);
    for (const [entity, vector] of vectors) index.delete(entity, stored(vector));
    expect(index.nearest(index.vectorOf(stored(queries[0]!))!, 10, () => true)).toEqual([]);
    index.drop();
    expect(memory.bytes).toBe(0);
  });
});

test('what is put off is done in pieces, and all is found meanwhile', () => {
  const { index } = indexOf('euclidean');
  const vectors = new Map(clustered(2_500, 8).entries());
  for (const [entity, vector] of vectors) index.add(entity, stored(vector));
  const queries = clustered(5, 9);
  let pieces = 0;

  for (; index.hasBacklog; pieces += 1) {
    expect(index.workOff(20_000)).toBeLessThan(25_000);
    expect(recallOf(index, vectors, queries)).toBeGreaterThanOrEqual(0.95);
  }

  expect(pieces).toBeGreaterThan(2);
});

test('the same changes in the same order find the same', () => {
  const found = [0, 1].map(() => {
    const { index } = indexOf('cosine');
    for (const [entity, vector] of clustered(3_000, 5).entries()) index.add(entity, stored(vector));
    index.workOff(Number.POSITIVE_INFINITY);
    return clustered(20, 6).map((query) => index.nearest(index.vectorOf(stored(query))!, 10, () => true));
  });

  expect(found[1]).toEqual(found[0]);
});

test('what is refused is not found, and all else is', () => {
  const { index } = indexOf('euclidean');
  const vectors = new Map(clustered(4_000, 7).entries());
  for (const [entity, vector] of vectors) index.add(entity, stored(vector));
  index.workOff(Number.POSITIVE_INFINITY);
  const vector = index.vectorOf(stored(vectors.get(0)!))!;

  const found = index.nearest(vector, 10, (entity) => entity % 2 === 1);

  expect(found).toHaveLength(10);
  expect(found.every(({ entity }) => entity % 2 === 1)).toBe(true);
});

test.each([
  ['too short', [1, 2, 3]],
  ['all zeros', Array.from({ length: DIMENSIONS }, () => 0)],
  ['not finite', Array.from({ length: DIMENSIONS }, () => new Float(Number.POSITIVE_INFINITY))],
  ['not of numbers', Array.from({ length: DIMENSIONS }, () => 'x')],
])('a list that is %s is no vector of the index', (_, list) => {
  expect(indexOf('cosine').index.held(() => list)).toBeNull();
});
