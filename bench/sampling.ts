/** Times operations: warm-up first, then samples, of which the median and the 99th percentile count. */

/** Gives something of its result back, so that no compiler can leave the work out. */
export type Operation = () => number;

export interface SamplingPlan {
  /** How long each operation runs before anything is measured, in milliseconds. */
  readonly warmUpMs: number;
  /** Samples of each operation. */
  readonly rounds: number;
  /** A sample repeats a short operation until it takes about this long, in milliseconds: the clock is coarse. */
  readonly sampleMs: number;
}

/** Times in milliseconds, ascending. */
export type Distribution = Float64Array;

const REPETITIONS_MAX = 1_000_000;

/** Takes in what operations give back. */
let sink = 0;

/**
 * Measures operations in turns, a sample of each in every round, so that a disturbance of the machine hits them alike and
 * their ratio stays. Answers the time of one execution in each sample.
 */
export function sampleInTurns(operations: readonly Operation[], plan: SamplingPlan): Distribution[] {
  const measured = operations.map((operation) => ({
    operation,
    repetitions: warmUp(operation, plan),
    samples: new Float64Array(plan.rounds),
  }));
  for (let round = 0; round < plan.rounds; round += 1) {
    for (const { operation, repetitions, samples } of measured) {
      samples[round] = timeOf(operation, repetitions) / repetitions;
    }
  }
  if (Number.isNaN(sink)) throw new Error('an operation gave back no number');
  return measured.map(({ samples }) => samples.sort());
}

/** The value below which a share of the samples lies, by the nearest rank. */
export function percentile(sorted: Distribution, share: number): number {
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? Number.NaN;
}

export function median(sorted: Distribution): number {
  return percentile(sorted, 0.5);
}

/** Runs the operation until it is warm, and answers how often it must be repeated for one sample. */
function warmUp(operation: Operation, { warmUpMs, sampleMs }: SamplingPlan): number {
  let repetitions = 1;
  let lastMs = 0;
  for (let spentMs = 0; spentMs < warmUpMs; spentMs += lastMs) {
    lastMs = timeOf(operation, repetitions);
    if (lastMs < sampleMs) repetitions = Math.min(REPETITIONS_MAX, repetitions * 2);
  }
  const eachMs = timeOf(operation, repetitions) / repetitions;
  return Math.min(REPETITIONS_MAX, Math.max(1, Math.ceil(sampleMs / Math.max(eachMs, 1e-6))));
}

function timeOf(operation: Operation, repetitions: number): number {
  const startedMs = performance.now();
  for (let repetition = 0; repetition < repetitions; repetition += 1) sink += operation();
  return performance.now() - startedMs;
}
