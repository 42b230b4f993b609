/** Node similarity: how much of their neighbours two nodes have in common (Jaccard's index). */
import type { CompactGraph } from './compact-graph.ts';
import type { Steps, Work } from './steps.ts';

export interface SimilarityOptions {
  /** The most similar others that are kept for each node. */
  readonly topCount: number;
  /** Pairs below are left out; those without a common neighbour always are. */
  readonly minimum: number;
}

/** Pairs of places, each with its similarity: for each place its most similar others, the most similar first. */
export interface SimilarPairs {
  readonly left: number[];
  readonly right: number[];
  readonly similarities: number[];
}

/**
 * Compares nodes by the nodes that their relationships lead to. `graph` has them in one direction; several to one neighbour
 * count once. Pairs are found through their common neighbours, so that the work follows those.
 */
export function* nodeSimilarity(graph: CompactGraph, options: SimilarityOptions, work: Work): Steps<SimilarPairs> {
  const forwards = withoutRepeats(graph);
  const backwards = turned(forwards);
  work.hold(8 * (forwards.targets.length + graph.nodeCount));
  const common = new Int32Array(graph.nodeCount);
  const pairs: SimilarPairs = { left: [], right: [], similarities: [] };
  for (let place = 0; place < graph.nodeCount; place++) {
    const found: number[] = [];
    let looked = 1;
    for (let i = forwards.offsets[place]!; i < forwards.offsets[place + 1]!; i++) {
      const neighbour = forwards.targets[i]!;
      const end = backwards.offsets[neighbour + 1]!;
      looked += end - backwards.offsets[neighbour]!;
      for (let j = backwards.offsets[neighbour]!; j < end; j++) {
        const other = backwards.targets[j]!;
        if (other !== place && common[other]!++ === 0) found.push(other);
      }
    }
    const before = pairs.left.length;
    keepMostSimilar({ place, found, common, degreeOf: (one) => degreeIn(forwards, one), options }, pairs);
    for (const other of found) common[other] = 0;
    work.hold(24 * (pairs.left.length - before));
    work.charge(looked);
    if (work.exhausted) yield undefined;
  }
  return pairs;
}

function keepMostSimilar(
  around: {
    readonly place: number;
    readonly found: readonly number[];
    readonly common: Int32Array;
    readonly degreeOf: (place: number) => number;
    readonly options: SimilarityOptions;
  },
  pairs: SimilarPairs,
): void {
  const { place, found, common, degreeOf, options } = around;
  const degree = degreeOf(place);
  const candidates = found
    .map((other) => ({ other, similarity: common[other]! / (degree + degreeOf(other) - common[other]!) }))
    .filter(({ similarity }) => similarity >= options.minimum)
    .sort((left, right) => right.similarity - left.similarity || left.other - right.other);
  for (const { other, similarity } of candidates.slice(0, options.topCount)) {
    pairs.left.push(place);
    pairs.right.push(other);
    pairs.similarities.push(similarity);
  }
}

interface Rows {
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
}

function degreeIn({ offsets }: Rows, place: number): number {
  return offsets[place + 1]! - offsets[place]!;
}

function withoutRepeats({ nodeCount, offsets, targets }: CompactGraph): Rows {
  const seenAt = new Int32Array(nodeCount).fill(-1);
  const kept = new Int32Array(targets.length);
  const starts = new Int32Array(nodeCount + 1);
  let count = 0;
  for (let place = 0; place < nodeCount; place++) {
    for (let entry = offsets[place]!; entry < offsets[place + 1]!; entry++) {
      const target = targets[entry]!;
      if (seenAt[target] === place) continue;
      seenAt[target] = place;
      kept[count++] = target;
    }
    starts[place + 1] = count;
  }
  return { offsets: starts, targets: kept.subarray(0, count) };
}

/** The same rows by their targets. */
function turned({ offsets, targets }: Rows): Rows {
  const nodeCount = offsets.length - 1;
  const starts = new Int32Array(nodeCount + 1);
  for (const target of targets) starts[target + 1]!++;
  for (let place = 0; place < nodeCount; place++) starts[place + 1]! += starts[place]!;
  const next = starts.slice();
  const sources = new Int32Array(targets.length);
  for (let place = 0; place < nodeCount; place++) {
    for (let entry = offsets[place]!; entry < offsets[place + 1]!; entry++) sources[next[targets[entry]!]!++] = place;
  }
  return { offsets: starts, targets: sources };
}
