/** Traversals by cost: the cheapest path to each node, all that cost as little, and the k cheapest ones to one node. */
import { PAUSE } from './batch.ts';
import { CheapestSearch, referenceTo, standingAt, type Way, waysTo } from './cheapest-search.ts';
import type { ExecutionContext } from './context.ts';
import type { TraversalEnds, TraversalSteps, TraversedPath } from './traversal-steps.ts';

const NOWHERE: TraversalEnds = { row: 0, from: -1, to: undefined };

function toldOf(way: Way): TraversedPath {
  return { end: way.node, relationships: referenceTo(way).relationships, cost: way.total };
}

/** The cheapest path to each node, or to one. */
export class CheapestPaths {
  readonly #steps: TraversalSteps;
  readonly #search: CheapestSearch;
  #ends = NOWHERE;
  /** Nodes that have been told; with a bound on hops the search comes to a node more than once. */
  #told = new Set<number>();
  #done = true;

  constructor(steps: TraversalSteps) {
    this.#steps = steps;
    this.#search = new CheapestSearch(steps, { withTies: false });
  }

  start(ends: TraversalEnds, context: ExecutionContext): void {
    this.#ends = ends;
    this.#told = new Set([ends.from]);
    this.#done = false;
    this.#search.start({ row: ends.row, from: standingAt(ends.from) }, context);
  }

  next(context: ExecutionContext): TraversedPath | typeof PAUSE | undefined {
    while (!this.#done) {
      const way = this.#search.next(context);
      if (way === PAUSE || way === undefined) return way;
      const { to } = this.#ends;
      if (this.#told.has(way.node) || way.hops < this.#steps.min || (to !== undefined && way.node !== to)) continue;
      this.#told.add(way.node);
      this.#done = to !== undefined;
      return toldOf(way);
    }
    return undefined;
  }
}

/** All paths to each node, or to one, that cost as little as the cheapest. */
export class AllCheapestPaths {
  readonly #steps: TraversalSteps;
  readonly #search: CheapestSearch;
  #ends = NOWHERE;
  #told = new Set<number>();
  /** Ways of one cost: only when a dearer one comes are all last steps to them known. */
  #level: Way[] = [];
  #ahead: Way | undefined;
  /** Ways whose paths are being told, and the path that is: at each of its ways the next last step to take. */
  #telling: Way[] = [];
  #stack: { readonly way: Way; next: number }[] = [];
  #exhausted = true;

  constructor(steps: TraversalSteps) {
    this.#steps = steps;
    this.#search = new CheapestSearch(steps, { withTies: true });
  }

  start(ends: TraversalEnds, context: ExecutionContext): void {
    this.#ends = ends;
    this.#told = new Set([ends.from]);
    this.#level = [];
    this.#ahead = undefined;
    this.#telling = [];
    this.#stack = [];
    this.#exhausted = false;
    this.#search.start({ row: ends.row, from: standingAt(ends.from) }, context);
  }

  next(context: ExecutionContext): TraversedPath | typeof PAUSE | undefined {
    for (;;) {
      const path = this.#nextPath(context);
      if (path !== undefined) return path;
      if (this.#exhausted) return undefined;
      if (!this.#gatherLevel(context)) return PAUSE;
    }
  }

  /** Takes all ways of the next cost; false when the slice's work is spent before. */
  #gatherLevel(context: ExecutionContext): boolean {
    if (this.#ahead) this.#level.push(this.#ahead);
    this.#ahead = undefined;
    for (;;) {
      const way = this.#search.next(context);
      if (way === PAUSE) return false;
      this.#exhausted = way === undefined;
      const [first] = this.#level;
      if (way !== undefined && (first === undefined || way.cost === first.cost)) {
        this.#level.push(way);
        continue;
      }
      this.#ahead = way;
      break;
    }
    const { to } = this.#ends;
    this.#telling = this.#level.filter(({ node }) => !this.#told.has(node) && (to === undefined || node === to));
    for (const { node } of this.#level) this.#told.add(node);
    this.#level = [];
    if (to !== undefined && this.#telling.length > 0) this.#exhausted = true;
    return true;
  }

  /** The next path to the ways that are being told: a walk back over their last steps. */
  #nextPath(context: ExecutionContext): TraversedPath | undefined {
    for (;;) {
      const top = this.#stack.at(-1);
      if (top === undefined) {
        const way = this.#telling.shift();
        if (way === undefined) return undefined;
        this.#stack.push({ way, next: 0 });
        continue;
      }
      context.charge(1);
      const { previous, ties } = top.way;
      const before = top.next === 0 ? previous : ties[top.next - 1]?.previous;
      top.next++;
      if (before === undefined) {
        this.#stack.pop();
        continue;
      }
      // Steps that cost nothing may lead in a circle.
      if (this.#stack.some(({ way }) => way.node === before.node)) continue;
      if (before.previous !== undefined) {
        this.#stack.push({ way: before, next: 0 });
        continue;
      }
      const path = this.#pathOfStack();
      if (path.relationships.length >= this.#steps.min) return path;
    }
  }

  #pathOfStack(): TraversedPath {
    const { way: end } = this.#stack[0]!;
    const relationships = this.#stack.map(({ way, next }) =>
      next === 1 ? way.relationship : way.ties[next - 2]!.relationship,
    );
    return { end: end.node, relationships: relationships.reverse(), cost: end.total };
  }
}

/** The cheapest paths to one node that visit no node twice, by Yen's algorithm. */
export class KCheapestPaths {
  readonly #steps: TraversalSteps;
  readonly #search: CheapestSearch;
  readonly #count: number;
  #ends = NOWHERE;
  #told = 0;
  /** Paths in the order of their cost, as their ways from the first node. */
  #found: Way[][] = [];
  #candidates: Way[][] = [];
  #known = new Set<string>();
  /** Where on the last path the search that runs has left it; undefined: none runs. */
  #spur: number | undefined;
  #done = true;

  /** `count`: how many paths; Infinity: all there are. */
  constructor(steps: TraversalSteps, count: number) {
    this.#steps = steps;
    this.#search = new CheapestSearch(steps, { withTies: false });
    this.#count = count;
  }

  start(ends: TraversalEnds, context: ExecutionContext): void {
    this.#ends = ends;
    this.#told = 0;
    this.#found = [];
    this.#candidates = [];
    this.#known = new Set();
    this.#done = ends.to === undefined || ends.to === ends.from;
    this.#spur = 0;
    this.#search.start({ row: ends.row, from: standingAt(ends.from) }, context);
  }

  next(context: ExecutionContext): TraversedPath | typeof PAUSE | undefined {
    while (!this.#done && this.#told < this.#count) {
      if (!this.#searchOn(context)) return PAUSE;
      const next = this.#takeCheapest();
      if (next === undefined) break;
      this.#found.push(next);
      this.#leaveAt(0, context);
      const way = next[next.length - 1]!;
      if (way.hops < this.#steps.min) continue;
      this.#told++;
      return toldOf(way);
    }
    this.#done = true;
    return undefined;
  }

  /** Runs the searches from each node of the last path; false when the slice's work is spent before. */
  #searchOn(context: ExecutionContext): boolean {
    while (this.#spur !== undefined) {
      const way = this.#search.next(context);
      if (way === PAUSE) return false;
      if (way !== undefined && way.node !== this.#ends.to) continue;
      if (way !== undefined) this.#addCandidate(waysTo(way), context);
      const last = this.#found[this.#found.length - 1];
      if (last !== undefined && this.#spur + 2 < last.length) this.#leaveAt(this.#spur + 1, context);
      else this.#spur = undefined;
    }
    return true;
  }

  /** Begins a search that follows the last path up to one of its nodes, and leaves it there by a step that no path has taken. */
  #leaveAt(spur: number, context: ExecutionContext): void {
    this.#spur = spur;
    const last = this.#found[this.#found.length - 1]!;
    const root = last.slice(0, spur + 1);
    const firstSteps = new Set<number>();
    for (const path of this.#found) {
      const isSame = root.every((way, i) => path[i]?.relationship === way.relationship);
      const step = path[spur + 1];
      if (isSame && step !== undefined) firstSteps.add(step.relationship);
    }
    const nodes = new Set(root.map(({ node }) => node));
    this.#search.start({ row: this.#ends.row, from: root[spur]!, restrictions: { nodes, firstSteps } }, context);
  }

  #addCandidate(ways: Way[], context: ExecutionContext): void {
    const key = ways.map(({ relationship }) => relationship).join();
    if (this.#known.has(key)) return;
    this.#known.add(key);
    context.hold(ways.length * CANDIDATE_BYTES, 'Traverse');
    this.#candidates.push(ways);
  }

  #takeCheapest(): Way[] | undefined {
    const cheapest = this.#candidates.reduce<Way[] | undefined>(
      (best, path) => (best === undefined || isCheaper(path, best) ? path : best),
      undefined,
    );
    this.#candidates = this.#candidates.filter((path) => path !== cheapest);
    return cheapest;
  }
}

/** Bytes of each way of a path that is kept. */
const CANDIDATE_BYTES = 64;

/** The cheaper path, then the shorter one; of equal ones the one that was found first stays. */
function isCheaper(left: readonly Way[], right: readonly Way[]): boolean {
  const [a, b] = [left[left.length - 1]!, right[right.length - 1]!];
  return a.cost !== b.cost ? a.cost < b.cost : a.hops < b.hops;
}
