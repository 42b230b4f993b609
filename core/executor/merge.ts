/**
 * Merge: for each row the matches of a pattern, or the pattern newly made. Row after row, since a row sees what the rows
 * before it have made.
 */
import { GraphError, type Position } from '../error.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, type Column, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator, OperatorFactory } from './operator.ts';
import { columnOf, derive } from './rows.ts';
import { type AssignmentsSpec, assignAll } from './set.ts';

export interface MergeSpec {
  readonly match: OperatorFactory;
  readonly create: OperatorFactory;
  readonly onMatch: AssignmentsSpec;
  readonly onCreate: AssignmentsSpec;
  /** What both subplans fill. */
  readonly slots: readonly number[];
  /** Properties in the pattern: null is an error, since nothing equals it and so nothing would ever match. */
  readonly mustNotBeNull: readonly { readonly value: CompiledExpression; readonly position: Position }[];
}

export class Merge implements Operator {
  readonly #input: Operator;
  readonly #spec: MergeSpec;
  #batch: Batch | undefined;
  #row = 0;
  #current: Batch | undefined;
  #inner: Operator | undefined;
  #matched = false;
  #creating = false;
  #parents: number[] = [];
  #columns: Value[][];
  #ready: Batch[] = [];

  constructor(input: Operator, spec: MergeSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#columns = spec.slots.map(() => []);
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      const ready = this.#ready.shift();
      if (ready) return ready;
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#refuseNulls(input, context);
        this.#batch = input;
        this.#row = 0;
      }
      if (!this.#mergeRows(this.#batch, context)) return PAUSE;
      this.#finish(this.#batch);
      this.#batch = undefined;
    }
  }

  #refuseNulls(batch: Batch, context: ExecutionContext): void {
    for (const { value, position } of this.#spec.mustNotBeNull) {
      const values = value.evaluate(batch, context);
      for (let row = 0; row < batch.rowCount; row++) {
        if (vectorValue(values, row) !== null) continue;
        throw new GraphError(
          'Neo.ClientError.Statement.SemanticError',
          'MERGE cannot look for a property that is null: nothing equals null.',
          { position, detail: 'MergeReadOwnWrites', gqlStatus: '22N31' },
        );
      }
    }
  }

  /** False when the slice's work is spent before all rows have been merged. */
  #mergeRows(batch: Batch, context: ExecutionContext): boolean {
    while (this.#row < batch.rowCount) {
      if (context.exhausted) return false;
      if (this.#inner === undefined || this.#current === undefined) {
        this.#current = derive(batch, Int32Array.of(this.#row));
        this.#inner = this.#spec.match(this.#current);
        this.#matched = false;
        this.#creating = false;
      }
      const answer = this.#inner.next(context);
      if (answer === PAUSE) return false;
      if (answer !== END) this.#take(answer, context);
      else if (this.#matched) this.#nextRow(context);
      else {
        this.#inner = this.#spec.create(this.#current);
        this.#creating = true;
      }
    }
    return true;
  }

  #take(rows: Batch, context: ExecutionContext): void {
    this.#matched = true;
    assignAll(rows, this.#creating ? this.#spec.onCreate : this.#spec.onMatch, context);
    for (let row = 0; row < rows.rowCount; row++) this.#parents.push(this.#row);
    this.#spec.slots.forEach((slot, i) => {
      for (let row = 0; row < rows.rowCount; row++) this.#columns[i]!.push(vectorValue(rows.vectors[slot]!, row));
    });
  }

  #nextRow(context: ExecutionContext): void {
    context.charge(1);
    this.#inner = undefined;
    this.#row++;
  }

  /** Makes batches of the rows that came of one batch of the input. */
  #finish(batch: Batch): void {
    for (let at = 0; at < this.#parents.length; at += BATCH_ROWS) {
      const parents = Int32Array.from(this.#parents.slice(at, at + BATCH_ROWS));
      const columns = this.#spec.slots.map((slot, i): [number, Column] => [
        slot,
        columnOf(this.#columns[i]!.slice(at, at + BATCH_ROWS)),
      ]);
      this.#ready.push(derive(batch, parents, columns));
    }
    this.#parents = [];
    this.#columns = this.#spec.slots.map(() => []);
  }
}
