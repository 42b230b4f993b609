/**
 * The reading workloads by hand: the same answers from typed arrays, with the best algorithm for each and nothing general.
 * What a database takes on top of this is the price of being one.
 */
import { breadthFirst } from './floor-path.ts';
import type { Routes } from './routes.ts';
import { TOP_COUNT } from './workload.ts';

export type Rows = readonly (readonly unknown[])[];

export class Floor {
  readonly #routes: Routes;
  readonly #direct: Int32Array;
  readonly #seen: Int32Array;
  readonly #path: (from: number, to: number) => number[];
  readonly #pairCounts: Int32Array;
  /** Marks of this number are of the question at hand; so nothing has to be wiped between two. */
  #mark = 0;

  constructor(routes: Routes) {
    this.#routes = routes;
    this.#direct = new Int32Array(routes.airportCount);
    this.#seen = new Int32Array(routes.iata.texts.length);
    this.#path = breadthFirst(routes);
    this.#pairCounts = new Int32Array(routes.country.texts.length ** 2);
  }

  pointLookup(iata: string): Rows {
    const airport = this.#routes.byIata.get(iata);
    return airport === undefined ? [] : [[this.#routes.names[airport]]];
  }

  twoHops(from: string): Rows {
    const { outgoing, iata, byIata } = this.#routes;
    const { offsets, targets } = outgoing;
    const origin = byIata.get(from) ?? 0;
    const mark = this.#nextMark();
    const [first, last] = [offsets[origin]!, offsets[origin + 1]!];
    for (let route = first; route < last; route += 1) this.#direct[targets[route]!] = mark;
    this.#direct[origin] = mark;
    const rows: (string | null)[][] = [];
    for (let route = first; route < last; route += 1) {
      const stop = targets[route]!;
      const end = offsets[stop + 1]!;
      for (let second = offsets[stop]!; second < end; second += 1) {
        const airport = targets[second]!;
        const code = iata.codes[airport]!;
        if (this.#direct[airport] === mark || this.#seen[code] === mark) continue;
        this.#seen[code] = mark;
        rows.push([iata.texts[code] ?? null]);
      }
    }
    return rows;
  }

  shortestPath(from: string, to: string): Rows {
    const { byIata, iata } = this.#routes;
    const path = this.#path(byIata.get(from) ?? 0, byIata.get(to) ?? 0);
    return [[path.map((airport) => iata.texts[iata.codes[airport]!])]];
  }

  /** The pairs of countries with most routes. */
  aggregation(): Rows {
    const { outgoing, country, airportCount } = this.#routes;
    const { offsets, targets } = outgoing;
    const counts = this.#pairCounts.fill(0);
    const width = country.texts.length;
    for (let airport = 0; airport < airportCount; airport += 1) {
      const row = country.codes[airport]! * width;
      const end = offsets[airport + 1]!;
      for (let route = offsets[airport]!; route < end; route += 1) counts[row + country.codes[targets[route]!]!]! += 1;
    }
    const nameOf = (code: number) => country.texts[code] ?? '';
    const top: (readonly [origin: string, destination: string, count: number])[] = [];
    for (let pair = 0; pair < counts.length; pair += 1) {
      const count = counts[pair]!;
      if (count === 0 || (top.length === TOP_COUNT && count < top[TOP_COUNT - 1]![2])) continue;
      top.push([nameOf(Math.floor(pair / width)), nameOf(pair % width), count]);
      top.sort(byCountThenNames);
      top.length = Math.min(top.length, TOP_COUNT);
    }
    return top;
  }

  #nextMark(): number {
    this.#mark += 1;
    return this.#mark;
  }
}

type Pair = readonly [origin: string, destination: string, count: number];

function byCountThenNames(left: Pair, right: Pair): number {
  return right[2] - left[2] || compare(left[0], right[0]) || compare(left[1], right[1]);
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0;
}
