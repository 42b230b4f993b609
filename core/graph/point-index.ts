/** An index on points, which finds those in boxes. */
import { equals } from '../value/equality.ts';
import { isInBox } from '../value/spatial/box.ts';
import { PointValue } from '../value/spatial/point-value.ts';
import type { StoredValue } from '../value/value.ts';
import type { IndexDefinition, IndexRange } from './index-definition.ts';
import { ARRAY_SLOT_BYTES, type MemoryCounter, stringBytes } from './memory.ts';
import { OrderedKeys } from './ordered-keys.ts';
import { pointCurveKey, pointCurveRanges } from './point-key.ts';
import { Postings } from './postings.ts';
import type { IdList } from './result-lists.ts';
import { ValueIndex } from './value-index.ts';

export class PointIndex extends ValueIndex {
  #postings = new Postings();
  readonly #keys: OrderedKeys<string>;

  constructor(definition: IndexDefinition, memory: MemoryCounter) {
    super(definition, memory);
    this.#keys = new OrderedKeys<string>(
      () => this.#postings.keys().map(String),
      (key) => this.#postings.has(key),
    );
  }

  get valueCount(): number {
    return this.#postings.keyCount;
  }

  /** Values that are no points are not in the index. */
  override held(read: (key: number) => StoredValue | null): StoredValue | null {
    const held = super.held(read);
    return held instanceof PointValue ? held : null;
  }

  protected insert(entity: number, held: StoredValue, memory: MemoryCounter): void {
    const key = keyOf(held);
    if (key === undefined) return;
    this.entryCount += 1;
    if (!this.#postings.add(key, entity, memory)) return;
    this.#keys.add(key);
    memory.bytes += stringBytes(key) + ARRAY_SLOT_BYTES;
  }

  protected remove(entity: number, held: StoredValue, memory: MemoryCounter): void {
    const key = keyOf(held);
    if (key === undefined) return;
    this.entryCount -= 1;
    if (!this.#postings.delete(key, entity, memory)) return;
    this.#keys.delete();
    memory.bytes -= stringBytes(key) + ARRAY_SLOT_BYTES;
  }

  protected clear(): void {
    this.#postings = new Postings();
  }

  seek(value: StoredValue, out: IdList): void {
    const key = keyOf(value);
    if (key !== undefined) this.#postings.append(key, out);
  }

  /** Appends also some that lie outside, near the edges of the boxes. */
  range(range: IndexRange, out: IdList): void {
    for (const box of range.boxes ?? []) {
      const ranges = pointCurveRanges(box, (keys) => this.#keys.countIn(keys));
      for (const keys of ranges) this.#keys.forEach(keys, (key) => this.#postings.append(key, out));
    }
  }

  equals(held: StoredValue, value: StoredValue): boolean {
    return equals(held, value) === true;
  }

  isIn(held: StoredValue, { boxes = [] }: IndexRange): boolean {
    return held instanceof PointValue && boxes.some((box) => isInBox(held, box));
  }
}

function keyOf(value: StoredValue): string | undefined {
  return value instanceof PointValue ? pointCurveKey(value) : undefined;
}
