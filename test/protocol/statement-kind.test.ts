import { expect, test } from 'vitest';
import { StatementKinds } from '../../worker/statement-kind.ts';

test.each([
  { text: 'MATCH (n) RETURN n', type: 'read' },
  { text: 'EXPLAIN CREATE (n)', type: 'read' },
  { text: 'DUMP DATABASE', type: 'read' },
  { text: 'SHOW INDEXES', type: 'read' },
  { text: 'CREATE (n)', type: 'write' },
  { text: 'CREATE INDEX ON :L(k)', type: 'write' },
  { text: 'CREATE SNAPSHOT', type: 'storage' },
  { text: 'show snapshots YIELD path', type: 'storage' },
  { text: 'SHOW NEXT SNAPSHOT', type: 'storage' },
  { text: 'SHOW STORAGE INFO', type: 'storage' },
  { text: 'SHOW TRANSACTIONS', type: 'storage' },
  { text: "SHOW TRANSACTION 'a', 'b' YIELD transactionId AS id WHERE id <> 'c' RETURN id", type: 'storage' },
  { text: 'SHOW TRANSACTIONS $ids WHERE elapsedTime.seconds > 1', type: 'storage' },
  { text: "TERMINATE TRANSACTION 'a'", type: 'storage' },
  { text: "TERMINATE TRANSACTIONS ['a', 'b'] YIELD message", type: 'storage' },
  { text: 'SHOW DATABASES', type: 'show' },
  { text: 'DROP DATABASE flights', type: 'system' },
  { text: "ALTER DATABASE flights SET OPTION txLogEnrichment 'FULL'", type: 'alter' },
])('$text goes its way as $type', ({ text, type }) => {
  expect(new StatementKinds().of(text).type).toBe(type);
});

test.each([
  'TERMINATE TRANSACTIONS',
  'TERMINATE TRANSACTIONS YIELD message',
  "TERMINATE TRANSACTION 'a' WHERE message = 'b'",
  "SHOW TRANSACTIONS 'a', b",
  'DUMP',
  'DUMP DATABASE flights',
  'SHOW NEXT INDEX',
  'CREATE SNAPSHOT now',
  'SHOW STORAGE',
])('%s is refused', (text) => {
  expect(() => new StatementKinds().of(text)).toThrow();
});
