/**
 * TrailEnds: for each row, each node at the end of some trail through a chain of steps, once. It stands for a chain of
 * expansions of which only the last node is asked for, when it does not matter how often: there may be millions of trails
 * to a few thousand nodes.
 *
 * It goes level by level and keeps one trail for each node of a level, its witness. A node leads on along every relationship
 * that its witness does not use. Where the witness does use it, any other trail to the node will do, and only if nothing
 * else reaches what the relationship leads to is such a trail looked for. So a level holds exactly the nodes at which a trail
 * of that length ends. A witness can only be in its own way at a node that it has passed before, of which there are few.
 */
import { assert } from '../assert.ts';
import type { Direction } from '../graph/graph-view.ts';
import type { Expansion, IdList } from '../graph/result-lists.ts';
import { type ExpansionSpec, turned, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledPredicate } from './expression/expression.ts';
import { type FoundEnds, NodeEnds } from './node-ends.ts';
import type { Operator } from './operator.ts';
import { bytesForAll, wipe } from './reachable.ts';
import { derive } from './rows.ts';
import type { NodeBytes } from './scratch.ts';

export interface TrailStep {
  readonly types: ExpansionSpec['types'];
  readonly typeExpression: ExpansionSpec['typeExpression'];
  readonly direction: Direction;
  /** The slot of the node that the step leads to, and what must hold for it. */
  readonly slot: number;
  readonly predicates: readonly CompiledPredicate[];
}

export interface TrailEndsSpec {
  readonly from: number;
  readonly to: number;
  readonly steps: readonly TrailStep[];
  /** Trails of so many steps or more end where they are asked for; by default only those of all steps. */
  readonly min: number;
}

/** A level is a bit of a node's byte, and one more bit tells which nodes have been handed on. */
export const TRAIL_STEPS_MAX = 6;
const HANDED_ON = 1 << 7;

/** Nodes that are expanded between two looks at the slice's budget. */
const STEP_NODES = 128;

/** A trail: `nodes[i]` and `nodes[i + 1]` are joined by `relationships[i]`. */
interface Trail {
  readonly nodes: readonly number[];
  readonly relationships: readonly number[];
}

/** The nodes of one level, and for each the index of the one before it in the level below. */
interface Level {
  readonly nodes: IdList;
  readonly parents: IdList;
  /** Relationships by which nodes were reached, where they have been noted; see #witness. */
  readonly arrivals: Map<number, number>;
  /** Witnesses that do not follow from the parents, by index in the level. */
  readonly detours: Map<number, Trail>;
}

/** A relationship that a node's witness uses already, and where it leads. */
interface Blocked {
  readonly node: number;
  readonly relationship: number;
  readonly neighbour: number;
}

export class TrailEnds extends NodeEnds {
  readonly #spec: TrailEndsSpec;
  readonly #levels: Level[] = [];
  /** Whether all steps go with the relationships, or all against them: then a witness leaves each of its nodes once. */
  readonly #oneWay: boolean;
  #types: (readonly number[])[] = [];
  #seen: NodeBytes | undefined;
  #expansion: Expansion | undefined;
  #batch: Batch | undefined;
  #row = 0;
  /** The level that is being expanded, and where in it. */
  #level = 0;
  #next = 0;
  #blocked: Blocked[] = [];
  #heldBytes = 0;

  constructor(input: Operator, spec: TrailEndsSpec) {
    super(input, spec);
    assert(spec.steps.length <= TRAIL_STEPS_MAX, 'a chain of steps is short');
    this.#spec = spec;
    const [first] = spec.steps;
    this.#oneWay = spec.steps.every(({ direction }) => direction !== 'both' && direction === first?.direction);
  }

  protected prepare(batch: Batch, context: ExecutionContext): void {
    const { steps } = this.#spec;
    this.#batch = batch;
    this.#types = steps.map((step) => typeTokens(step, context.tokens));
    if (this.#expansion !== undefined) return;
    const { scratch } = context;
    this.#expansion = scratch.expansion();
    for (let level = 0; level <= steps.length; level++) {
      this.#levels.push({
        nodes: scratch.idList(),
        parents: scratch.idList(),
        arrivals: new Map(),
        detours: new Map(),
      });
    }
  }

  protected start(node: number, row: number, context: ExecutionContext): void {
    this.#seen = bytesForAll(this.#seen, context);
    for (const { nodes, parents, arrivals, detours } of this.#levels) {
      nodes.count = 0;
      parents.count = 0;
      arrivals.clear();
      detours.clear();
    }
    this.#row = row;
    this.#level = 0;
    this.#next = 0;
    this.#blocked = [];
    this.#seen!.dirty = true;
    this.#seen!.bytes[node] = 1;
    this.#levels[0]!.nodes.push(node);
    this.#levels[0]!.parents.push(0);
  }

  protected search(context: ExecutionContext): FoundEnds | undefined {
    const { steps, min } = this.#spec;
    while (this.#level < steps.length) {
      const frontier = this.#levels[this.#level]!;
      while (this.#next < frontier.nodes.count) {
        if (context.exhausted) return undefined;
        this.#expandSome(frontier, context);
      }
      this.#resolveBlocked(context);
      this.#level++;
      this.#next = 0;
      if (this.#level < steps.length) this.#filter(context);
      this.#hold(context);
    }
    return { lists: min === steps.length ? [this.#levels[min]!.nodes] : this.#union(min) };
  }

  protected finish(context: ExecutionContext): void {
    const lists = this.#levels.map(({ nodes }) => nodes);
    wipe(this.#seen!, lists, context.view.nodeIdLimit);
    context.hold(-this.#heldBytes, 'TrailEnds');
    this.#heldBytes = 0;
  }

  /** Expands the next nodes of the frontier: many at a stroke, or one whose witness may be in the way. */
  #expandSome(frontier: Level, context: ExecutionContext): void {
    const { nodes } = frontier;
    const limit = Math.min(nodes.count, this.#next + STEP_NODES);
    let end = this.#next;
    while (end < limit && !this.#mayBlock(nodes.ids[end]!)) end++;
    if (end > this.#next) this.#expandFreely(frontier, { from: this.#next, to: end }, context);
    if (end < limit) this.#expandCarefully(end, context);
    this.#next = end < limit ? end + 1 : end;
  }

  /** Whether the node's witness can have passed it before. */
  #mayBlock(node: number): boolean {
    if (!this.#oneWay) return true;
    return (this.#seen!.bytes[node]! & ((1 << this.#level) - 1)) !== 0;
  }

  #expandFreely({ nodes }: Level, { from, to }: { from: number; to: number }, context: ExecutionContext): void {
    const target = this.#levels[this.#level + 1]!;
    const isLast = this.#level + 1 === this.#spec.steps.length;
    const { direction } = this.#spec.steps[this.#level]!;
    const fields = { nodes: nodes.ids, from, to, direction, seen: this.#seen!.bytes };
    const goal = { bit: 1 << (this.#level + 1), reached: target.nodes, parents: isLast ? undefined : target.parents };
    for (const type of this.#types[this.#level]!) {
      const looked = context.view.advance({ ...fields, ...goal, type });
      context.charge(looked + to - from);
    }
  }

  /** Whether the witness of a node of the level that is being expanded has been at that node before. */
  #passes(index: number, node: number): boolean {
    let at = index;
    for (let level = this.#level; level > 0; level--) {
      const { parents, detours } = this.#levels[level]!;
      const detour = detours.get(at);
      if (detour !== undefined) return detour.nodes.indexOf(node) < level;
      at = parents.ids[at]!;
      if (this.#levels[level - 1]!.nodes.ids[at] === node) return true;
    }
    return false;
  }

  #expandCarefully(index: number, context: ExecutionContext): void {
    const node = this.#levels[this.#level]!.nodes.ids[index]!;
    if (this.#oneWay && !this.#passes(index, node)) {
      this.#expandFreely(this.#levels[this.#level]!, { from: index, to: index + 1 }, context);
      return;
    }
    const { relationships: used } = this.#witness(this.#level, index, context);
    const target = this.#levels[this.#level + 1]!;
    const expansion = this.#expansion!;
    for (const type of this.#types[this.#level]!) {
      context.view.expand(node, this.#spec.steps[this.#level]!.direction, type, expansion);
      context.charge(expansion.count + 1);
      for (let entry = 0; entry < expansion.count; entry++) {
        const neighbour = expansion.neighbours[entry]!;
        const relationship = expansion.relationships[entry]!;
        if (this.#isReached(neighbour, this.#level + 1)) continue;
        if (used.includes(relationship)) {
          this.#blocked.push({ node, relationship, neighbour });
        } else {
          if (!this.#oneWay) target.arrivals.set(target.nodes.count, relationship);
          this.#reach(neighbour, index);
        }
      }
    }
  }

  #isReached(node: number, level: number): boolean {
    return (this.#seen!.bytes[node]! & (1 << level)) !== 0;
  }

  #reach(node: number, parent: number): void {
    const { nodes, parents } = this.#levels[this.#level + 1]!;
    this.#seen!.bytes[node]! |= 1 << (this.#level + 1);
    nodes.push(node);
    parents.push(parent);
  }

  /** Looks for other trails to nodes from which the witness may not go on. */
  #resolveBlocked(context: ExecutionContext): void {
    for (const { node, relationship, neighbour } of this.#blocked) {
      if (this.#isReached(neighbour, this.#level + 1)) continue;
      const detour = this.#trailTo(node, this.#level, [relationship], context);
      if (detour === undefined) continue;
      const nodes = [...detour.nodes, neighbour];
      this.#levels[this.#level + 1]!.detours.set(this.#levels[this.#level + 1]!.nodes.count, {
        nodes,
        relationships: [...detour.relationships, relationship],
      });
      this.#reach(neighbour, 0);
    }
    this.#blocked = [];
  }

  /** A trail from the start to a node of a level that uses none of some relationships, found from its end. */
  #trailTo(node: number, level: number, without: readonly number[], context: ExecutionContext): Trail | undefined {
    if (level === 0) return { nodes: [node], relationships: [] };
    const { direction } = this.#spec.steps[level - 1]!;
    for (const type of this.#types[level - 1]!) {
      // Not the shared expansion: the search comes back to it after the levels below.
      const expansion = this.#expandBack(node, turned(direction), type, context);
      for (let entry = 0; entry < expansion.length; entry += 2) {
        const before = expansion[entry]!;
        const relationship = expansion[entry + 1]!;
        if (!this.#isReached(before, level - 1) || without.includes(relationship)) continue;
        const trail = this.#trailTo(before, level - 1, [...without, relationship], context);
        if (trail === undefined) continue;
        return { nodes: [...trail.nodes, node], relationships: [...trail.relationships, relationship] };
      }
    }
    return undefined;
  }

  /** Neighbours and relationships in turns. */
  #expandBack(node: number, direction: Direction, type: number, context: ExecutionContext): number[] {
    const expansion = this.#expansion!;
    context.view.expand(node, direction, type, expansion);
    context.charge(expansion.count + 1);
    const entries: number[] = [];
    for (let entry = 0; entry < expansion.count; entry++) {
      entries.push(expansion.neighbours[entry]!, expansion.relationships[entry]!);
    }
    return entries;
  }

  /**
   * The witness of a node. Which relationship it takes from one node to the next is mostly not kept but found again: the
   * first that leads there and that the witness has not used before.
   */
  #witness(level: number, index: number, context: ExecutionContext): Trail {
    const { nodes, parents, arrivals, detours } = this.#levels[level]!;
    const detour = detours.get(index);
    if (detour !== undefined) return detour;
    const node = nodes.ids[index]!;
    if (level === 0) return { nodes: [node], relationships: [] };
    const before = this.#witness(level - 1, parents.ids[index]!, context);
    const relationship = arrivals.get(index) ?? this.#firstBetween(before, node, level - 1, context);
    return { nodes: [...before.nodes, node], relationships: [...before.relationships, relationship] };
  }

  #firstBetween({ nodes, relationships }: Trail, to: number, step: number, context: ExecutionContext): number {
    const expansion = context.scratch.expansion();
    for (const type of this.#types[step]!) {
      context.view.expand(nodes.at(-1)!, this.#spec.steps[step]!.direction, type, expansion);
      context.charge(expansion.count + 1);
      for (let entry = 0; entry < expansion.count; entry++) {
        if (expansion.neighbours[entry] !== to) continue;
        if (!relationships.includes(expansion.relationships[entry]!)) return expansion.relationships[entry]!;
      }
    }
    throw assert(false, 'a node was reached along some relationship');
  }

  /** Takes those nodes out of the level that has been reached for which a predicate of its step does not hold. */
  #filter(context: ExecutionContext): void {
    const { slot, predicates } = this.#spec.steps[this.#level - 1]!;
    if (predicates.length === 0) return;
    const { nodes, parents, detours } = this.#levels[this.#level]!;
    const passing = new Int32Array(BATCH_ROWS);
    let kept = 0;
    for (let start = 0; start < nodes.count; start += BATCH_ROWS) {
      const end = Math.min(nodes.count, start + BATCH_ROWS);
      const ids = nodes.ids.slice(start, end);
      const rows = new Int32Array(end - start).fill(this.#row);
      let batch = derive(this.#batch!, rows, [[slot, { kind: 'node', ids }]]);
      let numbers = Int32Array.from(rows, (_, number) => start + number);
      for (const predicate of predicates) {
        const count = predicate(batch, context, passing);
        const chosen = passing.slice(0, count);
        numbers = chosen.map((row) => numbers[row]!);
        batch = derive(batch, chosen);
      }
      context.charge(end - start);
      for (const number of numbers) kept = this.#keep(number, kept);
      for (let at = 0, next = 0; at < ids.length; at++) {
        if (numbers[next] === start + at) next++;
        else this.#seen!.bytes[ids[at]!]! &= ~(1 << this.#level);
      }
    }
    nodes.count = kept;
    parents.count = kept;
    dropFrom(detours, kept);
    dropFrom(this.#levels[this.#level]!.arrivals, kept);
  }

  /** Moves a node of the level down to where the next one that is kept goes. */
  #keep(number: number, kept: number): number {
    const { nodes, parents, arrivals, detours } = this.#levels[this.#level]!;
    nodes.ids[kept] = nodes.ids[number]!;
    parents.ids[kept] = parents.ids[number]!;
    move(arrivals, number, kept);
    move(detours, number, kept);
    return kept + 1;
  }

  /** The levels from `min` on without the nodes of the levels before. */
  #union(min: number): FoundEnds['lists'] {
    const { bytes } = this.#seen!;
    return this.#levels.slice(min).map(({ nodes }) => {
      const ids: number[] = [];
      for (let at = 0; at < nodes.count; at++) {
        const node = nodes.ids[at]!;
        if ((bytes[node]! & HANDED_ON) !== 0) continue;
        bytes[node]! |= HANDED_ON;
        ids.push(node);
      }
      return { ids: Int32Array.from(ids), count: ids.length };
    });
  }

  #hold(context: ExecutionContext): void {
    let bytes = 0;
    for (const { nodes } of this.#levels) bytes += 8 * nodes.count;
    context.hold(bytes - this.#heldBytes, 'TrailEnds');
    this.#heldBytes = bytes;
  }
}

function move<Value>(map: Map<number, Value>, from: number, to: number): void {
  const value = map.get(from);
  if (value === undefined) map.delete(to);
  else map.set(to, value);
}

function dropFrom(map: Map<number, unknown>, limit: number): void {
  for (const key of [...map.keys()]) if (key >= limit) map.delete(key);
}
