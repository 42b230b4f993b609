/** Instances that lose their memory, and some of their storage. */
import { abortAllDurableObjects, runDurableObjectAlarm } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { Database, eventually } from './cluster.ts';

const CREATE = 'CREATE (:Airport {code: $code})';
const CODES = 'MATCH (a:Airport) RETURN a.code AS code ORDER BY code';

describe('memory that is lost', () => {
  test('between commits takes no acknowledged write with it', async () => {
    const database = await Database.create('killed', ['weur', 'enam']);
    const acknowledged: string[] = [];

    for (let round = 0; round < 4; round += 1) {
      const codes = Array.from({ length: 5 }, (_, number) => `A${round}${number}`);
      const writes = codes.map(async (code) => {
        const answer = await database.send('weur-1', CREATE, { code }, { deadlineMs: 8_000 }).catch(() => undefined);
        if (answer?.ok) acknowledged.push(code);
      });
      if (round % 2 === 0) await Promise.all(writes);
      await database.kill(round < 2 ? 'weur-1' : 'enam-1');
      await Promise.all(writes);
    }
    const all = await database.level();
    const codes = (await database.rows('enam-1', CODES)).map(([code]) => code);

    expect(acknowledged.length).toBeGreaterThanOrEqual(10);
    expect(codes).toEqual(expect.arrayContaining(acknowledged));
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
  });

  test('everywhere at once takes none either', async () => {
    const database = await Database.create('aborted', ['weur', 'enam', 'apac']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });

    await abortAllDurableObjects();
    const rows = await eventually(() => database.rows('weur-1', CODES));
    await database.run('weur-1', CREATE, { code: 'GVA' });
    const all = await database.level();

    expect(rows).toEqual([['ZRH']]);
    expect(all.map(({ details }) => details.nodes)).toEqual([2, 2, 2]);
  });

  test('of a replica that sleeps is built again when the next commit comes', async () => {
    const database = await Database.create('asleep', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.evict('enam-1');

    const { bookmark } = await database.run('weur-1', CREATE, { code: 'GVA' });

    expect(await database.rows('enam-1', CODES, { bookmarks: [bookmark] })).toEqual([['GVA'], ['ZRH']]);
  });
});

describe('an alarm', () => {
  test('that comes twice, late, or to a replica changes nothing', async () => {
    const database = await Database.create('alarmed', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    const before = await database.level();

    const ran: boolean[] = [];
    for (const instance of ['weur-1', 'weur-1', 'enam-1']) {
      ran.push(await runDurableObjectAlarm(database.stub(instance) as unknown as DurableObjectStub));
    }
    const after = await database.level();

    expect(ran[0]).toBe(true);
    expect(after).toMatchObject(before.map(({ role, details }) => ({ role, details: { checksum: details.checksum } })));
  });
});

test('an instance that nobody asks anything wants no more ticks after a while', async () => {
  const database = await Database.create('idle', ['weur', 'enam']);
  await database.run('weur-1', CREATE, { code: 'ZRH' });
  const [busy] = await database.level();

  const idle = await eventually(async () => {
    const { details } = await database.describe('weur-1');
    expect(details.awake).toBe(false);
    return details;
  });
  await database.run('weur-1', CREATE, { code: 'GVA' });

  expect(busy?.details.awake).toBe(true);
  expect(idle.acknowledgedLsn).toBe(2);
  expect((await database.describe('weur-1')).details.awake).toBe(true);
});

/** Half a megabyte to a statement: eighteen of them make a snapshot due. */
async function fill(database: Database, from: number, count: number): Promise<void> {
  for (let number = from; number < from + count; number += 1) {
    const text = `${number}-${'x'.repeat(500_000)}`;
    await database.run(database.main, 'CREATE (:Page {number: $number, text: $text})', { number, text });
  }
}

/** Waits until an instance has so many snapshots. */
function snapshots(database: Database, instance: string, count: number) {
  return eventually(async () => {
    const rows = await database.sql(instance, 'SELECT slot FROM snapshot ORDER BY slot');
    expect(rows.length).toBe(count);
    return rows;
  });
}

async function chunkIds(database: Database): Promise<unknown[]> {
  return (await database.sql('weur-1', 'SELECT id FROM chunk ORDER BY id')).map(({ id }) => id);
}

/** Lays the tables of an instance with one snapshot as the first version had them. */
async function toFirstVersion(database: Database): Promise<void> {
  const [{ from } = { from: 0 }] = await database.sql('weur-1', 'SELECT min(id) AS "from" FROM chunk');
  await database.sql('weur-1', 'UPDATE chunk SET id = -(id - ? + 1048576)', from);
  await database.sql('weur-1', 'UPDATE chunk SET id = -id');
  await database.sql('weur-1', 'DROP TABLE arriving');
  await database.sql('weur-1', 'ALTER TABLE snapshot DROP COLUMN places');
  await database.sql('weur-1', 'ALTER TABLE snapshot ADD COLUMN chunk_count INTEGER NOT NULL DEFAULT 0');
}

describe('snapshots', () => {
  test('are taken as the log grows, shorten it, and are what a start begins with', async () => {
    const database = await Database.create('snapped', ['weur']);
    await fill(database, 0, 18);
    await snapshots(database, 'weur-1', 1);
    await fill(database, 18, 18);
    await snapshots(database, 'weur-1', 2);
    const [before] = await database.level();
    const wal = await database.sql('weur-1', 'SELECT min(last_lsn) AS first, max(last_lsn) AS last FROM wal');

    await database.kill('weur-1');
    const [after] = await database.level();

    expect(Number(wal[0]?.first)).toBeGreaterThan(10);
    expect(wal[0]?.last).toBe(37);
    expect(after?.details).toMatchObject({ checksum: before?.details.checksum, storedLsn: 37 });
  });

  test('from the third on write only what has changed since the one that they replace', async () => {
    const database = await Database.create('incremental', ['weur']);
    await fill(database, 0, 18);
    await snapshots(database, 'weur-1', 1);
    await fill(database, 18, 18);
    await snapshots(database, 'weur-1', 2);
    // Another segment: nodes 2,048 and on.
    await database.run('weur-1', 'UNWIND range(1, 3000) AS number CREATE (:Small {number: number})', {});
    const before = await chunkIds(database);

    await fill(database, 36, 18);
    const slots = await eventually(async () => {
      const rows = await database.sql('weur-1', 'SELECT slot FROM snapshot ORDER BY slot');
      expect(rows).toEqual([{ slot: 2 }, { slot: 3 }]);
      return rows;
    });
    const [level] = await database.level();
    await database.kill('weur-1');
    const [after] = await database.level();

    expect(slots).toHaveLength(2);
    const kept = (await chunkIds(database)).filter((id) => before.includes(id));
    expect(kept.length).toBeGreaterThan(0);
    expect(after?.details.checksum).toBe(level?.details.checksum);
  });

  test('of the first version of the tables are read, and replaced in time', async () => {
    const database = await Database.create('upgraded', ['weur']);
    await fill(database, 0, 18);
    await snapshots(database, 'weur-1', 1);
    const [before] = await database.level();
    await toFirstVersion(database);

    await database.kill('weur-1');
    const [after] = await database.level();
    await fill(database, 18, 18);
    await snapshots(database, 'weur-1', 2);

    expect(after?.details).toMatchObject({ quarantine: false, checksum: before?.details.checksum });
  });

  test('are due also when the log grew in several lifetimes', async () => {
    const database = await Database.create('lives', ['weur']);

    for (let life = 0; life < 3; life += 1) {
      await fill(database, life * 6, 6);
      await database.kill('weur-1');
    }
    await fill(database, 18, 1);

    await snapshots(database, 'weur-1', 1);
  });

  test('bring a replica level that has lost its storage, which is not promoted while it is empty', async () => {
    const database = await Database.create('refilled', ['weur', 'enam', 'apac']);
    await fill(database, 0, 18);
    await fill(database, 18, 18);
    await snapshots(database, 'weur-1', 2);
    await database.level();

    await wipe(database, 'apac-1');
    await database.run('weur-1', CREATE, { code: 'ZRH' }, { deadlineMs: 20_000 });
    const all = await database.level();
    const marks = await database.sql('apac-1', 'SELECT count(*) AS count FROM snapshot');

    expect(all.map(({ role }) => role)).toEqual(['main', 'replica', 'replica']);
    expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
    expect(Number(marks[0]?.count)).toBeGreaterThan(0);
  });
});

/** Empties an instance's storage under it. */
async function wipe(database: Database, instance: string): Promise<void> {
  for (const table of ['state', 'wal', 'snapshot', 'chunk', 'arriving', 'diverged', 'subscription']) {
    await database.sql(instance, `DROP TABLE ${table}`);
  }
  await database.kill(instance);
}

/** Waits until a damaged instance is a replica, level with the others, and stays so with its memory gone. */
async function filledAnew(database: Database, instance: string): Promise<void> {
  await eventually(async () => {
    const all = await database.level();
    const { role, details } = await database.describe(instance);
    expect({ role, quarantine: details.quarantine }).toEqual({ role: 'replica', quarantine: false });
    expect(new Set(all.map((other) => other.details.checksum)).size).toBe(1);
  });
  await database.kill(instance);
  expect((await database.describe(instance)).details.quarantine).toBe(false);
}

/** Turns one bit of a BLOB over. */
async function flip(database: Database, instance: string, place: { table: string; column: string; where: string }) {
  const { table, column, where } = place;
  const [row] = await database.sql(instance, `SELECT ${column} AS bytes FROM ${table} WHERE ${where}`);
  const bytes = new Uint8Array(row?.bytes as ArrayBuffer); // a BLOB
  bytes[bytes.length >> 1]! ^= 1;
  await database.sql(instance, `UPDATE ${table} SET ${column} = ? WHERE ${where}`, bytes.buffer);
}

describe('a flipped bit', () => {
  test('in the log puts the instance into quarantine, which says what is lost, until MAIN has filled it anew', async () => {
    const database = await Database.create('flipped', ['weur', 'enam', 'apac']);
    for (const code of ['ZRH', 'GVA', 'BSL', 'BRN']) await database.run('weur-1', CREATE, { code });
    await database.level();

    await flip(database, 'enam-1', { table: 'wal', column: 'bytes', where: 'last_lsn = 3' });
    await database.kill('enam-1');
    const { role, details } = await database.describe('enam-1');
    const refusal = await database.fails('enam-1', CODES, {}, { accessMode: 'read' });

    expect(role).toBe('none');
    expect(details.quarantine).toMatch(/followed to lsn 2 .* does not agree with its checksum.*goes on at lsn 4/);
    expect(refusal).toMatchObject({ retry: 'unreachable' });
    await database.run('weur-1', CREATE, { code: 'LUG' }, { deadlineMs: 15_000 });
    await filledAnew(database, 'enam-1');
  });

  test('in the log of MAIN lets another one take over, with every acknowledged write', async () => {
    const database = await Database.create('main-flipped', ['weur', 'enam', 'apac']);
    for (const code of ['ZRH', 'GVA', 'BSL']) await database.run('weur-1', CREATE, { code });
    await database.level();

    await flip(database, 'weur-1', { table: 'wal', column: 'bytes', where: 'last_lsn = 3' });
    await database.kill('weur-1');
    await database.describe('weur-1');
    await database.send('weur-1', CODES);
    const successor = await database.successor('weur-1');

    expect(await database.rows(successor, CODES)).toEqual([['BSL'], ['GVA'], ['ZRH']]);
    await database.run(successor, CREATE, { code: 'LUG' }, { deadlineMs: 15_000 });
    await filledAnew(database, 'weur-1');
  });

  test('in the record of the replication state is quarantine too, until the coordinators have told it what it is part of', async () => {
    const database = await Database.create('state-flipped', ['weur', 'enam', 'apac']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.level();

    await flip(database, 'enam-1', { table: 'state', column: 'bytes', where: 'id = 1' });
    await database.kill('enam-1');

    expect((await database.describe('enam-1')).details.quarantine).toContain('replication state');
    await database.run('weur-1', CREATE, { code: 'GVA' }, { deadlineMs: 15_000 });
    await filledAnew(database, 'enam-1');
  });

  test('in that record of MAIN lets another one take over, whose replica it becomes', async () => {
    const database = await Database.create('main-state-flipped', ['weur', 'enam', 'apac']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.level();

    await flip(database, 'weur-1', { table: 'state', column: 'bytes', where: 'id = 1' });
    await database.kill('weur-1');
    await database.describe('weur-1');
    await database.send('weur-1', CODES);
    const successor = await database.successor('weur-1');

    expect(await database.rows(successor, CODES)).toEqual([['ZRH']]);
    await database.run(successor, CREATE, { code: 'GVA' }, { deadlineMs: 15_000 });
    await filledAnew(database, 'weur-1');
  });

  test('in that record of an instance that is alone stays told: nobody else knows what was acknowledged', async () => {
    const database = await Database.create('lone-state-flipped', ['weur']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });

    await flip(database, 'weur-1', { table: 'state', column: 'bytes', where: 'id = 1' });
    await database.kill('weur-1');

    expect((await database.describe('weur-1')).details.quarantine).toContain('replication state');
    expect(await database.fails('weur-1', CODES, {}, { accessMode: 'read' })).toMatchObject({ retry: 'unreachable' });
  });

  test.each([
    {
      where: 'the newest snapshot',
      name: 'newest',
      table: 'chunk',
      column: 'bytes',
      row: 'id = (SELECT max(id) FROM chunk)',
    },
    {
      where: 'its manifest',
      name: 'manifest',
      table: 'snapshot',
      column: 'manifest',
      row: 'slot = (SELECT max(slot) FROM snapshot)',
    },
  ])('in $where costs nothing: an older one and the log make up for it', async ({ name, table, column, row }) => {
    const database = await Database.create(`older-${name}`, ['weur']);
    await fill(database, 0, 18);
    await fill(database, 18, 18);
    await snapshots(database, 'weur-1', 2);
    const [before] = await database.level();

    await flip(database, 'weur-1', { table, column, where: row });
    await database.kill('weur-1');
    const [after] = await database.level();

    expect(after?.details).toMatchObject({ quarantine: false, checksum: before?.details.checksum });
    // The damaged one is gone, so that it is neither sent to a replica nor counted on.
    expect(await database.sql('weur-1', 'SELECT slot FROM snapshot')).toHaveLength(1);
  });
});
