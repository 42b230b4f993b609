/**
 * Queries inside expressions at work on the rows of a batch: pattern predicates and comprehensions, EXISTS, COUNT and COLLECT. A
 * run keeps its state, so that it can go on after a pause.
 */
import { BATCH_COLUMNS } from '../graph/column-memory.ts';
import type { QueryAnswer } from '../planner/planning.ts';
import type { Value } from '../value/value.ts';
import { degreeOf, type ExpansionSpec, typeTokens } from './adjacency.ts';
import { type Batch, END, NO_ENTITY, PAUSE, type Vector } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator, OperatorFactory } from './operator.ts';
import type { PatternProbe, ProbeFactory } from './pattern-probe.ts';
import { derive, nodeIds, rowNumberAt, withRowNumbers } from './rows.ts';

export interface QueryRun {
  /** The query's answer for each row of the batch, or PAUSE when the slice's work is spent. */
  run(context: ExecutionContext): Vector | typeof PAUSE;
}

/** Begins a run for the rows of a batch. */
export type QueryRunFactory = (batch: Batch) => QueryRun;

/** Whether the query has a row. */
export class ExistsRun implements QueryRun {
  readonly #batch: Batch;
  readonly #probe: PatternProbe;
  readonly #values: boolean[] = [];
  #started = false;

  constructor(batch: Batch, probe: ProbeFactory) {
    this.#batch = batch;
    this.#probe = probe();
  }

  run(context: ExecutionContext): Vector | typeof PAUSE {
    if (!this.#started) this.#probe.start(this.#batch, context);
    this.#started = true;
    while (this.#values.length < this.#batch.rowCount) {
      if (context.exhausted) return PAUSE;
      const answer = this.#probe.test(this.#values.length, context);
      if (answer === PAUSE) return PAUSE;
      this.#values.push(answer);
    }
    return { column: { kind: 'value', values: this.#values }, rows: undefined };
  }
}

type DegreeSpec = Pick<ExpansionSpec, 'from' | 'types' | 'typeExpression' | 'direction'>;

/** How many relationships a node has. */
export class DegreeRun implements QueryRun {
  readonly #batch: Batch;
  readonly #spec: DegreeSpec;

  constructor(batch: Batch, spec: DegreeSpec) {
    this.#batch = batch;
    this.#spec = spec;
  }

  run(context: ExecutionContext): Vector {
    const { from, direction } = this.#spec;
    const { rowCount } = this.#batch;
    const nodes = nodeIds(this.#batch, from);
    const types = typeTokens(this.#spec, context.tokens);
    const values = BATCH_COLUMNS.floats(rowCount);
    for (let row = 0; row < rowCount; row++) {
      const node = nodes[row]!;
      if (node !== NO_ENTITY) values[row] = degreeOf(context.view, node, direction, types);
    }
    context.charge(rowCount);
    return { column: { kind: 'integer', values }, rows: undefined };
  }
}

export interface RowsSpec {
  readonly inner: OperatorFactory;
  /** Carries the number of a row, when the query may be run for all rows of a batch at once; else it is run for each. */
  readonly rowSlot: number | undefined;
}

/** Goes through the rows of the query, for each row of the batch. */
abstract class RowsRun implements QueryRun {
  protected readonly batch: Batch;
  readonly #spec: RowsSpec;
  #operator: Operator | undefined;
  /** The row that the query is run for. */
  #row = 0;

  constructor(batch: Batch, spec: RowsSpec) {
    this.batch = batch;
    this.#spec = spec;
  }

  run(context: ExecutionContext): Vector | typeof PAUSE {
    const { rowSlot } = this.#spec;
    while (this.#row < this.batch.rowCount) {
      if (context.exhausted) return PAUSE;
      this.#operator ??= this.#begin();
      const answer = this.#operator.next(context);
      if (answer === PAUSE) return PAUSE;
      if (answer === END) {
        this.#operator = undefined;
        this.#row = rowSlot === undefined ? this.#row + 1 : this.batch.rowCount;
        context.charge(1);
        continue;
      }
      context.charge(answer.rowCount);
      for (let at = 0; at < answer.rowCount; at++) {
        this.take(rowSlot === undefined ? this.#row : rowNumberAt(answer, rowSlot, at), answer, at);
      }
    }
    return this.answer();
  }

  #begin(): Operator {
    const { inner, rowSlot } = this.#spec;
    return inner(
      rowSlot === undefined ? derive(this.batch, Int32Array.of(this.#row)) : withRowNumbers(this.batch, rowSlot),
    );
  }

  /** Takes a row of the query, which is the `at`-th of a batch, for a row of the batch that is asked about. */
  protected abstract take(row: number, answer: Batch, at: number): void;

  protected abstract answer(): Vector;
}

/** How many rows the query has. */
export class CountRun extends RowsRun {
  readonly #counts: Float64Array;
  readonly #multiplicity: number | undefined;

  /** `multiplicity`: the slot that says how often each of the query's rows stands for itself. */
  constructor(batch: Batch, spec: RowsSpec & { readonly multiplicity: number | undefined }) {
    super(batch, spec);
    this.#counts = BATCH_COLUMNS.floats(batch.rowCount);
    this.#multiplicity = spec.multiplicity;
  }

  protected take(row: number, answer: Batch, at: number): void {
    const slot = this.#multiplicity;
    this.#counts[row]! += slot === undefined ? 1 : Number(vectorValue(answer.vectors[slot]!, at));
  }

  protected answer(): Vector {
    return { column: { kind: 'integer', values: this.#counts }, rows: undefined };
  }
}

/** The values of the query's column as a list, or the first of them. */
export class CollectRun extends RowsRun {
  readonly #lists: Value[][];
  readonly #column: number;
  readonly #first: boolean;

  constructor(
    batch: Batch,
    spec: RowsSpec & { readonly column: number; readonly answer: Extract<QueryAnswer, 'collect' | 'first'> },
  ) {
    super(batch, spec);
    this.#lists = Array.from({ length: batch.rowCount }, (): Value[] => []);
    this.#column = spec.column;
    this.#first = spec.answer === 'first';
  }

  protected take(row: number, answer: Batch, at: number): void {
    const list = this.#lists[row]!;
    if (!this.#first || list.length === 0) list.push(vectorValue(answer.vectors[this.#column]!, at));
  }

  protected answer(): Vector {
    const values = this.#first ? this.#lists.map((list) => list[0] ?? null) : this.#lists;
    return { column: { kind: 'value', values }, rows: undefined };
  }
}
