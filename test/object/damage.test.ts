/** Storage that fails once, rows at their limit, and rows of the log and of snapshots that are missing, exchanged or cut off. */
import { SELF } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { BLOB_BYTES_MAX } from '../../durable/chunks.ts';
import { Database, eventually } from './cluster.ts';
import { failCommits, failOnce, letCommitsBe } from './failing-storage.ts';
import { LiveClient } from './live-client.ts';

const CREATE = 'CREATE (:Airport {code: $code})';
const CODES = 'MATCH (a:Airport) RETURN a.code AS code ORDER BY code';

interface HttpAnswer {
  readonly status: number;
  readonly errors: readonly { readonly code: string; readonly message: string }[];
}

/** As a client asks: through the Worker. */
async function post(database: Database, statement: string, parameters: Record<string, unknown> = {}) {
  const response = await SELF.fetch(`http://skein.test/db/${database.name}/query/v2`, {
    method: 'POST',
    headers: { authorization: 'Bearer test-token', 'content-type': 'application/json' },
    body: JSON.stringify({ statement, parameters }),
  });
  const body = (await response.json()) as { errors?: HttpAnswer['errors'] };
  return { status: response.status, errors: body.errors ?? [] } satisfies HttpAnswer;
}

describe('a write that fails once', () => {
  test.each([
    { what: 'a row of the log', regions: ['weur'], isIt: /INSERT INTO wal/ },
    { what: 'a row of the log, with a replica', regions: ['weur', 'enam'], isIt: /INSERT INTO wal/ },
    { what: 'the state', regions: ['weur', 'enam'], isIt: /INTO state/ },
  ])('($what) is told with its cause, is not done, and what comes after it is', async ({ what, regions, isIt }) => {
    const database = await Database.create(`fails-once-${what.length}`, regions);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.level();
    await failOnce(database, 'weur-1', isIt);

    const failed = await post(database, CREATE, { code: 'LOST' });
    const read = await eventually(() => database.rows('weur-1', CODES));
    const next = await eventually(async () => {
      const answer = await post(database, CREATE, { code: 'GVA' });
      expect(answer.status).toBe(202);
      return answer;
    });

    if (isIt.source.includes('wal')) {
      expect(failed.errors[0]).toMatchObject({ code: 'Neo.DatabaseError.Transaction.TransactionCommitFailed' });
      expect(failed.errors[0]?.message).toMatch(/^MAIN could not store it \(.*disk I\/O error: SQLITE_IOERR\)/);
      expect(read).toEqual([['ZRH']]);
    }
    expect(next.errors).toEqual([]);
    const all = await database.level();
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
    const codes = (await database.rows('weur-1', CODES)).flat();
    expect(codes).toEqual(isIt.source.includes('wal') ? ['GVA', 'ZRH'] : expect.arrayContaining(['GVA', 'ZRH']));
    await database.kill('weur-1');
    expect((await eventually(() => database.rows('weur-1', CODES))).flat()).toEqual(codes);
  });

  test('when SQLite commits is told by nobody: the output gate has held everything back', async () => {
    const database = await Database.create('fails-at-commit', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.level();
    await failCommits(database, 'weur-1');

    const failed = await post(database, CREATE, { code: 'LOST' });
    const onReplica = await database.rows('enam-1', CODES);
    await letCommitsBe(database, 'weur-1');
    await eventually(async () => expect((await post(database, CREATE, { code: 'GVA' })).status).toBe(202));

    expect(failed.errors[0]?.code).toBe('Neo.DatabaseError.Transaction.TransactionCommitFailed');
    expect(failed.errors[0]?.message).toContain('SQLITE_CONSTRAINT');
    expect(onReplica).toEqual([['ZRH']]);
    const all = await database.level();
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
    expect(await database.rows('enam-1', CODES)).toEqual([['GVA'], ['ZRH']]);
  });

  test('while a snapshot is taken costs the snapshot and nothing else', async () => {
    const database = await Database.create('fails-in-snapshot', ['weur']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await failOnce(database, 'weur-1', /INTO chunk/);

    const failed = await database.send('weur-1', 'CREATE SNAPSHOT').catch((error: unknown) => error);
    await database.run('weur-1', CREATE, { code: 'GVA' });
    await database.rows('weur-1', 'CREATE SNAPSHOT');
    await database.kill('weur-1');

    expect(failed).toMatchObject({ ok: false });
    expect(await database.rows('weur-1', CODES)).toEqual([['GVA'], ['ZRH']]);
  });
});

/** The longest BLOB or text in any row of an instance. */
async function longestField(database: Database, instance: string): Promise<number> {
  const fields = {
    state: ['bytes'],
    wal: ['bytes'],
    diverged: ['bytes'],
    snapshot: ['manifest', 'places'],
    chunk: ['bytes'],
    arriving: ['bytes'],
    subscription: ['statement', 'parameters'],
  };
  let longest = 0;
  for (const [table, columns] of Object.entries(fields)) {
    for (const column of columns) {
      const [row] = await database.sql(instance, `SELECT coalesce(max(length(${column})), 0) AS bytes FROM ${table}`);
      longest = Math.max(longest, Number(row?.bytes));
    }
  }
  return longest;
}

describe('a row', () => {
  test('is never longer than 1 MiB, however large a transaction, a property, or a snapshot that arrives', async () => {
    const database = await Database.create('long-rows', ['weur', 'enam']);
    const text = 'x'.repeat(1_500_000);

    await database.run('weur-1', 'UNWIND range(1, 2) AS i CREATE (:Page {text: $text + toString(i)})', { text });
    await database.run('weur-1', 'UNWIND range(1, 20000) AS i CREATE (:Small {i: i})');
    await database.run('weur-1', 'CREATE SNAPSHOT');
    await database.level();
    await database.sql('enam-1', 'DELETE FROM wal');
    await database.sql('enam-1', 'DELETE FROM state');
    await database.kill('enam-1');
    await database.run('weur-1', CREATE, { code: 'ZRH' }, { deadlineMs: 20_000 });
    await database.level();

    const longest = await Promise.all(['weur-1', 'enam-1'].map((instance) => longestField(database, instance)));
    expect(Math.max(...longest)).toBeLessThanOrEqual(BLOB_BYTES_MAX);
    expect(Math.min(...longest)).toBeGreaterThan(BLOB_BYTES_MAX / 2);
  });

  test('is not made of a transaction above 24 MiB: that is refused, and nothing of it stays', async () => {
    const database = await Database.create('too-long', ['weur']);
    const text = 'x'.repeat(1_000_000);

    const failed = await database.fails(
      'weur-1',
      'UNWIND range(1, 30) AS i CREATE (:Page {text: $text + toString(i)})',
      {
        text,
      },
    );
    await database.run('weur-1', CREATE, { code: 'ZRH' });

    expect(failed.error.code).toBe('Neo.TransientError.General.TransactionMemoryLimit');
    expect(failed.error.message).toMatch(/bytes of changes, and at most 25165824 can be committed at once/);
    expect(await database.rows('weur-1', 'MATCH (n) RETURN count(n)')).toEqual([[1]]);
  });

  test('holds a live query with its parameters, or that is refused', async () => {
    const database = await Database.create('long-query', ['weur']);
    const client = await LiveClient.connect(database.name);

    client.send({ t: 'sub', id: 1, q: 'RETURN size($text) AS size', p: { text: 'é'.repeat(600_000) } });
    const refused = await client.heard(({ t }) => t === 'err');
    client.send({ t: 'sub', id: 2, q: 'RETURN size($text) AS size', p: { text: 'x'.repeat(600_000) } });
    await client.heard(({ t, id }) => t === 'live' && id === 2);

    expect(JSON.stringify(refused)).toContain('at most 1048576 bytes; these are 1200');
    expect(await longestField(database, 'weur-1')).toBeLessThanOrEqual(BLOB_BYTES_MAX);
  });
});

/** What happens to the rows of the log of five transactions, the second to the sixth row. */
const DAMAGES = [
  { what: 'missing', sql: ['DELETE FROM wal WHERE row = 4'], cut: 3 },
  {
    what: 'exchanged',
    sql: [
      'UPDATE wal SET row = -3 WHERE row = 3',
      'UPDATE wal SET row = 3 WHERE row = 4',
      'UPDATE wal SET row = 4 WHERE row = -3',
    ],
    cut: 2,
  },
  { what: 'cut off', sql: ['UPDATE wal SET bytes = substr(bytes, 1, length(bytes) - 5) WHERE row = 4'], cut: 3 },
  { what: 'empty', sql: ["UPDATE wal SET bytes = x'' WHERE row = 4"], cut: 3 },
  { what: 'doubled', sql: ['UPDATE wal SET bytes = (SELECT bytes FROM wal WHERE row = 3) WHERE row = 4'], cut: 3 },
] as const;

const FIVE = ['BRN', 'BSL', 'GVA', 'LUG', 'ZRH'];

describe.each(DAMAGES)('a row of the log that is $what', ({ what, sql, cut }) => {
  const name = what.replace(' ', '-');

  test('is told by a lone instance to whoever asks, with what can still be followed', async () => {
    const database = await Database.create(`alone-${name}`, ['weur']);
    for (const code of FIVE) await database.run('weur-1', CREATE, { code });

    for (const statement of sql) await database.sql('weur-1', statement);
    await database.kill('weur-1');
    const [read, write] = [await post(database, CODES), await post(database, CREATE, { code: 'LOST' })];

    for (const { errors } of [read, write]) {
      expect(errors[0]?.code).toBe('Neo.DatabaseError.General.StorageDamageDetected');
      expect(errors[0]?.message).toContain(`'${database.name}@weur-1' is in quarantine`);
      expect(errors[0]?.message).toContain(`the log can be followed to lsn ${cut} `);
    }
  });

  test('is made up for by MAIN', async () => {
    const database = await Database.create(`filled-${name}`, ['weur', 'enam', 'apac']);
    for (const code of FIVE) await database.run('weur-1', CREATE, { code });
    await database.level();

    for (const statement of sql) await database.sql('enam-1', statement);
    await database.kill('enam-1');
    const { details } = await database.describe('enam-1');
    await database.run('weur-1', CREATE, { code: 'SIR' }, { deadlineMs: 15_000 });
    const all = await eventually(async () => {
      const level = await database.level();
      expect(level[1]).toMatchObject({ role: 'replica', details: { quarantine: false } });
      return level;
    });

    expect(details.quarantine).toContain(`followed to lsn ${cut} `);
    expect(new Set(all.map((each) => each.details.checksum)).size).toBe(1);
  });
});

test('a log without its last row is noticed by what the state says was acknowledged, and filled by MAIN', async () => {
  const database = await Database.create('tail-missing', ['weur', 'enam', 'apac']);
  for (const code of FIVE) await database.run('weur-1', CREATE, { code });
  await database.level();
  const before = (await database.describe('enam-1')).details.acknowledgedLsn;
  await database.evict('enam-1');

  await database.sql('enam-1', 'DELETE FROM wal WHERE row >= 3');
  await database.kill('enam-1');
  await database.run('weur-1', CREATE, { code: 'SIR' }, { deadlineMs: 15_000 });
  const all = await database.level();

  expect(before).toBe(6);
  expect(new Set(all.map((each) => each.details.checksum)).size).toBe(1);
  expect(await database.rows('enam-1', CODES)).toHaveLength(6);
});

describe('chunks of the newest snapshot', () => {
  const NEWEST = 'id >= (SELECT max(id) - 1 FROM chunk)';

  test.each([
    { what: 'missing', sql: [`DELETE FROM chunk WHERE ${NEWEST}`] },
    { what: 'cut off', sql: [`UPDATE chunk SET bytes = substr(bytes, 1, length(bytes) / 2) WHERE ${NEWEST}`] },
    {
      what: 'exchanged',
      sql: [
        'UPDATE chunk SET id = -1 WHERE id = (SELECT max(id) FROM chunk)',
        'UPDATE chunk SET id = id + 1 WHERE id = (SELECT max(id) FROM chunk)',
        'UPDATE chunk SET id = (SELECT max(id) - 1 FROM chunk) WHERE id = -1',
      ],
    },
  ])('that are $what cost nothing', async ({ what, sql }) => {
    const database = await Database.create(`chunk-${what.replace(' ', '-')}`, ['weur']);
    // The first two have all of their chunks for themselves, the second one the last of all.
    for (const code of ['ZRH', 'GVA']) {
      await database.run('weur-1', CREATE, { code });
      await database.run('weur-1', 'CREATE SNAPSHOT');
    }
    const [before] = await database.level();

    for (const statement of sql) await database.sql('weur-1', statement);
    await database.kill('weur-1');
    const [after] = await database.level();

    expect(after?.details).toMatchObject({ quarantine: false, checksum: before?.details.checksum });
    expect(await database.rows('weur-1', 'SHOW SNAPSHOTS YIELD path')).toEqual([['snapshot-1']]);
  });

  test('whose older one has a damaged manifest are not built upon with it', async () => {
    const database = await Database.create('older-manifest', ['weur']);
    for (const code of ['ZRH', 'GVA']) {
      await database.run('weur-1', CREATE, { code });
      await database.run('weur-1', 'CREATE SNAPSHOT');
    }
    await database.sql('weur-1', "UPDATE snapshot SET manifest = x'00' WHERE slot = 1");

    await database.kill('weur-1');
    const shown = await database.rows('weur-1', 'SHOW SNAPSHOTS YIELD path');
    await database.run('weur-1', CREATE, { code: 'BSL' });
    await database.run('weur-1', 'CREATE SNAPSHOT');
    await database.kill('weur-1');

    expect(shown).toEqual([['snapshot-2']]);
    expect(await database.rows('weur-1', CODES)).toHaveLength(3);
  });
});
