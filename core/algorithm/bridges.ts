/** Bridges: relationships without which a connected part would fall into two. */
import type { CompactGraph } from './compact-graph.ts';
import type { Steps, Work } from './steps.ts';

/**
 * Ids of the bridges, ascending. `graph` is taken both ways, with its relationships. A depth-first search (Tarjan 1974) with a
 * stack of its own; of two relationships between the same nodes, neither is a bridge.
 */
export function* bridges(graph: CompactGraph, work: Work): Steps<Int32Array> {
  const { nodeCount, offsets, targets, relationships } = graph;
  /** When a place was reached; 0: not yet. And the earliest place that can be reached from below it. */
  const times = new Int32Array(nodeCount);
  const lows = new Int32Array(nodeCount);
  const next = offsets.slice(0, nodeCount);
  const stack = new Int32Array(nodeCount);
  /** The relationship by which each place was reached. */
  const cameBy = new Int32Array(nodeCount).fill(-1);
  work.hold(20 * nodeCount);
  const found: number[] = [];
  let time = 0;
  for (let root = 0; root < nodeCount; root++) {
    if (times[root] !== 0) continue;
    let depth = 0;
    stack[depth++] = root;
    times[root] = lows[root] = ++time;
    while (depth > 0) {
      work.charge(1);
      if (work.exhausted) yield undefined;
      const place = stack[depth - 1]!;
      const entry = next[place]!;
      if (entry < offsets[place + 1]!) {
        next[place] = entry + 1;
        const target = targets[entry]!;
        if (relationships[entry] === cameBy[place]) continue;
        if (times[target] === 0) {
          cameBy[target] = relationships[entry]!;
          times[target] = lows[target] = ++time;
          stack[depth++] = target;
        } else lows[place] = Math.min(lows[place]!, times[target]!);
        continue;
      }
      depth--;
      if (depth === 0) break;
      const above = stack[depth - 1]!;
      lows[above] = Math.min(lows[above]!, lows[place]!);
      if (lows[place]! > times[above]!) found.push(cameBy[place]!);
    }
  }
  return Int32Array.from(found).sort();
}
