/**
 * Whether a pattern is there, row by row: what SemiApply and pattern predicates inside expressions are built on. A single
 * relationship at a bound node, the common case, is looked up in the adjacency; anything else runs its subplan until the
 * first row.
 */
import { degreeOf, type ExpansionSpec, PairFinder, typeTokens } from './adjacency.ts';
import { type Batch, END, NO_ENTITY, PAUSE } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator, OperatorFactory } from './operator.ts';
import { derive, nodeIds, rowNumberAt, withRowNumbers } from './rows.ts';

export interface PatternProbe {
  /** Takes the batch whose rows will be asked about. */
  start(batch: Batch, context: ExecutionContext): void;
  /** Whether the pattern is there for a row; PAUSE when the slice's work is spent: the same row is asked about again. */
  test(row: number, context: ExecutionContext): boolean | typeof PAUSE;
}

export type ProbeFactory = () => PatternProbe;

/** Both ends are bound. */
export class PairProbe implements PatternProbe {
  readonly #spec: ExpansionSpec;
  readonly #pairs: PairFinder;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array = new Int32Array(0);
  #types: readonly number[] = [];

  constructor(spec: ExpansionSpec) {
    this.#spec = spec;
    this.#pairs = new PairFinder(spec.direction);
  }

  start(batch: Batch, context: ExecutionContext): void {
    this.#from = nodeIds(batch, this.#spec.from);
    this.#to = nodeIds(batch, this.#spec.to);
    this.#types = typeTokens(this.#spec, context.tokens);
    this.#pairs.clear();
  }

  test(row: number, context: ExecutionContext): boolean {
    const start = this.#from[row]!;
    const end = this.#to[row]!;
    context.charge(1);
    if (start === NO_ENTITY || end === NO_ENTITY || this.#types.length === 0) return false;
    const ends = {
      start,
      end,
      startRepeats: this.#from[row + 1] === start,
      endRepeats: this.#to[row + 1] === end,
    };
    const { neighbourhood, wanted } = this.#pairs.near(ends, this.#types, context);
    return neighbourhood.has(wanted);
  }
}

/** One end is bound and nothing is asked of the other. */
export class DegreeProbe implements PatternProbe {
  readonly #spec: ExpansionSpec;
  #from: Int32Array = new Int32Array(0);
  #types: readonly number[] = [];

  constructor(spec: ExpansionSpec) {
    this.#spec = spec;
  }

  start(batch: Batch, context: ExecutionContext): void {
    this.#from = nodeIds(batch, this.#spec.from);
    this.#types = typeTokens(this.#spec, context.tokens);
  }

  test(row: number, context: ExecutionContext): boolean {
    const node = this.#from[row]!;
    context.charge(1);
    return node !== NO_ENTITY && degreeOf(context.view, node, this.#spec.direction, this.#types) > 0;
  }
}

/** Any pattern of which a row has few: its subplan runs for a whole batch, as far as is needed for the row that is asked about. */
export class BatchProbe implements PatternProbe {
  readonly #factory: OperatorFactory;
  readonly #rowSlot: number;
  #inner: Operator | undefined;
  #found = new Uint8Array(0);
  /** All rows before this one have been answered. */
  #known = 0;

  /** `rowSlot` carries the number of a row through the subplan, which hands its rows on in the order of those that it is fed. */
  constructor(factory: OperatorFactory, rowSlot: number) {
    this.#factory = factory;
    this.#rowSlot = rowSlot;
  }

  start(batch: Batch): void {
    this.#inner = this.#factory(withRowNumbers(batch, this.#rowSlot));
    this.#found = new Uint8Array(batch.rowCount);
    this.#known = 0;
  }

  test(row: number, context: ExecutionContext): boolean | typeof PAUSE {
    while (this.#found[row] === 0 && this.#known <= row) {
      const answer = this.#inner!.next(context);
      if (answer === PAUSE) return PAUSE;
      if (answer === END) this.#known = this.#found.length;
      else {
        for (let at = 0; at < answer.rowCount; at++) this.#found[rowNumberAt(answer, this.#rowSlot, at)] = 1;
        this.#known = rowNumberAt(answer, this.#rowSlot, answer.rowCount - 1);
      }
    }
    context.charge(1);
    return this.#found[row] === 1;
  }
}

/** Any pattern: its subplan runs for one row at a time and is left at the first row that it gives. */
export class SubplanProbe implements PatternProbe {
  readonly #factory: OperatorFactory;
  #batch: Batch | undefined;
  #inner: Operator | undefined;

  constructor(factory: OperatorFactory) {
    this.#factory = factory;
  }

  start(batch: Batch): void {
    this.#batch = batch;
    this.#inner = undefined;
  }

  test(row: number, context: ExecutionContext): boolean | typeof PAUSE {
    this.#inner ??= this.#factory(derive(this.#batch!, Int32Array.of(row)));
    const answer = this.#inner.next(context);
    if (answer === PAUSE) return PAUSE;
    context.charge(1);
    this.#inner = undefined;
    return answer !== END;
  }
}
