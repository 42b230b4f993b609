/** The process of one system: takes its task as an argument, and sends what it finds to the process that started it. */
import { memoryUsage } from 'node:process';
import { setTimeout } from 'node:timers/promises';
import { type ClassResult, type Effort, measureClass } from './measuring.ts';
import { type Size, socialGraph } from './social-graph.ts';
import { MissingPeer } from './system.ts';
import { SYSTEMS } from './systems.ts';

export interface Task {
  readonly system: string;
  readonly size: Size;
  readonly classes: readonly string[];
  readonly effort: Effort;
}

export type Finding =
  | { readonly type: 'missing'; readonly reason: string }
  /** `heapBytes`: how much larger heap and buffers have become; `ownBytes`: what the system itself counts. */
  | {
      readonly type: 'loaded';
      readonly loadMs: number;
      readonly heapBytes: number;
      readonly ownBytes: number | undefined;
    }
  | { readonly type: 'asking'; readonly name: string }
  | { readonly type: 'class'; readonly name: string; readonly result: ClassResult };

async function measureSystem(
  { system: name, size, classes, effort }: Task,
  say: (finding: Finding) => void,
): Promise<void> {
  const make = SYSTEMS.get(name);
  if (!make) throw new Error(`there is no system ${name}`);
  const graph = socialGraph(size);
  const before = await usedBytes();
  const startedMs = performance.now();
  let system: ReturnType<typeof make>;
  try {
    system = make();
  } catch (error) {
    if (!(error instanceof MissingPeer)) throw error;
    return say({ type: 'missing', reason: error.message });
  }
  const ownBytes = await system.load(graph);
  const loadMs = performance.now() - startedMs;
  say({ type: 'loaded', loadMs, heapBytes: (await usedBytes()) - before, ownBytes });
  for (const each of classes) {
    say({ type: 'asking', name: each });
    say({ type: 'class', name: each, result: await measureClass(system, each, { graph, effort }) });
  }
  system.close();
}

/** Of the heap and of buffers, when all that is no longer used is gone. Buffers go a moment after the objects that held them. */
async function usedBytes(): Promise<number> {
  for (let times = 0; times < 3; times++) {
    globalThis.gc?.();
    await setTimeout(SETTLE_MS);
  }
  const { heapUsed, external } = memoryUsage();
  return heapUsed + external;
}

const SETTLE_MS = 20;

const send = process.send?.bind(process);
if (send) {
  const task = JSON.parse(process.argv[2] ?? '{}') as Task; // run.ts wrote it
  await measureSystem(task, (finding) => send(finding));
  process.disconnect();
}
