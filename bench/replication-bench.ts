/** Measures replication: the production machines of core, over links that are emulated, in this process. */
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { Writer } from '../core/graph/writer.ts';
import type { Assignment, ReplicationMode } from '../core/replication/assignment.ts';
import { bulkLoad } from '../embedded/bulk-load.ts';
import type { Extent } from './extent.ts';
import type { Figure, Report } from './figure.ts';
import { GENDERS, socialGraph } from './pokec/social-graph.ts';
import { Links } from './replication/links.ts';
import { median, percentile } from './sampling.ts';

const MAIN_REGION = 'weur';
const ONE_REPLICA = ['enam'];
const FIVE_REPLICAS = ['enam', 'wnam', 'eeur', 'apac', 'oc'];
const MODES: readonly ReplicationMode[] = ['ASYNC', 'SYNC', 'STRICT_SYNC'];

/** Transactions in a group, as MAIN commits them when many write. */
const GROUP = 32;
/** Between two writes of the lone writer, in milliseconds. */
const WRITE_EVERY_MS = 5;
const COMMITS = 1_000;
/** Transactions before those that are measured. */
const WARM_UP = 3_200;

/** Time that anything may take on the links' clock, in milliseconds. */
const PATIENCE_MS = 600_000;

export function benchReplication({ replication }: Extent, report: Report): void {
  for (const mode of MODES) {
    for (const regions of [ONE_REPLICA, FIVE_REPLICAS]) {
      report.say(`replication: ${mode}, ${regions.length} replicas`);
      report.add(throughput(mode, regions, replication.transactions));
      report.add(latency(mode, regions));
    }
  }
  report.say('replication: catching up');
  report.add(catchUp(replication.lag));
  report.add(fill(replication.graph));
}

function linksOf(mode: ReplicationMode, regions: readonly string[], hasDistances: boolean): Links {
  const instances = [MAIN_REGION, ...regions].map((region) => ({ name: `${region}-1`, region, mode }));
  const main = `${MAIN_REGION}-1`;
  const assignment: Assignment = {
    ...{ database: 'bench', cluster: 'bench', epoch: 1, version: 1, main, instances },
    inSync: mode === 'ASYNC' ? [main] : instances.map(({ name }) => name),
    coordinators: ['coordinator-1'],
  };
  return new Links({ assignment, hasDistances });
}

/** A cluster that has come to rest with what everybody holds from the beginning. */
function startedLinks(mode: ReplicationMode, regions: readonly string[], hasDistances: boolean): Links {
  const links = linksOf(mode, regions, hasDistances);
  links.start();
  if (!links.run(PATIENCE_MS, () => isLevel(links))) throw new Error('the cluster does not come up');
  return links;
}

function isLevel({ main, replicas }: Links): boolean {
  return (
    main.acknowledgedLsn === main.last.lsn &&
    replicas.every((replica) => replica.store.acknowledgedLsn === main.last.lsn)
  );
}

/** One node with two properties. */
function change(number: number): (writer: Writer) => void {
  return (writer) => {
    const node = writer.createNode();
    writer.addLabel(node, writer.token('label', 'City'));
    writer.setNodeProperty(node, writer.token('propertyKey', 'number'), number);
    writer.setNodeProperty(node, writer.token('propertyKey', 'name'), `city ${number}`);
  };
}

/** How fast the whole cluster works when no distance holds it up: every instance on this one thread. */
function throughput(mode: ReplicationMode, regions: readonly string[], transactions: number): Figure {
  const links = startedLinks(mode, regions, false);
  const { main } = links;
  for (let number = 0; number < WARM_UP; number += GROUP) {
    main.commit(Array.from({ length: GROUP }, (_, index) => change(number + index)));
    links.run(1);
  }
  const deltasBefore = main.deltas;
  const busyMsBefore = main.busyMs;
  const times: number[] = [];
  const startedMs = performance.now();
  for (let number = 0; number < transactions; number += GROUP) {
    const groupStartedMs = performance.now();
    main.commit(Array.from({ length: GROUP }, (_, index) => change(number + index)));
    links.run(1);
    times.push(performance.now() - groupStartedMs);
  }
  if (!links.run(PATIENCE_MS, () => isLevel(links))) throw new Error('the replicas are not level');
  const elapsedMs = performance.now() - startedMs;
  expectSameGraph(links);
  const count = times.length * GROUP;
  const deltas = Math.round(((main.deltas - deltasBefore) / elapsedMs) * 1_000).toLocaleString('en');
  const mainUs = (((main.busyMs - busyMsBefore) / count) * 1_000).toFixed(1);
  return {
    ...distributionOf(Float64Array.from(times).sort()),
    place: 'cluster',
    workload: `${GROUP} commits, ${named(mode, regions)}`,
    operations: times.length,
    perSecond: (count / elapsedMs) * 1_000,
    unit: 'transactions',
    note: `${deltas} deltas/s, all instances on one thread; MAIN takes ${mainUs} µs of a transaction`,
  };
}

/** What the distance adds to a commit, on the links' clock, and what a thousand commits cost. */
function latency(mode: ReplicationMode, regions: readonly string[]): Figure {
  const links = startedLinks(mode, regions, true);
  const { main, replicas } = links;
  const before = { messages: links.messages, main: main.rows, replicas: rowsOf(links) };
  const times = new Float64Array(COMMITS);
  const committedAtMs = new Map<number, number>();
  let acknowledged = main.acknowledgedLsn;
  const note = (): void => {
    for (; acknowledged < main.acknowledgedLsn; acknowledged++) {
      const lsn = acknowledged + 1;
      times[lsn - first] = links.nowMs - (committedAtMs.get(lsn) ?? links.nowMs);
    }
  };
  const first = main.last.lsn + 1;
  const startedAtMs = links.nowMs;
  for (let number = 0; number < COMMITS; number++) {
    main.commit([change(number)]);
    committedAtMs.set(main.last.lsn, links.nowMs);
    note();
    const untilMs = links.nowMs + WRITE_EVERY_MS;
    links.run(WRITE_EVERY_MS, () => {
      note();
      return false;
    });
    links.nowMs = untilMs;
  }
  const finish = () => {
    note();
    return isLevel(links);
  };
  if (!links.run(PATIENCE_MS, finish)) throw new Error('the replicas are not level');
  const elapsedMs = links.nowMs - startedAtMs;
  const rows = `${main.rows - before.main} rows on MAIN, ${Math.round((rowsOf(links) - before.replicas) / replicas.length)} on a replica`;
  return {
    ...distributionOf(times.sort()),
    place: 'cluster',
    workload: `commit at a distance, ${named(mode, regions)}`,
    operations: COMMITS,
    perSecond: (COMMITS / elapsedMs) * 1_000,
    unit: 'commits',
    note: `for all of them ${links.messages - before.messages} messages, ${rows}`,
  };
}

function rowsOf({ replicas }: Links): number {
  return replicas.reduce((sum, { rows }) => sum + rows, 0);
}

/** A replica that comes back and lacks a part of the log. */
function catchUp(transactions: number): Figure {
  const links = startedLinks('ASYNC', ONE_REPLICA, true);
  const { main } = links;
  links.cut = links.replicas[0]?.name;
  for (let number = 0; number < transactions; number += GROUP) {
    main.commit(Array.from({ length: Math.min(GROUP, transactions - number) }, (_, index) => change(number + index)));
  }
  links.run(3_000);
  links.cut = undefined;
  return arrival(links, { workload: 'catch up from the log', count: transactions, unit: 'transactions', note: '' });
}

/** A replica that has nothing, and a MAIN that has no log from the beginning. */
function fill(size: Extent['replication']['graph']): Figure {
  const links = linksOf('ASYNC', ONE_REPLICA, true);
  const { main } = links;
  main.store = socialStore(size);
  links.cut = links.replicas[0]?.name;
  links.start();
  links.run(1_000);
  const bytes = main.compact();
  links.cut = undefined;
  const { nodeCount, relationshipCount } = main.store;
  const note = `${nodeCount} nodes, ${relationshipCount} relationships; the snapshot has ${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return arrival(links, { workload: 'fill an empty replica', count: relationshipCount, unit: 'relationships', note });
}

function arrival(
  links: Links,
  { workload, count, unit, note }: { workload: string; count: number; unit: string; note: string },
): Figure {
  const startedAtMs = links.nowMs;
  const bytesBefore = links.bytes;
  const startedMs = performance.now();
  if (!links.run(PATIENCE_MS, () => isLevel(links))) throw new Error(`${workload}: the replica is not level`);
  const elapsedMs = performance.now() - startedMs;
  expectSameGraph(links);
  const onTheWay = `${((links.nowMs - startedAtMs) / 1_000).toFixed(1)} s on the way at 80 ms there and back`;
  const sent = `${((links.bytes - bytesBefore) / 2 ** 20).toFixed(0)} MiB sent`;
  return {
    place: 'cluster',
    workload,
    operations: count,
    medianMs: elapsedMs,
    p99Ms: elapsedMs,
    perSecond: (count / elapsedMs) * 1_000,
    unit,
    note: [`computing; ${onTheWay} beside it`, sent, note].filter((part) => part !== '').join('; '),
  };
}

function socialStore(size: Extent['replication']['graph']): GraphStore {
  const { users, friendships, from, to, age, gender, completion } = socialGraph(size);
  const nodes = Array.from({ length: users }, (_, index) => {
    const id = index + 1;
    return { id, age: age[id], gender: GENDERS[gender[id] ?? 0], completion: completion[id] };
  });
  return bulkLoad(nodes, { src: from.subarray(0, friendships), dst: to.subarray(0, friendships) });
}

function expectSameGraph({ main, replicas }: Links): void {
  for (const { name, store } of replicas) {
    if (store.checksum() !== main.store.checksum()) throw new Error(`${name} does not hold the graph of MAIN`);
  }
}

function named(mode: ReplicationMode, regions: readonly string[]): string {
  return `${mode}, ${regions.length === 1 ? `replica in ${regions[0]}` : `${regions.length} replicas`}`;
}

function distributionOf(sorted: Float64Array): Pick<Figure, 'medianMs' | 'p99Ms'> {
  return { medianMs: median(sorted), p99Ms: percentile(sorted, 0.99) };
}
