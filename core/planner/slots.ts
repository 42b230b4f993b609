/**
 * Where variables stand in a batch. A statement has one table of slots; a scope says which variables can be
 * named at one place of the statement, and in which slots they are. Slots are never used twice, so that an
 * operator may leave behind what is no longer in scope without harm.
 */
import { assert } from '../assert.ts';

export type SlotKind = 'node' | 'relationship' | 'path' | 'value';

export class Slots {
  readonly #names: string[] = [];
  readonly #kinds: SlotKind[] = [];
  /** Slots of values that hold no node, relationship or path, however deep. */
  readonly #plain = new Set<number>();

  get count(): number {
    return this.#names.length;
  }

  add(name: string, kind: SlotKind): number {
    this.#names.push(name);
    this.#kinds.push(kind);
    return this.#names.length - 1;
  }

  /** A slot for what has no name in the text. */
  addAnonymous(kind: SlotKind): number {
    return this.add(anonymousName(this.#names.length), kind);
  }

  /** A slot for a value that holds no node, relationship or path: reading its keys reads nothing of the graph. */
  addPlain(name: string): number {
    const slot = this.add(name, 'value');
    this.#plain.add(slot);
    return slot;
  }

  isPlain(slot: number): boolean {
    return this.#plain.has(slot);
  }

  nameOf(slot: number): string {
    const name = this.#names[slot];
    assert(name !== undefined, `slot ${slot} is in the table`);
    return name;
  }

  kindOf(slot: number): SlotKind {
    const kind = this.#kinds[slot];
    assert(kind !== undefined, `slot ${slot} is in the table`);
    return kind;
  }
}

/** A name that no text can hold, since it starts with a blank. */
export function anonymousName(number: number): string {
  return ` ${number}`;
}

export function isAnonymous(name: string): boolean {
  return name.startsWith(' ');
}

/** The variables that can be named at one place. It never changes: `with` makes a wider one. */
export class PlanScope {
  readonly slots: Slots;
  readonly #slotByName: ReadonlyMap<string, number>;

  constructor(slots: Slots, slotByName: ReadonlyMap<string, number> = new Map()) {
    this.slots = slots;
    this.#slotByName = slotByName;
  }

  slotOf(variable: string): number | undefined {
    return this.#slotByName.get(variable);
  }

  kindOf(slot: number): SlotKind {
    return this.slots.kindOf(slot);
  }

  has(variable: string): boolean {
    return this.#slotByName.has(variable);
  }

  /** This scope and these variables; a variable of the same name is hidden. */
  with(entries: Iterable<readonly [string, number]>): PlanScope {
    return new PlanScope(this.slots, new Map([...this.#slotByName, ...entries]));
  }

  /** A scope of the same statement that holds only these variables. */
  only(entries: Iterable<readonly [string, number]>): PlanScope {
    return new PlanScope(this.slots, new Map(entries));
  }

  /** Variables with their slots, in the order in which they came into scope. */
  entries(): [string, number][] {
    return [...this.#slotByName];
  }

  liveSlots(): number[] {
    return [...new Set(this.#slotByName.values())];
  }
}
