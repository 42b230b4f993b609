/** What a commit leaves behind: nothing, neither by our own count nor in the heap. A million by hand: COMMITS=1000000. */
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { expect, test } from 'vitest';
import { Database } from './database.ts';
import { OpenTransaction } from './open-transaction.ts';

const COMMITS = Number(process.env.COMMITS ?? 200_000);
/** After so many the heap has what it is to keep: plans, compiled code, columns of their size. */
const WARM_UP = 30_000;
/** What the heap may grow by whatever is done: V8's own bookkeeping. It is far less than a byte for each of 200,000 commits. */
const HEAP_GROWTH_MAX = 1024 * 1024;

setFlagsFromString('--expose-gc');
const collectGarbage = runInNewContext('gc') as () => void;

function heapBytes(): number {
  collectGarbage();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

test('the heap does not grow with the number of commits', () => {
  const database = new Database();
  database.run('CREATE CONSTRAINT one FOR (c:City) REQUIRE c.name IS UNIQUE');
  database.run('UNWIND range(1, 100) AS i CREATE (:Counter {id: i, n: 0})');
  database.run('CREATE INDEX by_id FOR (c:Counter) ON (c.id)');
  let commits = 0;
  const once = () => {
    const id = (commits % 100) + 1;
    const transaction = new OpenTransaction(database);
    const other = new OpenTransaction(database);
    transaction.rows('MATCH (c:Counter {id: $id}) SET c.n = c.n + 1', { id });
    other.rows('CREATE (:City {name: $id})-[:NEAR]->(:City {name: -$id})', { id });
    database.run('MATCH (c:Counter {id: $id}) SET c.n = c.n + 1', { id: (id % 100) + 1 });
    transaction.rows('CREATE (:Passing {id: $id})', { id });
    transaction.commit();
    if (commits % 2 === 0) other.commit();
    else other.rollback();
    database.run('MATCH (n:Passing|City) DETACH DELETE n');
    commits += commits % 2 === 0 ? 4 : 3;
  };
  while (commits < WARM_UP) once();
  const before = { heap: heapBytes(), counted: database.store.memoryBytes };

  while (commits < WARM_UP + COMMITS) once();

  expect(database.store.memoryBytes).toBe(before.counted);
  expect(heapBytes() - before.heap).toBeLessThan(HEAP_GROWTH_MAX);
  expect(database.store.versionBytes).toBe(0);
}, 1_800_000);
