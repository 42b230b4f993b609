/**
 * Communities by the Louvain method: nodes move to the neighbouring community that raises modularity most, then communities
 * become the nodes of a smaller graph, and so on until nothing is gained. Deterministic: nodes are taken in order, and of equal
 * gains the lowest community wins. Source: Blondel et al. 2008.
 */
import { type CompactGraph, strengths } from './compact-graph.ts';
import { numberedGroups } from './components.ts';
import type { Steps, Work } from './steps.ts';

export interface LouvainOptions {
  /** Above 1 smaller communities, below 1 larger ones. */
  readonly resolution: number;
  readonly levelsMax: number;
}

/** Passes over the nodes of one level. Each raises modularity, so that few are needed. */
const PASSES_MAX = 100;

/** A smaller gain is taken for rounding. */
const GAIN_MIN = 1e-12;

/** A graph of communities as a symmetric matrix: off the diagonal as compact rows, on it in `loops`. */
interface Level {
  readonly nodeCount: number;
  readonly offsets: Int32Array;
  readonly targets: Int32Array;
  readonly weights: Float64Array;
  readonly loops: Float64Array;
  /** Row sums, the diagonal included. */
  readonly degrees: Float64Array;
}

/** The community of each place, numbered from 0 in the order of their first nodes. `graph` is taken both ways. */
export function* louvain(graph: CompactGraph, options: LouvainOptions, work: Work): Steps<Int32Array> {
  let level = firstLevel(graph);
  work.hold(bytesOf(level));
  let communities = Int32Array.from({ length: graph.nodeCount }, (_, place) => place);
  for (let count = 0; count < options.levelsMax; count++) {
    const moved = yield* moveNodes(level, options.resolution, work);
    const groups = numberedGroups(moved);
    const groupCount = groups.reduce((most, group) => Math.max(most, group + 1), 0);
    communities = communities.map((place) => groups[place]!);
    if (groupCount === level.nodeCount) break;
    work.charge(level.targets.length + level.nodeCount);
    level = aggregated(level, groups, groupCount);
    if (work.exhausted) yield undefined;
  }
  return numberedGroups(communities);
}

/** Modularity of a partition, between -1/2 and 1. `graph` is taken both ways. */
export function modularity(graph: CompactGraph, communities: Int32Array, resolution = 1): number {
  const { nodeCount, offsets, targets, weights, loops, degrees } = firstLevel(graph);
  const totals = new Float64Array(nodeCount);
  const total = degrees.reduce((sum, degree) => sum + degree, 0);
  let inside = 0;
  for (let place = 0; place < nodeCount; place++) {
    totals[communities[place]!]! += degrees[place]!;
    inside += loops[place]!;
    for (let entry = offsets[place]!; entry < offsets[place + 1]!; entry++) {
      if (communities[targets[entry]!] === communities[place]) inside += weights[entry]!;
    }
  }
  if (total === 0) return 0;
  return totals.reduce((sum, part) => sum - resolution * (part / total) ** 2, inside / total);
}

/** Self-loops go to the diagonal, where they count twice. */
function firstLevel(graph: CompactGraph): Level {
  const { nodeCount, weights } = graph;
  const offsets = new Int32Array(nodeCount + 1);
  const targets = new Int32Array(graph.targets.length);
  const kept = new Float64Array(graph.targets.length);
  const loops = new Float64Array(nodeCount);
  const degrees = strengths(graph);
  let count = 0;
  for (let place = 0; place < nodeCount; place++) {
    for (let entry = graph.offsets[place]!; entry < graph.offsets[place + 1]!; entry++) {
      const weight = weights.length === 0 ? 1 : weights[entry]!;
      if (graph.targets[entry] === place) {
        loops[place]! += 2 * weight;
        degrees[place]! += weight;
      } else {
        targets[count] = graph.targets[entry]!;
        kept[count++] = weight;
      }
    }
    offsets[place + 1] = count;
  }
  return { nodeCount, offsets, targets: targets.subarray(0, count), weights: kept.subarray(0, count), loops, degrees };
}

function bytesOf({ nodeCount, targets }: Level): number {
  return nodeCount * 44 + targets.length * 12;
}

/** Moves nodes between communities until no move gains anything. Answers with a member's place for each node's community. */
function* moveNodes(level: Level, resolution: number, work: Work): Steps<Int32Array> {
  const { nodeCount, offsets, degrees } = level;
  const communities = Int32Array.from({ length: nodeCount }, (_, place) => place);
  const totals = degrees.slice();
  const total = degrees.reduce((sum, degree) => sum + degree, 0);
  const near = new NearbyCommunities(nodeCount);
  for (let pass = 0, moves = 1; pass < PASSES_MAX && moves > 0; pass++) {
    moves = 0;
    for (let place = 0; place < nodeCount; place++) {
      work.charge(offsets[place + 1]! - offsets[place]! + 1);
      if (work.exhausted) yield undefined;
      const own = communities[place]!;
      near.gather(level, place, communities);
      totals[own]! -= degrees[place]!;
      const best = near.best({ own, totals, share: (resolution * degrees[place]!) / total });
      totals[best]! += degrees[place]!;
      communities[place] = best;
      if (best !== own) moves++;
    }
  }
  return communities;
}

/** The communities beside one node, with the weight that joins it to each. */
class NearbyCommunities {
  readonly #weights: Float64Array;
  readonly #found: Int32Array;
  readonly #isFound: Uint8Array;
  #count = 0;

  constructor(nodeCount: number) {
    this.#weights = new Float64Array(nodeCount);
    this.#found = new Int32Array(nodeCount);
    this.#isFound = new Uint8Array(nodeCount);
  }

  gather(level: Level, place: number, communities: Int32Array): void {
    for (let i = 0; i < this.#count; i++) {
      this.#weights[this.#found[i]!] = 0;
      this.#isFound[this.#found[i]!] = 0;
    }
    this.#count = 0;
    const { offsets, targets, weights } = level;
    for (let entry = offsets[place]!; entry < offsets[place + 1]!; entry++) {
      const community = communities[targets[entry]!]!;
      if (this.#isFound[community] === 0) this.#found[this.#count++] = community;
      this.#isFound[community] = 1;
      this.#weights[community]! += weights[entry]!;
    }
  }

  /** The community that the node gains most from; its own when no other is better. `totals`: without the node itself. */
  best({ own, totals, share }: { own: number; totals: Float64Array; share: number }): number {
    let best = own;
    let bestGain = this.#weights[own]! - share * totals[own]! + GAIN_MIN;
    for (let i = 0; i < this.#count; i++) {
      const community = this.#found[i]!;
      const gain = this.#weights[community]! - share * totals[community]!;
      if (gain > bestGain || (gain === bestGain && best !== own && community < best)) {
        best = community;
        bestGain = gain;
      }
    }
    return best;
  }
}

/** The graph whose nodes are the groups. */
function aggregated(level: Level, groups: Int32Array, groupCount: number): Level {
  const members = membersOf(groups, groupCount);
  const offsets = new Int32Array(groupCount + 1);
  const targets: number[] = [];
  const weights: number[] = [];
  const loops = new Float64Array(groupCount);
  const degrees = new Float64Array(groupCount);
  const joined = new Float64Array(groupCount);
  for (let group = 0; group < groupCount; group++) {
    const found: number[] = [];
    for (let i = members.offsets[group]!; i < members.offsets[group + 1]!; i++) {
      const place = members.places[i]!;
      loops[group]! += level.loops[place]!;
      degrees[group]! += level.degrees[place]!;
      for (let entry = level.offsets[place]!; entry < level.offsets[place + 1]!; entry++) {
        const other = groups[level.targets[entry]!]!;
        if (other === group) loops[group]! += level.weights[entry]!;
        else {
          if (joined[other] === 0) found.push(other);
          joined[other]! += level.weights[entry]!;
        }
      }
    }
    for (const other of found) {
      targets.push(other);
      weights.push(joined[other]!);
      joined[other] = 0;
    }
    offsets[group + 1] = targets.length;
  }
  return {
    nodeCount: groupCount,
    offsets,
    targets: Int32Array.from(targets),
    weights: Float64Array.from(weights),
    loops,
    degrees,
  };
}

/** The places of each group, side by side. */
function membersOf(groups: Int32Array, groupCount: number): { offsets: Int32Array; places: Int32Array } {
  const offsets = new Int32Array(groupCount + 1);
  for (const group of groups) offsets[group + 1]!++;
  for (let group = 0; group < groupCount; group++) offsets[group + 1]! += offsets[group]!;
  const next = offsets.slice();
  const places = new Int32Array(groups.length);
  for (let place = 0; place < groups.length; place++) places[next[groups[place]!]!++] = place;
  return { offsets, places };
}
