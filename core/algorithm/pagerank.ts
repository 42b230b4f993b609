/** PageRank: how likely a walker is at each node who follows relationships, and now and then jumps anywhere. */
import { type CompactGraph, strengths } from './compact-graph.ts';
import type { Steps, Work } from './steps.ts';

export interface PageRankOptions {
  /** How likely the walker goes on along a relationship. */
  readonly dampingFactor: number;
  readonly iterationsMax: number;
  /** The iteration ends when the ranks together change by less than this for each node. */
  readonly tolerance: number;
}

/**
 * The rank of each place; they add up to 1. `graph` has outgoing relationships, whose weights share out what a node hands on.
 * A node without any hands its rank on to all. Source: the power iteration as NetworkX and graphology have it.
 */
export function* pageRank(graph: CompactGraph, options: PageRankOptions, work: Work): Steps<Float64Array> {
  const { nodeCount, offsets, targets, weights } = graph;
  const { dampingFactor, iterationsMax, tolerance } = options;
  const out = strengths(graph);
  let ranks = new Float64Array(nodeCount).fill(1 / nodeCount);
  let next = new Float64Array(nodeCount);
  work.hold(3 * ranks.byteLength);
  for (let iteration = 0; iteration < iterationsMax; iteration++) {
    let resting = 0;
    for (let place = 0; place < nodeCount; place++) if (out[place] === 0) resting += ranks[place]!;
    next.fill((1 - dampingFactor + dampingFactor * resting) / nodeCount);
    for (let place = 0; place < nodeCount; place++) {
      const end = offsets[place + 1]!;
      const start = offsets[place]!;
      work.charge(end - start + 1);
      if (work.exhausted) yield undefined;
      if (out[place] === 0) continue;
      const share = (dampingFactor * ranks[place]!) / out[place]!;
      if (weights.length === 0) for (let entry = start; entry < end; entry++) next[targets[entry]!]! += share;
      else for (let entry = start; entry < end; entry++) next[targets[entry]!]! += share * weights[entry]!;
    }
    let change = 0;
    for (let place = 0; place < nodeCount; place++) change += Math.abs(next[place]! - ranks[place]!);
    [ranks, next] = [next, ranks];
    if (change < nodeCount * tolerance) break;
  }
  return ranks;
}
