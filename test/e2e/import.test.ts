/** `skein import` and `skein export` against a real server, with kill -9. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, Server, TOKEN } from './server.ts';

const SKEIN = resolve(import.meta.dirname, '../../cli/skein.ts');
const NODES = 20_000;
const RELATIONSHIPS = 60_000;

const folder = mkdtempSync(join(tmpdir(), 'skein-import-'));
let server: Server;

beforeAll(async () => {
  server = await Server.start(join(folder, 'data'));
});

afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Starts a command and kills it when `isTime` says so. */
async function killWhen(words: readonly string[], isTime: () => Promise<boolean>): Promise<NodeJS.Signals | null> {
  const env = { ...process.env, SKEIN_ADMIN_TOKEN: TOKEN, SKEIN_URL: server.url };
  const child = spawn(process.execPath, [SKEIN, ...words], { env, stdio: 'ignore' });
  const ended = new Promise<NodeJS.Signals | null>((done) => child.once('exit', (_, signal) => done(signal)));
  await eventually(isTime, (time) => time || child.exitCode !== null, 60_000);
  child.kill('SIGKILL');
  return ended;
}

describe('an import that is killed', () => {
  const source = join(folder, 'graph');

  beforeAll(async () => {
    mkdirSync(source);
    const nodes = Array.from({ length: NODES }, (_, index) => `n${index},${index}`);
    const relationships = Array.from({ length: RELATIONSHIPS }, (_, index) => {
      const from = (index * 7_919) % NODES;
      return `n${from},n${(index * 104_729 + 1) % NODES},${index}`;
    });
    writeFileSync(join(source, 'nodes.csv'), `:ID,number:int\n${nodes.join('\n')}\n`);
    writeFileSync(
      join(source, 'to.csv'),
      `:START_ID,:END_ID,number:int,:TYPE\n${relationships.map((row) => `${row},TO`).join('\n')}\n`,
    );
    await server.rows("CREATE DATABASE killed OPTIONS {regions: ['weur']}", { database: 'system' });
  });

  const count = async (pattern: string) =>
    Number((await server.rows(`MATCH ${pattern} RETURN count(*)`, { database: 'killed' }))[0]?.[0]);

  test('goes on where it stands, as often as it takes, and gives each row once', async () => {
    const words = ['import', source, '--database', 'killed', '--json'];
    const signals = [
      await killWhen(words, async () => (await count('(n)')) > 5_000),
      await killWhen(words, async () => (await count('()-[r]->()')) > 10_000),
      await killWhen(words, async () => (await count('()-[r]->()')) > 30_000),
    ];

    const report = JSON.parse(await server.command(...words));
    const again = JSON.parse(await server.command(...words));

    expect(signals).toEqual(['SIGKILL', 'SIGKILL', 'SIGKILL']);
    expect(report).toMatchObject({
      outcome: 'resumed and imported',
      nodes: NODES,
      relationships: RELATIONSHIPS,
      badRows: 0,
    });
    expect(again).toMatchObject({ outcome: 'there already' });
    const sums = await server.rows(
      'MATCH (a)-[r:TO]->(b) RETURN count(r), sum(r.number), count(DISTINCT r.number), sum(a.number), sum(b.number)',
      {
        database: 'killed',
      },
    );
    const numbers = Array.from({ length: RELATIONSHIPS }, (_, index) => index);
    const sum = (of: (index: number) => number) => numbers.reduce((total, index) => total + of(index), 0);
    expect(sums).toEqual([
      [
        RELATIONSHIPS,
        sum((index) => index),
        RELATIONSHIPS,
        sum((index) => (index * 7_919) % NODES),
        sum((index) => (index * 104_729 + 1) % NODES),
      ],
    ]);
    expect(await count('(n:__SkeinNode)')).toBe(0);
  });
});

test('an export of the flights, imported again, is the flights', async () => {
  const databases = ['original', 'from-csv', 'from-ndjson', 'from-cypher'];
  for (const name of databases) {
    await server.rows(`CREATE DATABASE \`${name}\` OPTIONS {regions: ['weur']}`, { database: 'system' });
  }
  await server.command('import', 'examples/flights', '--database', 'original');
  const digest = (database: string) =>
    server.rows(
      'MATCH (a:Airport)-[r:ROUTE]->(b:Airport) RETURN count(r), count(DISTINCT a), sum(a.id * 3 + b.id), sum(r.airline_id), sum(a.latitude) > 0',
      { database },
    );

  for (const [form, target] of [
    ['csv', 'flights'],
    ['ndjson', 'flights.ndjson'],
    ['cypher', 'flights.cypher'],
  ] as const) {
    const path = join(folder, target);
    const exported = JSON.parse(await server.command('export', path, '--database', 'original', '--json'));
    const imported = JSON.parse(await server.command('import', path, '--database', `from-${form}`, '--json'));

    expect(exported).toMatchObject({ form, nodes: 13_860, relationships: 66_771 });
    expect(imported).toMatchObject({ outcome: 'imported', badRows: 0 });
    expect(await digest(`from-${form}`)).toEqual(await digest('original'));
    expect(await server.rows('SHOW INDEXES YIELD labelsOrTypes, properties', { database: `from-${form}` })).toEqual(
      await server.rows('SHOW INDEXES YIELD labelsOrTypes, properties', { database: 'original' }),
    );
  }
});
