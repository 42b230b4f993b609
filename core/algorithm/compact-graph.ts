/**
 * A part of the graph as algorithms walk it: nodes numbered from 0 without gaps, and for each the places of its neighbours in
 * one array (compressed sparse rows). It is a copy, made once for a call, and counted on the statement's bytes.
 */
import type { Direction, GraphView } from '../graph/graph-view.ts';
import { ALL_TYPES } from '../graph/graph-view.ts';
import { Expansion } from '../graph/result-lists.ts';
import type { Steps, Work } from './steps.ts';
import { readWeights, type WeightSource } from './weights.ts';

export interface CompactGraph {
  readonly nodeCount: number;
  /** The node at each place; ids ascend. */
  readonly nodes: Int32Array;
  /** The entries of place p are those from offsets[p] to before offsets[p + 1]. */
  readonly offsets: Int32Array;
  /** The neighbour's place. Relationships that leave the chosen nodes are left out. */
  readonly targets: Int32Array;
  /** The relationship of each entry; empty unless asked for. */
  readonly relationships: Int32Array;
  /** The weight of each entry; empty when all weigh 1. */
  readonly weights: Float64Array;
}

export interface GraphChoice {
  /** Nodes with any of these labels; undefined: all nodes. */
  readonly labels: readonly number[] | undefined;
  /** Relationships of any of these types; undefined: all. */
  readonly types: readonly number[] | undefined;
  /** With 'both' a relationship stands at both of its ends; a self-loop once. */
  readonly direction: Direction;
  readonly weight?: WeightSource | undefined;
  readonly withRelationships?: boolean;
}

const SCAN_IDS = 1024;

/** At a node that is not of the graph. */
const NO_PLACE = -1;

/** Copies the chosen part of a view. Errors: TypeError for a weight that is no number. */
export function* compactGraph(view: GraphView, choice: GraphChoice, work: Work): Steps<CompactGraph> {
  const nodes = yield* chosenNodes(view, choice.labels, work);
  const places = new Int32Array(view.nodeIdLimit).fill(NO_PLACE);
  for (let place = 0; place < nodes.length; place++) places[nodes[place]!] = place;
  work.hold(places.byteLength + nodes.byteLength);

  const keepRelationships = choice.withRelationships === true || choice.weight !== undefined;
  const types = choice.types ?? [ALL_TYPES];
  const offsets = new Int32Array(nodes.length + 1);
  const targets = new GrowingInts();
  const relationships = new GrowingInts();
  const expansion = new Expansion();
  for (let place = 0; place < nodes.length; place++) {
    for (const type of types) {
      view.expand(nodes[place]!, choice.direction, type, expansion);
      work.charge(expansion.count + 1);
      for (let i = 0; i < expansion.count; i++) {
        const target = places[expansion.neighbours[i]!]!;
        if (target === NO_PLACE) continue;
        targets.push(target);
        if (keepRelationships) relationships.push(expansion.relationships[i]!);
      }
    }
    offsets[place + 1] = targets.count;
    if (work.exhausted) yield undefined;
  }
  const entries = relationships.trimmed();
  const weights = choice.weight ? yield* readWeights(view, entries, choice.weight, work) : new Float64Array(0);
  const graph: CompactGraph = {
    nodeCount: nodes.length,
    nodes,
    offsets,
    targets: targets.trimmed(),
    relationships: choice.withRelationships ? entries : new Int32Array(0),
    weights,
  };
  work.hold(bytesOf(graph) - nodes.byteLength - places.byteLength);
  return graph;
}

/** Bytes that a graph holds. */
function bytesOf(graph: CompactGraph): number {
  const { nodes, offsets, targets, relationships, weights } = graph;
  return [nodes, offsets, targets, relationships, weights].reduce((sum, array) => sum + array.byteLength, 0);
}

/** Ids of the nodes with any of the labels, ascending, each once. */
function* chosenNodes(view: GraphView, labels: readonly number[] | undefined, work: Work): Steps<Int32Array> {
  const ids = new Int32Array(SCAN_IDS);
  const chosen = new Uint8Array(view.nodeIdLimit);
  let count = 0;
  for (const label of labels ?? [undefined]) {
    for (let cursor = 0; cursor !== -1; ) {
      const scan = label === undefined ? view.scanNodes(cursor, ids) : view.scanLabel(label, cursor, ids);
      const found = scan.count;
      cursor = scan.cursor;
      for (let i = 0; i < found; i++) {
        count += 1 - chosen[ids[i]!]!;
        chosen[ids[i]!] = 1;
      }
      work.charge(found + 1);
      if (work.exhausted) yield undefined;
    }
  }
  const nodes = new Int32Array(count);
  for (let id = 0, place = 0; place < count; id++) if (chosen[id] === 1) nodes[place++] = id;
  return nodes;
}

/** The place of a node; -1 when it is not of the graph. */
export function placeOf(graph: CompactGraph, node: number): number {
  let low = 0;
  let high = graph.nodeCount - 1;
  while (low <= high) {
    const middle = (low + high) >>> 1;
    const found = graph.nodes[middle]!;
    if (found === node) return middle;
    if (found < node) low = middle + 1;
    else high = middle - 1;
  }
  return NO_PLACE;
}

/** The sum of the weights of each place's entries: their number where all weigh 1. */
export function strengths(graph: CompactGraph): Float64Array {
  const { nodeCount, offsets, weights } = graph;
  const sums = new Float64Array(nodeCount);
  for (let place = 0; place < nodeCount; place++) {
    const end = offsets[place + 1]!;
    if (weights.length === 0) sums[place] = end - offsets[place]!;
    else for (let entry = offsets[place]!; entry < end; entry++) sums[place]! += weights[entry]!;
  }
  return sums;
}

/** Numbers that are added one by one. */
class GrowingInts {
  count = 0;
  #numbers = new Int32Array(SCAN_IDS);

  push(number: number): void {
    if (this.count === this.#numbers.length) {
      const larger = new Int32Array(this.count * 2);
      larger.set(this.#numbers);
      this.#numbers = larger;
    }
    this.#numbers[this.count++] = number;
  }

  trimmed(): Int32Array {
    return this.#numbers.slice(0, this.count);
  }
}
