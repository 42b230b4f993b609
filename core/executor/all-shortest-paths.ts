/**
 * AllShortestPaths: for each row, a row for each shortest path between two bound nodes. A breadth-first search from the first
 * tells how far away every node is, up to the distance of the second; then all ways back that come nearer with each step.
 */
import { ALL_TYPES, type GraphView } from '../graph/graph-view.ts';
import { Expansion } from '../graph/result-lists.ts';
import { PathReference, RelationshipReference, type Value } from '../value/value.ts';
import { turned, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { type AddedColumn, derive, nodeIds } from './rows.ts';
import type { ShortestPathSpec } from './shortest-path.ts';
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
    const { path, relationship } = this.#spec;
    const added: AddedColumn[] = [];
    if (path !== undefined) added.push([path, { kind: 'value', values: this.#paths }]);
    if (relationship !== undefined) {
      const lists = this.#paths.map((found): Value => found.relationships.map((id) => new RelationshipReference(id)));
      added.push([relationship, { kind: 'value', values: lists }]);
    }
    const parents = Int32Array.from(this.#parents);
    this.#parents = [];
    this.#paths = [];
    return derive(batch, parents, added);
  }
}

interface Steps {
  readonly types: readonly number[];
  readonly direction: ShortestPathSpec['direction'];
  /** Whether a relationship may be followed to a node. */
  readonly hold: (relationship: number, node: number) => boolean;
}

/** How far nodes are from where a search starts. */
class Distances {
  readonly #expansion = new Expansion();
  /** By node: its distance plus 1; 0 when it has not been reached. */
  #marks = new Int32Array(0);
  #reached: number[] = [];
  #next = 0;
  #levelEnd = 0;
  #distance = 0;
  #found = false;

  start(node: number, nodeIdLimit: number): void {
    if (this.#marks.length < nodeIdLimit) this.#marks = new Int32Array(nodeIdLimit);
    else for (const reached of this.#reached) this.#marks[reached] = 0;
    this.#marks[node] = 1;
    this.#reached = [node];
    this.#next = 0;
    this.#levelEnd = 1;
    this.#distance = 0;
    this.#found = false;
  }

  /** The distance of a node; -1 when it has not been reached. */
  of(node: number): number {
    return this.#marks[node]! - 1;
  }

  /** Whether the target is within reach; undefined when the slice's work is spent before that is known. */
  search(
    steps: Steps & { readonly max: number; readonly target: number },
    context: ExecutionContext,
  ): boolean | undefined {
    while (!this.#found && this.#distance < steps.max && this.#next < this.#levelEnd) {
      // The whole level is gone through, so that all nodes nearer than the target are known; the target ends it.
      while (this.#next < this.#levelEnd) {
        if (context.exhausted) return undefined;
        this.#expand(this.#reached[this.#next++]!, steps, context);
      }
      this.#levelEnd = this.#reached.length;
      this.#distance++;
    }
    return this.#found;
  }

  #expand(
    node: number,
    { types, direction, hold, target }: Steps & { readonly target: number },
    context: ExecutionContext,
  ): void {
    for (const type of types) {
      context.view.expand(node, direction, type, this.#expansion);
      const { neighbours, relationships, count } = this.#expansion;
      context.charge(count + 1);
      for (let i = 0; i < count; i++) {
        const neighbour = neighbours[i]!;
        if (this.#marks[neighbour] !== 0 || !hold(relationships[i]!, neighbour)) continue;
        this.#marks[neighbour] = this.#distance + 2;
        this.#reached.push(neighbour);
        if (neighbour === target) this.#found = true;
      }
    }
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
