/** What durability costs at least: writes of the size of a commit, each forced to the disk before the next. */
import { closeSync, fsyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Extent } from './extent.ts';
import type { Figure } from './figure.ts';
import { median, percentile } from './sampling.ts';

const WRITE_BYTES = 200;

/** In the folder for temporary files, as the servers' data are. */
export function benchDisk(extent: Extent): Figure {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'));
  try {
    return figureOf(`append ${WRITE_BYTES} B and fsync`, timeFsyncs(join(folder, 'log'), extent.fsyncs), 'writes');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What SQLite alone makes of it: a row of the same size in a transaction of its own, on the disk before the next. */
export function benchSqlite(extent: Extent): Figure {
  const folder = mkdtempSync(join(tmpdir(), 'skein-bench-'));
  const database = new DatabaseSync(join(folder, 'data.sqlite'));
  try {
    database.exec('PRAGMA journal_mode = WAL');
    database.exec('PRAGMA synchronous = FULL');
    database.exec('CREATE TABLE log (row INTEGER PRIMARY KEY, bytes BLOB NOT NULL)');
    const insert = database.prepare('INSERT INTO log (bytes) VALUES (?)');
    const bytes = new Uint8Array(WRITE_BYTES).fill(1);
    const times = Float64Array.from({ length: extent.fsyncs }, () => {
      const startedMs = performance.now();
      insert.run(bytes);
      return performance.now() - startedMs;
    });
    return figureOf('SQLite, synchronous = FULL, a row each', times, 'commits');
  } finally {
    database.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function figureOf(workload: string, unsorted: Float64Array, unit: string): Figure {
  const times = unsorted.sort();
  return {
    place: 'disk',
    workload,
    operations: times.length,
    medianMs: median(times),
    p99Ms: percentile(times, 0.99),
    perSecond: (times.length * 1_000) / times.reduce((sum, ms) => sum + ms, 0),
    unit,
  };
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
