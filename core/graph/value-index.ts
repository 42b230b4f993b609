/** An index that finds entities by values that equal another, or lie in a range. */
import { equivalenceKey } from '../value/equivalence.ts';
import type { StoredValue } from '../value/value.ts';
import { GraphIndex } from './graph-index.ts';
import type { IndexRange } from './index-definition.ts';
import type { IdList } from './result-lists.ts';

export abstract class ValueIndex extends GraphIndex {
  /** Appends the entities whose values equal `value` (of several properties: a list) in the newest state, ascending. */
  abstract seek(value: StoredValue, out: IdList): void;
  /** Appends the entities whose values lie in a range in the newest state, in the order of values. */
  abstract range(range: IndexRange, out: IdList): void;
  /** Whether a value equals another, and can be found by it. */
  abstract equals(held: StoredValue, value: StoredValue): boolean;
  /** Whether a value lies in a range. */
  abstract isIn(held: StoredValue, range: IndexRange): boolean;

  /** Appends the entities that once had a value; the caller asks each whether it has it at his lsn. */
  departedFrom(value: StoredValue, out: IdList): void {
    for (const { entity } of this.departuresAt(equivalenceKey(value))) out.push(entity);
  }

  /** Appends the entities that once had a value in a range. */
  departedFromRange(range: IndexRange, out: IdList): void {
    for (const { entity, value } of this.departures()) if (this.isIn(value, range)) out.push(entity);
  }
}
