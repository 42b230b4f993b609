/** What indexes take: the time to put an entry in, the time to find one again, and the bytes of an entry. */
import { FullTextIndex, textsOf } from '../core/graph/full-text-index.ts';
import type { IndexDefinition } from '../core/graph/index-definition.ts';
import { Indexes } from '../core/graph/indexes.ts';
import { IdList } from '../core/graph/result-lists.ts';
import { TermScores } from '../core/graph/term-scores.ts';
import { ValueIndex } from '../core/graph/value-index.ts';
import { VectorIndex } from '../core/graph/vector-index.ts';
import { boxesAround } from '../core/value/spatial/box.ts';
import { PointValue, SRID } from '../core/value/spatial/point-value.ts';
import { Float, type StoredValue } from '../core/value/value.ts';
import type { Report } from './figure.ts';
import { median, percentile } from './sampling.ts';

const ENTRIES = 100_000;
const VECTORS = 10_000;
const DIMENSIONS = 128;
const LOOKUPS = 2_000;
const WORDS = 12;
const VOCABULARY = 50_000;

type Asked = ValueIndex | VectorIndex | FullTextIndex;

interface Kind {
  readonly workload: string;
  readonly definition: Omit<IndexDefinition, 'name' | 'token'>;
  readonly entries: number;
  readonly heldOf: (entry: number) => StoredValue;
  readonly find: (index: Asked, value: StoredValue, out: IdList) => void;
}

/** The same numbers on every run: a mixer of the entry's number. */
function scattered(entry: number): number {
  const mixed = Math.imul(entry ^ (entry >>> 15), 0x2c1b3c6d);
  return (mixed ^ (mixed >>> 12)) >>> 0;
}

const nodes = { kind: 'range', entity: 'node' } as const;

const KINDS: readonly Kind[] = [
  {
    workload: 'index on an integer',
    definition: { ...nodes, keys: [0] },
    entries: ENTRIES,
    heldOf: scattered,
    find: seek,
  },
  {
    workload: 'index on a string and an integer',
    definition: { ...nodes, keys: [0, 1] },
    entries: ENTRIES,
    heldOf: (entry) => [`city ${scattered(entry) % 500}`, entry],
    find: seek,
  },
  {
    workload: 'index on points, 1 km around',
    definition: { ...nodes, kind: 'point', keys: [0] },
    entries: ENTRIES,
    heldOf: (entry) => {
      const [x, y] = [(scattered(entry) % 100_000) / 10_000, 45 + (scattered(entry + 1) % 50_000) / 10_000];
      return new PointValue({ srid: SRID.wgs84, x, y, z: undefined });
    },
    find: (index, value, out) => {
      out.count = 0;
      if (index instanceof ValueIndex && value instanceof PointValue)
        index.range({ boxes: boxesAround(value, 1_000) }, out);
    },
  },
  {
    workload: `index on vectors of ${DIMENSIONS}, ten nearest`,
    definition: { ...nodes, kind: 'vector', keys: [0], vector: { dimensions: DIMENSIONS, similarity: 'cosine' } },
    entries: VECTORS,
    heldOf: (entry) =>
      Array.from({ length: DIMENSIONS }, (_, i) => new Float(scattered(entry * DIMENSIONS + i) / 2 ** 32)),
    find: (index, value, out) => {
      out.count = 0;
      const vector = index instanceof VectorIndex ? index.vectorOf(value) : undefined;
      if (vector === undefined || !(index instanceof VectorIndex)) return;
      for (const { entity } of index.nearest(vector, 10, () => true)) out.push(entity);
    },
  },
  {
    workload: 'full-text index, a term',
    definition: {
      ...nodes,
      kind: 'fulltext',
      keys: [0],
      fullText: { analyzer: 'standard-no-stop-words', eventuallyConsistent: false },
    },
    entries: ENTRIES,
    heldOf: (entry) => [Array.from({ length: WORDS }, (_, i) => wordAt(entry * WORDS + i)).join(' ')],
    find: (index, value, out) => {
      out.count = 0;
      if (!(index instanceof FullTextIndex)) return;
      const scores = new Map<number, number>();
      const [term = ''] = index.analyzer.terms(textsOf(value)[0]!).sort((left, right) => right.length - left.length);
      const see = (slot: number) => index.entityAt(slot);
      const ofTerm = new TermScores(index, term, { fields: [0], weight: 1, constant: false });
      while (!ofTerm.isDone) ofTerm.step(Number.POSITIVE_INFINITY, see, scores);
      for (const entity of scores.keys()) out.push(entity);
    },
  },
];

/** Some words are in many texts, and most in few. */
function wordAt(place: number): string {
  return `word${Math.floor(VOCABULARY * (scattered(place) / 2 ** 32) ** 3)}`;
}

function seek(index: Asked, value: StoredValue, out: IdList): void {
  out.count = 0;
  if (index instanceof ValueIndex) index.seek(value, out);
}

export function benchIndexes(report: Report): void {
  for (const kind of KINDS) {
    report.say(`core: ${kind.workload}`);
    benchKind(kind, report);
  }
}

function benchKind({ workload, definition, entries, heldOf, find }: Kind, report: Report): void {
  const memory = { bytes: 0 };
  const indexes = new Indexes(memory);
  indexes.create({ name: 'index', token: 0, ...definition }, { lsn: 0 });
  const index = indexes.byName('index');
  if (!(index instanceof ValueIndex || index instanceof VectorIndex || index instanceof FullTextIndex))
    throw new Error('the index can be asked');
  const values = Array.from({ length: entries }, (_, entry) => heldOf(entry));
  const startedMs = performance.now();
  for (let entry = 0; entry < entries; entry += 1) index.add(entry, values[entry]!);
  index.workOff(Number.POSITIVE_INFINITY);
  const addedMs = performance.now() - startedMs;
  const bytes = memory.bytes / entries;
  const out = new IdList();
  let found = 0;
  const times = Float64Array.from({ length: LOOKUPS }, (_, i) => {
    const value = values[scattered(i) % entries]!;
    const beganMs = performance.now();
    find(index, value, out);
    found += out.count;
    return performance.now() - beganMs;
  }).sort();
  if (found < LOOKUPS) throw new Error(`${workload}: what is there was not found`);
  const medianMs = median(times);
  report.add({
    place: 'core',
    workload,
    operations: LOOKUPS,
    medianMs,
    p99Ms: percentile(times, 0.99),
    perSecond: 1_000 / medianMs,
    unit: 'lookups',
    note: `${entries} entries, ${((addedMs * 1_000) / entries).toFixed(1)} µs and ${bytes.toFixed(0)} bytes each; ${(found / LOOKUPS).toFixed(1)} found`,
  });
}
