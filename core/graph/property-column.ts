import type { StoredValue } from '../value/value.ts';
import type { ColumnMemory } from './column-memory.ts';
import { PAGE_MASK, PAGE_SHIFT } from './entity-tables.ts';
import type { GatheredColumn } from './graph-view.ts';
import type { MemoryCounter } from './memory.ts';
import { kindOf, type PageKind, PropertyPage } from './property-page.ts';
import { StringDictionary } from './string-dictionary.ts';

/** One property of all nodes, or of all relationships, in the newest state. */
export class PropertyColumn {
  readonly #pages: (PropertyPage | undefined)[] = [];
  /** The numbers of those pages that have been found to be full of 'integer32', where a read needs to look at nothing else. */
  readonly #full: (Int32Array | undefined)[] = [];
  readonly #dictionary: StringDictionary;
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    this.#dictionary = new StringDictionary(memory);
  }

  has(id: number): boolean {
    const page = this.#pages[id >>> PAGE_SHIFT];
    return page !== undefined && page.slotOf(id & PAGE_MASK) !== -1;
  }

  get(id: number): StoredValue | null {
    const page = this.#pages[id >>> PAGE_SHIFT];
    if (page === undefined) return null;
    const slot = page.slotOf(id & PAGE_MASK);
    return slot === -1 ? null : page.valueAt(slot);
  }

  /** Sets a value, which is canonical. */
  set(id: number, value: StoredValue): void {
    const index = id >>> PAGE_SHIFT;
    let page = this.#pages[index];
    if (index < this.#full.length) this.#full[index] = undefined;
    if (page === undefined) {
      page = new PropertyPage(kindOf(value), this.#dictionary, this.#memory);
      while (this.#pages.length < index) this.#pages.push(undefined);
      this.#pages[index] = page;
    }
    page.set(id & PAGE_MASK, value);
  }

  /** Takes a value away, if there is one. */
  delete(id: number): void {
    const page = this.#pages[id >>> PAGE_SHIFT];
    if (page === undefined || page.slotOf(id & PAGE_MASK) === -1) return;
    if (id >>> PAGE_SHIFT < this.#full.length) this.#full[id >>> PAGE_SHIFT] = undefined;
    page.delete(id & PAGE_MASK);
    if (page.count > 0) return;
    page.drop();
    this.#pages[id >>> PAGE_SHIFT] = undefined;
  }

  /** The values of the first `count` of `ids`; see GraphView.gatherNodeProperty. */
  gather(ids: Int32Array, count: number, memory: ColumnMemory): GatheredColumn {
    const kind = count === 0 || ids[0]! < 0 ? undefined : this.#pages[ids[0]! >>> PAGE_SHIFT]?.kind;
    if (kind === 'integer32' || kind === 'integer53') {
      const values = this.#gatherIntegers(ids, count, memory);
      if (values !== undefined) return { kind: 'integer', values };
    } else if (kind === 'float') {
      const values = this.#gatherNumbers(ids, count, isFloatKind, memory);
      if (values !== undefined) return { kind: 'float', values };
    } else if (kind === 'string') {
      const texts = this.#gatherTexts(ids, count, memory);
      if (texts !== undefined) return texts;
    }
    const values = new Array<StoredValue | null>(count);
    for (let row = 0; row < count; row += 1) values[row] = ids[row]! < 0 ? null : this.get(ids[row]!);
    return { kind: 'value', values };
  }

  /** The values as texts with their codes, or undefined as soon as one is of another kind; null where there is none. */
  #gatherTexts(ids: Int32Array, count: number, memory: ColumnMemory): GatheredColumn | undefined {
    const values = new Array<StoredValue | null>(count);
    const codes = memory.integers(count);
    for (let row = 0; row < count; row += 1) {
      const id = ids[row]!;
      const page = id < 0 ? undefined : this.#pages[id >>> PAGE_SHIFT];
      if (page !== undefined && page.kind !== 'string') return undefined;
      const slot = page === undefined ? -1 : page.isFull ? id & PAGE_MASK : page.slotOf(id & PAGE_MASK);
      if (slot === -1) {
        values[row] = null;
      } else {
        const code = page!.numbers![slot]!;
        codes[row] = code;
        values[row] = this.#dictionary.textOf(code);
      }
    }
    return { kind: 'value', values, codes };
  }

  /**
   * The values as integers, or undefined as soon as one is missing or something else. Most columns have 'integer32' pages
   * only, and a loop that meets one kind of array reads it in half the time.
   */
  #gatherIntegers(ids: Int32Array, count: number, memory: ColumnMemory): Float64Array | undefined {
    const full = this.#full;
    const values = memory.floats(count);
    for (let row = 0; row < count; ) {
      let id = ids[row]!;
      const index = id >>> PAGE_SHIFT;
      const numbers = index < full.length ? full[index] : undefined;
      if (numbers !== undefined) {
        // A scan stays in a page for long.
        do {
          values[row] = numbers[id & PAGE_MASK]!;
          row += 1;
          if (row === count) return values;
          id = ids[row]!;
        } while (id >>> PAGE_SHIFT === index);
        continue;
      }
      const page = id < 0 ? undefined : this.#pages[index];
      if (page === undefined || !isIntegerKind(page.kind)) return undefined;
      if (page.kind === 'integer53') return this.#gatherNumbers(ids, count, isIntegerKind, memory);
      const slot = page.slotOf(id & PAGE_MASK);
      if (slot === -1) return undefined;
      values[row] = page.numbers![slot]!;
      row += 1;
      if (page.isFull) this.#noteFull(index, page.numbers as Int32Array); // those of an 'integer32' page are
    }
    return values;
  }

  #noteFull(index: number, numbers: Int32Array): void {
    while (this.#full.length <= index) this.#full.push(undefined);
    this.#full[index] = numbers;
  }

  /** The values as numbers, or undefined as soon as one is missing or of a kind that is not accepted. */
  #gatherNumbers(
    ids: Int32Array,
    count: number,
    accepts: (kind: PageKind) => boolean,
    memory: ColumnMemory,
  ): Float64Array | undefined {
    const values = memory.floats(count);
    let page: PropertyPage | undefined;
    let pageIndex = -1;
    for (let row = 0; row < count; row += 1) {
      const id = ids[row]!;
      if (id < 0) return undefined;
      if (id >>> PAGE_SHIFT !== pageIndex) {
        pageIndex = id >>> PAGE_SHIFT;
        page = this.#pages[pageIndex];
        if (page === undefined || !accepts(page.kind)) return undefined;
      }
      const slot = page!.slotOf(id & PAGE_MASK);
      if (slot === -1) return undefined;
      values[row] = page!.numbers![slot]!;
    }
    return values;
  }
}

function isIntegerKind(kind: PageKind): boolean {
  return kind === 'integer32' || kind === 'integer53';
}

function isFloatKind(kind: PageKind): boolean {
  return kind === 'float';
}
