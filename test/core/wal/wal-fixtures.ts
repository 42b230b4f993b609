/** Deltas, records and logs to test with. */
import fc from 'fast-check';
import type { Delta, Transaction } from '../../../core/graph/delta.ts';
import { type EncodedRecord, encodeRecord, GENESIS, type LogPosition } from '../../../core/wal/record.ts';
import { storedValue, text } from '../value/value-arbitrary.ts';

const id = fc.integer({ min: 0, max: 2 ** 32 - 1 });
const entity = fc.constantFrom('node' as const, 'relationship' as const);
const keys = fc.array(id, { minLength: 1, maxLength: 3 });
const property = fc.option(storedValue, { nil: null });

// Deltas are plain objects; fast-check makes some without a prototype unless told otherwise.
const PLAIN = { noNullPrototype: true } as const;

export const delta: fc.Arbitrary<Delta> = fc.oneof(
  fc.record(
    {
      type: fc.constant('defineToken' as const),
      kind: fc.constantFrom('label' as const, 'relationshipType' as const, 'propertyKey' as const),
      token: id,
      name: text,
    },
    PLAIN,
  ),
  fc.record({ type: fc.constantFrom('createNode' as const, 'deleteNode' as const), node: id }, PLAIN),
  fc.record({ type: fc.constantFrom('addLabel' as const, 'removeLabel' as const), node: id, label: id }, PLAIN),
  fc.record({ type: fc.constant('setNodeProperty' as const), node: id, key: id, value: property }, PLAIN),
  fc.record(
    {
      type: fc.constant('createRelationship' as const),
      relationship: id,
      relationshipType: id,
      start: id,
      end: id,
    },
    PLAIN,
  ),
  fc.record({ type: fc.constant('deleteRelationship' as const), relationship: id }, PLAIN),
  fc.record(
    { type: fc.constant('setRelationshipProperty' as const), relationship: id, key: id, value: property },
    PLAIN,
  ),
  fc.record(
    {
      type: fc.constant('createIndex' as const),
      name: text,
      kind: fc.constantFrom('range' as const, 'point' as const),
      entity,
      token: id,
      keys,
    },
    PLAIN,
  ),
  fc.record(
    {
      type: fc.constant('createIndex' as const),
      name: text,
      kind: fc.constant('vector' as const),
      entity,
      token: id,
      keys,
      vector: fc.record(
        {
          dimensions: fc.integer({ min: 1, max: 4096 }),
          similarity: fc.constantFrom('cosine' as const, 'euclidean' as const),
        },
        PLAIN,
      ),
    },
    PLAIN,
  ),
  fc.record(
    {
      type: fc.constant('createIndex' as const),
      name: text,
      kind: fc.constant('fulltext' as const),
      entity,
      token: id,
      moreTokens: fc.array(id, { minLength: 1, maxLength: 3 }),
      keys,
      fullText: fc.record(
        { analyzer: fc.constantFrom('keyword', 'standard'), eventuallyConsistent: fc.boolean() },
        PLAIN,
      ),
    },
    PLAIN,
  ),
  fc.record({ type: fc.constantFrom('dropIndex' as const, 'dropConstraint' as const), name: text }, PLAIN),
  fc.record(
    {
      type: fc.constant('createConstraint' as const),
      name: text,
      kind: fc.constantFrom('unique' as const, 'exists' as const, 'key' as const, 'type' as const),
      entity,
      token: id,
      keys,
      types: fc.array(text),
    },
    PLAIN,
  ),
);

/** Encodes transactions as a chain from `position` on. */
export function chain(transactions: readonly Transaction[], position: LogPosition = GENESIS): EncodedRecord[] {
  let last = position;
  return transactions.map((transaction) => {
    const record = encodeRecord({ ...transaction, previousHash: last.hash });
    last = record;
    return record;
  });
}

/** A transaction that creates the node `lsn` and gives it a property of about `bytes` bytes. */
export function transaction(lsn: number, options: { epoch?: number; bytes?: number } = {}): Transaction {
  const deltas: Delta[] = [
    { type: 'createNode', node: lsn - 1 },
    { type: 'setNodeProperty', node: lsn - 1, key: 0, value: 'x'.repeat(options.bytes ?? 1) },
  ];
  if (lsn === 1) deltas.unshift({ type: 'defineToken', kind: 'propertyKey', token: 0, name: 'name' });
  return { epoch: options.epoch ?? 1, lsn, deltas };
}

/** The transactions of lsn 1 to `count`. */
export function transactions(count: number, options: { bytes?: number } = {}): Transaction[] {
  return Array.from({ length: count }, (_, index) => transaction(index + 1, options));
}
