/**
 * Builds of two versions in one cluster, under traffic: a new build comes to one region after the other, is taken back, comes again, and
 * processes are killed meanwhile. A process that is pinned to the version before (SKEIN_VERSION) refuses what is newer, writes nothing of
 * it and reads nothing of it, as a build of that version does.
 */
import { afterEach, describe, expect, test } from 'vitest';
import { VERSION } from '../../core/version.ts';
import { pause, RegionCluster, until } from './region-cluster.ts';
import { Workload } from './workload.ts';

const REGIONS = ['weur', 'enam', 'apac'] as const;
type RegionOf = (typeof REGIONS)[number];

/** How long everything may take to be well again, in milliseconds. */
const HEAL_MS = 40_000;
/** Traffic between two steps, in milliseconds. */
const TRAFFIC_MS = 1_500;

const FULL_TEXT = 'CREATE FULLTEXT INDEX notes IF NOT EXISTS FOR (n:Note) ON EACH [n.text]';
const SEARCH = "CALL db.index.fulltext.queryNodes('notes', 'loom') YIELD node RETURN node.text";

let cluster: RegionCluster | undefined;
afterEach(() => cluster?.stop());

/** Every instance is up, in the in-sync set, and knows of every other one. */
async function settle(rolled: RegionCluster): Promise<void> {
  await until(
    async () => {
      const { rows } = await rolled.ask('weur', 'SHOW INSTANCES');
      return rows.filter((cells) => cells.includes('flights') && cells.includes('up') && cells.includes(true)).length;
    },
    (count) => count === REGIONS.length,
    HEAL_MS,
  );
}

/** What each object understands, and what it has stored needs. */
async function versions(rolled: RegionCluster): Promise<Map<string, string>> {
  const statement = 'SHOW INSTANCES YIELD name, version, needs_version';
  const rows = await rolled.rows('weur', statement);
  return new Map(rows.map(([name, version, needs]) => [String(name), `${version} ${needs}`]));
}

/** Until a statement succeeds, or fails in a way that `passes`. */
async function untilAnswered(rolled: RegionCluster, statement: string, passes: RegExp): Promise<void> {
  await until(
    async () => {
      const { status, errorMessage } = await rolled.ask('enam', statement);
      return status === 202 ? 'done' : (errorMessage ?? '');
    },
    (outcome) => passes.test(outcome),
    HEAL_MS,
  );
}

/** When the process of a region was stopped, killed or started, in milliseconds of performance.now(). */
interface Absence {
  readonly region: string;
  readonly fromMs: number;
  readonly toMs: number;
}

/** The longest time between two moments in a row, in milliseconds; those that fall into an absence are not counted. */
function longestGap(moments: readonly number[], absences: readonly Absence[] = []): number {
  const gaps = moments
    .toSorted((one, other) => one - other)
    .map((at, index, all) => {
      const before = all[index - 1] ?? at;
      return absences.some(({ fromMs, toMs }) => fromMs < at && toMs > before) ? 0 : at - before;
    });
  return Math.round(Math.max(0, ...gaps));
}

/** What clients saw; at a region whose process is away they see nothing, which is not counted. */
function tell(
  mode: string,
  { acknowledged, unknownCount, writes, reads }: Workload,
  absences: readonly Absence[],
): void {
  const unanswered = [...reads].map(([region, moments]) => {
    const own = absences.filter((absence) => absence.region === region);
    return `${region} ${longestGap(moments, own)}`;
  });
  process.stdout.write(
    `${mode}: ${acknowledged.length} writes acknowledged, ${unknownCount} not; longest without a write ` +
      `${longestGap(writes.map(({ answeredMs }) => answeredMs))} ms, without a read (ms): ${unanswered.join(', ')}\n`,
  );
}

/** A region gets a build, and the traffic goes on for a while. */
async function roll(rolled: RegionCluster, region: RegionOf, build: 'new' | 'old'): Promise<Absence> {
  const fromMs = performance.now();
  await rolled.roll(region, build);
  const toMs = performance.now();
  await pause(TRAFFIC_MS);
  return { region, fromMs, toMs };
}

/** Its process is killed, and starts again by itself. */
async function kill(rolled: RegionCluster, region: RegionOf): Promise<Absence> {
  const fromMs = performance.now();
  rolled.kill(region);
  await pause(TRAFFIC_MS);
  return { region, fromMs, toMs: performance.now() };
}

async function entriesOf(rolled: RegionCluster, region: string): Promise<readonly number[]> {
  const statement = 'MATCH (e:Entry) RETURN e.id ORDER BY e.id';
  const rows = await rolled.rows(region, statement, { database: `flights@${region}-1` });
  return rows.map(([id]) => id as number);
}

describe.each(['SYNC', 'STRICT_SYNC'])('a roll-out under %s', (mode) => {
  test('loses no acknowledged write, forth and back, and uses what is new when all understand it', async () => {
    cluster = await RegionCluster.start(REGIONS, { old: true });
    const rolled = cluster;
    const regions = REGIONS.map((region) => `'${region}'`).join(', ');
    await rolled.rows('weur', `CREATE DATABASE flights OPTIONS {regions: [${regions}], mode: '${mode}'}`, {
      database: 'system',
    });
    const workload = new Workload(rolled);
    await workload.start();
    await pause(TRAFFIC_MS);
    const absences: Absence[] = [];

    // MAIN's region first, and its process is killed while the others are old.
    absences.push(await roll(rolled, 'weur', 'new'), await kill(rolled, 'weur'), await roll(rolled, 'enam', 'new'));
    await settle(rolled);

    // One is old: what is new is refused, by MAIN as by the coordinators, and nothing that is stored needs it.
    await untilAnswered(rolled, FULL_TEXT, /This came with version 2, .* apac-1/);
    await untilAnswered(
      rolled,
      'ADD COORDINATOR 4 WITH CONFIG {"region": "weur"}',
      /This came with version 2, .*coordinator\/3/,
    );
    const mixed = await versions(rolled);
    expect([mixed.get('weur-1'), mixed.get('apac-1')]).toEqual([`${VERSION} 1`, `${VERSION - 1} 1`]);
    expect(mixed.get('default/coordinator/3')).toBe(`${VERSION - 1} 1`);

    // It is taken back from one, which goes on from what the new build has stored, and is killed.
    absences.push(await roll(rolled, 'enam', 'old'), await kill(rolled, 'enam'));
    await settle(rolled);

    // All have it.
    absences.push(await roll(rolled, 'enam', 'new'), await roll(rolled, 'apac', 'new'));
    await settle(rolled);
    await untilAnswered(rolled, FULL_TEXT, /^done$/);
    await untilAnswered(rolled, "CREATE (:Note {text: 'a loom'})", /^done$/);
    await until(
      async () => (await rolled.ask('apac', SEARCH, { database: 'flights@apac-1' })).rows,
      (rows) => JSON.stringify(rows) === '[["a loom"]]',
      HEAL_MS,
    );
    expect((await versions(rolled)).get('apac-1')).toBe(`${VERSION} ${VERSION}`);

    // Now a build of the version before cannot read what is there. It says so, leaves it as it is, and the next one goes on with it.
    absences.push(await roll(rolled, 'apac', 'old'));
    const refusal = await rolled.ask('weur', 'RETURN 1', { database: 'flights@apac-1', timeoutMs: 15_000 });
    expect(refusal.errorCode).toBe('Neo.TransientError.General.DatabaseUnavailable');
    expect(refusal.errorMessage).toMatch(/the graph in storage needs a build that understands version 2/);
    absences.push(await roll(rolled, 'apac', 'new'));
    await settle(rolled);

    await workload.stop();
    await settle(rolled);
    const found = new Set(await entriesOf(rolled, 'weur'));
    tell(mode, workload, absences);
    expect(workload.violations).toEqual([]);
    expect(workload.acknowledged.length).toBeGreaterThan(50);
    expect(workload.acknowledged.filter((id) => !found.has(id))).toEqual([]);
    for (const region of REGIONS) {
      expect(await entriesOf(rolled, region)).toEqual([...found]);
      expect(workload.reads.get(region)?.length, `reads at ${region}`).toBeGreaterThan(20);
    }
  }, 240_000);
});
