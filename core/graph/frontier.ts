import type { Direction } from './graph-view.ts';
import { Expansion, type IdList } from './result-lists.ts';

/** One step of a search that asks which nodes can be reached, and not how often: each is reached once. */
export interface FrontierStep {
  /** The step is made from `nodes[from]` up to, not including, `nodes[to]`. */
  readonly nodes: Int32Array;
  readonly from: number;
  readonly to: number;
  readonly direction: Direction;
  /** A relationship type, or ALL_TYPES. */
  readonly type: number;
  /** By node id. A node that has `bit` set has been reached; it is set for those that the step reaches. */
  readonly seen: Uint8Array;
  readonly bit: number;
  /** The nodes that the step reaches are appended here, */
  readonly reached: IdList;
  /** and here, for each of them, the index in `nodes` of the node that led to it. */
  readonly parents: IdList | undefined;
}

/** Makes a step by way of an expansion of each node. Answers with the number of relationships looked at. */
export function advanceSlowly(step: FrontierStep, expand: (node: number, out: Expansion) => void): number {
  const { nodes, seen, bit, reached, parents } = step;
  const out = new Expansion();
  let looked = 0;
  for (let index = step.from; index < step.to; index += 1) {
    expand(nodes[index]!, out);
    looked += out.count;
    for (let entry = 0; entry < out.count; entry += 1) {
      const neighbour = out.neighbours[entry]!;
      if ((seen[neighbour]! & bit) !== 0) continue;
      seen[neighbour]! |= bit;
      reached.push(neighbour);
      parents?.push(index);
    }
  }
  return looked;
}
