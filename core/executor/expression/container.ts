/** Lists and maps: their literals, `subject[index]` and `subject[from..to]`. */
import type { Position } from '../../error.ts';
import { ELEMENT_BYTES } from '../../value/arithmetic.ts';
import { isList, isMap } from '../../value/equality.ts';
import { describe, typeName } from '../../value/render.ts';
import { NodeReference, RelationshipReference, type Value } from '../../value/value.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand, typeError } from './operand.ts';
import { propertyOf } from './property.ts';

export class ListOperand extends Operand {
  readonly constant: boolean;
  readonly #items: readonly Operand[];

  constructor(items: readonly Operand[], position: Position) {
    super(position);
    this.constant = items.every((item) => item.constant);
    this.#items = items;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): readonly Value[] {
    return this.#items.map((item) => item.valueAt(batch, row, context));
  }
}

/** Of a key that stands twice the last entry counts. */
export class MapOperand extends Operand {
  readonly constant: boolean;
  readonly #entries: readonly (readonly [string, Operand])[];

  constructor(entries: readonly (readonly [string, Operand])[], position: Position) {
    super(position);
    this.constant = entries.every(([, value]) => value.constant);
    this.#entries = entries;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): ReadonlyMap<string, Value> {
    const map = new Map<string, Value>();
    for (const [key, value] of this.#entries) map.set(key, value.valueAt(batch, row, context));
    return map;
  }
}

/** An element of a list by its number, an entry of a map or a property of an entity by its name. */
export class IndexOperand extends Operand {
  readonly constant: boolean;
  readonly #subject: Operand;
  readonly #index: Operand;

  constructor(subject: Operand, index: Operand, position: Position) {
    super(position);
    this.constant = subject.constant && index.constant;
    this.#subject = subject;
    this.#index = index;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    const subject = this.#subject.valueAt(batch, row, context);
    const index = this.#index.valueAt(batch, row, context);
    if (subject === null || index === null) return null;
    if (isList(subject)) return this.#elementOf(subject, index);
    if (!isMap(subject) && !(subject instanceof NodeReference) && !(subject instanceof RelationshipReference)) {
      throw typeError(`${describe(subject)} cannot be indexed: it is not a list, a map or an entity.`, this.position);
    }
    if (typeof index === 'string') return propertyOf(subject, index, context, this.position);
    const message = `A value of type ${typeName(subject)} is indexed by a STRING, but got ${describe(index)}.`;
    throw typeError(message, this.position, 'MapElementAccessByNonString');
  }

  #elementOf(list: readonly Value[], index: Value): Value {
    if (typeof index === 'number') return (index < 0 ? list[list.length + index] : list[index]) ?? null;
    // A bigint lies beyond any list.
    if (typeof index === 'bigint') return null;
    const message = `A list is indexed by an INTEGER, but got ${describe(index)}.`;
    throw typeError(message, this.position, 'ListElementAccessByNonInteger');
  }
}

/** From one bound up to, not including, the other; negative bounds count from the end; beyond the ends there is nothing. */
export class SliceOperand extends Operand {
  readonly constant: boolean;
  readonly #subject: Operand;
  readonly #from: Operand | undefined;
  readonly #to: Operand | undefined;

  constructor(subject: Operand, from: Operand | undefined, to: Operand | undefined, position: Position) {
    super(position);
    this.constant = subject.constant && (from?.constant ?? true) && (to?.constant ?? true);
    this.#subject = subject;
    this.#from = from;
    this.#to = to;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    const subject = this.#subject.valueAt(batch, row, context);
    const from = this.#from === undefined ? 0 : this.#from.valueAt(batch, row, context);
    const to = this.#to === undefined ? Number.MAX_SAFE_INTEGER : this.#to.valueAt(batch, row, context);
    if (subject === null || from === null || to === null) return null;
    if (!isList(subject)) throw typeError(`Only a list can be cut, but got ${describe(subject)}.`, this.position);
    const result = subject.slice(this.#bound(from), this.#bound(to));
    context.spend(result.length);
    context.make(ELEMENT_BYTES * result.length);
    return result;
  }

  #bound(value: Value): number {
    if (typeof value === 'number' || typeof value === 'bigint') return Number(value);
    throw typeError(`The bounds of a slice are INTEGERs, but got ${describe(value)}.`, this.position);
  }
}
