/**
 * Communities by label propagation: each node takes the label that weighs most among its neighbours, until none changes.
 * Deterministic: nodes are taken in order, and a node keeps its label where that is among the heaviest. Other ties fall by a hash
 * that differs from node to node: always the lowest label would let the first one run through the graph.
 */
import type { CompactGraph } from './compact-graph.ts';
import { numberedGroups } from './components.ts';
import type { Steps, Work } from './steps.ts';

/** The community of each place, numbered from 0 in the order of their first nodes. `graph` is taken both ways. */
export function* labelPropagation(
  graph: CompactGraph,
  options: { readonly iterationsMax: number },
  work: Work,
): Steps<Int32Array> {
  const { nodeCount, offsets, targets, weights } = graph;
  const labels = Int32Array.from({ length: nodeCount }, (_, place) => place);
  const heard = new Float64Array(nodeCount);
  work.hold(12 * nodeCount);
  for (let iteration = 0, changes = 1; iteration < options.iterationsMax && changes > 0; iteration++) {
    changes = 0;
    for (let place = 0; place < nodeCount; place++) {
      const start = offsets[place]!;
      const end = offsets[place + 1]!;
      work.charge(end - start + 1);
      if (work.exhausted) yield undefined;
      for (let entry = start; entry < end; entry++) {
        heard[labels[targets[entry]!]!]! += weights.length === 0 ? 1 : weights[entry]!;
      }
      const own = labels[place]!;
      let best = own;
      for (let entry = start; entry < end; entry++) {
        const label = labels[targets[entry]!]!;
        const heavier = heard[label]! > heard[best]!;
        if (heavier || (heard[label] === heard[best] && best !== own && draw(place, label) < draw(place, best)))
          best = label;
      }
      for (let entry = start; entry < end; entry++) heard[labels[targets[entry]!]!] = 0;
      if (best === own) continue;
      labels[place] = best;
      changes++;
    }
  }
  return numberedGroups(labels);
}

/** A number for a label at a place, the same every time. */
function draw(place: number, label: number): number {
  const mixed = Math.imul(label ^ Math.imul(place, 0x9e3779b1), 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) >>> 0;
}
