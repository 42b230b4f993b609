/** Names that JavaScript's objects have by themselves are plain data here. */
import { describe, expect, test } from 'vitest';
import { NodeRecord, type ResultValue, type Value } from '../../../core/value/value.ts';
import { Database, failureOf } from './database.ts';

const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty', 'valueOf', '__defineGetter__'];

describe.each(NAMES)('%s', (name) => {
  const run = (database: Database, text: string, parameters: readonly [string, Value][] = []) => {
    const execution = database.engine.start(text, new Map(parameters), { seed: 1, nowMs: 0, commitsOnTheWay: true });
    while (execution.next(Number.POSITIVE_INFINITY) !== 'done');
    const transaction = execution.commit(1);
    if (transaction) database.store.acknowledge(transaction.lsn);
    return execution;
  };

  test('as property, label, type, variable, parameter and column is stored and comes back', () => {
    const database = new Database();
    const parameters: [string, Value][] = [[name, new Map([[name, 7]])]];

    run(
      database,
      `CREATE (:\`${name}\` {\`${name}\`: $\`${name}\`.\`${name}\`})-[:\`${name}\` {\`${name}\`: 8}]->()`,
      parameters,
    );
    const { columns, rows } = run(
      database,
      `MATCH (\`${name}\`:\`${name}\`)-[r:\`${name}\`]->() RETURN \`${name}\`, properties(r) AS map, r.\`${name}\` AS property`,
    );

    expect(columns).toEqual([name, 'map', 'property']);
    const [node, map, property] = rows[0]! as [NodeRecord, ResultValue, ResultValue];
    expect(node).toBeInstanceOf(NodeRecord);
    expect(node.labels).toEqual([name]);
    expect([...node.properties]).toEqual([[name, 7]]);
    expect(map).toEqual(new Map([[name, 8]]));
    expect(property).toBe(8);
    expect(run(database, 'CALL db.labels()').rows).toEqual([[name]]);
    expect(run(database, 'MATCH (n) UNWIND keys(n) AS key RETURN key').rows).toEqual([[name]]);
  });

  test('that nobody has set is not there', () => {
    const database = new Database();
    run(database, 'CREATE (:A {x: 1})');

    expect(run(database, `MATCH (n:A) RETURN n.\`${name}\`, {x: 1}.\`${name}\`, n['${name}']`).rows).toEqual([
      [null, null, null],
    ]);
    expect(run(database, `MATCH (n:\`${name}\`) RETURN n`).rows).toEqual([]);
    expect(failureOf(() => run(database, `RETURN $\`${name}\``)).code).toBe(
      'Neo.ClientError.Statement.ParameterMissing',
    );
    expect(failureOf(() => run(database, `CALL \`${name}\`()`)).code).toMatch(/^Neo\.ClientError\./);
  });
});

test.each(NAMES.filter((name) => name !== 'toString'))('%s is not a function', (name) => {
  expect(failureOf(() => new Database().run(`RETURN \`${name}\`(1)`)).code).toBe(
    'Neo.ClientError.Statement.SyntaxError',
  );
});

describe('a regular expression', () => {
  test.each([['(a+)+$'], ['(a|aa)+$'], ['(.*)*b'], ['(a|a?)+$'], ['(x+x+)+y']])(
    '%s takes time in proportion to the text',
    (pattern) => {
      const database = new Database();

      const started = performance.now();
      expect(database.rows('RETURN $text =~ $pattern', { text: `${'a'.repeat(20_000)}!`, pattern })).toEqual([[false]]);

      // With backtracking this would not end.
      expect(performance.now() - started).toBeLessThan(5_000);
    },
  );

  test.each([['(a)\\1'], ['a(?=b)'], ['(']])('%s is refused with an error that says so', (pattern) => {
    const failure = failureOf(() => new Database().rows("RETURN 'a' =~ $pattern", { pattern }));

    expect(failure.code).toMatch(/^Neo\.ClientError\.Statement\./);
    expect(failure.message).toContain('regular expression');
  });
});
