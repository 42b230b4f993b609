/** One shortest path from a node to each other one, the nearest first. */
import { PathReference } from '../value/value.ts';
import { PAUSE } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Arrival, TraversalEnds, TraversalSteps, TraversedPath } from './traversal-steps.ts';

/** Bytes of a node that has been reached. */
const NODE_BYTES = 40;

export class BreadthFirstSearch {
  readonly #steps: TraversalSteps;
  #ends: TraversalEnds = { row: 0, from: -1, to: undefined };
  #isReached = new Uint8Array(0);
  /** The nodes in the order in which they were reached; how far each is, the place of the one before it, and the step from there. */
  #nodes: number[] = [];
  #distances: number[] = [];
  #previous: number[] = [];
  #relationships: number[] = [];
  /** The next node to go on from, and the next to be told. */
  #next = 0;
  #told = 0;
  #done = true;

  constructor(steps: TraversalSteps) {
    this.#steps = steps;
  }

  start(ends: TraversalEnds, context: ExecutionContext): void {
    this.#ends = ends;
    for (const node of this.#nodes) this.#isReached[node] = 0;
    if (this.#isReached.length < context.view.nodeIdLimit) this.#isReached = new Uint8Array(context.view.nodeIdLimit);
    context.hold(-NODE_BYTES * this.#nodes.length, 'Traverse');
    this.#nodes = [];
    this.#distances = [];
    this.#previous = [];
    this.#relationships = [];
    this.#next = 0;
    // The path without relationships is none of the answers.
    this.#told = 1;
    this.#done = false;
    this.#reach(ends.from, { distance: 0, previous: -1, relationship: -1 });
    context.hold(NODE_BYTES, 'Traverse');
  }

  /** The next path; undefined when there are no more. */
  next(context: ExecutionContext): TraversedPath | typeof PAUSE | undefined {
    for (;;) {
      for (; this.#told < this.#nodes.length; this.#told++) {
        if (!this.#isWanted(this.#told)) continue;
        return this.#pathTo(this.#told++);
      }
      if (this.#done || this.#next === this.#nodes.length) return undefined;
      if (context.exhausted) return PAUSE;
      this.#expand(this.#next++, context);
    }
  }

  #isWanted(place: number): boolean {
    const { to } = this.#ends;
    return this.#distances[place]! >= this.#steps.min && (to === undefined || this.#nodes[place] === to);
  }

  #expand(place: number, context: ExecutionContext): void {
    const distance = this.#distances[place]!;
    if (distance >= this.#steps.max) {
      // Those after it are as far or farther.
      this.#done = true;
      return;
    }
    const before = this.#nodes.length;
    const from = { row: this.#ends.row, node: this.#nodes[place]!, arrival: this.#arrivalAt(place) };
    this.#steps.each(from, context, ({ node, relationship }) => {
      if (this.#isReached[node] === 0) this.#reach(node, { distance: distance + 1, previous: place, relationship });
    });
    context.hold(NODE_BYTES * (this.#nodes.length - before), 'Traverse');
    if (this.#ends.to !== undefined && this.#isReached[this.#ends.to] === 1 && this.#ends.to !== this.#ends.from) {
      this.#done = true;
    }
  }

  #reach(node: number, by: { distance: number; previous: number; relationship: number }): void {
    this.#isReached[node] = 1;
    this.#nodes.push(node);
    this.#distances.push(by.distance);
    this.#previous.push(by.previous);
    this.#relationships.push(by.relationship);
  }

  #arrivalAt(place: number): Arrival {
    return { path: () => this.#referenceTo(place), cost: () => this.#distances[place]! };
  }

  #pathTo(place: number): TraversedPath {
    const { relationships } = this.#referenceTo(place);
    return { end: this.#nodes[place]!, relationships, cost: relationships.length };
  }

  #referenceTo(place: number): PathReference {
    const nodes: number[] = [];
    const relationships: number[] = [];
    for (let at = place; at !== -1; at = this.#previous[at]!) {
      nodes.push(this.#nodes[at]!);
      if (this.#previous[at] !== -1) relationships.push(this.#relationships[at]!);
    }
    return new PathReference(nodes.reverse(), relationships.reverse());
  }
}
