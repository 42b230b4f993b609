/** A replica that feeds another one, on real objects: MAIN does without it, and takes over when it must. */
import { expect, test } from 'vitest';
import { ask, Database, eventually } from './cluster.ts';

const CREATE = 'CREATE (:Airport {code: $code})';
const CODES = 'MATCH (a:Airport) RETURN a.code ORDER BY a.code';

/** A database whose replica in apac is fed by the one in enam. */
async function chained(name: string): Promise<Database> {
  const database = await Database.create(name, ['weur', 'enam']);
  await database.run('weur-1', CREATE, { code: 'ZRH' });
  const config = new Map([['upstream', 'enam-1']]);
  const command = { type: 'register', instance: 'apac-1', mode: 'ASYNC', config } as const;
  await ask({ type: 'operate', database: name, command });
  return new Database(name, ['weur-1', 'enam-1', 'apac-1']);
}

/** Who feeds the replica in apac, as SHOW REPLICAS tells, with what was set and how it is. */
async function feederOf(name: string): Promise<string> {
  const reply = await ask({ type: 'show', what: 'replicas', database: name });
  if (reply.type !== 'table') throw new Error(reply.type);
  const row = reply.rows.find(([replica]) => replica === 'apac-1') ?? [];
  const cell = (column: string) => row[reply.columns.indexOf(column)];
  return `${cell('fed_by')}, upstream ${cell('upstream')}, lag ${cell('lag_ms')}`;
}

test('a chained replica has what MAIN has acknowledged, by way of its upstream', async () => {
  const database = await chained('chain');

  await eventually(async () => expect(await feederOf('chain')).toBe('enam-1, upstream enam-1, lag 0'));
  await database.run('weur-1', CREATE, { code: 'GVA' });
  const all = await database.level();

  expect(new Set(all.map(({ details }) => details.checksum)).size).toBe(1);
  expect(await database.rows('apac-1', CODES)).toEqual([['GVA'], ['ZRH']]);
});

test('MAIN feeds it while its upstream is cut off, and leaves it to the upstream after that', async () => {
  const database = await chained('chain-cut');
  await eventually(async () => expect(await feederOf('chain-cut')).toBe('enam-1, upstream enam-1, lag 0'));

  await database.isolate('enam-1');
  await database.run('weur-1', CREATE, { code: 'GVA' });
  await database.level(['weur-1', 'apac-1']);
  const meanwhile = await feederOf('chain-cut');
  await database.cut();
  await eventually(async () => {
    await database.run('weur-1', CODES);
    expect(await feederOf('chain-cut')).toBe('enam-1, upstream enam-1, lag 0');
  });

  expect(meanwhile).toBe('weur-1, upstream enam-1, lag 0');
  expect(await database.rows('apac-1', CODES)).toEqual([['GVA'], ['ZRH']]);
});

test('it goes through the loss of memory of all three, and through a change of MAIN to its upstream', async () => {
  const database = await chained('chain-lost');
  await eventually(async () => expect(await feederOf('chain-lost')).toBe('enam-1, upstream enam-1, lag 0'));

  for (const instance of database.instances) await database.kill(instance);
  await database.run('weur-1', CREATE, { code: 'GVA' });
  await database.level();
  await ask({
    type: 'operate',
    database: 'chain-lost',
    command: { type: 'switchover', instance: 'enam-1' },
  });
  await database.run('enam-1', CREATE, { code: 'JFK' });
  await database.level();

  expect(await database.rows('apac-1', CODES)).toEqual([['GVA'], ['JFK'], ['ZRH']]);
  expect(await feederOf('chain-lost')).toContain('enam-1');
});
