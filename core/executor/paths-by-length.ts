/**
 * PathsByLength: for each row a shortest path between two bound nodes that meets conditions on the whole of it, or all of that
 * length. The shortest path of all may fail them where a longer one does not, so no search that keeps one way to each node will
 * do: trails are gone through in the order of their length until one meets the conditions. Only those are followed that can
 * still come to the end within the bound, which is known from its distances. Their number can double with each step; the
 * statement's budgets end what takes too long.
 */
import { Expansion, IdList } from '../graph/result-lists.ts';
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

/** Of trails of one length: the last node and relationship, and which trail of the length before they continue. */
class Level {
  readonly nodes = new IdList();
  readonly relationships = new IdList();
  readonly parents = new IdList();

  add({ node, relationship, parent }: { node: number; relationship: number; parent: number }): void {
    this.nodes.push(node);
    this.relationships.push(relationship);
    this.parents.push(parent);
  }

  get count(): number {
    return this.nodes.count;
  }
}

/** What a trail takes in its level, in bytes. */
const TRAIL_BYTES = 12;

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
  /** The trails by length; the last level is being filled. */
  #levels: Level[] = [];
  /** The next trail of the level before the last to be continued. */
  #next = 0;
  /** Trails of the last level that lead to the end and whose conditions have not been asked yet. */
  #arrived: number[] = [];
  #isMet = false;
  #heldBytes = 0;
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
        const { direction, max } = this.#spec;
        const steps = { types: this.#types, direction: turned(direction), hold: this.#holdFor(context) };
        if (this.#distances.search({ ...steps, max, target: NO_ENTITY }, context) === undefined) return false;
        this.#stage = 'follow';
      } else this.#follow(batch, context);
    }
    return true;
  }

  #startRow(batch: Batch, context: ExecutionContext): void {
    context.charge(1);
    const from = this.#from[this.#row]!;
    const to = this.#to[this.#row]!;
    if (from === NO_ENTITY || to === NO_ENTITY) return this.#endRow(context);
    if (!this.#steps.nodeHolds(from, this.#row, context)) return this.#endRow(context);
    if (!this.#steps.nodeHolds(to, this.#row, context)) return this.#endRow(context);
    const start = new Level();
    start.add({ node: from, relationship: NO_ENTITY, parent: NO_ENTITY });
    this.#levels = [start];
    if (from === to) {
      // From a node to itself there is the path without relationships, if the pattern allows it, and no other.
      if (this.#spec.min === 0) this.#arrived.push(0);
      this.#askArrived(batch, context);
      return this.#endRow(context);
    }
    this.#levels.push(new Level());
    this.#next = 0;
    this.#distances.start(to, context.view.nodeIdLimit);
    this.#stage = 'measure';
  }

  /** Continues one trail, or goes on to the next length. */
  #follow(batch: Batch, context: ExecutionContext): void {
    const length = this.#levels.length - 1;
    const level = this.#levels[length]!;
    const before = this.#levels[length - 1]!;
    if (this.#next < before.count && length <= this.#spec.max) {
      this.#continue(this.#next++, context);
      if (this.#arrived.length >= ASKED_MAX) this.#askArrived(batch, context);
      if (this.#isMet && !this.#spec.all) this.#endRow(context);
      return;
    }
    this.#askArrived(batch, context);
    if (this.#isMet || level.count === 0) return this.#endRow(context);
    const bytes = level.count * TRAIL_BYTES;
    this.#heldBytes += bytes;
    context.hold(bytes);
    this.#levels.push(new Level());
    this.#next = 0;
  }

  #continue(parent: number, context: ExecutionContext): void {
    const length = this.#levels.length - 1;
    const level = this.#levels[length]!;
    const end = this.#to[this.#row]!;
    const hold = this.#holdFor(context);
    for (const type of this.#types) {
      context.view.expand(this.#levels[length - 1]!.nodes.ids[parent]!, this.#spec.direction, type, this.#expansion);
      const { neighbours, relationships, count } = this.#expansion;
      context.charge(count * length + 1);
      for (let i = 0; i < count; i++) {
        const node = neighbours[i]!;
        const relationship = relationships[i]!;
        const distance = this.#distances.of(node);
        if (distance < 0 || length + distance > this.#spec.max) continue;
        if (!hold(relationship, node) || this.#uses(relationship, parent)) continue;
        if (node === end) this.#arrived.push(level.count);
        level.add({ node, relationship, parent });
      }
    }
  }

  /** Whether a trail of the level before the last goes along a relationship. */
  #uses(relationship: number, trail: number): boolean {
    let at = trail;
    for (let length = this.#levels.length - 2; length > 0; length--) {
      const { relationships, parents } = this.#levels[length]!;
      if (relationships.ids[at] === relationship) return true;
      at = parents.ids[at]!;
    }
    return false;
  }

  /** Takes those of the paths that have arrived which meet the conditions: all, or the first. */
  #askArrived(batch: Batch, context: ExecutionContext): void {
    for (let at = 0; at < this.#arrived.length && !(this.#isMet && !this.#spec.all); at += ASKED_MAX) {
      const paths = this.#arrived.slice(at, at + ASKED_MAX).map((trail) => this.#pathOf(trail));
      const met = this.#meeting(paths, batch, context);
      for (const path of this.#spec.all ? met : met.slice(0, 1)) {
        this.#isMet = true;
        this.#parents.push(this.#row);
        this.#paths.push(path);
      }
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

  #pathOf(trail: number): PathReference {
    const nodes: number[] = [];
    const relationships: number[] = [];
    let at = trail;
    for (let length = this.#levels.length - 1; length >= 0; length--) {
      const level = this.#levels[length]!;
      nodes.push(level.nodes.ids[at]!);
      if (length > 0) relationships.push(level.relationships.ids[at]!);
      at = level.parents.ids[at]!;
    }
    return new PathReference(nodes.reverse(), relationships.reverse());
  }

  #holdFor(context: ExecutionContext): (relationship: number, node: number) => boolean {
    return (relationship, node) =>
      this.#steps.relationshipHolds(relationship, this.#row, context) &&
      this.#steps.nodeHolds(node, this.#row, context);
  }

  #endRow(context: ExecutionContext): void {
    context.hold(-this.#heldBytes);
    this.#heldBytes = 0;
    this.#levels = [];
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
