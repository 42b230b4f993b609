/** Measures one system, class by class, in a process of its own (measure-system.ts). */
import { type Digest, digestOf } from './digest.ts';
import { classNamed, type Parameters, parametersFor, type QueryClass } from './query-classes.ts';
import type { SocialGraph } from './social-graph.ts';
import type { System } from './system.ts';

export interface Effort {
  /** Samples of a class at most. */
  readonly samples: number;
  /** For the samples of a class, and a third of it for the warm-up before, in milliseconds. */
  readonly budgetMs: number;
}

export interface ClassResult {
  /** Milliseconds for a query, one for each of the parameters in their order; empty when it could not be asked. */
  readonly times: readonly number[];
  readonly digests: readonly Digest[];
  /** Why there are no times, or why they are few. */
  readonly note?: string;
}

/** Parameters that are only checked, and those that are timed. */
const CHECKED = 20;
const CHECK_SEED = 99;
const TIMED = 512;
const TIME_SEED = 7;

/** Of writes only a few are checked, since they change the graph; without parameters one is enough. */
const WRITES_CHECKED = 3;

/** The parameters whose answers are checked, and those that are timed. */
export function streamsOf(
  query: QueryClass,
  users: number,
): { readonly checked: readonly Parameters[]; readonly timed: readonly Parameters[] } {
  const checked = query.parameters === 'none' ? 1 : query.group === 'write' ? WRITES_CHECKED : CHECKED;
  return {
    checked: parametersFor(query, users, checked, CHECK_SEED),
    timed: parametersFor(query, users, TIMED, TIME_SEED),
  };
}

/** A query that takes longer than this is asked once. */
const ONCE_MS = 3_000;

/** A query is repeated on the same parameters until a sample takes about this long: the clock is coarse. */
const SAMPLE_MS = 0.02;
const REPETITIONS_MAX = 256;
const WARM_UPS_MAX = 5_000;

export async function measureClass(
  system: System,
  name: string,
  { graph, effort }: { readonly graph: SocialGraph; readonly effort: Effort },
): Promise<ClassResult> {
  if (!system.supports(name)) return { times: [], digests: [], note: 'not supported' };
  const query = classNamed(name);
  try {
    return await new ClassMeasuring(system, query, effort).measure(graph.users);
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { times: [], digests: [], note: message.split('\n')[0]!.slice(0, 200) };
  }
}

class ClassMeasuring {
  readonly #system: System;
  readonly #query: QueryClass;
  readonly #effort: Effort;

  constructor(system: System, query: QueryClass, effort: Effort) {
    this.#system = system;
    this.#query = query;
    this.#effort = effort;
  }

  async measure(users: number): Promise<ClassResult> {
    const { budgetMs, samples } = this.#effort;
    const streams = streamsOf(this.#query, users);
    const { digests, firstMs } = await this.#check(streams.checked);
    if (firstMs > ONCE_MS) return { times: [firstMs], digests, note: 'asked once' };
    const parameters = streams.timed;
    await this.#warmUp(parameters);
    const times: number[] = [];
    const startedMs = performance.now();
    while (times.length < samples && (times.length < 3 || performance.now() - startedMs < budgetMs)) {
      times.push(await this.#sample(parameters[times.length % parameters.length]!));
    }
    return { times, digests };
  }

  /** Answers to be compared. */
  async #check(parameters: readonly Parameters[]): Promise<{ digests: Digest[]; firstMs: number }> {
    const startedMs = performance.now();
    const digests: Digest[] = [];
    let firstMs = 0;
    for (const each of parameters) {
      if (digests.length > 0 && performance.now() - startedMs > this.#effort.budgetMs) break;
      digests.push(digestOf(this.#query.answer, await this.#system.run(this.#query.name, each)));
      if (digests.length === 1) firstMs = performance.now() - startedMs;
    }
    return { digests, firstMs };
  }

  async #warmUp(parameters: readonly Parameters[]): Promise<void> {
    const startedMs = performance.now();
    for (let i = 0; i < WARM_UPS_MAX && performance.now() - startedMs < this.#effort.budgetMs / 3; i++) {
      await this.#time(parameters[i % parameters.length]!, 1);
    }
  }

  async #sample(parameters: Parameters): Promise<number> {
    const onceMs = await this.#time(parameters, 1);
    if (onceMs >= SAMPLE_MS) return onceMs;
    const repetitions = Math.min(REPETITIONS_MAX, Math.ceil(SAMPLE_MS / Math.max(onceMs, 1e-4)));
    return (await this.#time(parameters, repetitions)) / repetitions;
  }

  /** Milliseconds for so many runs. What answers at once is not awaited, since that alone takes longer than a point lookup. */
  async #time(parameters: Parameters, repetitions: number): Promise<number> {
    const { name } = this.#query;
    const startedMs = performance.now();
    for (let i = 0; i < repetitions; i++) {
      const answer = this.#system.run(name, parameters);
      if (answer instanceof Promise) await answer;
    }
    return performance.now() - startedMs;
  }
}
