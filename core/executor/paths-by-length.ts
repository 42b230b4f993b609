/**
 * PathsByLength: for each row a shortest path between two bound nodes that meets conditions on the whole of it, or all of that
 * length. The shortest path of all may fail them where a longer one does not, so no search that keeps one way to each node will
 * do: for one length after another, all trails of that length are gone through. Only those are followed that can still come to
 * the end with what is left of the length, which is known from the distances to it. Their number can multiply with each
 * length; the statement's budgets end what takes too long.
 */
import { Expansion } from '../graph/result-lists.ts';
import { PathReference } from '../value/value.ts';
import { turned, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { Distances } from './distances.ts';
import type { CompiledPredicate } from './expression/expression.ts';
import type { Operator } from './operator.ts';
import { nodeIds } from './rows.ts';
import { type ShortestPathSpec, withPaths } from './shortest-path.ts';
import { StepConditions } from './step-conditions.ts';

export interface PathsByLengthSpec extends ShortestPathSpec {
  readonly all: boolean;
  /** What a path must meet. */
  readonly conditions: readonly CompiledPredicate[];
}

/** A node on the trail that is being followed, and the relationships that may be followed from it. */
interface Stop {
  readonly node: number;
  readonly steps: readonly { readonly node: number; readonly relationship: number }[];
  next: number;
  /** The relationship that is followed from here. */
  relationship: number;
}

/** Paths of which the conditions are asked at a stroke. */
const ASKED_MAX = 64;

export class PathsByLength implements Operator {
  readonly #input: Operator;
  readonly #spec: PathsByLengthSpec;
  readonly #steps: StepConditions;
  readonly #distances = new Distances();
  readonly #expansion = new Expansion();
  #batch: Batch | undefined;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array = new Int32Array(0);
  #types: readonly number[] = [];
  #row = 0;
  #stage: 'start' | 'measure' | 'follow' = 'start';
  /** The length of the trails that are gone through. */
  #length = 0;
  #stops: Stop[] = [];
  /** Whether a trail has been left that a greater length would let go on. */
  #isCut = false;
  /** Trails that have come to the end, and whose conditions have not been asked yet. */
  #arrived: PathReference[] = [];
  #isMet = false;
  #parents: number[] = [];
  #paths: PathReference[] = [];

  constructor(input: Operator, spec: PathsByLengthSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#steps = new StepConditions(spec);
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
        this.#steps.prepare(input, context);
        this.#row = 0;
      }
      const batch = this.#batch;
      const paused = !this.#run(batch, context);
      if (this.#row === batch.rowCount && this.#paths.length <= BATCH_ROWS) this.#batch = undefined;
      if (this.#paths.length > 0) return this.#output(batch);
      if (paused) return PAUSE;
    }
  }

  /** False when the slice's work is spent; true when the batch is through, or enough paths have been found. */
  #run(batch: Batch, context: ExecutionContext): boolean {
    while (this.#row < batch.rowCount && this.#paths.length < BATCH_ROWS) {
      if (context.exhausted) return false;
      if (this.#stage === 'start') this.#startRow(batch, context);
      else if (this.#stage === 'measure') {
        const steps = { types: this.#types, direction: turned(this.#spec.direction), hold: this.#holdFor(context) };
        const max = this.#length - 1;
        if (this.#distances.search({ ...steps, max, target: NO_ENTITY }, context) === undefined) return false;
        this.#stops = [this.#stopAt(this.#from[this.#row]!, context)];
        this.#stage = 'follow';
      } else this.#follow(batch, context);
    }
    return true;
  }

  #startRow(batch: Batch, context: ExecutionContext): void {
    context.charge(1);
    const from = this.#from[this.#row]!;
    const to = this.#to[this.#row]!;
    if (from === NO_ENTITY || to === NO_ENTITY) return this.#endRow();
    if (!this.#steps.nodeHolds(from, this.#row, context)) return this.#endRow();
    if (!this.#steps.nodeHolds(to, this.#row, context)) return this.#endRow();
    if (from === to) {
      // From a node to itself there is the path without relationships, if the pattern allows it, and no other.
      if (this.#spec.min === 0) this.#arrived.push(new PathReference([from], []));
      this.#askArrived(batch, context);
      return this.#endRow();
    }
    if (this.#spec.max === 0) return this.#endRow();
    this.#distances.start(to, context.view.nodeIdLimit);
    this.#length = 1;
    this.#stage = 'measure';
  }

  /** Follows one relationship, turns back from a node, or goes on to the next length. */
  #follow(batch: Batch, context: ExecutionContext): void {
    const stop = this.#stops.at(-1);
    if (stop === undefined) return this.#endLength(batch, context);
    const step = stop.steps[stop.next++];
    if (step === undefined) {
      this.#stops.pop();
      return;
    }
    stop.relationship = step.relationship;
    if (this.#stops.length < this.#length) {
      this.#stops.push(this.#stopAt(step.node, context));
      return;
    }
    this.#isCut = true;
    const nodes = this.#stops.map(({ node }) => node);
    const relationships = this.#stops.map(({ relationship }) => relationship);
    this.#arrived.push(new PathReference([...nodes, step.node], relationships));
    if (this.#arrived.length === ASKED_MAX) this.#askArrived(batch, context);
    if (this.#isMet && !this.#spec.all) this.#endRow();
  }

  #endLength(batch: Batch, context: ExecutionContext): void {
    this.#askArrived(batch, context);
    if (this.#isMet || !this.#isCut || this.#length >= this.#spec.max) return this.#endRow();
    this.#isCut = false;
    this.#length++;
    this.#stage = 'measure';
  }

  /** A node at the end of the trail so far, with the steps from which the end of the path is near enough. */
  #stopAt(node: number, context: ExecutionContext): Stop {
    const steps: { node: number; relationship: number }[] = [];
    const hold = this.#holdFor(context);
    const length = this.#stops.length + 1;
    for (const type of this.#types) {
      context.view.expand(node, this.#spec.direction, type, this.#expansion);
      const { neighbours, relationships, count } = this.#expansion;
      context.charge(count + 1);
      for (let i = 0; i < count; i++) {
        const neighbour = neighbours[i]!;
        const relationship = relationships[i]!;
        const distance = this.#distances.of(neighbour);
        if (distance < 0 && this.#distances.isComplete) continue;
        const isFar = distance < 0 || length + distance > this.#length;
        if (isFar && this.#isCut) continue;
        context.charge(length);
        if (this.#stops.some((stop) => stop.relationship === relationship) || !hold(relationship, neighbour)) continue;
        if (isFar) this.#isCut = true;
        else steps.push({ node: neighbour, relationship });
      }
    }
    return { node, steps, next: 0, relationship: NO_ENTITY };
  }

  /** Takes those of the paths that have arrived which meet the conditions: all, or the first. */
  #askArrived(batch: Batch, context: ExecutionContext): void {
    const met = this.#meeting(this.#arrived, batch, context);
    for (const path of this.#spec.all ? met : met.slice(0, 1)) {
      this.#isMet = true;
      this.#parents.push(this.#row);
      this.#paths.push(path);
    }
    this.#arrived = [];
  }

  /** Those of the paths that meet the conditions. */
  #meeting(paths: readonly PathReference[], batch: Batch, context: ExecutionContext): readonly PathReference[] {
    const passing = new Int32Array(paths.length);
    let left = paths;
    for (const condition of this.#spec.conditions) {
      if (left.length === 0) break;
      const parents = new Int32Array(left.length).fill(this.#row);
      context.charge(left.length);
      const count = condition(withPaths(batch, { parents, paths: left }, this.#spec), context, passing);
      const asked = left;
      left = Array.from(passing.subarray(0, count), (at) => asked[at]!);
    }
    return left;
  }

  #holdFor(context: ExecutionContext): (relationship: number, node: number) => boolean {
    return (relationship, node) =>
      this.#steps.relationshipHolds(relationship, this.#row, context) &&
      this.#steps.nodeHolds(node, this.#row, context);
  }

  #endRow(): void {
    this.#stops = [];
    this.#isCut = false;
    this.#arrived = [];
    this.#isMet = false;
    this.#stage = 'start';
    this.#row++;
  }

  #output(batch: Batch): Batch {
    const parents = Int32Array.from(this.#parents.splice(0, BATCH_ROWS));
    return withPaths(batch, { parents, paths: this.#paths.splice(0, BATCH_ROWS) }, this.#spec);
  }
}
