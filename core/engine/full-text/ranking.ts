/** Puts entities in the order of their scores, a part at a time: short runs, which are then merged two by two. */
import { type Steps, spend, type Work } from '../../algorithm/steps.ts';
import type { Scores } from './text-search.ts';

/** Best first; those of one score by age. */
export interface Ranking {
  readonly entities: Int32Array;
  readonly scores: Float64Array;
}

/** Entities that are put in order, or merged, in one go. */
const RUN = 2_048;

/** What an entity costs in a run, and each time that it is merged. */
const WORK = { inRun: 48, merged: 8 } as const;

/** What an entity takes: its place in both of two orders, its id and its score. */
const RANKED_BYTES = 20;

export function* ranked(found: Scores, work: Work): Steps<Ranking> {
  const count = found.size;
  work.hold(count * RANKED_BYTES);
  const entities = new Int32Array(count);
  const scores = new Float64Array(count);
  let next = 0;
  for (const [entity, score] of found) {
    entities[next] = entity;
    scores[next] = score;
    next += 1;
    if (next % RUN === 0) yield* spend(RUN, work);
  }
  const comesFirst = (left: number, right: number) =>
    scores[right]! - scores[left]! || entities[left]! - entities[right]!;
  let order = Int32Array.from(entities, (_, place) => place);
  for (let from = 0; from < count; from += RUN) {
    order.subarray(from, from + RUN).sort(comesFirst);
    yield* spend(RUN * WORK.inRun, work);
  }
  let other = new Int32Array(count);
  for (let length = RUN; length < count; length *= 2) {
    for (let from = 0; from < count; from += 2 * length) {
      yield* merge(
        { order, other, from, middle: from + length, to: Math.min(count, from + 2 * length) },
        comesFirst,
        work,
      );
    }
    [order, other] = [other, order];
  }
  return {
    entities: order.map((place) => entities[place]!),
    scores: Float64Array.from(order, (place) => scores[place]!),
  };
}

interface Runs {
  readonly order: Int32Array;
  /** Where both go, in order. */
  readonly other: Int32Array;
  readonly from: number;
  readonly middle: number;
  readonly to: number;
}

function* merge(
  { order, other, from, middle, to }: Runs,
  comesFirst: (left: number, right: number) => number,
  work: Work,
): Steps<void> {
  let left = from;
  let right = Math.min(middle, to);
  const leftEnd = right;
  for (let place = from; place < to; place += 1) {
    const isLeft = right >= to || (left < leftEnd && comesFirst(order[left]!, order[right]!) <= 0);
    other[place] = isLeft ? order[left++]! : order[right++]!;
    if (place % RUN === 0) yield* spend(RUN * WORK.merged, work);
  }
}
