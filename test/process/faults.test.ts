/**
 * A cluster of three processes, one for each region, under traffic: MAIN's process is killed, frozen and cut off. Scenarios 1,
 * 2, 4 and 6 of Memgraph's tests, with each acknowledged id recorded. More rounds:
 * `PROCESS_ROUNDS=20 npx vitest run test/process`; the figures are printed at the end.
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pause, RegionCluster, until } from './region-cluster.ts';
import { Workload } from './workload.ts';

const REGIONS = ['weur', 'enam', 'apac'] as const;
const ROUNDS = Number(process.env.PROCESS_ROUNDS ?? 1);
/** How long a fault lasts, in milliseconds: longer than a lease, so that the cluster has to do without MAIN. */
const FAULT_MS = 9_000;
/** How long everything may take to be well again, in milliseconds. */
const HEAL_MS = 30_000;
/** The goals are for a machine that does nothing else: they are held when rounds are asked for. Beside other tests liveness is. */
const HOLDS_GOALS = process.env.PROCESS_ROUNDS !== undefined;

/** A read in a region that is well has an answer within this time, whatever befalls MAIN. */
const READ_GAP_MS = 1_000;

let cluster: RegionCluster;
let workload: Workload;
const figures = new Map<string, number[]>();
/** The longest time without an answer to a read in a region that was well, by fault. */
const gaps = new Map<string, number[]>();

beforeAll(async () => {
  cluster = await RegionCluster.start(REGIONS);
  await cluster.rows('weur', `CREATE DATABASE flights OPTIONS {regions: ['weur', 'enam', 'apac'], mode: 'SYNC'}`, {
    database: 'system',
  });
  workload = new Workload(cluster);
  await workload.start();
  await pause(1_000);
});

afterAll(async () => {
  await workload?.stop();
  await cluster?.stop();
  for (const [fault, times] of figures) {
    const sorted = times.toSorted((left, right) => left - right);
    const at = (share: number) => Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))]!);
    process.stdout.write(
      `${fault}: writes are back after ${at(0.5)} ms (p50), ${at(0.99)} ms (p99), of ${times.length}; no region that was well was without an answer to a read for longer than ${Math.round(Math.max(...gaps.get(fault)!))} ms\n`,
    );
  }
});

/** The region of MAIN, asked of a region that is well. */
async function mainRegion(): Promise<string> {
  let main: string | undefined;
  await until(
    async () => (main = await cluster.main('enam')),
    (value) => value !== undefined,
    HEAL_MS,
  );
  return main!;
}

/** Everybody is up and level: each instance shows the same entries. */
async function settle(): Promise<void> {
  await until(
    async () => {
      const { rows } = await cluster.ask('weur', 'SHOW INSTANCES');
      return rows.filter((cells) => cells.includes('flights') && cells.includes('up') && cells.includes(true)).length;
    },
    (count) => count === REGIONS.length,
    HEAL_MS,
  );
}

test('a live query ends in the process of its instance, whichever port it came to', async () => {
  await cluster.rows('weur', "CREATE DATABASE single OPTIONS {regions: ['weur']}", { database: 'system' });

  const frames = await cluster.watch('apac', 'single', 'MATCH (n:Note) RETURN n.text', async () => {
    await cluster.rows('enam', "CREATE (:Note {text: 'hello'})", { database: 'single' });
  });

  expect(JSON.stringify(frames.find(({ t }) => t === 'diff'))).toContain('hello');
});

describe.each(Array.from({ length: ROUNDS }, (_, round) => round + 1))('round %i', () => {
  test.each([
    {
      fault: 'kill',
      begin: (region: string) => cluster.kill(region),
      end: () => undefined,
      goalMs: 3_000,
      lastsMs: 3_000,
    },
    {
      fault: 'freeze',
      begin: (region: string) => cluster.freeze(region, true),
      end: (region: string) => cluster.freeze(region, false),
      goalMs: 8_000,
      lastsMs: FAULT_MS,
    },
    {
      fault: 'cut',
      begin: (region: string) => cluster.isolate(region, 'cut'),
      end: (region: string) => cluster.isolate(region, 'open'),
      goalMs: 8_000,
      lastsMs: FAULT_MS,
    },
    {
      fault: 'silence',
      begin: (region: string) => cluster.isolate(region, 'held'),
      end: (region: string) => cluster.isolate(region, 'open'),
      goalMs: 8_000,
      lastsMs: FAULT_MS,
    },
  ])('MAIN: $fault; writes are back, and nobody reads a sum that is wrong', async (plan) => {
    const region = await mainRegion();
    const sinceMs = performance.now();

    plan.begin(region);
    await pause(plan.lastsMs);
    plan.end(region);

    await until(
      async () => workload.firstWriteAfter(sinceMs),
      (ms) => ms !== undefined,
      HEAL_MS,
    );
    const backMs = workload.firstWriteAfter(sinceMs)!;
    figures.set(plan.fault, [...(figures.get(plan.fault) ?? []), backMs]);
    const well = REGIONS.filter((other) => other !== region);
    const gapMs = Math.max(...well.map((other) => workload.longestReadGap(other, sinceMs, performance.now())));
    gaps.set(plan.fault, [...(gaps.get(plan.fault) ?? []), gapMs]);
    await settle();
    expect(workload.violations).toEqual([]);
    expect(backMs).toBeLessThan(HOLDS_GOALS ? plan.goalMs : HEAL_MS);
    expect(gapMs).toBeLessThan(HOLDS_GOALS ? READ_GAP_MS : HEAL_MS);
  });
});

test('at the end every instance has every acknowledged entry, and all have the same', async () => {
  await workload.stop();
  await settle();
  const held = async (region: string) => {
    const rows = await cluster.rows(region, 'MATCH (e:Entry) RETURN e.id ORDER BY e.id', {
      database: `flights@${region}-1`,
    });
    return rows.map(([id]) => id as number);
  };
  const ids = await held('weur');

  expect(workload.acknowledged.length).toBeGreaterThan(20);
  const found = new Set(ids);
  expect(workload.acknowledged.filter((id) => !found.has(id))).toEqual([]);
  expect(ids).toHaveLength(found.size);
  expect(await held('enam')).toEqual(ids);
  expect(await held('apac')).toEqual(ids);
});
