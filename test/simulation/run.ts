/**
 * `npm run sim -- --seeds N [--from S] [--workers W]`: runs worlds on all cores and prints one line about them. A seed that fails is
 * made small and printed with its trace and the command that runs it again.
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import type { SeedsDone, SeedsWanted } from './seed-worker.ts';
import { addCounts, type Counts, noCounts } from './world.ts';

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    workers: { type: 'string', default: String(availableParallelism()) },
    /** Of a failing run that was made small. */
    trouble: { type: 'string' },
    skip: { type: 'string' },
  },
});

/** Seeds that a worker gets at a time: few, so that all of them end together. */
const PORTION = 10;

const seeds = Number(values.seeds);
const from = Number(values.from);
const smaller = {
  ...(values.trouble !== undefined && { troubleMs: Number(values.trouble) }),
  ...(values.skip !== undefined && { skip: new Set(values.skip.split(',').map(Number)) }),
};

const total: Counts = noCounts();
let simulatedMs = 0;
let violations = 0;
let next = from;
const startedMs = performance.now();
await Promise.all(Array.from({ length: Math.min(Number(values.workers), Math.ceil(seeds / PORTION)) }, work));
console.log(summary());
process.exitCode = violations === 0 ? 0 : 1;

/** One worker, which takes portions until none is left. */
function work(): Promise<void> {
  const worker = new Worker(new URL('./seed-worker.ts', import.meta.url));
  return new Promise((resolve, reject) => {
    const feed = () => {
      if (next >= from + seeds) {
        resolve(worker.terminate().then(() => {}));
        return;
      }
      const wanted: SeedsWanted = { from: next, seeds: Math.min(PORTION, from + seeds - next), smaller };
      next += wanted.seeds;
      worker.postMessage(wanted);
    };
    worker.on('message', (done: SeedsDone) => {
      simulatedMs += done.simulatedMs;
      violations += done.failures.length;
      for (const failure of done.failures) console.error(failure);
      addCounts(total, done.counts);
      feed();
    });
    worker.on('error', reject);
    feed();
  });
}

/** What happened rarely, and how often. */
function calamities(): string {
  const { outages, outagesOfMain, evictions, alarms, supersessions, failedWrites, clockJumps } = total;
  return [
    `${outages} outages of a region (${outagesOfMain} of MAIN's)`,
    `${evictions} evictions`,
    `${alarms} alarms`,
    `${supersessions} objects replaced without knowing it`,
    `${failedWrites} failed writes`,
    `${clockJumps} clock jumps`,
    `${total.losses} storages lost, ${total.rewinds} rewound, ${total.lostTails} logs cut short`,
  ].join(', ');
}

/** What clients did whose histories were checked. */
function histories(): string {
  const { registerReads, registerWrites, registerSwaps, sessionReads, sessionWrites, bookmarkWaits } = total;
  return [
    `${total.histories} worlds with histories: ${registerReads} reads and ${registerWrites + registerSwaps} writes of registers`,
    `${sessionReads} reads and ${sessionWrites} writes of sessions (${bookmarkWaits} waited for a bookmark)`,
    `${total.transfers} transfers and ${total.bankReads} reads of a bank`,
    `${total.listsCommitted} transactions over lists (${total.writeSkews} worlds with write skew, which may be)`,
  ].join(', ');
}

function summary(): string {
  const { crashes, freezes, cuts, storms, damages, failovers, switchovers, demotions, arrivals, departures } = total;
  const seconds = (performance.now() - startedMs) / 1_000;
  return [
    `${seeds} seeds from ${from}, ${(simulatedMs / 3_600_000).toFixed(1)} simulated hours`,
    `${crashes} crashes, ${freezes} freezes, ${cuts} cuts, ${storms} storms, ${damages} damaged storages`,
    calamities(),
    `${failovers} changes of MAIN (${switchovers} switchovers, ${demotions} demotions; ${total.failoversInFlight} with writes in flight)`,
    `${total.aborts} aborts`,
    `${arrivals} instances registered, ${departures} gone, ${total.silences} silences`,
    `${total.groupChanges} changes of the coordinators' group`,
    `${total.ok} writes ok, ${total.failed} failed, ${total.unknown} unknown`,
    histories(),
    `${violations} violations`,
    `${(seeds / seconds).toFixed(1)} seeds/s`,
  ].join('; ');
}
