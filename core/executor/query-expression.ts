/**
 * Queries inside expressions: pattern predicates and comprehensions, EXISTS, COUNT and COLLECT. They run to their end without a
 * pause; the budgets of work and bytes hold all the same.
 */
import { assert } from '../assert.ts';
import type { QueryAnswer } from '../planner/planning.ts';
import type { Value } from '../value/value.ts';
import { degreeOf, type ExpansionSpec, typeTokens } from './adjacency.ts';
import { type Batch, END, NO_ENTITY, PAUSE, type Vector } from './batch.ts';
import { ExecutionContext } from './context.ts';
import type { CompiledExpression, EvaluationContext } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { OperatorFactory } from './operator.ts';
import type { ProbeFactory } from './pattern-probe.ts';
import { derive, nodeIds, rowNumberAt, withRowNumbers } from './rows.ts';

/** What answers for a whole batch, one way or another. */
abstract class QueryExpression implements CompiledExpression {
  evaluate(batch: Batch, context: EvaluationContext): Vector {
    assert(context instanceof ExecutionContext, 'a statement evaluates its expressions with its own context');
    return context.withoutPause(() => this.answers(batch, context));
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    return vectorValue(this.evaluate(derive(batch, Int32Array.of(row)), context), 0);
  }

  protected abstract answers(batch: Batch, context: ExecutionContext): Vector;
}

/** Whether the query has a row. */
export class ExistsExpression extends QueryExpression {
  readonly #probe: ProbeFactory;

  constructor(probe: ProbeFactory) {
    super();
    this.#probe = probe;
  }

  protected answers(batch: Batch, context: ExecutionContext): Vector {
    const probe = this.#probe();
    probe.start(batch, context);
    const values: boolean[] = [];
    for (let row = 0; row < batch.rowCount; row++) values.push(probe.test(row, context) === true);
    return { column: { kind: 'value', values }, rows: undefined };
  }
}

/** How many relationships a node has. */
export class DegreeExpression extends QueryExpression {
  readonly #spec: Pick<ExpansionSpec, 'from' | 'types' | 'typeExpression' | 'direction'>;

  constructor(spec: Pick<ExpansionSpec, 'from' | 'types' | 'typeExpression' | 'direction'>) {
    super();
    this.#spec = spec;
  }

  protected answers(batch: Batch, context: ExecutionContext): Vector {
    const { from, direction } = this.#spec;
    const nodes = nodeIds(batch, from);
    const types = typeTokens(this.#spec, context.tokens);
    const values = new Float64Array(batch.rowCount);
    for (let row = 0; row < batch.rowCount; row++) {
      const node = nodes[row]!;
      if (node !== NO_ENTITY) values[row] = degreeOf(context.view, node, direction, types);
    }
    context.charge(batch.rowCount);
    return { column: { kind: 'integer', values }, rows: undefined };
  }
}

export interface RowsSpec {
  readonly inner: OperatorFactory;
  /** The slot of the row's number, when the query may be run for all rows of a batch at once; else it is run for each. */
  readonly rowSlot: number | undefined;
}

/** Rows of the query, for each row that it is run for. */
abstract class RowsExpression extends QueryExpression {
  readonly #spec: RowsSpec;

  constructor(spec: RowsSpec) {
    super();
    this.#spec = spec;
  }

  /** Runs the query and calls `take` for each row of each batch, with the number of the outer row. */
  protected run(batch: Batch, context: ExecutionContext, take: (row: number, answer: Batch, at: number) => void): void {
    const { inner, rowSlot } = this.#spec;
    if (rowSlot !== undefined && batch.rowCount > 1) {
      this.#drain(inner, withRowNumbers(batch, rowSlot), context, (answer) => {
        for (let at = 0; at < answer.rowCount; at++) take(rowNumberAt(answer, rowSlot, at), answer, at);
      });
      return;
    }
    for (let row = 0; row < batch.rowCount; row++) {
      const single = derive(batch, Int32Array.of(row));
      const argument = rowSlot === undefined ? single : withRowNumbers(single, rowSlot);
      this.#drain(inner, argument, context, (answer) => {
        for (let at = 0; at < answer.rowCount; at++) take(row, answer, at);
      });
    }
  }

  #drain(inner: OperatorFactory, argument: Batch, context: ExecutionContext, take: (answer: Batch) => void): void {
    const operator = inner(argument);
    for (let answer = operator.next(context); answer !== END; answer = operator.next(context)) {
      assert(answer !== PAUSE, 'a query inside an expression is not paused');
      context.charge(answer.rowCount);
      take(answer);
    }
  }
}

/** How many rows the query has. `multiplicity`: the slot that says how often each of its rows stands for itself. */
export class CountExpression extends RowsExpression {
  readonly #multiplicity: number | undefined;

  constructor(spec: RowsSpec, multiplicity: number | undefined) {
    super(spec);
    this.#multiplicity = multiplicity;
  }

  protected answers(batch: Batch, context: ExecutionContext): Vector {
    const values = new Float64Array(batch.rowCount);
    const multiplicity = this.#multiplicity;
    this.run(batch, context, (row, answer, at) => {
      values[row]! += multiplicity === undefined ? 1 : Number(vectorValue(answer.vectors[multiplicity]!, at));
    });
    return { column: { kind: 'integer', values }, rows: undefined };
  }
}

/** The values of the query's column as a list, or the first of them. */
export class CollectExpression extends RowsExpression {
  readonly #column: number;
  readonly #answer: Extract<QueryAnswer, 'collect' | 'first'>;

  constructor(spec: RowsSpec, column: number, answer: Extract<QueryAnswer, 'collect' | 'first'>) {
    super(spec);
    this.#column = column;
    this.#answer = answer;
  }

  protected answers(batch: Batch, context: ExecutionContext): Vector {
    const lists = Array.from({ length: batch.rowCount }, (): Value[] => []);
    this.run(batch, context, (row, answer, at) => {
      lists[row]!.push(vectorValue(answer.vectors[this.#column]!, at));
    });
    const values = this.#answer === 'collect' ? lists : lists.map((list) => list[0] ?? null);
    return { column: { kind: 'value', values }, rows: undefined };
  }
}
