/** Instances with one another and with the coordinators: commits, reads on replicas, failover, catching up. */
import { describe, expect, test } from 'vitest';
import { decodeResult } from '../../core/value/codec.ts';
import { decodeRecord, readRecordHead } from '../../core/wal/record.ts';
import { RowUnpacker } from '../../core/wal/row.ts';
import { ask, Database, eventually } from './cluster.ts';

const CREATE = 'CREATE (:Airport {code: $code})';
const COUNT = 'MATCH (a:Airport) RETURN count(*) AS n';

describe('a database that is created', () => {
  test('comes up with MAIN in the first region and replicas in the others', async () => {
    const database = await Database.create('made', ['weur', 'enam', 'apac'], ['SYNC', 'SYNC', 'ASYNC']);

    const all = await database.level();

    expect(all.map(({ region, role }) => [region, role])).toEqual([
      ['weur', 'main'],
      ['enam', 'replica'],
      ['apac', 'replica'],
    ]);
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
  });
});

describe('a database that is dropped', () => {
  test('leaves nothing in storage, even when a late message comes', async () => {
    const database = await Database.create('dropped', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });

    await ask({ type: 'dropDatabase', name: 'dropped', ifExists: false });
    const refused = await eventually(async () => {
      const answers = await Promise.all(database.instances.map((instance) => database.fails(instance, COUNT)));
      for (const { retry } of answers) expect(retry).toBe('unreachable');
      return answers;
    });
    await scheduler.wait(300);
    const tables = await Promise.all(
      database.instances.map((instance) => database.sql(instance, "SELECT name FROM sqlite_master WHERE name = 'wal'")),
    );

    expect(refused).toHaveLength(2);
    expect(tables).toEqual([[], []]);
  });

  test('can be made again, empty', async () => {
    const first = await Database.create('again', ['weur', 'enam']);
    await first.run('weur-1', CREATE, { code: 'ZRH' });
    await ask({ type: 'dropDatabase', name: 'again', ifExists: false });

    const second = await Database.create('again', ['weur', 'enam']);

    expect(await second.rows('weur-1', COUNT)).toEqual([[0]]);
  });
});

describe('a linearizable read', () => {
  const FRESH = { accessMode: 'read', readLevel: 'linearizable' } as const;

  test('is answered by MAIN, which sees what was acknowledged, and refused by a replica', async () => {
    const database = await Database.create('fresh', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });

    const answer = await database.run('weur-1', COUNT, {}, FRESH);
    const refusal = await database.fails('enam-1', COUNT, {}, FRESH);

    expect(answer.servedBy).toMatchObject({ name: 'weur-1', role: 'main' });
    expect(decodeResult(answer.rows).rows).toEqual([[1]]);
    expect(refusal).toMatchObject({ retry: 'notMain', error: { code: 'Neo.ClientError.Cluster.NotALeader' } });
  });

  test('waits at a MAIN that has lost its lease, and is told to ask somebody else', async () => {
    const database = await Database.create('unleased', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.isolate('weur-1');
    await database
      .stub('weur-1')
      .development({ type: 'kill' })
      .catch(() => undefined);

    const nearest = await eventually(() => database.run('weur-1', COUNT, {}, { accessMode: 'read' }));
    const refusal = await database.fails('weur-1', COUNT, {}, FRESH);
    await database.cut();

    expect(nearest.ok).toBe(true);
    expect(refusal).toMatchObject({ error: { code: 'Neo.TransientError.General.DatabaseUnavailable' } });
  });
});

describe('a write', () => {
  test('that is acknowledged is in the log of MAIN and of the SYNC replica', async () => {
    const database = await Database.create('durable', ['weur', 'enam']);

    await database.run('weur-1', CREATE, { code: 'ZRH' });
    const logs = await Promise.all(
      database.instances.map((instance) => database.sql(instance, 'SELECT max(last_lsn) AS lsn FROM wal')),
    );

    expect(logs).toEqual([[{ lsn: 2 }], [{ lsn: 2 }]]);
  });

  test('is refused by a replica, which says where to send it', async () => {
    const database = await Database.create('refusing', ['weur', 'enam']);

    const refusal = await database.fails('enam-1', CREATE, { code: 'ZRH' });

    expect(refusal).toMatchObject({ retry: 'notMain', error: { code: 'Neo.ClientError.Cluster.NotALeader' } });
    expect(refusal.error.message).toContain('weur-1');
    expect(await database.rows('enam-1', COUNT)).toEqual([[0]]);
  });

  test('is refused with access mode READ', async () => {
    const database = await Database.create('reading', ['weur']);

    const refusal = await database.fails('weur-1', CREATE, { code: 'ZRH' }, { accessMode: 'read' });

    expect(refusal.error.code).toBe('Neo.ClientError.Statement.AccessMode');
    expect(refusal.retry).toBeUndefined();
  });

  test('that comes with others shares a row of the log with them', async () => {
    const database = await Database.create('grouped', ['weur', 'enam']);
    const codes = Array.from({ length: 100 }, (_, number) => `A${number}`);

    await Promise.all(codes.map((code) => database.run('weur-1', CREATE, { code })));
    const [rows] = await Promise.all([database.sql('weur-1', 'SELECT count(*) AS count FROM wal')]);

    expect(Number(rows[0]?.count)).toBeLessThan(25);
    expect(await database.rows('weur-1', COUNT)).toEqual([[100]]);
  });

  test('that changes nothing is answered at once, also right after a start', async () => {
    const database = await Database.create('unchanged', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.kill('weur-1');

    const merged = await database.run('weur-1', "MERGE (:Airport {code: 'ZRH'})", {}, { deadlineMs: 3_000 });

    expect(merged.counters.nodesCreated).toBe(0);
  });
});

describe('a bookmark', () => {
  test('lets a replica answer when it shows the write', async () => {
    const database = await Database.create('marked', ['weur', 'enam', 'apac'], ['SYNC', 'SYNC', 'ASYNC']);

    for (const code of ['ZRH', 'GVA', 'BSL']) {
      const { bookmark } = await database.run('weur-1', CREATE, { code });
      const seen = await Promise.all(
        database.instances.map((instance) => database.rows(instance, COUNT, { bookmarks: [bookmark] })),
      );
      expect(new Set(seen.map(([row]) => row?.[0])).size).toBe(1);
    }

    expect(await database.rows('weur-1', COUNT)).toEqual([[3]]);
  });

  test.each([
    { bookmark: 'nonsense', code: 'Neo.ClientError.Transaction.InvalidBookmark' },
    { bookmark: 'skein1:another:1:1', code: 'Neo.ClientError.Transaction.InvalidBookmark' },
  ])('that is $bookmark is refused', async ({ bookmark, code }) => {
    const database = await Database.create(`mark-${bookmark.length}`, ['weur']);

    const refusal = await database.fails('weur-1', COUNT, {}, { bookmarks: [bookmark], accessMode: 'read' });

    expect(refusal.error.code).toBe(code);
  });

  test('of a write that never comes is given up after the time that it may wait', async () => {
    const database = await Database.create('waiting', ['weur']);
    const { bookmark } = await database.run('weur-1', CREATE, { code: 'ZRH' });
    const later = `${bookmark.slice(0, bookmark.lastIndexOf(':'))}:zz`;

    const refusal = await database.fails('weur-1', COUNT, {}, { bookmarks: [later], deadlineMs: 200 });

    expect(refusal.error.code).toBe('Neo.TransientError.Transaction.BookmarkTimeout');
  });
});

describe('a strict replica that is cut off', () => {
  test('has the write aborted everywhere, and no other one taken until it is back', async () => {
    const database = await Database.create('strict', ['weur', 'enam'], ['STRICT_SYNC', 'STRICT_SYNC']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.cut('enam-1');

    const aborted = await database.fails('weur-1', CREATE, { code: 'JFK' });
    const refused = await database.fails('weur-1', CREATE, { code: 'LHR' });

    for (const { error } of [aborted, refused]) {
      expect(error.code).toBe('Neo.TransientError.Cluster.ReplicationFailure');
      expect(error.message).toContain("Failed to replicate to STRICT_SYNC replica 'enam-1'");
    }
    expect(await database.rows('weur-1', COUNT)).toEqual([[1]]);

    await database.cut();
    await eventually(() => database.run('weur-1', CREATE, { code: 'SYD' }));
    const all = await database.level();
    expect(all.map(({ details }) => [details.epoch, details.nodes])).toEqual([
      [2, 2],
      [2, 2],
    ]);
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
  });
});

describe('a MAIN that is cut off', () => {
  test('has what it could not acknowledge set aside, where it can be read, and is level again', async () => {
    const database = await Database.create('forked', ['weur', 'enam', 'apac']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    const [before] = await database.level();

    await database.isolate('weur-1');
    const doubt = await database.fails('weur-1', CREATE, { code: 'LOST' }, { deadlineMs: 1_000 });
    const unseen = await database.rows('weur-1', COUNT);
    const promoted = await database.successor('weur-1');
    await database.run(promoted, CREATE, { code: 'GVA' });
    await database.cut();
    const all = await database.level();

    expect(doubt.error.code).toBe('Neo.DatabaseError.Transaction.TransactionCommitFailed');
    expect(unseen).toEqual([[1]]);
    expect(all[0]?.role).toBe('replica');
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
    expect(await divergedRecords(database, 'weur-1')).toEqual([(before?.details.storedLsn ?? 0) + 1]);
    expect(await database.rows('weur-1', 'MATCH (a:Airport) RETURN a.code AS code ORDER BY code')).toEqual([
      ['GVA'],
      ['ZRH'],
    ]);
  });

  test('tells what it has set aside without what was noted for those who follow changes', async () => {
    const database = await Database.create('forked-noted', ['weur', 'enam', 'apac']);
    await database.run('weur-1', "ALTER DATABASE `forked-noted` SET OPTION txLogEnrichment 'FULL'");
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.level();

    await database.isolate('weur-1');
    await database.fails('weur-1', "MATCH (a:Airport) SET a.code = 'LOST'", {}, { deadlineMs: 1_000 });
    const promoted = await database.successor('weur-1');
    await database.run(promoted, CREATE, { code: 'GVA' });
    await database.cut();
    await database.level();
    const [record] = await divergedDeltas(database, 'weur-1');
    const told = decodeResult(await database.stub('weur-1').diverged({ name: 'worker', region: 'weur' }));

    expect(record).toEqual(['setNodeProperty', 'noteCommit', 'noteNode']);
    expect(told.rows).toHaveLength(1);
    const [count, changes] = told.rows[0]?.slice(3) ?? [];
    expect(count).toBe(1);
    expect(changes).toEqual([
      new Map(Object.entries({ type: 'setNodeProperty', node: 0, key: 'code', value: 'LOST' })),
    ]);
  });

  test('tells a reader whose bookmark it lost so, and lives', async () => {
    const database = await Database.create('lost', ['weur', 'enam', 'apac']);
    const { bookmark } = await database.run('weur-1', CREATE, { code: 'ZRH' });
    const fields = bookmark.split(':');
    const lost = [...fields.slice(0, 3), (Number.parseInt(fields[3] ?? '', 36) + 1).toString(36)].join(':');
    await database.level();

    await database.isolate('weur-1');
    await database.fails('weur-1', CREATE, { code: 'LOST' }, { deadlineMs: 500 });
    const waiting = ['weur-1', 'enam-1', 'apac-1'].map((instance) =>
      database.fails(instance, COUNT, {}, { bookmarks: [lost], accessMode: 'read', deadlineMs: 10_000 }),
    );
    const promoted = await database.successor('weur-1');
    await database.run(promoted, CREATE, { code: 'GVA' });
    await database.cut();
    const refusals = await Promise.all(waiting);

    expect(refusals.map(({ error }) => error.code)).toEqual(
      Array(3).fill('Neo.ClientError.Transaction.InvalidBookmark'),
    );
  });
});

/** The types of deltas in each of them. */
async function divergedDeltas(database: Database, instance: string): Promise<string[][]> {
  const rows = await database.sql(instance, 'SELECT row, bytes FROM diverged ORDER BY row');
  const unpacker = new RowUnpacker();
  return rows.flatMap(({ row, bytes }) =>
    unpacker
      .take({ row: Number(row), bytes: new Uint8Array(bytes as ArrayBuffer) }) // a BLOB
      .map((found) => (found.type === 'record' ? decodeRecord(found.bytes).deltas.map(({ type }) => type) : [])),
  );
}

/** The lsns of the records that an instance has set aside. */
async function divergedRecords(database: Database, instance: string): Promise<number[]> {
  const rows = await database.sql(instance, 'SELECT row, bytes FROM diverged ORDER BY row');
  const unpacker = new RowUnpacker();
  return rows.flatMap(({ row, bytes }) =>
    unpacker
      .take({ row: Number(row), bytes: new Uint8Array(bytes as ArrayBuffer) }) // a BLOB
      .map((found) => (found.type === 'record' ? readRecordHead(found.bytes).lsn : Number.NaN)),
  );
}

test('indexes, constraints, options, points, vectors and deletions replicate, to one who comes later too', async () => {
  const database = await Database.create('everything', ['weur', 'enam', 'apac'], ['SYNC', 'SYNC', 'ASYNC']);
  const [main = ''] = database.instances;
  for (const statement of [
    'CREATE INDEX FOR (n:A) ON (n.x, n.y)',
    'CREATE INDEX FOR ()-[r:R]-() ON (r.w)',
    'CREATE POINT INDEX FOR (n:A) ON (n.at)',
    'CREATE VECTOR INDEX v FOR (n:A) ON (n.e) OPTIONS {indexConfig: {`vector.dimensions`: 2}}',
    'CREATE FULLTEXT INDEX f FOR (n:A) ON EACH [n.text]',
    'CREATE CONSTRAINT FOR (n:A) REQUIRE n.id IS UNIQUE',
    'CREATE CONSTRAINT FOR (n:B) REQUIRE n.id IS NOT NULL',
    "ALTER DATABASE everything SET OPTION txLogEnrichment 'DIFF'",
    `UNWIND range(1, 50) AS i CREATE (:A {id: i, x: i, y: -i, at: point({x: i, y: 1.5}), e: [i, 1.0], text: 'word ' + i,
      when: datetime('2026-07-01T12:00[Europe/Zurich]'), list: [i, i + 1]})`,
    'MATCH (a:A {id: 1}), (b:A {id: 2}) CREATE (a)-[:R {w: 1}]->(b), (a)-[:R {w: 2}]->(b), (a)-[:R {w: 3}]->(a)',
    'MATCH (hub:A {id: 3}), (a:A) CREATE (hub)-[:R {w: a.id}]->(a)',
    'MATCH (a:A {id: 1})-[r:R {w: 1}]->() DELETE r',
    'MATCH (a:A {id: 3}) DETACH DELETE a',
    'MATCH (a:A {id: 4}) SET a:B REMOVE a:A, a.text',
    'DROP INDEX v',
  ]) {
    await database.run(main, statement);
  }
  await database.run(main, 'CREATE SNAPSHOT');

  const all = await database.level();
  expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
  for (const instance of database.instances) {
    const indexes = await database.rows(instance, 'SHOW INDEXES YIELD name, type RETURN type ORDER BY type');
    expect(indexes.flat()).toEqual(['FULLTEXT', 'POINT', 'RANGE', 'RANGE', 'RANGE']);
    expect(await database.rows(instance, 'SHOW CONSTRAINTS YIELD type RETURN count(*)')).toEqual([[2]]);
    expect(
      await database.rows(instance, "CALL db.index.fulltext.queryNodes('f', 'word') YIELD node RETURN count(*)"),
    ).toEqual([[48]]);
    expect(await database.rows(instance, 'CALL db.cdc.current() YIELD id RETURN count(id)')).toEqual([[1]]);
  }
});
