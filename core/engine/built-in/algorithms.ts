/** Algorithms as procedures: their options, and their results as columns. docs/CYPHER.md tells what each gives. */
import { betweenness } from '../../algorithm/betweenness.ts';
import { bridges } from '../../algorithm/bridges.ts';
import { type CompactGraph, compactGraph, placeOf, strengths } from '../../algorithm/compact-graph.ts';
import { weaklyConnectedComponents } from '../../algorithm/components.ts';
import { kShortestPaths, type WeightedPath } from '../../algorithm/k-shortest-paths.ts';
import { labelPropagation } from '../../algorithm/label-propagation.ts';
import { louvain } from '../../algorithm/louvain.ts';
import { nodeSimilarity } from '../../algorithm/node-similarity.ts';
import { pageRank } from '../../algorithm/pagerank.ts';
import type { Steps } from '../../algorithm/steps.ts';
import { assert } from '../../assert.ts';
import type { Column } from '../../executor/batch.ts';
import type { Procedure, ProcedureRows } from '../../executor/procedure.ts';
import { Float, NodeReference, PathReference, type Value } from '../../value/value.ts';
import { Options } from './options.ts';
import { columnsInSteps, inSteps, reading, type StepContext } from './rows.ts';

/** Options that say which part of the graph is meant. */
const PART = ['labels', 'relationshipTypes'] as const;

const OPTIONS = { options: ['MAP', new Map()] } as const;

/** An algorithm that gives a number for each node. */
function perNode(fields: {
  readonly name: string;
  readonly description: string;
  readonly result: readonly [name: string, type: 'INTEGER' | 'FLOAT'];
  /** Beside `labels` and `relationshipTypes`. */
  readonly options: readonly string[];
  readonly run: (options: Options, context: StepContext) => Steps<{ graph: CompactGraph; numbers: ArrayLike<number> }>;
}): Procedure {
  const { name, description, result, run } = fields;
  const signature = reading({
    name,
    description,
    arguments: OPTIONS,
    results: { node: 'NODE', [result[0]]: result[1] },
  });
  return columnsInSteps(signature, function* ([given], context) {
    const options = new Options(name, given, [...PART, ...fields.options]);
    const { graph, numbers } = yield* run(options, context);
    const kind = result[1] === 'INTEGER' ? 'integer' : 'float';
    return {
      rowCount: graph.nodeCount,
      columns: [
        { kind: 'node', ids: graph.nodes },
        { kind, values: Float64Array.from(numbers) },
      ],
    };
  });
}

const degree = perNode({
  name: 'algo.degree',
  description: 'How many relationships each node has, or what they weigh together.',
  result: ['degree', 'FLOAT'],
  options: ['direction', 'weight'],
  *run(options, { statement, work }) {
    const choice = options.choice(options.direction('direction', 'both'), statement, false);
    const graph = yield* compactGraph(statement.view, choice, work);
    return { graph, numbers: strengths(graph) };
  },
});

const pagerank = perNode({
  name: 'algo.pagerank',
  description: 'The rank of each node by the ranks of those that lead to it; ranks add up to 1.',
  result: ['rank', 'FLOAT'],
  options: ['weight', 'dampingFactor', 'iterations', 'tolerance'],
  *run(options, { statement, work }) {
    const settings = {
      dampingFactor: options.number('dampingFactor', 0.85, { min: 0, max: 1 }),
      iterationsMax: options.integer('iterations', 100, 1),
      tolerance: options.number('tolerance', 1e-6, { min: 0, max: 1 }),
    };
    const graph = yield* compactGraph(statement.view, options.choice('outgoing', statement), work);
    return { graph, numbers: yield* pageRank(graph, settings, work) };
  },
});

const wcc = perNode({
  name: 'algo.wcc',
  description: 'The weakly connected component of each node.',
  result: ['component', 'INTEGER'],
  options: [],
  *run(options, { statement, work }) {
    const graph = yield* compactGraph(statement.view, options.choice('outgoing', statement), work);
    return { graph, numbers: yield* weaklyConnectedComponents(graph, work) };
  },
});

const betweennessCentrality = perNode({
  name: 'algo.betweenness',
  description: 'For how many pairs of nodes each node lies on their shortest paths.',
  result: ['score', 'FLOAT'],
  options: ['direction', 'normalized', 'samples'],
  *run(options, { statement, work }) {
    const direction = options.direction('direction', 'both');
    const samples = options.integer('samples', 0, 0);
    const settings = {
      undirected: direction === 'both',
      normalized: options.boolean('normalized', true),
      samples: samples === 0 ? undefined : samples,
    };
    const graph = yield* compactGraph(statement.view, options.choice(direction, statement), work);
    return { graph, numbers: yield* betweenness(graph, settings, work) };
  },
});

const louvainCommunities = perNode({
  name: 'algo.louvain',
  description: 'The community of each node, by the modularity that it gains there.',
  result: ['community', 'INTEGER'],
  options: ['weight', 'resolution', 'levels'],
  *run(options, { statement, work }) {
    const settings = {
      resolution: options.number('resolution', 1, { min: 0, max: Number.MAX_VALUE }),
      levelsMax: options.integer('levels', 20, 1),
    };
    const graph = yield* compactGraph(statement.view, options.choice('both', statement), work);
    return { graph, numbers: yield* louvain(graph, settings, work) };
  },
});

const labelCommunities = perNode({
  name: 'algo.labelPropagation',
  description: 'The community of each node, by what most of its neighbours are in.',
  result: ['community', 'INTEGER'],
  options: ['weight', 'iterations'],
  *run(options, { statement, work }) {
    const iterationsMax = options.integer('iterations', 30, 1);
    const graph = yield* compactGraph(statement.view, options.choice('both', statement), work);
    return { graph, numbers: yield* labelPropagation(graph, { iterationsMax }, work) };
  },
});

const similarity = columnsInSteps(
  reading({
    name: 'algo.nodeSimilarity',
    description: 'How much of their neighbours two nodes have in common: the most similar others of each node.',
    arguments: OPTIONS,
    results: { node1: 'NODE', node2: 'NODE', similarity: 'FLOAT' },
  }),
  function* ([given], { statement, work }): Steps<ProcedureRows> {
    const options = new Options('algo.nodeSimilarity', given, [...PART, 'direction', 'top', 'minimum']);
    const settings = {
      topCount: options.integer('top', 10, 1),
      minimum: options.number('minimum', 0, { min: 0, max: 1 }),
    };
    const choice = options.choice(options.direction('direction', 'outgoing'), statement);
    const graph = yield* compactGraph(statement.view, choice, work);
    const pairs = yield* nodeSimilarity(graph, settings, work);
    const nodes = (places: readonly number[]): Column => ({
      kind: 'node',
      ids: Int32Array.from(places, (place) => graph.nodes[place]!),
    });
    const similarities: Column = { kind: 'float', values: Float64Array.from(pairs.similarities) };
    return { rowCount: pairs.left.length, columns: [nodes(pairs.left), nodes(pairs.right), similarities] };
  },
);

const bridgeRelationships = columnsInSteps(
  reading({
    name: 'algo.bridges',
    description: 'The relationships without which a connected part would fall into two.',
    arguments: OPTIONS,
    results: { relationship: 'RELATIONSHIP' },
  }),
  function* ([given], { statement, work }): Steps<ProcedureRows> {
    const options = new Options('algo.bridges', given, PART);
    const choice = { ...options.choice('both', statement), withRelationships: true };
    const graph = yield* compactGraph(statement.view, choice, work);
    const ids = yield* bridges(graph, work);
    return { rowCount: ids.length, columns: [{ kind: 'relationship', ids }] };
  },
);

const shortestPaths = inSteps(
  reading({
    name: 'algo.kShortestPaths',
    description: 'The k shortest paths from one node to another that visit no node twice.',
    arguments: { source: 'NODE', target: 'NODE', k: 'INTEGER', ...OPTIONS },
    results: { index: 'INTEGER', path: 'PATH', cost: 'FLOAT' },
  }),
  function* ([source, target, count, given], { statement, work }): Steps<Value[][]> {
    const options = new Options('algo.kShortestPaths', given, [...PART, 'direction', 'weight']);
    assert(source instanceof NodeReference && target instanceof NodeReference, 'the arguments are of their types');
    const choice = options.choice(options.direction('direction', 'outgoing'), statement);
    const graph = yield* compactGraph(statement.view, { ...choice, withRelationships: true }, work);
    const ends = { source: placeOf(graph, source.id), target: placeOf(graph, target.id) };
    if (ends.source < 0 || ends.target < 0 || Number(count) < 1) return [];
    const paths = yield* kShortestPaths(graph, { ...ends, count: Number(count) }, work);
    return paths.map((path, i) => [i, pathOf(graph, ends.source, path), new Float(path.cost)]);
  },
);

function pathOf(graph: CompactGraph, source: number, { entries }: WeightedPath): PathReference {
  const places = [source, ...entries.map((entry) => graph.targets[entry]!)];
  return new PathReference(
    places.map((place) => graph.nodes[place]!),
    entries.map((entry) => graph.relationships[entry]!),
  );
}

export const ALGORITHM_PROCEDURES: readonly Procedure[] = [
  degree,
  pagerank,
  wcc,
  betweennessCentrality,
  louvainCommunities,
  labelCommunities,
  similarity,
  bridgeRelationships,
  shortestPaths,
];
