/**
 * A graph of users and friendships in the shape of SNAP's Pokec: in- and out-degrees with a long tail, half of the friendships mutual, a
 * quarter closing a triangle, three ages in ten not given (0). The same for the same size and seed.
 */
import { type Random, randomFrom } from './random.ts';

export type Size = 'tiny' | 'small' | 'medium';

/** As many users and friendships as Memgraph's small and medium Pokec graphs have. */
export const SIZES: Readonly<Record<Size, { readonly users: number; readonly friendships: number }>> = {
  tiny: { users: 1_000, friendships: 9_000 },
  small: { users: 10_000, friendships: 121_716 },
  medium: { users: 100_000, friendships: 1_768_515 },
};

/** Columns by the users' ids, which count from 1; friendship i leads from `from[i]` to `to[i]`, and no two are alike. */
export interface SocialGraph {
  readonly users: number;
  readonly friendships: number;
  readonly from: Int32Array;
  readonly to: Int32Array;
  readonly completion: Int32Array;
  /** Into GENDERS. */
  readonly gender: Uint8Array;
  readonly age: Int32Array;
}

export const GENDERS = ['woman', 'man'] as const;

const SEED = 42;
const TRIANGLE_SHARE = 0.25;
const MUTUAL_SHARE = 0.37;
/** A random friend is looked for so far down a list. */
const FRIENDS_LOOKED_AT_MAX = 64;

export function socialGraph(size: Size): SocialGraph {
  const { users, friendships } = SIZES[size];
  const random = randomFrom(SEED);
  const [outgoing, incoming] = [new Weights(users, random), new Weights(users, random)];
  const made = new Friendships(users, friendships);
  while (made.count < friendships) {
    const user = outgoing.pick(random) + 1;
    const friend = friendOfFriend(made, user, random) || incoming.pick(random) + 1;
    if (made.add(user, friend) && random() < MUTUAL_SHARE) made.add(friend, user);
  }
  return { users, friendships, from: made.from, to: made.to, ...userColumns(users, random) };
}

function userColumns(users: number, random: Random): Pick<SocialGraph, 'completion' | 'gender' | 'age'> {
  const completion = new Int32Array(users + 1);
  const gender = new Uint8Array(users + 1);
  const age = new Int32Array(users + 1);
  for (let user = 1; user <= users; user++) {
    completion[user] = Math.floor(random() * 101);
    gender[user] = random() < 0.49 ? 1 : 0;
    age[user] = randomAge(random);
  }
  return { completion, gender, age };
}

function randomAge(random: Random): number {
  if (random() < 0.3) return 0;
  const sum = random() + random() + random() + random();
  const older = random() < 0.08 ? Math.floor(random() * 45) : 0;
  return Math.max(10, Math.min(112, Math.round(4 + sum * 11) + older));
}

/** 0 when there is none. */
function friendOfFriend(made: Friendships, user: number, random: Random): number {
  if (random() >= TRIANGLE_SHARE || made.degree(user) === 0) return 0;
  const friend = made.randomFriend(user, random);
  return made.degree(friend) > 0 ? made.randomFriend(friend, random) : 0;
}

/** Hidden weights with a tail as x⁻³, by which users are picked. */
class Weights {
  /** Sums of the weights up to each. */
  readonly #sums: Float64Array;
  readonly #total: number;

  constructor(count: number, random: Random) {
    const largest = Math.max(50, Math.floor(count / 60));
    this.#sums = new Float64Array(count);
    let sum = 0;
    for (let i = 0; i < count; i++) {
      sum += Math.min(largest, Math.max(1, Math.floor(8 / Math.sqrt(random() + 1e-6) - 7)));
      this.#sums[i] = sum;
    }
    this.#total = sum;
  }

  pick(random: Random): number {
    const wanted = random() * this.#total;
    let [low, high] = [0, this.#sums.length - 1];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#sums[middle]! > wanted) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/** Distinct pairs of users in a hash table with open addressing, and each user's friends as a chain. */
class Friendships {
  readonly from: Int32Array;
  readonly to: Int32Array;
  count = 0;
  readonly #mask: number;
  /** Number of the friendship in each place, plus 1. */
  readonly #places: Int32Array;
  readonly #first: Int32Array;
  readonly #next: Int32Array;
  readonly #degrees: Int32Array;

  constructor(users: number, capacity: number) {
    this.from = new Int32Array(capacity);
    this.to = new Int32Array(capacity);
    const places = 2 ** Math.ceil(Math.log2(capacity * 2.2));
    this.#mask = places - 1;
    this.#places = new Int32Array(places);
    this.#first = new Int32Array(users + 1).fill(-1);
    this.#next = new Int32Array(capacity);
    this.#degrees = new Int32Array(users + 1);
  }

  degree(user: number): number {
    return this.#degrees[user]!;
  }

  /** False when it is there already, leads from a user to itself, or there is no room. */
  add(user: number, friend: number): boolean {
    if (user === friend || this.count === this.from.length) return false;
    const hash = (Math.imul(user, 0x9e3779b1) ^ Math.imul(friend, 0x85ebca6b)) >>> 0;
    let place = (hash ^ (hash >>> 15)) & this.#mask;
    for (let known = this.#places[place]!; known !== 0; known = this.#places[place]!) {
      if (this.from[known - 1] === user && this.to[known - 1] === friend) return false;
      place = (place + 1) & this.#mask;
    }
    const number = this.count++;
    this.#places[place] = number + 1;
    this.from[number] = user;
    this.to[number] = friend;
    this.#next[number] = this.#first[user]!;
    this.#first[user] = number;
    this.#degrees[user]! += 1;
    return true;
  }

  randomFriend(user: number, random: Random): number {
    let steps = Math.floor(random() * this.degree(user));
    if (steps > FRIENDS_LOOKED_AT_MAX) steps %= FRIENDS_LOOKED_AT_MAX;
    let number = this.#first[user]!;
    for (; steps > 0; steps--) number = this.#next[number]!;
    return this.to[number]!;
  }
}
