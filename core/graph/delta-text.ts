/** A delta as people read it: names in place of token numbers. */
import type { StoredValue } from '../value/value.ts';
import type { Delta, TokenKind } from './delta.ts';

/** Fields that hold a token's number. */
const KIND_OF_FIELD: ReadonlyMap<string, TokenKind> = new Map([
  ['label', 'label'],
  ['key', 'propertyKey'],
  ['relationshipType', 'relationshipType'],
]);

/** The fields of a delta, by name. `nameOf` gives the name behind a token's number, as far as it is known. */
export function describeDelta(
  delta: Delta,
  nameOf: (kind: TokenKind, token: number) => string | undefined,
): ReadonlyMap<string, StoredValue | null> {
  // A delta's fields are values that a graph stores, and names and numbers beside them.
  const fields = Object.entries(delta) as [string, StoredValue | null][];
  return new Map(
    fields.map(([field, value]) => {
      const kind = KIND_OF_FIELD.get(field);
      return [field, kind !== undefined && typeof value === 'number' ? (nameOf(kind, value) ?? value) : value];
    }),
  );
}
