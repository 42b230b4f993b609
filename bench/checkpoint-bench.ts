/** What a checkpoint costs after a part of the graph has changed, and a start from the snapshot. */

import type { GraphStore } from '../core/graph/graph-store.ts';
import { decodeManifest } from '../core/wal/manifest.ts';
import { restoreSnapshot } from '../core/wal/restore-snapshot.ts';
import { segmentText } from '../core/wal/segment.ts';
import { SegmentChanges } from '../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../core/wal/snapshot.ts';
import { bulkLoad } from '../embedded/bulk-load.ts';
import type { Figure, Report } from './figure.ts';
import { median } from './sampling.ts';

const NODES = 100_000;
const RELATIONSHIPS = 500_000;
const EPOCH = 1;
const RUNS = 5;

/** Ids encoded in one turn, as an instance does it. */
const SLICE_IDS = 8_192;

const SHARES = [0, 0.001, 0.01, 1];

interface Taken {
  readonly manifest: Uint8Array;
  readonly chunks: Map<string, Uint8Array>;
  readonly writtenBytes: number;
  readonly writtenRows: number;
}

export function benchCheckpoint(report: Report): void {
  report.say('core: checkpoints');
  const graph = new CheckpointedGraph();
  const full = timed(() => graph.checkpoint(undefined));
  report.add(figure('checkpoint, everything', full));
  for (const share of SHARES) {
    for (const spread of share === 0 || share === 1 ? (['together'] as const) : (['together', 'spread'] as const)) {
      report.add(
        figure(
          workloadOf(share, spread),
          timed(() => graph.checkpointAfter(share, spread)),
        ),
      );
    }
  }
  const base = graph.checkpoint(undefined);
  report.add({
    ...figure(
      'start from a snapshot',
      timed(() => restored(base)),
    ),
    note: `${NODES} nodes, ${RELATIONSHIPS} relationships`,
  });
}

function workloadOf(share: number, spread: 'together' | 'spread'): string {
  const percent = `${Number((share * 100).toFixed(1))} %`;
  return `checkpoint, ${percent} of the nodes changed${share === 0 || share === 1 ? '' : `, ${spread}`}`;
}

class CheckpointedGraph {
  readonly #store: GraphStore;
  readonly #changes = new SegmentChanges();
  #value = 0;

  constructor() {
    const nodes = Array.from({ length: NODES }, (_, id) => ({
      id,
      age: id % 80,
      gender: id % 2 === 0 ? 'man' : 'woman',
    }));
    const src = Int32Array.from({ length: RELATIONSHIPS }, (_, i) => (i * 7_919) % NODES);
    const dst = Int32Array.from({ length: RELATIONSHIPS }, (_, i) => (i * 104_729 + 1) % NODES);
    this.#store = bulkLoad(nodes, { src, dst });
  }

  /** A snapshot of the newest state, on top of an older one. */
  checkpoint(base: Taken | undefined): Taken {
    const view = this.#store.openSnapshot();
    const encoder = new SnapshotEncoder({
      view,
      position: { lsn: view.lsn, epoch: EPOCH, hash: new Uint8Array(8) },
      epochHistory: [],
      changes: this.#changes,
      base: base && decodeManifest(base.manifest),
    });
    const chunks = new Map(base?.chunks);
    let [writtenBytes, writtenRows] = [0, 0];
    while (!encoder.manifest) {
      for (const { segment, part, bytes } of encoder.next(SLICE_IDS)) {
        chunks.set(`${segmentText(segment)}#${part}`, bytes);
        writtenBytes += bytes.length;
        writtenRows += 1;
      }
    }
    view.close();
    return { manifest: encoder.manifest, chunks, writtenBytes, writtenRows };
  }

  /** Changes a share of the nodes; what is timed is the checkpoint alone. */
  checkpointAfter(share: number, spread: 'together' | 'spread'): Taken & { readonly tookMs: number } {
    const base = this.checkpoint(undefined);
    this.#change(Math.round(share * NODES), spread);
    const startedMs = performance.now();
    const taken = this.checkpoint(base);
    return { ...taken, tookMs: performance.now() - startedMs };
  }

  #change(count: number, spread: 'together' | 'spread'): void {
    if (count === 0) return;
    const writer = this.#store.begin();
    const key = writer.token('propertyKey', 'age');
    const step = spread === 'spread' ? Math.floor(NODES / count) : 1;
    this.#value += 1;
    for (let i = 0; i < count; i++) writer.setNodeProperty(i * step, key, 100 + (this.#value % 20));
    const transaction = writer.commit(EPOCH);
    this.#changes.note(transaction);
    this.#store.acknowledge(transaction.lsn);
  }
}

function restored({ manifest, chunks }: Taken): Taken {
  const { store } = restoreSnapshot(manifest, (segment, part) => chunks.get(`${segmentText(segment)}#${part}`));
  if (store.relationshipCount !== RELATIONSHIPS) throw new Error('the snapshot does not hold the graph');
  return { manifest, chunks, writtenBytes: 0, writtenRows: 0 };
}

interface Timed {
  readonly times: Float64Array;
  readonly last: Taken;
}

function timed(run: () => Taken & { readonly tookMs?: number }): Timed {
  run();
  const times = new Float64Array(RUNS);
  let last: Taken | undefined;
  for (let i = 0; i < RUNS; i++) {
    const startedMs = performance.now();
    const { tookMs = performance.now() - startedMs, ...taken } = run();
    times[i] = tookMs;
    last = taken;
  }
  if (!last) throw new Error('nothing was measured');
  return { times: times.sort(), last };
}

function figure(workload: string, { times, last }: Timed): Figure {
  const medianMs = median(times);
  return {
    place: 'core',
    workload,
    operations: times.length,
    medianMs,
    p99Ms: times.at(-1) ?? medianMs,
    perSecond: 1_000 / medianMs,
    unit: 'checkpoints',
    note: `${last.writtenRows} rows, ${(last.writtenBytes / 1024).toFixed(0)} KiB`,
  };
}
