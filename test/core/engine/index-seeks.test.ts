/** Equality, ranges, lists and beginnings of texts by an index, against a scan: of any values, on one property and on several. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { KEY_LENGTH_MAX } from '../../../core/graph/long-entries.ts';
import { Float, type StoredValue } from '../../../core/value/value.ts';
import { Database, failureOf } from './database.ts';

const LONG = 'x'.repeat(KEY_LENGTH_MAX);

const text = fc.oneof(
  { weight: 4, arbitrary: fc.string({ unit: fc.constantFrom('a', 'b', '\u0000', '\uffff', '\ud83d'), maxLength: 4 }) },
  fc.constantFrom(LONG, `${LONG}a`, `${LONG}ab`, `a${LONG}`, LONG.slice(1), LONG.slice(5)),
);
const value: fc.Arbitrary<StoredValue> = fc.oneof(
  { weight: 4, arbitrary: text },
  fc.integer({ min: 0, max: 3 }),
  fc.constantFrom(new Float(1), new Float(1.5), new Float(Number.NaN), true, false, [1, 2], [], [LONG, 'a']),
);

const predicate = fc.constantFrom(
  'n.KEY = $KEY',
  'n.KEY STARTS WITH $KEY',
  'n.KEY >= $KEY',
  'n.KEY < $KEY',
  '$KEY <= n.KEY <= $KEYS[0]',
  'n.KEY IN $KEYS',
  'n.KEY IS NOT NULL',
  'n.KEY STARTS WITH $KEY AND n.KEY > $KEYS[0]',
);

function conditionOn(key: string): fc.Arbitrary<{ text: string; parameters: Record<string, StoredValue | null> }> {
  return fc.record({ predicate, one: fc.option(value), many: fc.array(value, { maxLength: 4 }) }).map((made) => {
    const parameters = { [key]: made.one, [`${key}S`]: made.many };
    return { text: made.predicate.replaceAll('$KEY', `$${key}`).replaceAll('KEY', key), parameters };
  });
}

describe('an index finds what a scan finds', () => {
  const nodes = fc.array(fc.record({ a: fc.option(value), b: fc.option(value) }), { maxLength: 25 });
  const questions = fc.array(fc.tuple(conditionOn('a'), conditionOn('b')), { minLength: 1, maxLength: 6 });

  test.each([
    { keys: 'n.a', both: false },
    { keys: 'n.a, n.b', both: true },
    { keys: 'n.b, n.a', both: true },
  ])('on $keys', ({ keys, both }) => {
    fc.assert(
      fc.property(nodes, questions, (properties, asked) => {
        const database = new Database();
        const rows = properties.map(
          ({ a, b }, i) =>
            new Map<string, StoredValue | null>([
              ['a', a],
              ['b', b],
              ['i', i],
            ]),
        );
        database.run('UNWIND $rows AS row CREATE (n:N) SET n = row', { rows });
        const ask = () =>
          asked.map(([ofA, ofB]) => {
            const where = both ? `${ofA.text} AND ${ofB.text}` : ofA.text;
            const parameters = { ...ofA.parameters, ...ofB.parameters };
            return database.rows(`MATCH (n:N) WHERE ${where} RETURN n.i AS i ORDER BY i`, parameters);
          });
        const scanned = ask();

        database.run(`CREATE INDEX FOR (n:N) ON (${keys})`);

        expect(ask()).toEqual(scanned);
        database.run('MATCH (n:N) WHERE n.i % 2 = 0 SET n.a = n.b, n.b = n.a');
        const changed = ask();
        database.run('DROP INDEX ON :N(KEYS)'.replace('KEYS', keys.replaceAll('n.', '')));
        expect(changed).toEqual(ask());
      }),
      { numRuns: 150 },
    );
  });
});

describe('values that are too long for a key', () => {
  test('are kept unique all the same', () => {
    const database = new Database();
    database.run('CREATE CONSTRAINT FOR (n:N) REQUIRE n.a IS UNIQUE');
    database.run('CREATE (:N {a: $a}), (:N {a: $b})', { a: `${LONG}a`, b: `${LONG}b` });

    expect(failureOf(() => database.run('CREATE (:N {a: $a})', { a: `${LONG}b` })).code).toBe(
      'Neo.ClientError.Schema.ConstraintValidationFailed',
    );
    database.run('MATCH (n:N {a: $a}) SET n.a = $b', { a: `${LONG}b`, b: `${LONG}c` });
    database.run('CREATE (:N {a: $a})', { a: `${LONG}b` });
    expect(database.rows('MATCH (n:N) WHERE n.a STARTS WITH $a RETURN count(*)', { a: LONG })).toEqual([[3]]);
  });

  test('take no more of an index of several properties than short ones', () => {
    const bytesOf = (length: number) => {
      const database = new Database();
      database.run('UNWIND range(1, 100) AS i CREATE (:N {a: $text + toString(i), b: i})', {
        text: 'x'.repeat(length),
      });
      const before = database.store.memoryBytes;
      database.run('CREATE INDEX FOR (n:N) ON (n.a, n.b)');
      return database.store.memoryBytes - before;
    };

    expect(bytesOf(KEY_LENGTH_MAX + 1)).toBeLessThan(bytesOf(100));
  });
});
