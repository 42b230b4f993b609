/** Betweenness centrality: for how many pairs of nodes a node lies on their shortest paths. */
import type { CompactGraph } from './compact-graph.ts';
import type { Steps, Work } from './steps.ts';

export interface BetweennessOptions {
  /** Whether `graph` holds each relationship at both ends, so that each pair of nodes comes up twice. */
  readonly undirected: boolean;
  /** Divides by the number of pairs that a node could lie between. */
  readonly normalized: boolean;
  /** Searches from so many nodes, evenly spread, and scales the sums up; undefined: from all. */
  readonly samples: number | undefined;
}

/**
 * The centrality of each place, by Brandes's algorithm: a breadth-first search from each node, and its paths counted backwards.
 * Two relationships between the same nodes are two paths.
 */
export function* betweenness(graph: CompactGraph, options: BetweennessOptions, work: Work): Steps<Float64Array> {
  const { nodeCount } = graph;
  const sums = new Float64Array(nodeCount);
  const search = new BrandesSearch(graph);
  work.hold(40 * nodeCount);
  const sources = Math.min(nodeCount, options.samples ?? nodeCount);
  for (let sample = 0; sample < sources; sample++) {
    search.run(Math.floor((sample * nodeCount) / sources), sums);
    work.charge(search.work);
    if (work.exhausted) yield undefined;
  }
  const pairs = options.normalized ? (nodeCount - 1) * (nodeCount - 2) : options.undirected ? 2 : 1;
  const scale = (sources === 0 ? 1 : nodeCount / sources) / pairs;
  for (let place = 0; place < nodeCount; place++) sums[place] = nodeCount > 2 ? sums[place]! * scale : 0;
  return sums;
}

/** One search, whose arrays are used again for the next. */
class BrandesSearch {
  /** Entries looked at by the last search. */
  work = 0;
  readonly #graph: CompactGraph;
  readonly #distances: Int32Array;
  /** How many shortest paths lead to each place. */
  readonly #paths: Float64Array;
  readonly #dependencies: Float64Array;
  /** Places in the order in which they are reached. */
  readonly #reached: Int32Array;

  constructor(graph: CompactGraph) {
    this.#graph = graph;
    this.#distances = new Int32Array(graph.nodeCount).fill(-1);
    this.#paths = new Float64Array(graph.nodeCount);
    this.#dependencies = new Float64Array(graph.nodeCount);
    this.#reached = new Int32Array(graph.nodeCount);
  }

  /** Adds to `sums` how much each place lies between `source` and the others. */
  run(source: number, sums: Float64Array): void {
    const reachedCount = this.#forwards(source);
    this.#backwards(source, reachedCount, sums);
    for (let i = 0; i < reachedCount; i++) {
      const place = this.#reached[i]!;
      this.#distances[place] = -1;
      this.#paths[place] = 0;
      this.#dependencies[place] = 0;
    }
  }

  #forwards(source: number): number {
    const { offsets, targets } = this.#graph;
    const distances = this.#distances;
    const paths = this.#paths;
    const reached = this.#reached;
    distances[source] = 0;
    paths[source] = 1;
    reached[0] = source;
    let count = 1;
    this.work = 1;
    for (let i = 0; i < count; i++) {
      const place = reached[i]!;
      const end = offsets[place + 1]!;
      this.work += 2 * (end - offsets[place]!) + 1;
      for (let entry = offsets[place]!; entry < end; entry++) {
        const target = targets[entry]!;
        if (distances[target] === -1) {
          distances[target] = distances[place]! + 1;
          reached[count++] = target;
        }
        if (distances[target] === distances[place]! + 1) paths[target]! += paths[place]!;
      }
    }
    return count;
  }

  /** From the farthest place back: each hands its share to those before it, which are found again by looking ahead from them. */
  #backwards(source: number, reachedCount: number, sums: Float64Array): void {
    const { offsets, targets } = this.#graph;
    for (let i = reachedCount - 1; i >= 0; i--) {
      const place = this.#reached[i]!;
      const end = offsets[place + 1]!;
      let dependency = 0;
      for (let entry = offsets[place]!; entry < end; entry++) {
        const target = targets[entry]!;
        if (this.#distances[target] !== this.#distances[place]! + 1) continue;
        dependency += (this.#paths[place]! / this.#paths[target]!) * (1 + this.#dependencies[target]!);
      }
      this.#dependencies[place] = dependency;
      if (place !== source) sums[place]! += dependency;
    }
  }
}
