/**
 * AllShortestPaths: for each row, a row for each shortest path between two bound nodes. A breadth-first search from the first
 * tells how far away every node is, up to the distance of the second; then all ways back that come nearer with each step.
 */
import { ALL_TYPES, type GraphView } from '../graph/graph-view.ts';
import { Expansion } from '../graph/result-lists.ts';
import { PathReference } from '../value/value.ts';
import { turned, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { Distances, type Steps } from './distances.ts';
import type { Operator } from './operator.ts';
import { nodeIds } from './rows.ts';
import { type ShortestPathSpec, withPaths } from './shortest-path.ts';
import { StepConditions } from './step-conditions.ts';

export class AllShortestPaths implements Operator {
  readonly #input: Operator;
  readonly #spec: ShortestPathSpec;
  readonly #conditions: StepConditions;
  readonly #distances = new Distances();
  readonly #ways: WaysBack;
  #batch: Batch | undefined;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array = new Int32Array(0);
  #types: readonly number[] = [ALL_TYPES];
  #row = 0;
  #stage: 'start' | 'search' | 'walk' = 'start';
  #parents: number[] = [];
  #paths: PathReference[] = [];

  constructor(input: Operator, spec: ShortestPathSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#conditions = new StepConditions(spec);
    this.#ways = new WaysBack(this.#distances);
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#from = nodeIds(input, this.#spec.from);
        this.#to = nodeIds(input, this.#spec.to);
        this.#types = typeTokens(this.#spec, context.tokens);
        this.#conditions.prepare(input, context);
        this.#row = 0;
        this.#stage = 'start';
      }
      const batch = this.#batch;
      const paused = !this.#run(batch, context);
      if (this.#paths.length > 0) return this.#output(batch);
      if (paused) return PAUSE;
    }
  }

  /** False when the slice's work is spent; true when the batch is through, or enough paths have been found. */
  #run(batch: Batch, context: ExecutionContext): boolean {
    const hold = (relationship: number, node: number) =>
      this.#conditions.relationshipHolds(relationship, this.#row, context) &&
      this.#conditions.nodeHolds(node, this.#row, context);
    while (this.#row < batch.rowCount && this.#paths.length < BATCH_ROWS) {
      if (context.exhausted) return false;
      const { direction, max } = this.#spec;
      if (this.#stage === 'start') this.#startRow(context);
      else if (this.#stage === 'search') {
        const search = { types: this.#types, direction, max, target: this.#to[this.#row]!, hold };
        const answer = this.#distances.search(search, context);
        if (answer === undefined) return false;
        this.#stage = 'walk';
        if (!answer) this.#endRow();
        else this.#ways.start(this.#to[this.#row]!);
      } else {
        const path = this.#ways.next({ types: this.#types, direction: turned(direction), hold }, context);
        if (path === undefined) this.#endRow();
        else this.#add(path, context.view);
      }
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    return true;
  }

  #startRow(context: ExecutionContext): void {
    context.charge(1);
    const from = this.#from[this.#row]!;
    const to = this.#to[this.#row]!;
    if (from === NO_ENTITY || to === NO_ENTITY) return this.#endRow();
    this.#conditions.setEnds(from, to);
    if (!this.#conditions.nodeHolds(from, this.#row, context)) return this.#endRow();
    if (!this.#conditions.nodeHolds(to, this.#row, context)) return this.#endRow();
    if (from === to) {
      // From a node to itself there is the path without relationships, if the pattern allows it, and no other.
      if (this.#spec.min === 0) this.#add([], context.view);
      return this.#endRow();
    }
    this.#distances.start(from, context.view.nodeIdLimit);
    this.#stage = 'search';
  }

  #endRow(): void {
    this.#row++;
    this.#stage = 'start';
  }

  #add(relationships: readonly number[], view: GraphView): void {
    const nodes = [this.#from[this.#row]!];
    for (const id of relationships) {
      const start = view.relationshipStart(id);
      nodes.push(start === nodes.at(-1) ? view.relationshipEnd(id) : start);
    }
    this.#parents.push(this.#row);
    this.#paths.push(new PathReference(nodes, relationships));
  }

  #output(batch: Batch): Batch {
    const found = { parents: Int32Array.from(this.#parents), paths: this.#paths };
    this.#parents = [];
    this.#paths = [];
    return withPaths(batch, found, this.#spec);
  }
}

/** A node on the way back, and what leads nearer from it. */
interface Stop {
  readonly steps: readonly { readonly node: number; readonly relationship: number }[];
  next: number;
  /** The relationship that has been followed from here. */
  relationship: number;
}

/** All ways from a node back to where the distances are measured from. */
class WaysBack {
  readonly #distances: Distances;
  readonly #expansion = new Expansion();
  readonly #stops: Stop[] = [];
  #start = -1;

  constructor(distances: Distances) {
    this.#distances = distances;
  }

  start(node: number): void {
    this.#stops.length = 0;
    this.#start = node;
  }

  /** The relationships of the next path, from its first node on; undefined when there are no more. */
  next(steps: Steps, context: ExecutionContext): number[] | undefined {
    if (this.#stops.length === 0) {
      if (this.#start < 0) return undefined;
      this.#stops.push(this.#stopAt(this.#start, steps, context));
      this.#start = -1;
    }
    for (let stop = this.#stops.at(-1); stop !== undefined; stop = this.#stops.at(-1)) {
      const step = stop.steps[stop.next++];
      if (step === undefined) {
        this.#stops.pop();
        continue;
      }
      stop.relationship = step.relationship;
      if (this.#distances.of(step.node) === 0) return this.#stops.map(({ relationship }) => relationship).reverse();
      this.#stops.push(this.#stopAt(step.node, steps, context));
    }
    return undefined;
  }

  #stopAt(node: number, { types, direction, hold }: Steps, context: ExecutionContext): Stop {
    const nearer = this.#distances.of(node) - 1;
    const found: { node: number; relationship: number }[] = [];
    for (const type of types) {
      context.view.expand(node, direction, type, this.#expansion);
      const { neighbours, relationships, count } = this.#expansion;
      context.charge(count + 1);
      for (let i = 0; i < count; i++) {
        if (this.#distances.of(neighbours[i]!) !== nearer || !hold(relationships[i]!, neighbours[i]!)) continue;
        found.push({ node: neighbours[i]!, relationship: relationships[i]! });
      }
    }
    return { steps: found, next: 0, relationship: -1 };
  }
}
