/** Live queries over real WebSockets, through the Worker. */
import { runInDurableObject, SELF } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import { ask, Database, eventually } from './cluster.ts';
import { LiveClient } from './live-client.ts';

const CODES = 'MATCH (a:Airport) RETURN a.code AS code';
const CREATE = 'CREATE (:Airport {code: $code})';

describe('a socket', () => {
  test('is ready when the token is right, and answers pings', async () => {
    const database = await Database.create('ready', ['weur']);

    const client = await LiveClient.connect(database.name);
    client.send({ t: 'ping' });

    expect(client.frames[0]).toMatchObject({ t: 'ready', srv: 'weur-1', max: { subs: 32 } });
    await client.heard((frame) => frame.t === 'pong');
  });

  test.each([
    ['a wrong token', (client: LiveClient) => client.authenticate('wrong'), 4401],
    ['no auth first', (client: LiveClient) => client.send({ t: 'sub', id: 1, q: CODES }), 4401],
    ['no JSON', (client: LiveClient) => client.sendText('{'), 4400],
    ['an unknown message', (client: LiveClient) => client.send({ t: 'bogus' }), 4400],
  ])('with %s is closed', async (_, speak, code) => {
    const database = await Database.create(`closed-${code}-${_.replaceAll(' ', '-').toLowerCase()}`, ['weur']);

    const client = await LiveClient.open(database.name);
    speak(client);

    expect((await client.isClosed()).code).toBe(code);
  });

  test('that says nothing is closed after ten seconds, also when the instance slept meanwhile', async () => {
    const database = await Database.create('silent', ['weur', 'enam']);
    const client = await LiveClient.open('silent@enam-1');
    await database.evict('enam-1');
    await database.describe('enam-1');

    const { code } = await client.isClosed();

    expect(code).toBe(4408);
  });

  test('may say what it wants before it is told that it may', async () => {
    const database = await Database.create('pipelined', ['weur']);
    const client = await LiveClient.open(database.name);

    client.authenticate();
    client.send({ t: 'sub', id: 1, q: CODES });
    client.send({ t: 'sub', id: 2, q: CODES });

    await client.heard((frame) => frame.t === 'live' && frame.id === 2);
    expect(client.frames[0]?.t).toBe('ready');
  });

  test('of another protocol, or of a database that is not there, is closed with a reason', async () => {
    await Database.create('protocol', ['weur']);

    const clients = [await LiveClient.open('protocol', 'other'), await LiveClient.open('nowhere')];

    expect((await Promise.all(clients.map((client) => client.isClosed()))).map(({ code }) => code)).toEqual([
      4406, 4403,
    ]);
  });

  test('is needed', async () => {
    const response = await SELF.fetch('http://skein.test/db/any/live');

    expect(response.status).toBe(426);
  });
});

describe('a subscription', () => {
  test('gets columns, rows, and the bookmark that they stand for', async () => {
    const database = await Database.create('first', ['weur']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    const { bookmark } = await database.run('weur-1', CREATE, { code: 'GVA' });
    const client = await LiveClient.connect(database.name);

    await client.subscribe(1, CODES);

    expect(client.frames.slice(1).map(({ t }) => t)).toEqual(['cols', 'rows', 'live']);
    expect(client.frames[1]?.cols).toEqual(['code']);
    expect(client.rows(1)).toEqual([['ZRH'], ['GVA']]);
    expect(client.at(1)).toBe(bookmark);
  });

  test('gets a difference for what somebody else writes, from its bookmark to that of the write', async () => {
    const database = await Database.create('written', ['weur', 'enam']);
    const clients = [await LiveClient.connect('written@weur-1'), await LiveClient.connect('written@enam-1')];
    for (const client of clients) await client.subscribe(1, CODES);

    const { bookmark } = await database.run('weur-1', CREATE, { code: 'ZRH' });
    for (const client of clients) await client.shows(1, [['ZRH']]);

    for (const client of clients) expect([client.at(1), client.diffCount(1)]).toEqual([bookmark, 1]);
  });

  test('follows rows that change, come and go, in order when it wants that', async () => {
    const database = await Database.create('ordered', ['weur']);
    const client = await LiveClient.connect(database.name);
    const ordered = 'MATCH (a:Airport) RETURN a, a.rank AS rank ORDER BY rank DESC LIMIT 3';
    await client.subscribe(1, ordered, { opts: { ordered: true } });
    const ranks = () => client.rows(1).map(([, rank]) => rank);

    await database.run('weur-1', 'UNWIND range(1, 4) AS rank CREATE (:Airport {rank: rank})');
    await eventually(async () => expect(ranks()).toEqual([4, 3, 2]));
    await database.run('weur-1', 'MATCH (a:Airport {rank: 2}) SET a.rank = 9');
    await eventually(async () => expect(ranks()).toEqual([9, 4, 3]));
    await database.run('weur-1', 'MATCH (a:Airport {rank: 4}) DELETE a');

    await eventually(async () => expect(ranks()).toEqual([9, 3, 1]));
  });

  test('beside another one on the same socket does not mix with it', async () => {
    const database = await Database.create('both', ['weur']);
    const client = await LiveClient.connect(database.name);
    await client.subscribe(1, CODES);
    await client.subscribe(2, 'MATCH (c:City) RETURN c.name AS name');
    await client.subscribe(3, 'MATCH (a:Airport) RETURN count(*) AS n');

    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.run('weur-1', "CREATE (:City {name: 'Zurich'})");
    await client.shows(2, [['Zurich']]);

    await client.shows(1, [['ZRH']]);
    await client.shows(3, [[1]]);
    expect([1, 2, 3].map((id) => client.diffCount(id))).toEqual([1, 1, 1]);
  });

  test('is told by ticks how far it is when nothing in it changes', async () => {
    const database = await Database.create('ticking', ['weur', 'enam']);
    const client = await LiveClient.connect('ticking@enam-1');
    await client.subscribe(1, CODES);
    await client.subscribe(2, 'MATCH (c:City) RETURN count(*) AS n');
    // One of the two changes: the other is level, and the tick says so for both.
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    const { bookmark } = await database.run('weur-1', 'CREATE (:Other)');

    await eventually(async () => expect([client.at(1), client.at(2)]).toEqual([bookmark, bookmark]));

    expect(client.diffCount(2)).toBe(0);
    expect(client.frames.filter(({ t }) => t === 'tick').length).toBeGreaterThan(0);
  });

  test('without credit gets nothing, and then everything that happened as one difference', async () => {
    const database = await Database.create('credit', ['weur']);
    const client = await LiveClient.connect(database.name);
    await client.subscribe(1, CODES, { credit: 1 });
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await client.shows(1, [['ZRH']]);
    for (const code of ['GVA', 'BSL']) await database.run('weur-1', CREATE, { code });
    // Until the last commit has been evaluated.
    await scheduler.wait(100);
    await client.shows(1, [['ZRH']]);

    client.send({ t: 'credit', id: 1, n: 10 });
    await client.shows(1, [['ZRH'], ['GVA'], ['BSL']]);

    expect(client.diffCount(1)).toBe(2);
  });

  test('gets its first rows in parts when its credit is small', async () => {
    const database = await Database.create('parts', ['weur']);
    await database.run('weur-1', 'UNWIND range(1, 5) AS n CREATE (:Airport {code: toString(n)})');
    const client = await LiveClient.connect(database.name);

    client.send({ t: 'sub', id: 1, q: CODES, credit: 2 });
    await client.heard(({ t }) => t === 'rows');
    await scheduler.wait(50);
    const early = client.rows(1).length;
    client.send({ t: 'credit', id: 1, n: 10 });
    await client.heard(({ t }) => t === 'live');

    expect(early).toBe(2);
    expect(client.rows(1)).toHaveLength(5);
  });

  test('that squashes gets the changes of some time as one', async () => {
    const database = await Database.create('squashed', ['weur']);
    const client = await LiveClient.connect(database.name);
    await client.subscribe(1, CODES, { opts: { squashMs: 600 } });

    for (const code of ['ZRH', 'GVA', 'BSL', 'BRN', 'LUG']) await database.run('weur-1', CREATE, { code });
    await client.shows(1, [['ZRH'], ['GVA'], ['BSL'], ['BRN'], ['LUG']]);

    expect(client.diffCount(1)).toBeLessThan(3);
  });

  test('begins no earlier than the bookmarks that it wants to see', async () => {
    const database = await Database.create('after', ['weur', 'enam', 'apac'], ['SYNC', 'SYNC', 'ASYNC']);
    const client = await LiveClient.connect('after@apac-1');
    await client.subscribe(1, CODES);

    const { bookmark } = await database.run('weur-1', CREATE, { code: 'ZRH' });
    await client.subscribe(2, CODES, { after: [bookmark] });

    const first = client.frames.find(({ t, id }) => t === 'live' && id === 2);
    expect(first).toMatchObject({ n: 1, at: bookmark });
  });

  test('that is given up while it waits for a bookmark says nothing more, and its id is free', async () => {
    const database = await Database.create('given-up', ['weur']);
    const { bookmark } = await database.run('weur-1', CREATE, { code: 'ZRH' });
    const fields = bookmark.split(':');
    const next = [...fields.slice(0, 3), (Number.parseInt(fields[3] ?? '', 36) + 1).toString(36)].join(':');
    const client = await LiveClient.connect(database.name);

    client.send({ t: 'sub', id: 1, q: CODES, after: [next] });
    client.send({ t: 'unsub', id: 1 });
    client.send({ t: 'sub', id: 1, q: 'MATCH (a:Airport) RETURN count(*) AS n', after: [next] });
    await scheduler.wait(100);
    const early = client.frames.length;
    await database.run('weur-1', CREATE, { code: 'GVA' });
    await client.shows(1, [[2]]);

    expect(early).toBe(1);
    expect(client.frames.filter(({ t }) => t === 'cols').map(({ cols }) => cols)).toEqual([['n']]);
  });

  test('that ends gets nothing any more', async () => {
    const database = await Database.create('ended', ['weur']);
    const client = await LiveClient.connect(database.name);
    await client.subscribe(1, CODES);
    await client.subscribe(2, CODES);

    client.send({ t: 'unsub', id: 1 });
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await client.shows(2, [['ZRH']]);

    expect(client.diffCount(1)).toBe(0);
    expect(await stored(database, 'weur-1')).toBe(1);
  });

  test.each([
    ['a syntax error', 'MATCH (a', 'Neo.ClientError.Statement.SyntaxError'],
    ['a statement that writes', 'CREATE (a) RETURN a', 'Neo.ClientError.Statement.ArgumentError'],
    ['EXPLAIN', `EXPLAIN ${CODES}`, 'Neo.ClientError.Statement.ArgumentError'],
    ['a parameter that is not there', 'RETURN $missing AS x', 'Neo.ClientError.Statement.ParameterMissing'],
    ['an error in its evaluation', 'RETURN 1 / 0 AS x', 'Neo.ClientError.Statement.ArithmeticError'],
    ['too many rows', 'UNWIND range(1, 10001) AS x RETURN x', 'Neo.ClientError.Statement.ArgumentError'],
  ])('with %s ends with that error, and the socket goes on', async (name, q, code) => {
    const database = await Database.create(`error-${name.replaceAll(' ', '-').toLowerCase()}`, ['weur']);
    const client = await LiveClient.connect(database.name);

    client.send({ t: 'sub', id: 1, q });
    const error = await client.heard(({ t }) => t === 'err');
    await client.subscribe(1, CODES);

    expect(error).toMatchObject({ id: 1, code });
    expect(client.closed).toBeUndefined();
    expect(await stored(database, 'weur-1')).toBe(1);
  });

  test('under an id that is in use, or one too many, closes the socket', async () => {
    const database = await Database.create('many', ['weur']);
    const clients = [await LiveClient.connect(database.name), await LiveClient.connect(database.name)];

    for (const id of [1, 1]) clients[0]?.send({ t: 'sub', id, q: CODES });
    for (let id = 0; id < 33; id += 1) clients[1]?.send({ t: 'sub', id, q: CODES });
    const codes = (await Promise.all(clients.map((client) => client.isClosed()))).map(({ code }) => code);

    expect(codes).toEqual([4409, 4429]);
    expect(await stored(database, 'weur-1')).toBe(0);
  });

  test('that comes while a commit waits for a replica does not miss it', async () => {
    const database = await Database.create('unseen', ['weur', 'enam', 'apac']);
    await database.level();
    const client = await LiveClient.connect('unseen@weur-1');
    await database.isolate('weur-1');
    const write = database.send('weur-1', CREATE, { code: 'ZRH' }, { deadlineMs: 15_000 });
    await scheduler.wait(50);

    await client.subscribe(1, CODES);
    const first = client.rows(1);
    await database.cut();
    const answer = await write;

    expect(first).toEqual([]);
    // MAIN is back before anybody has noticed, so the write is acknowledged.
    expect(answer.ok).toBe(true);
    await client.shows(1, [['ZRH']]);
  });
});

describe('a socket that sleeps', () => {
  test('gets the right difference for the next commit', async () => {
    const database = await Database.create('slept', ['weur', 'enam']);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    const client = await LiveClient.connect('slept@enam-1');
    await client.subscribe(1, CODES);
    await client.subscribe(2, 'MATCH (a:Airport) RETURN count(*) AS n');
    await idle(database);

    await database.evict('enam-1');
    await database.run('weur-1', CREATE, { code: 'GVA' });
    await client.shows(1, [['ZRH'], ['GVA']]);
    await client.shows(2, [[2]]);

    expect(client.frames.filter(({ t }) => t === 'reset')).toEqual([]);
    expect([client.diffCount(1), client.diffCount(2)]).toEqual([1, 1]);
  });

  test('never misses or repeats a change, however often and when it sleeps', async () => {
    const database = await Database.create('naps', ['weur', 'enam']);
    const clients = [await LiveClient.connect('naps@enam-1'), await LiveClient.connect('naps@enam-1')];
    for (const client of clients) await client.subscribe(1, CODES);

    for (let nap = 0; nap < 8; nap += 1) {
      const writes = [0, 1, 2].map((n) => database.run('weur-1', CREATE, { code: `A${nap}${n}` }));
      if (nap % 2 === 1) await Promise.all(writes);
      await database.evict('enam-1');
      await Promise.all(writes);
      await database.run('weur-1', 'MATCH (a:Airport) WITH a LIMIT 1 SET a.code = a.code + "x"');
    }
    const rows = await database.rows('weur-1', CODES);

    for (const client of clients) await client.shows(1, rows);
  });

  test('keeps its credit, and what it was not sent for lack of it', async () => {
    const database = await Database.create('poor', ['weur', 'enam']);
    const client = await LiveClient.connect('poor@enam-1');
    await client.subscribe(1, CODES, { credit: 1 });
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await client.shows(1, [['ZRH']]);
    await database.run('weur-1', CREATE, { code: 'GVA' });
    await idle(database);
    await client.shows(1, [['ZRH']]);

    await database.evict('enam-1');
    await database.describe('enam-1');
    client.send({ t: 'credit', id: 1, n: 10 });

    await client.shows(1, [['ZRH'], ['GVA']]);
  });

  test('that closes leaves nothing behind', async () => {
    const database = await Database.create('gone', ['weur', 'enam']);
    const client = await LiveClient.connect('gone@enam-1');
    await client.subscribe(1, CODES);
    await database.evict('enam-1');

    client.close();
    await within(2_000, client.isClosed());

    await eventually(async () => expect(await stored(database, 'enam-1')).toBe(0));
  });
});

describe('an instance that cannot serve any more closes its sockets, so that clients go elsewhere', () => {
  test('when it is cut off', async () => {
    const database = await Database.create('cut-off', ['weur', 'enam']);
    const client = await LiveClient.connect('cut-off@enam-1');
    await client.subscribe(1, CODES);

    await database.cut('enam-1');

    expect((await client.isClosed()).code).toBe(4503);
    await database.cut();
  });

  test('when its database is dropped', async () => {
    const database = await Database.create('falling', ['weur']);
    const client = await LiveClient.connect(database.name);
    await client.subscribe(1, CODES);

    await ask({ type: 'dropDatabase', name: database.name, ifExists: false });

    expect((await client.isClosed()).code).toBe(4503);
  });
});

test('a subscriber of an old MAIN goes on through the failover, and sees nothing that was set aside', async () => {
  const database = await Database.create('survivor', ['weur', 'enam', 'apac']);
  await database.run('weur-1', CREATE, { code: 'ZRH' });
  await database.level();
  const clients = [await LiveClient.connect('survivor@weur-1'), await LiveClient.connect('survivor@enam-1')];
  for (const client of clients) await client.subscribe(1, CODES);

  await database.isolate('weur-1');
  await database.fails('weur-1', CREATE, { code: 'LOST' }, { deadlineMs: 500 });
  const promoted = await database.successor('weur-1');
  await database.run(promoted, CREATE, { code: 'GVA' });
  await database.cut();
  for (const client of clients) await client.shows(1, [['ZRH'], ['GVA']]);
  await database.run(promoted, CREATE, { code: 'BSL' }, { deadlineMs: 15_000 });

  for (const client of clients) {
    await client.shows(1, [['ZRH'], ['GVA'], ['BSL']]);
    expect(JSON.stringify(client.frames)).not.toContain('LOST');
  }
});

/** Fails when it takes longer. */
function within<T>(ms: number, promise: Promise<T>): Promise<T> {
  const late = scheduler.wait(ms).then(() => Promise.reject(new Error(`it took more than ${ms} ms`)));
  return Promise.race([promise, late]);
}

/** Subscriptions that an instance has in storage. */
async function stored(database: Database, instance: string): Promise<number> {
  return runInDurableObject(database.stub(instance), (_object, ctx) =>
    Number(ctx.storage.sql.exec('SELECT count(*) AS count FROM subscription').one().count),
  );
}

/** Waits until all has been told to everybody. */
async function idle(database: Database): Promise<void> {
  await database.level();
  await scheduler.wait(1_300);
}
