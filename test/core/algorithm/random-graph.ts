/** Graphs made of a seed, in a store and in graphology, whose algorithms ours are held against. */
import { DirectedGraph, UndirectedGraph } from 'graphology';
import { type CompactGraph, compactGraph, type GraphChoice } from '../../../core/algorithm/compact-graph.ts';
import type { Steps, Work } from '../../../core/algorithm/steps.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';

/** A budget that pauses after each hundred units, and counts the pauses. */
export class PausingWork implements Work {
  pauses = 0;
  bytes = 0;
  #left = 100;

  charge(work: number): void {
    this.#left -= work;
  }

  get exhausted(): boolean {
    return this.#left <= 0;
  }

  hold(bytes: number): void {
    this.bytes += bytes;
  }

  goOn(): void {
    this.pauses += 1;
    this.#left = 100;
  }
}

/** Runs steps to their end, pause by pause. */
export function finish<Result>(steps: (work: PausingWork) => Steps<Result>): Result {
  const work = new PausingWork();
  const running = steps(work);
  for (;;) {
    const step = running.next();
    if (step.done) return step.value;
    work.goOn();
  }
}

export type Edge = readonly [from: number, to: number, weight: number];

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Edges between different nodes, at most one from one node to another. */
export function randomEdges(seed: number, { nodes, edges }: { nodes: number; edges: number }): Edge[] {
  const random = seeded(seed);
  const found = new Map<string, Edge>();
  for (let i = 0; i < edges; i += 1) {
    const from = Math.floor(random() * nodes);
    const to = Math.floor(random() * nodes);
    if (from !== to) found.set(`${from} ${to}`, [from, to, 1 + Math.floor(random() * 9)]);
  }
  return [...found.values()];
}

/** A store with nodes 0 to `nodes` - 1, whose ids are their numbers, and a relationship of the type R for each edge. */
export function storeOf(nodes: number, edges: readonly Edge[]): GraphStore {
  const store = new GraphStore();
  const writer = store.begin();
  const type = writer.token('relationshipType', 'R');
  const weight = writer.token('propertyKey', 'weight');
  for (let i = 0; i < nodes; i += 1) writer.createNode();
  for (const [from, to, value] of edges) {
    writer.setRelationshipProperty(writer.createRelationship(type, from, to), weight, value);
  }
  writer.commit(1);
  return store;
}

export function compact(
  nodes: number,
  edges: readonly Edge[],
  choice: Partial<GraphChoice> & { readonly weighted?: boolean } = {},
): CompactGraph {
  const store = storeOf(nodes, edges);
  const { weighted = false, ...rest } = choice;
  const weight = weighted
    ? { name: 'weight', key: store.tokens.propertyKey.idOf('weight'), notNegative: true }
    : undefined;
  const whole: GraphChoice = { labels: undefined, types: undefined, direction: 'outgoing', weight, ...rest };
  return finish((work) => compactGraph(store.newest, whole, work));
}

export function directed(nodes: number, edges: readonly Edge[]): DirectedGraph {
  const graph = new DirectedGraph();
  for (let i = 0; i < nodes; i += 1) graph.addNode(i);
  for (const [from, to, weight] of edges) graph.addEdge(from, to, { weight });
  return graph;
}

/** Both directions of a pair are one edge, whose weight is their sum. */
export function undirected(nodes: number, edges: readonly Edge[]): UndirectedGraph {
  const graph = new UndirectedGraph();
  for (let i = 0; i < nodes; i += 1) graph.addNode(i);
  for (const [from, to, weight] of edges) {
    if (graph.hasEdge(from, to)) graph.updateEdgeAttribute(from, to, 'weight', (sum) => (sum ?? 0) + weight);
    else graph.addEdge(from, to, { weight });
  }
  return graph;
}

/** One direction of each pair alone. */
export function oneWay(edges: readonly Edge[]): Edge[] {
  const seen = new Set<string>();
  return edges.filter(([from, to]) => {
    const key = from < to ? `${from} ${to}` : `${to} ${from}`;
    if (seen.has(key)) return false;
    seen.add(key);
    return true;
  });
}
