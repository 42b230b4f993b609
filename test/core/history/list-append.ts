/**
 * A checker of histories in the manner of Elle (Kingsbury and Alvaro, 2020): transactions append numbers, each only once, to
 * lists and read the lists whole. So what is read tells in which order the versions came, who wrote what was read, and what was
 * overwritten after it was; and a cycle of these dependencies is an anomaly by Adya's definitions.
 */
export type Operation =
  | { readonly type: 'append'; readonly key: string; readonly value: number }
  | { readonly type: 'read'; readonly key: string; readonly list: readonly number[] };

export interface HistoryTransaction {
  /** One that is unknown was committed if anything that it appended was ever seen; what it read is not known to have been read. */
  readonly outcome: 'committed' | 'aborted' | 'unknown';
  readonly operations: readonly Operation[];
}

/** G-single is read skew. G2 is a cycle with several anti-dependencies, such as write skew, which snapshot isolation allows. */
export type Anomaly =
  | 'duplicate'
  | 'incompatible order'
  | 'lost append'
  | 'internal'
  | 'G0'
  | 'G1a'
  | 'G1b'
  | 'G1c'
  | 'G-single'
  | 'G2';

type Dependency = 'ww' | 'wr' | 'rw';
type Graph = ReadonlyMap<number, Dependency>[];

/** What is wrong about a history, without repetition. `final`: each list as it was when all had ended. */
export function anomaliesOf(
  told: readonly HistoryTransaction[],
  final: ReadonlyMap<string, readonly number[]>,
): Set<Anomaly> {
  const history = withOutcomes(told, final);
  const found = new Set<Anomaly>();
  const writerOf = new Map<number, number>();
  for (const [index, { operations }] of history.entries()) {
    for (const operation of operations) if (operation.type === 'append') writerOf.set(operation.value, index);
  }
  checkLists(history, final, found);
  for (const [index, transaction] of history.entries()) {
    if (transaction.outcome === 'committed') checkReads(index, history, writerOf, found);
  }
  const edges = dependencies(history, final, writerOf);
  if (hasCycle(edges, ['ww'])) found.add('G0');
  if (hasCycle(edges, ['ww', 'wr'])) found.add('G1c');
  checkAntiDependencies(edges, found);
  // A cycle of writes alone is not told again as one of writes and reads.
  if (found.has('G0')) found.delete('G1c');
  return found;
}

function withOutcomes(
  history: readonly HistoryTransaction[],
  final: ReadonlyMap<string, readonly number[]>,
): HistoryTransaction[] {
  const seen = new Set([...final.values()].flat());
  for (const { outcome, operations } of history) {
    if (outcome !== 'committed') continue;
    for (const operation of operations)
      if (operation.type === 'read') for (const value of operation.list) seen.add(value);
  }
  return history.map((transaction) => {
    if (transaction.outcome !== 'unknown') return transaction;
    const appends = transaction.operations.filter((operation) => operation.type === 'append');
    return { outcome: appends.some(({ value }) => seen.has(value)) ? 'committed' : 'aborted', operations: appends };
  });
}

/** Every read is a beginning of the final list, in which each committed append stands once. */
function checkLists(
  history: readonly HistoryTransaction[],
  final: ReadonlyMap<string, readonly number[]>,
  found: Set<Anomaly>,
): void {
  for (const list of final.values()) if (new Set(list).size < list.length) found.add('duplicate');
  for (const { outcome, operations } of history) {
    if (outcome !== 'committed') continue;
    for (const operation of operations) {
      const list = final.get(operation.key) ?? [];
      if (operation.type === 'append') {
        if (!list.includes(operation.value)) found.add('lost append');
      } else if (operation.list.some((value, place) => list[place] !== value && list.includes(value))) {
        found.add('incompatible order');
      }
    }
  }
}

function checkReads(
  reader: number,
  history: readonly HistoryTransaction[],
  writerOf: ReadonlyMap<number, number>,
  found: Set<Anomaly>,
): void {
  const own = new Map<string, number[]>();
  const before = new Map<string, readonly number[]>();
  for (const operation of history[reader]!.operations) {
    const { key } = operation;
    const appended = own.get(key) ?? [];
    own.set(key, appended);
    if (operation.type === 'append') {
      appended.push(operation.value);
      continue;
    }
    const { list } = operation;
    const others = list.slice(0, list.length - appended.length);
    const ownPart = list.slice(others.length);
    if (ownPart.join() !== appended.join()) found.add('internal');
    const known = before.get(key);
    if (known && known.join() !== others.join()) found.add('internal');
    before.set(key, others);
    for (const value of others) {
      const writer = writerOf.get(value);
      // What nobody wrote is no better than what was not to be.
      if (writer === undefined || history[writer]!.outcome === 'aborted') found.add('G1a');
    }
    const last = others.at(-1);
    const writer = last === undefined ? undefined : history[writerOf.get(last)!];
    const appends = writer?.operations.filter((each) => each.type === 'append' && each.key === key) ?? [];
    const final = appends.at(-1);
    if (final?.type === 'append' && final.value !== last) found.add('G1b');
  }
}

/** Who depends on whom: edges[a].get(b) when b comes after a. Of several dependencies the strongest counts. */
function dependencies(
  history: readonly HistoryTransaction[],
  final: ReadonlyMap<string, readonly number[]>,
  writerOf: ReadonlyMap<number, number>,
): Graph {
  const edges: Map<number, Dependency>[] = history.map(() => new Map());
  const add = (from: number | undefined, to: number | undefined, kind: Dependency) => {
    if (from === undefined || to === undefined || from === to) return;
    const known = edges[from]!.get(to);
    if (known === undefined || STRENGTH[kind] < STRENGTH[known]) edges[from]!.set(to, kind);
  };
  for (const list of final.values()) {
    for (let place = 1; place < list.length; place += 1) {
      add(writerOf.get(list[place - 1]!), writerOf.get(list[place]!), 'ww');
    }
  }
  for (const [reader, { outcome, operations }] of history.entries()) {
    if (outcome !== 'committed') continue;
    for (const operation of operations) {
      if (operation.type !== 'read') continue;
      const list = final.get(operation.key) ?? [];
      const read = operation.list.filter((value) => writerOf.get(value) !== reader);
      add(writerOf.get(read.at(-1)!), reader, 'wr');
      const next = list.slice(read.length).find((value) => writerOf.get(value) !== reader);
      if (next !== undefined) add(reader, writerOf.get(next), 'rw');
    }
  }
  return edges;
}

const STRENGTH: Readonly<Record<Dependency, number>> = { ww: 0, wr: 1, rw: 2 };

function hasCycle(edges: Graph, kinds: readonly Dependency[]): boolean {
  return edges.some((_, index) => reaches(edges, index, index, kinds));
}

/** A cycle with one anti-dependency: from its end back to its beginning by other dependencies alone. */
function checkAntiDependencies(edges: Graph, found: Set<Anomaly>): void {
  for (const [from, next] of edges.entries()) {
    for (const [to, kind] of next) {
      if (kind !== 'rw') continue;
      if (reaches(edges, to, from, ['ww', 'wr'])) found.add('G-single');
      else if (reaches(edges, to, from, ['ww', 'wr', 'rw'])) found.add('G2');
    }
  }
}

function reaches(edges: Graph, from: number, goal: number, kinds: readonly Dependency[]): boolean {
  const seen = new Set<number>();
  const waiting = [from];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    for (const [to, kind] of edges[next]!) {
      if (!kinds.includes(kind)) continue;
      if (to === goal) return true;
      if (seen.has(to)) continue;
      seen.add(to);
      waiting.push(to);
    }
  }
  return false;
}
