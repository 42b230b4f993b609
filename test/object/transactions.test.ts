/** Transactions that live over several requests, on real objects: what others see, who wins, and what ends one. */
import { describe, expect, test } from 'vitest';
import { TRANSACTIONS_MAX } from '../../durable/open-transactions.ts';
import { Database, eventually } from './cluster.ts';
import { Client } from './transaction-client.ts';

const OUTDATED = 'Neo.TransientError.Transaction.Outdated';
const NOT_FOUND = 'Neo.ClientError.Transaction.TransactionNotFound';
const LEASE_EXPIRED = 'Neo.TransientError.Transaction.LeaseExpired';

/** Runs for a good part of a second, in many slices. */
const LONG = 'UNWIND range(1, 1500) AS i UNWIND range(1, 10000) AS j WITH sum(i + j) AS n';

const COUNT = 'MATCH (a:A) RETURN count(*) AS n';

describe('a transaction', () => {
  test('is seen by nobody before its commit, and by everybody who has its bookmark after it', async () => {
    const database = await Database.create('tx-seen', ['weur', 'enam']);
    const client = await Client.begin(database);

    await client.rows('CREATE (:A {n: 1})');
    await database.run('weur-1', 'CREATE (:B)');
    await client.rows('CREATE (:A {n: 2})');
    const before = await database.rows('weur-1', COUNT);
    const within = await client.rows(COUNT);
    const bookmark = await client.commit('CREATE (:A {n: 3})');

    expect([before, within]).toEqual([[[0]], [[2]]]);
    expect(await database.rows('enam-1', COUNT, { bookmarks: [bookmark] })).toEqual([[3]]);
    const all = await database.level();
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
  });

  test('takes one record in the log, whatever its statements', async () => {
    const database = await Database.create('tx-record', ['weur']);
    const before = await database.describe('weur-1');
    const client = await Client.begin(database);
    for (let n = 0; n < 5; n += 1) await client.rows(`CREATE (:A {n: ${n}})`);
    await client.commit();

    const after = await database.describe('weur-1');

    expect(after.details.storedLsn).toBe(before.details.storedLsn + 1);
    await database.kill('weur-1');
    expect(await database.rows('weur-1', COUNT)).toEqual([[5]]);
  });

  test('that is rolled back leaves nothing', async () => {
    const database = await Database.create('tx-back', ['weur']);
    const before = await database.describe('weur-1');
    const client = await Client.begin(database);
    await client.rows('CREATE (:A {n: 1})');

    await client.rollback();

    expect((await client.fails('RETURN 1')).error.code).toBe(NOT_FOUND);
    const after = await database.describe('weur-1');
    expect(after.details).toMatchObject({ checksum: before.details.checksum, storedLsn: before.details.storedLsn });
  });

  test('ends when a statement in it fails', async () => {
    const database = await Database.create('tx-fails', ['weur']);
    for (const statement of ['RETURN 1 / 0', 'nonsense', 'CREATE (:A) WITH 1 AS x UNWIND [1, 0] AS d RETURN x / d']) {
      const client = await Client.begin(database);
      await client.rows('CREATE (:A)');

      await client.fails(statement);

      expect((await client.fails(undefined, 'commit')).error.message).toContain('statement in it failed');
    }
    expect(await database.rows('weur-1', COUNT)).toEqual([[0]]);
  });

  test('loses against the first writer, with an error that drivers retry, and the other goes on', async () => {
    const database = await Database.create('tx-first', ['weur']);
    await database.run('weur-1', 'CREATE (:A {n: 0})');
    const [first, second] = [await Client.begin(database), await Client.begin(database)];
    await first.rows('MATCH (a:A) SET a.n = 1');

    const refusal = await second.fails('MATCH (a:A) SET a.n = 2');
    const alone = await database.fails('weur-1', 'MATCH (a:A) SET a.n = 3');
    await first.commit();

    expect([refusal.error.code, alone.error.code]).toEqual([OUTDATED, OUTDATED]);
    expect(await database.rows('weur-1', 'MATCH (a:A) RETURN a.n')).toEqual([[1]]);
  });

  test('of two requests at once takes one', async () => {
    const database = await Database.create('tx-twice', ['weur']);
    const client = await Client.begin(database);
    const slow = client.ask({ type: 'run', id: client.id }, 'UNWIND range(1, 2000000) AS i RETURN sum(i)');
    await scheduler.wait(50);

    const refusal = await client.fails('RETURN 1');

    expect(refusal.error.code).toBe('Neo.ClientError.Transaction.TransactionAccessedConcurrently');
    expect((await slow).ok).toBe(true);
    await client.commit('CREATE (:A)');
  });

  test('that reads keeps its snapshot on a replica, and writes nothing', async () => {
    const database = await Database.create('tx-replica', ['weur', 'enam']);
    const { bookmark } = await database.run('weur-1', 'CREATE (:A)');
    const client = await Client.begin(database, { instance: 'enam-1', bookmarks: [bookmark], read: true });
    const later = await database.run('weur-1', 'CREATE (:A)');
    expect(await database.rows('enam-1', COUNT, { bookmarks: [later.bookmark] })).toEqual([[2]]);

    expect(await client.rows(COUNT)).toEqual([[1]]);
    expect(await client.commit()).toBe(bookmark);

    const writer = await Client.begin(database, { instance: 'enam-1', read: true });
    expect((await writer.fails('CREATE (:A)')).error.code).toBe('Neo.ClientError.Statement.AccessMode');
    const other = new Client(database, 'enam-1');
    expect(await other.ask(other.beginning())).toMatchObject({ ok: false, retry: 'notMain' });
  });

  test('lets others write while it reads for long', async () => {
    const database = await Database.create('tx-long', ['weur']);
    const client = await Client.begin(database);
    const slow = client.rows('UNWIND range(1, 1500000) AS i WITH count(i) AS c MATCH (a:A) RETURN count(a)');
    await scheduler.wait(50);

    await database.run('weur-1', 'CREATE (:A)');

    expect(await slow).toEqual([[0]]);
  });

  test('commits when every SYNC replica has it, and says when one was left out', async () => {
    const database = await Database.create('tx-sync', ['weur', 'enam', 'apac']);
    await database.level();
    const client = await Client.begin(database);
    await client.rows('CREATE (:A)');
    await database.cut('apac-1');

    const { notifications } = await client.send({ type: 'commit', id: client.id });

    expect(notifications.map(({ code }) => code)).toEqual(['SyncReplicationFailure']);
    await database.cut();
  });

  test('is aborted everywhere when a STRICT_SYNC replica does not confirm it, and another one that is open ends with it', async () => {
    const database = await Database.create('tx-strict', ['weur', 'enam'], ['STRICT_SYNC', 'STRICT_SYNC']);
    await database.level();
    const [client, other] = [await Client.begin(database), await Client.begin(database)];
    await client.rows('CREATE (:A)');
    await other.rows('CREATE (:A)');
    await database.cut('enam-1');

    const refusal = await client.fails(undefined, 'commit');

    expect(refusal.error.code).toBe('Neo.TransientError.Cluster.ReplicationFailure');
    expect((await other.fails(undefined, 'commit')).error.code).toBe(LEASE_EXPIRED);
    expect(await database.rows('weur-1', COUNT)).toEqual([[0]]);
    await database.cut();
    await eventually(async () => (await Client.begin(database)).commit('CREATE (:A)'));
    const all = await database.level();
    expect(all.map(({ details }) => details.nodes)).toEqual([1, 1]);
  });
});

describe('what ends a transaction from outside', () => {
  test('its instance loses its memory: nothing of it is left, and the client is told to begin again', async () => {
    const database = await Database.create('tx-evicted', ['weur']);
    const client = await Client.begin(database);
    await client.rows('CREATE (:A)');

    await database.kill('weur-1');

    const { error } = await client.fails(undefined, 'commit');
    expect(error.code).toBe(LEASE_EXPIRED);
    expect(await database.rows('weur-1', COUNT)).toEqual([[0]]);
    const again = await Client.begin(database);
    await again.rows('CREATE (:A)');
    await again.commit();
  });

  test('its end lets the object sleep', async () => {
    const database = await Database.create('tx-asleep', ['weur']);
    await Client.begin(database, { lifetimeMs: 300 });
    const client = await Client.begin(database);
    await client.rows('CREATE (:A)');
    await client.commit();
    await scheduler.wait(500);

    await database.evict('weur-1');

    expect(await database.rows('weur-1', COUNT)).toEqual([[1]]);
    expect((await client.fails('RETURN 1')).error.code).toBe(LEASE_EXPIRED);
  });

  test('its MAIN is deposed: it is rolled back with an error that drivers retry', async () => {
    const database = await Database.create('tx-deposed', ['weur', 'enam', 'apac']);
    await database.level();
    const [writer, reader] = [await Client.begin(database), await Client.begin(database, { read: true })];
    await writer.rows('CREATE (:A)');
    expect(await reader.rows(COUNT)).toEqual([[0]]);

    await database.tell('weur-1', { type: 'seal', epoch: 2 });
    const refusal = await writer.fails(undefined, 'commit');

    expect(refusal.error.code).toBe(LEASE_EXPIRED);
    expect(refusal.retry).toBeUndefined();
    expect(await reader.rows(COUNT)).toEqual([[0]]);
    const successor = await database.successor('weur-1');
    const again = await Client.begin(database, { instance: successor });
    await again.rows('CREATE (:A)');
    await again.commit();
    const all = await database.level();
    expect(all.map(({ details }) => details.nodes)).toEqual([1, 1, 1]);
  });

  test('its MAIN is deposed in the middle of a write, with a commit waiting behind it: both are rolled back', async () => {
    const database = await Database.create('tx-amid-write', ['weur', 'enam', 'apac']);
    await database.level();
    const [client, waiting] = [await Client.begin(database), await Client.begin(database)];
    await waiting.rows('CREATE (:A)');
    const refusals = [client.fails(`CREATE (:A) WITH 1 AS x ${LONG} CREATE (:A)`)];
    await scheduler.wait(100);
    refusals.push(waiting.fails(undefined, 'commit'));
    await scheduler.wait(50);

    await database.tell('weur-1', { type: 'seal', epoch: 2 });

    const codes = (await Promise.all(refusals)).map(({ error }) => error.code);
    expect(codes).toEqual([LEASE_EXPIRED, LEASE_EXPIRED]);
    const successor = await database.successor('weur-1');
    const all = await database.level();
    expect(all.map(({ details }) => details.nodes)).toEqual([0, 0, 0]);
    await (await Client.begin(database, { instance: successor })).commit('CREATE (:A)');
  });

  test('its MAIN is deposed in the middle of a read: it ends there, and what others committed meanwhile stays', async () => {
    const database = await Database.create('tx-amid-read', ['weur', 'enam', 'apac']);
    await database.level();
    const [client, other] = [await Client.begin(database), await Client.begin(database)];
    const refusal = client.fails(`WITH 1 AS x ${LONG} RETURN n`);
    await scheduler.wait(50);
    await other.commit('CREATE (:A)');

    await database.tell('weur-1', { type: 'seal', epoch: 2 });

    expect((await refusal).error.code).toBe(LEASE_EXPIRED);
    await database.successor('weur-1');
    const all = await database.level();
    expect(all.map(({ details }) => details.nodes)).toEqual([1, 1, 1]);
  });

  test('all of them together may not grow without bound: the one that wants more is rolled back', async () => {
    const database = await Database.create('tx-bytes', ['weur']);
    const codes: string[] = [];
    for (let count = 0; count < 8; count += 1) {
      const client = await Client.begin(database);
      const statement = `UNWIND range(1, 200) AS i CREATE (:A {text: reduce(t = 'x', j IN range(1, 15) | t + t)})`;
      const answer = await client.ask({ type: 'run', id: client.id }, statement);
      codes.push(answer.ok ? 'ok' : answer.error.code);
    }

    expect(codes.slice(0, 4)).toEqual(Array(4).fill('ok'));
    expect(codes.at(-1)).toBe('Neo.TransientError.General.TransactionMemoryLimit');
    expect((await database.describe('weur-1')).details.storedLsn).toBe(1);
  });

  test('an id that nobody gave is not found', async () => {
    const database = await Database.create('tx-forged', ['weur']);
    const client = await Client.begin(database);
    const forged = new Client(database, 'weur-1');
    forged.id = `${client.id.slice(0, -4)}AAAA`;

    expect((await forged.fails('RETURN 1')).error.code).toBe(NOT_FOUND);
    await client.commit();
    expect((await client.fails(undefined, 'commit')).error.message).toContain('its commit was sent before');
  });

  test('there are not more than an instance takes', async () => {
    const database = await Database.create('tx-many', ['weur']);
    const clients = await Promise.all(Array.from({ length: TRANSACTIONS_MAX }, () => Client.begin(database)));
    const one = new Client(database, 'weur-1');

    const refusal = await one.ask(one.beginning());
    await clients[0]!.rollback();

    expect(refusal).toMatchObject({
      error: { code: 'Neo.TransientError.Transaction.MaximumTransactionLimitReached' },
    });
    await Client.begin(database);
  });
});

describe('SHOW TRANSACTIONS and TERMINATE TRANSACTIONS', () => {
  test('tell what is open, and end what waits and what is at work', async () => {
    const database = await Database.create('tx-show', ['weur']);
    const [waiting, reading, writing] = [
      await Client.begin(database, { read: true }),
      await Client.begin(database),
      await Client.begin(database),
    ];
    await writing.rows('CREATE (:A)');
    const refusals = [
      reading.fails(`WITH 1 AS x ${LONG} RETURN n`),
      writing.fails(`CREATE (:A) WITH 1 AS x ${LONG} CREATE (:A)`),
    ];
    await scheduler.wait(100);

    const shown = await database.rows(
      'weur-1',
      'SHOW TRANSACTIONS YIELD transactionId AS id, status, accessMode, database, elapsedTime WHERE elapsedTime.seconds < 60 RETURN id, status, accessMode, database',
    );
    const ended = await database.rows(
      'weur-1',
      `TERMINATE TRANSACTIONS '${waiting.id}', '${reading.id}', '${writing.id}', 'nobody' YIELD message`,
    );

    expect(shown).toEqual([
      [waiting.id, 'Idle', 'read', 'tx-show'],
      [reading.id, 'Running', 'write', 'tx-show'],
      [writing.id, 'Running', 'write', 'tx-show'],
    ]);
    expect(ended.map(([message]) => message)).toEqual([
      ...Array(3).fill('Transaction terminated.'),
      'Transaction not found.',
    ]);
    refusals.push(waiting.fails('RETURN 1'));
    const codes = (await Promise.all(refusals)).map(({ error }) => error.code);
    expect(codes).toEqual(Array(3).fill('Neo.TransientError.Transaction.Terminated'));
    expect(await database.rows('weur-1', COUNT)).toEqual([[0]]);
    expect(await database.rows('weur-1', 'SHOW TRANSACTIONS')).toEqual([]);
  });

  test('one that ends itself is rolled back', async () => {
    const database = await Database.create('tx-self', ['weur']);
    const client = await Client.begin(database);
    await client.rows('CREATE (:A)');

    const { error } = await client.fails('SHOW TRANSACTIONS YIELD transactionId AS id RETURN id, 1 / 0');
    const other = await Client.begin(database);
    await other.rows('CREATE (:A)');
    const itself = await other.fails(`TERMINATE TRANSACTION '${other.id}'`);

    expect(error.code).toBe('Neo.ClientError.Statement.ArithmeticError');
    expect(itself.error.code).toBe('Neo.TransientError.Transaction.Terminated');
    expect(await database.rows('weur-1', COUNT)).toEqual([[0]]);
  });
});

test('one that is open for too long is rolled back by itself, so that others may change what it had in hand', async () => {
  const database = await Database.create('tx-time', ['weur']);
  await database.run('weur-1', 'CREATE (:A {n: 0})');
  const client = await Client.begin(database, { lifetimeMs: 400 });
  await client.rows('MATCH (a:A) SET a.n = 1');
  expect((await database.fails('weur-1', 'MATCH (a:A) SET a.n = 2')).error.code).toBe(OUTDATED);

  await scheduler.wait(600);

  await database.run('weur-1', 'MATCH (a:A) SET a.n = 2');
  expect((await client.fails('RETURN 1')).error.code).toBe('Neo.ClientError.Transaction.TransactionTimedOut');
});
