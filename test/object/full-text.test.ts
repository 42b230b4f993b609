/** Full-text indexes inside workerd, where neither `eval` nor memory that lasts exists. */
import { expect, test } from 'vitest';
import { Database } from './cluster.ts';

const ASK = `CALL db.awaitIndexes() CALL db.index.fulltext.queryNodes('texts', 'fox* AND NOT badger') YIELD node, score
  RETURN node.title, score`;

test('a full-text index is replicated, and filled again after a sleep from a snapshot and the log', async () => {
  const database = await Database.create('searched', ['weur', 'enam']);
  await database.run('weur-1', 'CREATE FULLTEXT INDEX texts FOR (n:Post) ON EACH [n.title]');
  await database.run('weur-1', "UNWIND ['brown fox', 'lazy dog', 'quick fox'] AS t CREATE (:Post {title: t})");
  await database.run('weur-1', "MATCH (n:Post {title: 'quick fox'}) SET n.title = 'quick badger'");
  await database.rows('weur-1', 'CREATE SNAPSHOT');
  await database.run('weur-1', "CREATE (:Post {title: 'foxes and a fox'})");
  await database.level();
  const found = await database.rows('weur-1', ASK);
  expect(await database.rows('enam-1', ASK)).toEqual(found);

  await database.evict('weur-1');
  await database.kill('enam-1');

  expect(found.map(([title]) => title)).toEqual(['brown fox', 'foxes and a fox']);
  expect(await database.rows('weur-1', ASK)).toEqual(found);
  expect(await database.rows('enam-1', ASK)).toEqual(found);
  expect(await database.rows('enam-1', 'SHOW INDEXES YIELD name, type, state')).toEqual([
    ['texts', 'FULLTEXT', 'ONLINE'],
  ]);
});
