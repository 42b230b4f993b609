/** What an operator does to a cluster in use: MAIN moves to another region, an instance comes and one goes, and no write is lost. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { eventually, Server } from './server.ts';

const WRITERS = 4;

let folder: string;
let server: Server;
let lastId = 0;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'skein-operation-'));
  server = await Server.start(folder);
  const options = "{regions: ['weur', 'enam', 'apac'], modes: ['SYNC', 'SYNC', 'ASYNC']}";
  await server.rows(`CREATE DATABASE flights OPTIONS ${options}`, { database: 'system' });
  // Messages take as long as between real regions.
  await server.faults({ delayFactor: 1 });
}, 60_000);

afterAll(async () => {
  await server.kill();
  await rm(folder, { recursive: true, force: true });
});

/** Writers that go on until they are stopped, and what they were told. */
function traffic() {
  const acknowledged: number[] = [];
  const failures: string[] = [];
  const atMs: number[] = [];
  let isStopped = false;
  const write = async () => {
    while (!isStopped) {
      const id = ++lastId;
      const answer = await server.ask('CREATE (:Write {id: $id})', { parameters: { id } });
      if (answer.status === 202) {
        acknowledged.push(id);
        atMs.push(performance.now());
      } else failures.push(`${answer.errors[0]?.code}: ${answer.errors[0]?.message}`);
    }
  };
  const writers = Array.from({ length: WRITERS }, write);
  return {
    acknowledged,
    failures,
    /** The longest time in which nothing was acknowledged, in milliseconds. */
    longestPauseMs: () => Math.round(Math.max(...atMs.slice(1).map((moment, index) => moment - (atMs[index] ?? 0)))),
    stop: async () => {
      isStopped = true;
      await Promise.all(writers);
    },
  };
}

async function seconds(count: number): Promise<void> {
  await new Promise((done) => setTimeout(done, count * 1_000));
}

async function expectAll(acknowledged: readonly number[], at: string): Promise<void> {
  const rows = await server.rows('MATCH (w:Write) RETURN w.id', { database: `flights@${at}` });
  const there = rows.map(([id]) => Number(id));
  expect(new Set(there).size).toBe(there.length);
  expect(acknowledged.filter((id) => !there.includes(id))).toEqual([]);
}

describe('under traffic, at the distances of real regions', () => {
  test('SWITCHOVER TO pauses writes for a moment, and fails none of them', async () => {
    const writes = traffic();
    await seconds(2);

    await server.rows('SWITCHOVER TO `enam-1`');
    await seconds(2);
    await writes.stop();

    const failovers = await server.rows('SHOW FAILOVERS');
    console.log(`switchover weur to enam: writes paused for ${writes.longestPauseMs()} ms`);
    expect(writes.failures).toEqual([]);
    // The goal is one second; a machine that does other things meanwhile gets two.
    expect(writes.longestPauseMs()).toBeLessThan(2_000);
    expect(failovers.at(-1)?.slice(1, 8)).toEqual(['weur-1', 'enam-1', 1, 2, 'switchover', 0, 0]);
    await expectAll(writes.acknowledged, 'enam-1');
  }, 30_000);

  test('a replica is registered in another region and joins the in-sync set, and one goes', async () => {
    const writes = traffic();
    await seconds(1);

    await server.rows('REGISTER INSTANCE `oc-1` AS SYNC WITH CONFIG {"region": "oc"}');
    const { afterMs } = await eventually(
      () => server.instances(),
      (instances) => instances.some(({ name, in_sync }) => name === 'oc-1' && in_sync === true),
      20_000,
    );
    await server.rows('UNREGISTER INSTANCE `apac-1`');
    await seconds(1);
    await writes.stop();

    console.log(`a replica registered in oc was in sync after ${Math.round(afterMs)} ms`);
    const instances = await server.instances();
    expect(writes.failures).toEqual([]);
    expect(instances.map(({ name }) => name)).toEqual(['weur-1', 'enam-1', 'oc-1']);
    await expectAll(writes.acknowledged, 'oc-1');
  }, 40_000);
});
