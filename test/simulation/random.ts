/** Dice of the simulation: seeded, and one stream a concern, so that one more client reshuffles no network fault. */

export type Random = () => number;

/** mulberry32: small, fast, and the same everywhere. From 0 up to 1. */
export function generator(seed: number): Random {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

export interface Dice {
  readonly network: Random;
  readonly storage: Random;
  readonly faults: Random;
  readonly clients: Random;
  /** What hosts hand to the machines, and how late their timers are. */
  readonly hosts: Random;
  readonly operator: Random;
  readonly readers: Random;
  readonly calamities: Random;
  /** Changes of the coordinators' group. */
  readonly group: Random;
  /** A new build that comes to one object after the other, and what is asked of it. */
  readonly rollOut: Random;
  /** Clients whose histories are checked. */
  readonly histories: Random;
}

/** One independent stream for each concern. */
export function diceFor(seed: number): Dice {
  const streamOf = (concern: number) => generator(Math.imul(seed, 0x9e3779b1) ^ Math.imul(concern, 0x85ebca6b));
  return {
    network: streamOf(1),
    storage: streamOf(2),
    faults: streamOf(3),
    clients: streamOf(4),
    hosts: streamOf(5),
    operator: streamOf(6),
    readers: streamOf(7),
    calamities: streamOf(8),
    group: streamOf(20),
    rollOut: streamOf(30),
    histories: streamOf(31),
  };
}

/** Dice of one fault: what the others do does not change it, so that a run can be repeated without them. */
export function diceOfFault(seed: number, number: number): Random {
  return generator(Math.imul(seed, 0x9e3779b1) ^ Math.imul(number + 101, 0xc2b2ae35));
}

export function between(random: Random, min: number, max: number): number {
  return min + random() * (max - min);
}

/** One of `items`, which must not be empty. */
export function pick<Item>(random: Random, items: readonly Item[]): Item {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new Error('nothing to pick from');
  return item;
}
