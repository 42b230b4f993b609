/** Coordinators that come and go, on four processes with traffic, until one of the first three is left and then none of them. */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { RegionCluster, until } from './region-cluster.ts';

const REGIONS = ['weur', 'enam', 'apac', 'oc'] as const;
/** How long everything may take to be as it should, in milliseconds: the machine has other tests to do. */
const PATIENCE_MS = 90_000;
const TEST_MS = 300_000;

let cluster: RegionCluster;
/** Ids whose writes were acknowledged. */
const acknowledged: number[] = [];

beforeAll(async () => {
  cluster = await RegionCluster.start(REGIONS);
  // Neither instance lives where a coordinator is to be lost.
  const create = "CREATE DATABASE flights IF NOT EXISTS OPTIONS {regions: ['enam', 'oc']}";
  await order('oc', create);
}, TEST_MS);

afterAll(async () => {
  for (const region of REGIONS) cluster?.freeze(region, false);
  await cluster?.stop();
});

/** Asks until it is done. The answer may be lost with a leader, and then `isDone` tells. */
async function order(region: string, statement: string, isDone = async () => false): Promise<void> {
  await until(
    async () => (await cluster.ask(region, statement, { database: 'system' })).status === 202 || (await isDone()),
    (done) => done,
    PATIENCE_MS,
  );
}

function add(region: string, number: number, config: string): Promise<void> {
  const isVoter = async () =>
    (await coordinators(region)).some(([other, role]) => other === number && role !== 'learner');
  return order(region, `ADD COORDINATOR ${number} WITH CONFIG ${config}`, isVoter);
}

function remove(region: string, number: number): Promise<void> {
  const isGone = async () => {
    const all = await coordinators(region);
    return all.length > 0 && !all.some(([other]) => other === number);
  };
  return order(region, `REMOVE COORDINATOR ${number}`, isGone);
}

/** Numbers of the coordinators, each with its role and health. */
async function coordinators(region: string): Promise<readonly (readonly [number: number, role: string])[]> {
  const { rows } = await cluster.ask(region, 'SHOW INSTANCES YIELD name, role, database RETURN name, role, database', {
    database: 'system',
  });
  const own = rows.filter(([, , database]) => database === null);
  return own.map(([name, role]) => [Number(String(name).split('/')[2]), String(role)]);
}

/** Has another coordinator lead, if it is this one that does. */
async function relieve(region: string, number: number): Promise<void> {
  await until(
    async () => {
      const leader = (await coordinators(region)).find(([, role]) => role === 'leader')?.[0];
      if (leader === number) await cluster.ask(region, 'YIELD LEADERSHIP', { database: 'system' });
      return leader;
    },
    (leader) => leader !== undefined && leader !== number,
    PATIENCE_MS,
  );
}

/** Writes through a region's port until it succeeds. */
async function writes(region: string): Promise<void> {
  const id = acknowledged.length + 1;
  await until(
    () => cluster.ask(region, 'MERGE (:Entry {id: $id})', { parameters: { id } }),
    ({ status }) => status === 202,
    PATIENCE_MS,
  );
  acknowledged.push(id);
}

test('a fourth is added and the first removed; then another one is lost, and writes go on', {
  timeout: TEST_MS,
}, async () => {
  await writes('weur');
  await add('weur', 4, '{"region": "oc", "bolt_server": "oc.example:7687"}');
  const added = await coordinators('apac');
  await relieve('enam', 1);
  await remove('enam', 1);
  const removed = await coordinators('weur');

  // Coordinators 1 and 3: of the first three that would be the majority.
  cluster.freeze('weur', true);
  cluster.freeze('apac', true);
  await writes('enam');
  await writes('oc');

  expect(added.map(([number]) => number)).toEqual([1, 2, 3, 4]);
  expect(removed.map(([number]) => number)).toEqual([2, 3, 4]);
});

test('when the last of the first ones has been removed too, everybody finds those that came after, also after a restart', {
  timeout: TEST_MS,
}, async () => {
  await remove('oc', 3);
  await add('oc', 5, '{"region": "oc"}');
  await relieve('oc', 2);
  await remove('oc', 2);

  // The Workers start with nothing but SKEIN_COORDINATORS, in which only a member that was removed still answers.
  cluster.kill('oc');
  cluster.kill('enam');
  await writes('enam');
  await writes('oc');

  expect((await coordinators('enam')).map(([number]) => number)).toEqual([4, 5]);
  const found = await cluster.rows('oc', 'MATCH (e:Entry) RETURN e.id ORDER BY e.id');
  expect(found.flat()).toEqual(acknowledged);
});
