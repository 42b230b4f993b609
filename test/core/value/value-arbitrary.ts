/** Values of every kind for property tests. */
import fc from 'fast-check';
import {
  Float,
  NodeRecord,
  NodeReference,
  PathRecord,
  PathReference,
  RelationshipRecord,
  RelationshipReference,
  type ResultValue,
  type StoredValue,
  type Value,
} from '../../../core/value/value.ts';
import { duration, point, temporal } from './temporal-arbitrary.ts';

/** Any UTF-16, lone surrogates and byte order marks included, short and long. */
export const text = fc.oneof(
  fc.string({ unit: 'grapheme' }),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc.constantFrom('__proto__', 'constructor', '7', '', '\ufeffx', `\ufeff${'x'.repeat(300)}`, '\ud800'.repeat(60)),
);

export const integer: fc.Arbitrary<number | bigint> = fc
  .oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.maxSafeInteger().map(BigInt))
  .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value));

const scalar = fc.oneof(
  fc.boolean(),
  integer,
  fc.double().map((value) => new Float(value)),
  text,
  temporal,
  duration,
  point,
);

export const storedValue: fc.Arbitrary<StoredValue> = fc.letrec<{ value: StoredValue }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, scalar, fc.array(tie('value'), { maxLength: 4 })),
})).value;

const id = fc.nat();
const reference = fc.oneof(
  id.map((node) => new NodeReference(node)),
  id.map((relationship) => new RelationshipReference(relationship)),
  fc.array(id, { maxLength: 3 }).map((relationships) => new PathReference([0, ...relationships], relationships)),
);

export const value: fc.Arbitrary<Value> = fc.letrec<{ value: Value }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    scalar,
    reference,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
})).value;

const properties = fc.array(fc.tuple(text, storedValue), { maxLength: 3 }).map((entries) => new Map(entries));
const node = fc
  .tuple(text, fc.array(text, { maxLength: 3 }), properties)
  .map(([elementId, labels, fields]) => new NodeRecord(elementId, labels, fields));
const relationship = fc
  .record({ elementId: text, startElementId: text, endElementId: text, relationshipType: text, properties })
  .map((fields) => new RelationshipRecord(fields));
const path = fc.tuple(node, fc.array(fc.tuple(relationship, node), { maxLength: 3 })).map(
  ([first, steps]) =>
    new PathRecord(
      [first, ...steps.map(([, next]) => next)],
      steps.map(([step]) => step),
    ),
);

export const resultValue: fc.Arbitrary<ResultValue> = fc.letrec<{ value: ResultValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    scalar,
    node,
    relationship,
    path,
    fc.array(tie('value'), { maxLength: 4 }),
    fc.array(fc.tuple(text, tie('value')), { maxLength: 4 }).map((entries) => new Map(entries)),
  ),
})).value;
