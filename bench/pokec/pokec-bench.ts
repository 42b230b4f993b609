/** Memgraph's Pokec query classes on Skein, on the floor by hand and on peers: each system in a process of its own, one after the other. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import type { Finding, Task } from './measure-system.ts';
import type { ClassResult, Effort } from './measuring.ts';
import type { SystemResult } from './pokec-table.ts';
import { QUERY_CLASSES } from './query-classes.ts';
import type { Size } from './social-graph.ts';

export interface PokecPlan {
  readonly size: Size;
  readonly systems: readonly string[];
  readonly classes: readonly string[];
  readonly effort: Effort;
  /** How often all of it is done; of each class the faster round counts. */
  readonly rounds: number;
}

/** A system that takes longer than this for one round is stopped, and keeps what it has. */
const ROUND_MS_MAX = 180_000;
const HEAP_MB = 8_192;

/** Classes in the order in which they are asked: writes last, as they change the graph. */
export const CLASS_ORDER: readonly string[] = [
  ...QUERY_CLASSES.filter(({ group }) => group !== 'write'),
  ...QUERY_CLASSES.filter(({ group }) => group === 'write'),
].map(({ name }) => name);

export async function benchPokec(plan: PokecPlan, say: (line: string) => void): Promise<SystemResult[]> {
  const results = new Map<string, SystemResult>();
  for (let round = 1; round <= plan.rounds; round++) {
    for (const system of plan.systems) {
      say(`pokec ${plan.size}, round ${round} of ${plan.rounds}: ${system}`);
      const result = await measure({ ...plan, system });
      results.set(system, better(results.get(system), result));
    }
  }
  return plan.systems.map((name) => results.get(name)!);
}

/** One round of one system. A process that dies or is stopped keeps the classes that it has been through. */
function measure({ system, size, classes, effort }: Task): Promise<SystemResult> {
  const child = fork(
    join(import.meta.dirname, 'measure-system.ts'),
    [JSON.stringify({ system, size, classes, effort })],
    {
      execArgv: ['--expose-gc', `--max-old-space-size=${HEAP_MB}`],
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    },
  );
  const found = new Map<string, ClassResult>();
  let result: SystemResult = { name: system, classes: found };
  const timer = setTimeout(() => child.kill('SIGKILL'), ROUND_MS_MAX);
  child.on('message', (message) => {
    const finding = message as Finding; // measure-system.ts sends nothing else
    if (finding.type === 'class') found.set(finding.name, finding.result);
    else if (finding.type === 'missing') result = { ...result, missing: finding.reason };
    else result = { ...result, ...finding };
  });
  return new Promise((resolve) => {
    child.on('exit', () => {
      clearTimeout(timer);
      resolve(result);
    });
  });
}

function better(before: SystemResult | undefined, now: SystemResult): SystemResult {
  if (!before) return now;
  const classes = new Map(before.classes);
  for (const [name, result] of now.classes) {
    const known = classes.get(name);
    if (!known || sumOf(result.times) < sumOf(known.times.slice(0, result.times.length))) classes.set(name, result);
  }
  return { ...now, classes };
}

function sumOf(times: readonly number[]): number {
  return times.length === 0 ? Number.POSITIVE_INFINITY : times.reduce((sum, time) => sum + time, 0);
}
