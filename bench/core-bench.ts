/** Measures the core in this process, beside the same questions answered by hand. */
import { benchCheckpoint } from './checkpoint-bench.ts';
import { type CoreParameters, type CoreStatement, CoreTarget, recordImport } from './core-target.ts';
import type { Extent } from './extent.ts';
import type { Figure, Report } from './figure.ts';
import { FLIGHTS_FOLDER } from './flights-import.ts';
import { Floor, type Rows } from './floor.ts';
import { benchIndexes } from './index-bench.ts';
import { readRoutes } from './routes.ts';
import { median, type Operation, percentile, sampleInTurns } from './sampling.ts';
import {
  AGGREGATION,
  CONCURRENT_CLIENTS,
  commitStatement,
  FROM_IATA,
  POINT_LOOKUP,
  roundRobin,
  SHORTEST_PATH,
  TO_IATA,
  TWO_HOPS,
} from './workload.ts';

export async function benchCore(extent: Extent, report: Report): Promise<void> {
  report.say('core: import');
  const target = new CoreTarget();
  const statements = await recordImport(target);
  report.add(importFigure(statements, extent));
  const floor = new Floor(readRoutes(FLIGHTS_FOLDER));
  for (const read of reads(target, floor)) {
    report.say(`core: ${read.workload}`);
    report.add(readFigure(read, extent));
  }
  report.say('core: commits');
  for (const writers of [1, CONCURRENT_CLIENTS]) report.add(commitFigure(target, writers, extent));
  benchIndexes(report);
  benchCheckpoint(report);
}

/** One way to ask a question of the core, and the same by hand. */
interface Read {
  readonly workload: string;
  readonly core: () => Rows;
  readonly floor: () => Rows;
  /** What must be equal in both answers. */
  readonly essence: (rows: Rows) => unknown;
}

function reads(target: CoreTarget, floor: Floor): Read[] {
  const codes = [...readRoutes(FLIGHTS_FOLDER).byIata.keys()];
  const parametersOf = new Map(codes.map((iata) => [iata, new Map([['iata', iata]])]));
  const [nextOfCore, nextOfFloor] = [roundRobin(codes), roundRobin(codes)];
  const from: CoreParameters = new Map([['from', FROM_IATA]]);
  const fromTo: CoreParameters = new Map([...from, ['to', TO_IATA]]);
  return [
    {
      workload: 'point lookup',
      core: () => target.read(POINT_LOOKUP, parametersOf.get(nextOfCore()) ?? new Map()),
      floor: () => floor.pointLookup(nextOfFloor()),
      essence: (rows) => rows,
    },
    {
      workload: 'two hops',
      core: () => target.read(TWO_HOPS, from),
      floor: () => floor.twoHops(FROM_IATA),
      essence: (rows) => rows.map(([iata]) => iata ?? null).sort(),
    },
    {
      workload: 'shortest path',
      core: () => target.read(SHORTEST_PATH, fromTo),
      floor: () => floor.shortestPath(FROM_IATA, TO_IATA),
      // There may be several; all are of one length.
      essence: (rows) => rows.map(([stops]) => Array.isArray(stops) && stops.length),
    },
    {
      workload: 'aggregation',
      core: () => target.read(AGGREGATION, new Map()),
      floor: () => floor.aggregation(),
      essence: (rows) => rows,
    },
  ];
}

function importFigure(statements: readonly CoreStatement[], extent: Extent): Figure {
  const batchesMs: number[] = [];
  let [relationships, relationshipsMs, bytes] = [0, 0, 0];
  for (let run = 0; run < extent.coreImports; run += 1) {
    const target = new CoreTarget();
    for (const statement of statements) {
      const startedMs = performance.now();
      const [execution] = target.commit([statement]).executions;
      const tookMs = performance.now() - startedMs;
      const made = execution?.counters.relationshipsCreated ?? 0;
      if (made === 0) continue;
      relationships += made;
      relationshipsMs += tookMs;
      batchesMs.push(tookMs);
    }
    bytes = target.store.memoryBytes;
  }
  const sorted = Float64Array.from(batchesMs).sort();
  return {
    place: 'core',
    workload: 'import, batches of 5,000 routes',
    operations: sorted.length,
    medianMs: median(sorted),
    p99Ms: percentile(sorted, 0.99),
    perSecond: (relationships * 1_000) / relationshipsMs,
    unit: 'relationships',
    note: `the graph takes ${(bytes / 1_000_000).toFixed(1)} MB`,
  };
}

function readFigure({ workload, core, floor, essence }: Read, extent: Extent): Figure {
  const [ours, byHand] = [core(), floor()];
  if (JSON.stringify(essence(ours)) !== JSON.stringify(essence(byHand))) {
    throw new Error(`${workload}: the core's answer is not the one by hand`);
  }
  const [times, floorTimes] = sampleInTurns([() => core().length, () => floor().length], extent.sampling);
  if (!times || !floorTimes) throw new Error('two operations were measured');
  const medianMs = median(times);
  const note = `${ours.length} ${ours.length === 1 ? 'row' : 'rows'}`;
  const fields = { place: 'core', workload, operations: times.length, unit: 'statements', note } as const;
  const p99Ms = percentile(times, 0.99);
  return { ...fields, medianMs, p99Ms, perSecond: 1_000 / medianMs, floorMs: median(floorTimes) };
}

function commitFigure(target: CoreTarget, writers: number, extent: Extent): Figure {
  let [number, rowBytes] = [0, 0];
  const next = (): CoreStatement => {
    const { text, parameters } = commitStatement(number);
    number += 1;
    return { text, parameters: new Map(Object.entries(parameters)) };
  };
  const group: Operation = () => {
    rowBytes = target.commit(Array.from({ length: writers }, next)).rowBytes;
    return rowBytes;
  };
  const [times] = sampleInTurns([group], extent.sampling);
  if (!times) throw new Error('one operation was measured');
  const medianMs = median(times);
  return {
    place: 'core',
    workload: commitWorkload(writers),
    operations: times.length,
    medianMs,
    p99Ms: percentile(times, 0.99),
    perSecond: (writers * 1_000) / medianMs,
    unit: 'commits',
    note: `WAL row of ${rowBytes} B`,
  };
}

function commitWorkload(writers: number): string {
  return writers === 1 ? 'commit, one writer' : `commit, group of ${writers}`;
}
