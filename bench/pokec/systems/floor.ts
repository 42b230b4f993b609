/**
 * The floor for an engine in JavaScript: the same questions by hand, over sorted adjacency in both directions and a typed array for each
 * property. A pattern uses no relationship twice, as openCypher has it.
 */
import type { Parameters } from '../query-classes.ts';
import { GENDERS, type SocialGraph } from '../social-graph.ts';
import type { System } from '../system.ts';

const ADULT_AGE = 18;
const AGES = 256;
const HOPS_MAX = 15;

export function floor(): System {
  let questions: ReadonlyMap<string, (parameters: Parameters) => unknown[]> = new Map();
  return {
    load(graph) {
      const store = new FloorGraph(graph);
      questions = questionsOf(store);
      return store.bytes;
    },
    supports: (name) => questions.has(name),
    run: (name, parameters) => questions.get(name)!(parameters),
    close: () => {},
  };
}

interface User {
  readonly id: number;
  readonly completion_percentage: number;
  readonly gender: string;
  readonly age: number;
}

/** Neighbours of each user in one direction, ascending: those of u stand from `offsets[u]` to before `offsets[u + 1]`. */
class Neighbours {
  readonly offsets: Int32Array;
  readonly ends: Int32Array;

  constructor(users: number, from: Int32Array, to: Int32Array) {
    this.offsets = new Int32Array(users + 2);
    for (const user of from) this.offsets[user + 1]! += 1;
    for (let user = 1; user < users + 2; user++) this.offsets[user]! += this.offsets[user - 1]!;
    const place = this.offsets.slice();
    this.ends = new Int32Array(from.length);
    for (let i = 0; i < from.length; i++) this.ends[place[from[i]!]!++] = to[i]!;
    for (let user = 1; user <= users; user++) this.ends.subarray(this.offsets[user], this.offsets[user + 1]).sort();
  }

  has(user: number, other: number): boolean {
    const { offsets, ends } = this;
    let low = offsets[user]!;
    let high = offsets[user + 1]! - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const end = ends[middle]!;
      if (end === other) return true;
      if (end < other) low = middle + 1;
      else high = middle - 1;
    }
    return false;
  }
}

class FloorGraph {
  readonly users: number;
  readonly age: Int32Array;
  readonly outgoing: Neighbours;
  readonly incoming: Neighbours;
  readonly gender: Uint8Array;
  readonly #completion: Int32Array;
  /** Users that have been seen in the search with the number `#search` bear it. */
  readonly #seen: Int32Array;
  readonly #seenBack: Int32Array;
  readonly #before: Int32Array;
  readonly #after: Int32Array;
  /** By user at two steps: the first steps that lead there, up to two. */
  readonly #first: Int32Array;
  readonly #second: Int32Array;
  readonly #levels: readonly Int32Array[];
  #search = 0;

  constructor({ users, from, to, completion, gender, age }: SocialGraph) {
    const column = (): Int32Array => new Int32Array(users + 2);
    this.users = users;
    this.age = age;
    this.gender = gender;
    this.#completion = completion;
    this.outgoing = new Neighbours(users, from, to);
    this.incoming = new Neighbours(users, to, from);
    [this.#seen, this.#seenBack, this.#before, this.#after] = [column(), column(), column(), column()];
    [this.#first, this.#second] = [column(), column()];
    this.#levels = Array.from({ length: 6 }, column);
  }

  get bytes(): number {
    const columns = [this.outgoing.offsets, this.outgoing.ends, this.incoming.offsets, this.incoming.ends];
    const all = [...columns, this.age, this.gender, this.#completion];
    return all.reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  user(id: number): User {
    return {
      id,
      completion_percentage: this.#completion[id]!,
      gender: GENDERS[this.gender[id]!]!,
      age: this.age[id]!,
    };
  }

  collect(users: Int32Array, count: number, options: { readonly filter: boolean; readonly data: boolean }): unknown[] {
    const rows: unknown[] = [];
    for (let i = 0; i < count; i++) {
      const user = users[i]!;
      if (options.filter && this.age[user]! < ADULT_AGE) continue;
      rows.push(options.data ? this.user(user) : user);
    }
    return rows;
  }

  /** Ends of paths of exactly so many steps, up to four; answers with them and how many they are. */
  ends(start: number, steps: number): readonly [Int32Array, number] {
    const levels = this.#levels;
    levels[0]![0] = start;
    if (steps <= 2) {
      let count = 1;
      for (let step = 1; step <= steps; step++) count = this.#successors(levels[step - 1]!, count, levels[step]!);
      return [levels[steps]!, count];
    }
    return this.#longEnds(start, steps);
  }

  /** Users that up to so many steps lead to, each once. */
  ball(start: number, steps: number): readonly [Int32Array, number] {
    const { offsets, ends } = this.outgoing;
    const seen = this.#seen;
    const search = ++this.#search;
    const found = this.#levels[5]!;
    let count = 0;
    let [levelStart, levelEnd] = [0, 0];
    for (let step = 1; step <= steps; step++) {
      const nextStart = count;
      const from = step === 1 ? 0 : levelStart;
      const to = step === 1 ? 1 : levelEnd;
      for (let i = from; i < to; i++) {
        const user = step === 1 ? start : found[i]!;
        for (let at = offsets[user]!, last = offsets[user + 1]!; at < last; at++) {
          const end = ends[at]!;
          if (seen[end] === search) continue;
          seen[end] = search;
          found[count++] = end;
        }
      }
      [levelStart, levelEnd] = [nextStart, count];
    }
    return [found, count];
  }

  shortestPath(from: number, to: number, filter: boolean): number[][] {
    const { age } = this;
    if (filter && age[to]! < ADULT_AGE) return [];
    const [seen, before, after] = [this.#seen, this.#before, this.#after];
    const ahead = ++this.#search;
    const behind = ++this.#search;
    seen[from] = ahead;
    seen[to] = behind;
    before[from] = 0;
    after[to] = 0;
    let fronts = [from];
    let backs = [to];
    for (let depth = 0; depth < HOPS_MAX && fronts.length > 0 && backs.length > 0; depth++) {
      const forward = fronts.length <= backs.length;
      const { offsets, ends } = forward ? this.outgoing : this.incoming;
      const [own, other, via] = forward ? [ahead, behind, before] : [behind, ahead, after];
      const next: number[] = [];
      for (const user of forward ? fronts : backs) {
        for (let at = offsets[user]!, last = offsets[user + 1]!; at < last; at++) {
          const end = ends[at]!;
          const mark = seen[end]!;
          if (mark === own) continue;
          if (mark === other) return [this.#path(forward ? [user, end] : [end, user], { from, to })];
          if (filter && age[end]! < ADULT_AGE) continue;
          seen[end] = own;
          via[end] = user;
          next.push(end);
        }
      }
      if (forward) fronts = next;
      else backs = next;
    }
    return [];
  }

  #path(
    [left, right]: readonly [number, number] | number[],
    ends: { readonly from: number; readonly to: number },
  ): number[] {
    const path: number[] = [];
    for (let user = left!; user !== 0; user = user === ends.from ? 0 : this.#before[user]!) path.push(user);
    path.reverse();
    for (let user = right!; user !== 0; user = user === ends.to ? 0 : this.#after[user]!) path.push(user);
    return path;
  }

  #successors(from: Int32Array, count: number, to: Int32Array): number {
    const { offsets, ends } = this.outgoing;
    const seen = this.#seen;
    const search = ++this.#search;
    let found = 0;
    for (let i = 0; i < count; i++) {
      const user = from[i]!;
      for (let at = offsets[user]!, last = offsets[user + 1]!; at < last; at++) {
        const end = ends[at]!;
        if (seen[end] === search) continue;
        seen[end] = search;
        to[found++] = end;
      }
    }
    return found;
  }

  /**
   * Three or four steps. Without self-loops and parallel friendships a walk uses one twice only so: s a s a; and of four steps also
   * s c v c v, and s a b s a. For each candidate it is enough to know two different ways to come to it.
   */
  #longEnds(start: number, steps: number): readonly [Int32Array, number] {
    const { offsets, ends } = this.outgoing;
    const [seen, first, second] = [this.#seen, this.#first, this.#second];
    const [, one, two, three, four] = this.#levels as [Int32Array, Int32Array, Int32Array, Int32Array, Int32Array];
    const oneCount = this.#successors(this.#levels[0]!, 1, one);
    const atTwo = ++this.#search;
    let twoCount = 0;
    for (let i = 0; i < oneCount; i++) {
      const via = one[i]!;
      for (let at = offsets[via]!, last = offsets[via + 1]!; at < last; at++) {
        const end = ends[at]!;
        if (seen[end] !== atTwo) {
          seen[end] = atTwo;
          two[twoCount++] = end;
          first[end] = via;
          second[end] = 0;
        } else if (first[end] !== via) second[end] = via;
      }
    }
    // Back at the start after two steps through one friend only: that friend cannot be the third step's end.
    const onlyBack = seen[start] === atTwo && second[start] === 0 ? first[start]! : 0;
    const isAtTwo = this.#seenBack;
    for (let i = 0; i < twoCount; i++) isAtTwo[two[i]!] = atTwo;
    const atThree = ++this.#search;
    let threeCount = 0;
    for (let i = 0; i < twoCount; i++) {
      const user = two[i]!;
      for (let at = offsets[user]!, last = offsets[user + 1]!; at < last; at++) {
        const end = ends[at]!;
        if (seen[end] === atThree || (user === start && end === onlyBack)) continue;
        seen[end] = atThree;
        three[threeCount++] = end;
      }
    }
    if (steps === 3) return [three, threeCount];
    const isFriend = this.#before;
    for (let i = 0; i < oneCount; i++) isFriend[one[i]!] = -atThree;
    const atFour = ++this.#search;
    let fourCount = 0;
    for (let i = 0; i < threeCount; i++) {
      const user = three[i]!;
      const barred = this.#barred({ start, user, atTwo, isFriend: isFriend[user] === -atThree });
      for (let at = offsets[user]!, last = offsets[user + 1]!; at < last; at++) {
        const end = ends[at]!;
        if (seen[end] === atFour || end === barred) continue;
        seen[end] = atFour;
        four[fourCount++] = end;
      }
    }
    return [four, fourCount];
  }

  /** The one user that the fourth step from `user` must not lead to, or 0: see #longEnds. */
  #barred(at: { start: number; user: number; atTwo: number; isFriend: boolean }): number {
    const { start, user, atTwo } = at;
    const [isAtTwo, first, second] = [this.#seenBack, this.#first, this.#second];
    const { offsets, ends } = this.incoming;
    if (user === start) {
      let [one, other] = [0, 0];
      for (let i = offsets[start]!, last = offsets[start + 1]!; i < last && other === 0; i++) {
        const via = ends[i]!;
        if (isAtTwo[via] !== atTwo) continue;
        if (one === 0) [one, other] = [first[via]!, second[via]!];
        else if (first[via] !== one) other = first[via]!;
        else if (second[via] !== 0) other = second[via]!;
      }
      return other === 0 ? one : 0;
    }
    if (!at.isFriend) return 0;
    for (let i = offsets[user]!, last = offsets[user + 1]!; i < last; i++) {
      const via = ends[i]!;
      if (isAtTwo[via] === atTwo && (first[via] !== user || second[via] !== 0)) return 0;
    }
    let [one, other] = [0, 0];
    for (let i = this.outgoing.offsets[user]!, last = this.outgoing.offsets[user + 1]!; i < last && other === 0; i++) {
      const via = this.outgoing.ends[i]!;
      if (via === start || !this.outgoing.has(via, user)) continue;
      if (one === 0) one = via;
      else other = via;
    }
    return other === 0 ? one : 0;
  }
}

function questionsOf(graph: FloorGraph): ReadonlyMap<string, (parameters: Parameters) => unknown[]> {
  const questions = new Map<string, (parameters: Parameters) => unknown[]>([
    ['single_vertex_read', ({ id }) => [graph.user(id!)]],
    ['aggregate', () => agesOf(graph, 0)],
    ['aggregate_filter', () => agesOf(graph, ADULT_AGE)],
    ['aggregate_distinct', () => [[agesOf(graph, 0).length]]],
    ['aggregate_count', () => [[graph.users, graph.users]]],
    ['min_max_avg', () => extremes(graph)],
    ['pattern_cycle', ({ id }) => cycles(graph, id!)],
    ['pattern_short', ({ id }) => firstFriend(graph, id!)],
    ['pattern_long', ({ id }) => longPattern(graph, id!)],
    ['shortest_path', ({ from, to }) => graph.shortestPath(from!, to!, false)],
    ['shortest_path_filter', ({ from, to }) => graph.shortestPath(from!, to!, true)],
    ['top_indegree', () => mostFriends(graph)],
    ['gender_pairs', () => genderPairs(graph)],
    ...writes(graph),
  ]);
  for (const filter of [false, true]) {
    const suffix = filter ? '_filter' : '';
    for (const steps of [1, 2, 3, 4]) {
      questions.set(`expansion_${steps}${suffix}`, ({ id }) => {
        return graph.collect(...graph.ends(id!, steps), { filter, data: false });
      });
    }
    for (const data of [false, true]) {
      for (const steps of [2, 3, 4]) {
        questions.set(`neighbours_${steps}${data ? '_data' : ''}${suffix}`, ({ id }) => {
          return graph.collect(...graph.ball(id!, steps), { filter, data });
        });
      }
    }
  }
  return questions;
}

function agesOf({ users, age }: FloorGraph, least: number): [number, number][] {
  const counts = new Int32Array(AGES);
  for (let user = 1; user <= users; user++) if (age[user]! >= least) counts[age[user]!]! += 1;
  const groups: [number, number][] = [];
  for (let each = 0; each < AGES; each++) if (counts[each]! > 0) groups.push([each, counts[each]!]);
  return groups;
}

function extremes({ users, age }: FloorGraph): unknown[] {
  let [least, most, sum] = [age[1]!, age[1]!, 0];
  for (let user = 1; user <= users; user++) {
    const each = age[user]!;
    if (each < least) least = each;
    if (each > most) most = each;
    sum += each;
  }
  return [[least, most, sum / users]];
}

function cycles(graph: FloorGraph, id: number): unknown[] {
  const { offsets, ends } = graph.outgoing;
  const rows: unknown[] = [];
  for (let at = offsets[id]!; at < offsets[id + 1]!; at++) {
    const friend = ends[at]!;
    if (graph.outgoing.has(friend, id)) rows.push({ e1: [id, friend], m: graph.user(friend), e2: [friend, id] });
  }
  return rows;
}

function firstFriend(graph: FloorGraph, id: number): unknown[] {
  const { offsets, ends } = graph.outgoing;
  return offsets[id]! < offsets[id + 1]! ? [graph.user(ends[offsets[id]!]!)] : [];
}

function longPattern(graph: FloorGraph, a: number): unknown[] {
  const [out, into] = [graph.outgoing, graph.incoming];
  for (let i = out.offsets[a]!; i < out.offsets[a + 1]!; i++) {
    const b = out.ends[i]!;
    for (let j = out.offsets[b]!; j < out.offsets[b + 1]!; j++) {
      const c = out.ends[j]!;
      for (let k = out.offsets[c]!; k < out.offsets[c + 1]!; k++) {
        const d = out.ends[k]!;
        if (c === a && d === b) continue;
        for (let l = into.offsets[d]!; l < into.offsets[d + 1]!; l++) {
          const e = into.ends[l]!;
          if (e === c || (e === b && d === c) || (e === a && d === b)) continue;
          return [graph.user(e)];
        }
      }
    }
  }
  return [];
}

function mostFriends({ users, incoming }: FloorGraph): unknown[] {
  const best: [number, number][] = [];
  for (let user = 1; user <= users; user++) {
    const degree = incoming.offsets[user + 1]! - incoming.offsets[user]!;
    if (best.length === 10 && degree <= best[9]![1]) continue;
    best.push([user, degree]);
    best.sort((one, other) => other[1] - one[1] || one[0] - other[0]);
    if (best.length > 10) best.pop();
  }
  return best;
}

function genderPairs({ users, age, gender, outgoing }: FloorGraph): unknown[] {
  const counts = [0, 0, 0, 0];
  for (let user = 1; user <= users; user++) {
    if (age[user]! < ADULT_AGE) continue;
    const row = gender[user]! * 2;
    for (let at = outgoing.offsets[user]!, last = outgoing.offsets[user + 1]!; at < last; at++) {
      const friend = outgoing.ends[at]!;
      if (age[friend]! >= ADULT_AGE) counts[row + gender[friend]!]! += 1;
    }
  }
  return counts.map((count, i) => [GENDERS[i >> 1], GENDERS[i & 1], count]);
}

function writes(graph: FloorGraph): [string, (parameters: Parameters) => unknown[]][] {
  const made: unknown[] = [];
  const joined = new Map<number, number[]>();
  const property = new Int32Array(graph.users + 1);
  return [
    [
      'single_vertex_write',
      ({ id }) => {
        const node = { id };
        made.push(node);
        return [node];
      },
    ],
    [
      'single_edge_write',
      ({ from, to }) => {
        const friends = joined.get(from!);
        if (friends) friends.push(to!);
        else joined.set(from!, [to!]);
        return [[from, to]];
      },
    ],
    [
      'single_vertex_update',
      ({ id }) => {
        property[id!] = -1;
        return [];
      },
    ],
  ];
}
