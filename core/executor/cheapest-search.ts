/**
 * Dijkstra's search over steps whose cost is worked out as they are met. With a bound on hops a node is another place at each
 * distance, as the cheapest way to it may be too long to go on from.
 */
import { add } from '../value/arithmetic.ts';
import { Float, PathReference } from '../value/value.ts';
import { PAUSE } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { numberOf } from './step-function.ts';
import type { TraversalSteps } from './traversal-steps.ts';

/** A way to a node. */
export interface Way {
  readonly node: number;
  readonly hops: number;
  readonly cost: number;
  /** The cost as a value: an INTEGER as long as all steps cost INTEGERs. */
  readonly total: number | bigint | Float;
  readonly relationship: number;
  readonly previous: Way | undefined;
  /** Other last steps that cost as much, where they are asked for. */
  readonly ties: { readonly relationship: number; readonly previous: Way }[];
}

/** Bytes of a way. */
const WAY_BYTES = 120;

export interface Restrictions {
  /** Nodes that no way may lead to. */
  readonly nodes: ReadonlySet<number>;
  /** Relationships that may not be the first step. */
  readonly firstSteps: ReadonlySet<number>;
}

const FREE: Restrictions = { nodes: new Set(), firstSteps: new Set() };

export class CheapestSearch {
  readonly #steps: TraversalSteps;
  readonly #withTies: boolean;
  readonly #heap = new WayHeap();
  #ways = new Map<number, Way>();
  #settled = new Set<Way>();
  #restrictions = FREE;
  #row = 0;
  #start: Way | undefined;

  constructor(steps: TraversalSteps, options: { readonly withTies: boolean }) {
    this.#steps = steps;
    this.#withTies = options.withTies;
  }

  /** Begins at the end of a way, whose hops and cost count. */
  start(
    fields: { readonly row: number; readonly from: Way; readonly restrictions?: Restrictions },
    context: ExecutionContext,
  ): void {
    context.hold(-WAY_BYTES * this.#ways.size, 'Traverse');
    this.#ways = new Map();
    this.#settled = new Set();
    this.#heap.clear();
    this.#row = fields.row;
    this.#restrictions = fields.restrictions ?? FREE;
    this.#start = fields.from;
    this.#put(fields.from, context);
  }

  /** The cheapest way that has not been told; undefined when there is none left. */
  next(context: ExecutionContext): Way | typeof PAUSE | undefined {
    for (;;) {
      if (context.exhausted) return PAUSE;
      const way = this.#heap.pop();
      if (way === undefined) return undefined;
      // A way that a cheaper one has overtaken.
      if (this.#ways.get(this.#placeOf(way, context)) !== way) continue;
      this.#settled.add(way);
      if (way.hops < this.#steps.max) this.#expand(way, context);
      return way;
    }
  }

  #expand(way: Way, context: ExecutionContext): void {
    const { nodes, firstSteps } = this.#restrictions;
    const arrival = { path: () => referenceTo(way), cost: () => way.total };
    this.#steps.each({ row: this.#row, node: way.node, arrival }, context, (step) => {
      if (nodes.has(step.node) || (way === this.#start && firstSteps.has(step.relationship))) return;
      const cost = this.#steps.costOf(step, context);
      const { relationship, node } = step;
      const total = sum(way.total, cost);
      this.#offer(
        { node, hops: way.hops + 1, cost: numberOf(total), total, relationship, previous: way, ties: [] },
        context,
      );
    });
  }

  #offer(way: Way, context: ExecutionContext): void {
    const known = this.#ways.get(this.#placeOf(way, context));
    if (known === undefined || (way.cost < known.cost && !this.#settled.has(known))) {
      this.#put(way, context);
    } else if (this.#withTies && way.cost === known.cost && way.previous !== undefined) {
      known.ties.push({ relationship: way.relationship, previous: way.previous });
    }
  }

  #put(way: Way, context: ExecutionContext): void {
    const before = this.#ways.size;
    this.#ways.set(this.#placeOf(way, context), way);
    this.#heap.push(way);
    context.hold(WAY_BYTES * (this.#ways.size - before), 'Traverse');
  }

  #placeOf(way: Way, context: ExecutionContext): number {
    return this.#steps.max === Number.POSITIVE_INFINITY ? way.node : way.hops * context.view.nodeIdLimit + way.node;
  }
}

/** The way that every search begins with. */
export function standingAt(node: number): Way {
  return { node, hops: 0, cost: 0, total: 0, relationship: -1, previous: undefined, ties: [] };
}

function sum(left: Way['total'], right: Way['total']): Way['total'] {
  const total = add(left, right);
  return typeof total === 'number' || typeof total === 'bigint' || total instanceof Float ? total : left;
}

/** The ways of a path, from the node where it starts. */
export function waysTo(way: Way): Way[] {
  const ways: Way[] = [];
  for (let at: Way | undefined = way; at; at = at.previous) ways.push(at);
  return ways.reverse();
}

export function referenceTo(way: Way): PathReference {
  const ways = waysTo(way);
  return new PathReference(
    ways.map(({ node }) => node),
    ways.slice(1).map(({ relationship }) => relationship),
  );
}

/** A heap, the cheapest way first; of equal ones the one with fewer hops, then the one that came first. */
class WayHeap {
  #ways: { readonly way: Way; readonly number: number }[] = [];
  #count = 0;

  clear(): void {
    this.#ways = [];
  }

  push(way: Way): void {
    const entry = { way, number: this.#count++ };
    let at = this.#ways.push(entry) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!isBefore(entry, this.#ways[above]!)) break;
      this.#ways[at] = this.#ways[above]!;
      at = above;
    }
    this.#ways[at] = entry;
  }

  pop(): Way | undefined {
    const top = this.#ways[0];
    const last = this.#ways.pop();
    if (top === undefined || last === undefined || this.#ways.length === 0) return top?.way;
    let at = 0;
    for (;;) {
      let below = 2 * at + 1;
      if (below >= this.#ways.length) break;
      if (below + 1 < this.#ways.length && isBefore(this.#ways[below + 1]!, this.#ways[below]!)) below++;
      if (!isBefore(this.#ways[below]!, last)) break;
      this.#ways[at] = this.#ways[below]!;
      at = below;
    }
    this.#ways[at] = last;
    return top.way;
  }
}

type HeapEntry = { readonly way: Way; readonly number: number };

function isBefore(left: HeapEntry, right: HeapEntry): boolean {
  if (left.way.cost !== right.way.cost) return left.way.cost < right.way.cost;
  if (left.way.hops !== right.way.hops) return left.way.hops < right.way.hops;
  return left.number < right.number;
}
