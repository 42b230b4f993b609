/**
 * One property of 1,024 neighbouring entities. A page holds values of one kind in a typed array until a value of
 * another kind comes; then it becomes 'mixed'. While few entities have the property the page is sparse (offsets in
 * ascending order, values beside them), so that a rare key costs what it holds; later it is dense, a slot for each.
 */
import { Float, type StoredValue } from '../value/value.ts';
import { PAGE_ENTITIES } from './entity-tables.ts';
import { ARRAY_SLOT_BYTES, type MemoryCounter, OBJECT_BYTES, TYPED_ARRAY_BYTES } from './memory.ts';
import { storedBytes } from './stored-value.ts';
import type { StringDictionary } from './string-dictionary.ts';

/** 'integer32' and 'integer53' are INTEGERs that fit so many bits; 'string' holds codes of the column's dictionary. */
export type PageKind = 'integer32' | 'integer53' | 'float' | 'boolean' | 'string' | 'mixed';

type Numbers = Int32Array | Float64Array | Uint8Array;

const SPARSE_FIRST = 8;
/** Past this many values a page is dense: inserting into a longer sparse page would move too much. */
const SPARSE_MAX = 256;

export class PropertyPage {
  kind: PageKind;
  count = 0;
  /** Offsets of a sparse page; undefined when the page is dense. */
  offsets: Uint16Array | undefined = new Uint16Array(SPARSE_FIRST);
  /** Which offsets of a dense page have a value. */
  presence: Uint32Array | undefined;
  numbers: Numbers | undefined;
  mixed: (StoredValue | null)[] | undefined;
  readonly #dictionary: StringDictionary;
  readonly #memory: MemoryCounter;

  constructor(kind: PageKind, dictionary: StringDictionary, memory: MemoryCounter) {
    this.kind = kind;
    this.#dictionary = dictionary;
    this.#memory = memory;
    this.#allocateValues(SPARSE_FIRST);
    memory.bytes += this.#bytes();
  }

  /** Whether each offset has a value, which then stands at the slot of that number. */
  get isFull(): boolean {
    return this.count === PAGE_ENTITIES;
  }

  /** Where the value of an offset stands, or -1. */
  slotOf(offset: number): number {
    if (this.presence !== undefined) {
      return (this.presence[offset >>> 5]! & (1 << (offset & 31))) === 0 ? -1 : offset;
    }
    const position = this.#positionOf(offset);
    return position < this.count && this.offsets![position] === offset ? position : -1;
  }

  /** The value at a slot that `slotOf` gave. */
  valueAt(slot: number): StoredValue {
    switch (this.kind) {
      case 'integer32':
      case 'integer53':
        return this.numbers![slot]!;
      case 'float':
        return new Float(this.numbers![slot]!);
      case 'boolean':
        return this.numbers![slot] === 1;
      case 'string':
        return this.#dictionary.textOf(this.numbers![slot]!);
      case 'mixed':
        return this.mixed![slot]!;
    }
  }

  set(offset: number, value: StoredValue): void {
    const kind = kindOf(value);
    if (kind !== this.kind) this.#widenFor(kind);
    let slot = this.slotOf(offset);
    if (slot === -1) slot = this.#insert(offset);
    else this.#releaseAt(slot);
    this.#writeAt(slot, value);
  }

  /** Takes the value of an offset out, which has one. */
  delete(offset: number): void {
    const slot = this.slotOf(offset);
    this.#releaseAt(slot);
    this.count -= 1;
    if (this.presence !== undefined) {
      this.presence[offset >>> 5]! &= ~(1 << (offset & 31));
      if (this.mixed !== undefined) this.mixed[slot] = null;
      return;
    }
    this.offsets!.copyWithin(slot, slot + 1, this.count + 1);
    this.numbers?.copyWithin(slot, slot + 1, this.count + 1);
    this.mixed?.splice(slot, 1);
  }

  /** Gives the page's memory back; the page is empty and not used again. */
  drop(): void {
    this.#memory.bytes -= this.#bytes();
  }

  #writeAt(slot: number, value: StoredValue): void {
    if (this.kind === 'mixed') {
      this.mixed![slot] = value;
      this.#memory.bytes += storedBytes(value);
    } else if (typeof value === 'string') {
      this.numbers![slot] = this.#dictionary.acquire(value);
    } else {
      this.numbers![slot] = value instanceof Float ? value.value : Number(value);
    }
  }

  #releaseAt(slot: number): void {
    if (this.kind === 'string') this.#dictionary.release(this.numbers![slot]!);
    else if (this.kind === 'mixed') this.#memory.bytes -= storedBytes(this.mixed![slot]!);
  }

  /** Makes room for an offset that has no value yet. */
  #insert(offset: number): number {
    if (this.offsets !== undefined && this.count === SPARSE_MAX) this.#makeDense();
    if (this.presence !== undefined) {
      this.presence[offset >>> 5]! |= 1 << (offset & 31);
      this.count += 1;
      return offset;
    }
    if (this.count === this.offsets!.length) this.#growSparse();
    const position = this.#positionOf(offset);
    this.offsets!.copyWithin(position + 1, position, this.count);
    this.offsets![position] = offset;
    this.numbers?.copyWithin(position + 1, position, this.count);
    this.mixed?.splice(position, 0, null);
    this.count += 1;
    return position;
  }

  /** The first position of a sparse page whose offset is not below `offset`. */
  #positionOf(offset: number): number {
    const offsets = this.offsets!;
    let low = 0;
    let high = this.count;
    // Entities mostly come in the order of their ids.
    if (high > 0 && offsets[high - 1]! < offset) return high;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (offsets[middle]! < offset) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #growSparse(): void {
    const before = this.#bytes();
    const larger = new Uint16Array(this.offsets!.length * 2);
    larger.set(this.offsets!);
    this.offsets = larger;
    this.#replaceNumbers(larger.length, undefined);
    this.#memory.bytes += this.#bytes() - before;
  }

  #makeDense(): void {
    const before = this.#bytes();
    const offsets = this.offsets!.subarray(0, this.count);
    const presence = new Uint32Array(PAGE_ENTITIES / 32);
    for (const offset of offsets) presence[offset >>> 5]! |= 1 << (offset & 31);
    if (this.mixed !== undefined) {
      const values = this.mixed;
      this.mixed = new Array<StoredValue | null>(PAGE_ENTITIES).fill(null);
      for (let position = 0; position < offsets.length; position += 1) {
        this.mixed[offsets[position]!] = values[position]!;
      }
    }
    this.#replaceNumbers(PAGE_ENTITIES, offsets);
    this.offsets = undefined;
    this.presence = presence;
    this.#memory.bytes += this.#bytes() - before;
  }

  /** Moves the numbers to an array of another length: the one at position p to slot `slots[p]`, or p. */
  #replaceNumbers(capacity: number, slots: Uint16Array | undefined): void {
    const before = this.numbers;
    if (before === undefined) return;
    const after = numbersOf(this.kind, capacity)!;
    for (let position = 0; position < this.count; position += 1) {
      after[slots === undefined ? position : slots[position]!] = before[position]!;
    }
    this.numbers = after;
  }

  /** Turns the page into the narrowest kind that holds both what is there and values of `kind`. */
  #widenFor(kind: PageKind): void {
    if (this.kind === 'mixed' || (this.kind === 'integer53' && kind === 'integer32')) return;
    const before = this.#bytes();
    if (this.kind === 'integer32' && kind === 'integer53') {
      this.numbers = Float64Array.from(this.numbers!);
      this.kind = 'integer53';
    } else {
      this.#makeMixed();
    }
    this.#memory.bytes += this.#bytes() - before;
  }

  #makeMixed(): void {
    const dense = this.presence !== undefined;
    const mixed = new Array<StoredValue | null>(dense ? PAGE_ENTITIES : this.count).fill(null);
    for (let slot = 0; slot < mixed.length; slot += 1) {
      if (dense && this.slotOf(slot) === -1) continue;
      const value = this.valueAt(slot);
      this.#releaseAt(slot);
      this.#memory.bytes += storedBytes(value);
      mixed[slot] = value;
    }
    this.kind = 'mixed';
    this.numbers = undefined;
    this.mixed = mixed;
  }

  #allocateValues(capacity: number): void {
    this.numbers = numbersOf(this.kind, capacity);
    if (this.numbers === undefined) this.mixed = [];
  }

  /** What the page's own arrays take; values in a mixed page are counted beside it. */
  #bytes(): number {
    const positions = this.offsets ?? this.presence!;
    const slots = this.presence === undefined ? positions.length : PAGE_ENTITIES;
    const values = this.numbers === undefined ? slots * ARRAY_SLOT_BYTES : this.numbers.byteLength;
    return OBJECT_BYTES + positions.byteLength + values + 2 * TYPED_ARRAY_BYTES;
  }
}

/** The kind of page that holds a value in its narrowest form. */
export function kindOf(value: StoredValue): PageKind {
  switch (typeof value) {
    case 'number':
      return (value | 0) === value ? 'integer32' : 'integer53';
    case 'string':
      return 'string';
    case 'boolean':
      return 'boolean';
    default:
      return value instanceof Float ? 'float' : 'mixed';
  }
}

function numbersOf(kind: PageKind, capacity: number): Numbers | undefined {
  switch (kind) {
    case 'integer32':
    case 'string':
      return new Int32Array(capacity);
    case 'integer53':
    case 'float':
      return new Float64Array(capacity);
    case 'boolean':
      return new Uint8Array(capacity);
    case 'mixed':
      return undefined;
  }
}
