/** Weakly connected components: nodes that relationships join, whatever their direction. */
import type { CompactGraph } from './compact-graph.ts';
import type { Steps, Work } from './steps.ts';

/** The component of each place, numbered from 0 in the order of their first nodes. `graph`: any direction will do. */
export function* weaklyConnectedComponents(graph: CompactGraph, work: Work): Steps<Int32Array> {
  const { nodeCount, offsets, targets } = graph;
  const parents = Int32Array.from({ length: nodeCount }, (_, place) => place);
  work.hold(2 * parents.byteLength);
  const rootOf = (place: number): number => {
    let root = place;
    while (parents[root] !== root) {
      // Path halving keeps the trees flat.
      parents[root] = parents[parents[root]!]!;
      root = parents[root]!;
    }
    return root;
  };
  for (let place = 0; place < nodeCount; place++) {
    const end = offsets[place + 1]!;
    work.charge(end - offsets[place]! + 1);
    if (work.exhausted) yield undefined;
    for (let entry = offsets[place]!; entry < end; entry++) {
      const left = rootOf(place);
      const right = rootOf(targets[entry]!);
      // The smaller place becomes the root, so that a component's root is its first node.
      if (left < right) parents[right] = left;
      else parents[left] = right;
    }
  }
  return numbered(parents, rootOf);
}

/** Numbers for groups that are named by a member: from 0, in the order in which they come up. */
function numbered(groups: Int32Array, nameOf: (place: number) => number): Int32Array {
  const numbers = new Int32Array(groups.length).fill(-1);
  const result = new Int32Array(groups.length);
  let count = 0;
  for (let place = 0; place < groups.length; place++) {
    const name = nameOf(place);
    if (numbers[name] === -1) numbers[name] = count++;
    result[place] = numbers[name]!;
  }
  return result;
}

/** Groups that are named by one of their members, numbered from 0 in the order of their first nodes. */
export function numberedGroups(groups: Int32Array): Int32Array {
  return numbered(groups, (place) => groups[place]!);
}
