/**
 * Work that can pause: a generator that yields when the slice's work is spent, and goes on when it is asked again. What it
 * yields means nothing; what it returns is the result.
 */
export type Steps<Result> = Generator<undefined, Result, undefined>;

/** The budget that work is counted on. A unit is a node or relationship looked at. */
export interface Work {
  /** Counts work. Throws when the statement has spent all that it may. */
  charge(work: number): void;
  /** Whether the slice's work is spent. */
  readonly exhausted: boolean;
  /** Counts bytes that are held from now on; a negative number gives them back. Throws past the budget. */
  hold(bytes: number): void;
}

/** Counts work, and pauses when the slice's is spent. For work that is not of the innermost loop. */
export function* spend(amount: number, work: Work): Steps<void> {
  work.charge(amount);
  if (work.exhausted) yield undefined;
}
