/**
 * kill -9 of `skein serve` under writes, again and again: what was acknowledged is there after the start, and whoever was not
 * answered finds his transaction whole or not at all. Fifty rounds: SKEIN_KILL_ROUNDS=50 npx vitest run test/e2e/kill.test.ts
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { eventually, Server } from './server.ts';

const ROUNDS = Number(process.env.SKEIN_KILL_ROUNDS ?? 5);
const WRITERS = 8;

/** How long the writers write on after the first answer before the kill, in milliseconds: round for round another moment of the writes is hit. */
const WRITE_MS = { min: 50, step: 137, max: 900 } as const;

/** A round with its start, generously; the whole test ends in time or fails. */
const ROUND_MS_MAX = 30_000;

/** A text that makes snapshots due within a few rounds, so that kills hit those too. */
const BALLAST = 'x'.repeat(20_000);

/** Two nodes and a relationship to a transaction: half of it must never be there. */
const WRITE = 'CREATE (:Start {id: $id})-[:TO {id: $id}]->(:End {id: $id, ballast: $ballast})';

/** Ids of transactions that are there, and how many are there in part. */
const FOUND = `MATCH (n) WHERE n:Start OR n:End WITH n.id AS id, count(*) AS nodes
  RETURN collect(id) AS ids, sum(CASE WHEN nodes = 2 THEN 0 ELSE 1 END) AS halves`;

let folder: string;
let server: Server;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'skein-kill-'));
  server = await Server.start(folder);
  await server.rows("CREATE DATABASE flights OPTIONS {regions: ['weur']}", { database: 'system' });
}, 60_000);

afterAll(async () => {
  await server.kill();
  rmSync(folder, { recursive: true, force: true });
});

/** Writes until the server is gone; notes what it was about to write and what was acknowledged. */
async function write(ids: () => number, log: { readonly sent: Set<number>; readonly acknowledged: Set<number> }) {
  for (;;) {
    const id = ids();
    log.sent.add(id);
    try {
      const answer = await server.ask(WRITE, { parameters: { id, ballast: BALLAST } });
      if (answer.status === 202) log.acknowledged.add(id);
    } catch {
      return;
    }
  }
}

test(`${ROUNDS} rounds of kill -9 lose nothing that was acknowledged`, { timeout: ROUNDS * ROUND_MS_MAX }, async () => {
  const log = { sent: new Set<number>(), acknowledged: new Set<number>() };
  let next = 0;
  const ids = () => next++;
  const startsMs: number[] = [];

  for (let round = 0; round < ROUNDS; round += 1) {
    const writers = Array.from({ length: WRITERS }, () => write(ids, log));
    const writeMs = WRITE_MS.min + ((round * WRITE_MS.step) % (WRITE_MS.max - WRITE_MS.min));
    const before = log.acknowledged.size;
    await eventually(
      async () => log.acknowledged.size,
      (count) => count > before,
      10_000,
      10,
    );
    await new Promise((done) => setTimeout(done, writeMs));
    await server.kill();
    await Promise.all(writers);

    server = await Server.start(folder);
    const startedMs = performance.now();
    const [[found, halves] = []] = await server.rows(FOUND);
    startsMs.push(performance.now() - startedMs);
    const there = new Set(found as number[]);

    expect([...log.acknowledged].filter((id) => !there.has(id))).toEqual([]);
    expect([...there].filter((id) => !log.sent.has(id))).toEqual([]);
    expect(halves).toBe(0);
    const [[relationships] = []] = await server.rows('MATCH (:Start)-[r:TO]->(:End) RETURN count(r)');
    expect(relationships).toBe(there.size);
  }

  expect(log.acknowledged.size).toBeGreaterThanOrEqual(ROUNDS);
  console.log(
    `${log.acknowledged.size} acknowledged of ${log.sent.size} sent; the first answer after a start took ${Math.max(...startsMs).toFixed(0)} ms at most`,
  );
});
