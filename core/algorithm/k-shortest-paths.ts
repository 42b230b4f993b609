/** The k shortest paths between two nodes that visit no node twice, by Yen's algorithm (1971) over Dijkstra's. */
import type { CompactGraph } from './compact-graph.ts';
import { PlaceHeap } from './place-heap.ts';
import type { Steps, Work } from './steps.ts';

/** A path as entries of the graph, and what they weigh together. */
export interface WeightedPath {
  readonly entries: readonly number[];
  readonly cost: number;
}

export interface PathQuestion {
  readonly source: number;
  readonly target: number;
  readonly count: number;
}

/** The paths, the cheapest first; fewer when there are no more. Weights are not negative. Two relationships make two paths. */
export function* kShortestPaths(graph: CompactGraph, question: PathQuestion, work: Work): Steps<WeightedPath[]> {
  const { source, target, count } = question;
  const search = new Dijkstra(graph);
  work.hold(24 * graph.nodeCount);
  const first = yield* search.run(source, target, work);
  if (first === undefined) return [];
  const found: WeightedPath[] = [first];
  const candidates = new Candidates();
  candidates.isNew(first);
  while (found.length < count) {
    const last = found[found.length - 1]!;
    // Each candidate follows the last path up to one of its nodes and leaves it there by a way that no path has taken.
    let place = source;
    let cost = 0;
    for (let length = 0; length < last.entries.length; length++) {
      const root = last.entries.slice(0, length);
      search.allowAll();
      for (const entry of root) search.forbidPlace(originOf(graph, entry));
      for (const path of found) if (startsWith(path.entries, root)) search.forbidEntry(path.entries[length]!);
      const rest = yield* search.run(place, target, work);
      if (rest) candidates.add({ entries: [...root, ...rest.entries], cost: cost + rest.cost }, work);
      const entry = last.entries[length]!;
      cost += weightIn(graph, entry);
      place = graph.targets[entry]!;
    }
    const next = candidates.takeCheapest();
    if (next === undefined) break;
    found.push(next);
  }
  return found;
}

function startsWith(entries: readonly number[], root: readonly number[]): boolean {
  return entries.length > root.length && root.every((entry, i) => entries[i] === entry);
}

function weightIn({ weights }: CompactGraph, entry: number): number {
  return weights.length === 0 ? 1 : weights[entry]!;
}

/** The place that an entry leads away from. */
export function originOf({ offsets }: CompactGraph, entry: number): number {
  let low = 0;
  let high = offsets.length - 1;
  while (low + 1 < high) {
    const middle = (low + high) >>> 1;
    if (offsets[middle]! <= entry) low = middle;
    else high = middle;
  }
  return low;
}

/** Paths that have been found and not been handed on, each once. */
class Candidates {
  readonly #known = new Set<string>();
  #paths: WeightedPath[] = [];

  isNew(path: WeightedPath): boolean {
    const key = path.entries.join();
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    return true;
  }

  add(path: WeightedPath, work: Work): void {
    if (!this.isNew(path)) return;
    work.hold(16 * path.entries.length + 64);
    this.#paths.push(path);
  }

  takeCheapest(): WeightedPath | undefined {
    const cheapest = this.#paths.reduce<WeightedPath | undefined>(
      (best, path) => (best === undefined || isBefore(path, best) ? path : best),
      undefined,
    );
    this.#paths = this.#paths.filter((path) => path !== cheapest);
    return cheapest;
  }
}

/** The cheaper path, then the shorter one, then the one whose entries come first. */
function isBefore(left: WeightedPath, right: WeightedPath): boolean {
  if (left.cost !== right.cost) return left.cost < right.cost;
  if (left.entries.length !== right.entries.length) return left.entries.length < right.entries.length;
  const differs = left.entries.findIndex((entry, i) => entry !== right.entries[i]);
  return differs >= 0 && left.entries[differs]! < right.entries[differs]!;
}

/** Dijkstra's search, from which places and entries can be taken out. */
class Dijkstra {
  readonly #graph: CompactGraph;
  readonly #distances: Float64Array;
  readonly #cameBy: Int32Array;
  readonly #forbiddenPlaces: Uint8Array;
  readonly #forbiddenEntries = new Set<number>();
  readonly #heap = new PlaceHeap();

  constructor(graph: CompactGraph) {
    this.#graph = graph;
    this.#distances = new Float64Array(graph.nodeCount);
    this.#cameBy = new Int32Array(graph.nodeCount);
    this.#forbiddenPlaces = new Uint8Array(graph.nodeCount);
  }

  allowAll(): void {
    this.#forbiddenPlaces.fill(0);
    this.#forbiddenEntries.clear();
  }

  forbidPlace(place: number): void {
    this.#forbiddenPlaces[place] = 1;
  }

  forbidEntry(entry: number): void {
    this.#forbiddenEntries.add(entry);
  }

  *run(source: number, target: number, work: Work): Steps<WeightedPath | undefined> {
    const { offsets, targets } = this.#graph;
    const distances = this.#distances.fill(Number.POSITIVE_INFINITY);
    const heap = this.#heap;
    heap.clear();
    distances[source] = 0;
    this.#cameBy[source] = -1;
    heap.push(source, 0);
    while (!heap.isEmpty) {
      const { distance } = heap;
      const place = heap.pop();
      if (place === target) return this.#path(target);
      // An entry of the heap that a shorter way has overtaken.
      if (distance > distances[place]!) continue;
      const end = offsets[place + 1]!;
      work.charge(end - offsets[place]! + 1);
      if (work.exhausted) yield undefined;
      for (let entry = offsets[place]!; entry < end; entry++) {
        const next = targets[entry]!;
        if (this.#forbiddenPlaces[next] === 1 || this.#forbiddenEntries.has(entry)) continue;
        const reached = distance + weightIn(this.#graph, entry);
        if (reached >= distances[next]!) continue;
        distances[next] = reached;
        this.#cameBy[next] = entry;
        heap.push(next, reached);
      }
    }
    return undefined;
  }

  #path(target: number): WeightedPath {
    const entries: number[] = [];
    for (let entry = this.#cameBy[target]!; entry !== -1; entry = this.#cameBy[originOf(this.#graph, entry)]!) {
      entries.push(entry);
    }
    return { entries: entries.reverse(), cost: this.#distances[target]! };
  }
}
