/** What runs over the elements of a list: list comprehensions, quantifiers and reduce(). A null list gives null. */
import type { Position } from '../../error.ts';
import { ELEMENT_BYTES } from '../../value/arithmetic.ts';
import { isList } from '../../value/equality.ts';
import { describe } from '../../value/render.ts';
import type { Value } from '../../value/value.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import type { LocalOperand } from './leaf.ts';
import { keepOnly } from './made.ts';
import { Operand, typeError } from './operand.ts';

/** What an element takes, in units of work: it is looked at, and something is worked out for it. */
const ELEMENT_WORK = 2;

/** The list to run over, charged for; null for null. */
function elementsAt(operand: Operand, batch: Batch, row: number, context: EvaluationContext): readonly Value[] | null {
  const value = operand.valueAt(batch, row, context);
  if (value === null) return null;
  if (!isList(value)) throw typeError(`A LIST is needed here, but got ${describe(value)}.`, operand.position);
  context.spend(ELEMENT_WORK * value.length);
  return value;
}

interface ListComprehensionParts {
  readonly variable: LocalOperand;
  readonly list: Operand;
  readonly where: Operand | undefined;
  readonly project: Operand | undefined;
}

/** `[variable IN list WHERE where | project]` */
export class ListComprehensionOperand extends Operand {
  readonly constant = false;
  readonly #parts: ListComprehensionParts;

  constructor(parts: ListComprehensionParts, position: Position) {
    super(position);
    this.#parts = parts;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    const { variable, list, where, project } = this.#parts;
    const elements = elementsAt(list, batch, row, context);
    if (elements === null) return null;
    const result: Value[] = [];
    for (const element of elements) {
      const { madeBytes } = context;
      variable.value = element;
      const holds = where === undefined || where.truthAt(batch, row, context) === true;
      context.madeBytes = madeBytes;
      if (!holds) continue;
      const value = project === undefined ? element : project.valueAt(batch, row, context);
      result.push(value);
      keepOnly(value, madeBytes, context);
    }
    variable.value = null;
    context.make(ELEMENT_BYTES * result.length);
    return result;
  }
}

type Quantifier = 'all' | 'any' | 'none' | 'single';

interface QuantifierParts {
  readonly quantifier: Quantifier;
  readonly variable: LocalOperand;
  readonly list: Operand;
  readonly where: Operand;
}

/** `all(variable IN list WHERE where)` and its kind: null where the answer hangs on an element that is unknown. */
export class QuantifierOperand extends Operand {
  readonly constant = false;
  readonly #parts: QuantifierParts;

  constructor(parts: QuantifierParts, position: Position) {
    super(position);
    this.#parts = parts;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const { quantifier, variable, list, where } = this.#parts;
    const elements = elementsAt(list, batch, row, context);
    if (elements === null) return null;
    let matches = 0;
    let unknown = false;
    for (const element of elements) {
      variable.value = element;
      const { madeBytes } = context;
      const holds = where.truthAt(batch, row, context);
      context.madeBytes = madeBytes;
      if (holds === null) unknown = true;
      else if (holds) matches++;
      const decided = verdictOn(quantifier, holds, matches);
      if (decided !== undefined) return decided;
    }
    variable.value = null;
    if (unknown) return null;
    return quantifier === 'single' ? matches === 1 : quantifier !== 'any';
  }
}

/** The answer, if this element settles it whatever follows. */
function verdictOn(quantifier: Quantifier, holds: boolean | null, matches: number): boolean | undefined {
  switch (quantifier) {
    case 'all':
      return holds === false ? false : undefined;
    case 'any':
      return holds === true ? true : undefined;
    case 'none':
      return holds === true ? false : undefined;
    case 'single':
      return matches > 1 ? false : undefined;
  }
}

interface ReduceParts {
  readonly accumulator: LocalOperand;
  readonly initial: Operand;
  readonly variable: LocalOperand;
  readonly list: Operand;
  readonly expression: Operand;
}

/** `reduce(accumulator = initial, variable IN list | expression)` */
export class ReduceOperand extends Operand {
  readonly constant = false;
  readonly #parts: ReduceParts;

  constructor(parts: ReduceParts, position: Position) {
    super(position);
    this.#parts = parts;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    const { accumulator, initial, variable, list, expression } = this.#parts;
    const elements = elementsAt(list, batch, row, context);
    if (elements === null) return null;
    const { madeBytes } = context;
    let result = initial.valueAt(batch, row, context);
    for (const element of elements) {
      accumulator.value = result;
      variable.value = element;
      result = expression.valueAt(batch, row, context);
      keepOnly(result, madeBytes, context);
    }
    accumulator.value = null;
    variable.value = null;
    return result;
  }
}
