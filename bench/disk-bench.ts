/** What durability costs at least: writes of the size of a commit, each forced to the disk before the next. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Extent } from './extent.ts';
import type { Figure } from './figure.ts';
import { median, percentile } from './sampling.ts';

const WRITE_BYTES = 200;

/** In the folder for temporary files, as the servers' data are. */
export function benchDisk(extent: Extent): Figure {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'));
  try {
    const times = timeFsyncs(join(folder, 'log'), extent.fsyncs).sort();
    return {
      place: 'disk',
      workload: `append ${WRITE_BYTES} B and fsync`,
      operations: times.length,
      medianMs: median(times),
      p99Ms: percentile(times, 0.99),
      perSecond: (times.length * 1_000) / times.reduce((sum, ms) => sum + ms, 0),
      unit: 'writes',
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function timeFsyncs(path: string, count: number): Float64Array {
  const bytes = new Uint8Array(WRITE_BYTES).fill(1);
  const file = openSync(path, 'a');
  try {
    return Float64Array.from({ length: count }, () => {
      const startedMs = performance.now();
      writeSync(file, bytes);
      fsyncSync(file);
      return performance.now() - startedMs;
    });
  } finally {
    closeSync(file);
  }
}
