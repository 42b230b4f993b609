/** Map projections: `n {.*, .name, key: value}`, of a node, a relationship or a map. */
import type { Position } from '../../error.ts';
import { isMap } from '../../value/equality.ts';
import { describe } from '../../value/render.ts';
import { NodeReference, RelationshipReference, type Value } from '../../value/value.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { propertiesOf } from './graph-functions.ts';
import { Operand, typeError } from './operand.ts';
import { propertyOf } from './property.ts';

export type CompiledMapItem =
  | { readonly type: 'all' }
  | { readonly type: 'property'; readonly key: string }
  | { readonly type: 'entry'; readonly key: string; readonly value: Operand };

export class MapProjectionOperand extends Operand {
  readonly constant: boolean;
  readonly #subject: Operand;
  readonly #items: readonly CompiledMapItem[];

  constructor(subject: Operand, items: readonly CompiledMapItem[], position: Position) {
    super(position);
    this.constant = subject.constant && items.every((item) => item.type !== 'entry' || item.value.constant);
    this.#subject = subject;
    this.#items = items;
  }

  /** Null of null. A property that is not there is an entry with null; of a key that stands twice the last one counts. */
  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    const subject = this.#subject.valueAt(batch, row, context);
    if (subject === null) return null;
    if (!isMap(subject) && !(subject instanceof NodeReference) && !(subject instanceof RelationshipReference)) {
      throw typeError(`${describe(subject)} has no properties that could be projected.`, this.position);
    }
    const map = new Map<string, Value>();
    for (const item of this.#items) {
      if (item.type === 'entry') map.set(item.key, item.value.valueAt(batch, row, context));
      else if (item.type === 'property') map.set(item.key, propertyOf(subject, item.key, context, this.position));
      else for (const [key, value] of propertiesOf(subject, context, this.position)) map.set(key, value);
    }
    return map;
  }
}
