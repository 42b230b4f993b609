/** Memgraph's Pokec query classes on Skein, on the floor by hand and on peers: each system in a process of its own, one after the other. */
import { fork } from 'node:child_process';
import { join } from 'node:path';
import { measureCppFloor } from './cpp-floor.ts';
import type { Finding, Task } from './measure-system.ts';
import type { ClassResult, Effort } from './measuring.ts';
import { NOT_REACHED, type SystemResult } from './pokec-table.ts';
import type { Size } from './social-graph.ts';
import { FLOOR_CPP, isPeer } from './systems.ts';

export interface PokecPlan {
  readonly size: Size;
  readonly systems: readonly string[];
  readonly classes: readonly string[];
  readonly effort: Effort;
  /** How often all of it is done; of each class the faster round counts. */
  readonly rounds: number;
}

/** A system that says nothing for so long is stopped, and keeps what it has. */
const LOAD_MS_MAX = 180_000;
const CLASS_MS_MAX = 20_000;
/** A peer begins no class after so long, not counting the loading: it must not hold up the others. */
const PEER_MS_MAX = 45_000;
const CPP_MS_MAX = 120_000;
const HEAP_MB = 8_192;

export async function benchPokec(plan: PokecPlan, say: (line: string) => void): Promise<SystemResult[]> {
  const results = new Map<string, SystemResult>();
  for (let round = 1; round <= plan.rounds; round++) {
    for (const system of plan.systems) {
      const startedMs = performance.now();
      const result =
        system === FLOOR_CPP
          ? await measureCppFloor({ ...plan, limitMs: CPP_MS_MAX })
          : await measure({ ...plan, system });
      results.set(system, better(results.get(system), result));
      const seconds = ((performance.now() - startedMs) / 1000).toFixed(1);
      say(`pokec ${plan.size}, round ${round} of ${plan.rounds}: ${system}, ${seconds} s`);
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
      // What peers complain of is theirs; it would stand between the lines of progress.
      stdio: ['ignore', 'ignore', isPeer(system) ? 'ignore' : 'inherit', 'ipc'],
    },
  );
  const found = new Map<string, ClassResult>();
  let result: SystemResult = { name: system, classes: found };
  let asked: string | undefined;
  let askedNote = 'the process ended';
  let loadedAtMs = Number.POSITIVE_INFINITY;
  const stop = (note: string) => {
    askedNote = note;
    child.kill('SIGKILL');
  };
  const within = (limitMs: number) => setTimeout(() => stop(`no answer within ${limitMs / 1000} s`), limitMs);
  const endWithParent = () => child.kill('SIGKILL');
  process.once('exit', endWithParent);
  let timer = within(LOAD_MS_MAX);
  child.on('message', (message) => {
    const finding = message as Finding; // measure-system.ts sends nothing else
    if (finding.type === 'class') {
      found.set(finding.name, finding.result);
      asked = undefined;
    } else if (finding.type === 'missing') result = { ...result, missing: finding.reason };
    else if (finding.type === 'loaded') {
      result = { ...result, ...finding };
      loadedAtMs = performance.now();
    } else if (isPeer(system) && performance.now() - loadedAtMs > PEER_MS_MAX) stop(NOT_REACHED);
    else {
      asked = finding.name;
      clearTimeout(timer);
      timer = within(CLASS_MS_MAX);
    }
  });
  return new Promise((resolve) => {
    child.on('close', () => {
      clearTimeout(timer);
      process.off('exit', endWithParent);
      if (asked !== undefined) found.set(asked, { times: [], digests: [], note: askedNote });
      if (result.missing === undefined && result.loadMs === undefined) result = { ...result, missing: askedNote };
      for (const name of classes) if (!found.has(name)) found.set(name, { times: [], digests: [], note: NOT_REACHED });
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
