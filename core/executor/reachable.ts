/**
 * Reachable: for each row, each node that some trail of a length between two bounds leads to, once. It stands for a
 * variable-length expansion whose trails nobody asks for. With a lower bound of 0 or 1 a search by levels finds just these
 * nodes: a shortest path is a trail, and the shortest way back to the start is one too.
 */
import type { Direction } from '../graph/graph-view.ts';
import type { IdList } from '../graph/result-lists.ts';
import { type ExpansionSpec, typeTokens } from './adjacency.ts';
import type { Batch } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { type FoundEnds, NodeEnds } from './node-ends.ts';
import type { Operator } from './operator.ts';
import type { NodeBytes } from './scratch.ts';
import { WayBack } from './way-back.ts';

export interface ReachableSpec {
  readonly from: number;
  readonly to: number;
  readonly types: ExpansionSpec['types'];
  readonly typeExpression: ExpansionSpec['typeExpression'];
  readonly direction: Direction;
  readonly min: 0 | 1;
  readonly max: number;
}

/** Nodes that are expanded between two looks at the slice's budget. */
const STEP_NODES = 128;

/** In a node's byte: it has been reached. */
const REACHED = 1;

export class Reachable extends NodeEnds {
  readonly #spec: ReachableSpec;
  readonly #first = new Int32Array(1);
  #types: readonly number[] = [];
  #seen: NodeBytes | undefined;
  /** All nodes reached, level after level; without the start, unless it is reached itself. */
  #reached: IdList | undefined;
  /** The nodes from here to `levelEnd` are to be expanded next. */
  #next = 0;
  #levelEnd = 0;
  #distance = 0;
  #heldBytes = 0;
  /** Looks for a way back to the start, while none has been found and it matters. */
  #wayBack: WayBack | undefined;

  constructor(input: Operator, spec: ReachableSpec) {
    super(input, spec);
    this.#spec = spec;
  }

  protected prepare(_batch: Batch, context: ExecutionContext): void {
    this.#types = typeTokens(this.#spec, context.tokens);
    this.#reached ??= context.scratch.idList();
  }

  protected start(node: number, _row: number, context: ExecutionContext): void {
    const { min, max, direction } = this.#spec;
    const reached = this.#reached!;
    this.#seen = bytesForAll(this.#seen, context);
    this.#seen.dirty = true;
    reached.count = 0;
    this.#distance = 0;
    this.#next = 0;
    this.#levelEnd = 0;
    if (min === 0) {
      this.#seen.bytes[node] = REACHED;
      reached.push(node);
      this.#levelEnd = 1;
    } else if (max > 0) {
      this.#first[0] = node;
      if (direction === 'both') this.#startBothWays(node, context);
      // The start is not marked, so that a trail that comes back to it reaches it.
      else this.#step(this.#first, { from: 0, to: 1 }, context);
      this.#endLevel(context);
    }
  }

  protected search(context: ExecutionContext): FoundEnds | undefined {
    const reached = this.#reached!;
    while (this.#distance < this.#spec.max && this.#next < this.#levelEnd) {
      if (context.exhausted) return undefined;
      const to = Math.min(this.#levelEnd, this.#next + STEP_NODES);
      if (this.#wayBack === undefined) this.#step(reached.ids, { from: this.#next, to }, context);
      else this.#stepBothWays(this.#wayBack, { from: this.#next, to }, context);
      this.#next = to;
      if (to === this.#levelEnd) this.#endLevel(context);
    }
    this.#wayBack = undefined;
    return { lists: [reached] };
  }

  #step(nodes: Int32Array, { from, to }: { from: number; to: number }, context: ExecutionContext): void {
    const { direction } = this.#spec;
    const fields = { nodes, from, to, direction, seen: this.#seen!.bytes, bit: REACHED };
    for (const type of this.#types) {
      const looked = context.view.advance({ ...fields, type, reached: this.#reached!, parents: undefined });
      context.charge(looked + to - from);
    }
  }

  /** Without direction the way out is no way back, so the start is marked, and a way back looked for beside the search. */
  #startBothWays(node: number, context: ExecutionContext): void {
    this.#seen!.bytes[node] = REACHED;
    this.#first[0] = node;
    this.#wayBack = new WayBack(node, this.#seen!.bytes, context.scratch.expansion());
    this.#stepBothWays(this.#wayBack, { from: 0, to: 1 }, context);
  }

  #stepBothWays(wayBack: WayBack, range: { from: number; to: number }, context: ExecutionContext): void {
    const reached = this.#reached!;
    const nodes = this.#distance === 0 ? this.#first : reached.ids;
    for (let index = range.from; index < range.to; index++) {
      for (const type of this.#types) {
        const step = { node: nodes[index]!, type, distance: this.#distance, max: this.#spec.max };
        context.charge(wayBack.expand(step, context.view, reached));
      }
    }
    if (!wayBack.found) return;
    // It is known that the start is an end too; the rest is an ordinary search.
    reached.push(wayBack.start);
    this.#wayBack = undefined;
  }

  /** Holds what has been reached against the budget, and goes on with the next level. */
  #endLevel(context: ExecutionContext): void {
    const { count } = this.#reached!;
    context.hold(count * 4 - this.#heldBytes, 'Reachable');
    this.#heldBytes = count * 4;
    this.#distance++;
    this.#next = this.#levelEnd;
    this.#levelEnd = count;
  }

  protected finish(context: ExecutionContext): void {
    this.#seen!.bytes[this.#first[0]!] = 0;
    wipe(this.#seen!, [this.#reached!], context.view.nodeIdLimit);
    context.hold(-this.#heldBytes, 'Reachable');
    this.#heldBytes = 0;
  }
}

/** A byte for each node there is: there may be more than for the row before, if the statement makes nodes. */
export function bytesForAll(seen: NodeBytes | undefined, { scratch, view }: ExecutionContext): NodeBytes {
  return seen !== undefined && seen.bytes.length >= view.nodeIdLimit ? seen : scratch.nodeBytes(view.nodeIdLimit);
}

/** Wipes the marks of the nodes in some lists, one by one or all at a stroke, whichever is less. */
export function wipe(seen: NodeBytes, lists: readonly IdList[], nodeIdLimit: number): void {
  const { bytes } = seen;
  let count = 0;
  for (const list of lists) count += list.count;
  if (count * 16 > nodeIdLimit) bytes.fill(0);
  else {
    for (const list of lists) for (let at = 0; at < list.count; at++) bytes[list.ids[at]!] = 0;
  }
  seen.dirty = false;
}
