/** Memgraph's manual replication, typed over HTTP at instances that are named: registered, lost, promoted, registered again. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Server } from './server.ts';

const SOON = { timeout: 20_000, interval: 200 };

let folder: string;
let server: Server;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-manual-'));
  server = await Server.start(folder);
  const options = "{replication: 'manual', regions: ['weur', 'enam', 'apac']}";
  await server.rows(`CREATE DATABASE flights OPTIONS ${options}`, { database: 'system' });
}, 60_000);

afterAll(async () => {
  await server.kill();
  await rm(folder, { recursive: true, force: true });
});

function at(instance: string) {
  const database = `flights@${instance}`;
  return {
    ask: (statement: string) => server.ask(statement, { database }),
    rows: (statement: string) => server.rows(statement, { database }),
  };
}

const weur = at('weur-1');
const enam = at('enam-1');
const apac = at('apac-1');

/** Name, address, mode, state and membership of the in-sync set of each replica. */
async function replicasOfWeur() {
  const rows = await weur.rows('SHOW REPLICAS');
  return rows.map(([name, address, mode, , info, , inSync]) => [name, address, mode, info, inSync]);
}

test('a replica is registered, MAIN is lost, the replica is promoted, and the others follow it', async () => {
  await weur.rows('CREATE (:City {name: "Bern"})');
  await enam.rows('SET REPLICATION ROLE TO REPLICA WITH PORT 10000');
  await weur.rows('REGISTER REPLICA rep1 SYNC TO "enam-1:10000"');
  await weur.rows('REGISTER REPLICA rep2 ASYNC TO "apac-1"');
  await weur.rows('CREATE (:City {name: "Biel"})');
  await expect.poll(replicasOfWeur, SOON).toEqual([
    ['rep1', 'enam-1:10000', 'sync', { flights: { ts: 3, behind: 0, status: 'ready' } }, true],
    ['rep2', 'apac-1', 'async', { flights: { ts: 3, behind: 0, status: 'ready' } }, false],
  ]);

  const refused = await enam.ask('CREATE (:City {name: "Thun"})');
  const nameless = await server.ask('MATCH (c:City) RETURN count(*)');
  expect(refused.errors[0]?.code).toBe('Neo.ClientError.Cluster.NotALeader');
  expect(nameless.errors[0]?.message).toContain('flights@weur-1');

  await server.faults({ cut: ['flights/instance/weur-1'] });
  await enam.rows('SET REPLICATION ROLE TO MAIN');
  await enam.rows('REGISTER REPLICA rep2 ASYNC TO "apac-1"');
  await enam.rows('CREATE (:City {name: "Chur"})');
  const names = 'MATCH (c:City) RETURN c.name ORDER BY c.name';
  await expect.poll(() => apac.rows(names), SOON).toEqual([['Bern'], ['Biel'], ['Chur']]);

  // Back, the old MAIN hears from its replicas that it is MAIN no more.
  await server.faults({});
  await expect.poll(() => weur.rows('SHOW REPLICATION ROLE'), SOON).toEqual([['replica']]);
  await enam.rows('REGISTER REPLICA rep1 SYNC TO "weur-1"');
  await expect.poll(() => weur.rows(names), SOON).toEqual([['Bern'], ['Biel'], ['Chur']]);
  await enam.rows('DROP REPLICA rep2');
  expect((await enam.rows('SHOW REPLICAS')).map(([name]) => name)).toEqual(['rep1']);
}, 90_000);
