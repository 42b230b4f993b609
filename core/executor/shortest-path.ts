/** ShortestPath: one shortest path between two bound nodes, by breadth-first search from both ends at once. */
import { ALL_TYPES, type Direction } from '../graph/graph-view.ts';
import type { Expansion, IdList } from '../graph/result-lists.ts';
import { PathReference, RelationshipReference, type Value } from '../value/value.ts';
import { type ExpansionSpec, turned, typeTokens } from './adjacency.ts';
import { type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { type AddedColumn, derive, nodeIds } from './rows.ts';
import type { NodeNumbers } from './scratch.ts';
import { PROBE_ROWS, StepConditions, type StepConditionsSpec } from './step-conditions.ts';

export interface ShortestPathSpec extends Omit<ExpansionSpec, 'distinctFrom'>, StepConditionsSpec {
  /** The slot of the path, when it has a name. */
  readonly path: number | undefined;
  readonly min: number;
  readonly max: number;
}

const NOTHING = new Int32Array(0);

export class ShortestPath implements Operator {
  readonly #input: Operator;
  readonly #spec: ShortestPathSpec;
  readonly #conditions: StepConditions;
  readonly #search: BidirectionalSearch;
  #batch: Batch | undefined;
  #from: Int32Array = NOTHING;
  #to: Int32Array = NOTHING;
  #row = 0;
  #searching = false;
  #found: { row: number; path: PathReference }[] = [];

  constructor(input: Operator, spec: ShortestPathSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#conditions = new StepConditions(spec);
    this.#search = new BidirectionalSearch(spec, this.#conditions);
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#from = nodeIds(input, this.#spec.from);
        this.#to = nodeIds(input, this.#spec.to);
        this.#conditions.prepare(input, context);
        this.#row = 0;
        this.#found = [];
      }
      if (context.exhausted) return PAUSE;
      const output = this.#searchRows(this.#batch, context);
      if (output) return output;
    }
  }

  /** A batch when all rows of the input have been searched; undefined when there is more to do, or nothing was found. */
  #searchRows(batch: Batch, context: ExecutionContext): Batch | undefined {
    while (this.#row < batch.rowCount) {
      const from = this.#from[this.#row]!;
      const to = this.#to[this.#row]!;
      if (!this.#searching) {
        context.charge(1);
        if (from === NO_ENTITY || to === NO_ENTITY) {
          this.#row++;
          continue;
        }
        this.#search.start({ from, to, row: this.#row }, context);
        this.#searching = true;
      }
      if (!this.#search.run(context)) return undefined;
      const path = this.#search.path(context);
      if (path) this.#found.push({ row: this.#row, path });
      this.#searching = false;
      this.#row++;
    }
    this.#batch = undefined;
    return this.#found.length === 0 ? undefined : this.#output(batch);
  }

  #output(batch: Batch): Batch {
    const parents = Int32Array.from(this.#found, ({ row }) => row);
    return withPaths(batch, { parents, paths: this.#found.map(({ path }) => path) }, this.#spec);
  }
}

/** The rows that paths were found for, with the paths and with their relationships, as far as they have slots. */
export function withPaths(
  batch: Batch,
  { parents, paths }: { readonly parents: Int32Array; readonly paths: readonly PathReference[] },
  { path, relationship }: Pick<ShortestPathSpec, 'path' | 'relationship'>,
): Batch {
  const added: AddedColumn[] = [];
  if (path !== undefined) added.push([path, { kind: 'value', values: paths }]);
  if (relationship !== undefined) {
    const lists = paths.map(({ relationships }): Value => relationships.map((id) => new RelationshipReference(id)));
    added.push([relationship, { kind: 'value', values: lists }]);
  }
  return derive(batch, parents, added);
}

/** In `arrivedBy`: not reached, and reached as the node that the search starts from. Else: the relationship, plus 2. */
const UNREACHED = 0;
const ROOT = 1;

/** The search from one end. Its working memory is as long as the graph has nodes and is used again for each row. */
class Side {
  readonly direction: Direction;
  /** By which relationship each node was reached; what was touched are all nodes reached, in the order of their distance. */
  #arrivals: NodeNumbers | undefined;
  /** The nodes from here to `levelEnd` have the greatest distance yet and are to be expanded. */
  levelStart = 0;
  levelEnd = 0;
  distance = 0;

  constructor(direction: Direction) {
    this.direction = direction;
  }

  start(node: number, { scratch, view }: ExecutionContext): void {
    this.#arrivals ??= scratch.nodeNumbers(view.nodeIdLimit);
    this.#arrivals.clear();
    this.levelStart = 0;
    this.distance = 0;
    this.reach(node, ROOT);
    this.levelEnd = 1;
  }

  reach(node: number, arrivedBy: number): void {
    const { numbers, touched } = this.#arrivals!;
    numbers[node] = arrivedBy;
    touched.push(node);
  }

  get arrivedBy(): Int32Array {
    return this.#arrivals!.numbers;
  }

  /** All nodes reached. */
  get reached(): IdList {
    return this.#arrivals!.touched;
  }

  get frontierSize(): number {
    return this.levelEnd - this.levelStart;
  }
}

/** A node that is expanded along a type, from which side, and the other one. */
interface Step {
  readonly node: number;
  readonly type: number;
  readonly side: Side;
  readonly other: Side;
}

class BidirectionalSearch {
  readonly #spec: ShortestPathSpec;
  readonly #conditions: StepConditions;
  readonly #forward: Side;
  readonly #backward: Side;
  #expansion: Expansion | undefined;
  /** Neighbours of the level that is being expanded of which it is not known yet whether the conditions hold. */
  #pending: Expansion | undefined;
  #types: readonly number[] = [ALL_TYPES];
  #from = -1;
  #row = 0;
  /** The side whose level is being expanded. */
  #side: Side | undefined;
  /** Where the two searches met; -1: nowhere yet. */
  #meeting = -1;
  #done = false;

  constructor(spec: ShortestPathSpec, conditions: StepConditions) {
    this.#spec = spec;
    this.#conditions = conditions;
    this.#forward = new Side(spec.direction);
    this.#backward = new Side(turned(spec.direction));
  }

  start(ends: { from: number; to: number; row: number }, context: ExecutionContext): void {
    this.#expansion ??= context.scratch.expansion();
    if (this.#conditions.asksNodes) this.#pending ??= context.scratch.expansion();
    if (this.#pending !== undefined) this.#pending.count = 0;
    this.#types = typeTokens(this.#spec, context.tokens);
    this.#from = ends.from;
    this.#row = ends.row;
    this.#meeting = -1;
    this.#done = false;
    this.#side = undefined;
    this.#forward.start(ends.from, context);
    this.#backward.start(ends.to, context);
    this.#conditions.setEnds(ends.from, ends.to);
    if (
      !this.#conditions.nodeHolds(ends.from, ends.row, context) ||
      !this.#conditions.nodeHolds(ends.to, ends.row, context)
    ) {
      this.#done = true;
      return;
    }
    if (ends.from !== ends.to) return;
    // From a node to itself there is the path without relationships, if the pattern allows it, and no other.
    this.#done = true;
    if (this.#spec.min === 0) this.#meeting = ends.from;
  }

  /** Searches on. True when the search is over, false when the slice's work is spent. */
  run(context: ExecutionContext): boolean {
    while (!this.#done) {
      this.#side ??= this.#nextSide();
      if (this.#side === undefined) return true;
      if (!this.#expandLevel(this.#side, context)) return false;
      this.#side = undefined;
    }
    return true;
  }

  /** The side with less to expand; undefined when no path is left to be found. */
  #nextSide(): Side | undefined {
    const ahead = this.#forward;
    const behind = this.#backward;
    if (ahead.distance + behind.distance >= this.#spec.max) return undefined;
    const side = ahead.frontierSize <= behind.frontierSize ? ahead : behind;
    return side.frontierSize === 0 ? undefined : side;
  }

  /** Expands the side's frontier by one level, as far as the slice's work goes; false when it is not yet through. */
  #expandLevel(side: Side, context: ExecutionContext): boolean {
    const other = side === this.#forward ? this.#backward : this.#forward;
    while (side.levelStart < side.levelEnd) {
      if (context.exhausted) return false;
      const node = side.reached.ids[side.levelStart++]!;
      for (const type of this.#types) {
        const step = { node, type, side, other };
        const isMet =
          this.#pending === undefined ? this.#expandNode(step, context) : this.#note(this.#pending, step, context);
        if (isMet) return true;
      }
    }
    if (this.#pending !== undefined) this.#reachPending(this.#pending, side, context);
    side.levelEnd = side.reached.count;
    side.distance++;
    return true;
  }

  /**
   * Reaches a node's neighbours; true when one of them was reached from the other end. The first meeting is a shortest
   * path, since both sides go level by level and a shorter one would have been met before.
   */
  #expandNode(step: Step, context: ExecutionContext): boolean {
    const { node, type, side, other } = step;
    const expansion = this.#expansion!;
    context.view.expand(node, side.direction, type, expansion);
    const { neighbours, relationships, count } = expansion;
    const { arrivedBy } = side;
    const arrivedThere = other.arrivedBy;
    context.charge(count + 1);
    for (let i = 0; i < count; i++) {
      const neighbour = neighbours[i]!;
      if (arrivedBy[neighbour] !== UNREACHED) continue;
      if (!this.#conditions.relationshipHolds(relationships[i]!, this.#row, context)) continue;
      side.reach(neighbour, relationships[i]! + 2);
      if (arrivedThere[neighbour] === UNREACHED) continue;
      this.#meeting = neighbour;
      this.#done = true;
      return true;
    }
    return false;
  }

  /**
   * As expandNode, when something is asked of nodes: this is not asked of one that the other end has reached, and for the others
   * many at a stroke. So the node's neighbours are only noted.
   */
  #note(pending: Expansion, step: Step, context: ExecutionContext): boolean {
    const { node, type, side, other } = step;
    const expansion = this.#expansion!;
    context.view.expand(node, side.direction, type, expansion);
    const { neighbours, relationships, count } = expansion;
    context.charge(count + 1);
    for (let i = 0; i < count; i++) {
      const neighbour = neighbours[i]!;
      const relationship = relationships[i]!;
      if (side.arrivedBy[neighbour] !== UNREACHED) continue;
      if (!this.#conditions.relationshipHolds(relationship, this.#row, context)) continue;
      if (other.arrivedBy[neighbour] !== UNREACHED) {
        side.reach(neighbour, relationship + 2);
        this.#meeting = neighbour;
        this.#done = true;
        return true;
      }
      pending.push({ neighbour, relationship });
      if (pending.count === PROBE_ROWS) this.#reachPending(pending, side, context);
    }
    return false;
  }

  #reachPending(pending: Expansion, side: Side, context: ExecutionContext): void {
    if (pending.count > 0) this.#conditions.keepHolding(pending, this.#row, context);
    const { neighbours, relationships, count } = pending;
    for (let i = 0; i < count; i++) {
      if (side.arrivedBy[neighbours[i]!] === UNREACHED) side.reach(neighbours[i]!, relationships[i]! + 2);
    }
    pending.count = 0;
  }

  /** The path that was found, from the first end to the last. */
  path(context: ExecutionContext): PathReference | undefined {
    if (this.#meeting < 0) return undefined;
    const toStart = this.#walk(this.#forward, context);
    const relationships = [...toStart.reverse(), ...this.#walk(this.#backward, context)];
    const nodes = [this.#from];
    for (const relationship of relationships) nodes.push(otherEnd(relationship, nodes.at(-1)!, context));
    return new PathReference(nodes, relationships);
  }

  /** The relationships from the meeting to where the side started. */
  #walk(side: Side, context: ExecutionContext): number[] {
    const relationships: number[] = [];
    let node = this.#meeting;
    while (side.arrivedBy[node]! > ROOT) {
      const relationship = side.arrivedBy[node]! - 2;
      relationships.push(relationship);
      node = otherEnd(relationship, node, context);
    }
    return relationships;
  }
}

function otherEnd(relationship: number, node: number, context: ExecutionContext): number {
  const start = context.view.relationshipStart(relationship);
  return start === node ? context.view.relationshipEnd(relationship) : start;
}
