/**
 * Whether a trail without direction leads back to where it started. The shortest one is a cycle that leaves the start by one
 * relationship and comes back by another: it shows when a search by levels meets itself, coming from different neighbours of
 * the start. So each node is marked with the neighbour that it was reached by, its branch.
 */
import type { GraphView } from '../graph/graph-view.ts';
import type { Expansion, IdList } from '../graph/result-lists.ts';

/** In a node's byte, beside the bit that it has been reached: whether its distance is even, and its branch. */
const REACHED = 1;
const EVEN = 2;
const BRANCH_SHIFT = 2;
const BRANCHES_MAX = 62;

export class WayBack {
  readonly start: number;
  readonly #seen: Uint8Array;
  readonly #expansion: Expansion;
  /** Branches beyond those that have a number of their own: they share one, and are told apart by going up. */
  readonly #shared = new Map<number, number>();
  #branches = 0;
  #found = false;

  constructor(start: number, seen: Uint8Array, expansion: Expansion) {
    this.start = start;
    this.#seen = seen;
    this.#expansion = expansion;
  }

  get found(): boolean {
    return this.#found;
  }

  /** Expands a node, which is `distance` away from the start, and appends what it reaches. Answers with the work done. */
  expand(
    step: { readonly node: number; readonly type: number; readonly distance: number; readonly max: number },
    view: GraphView,
    reached: IdList,
  ): number {
    const { node, type, distance, max } = step;
    const { neighbours, count } = this.#expanded(node, type, view);
    const parity = distance % 2 === 1 ? EVEN : 0;
    for (let entry = 0; entry < count; entry++) {
      const neighbour = neighbours[entry]!;
      if (neighbour === this.start) {
        // A loop is a way back at once. What leads back from elsewhere is the way out, or has shown as a second one before.
        if (node === this.start) this.#found = true;
      } else if (this.#seen[neighbour] === 0) {
        this.#mark(neighbour, { from: node, parity });
        reached.push(neighbour);
      } else if (distance === 0) {
        // A second relationship to the same neighbour.
        this.#found ||= max >= 2;
      } else {
        const sameLevel = (this.#seen[neighbour]! & EVEN) !== parity;
        const length = 2 * distance + (sameLevel ? 1 : 2);
        if (length <= max && this.#branchOf(neighbour) !== this.#branchOf(node)) this.#found = true;
      }
    }
    return count + 1;
  }

  #expanded(node: number, type: number, view: GraphView): Expansion {
    view.expand(node, 'both', type, this.#expansion);
    return this.#expansion;
  }

  #mark(node: number, { from, parity }: { readonly from: number; readonly parity: number }): void {
    const branch = from === this.start ? this.#branches++ : this.#branchOf(from);
    if (branch >= BRANCHES_MAX) this.#shared.set(node, branch);
    this.#seen[node] = REACHED | parity | (Math.min(branch, BRANCHES_MAX) << BRANCH_SHIFT);
  }

  #branchOf(node: number): number {
    const branch = this.#seen[node]! >>> BRANCH_SHIFT;
    return branch < BRANCHES_MAX ? branch : this.#shared.get(node)!;
  }
}
