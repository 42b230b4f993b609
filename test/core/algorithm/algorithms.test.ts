import louvainOf from 'graphology-communities-louvain';
import { connectedComponents } from 'graphology-components';
import betweennessOf from 'graphology-metrics/centrality/betweenness.js';
import pageRankOf from 'graphology-metrics/centrality/pagerank.js';
import modularityOf from 'graphology-metrics/graph/modularity.js';
import { describe, expect, test } from 'vitest';
import { betweenness } from '../../../core/algorithm/betweenness.ts';
import { bridges } from '../../../core/algorithm/bridges.ts';
import { placeOf, strengths } from '../../../core/algorithm/compact-graph.ts';
import { weaklyConnectedComponents } from '../../../core/algorithm/components.ts';
import { kShortestPaths, originOf } from '../../../core/algorithm/k-shortest-paths.ts';
import { labelPropagation } from '../../../core/algorithm/label-propagation.ts';
import { louvain, modularity } from '../../../core/algorithm/louvain.ts';
import { nodeSimilarity } from '../../../core/algorithm/node-similarity.ts';
import { pageRank } from '../../../core/algorithm/pagerank.ts';
import { compact, directed, type Edge, finish, oneWay, randomEdges, undirected } from './random-graph.ts';

const seeds = [1, 2, 3, 4, 5];
const SIZE = { nodes: 60, edges: 150 };

/** Numbers by the place of a node, from graphology's numbers by its key. */
function byPlace(mapping: Readonly<Record<string, number>>): number[] {
  return Array.from({ length: SIZE.nodes }, (_, place) => mapping[place] ?? Number.NaN);
}

function expectClose(found: ArrayLike<number>, wanted: ArrayLike<number>): void {
  expect(found.length).toBe(wanted.length);
  for (let i = 0; i < wanted.length; i += 1) expect(found[i]).toBeCloseTo(wanted[i]!, 9);
}

describe('pageRank', () => {
  const options = { dampingFactor: 0.85, iterationsMax: 200, tolerance: 1e-12 };

  test.each(seeds)('gives what graphology gives, seed %i', (seed) => {
    const edges = randomEdges(seed, SIZE);

    const ranks = finish((work) => pageRank(compact(SIZE.nodes, edges), options, work));

    const settings = { alpha: 0.85, tolerance: 1e-12, maxIterations: 200, getEdgeWeight: null };
    expectClose(ranks, byPlace(pageRankOf(directed(SIZE.nodes, edges), settings)));
    expect(ranks.reduce((sum, rank) => sum + rank, 0)).toBeCloseTo(1, 9);
  });

  test.each(seeds)('follows weights, seed %i', (seed) => {
    const edges = randomEdges(seed, SIZE);

    const ranks = finish((work) => pageRank(compact(SIZE.nodes, edges, { weighted: true }), options, work));

    const settings = { alpha: 0.85, tolerance: 1e-12, maxIterations: 200, getEdgeWeight: 'weight' };
    expectClose(ranks, byPlace(pageRankOf(directed(SIZE.nodes, edges), settings)));
  });
});

describe('betweenness', () => {
  test.each(seeds)('gives what graphology gives along directions, seed %i', (seed) => {
    const edges = randomEdges(seed, SIZE);

    const options = { undirected: false, normalized: true, samples: undefined };
    const found = finish((work) => betweenness(compact(SIZE.nodes, edges), options, work));

    expectClose(found, byPlace(betweennessOf(directed(SIZE.nodes, edges), { getEdgeWeight: null })));
  });

  test.each(seeds)('gives what graphology gives without directions, seed %i', (seed) => {
    const edges = oneWay(randomEdges(seed, SIZE));
    const graph = compact(SIZE.nodes, edges, { direction: 'both' });

    const options = { undirected: true, normalized: false, samples: undefined };
    const found = finish((work) => betweenness(graph, options, work));

    const settings = { getEdgeWeight: null, normalized: false };
    expectClose(found, byPlace(betweennessOf(undirected(SIZE.nodes, edges), settings)));
  });

  test('a sample of all nodes is no sample', () => {
    const graph = compact(SIZE.nodes, randomEdges(1, SIZE));

    const run = (samples: number | undefined) =>
      finish((work) => betweenness(graph, { undirected: false, normalized: true, samples }, work));

    expectClose(run(SIZE.nodes), run(undefined));
  });
});

describe('weakly connected components', () => {
  test.each(seeds)('are those of graphology, seed %i', (seed) => {
    const edges = randomEdges(seed, { nodes: SIZE.nodes, edges: 40 });

    const found = finish((work) => weaklyConnectedComponents(compact(SIZE.nodes, edges), work));

    const wanted = new Array<number>(SIZE.nodes);
    const parts = connectedComponents(undirected(SIZE.nodes, edges)).map((part) =>
      part.map(Number).sort((a, b) => a - b),
    );
    for (const [number, part] of parts.sort((a, b) => a[0]! - b[0]!).entries())
      for (const node of part) wanted[node] = number;
    expect([...found]).toEqual(wanted);
  });
});

/** Cliques of eight, each joined to the next by one edge. */
function cliques(count: number): Edge[] {
  const edges: Edge[] = [];
  for (let clique = 0; clique < count; clique += 1) {
    const base = clique * 8;
    for (let from = 0; from < 8; from += 1) {
      for (let to = from + 1; to < 8; to += 1) edges.push([base + from, base + to, 1]);
    }
    if (clique > 0) edges.push([base - 1, base, 1]);
  }
  return edges;
}

describe('communities', () => {
  const options = { resolution: 1, levelsMax: 20 };

  test('louvain finds cliques', () => {
    const graph = compact(40, cliques(5), { direction: 'both' });

    const found = finish((work) => louvain(graph, options, work));

    expect([...found]).toEqual(Array.from({ length: 40 }, (_, place) => Math.floor(place / 8)));
  });

  test('label propagation keeps cliques together, and most of them apart', () => {
    const graph = compact(160, cliques(20), { direction: 'both' });

    const found = finish((work) => labelPropagation(graph, { iterationsMax: 50 }, work));

    for (let place = 0; place < 160; place += 1) expect(found[place]).toBe(found[place - (place % 8)]);
    expect(new Set(found).size).toBeGreaterThan(10);
  });

  test.each(seeds)("louvain's partition is about as good as graphology's, seed %i", (seed) => {
    const edges = randomEdges(seed, SIZE);
    const graph = compact(SIZE.nodes, edges, { direction: 'both', weighted: true });

    const found = finish((work) => louvain(graph, options, work));

    const reference = louvainOf.detailed(undirected(SIZE.nodes, edges), { randomWalk: false });
    expect(modularity(graph, found)).toBeGreaterThan(reference.modularity - 0.02);
  });

  test.each(seeds)("modularity is graphology's, seed %i", (seed) => {
    const edges = randomEdges(seed, SIZE);
    const graph = compact(SIZE.nodes, edges, { direction: 'both', weighted: true });
    const found = finish((work) => labelPropagation(graph, { iterationsMax: 10 }, work));

    const other = undirected(SIZE.nodes, edges);
    other.forEachNode((node) => other.setNodeAttribute(node, 'community', found[Number(node)]));
    expect(modularity(graph, found)).toBeCloseTo(modularityOf(other), 9);
  });

  test('label propagation ends with each node where most of its neighbours are', () => {
    const graph = compact(SIZE.nodes, oneWay(randomEdges(3, SIZE)), { direction: 'both' });

    const found = finish((work) => labelPropagation(graph, { iterationsMax: 100 }, work));

    for (let place = 0; place < graph.nodeCount; place += 1) {
      const counts = new Map<number, number>();
      for (const target of graph.targets.subarray(graph.offsets[place], graph.offsets[place + 1])) {
        counts.set(found[target]!, (counts.get(found[target]!) ?? 0) + 1);
      }
      expect(counts.get(found[place]!) ?? 0).toBe(Math.max(0, ...counts.values()));
    }
  });
});

describe('node similarity', () => {
  test.each(seeds)("is Jaccard's index of graphology's neighbours, seed %i", (seed) => {
    const edges = randomEdges(seed, SIZE);
    const graph = directed(SIZE.nodes, edges);

    const found = finish((work) => nodeSimilarity(compact(SIZE.nodes, edges), { topCount: 100, minimum: 0.2 }, work));

    const wanted: string[] = [];
    for (let left = 0; left < SIZE.nodes; left += 1) {
      for (let right = 0; right < SIZE.nodes; right += 1) {
        if (left === right) continue;
        const ours = new Set(graph.outNeighbors(left));
        const theirs = graph.outNeighbors(right);
        const common = theirs.filter((node) => ours.has(node)).length;
        const similarity = common / (ours.size + theirs.length - common);
        if (common > 0 && similarity >= 0.2) wanted.push(`${left} ${right} ${similarity.toFixed(9)}`);
      }
    }
    const pairs = found.left.map((left, i) => `${left} ${found.right[i]} ${found.similarities[i]!.toFixed(9)}`);
    expect(pairs.sort()).toEqual(wanted.sort());
  });

  test('keeps the most similar ones', () => {
    const edges: Edge[] = [
      [0, 3, 1],
      [0, 4, 1],
      [1, 3, 1],
      [1, 4, 1],
      [2, 3, 1],
    ];

    const found = finish((work) => nodeSimilarity(compact(5, edges), { topCount: 1, minimum: 0 }, work));

    expect(found).toEqual({ left: [0, 1, 2], right: [1, 0, 0], similarities: [1, 1, 0.5] });
  });
});

describe('bridges', () => {
  test.each(seeds)('are those whose removal leaves more components, seed %i', (seed) => {
    const edges = oneWay(randomEdges(seed, { nodes: SIZE.nodes, edges: 80 }));
    const graph = compact(SIZE.nodes, edges, { direction: 'both', withRelationships: true });

    const found = finish((work) => bridges(graph, work));

    const whole = connectedComponents(undirected(SIZE.nodes, edges)).length;
    const wanted = edges.flatMap((edge, relationship) => {
      const rest = undirected(
        SIZE.nodes,
        edges.filter((other) => other !== edge),
      );
      return connectedComponents(rest).length > whole ? [relationship] : [];
    });
    expect(wanted.length).toBeGreaterThan(0);
    expect([...found]).toEqual(wanted);
  });

  test('two relationships between the same nodes hold each other', () => {
    const edges: Edge[] = [
      [0, 1, 1],
      [1, 0, 1],
      [1, 2, 1],
      [2, 2, 1],
    ];

    expect([
      ...finish((work) => bridges(compact(3, edges, { direction: 'both', withRelationships: true }), work)),
    ]).toEqual([2]);
  });
});

describe('k shortest paths', () => {
  /** All paths without a repeated node, as the weights that they add up to, ascending. */
  function costsOfAllPaths(edges: readonly Edge[], source: number, target: number): number[] {
    const costs: number[] = [];
    const walk = (place: number, cost: number, seen: ReadonlySet<number>): void => {
      if (place === target) costs.push(cost);
      else
        for (const [from, to, weight] of edges)
          if (from === place && !seen.has(to)) walk(to, cost + weight, new Set([...seen, to]));
    };
    walk(source, 0, new Set([source]));
    return costs.sort((left, right) => left - right);
  }

  test.each(seeds)('are the cheapest of all paths, seed %i', (seed) => {
    const edges = randomEdges(seed, { nodes: 8, edges: 22 });
    const graph = compact(8, edges, { weighted: true });

    const found = finish((work) => kShortestPaths(graph, { source: 0, target: 7, count: 10 }, work));

    expect(found.map(({ cost }) => cost)).toEqual(costsOfAllPaths(edges, 0, 7).slice(0, 10));
    expect(new Set(found.map(({ entries }) => entries.join())).size).toBe(found.length);
    for (const { entries } of found) {
      expect(originOf(graph, entries[0]!)).toBe(0);
      expect(graph.targets[entries.at(-1)!]).toBe(7);
      for (const [i, entry] of entries.entries()) {
        if (i > 0) expect(originOf(graph, entry)).toBe(graph.targets[entries[i - 1]!]);
      }
    }
  });

  test('two relationships make two paths', () => {
    const graph = compact(
      2,
      [
        [0, 1, 5],
        [0, 1, 3],
      ],
      { weighted: true },
    );

    const found = finish((work) => kShortestPaths(graph, { source: 0, target: 1, count: 5 }, work));

    expect(found.map(({ cost }) => cost)).toEqual([3, 5]);
  });
});

describe('a compact graph', () => {
  test('has the chosen nodes and relationships alone', () => {
    const graph = compact(
      4,
      [
        [0, 1, 2],
        [1, 2, 3],
        [2, 0, 4],
        [3, 3, 5],
      ],
      { weighted: true },
    );

    expect([...graph.nodes]).toEqual([0, 1, 2, 3]);
    expect([...strengths(graph)]).toEqual([2, 3, 4, 5]);
    expect(placeOf(graph, 2)).toBe(2);
    expect(placeOf(graph, 9)).toBe(-1);
  });

  test('is made in slices', () => {
    let pauses = 0;
    finish((work) => {
      const steps = pageRank(
        compact(60, randomEdges(1, SIZE)),
        { dampingFactor: 0.85, iterationsMax: 10, tolerance: 0 },
        work,
      );
      return (function* counted() {
        const result = yield* steps;
        pauses = work.pauses;
        return result;
      })();
    });

    expect(pauses).toBeGreaterThan(5);
  });
});
