/** Measures durable commits by writers inside the object: engine, group commit and storage in workerd, without the doors of `skein serve`. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startWorkerd } from '../cli/workerd.ts';
import type { Extent } from './extent.ts';
import type { Figure, Report } from './figure.ts';
import { HttpClient } from './http-client.ts';
import { median, percentile } from './sampling.ts';
import { CONCURRENT_CLIENTS } from './workload.ts';

const DATABASE = 'writers';

/** Times that each writer commits in a round. An object's clock counts whole milliseconds, so rounds are timed from outside. */
const COMMITS_EACH = 50;
/** Rounds that are not measured: code is compiled, and the file of the log gets its size. */
const WARM_UP_ROUNDS = 10;

/** `fsyncsPerSecond`: of the fsync loop in the same run. */
export async function benchWriters(fsyncsPerSecond: number, extent: Extent, report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'));
  const token = randomBytes(16).toString('hex');
  const { url, child } = await startWorkerd({
    ...{ folder, token, host: '127.0.0.1', port: 0, coordinators: 'weur', development: false },
    entry: 'bench/object/writers-worker.ts',
  });
  const end = () => {
    child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  process.once('exit', end);
  const client = new HttpClient(url, { token, connectionsMax: 1 });
  try {
    const text = `CREATE DATABASE ${DATABASE} OPTIONS {regions: ['weur']}`;
    await client.run('system', { text, parameters: {} });
    let commits = 0;
    for (const writers of [1, CONCURRENT_CLIENTS]) {
      report.say(`object: ${writers} writers`);
      const rounds: Round[] = [];
      for (let round = -WARM_UP_ROUNDS; round < extent.writersRounds; round += 1) {
        const writing = { database: DATABASE, writers, commits: writers * COMMITS_EACH, firstNumber: commits + 1 };
        commits += writing.commits;
        const startedMs = performance.now();
        const { groups } = await client.write(writing);
        if (round >= 0) rounds.push({ groups, wholeMs: performance.now() - startedMs });
      }
      report.add(figureOf(rounds, { writers, fsyncsPerSecond }));
    }
    const [[found] = []] = await client.rows(DATABASE, { text: 'MATCH (r:Reading) RETURN count(r)', parameters: {} });
    if (found !== commits) throw new Error(`${commits} commits were made, and ${String(found)} are there`);
  } finally {
    client.close();
    process.off('exit', end);
    end();
  }
}

interface Round {
  readonly groups: number;
  readonly wholeMs: number;
}

/** Median and 99th percentile are of the rounds: what a commit took in the mean of each. */
function figureOf(
  rounds: readonly Round[],
  { writers, fsyncsPerSecond }: { readonly writers: number; readonly fsyncsPerSecond: number },
): Figure {
  const times = Float64Array.from(rounds, ({ wholeMs }) => wholeMs / COMMITS_EACH).sort();
  const sum = (of: (round: Round) => number) => rounds.reduce((total, round) => total + of(round), 0);
  const commits = rounds.length * writers * COMMITS_EACH;
  const perSecond = (commits * 1_000) / sum(({ wholeMs }) => wholeMs);
  const perGroup = (commits / sum(({ groups }) => groups)).toFixed(1);
  return {
    place: 'object',
    workload: `commit, ${writers === 1 ? 'one writer' : `${writers} writers`}, 1 instance`,
    ...{
      operations: times.length,
      medianMs: median(times),
      p99Ms: percentile(times, 0.99),
      perSecond,
      unit: 'commits',
    },
    note: `${perGroup} to a durable write; ${(perSecond / fsyncsPerSecond).toFixed(1)} for each fsync of the same time`,
  };
}
