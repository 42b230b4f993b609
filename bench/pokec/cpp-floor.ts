/** Compiles floor.cpp, if there is a g++, and runs it on the parameters that every system gets. */
import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ClassResult, type Effort, streamsOf } from './measuring.ts';
import type { SystemResult } from './pokec-table.ts';
import { classNamed, type Parameters } from './query-classes.ts';
import { type Size, type SocialGraph, socialGraph } from './social-graph.ts';
import { FLOOR_CPP } from './systems.ts';

export interface CppPlan {
  readonly size: Size;
  readonly classes: readonly string[];
  readonly effort: Effort;
  /** The program is ended after that. */
  readonly limitMs: number;
}

const SOURCE = join(import.meta.dirname, 'floor.cpp');
const OUTPUT_BYTES_MAX = 2 ** 26;
const run = promisify(execFile);

/** What keeps the floor from running is the reason why it is missing. */
export async function measureCppFloor(plan: CppPlan): Promise<SystemResult> {
  const folder = mkdtempSync(join(tmpdir(), 'skein-floor-'));
  try {
    if (!hasCompiler()) return missing('there is no g++');
    return await measureIn(folder, plan);
  } catch (error) {
    return missing(error instanceof Error ? error.message.split('\n')[0]! : String(error));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function missing(reason: string): SystemResult {
  return { name: FLOOR_CPP, missing: reason, classes: new Map() };
}

function hasCompiler(): boolean {
  try {
    execFileSync('g++', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

async function measureIn(folder: string, { size, classes, effort, limitMs }: CppPlan): Promise<SystemResult> {
  const [program, columns, list] = ['floor', 'columns.bin', 'parameters.txt'].map((name) => join(folder, name)) as [
    string,
    string,
    string,
  ];
  await run('g++', ['-O3', '-march=native', '-std=c++17', '-o', program, SOURCE]);
  const graph = socialGraph(size);
  writeFileSync(columns, columnBytes(graph));
  writeFileSync(list, classes.map((name) => parameterLines(name, graph.users)).join(''));
  const words = [columns, list, String(effort.samples), String(effort.budgetMs)];
  const { stdout } = await run(program, words, { maxBuffer: OUTPUT_BYTES_MAX, timeout: limitMs });
  const [first = '', ...rest] = stdout.trim().split('\n');
  const { loadMs } = JSON.parse(first) as { readonly loadMs: number };
  const results = rest.map((line) => {
    const { name, times, digests } = JSON.parse(line) as ClassResult & { readonly name: string };
    return [name, { times, digests }] as const;
  });
  return { name: FLOOR_CPP, loadMs, classes: new Map(results) };
}

function columnBytes({ users, friendships, from, to, completion, gender, age }: SocialGraph): Buffer {
  const parts = [Int32Array.of(users, friendships), from, to, completion, Int32Array.from(gender), age];
  return Buffer.concat(parts.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)));
}

function parameterLines(name: string, users: number): string {
  const { checked, timed } = streamsOf(classNamed(name), users);
  const line = ({ id, from, to }: Parameters) => `${id ?? from ?? 0} ${to ?? 0}\n`;
  return `class ${name} ${checked.length} ${timed.length}\n${[...checked, ...timed].map(line).join('')}`;
}
