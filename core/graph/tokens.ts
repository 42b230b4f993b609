/** Names of labels, relationship types and property keys, and the small numbers that stand for them. */
import { assert, broken } from '../assert.ts';
import type { TokenKind } from './delta.ts';
import { MAP_ENTRY_BYTES, type MemoryCounter, stringBytes } from './memory.ts';

/** Names of one kind, numbered from 0 in the order in which they were defined. Names are never taken back, except by rollback. */
export class TokenTable {
  readonly #ids = new Map<string, number>();
  readonly #names: string[] = [];
  /** The transaction that defined each name; Infinity while it is open. Ascending. */
  readonly #lsns: number[] = [];
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
  }

  get count(): number {
    return this.#names.length;
  }

  /** The number of a name, or undefined when no transaction has defined it. */
  idOf(name: string): number | undefined {
    return this.#ids.get(name);
  }

  /** The name behind a number that this table has given out. */
  nameOf(id: number): string {
    const name = this.#names[id];
    if (name === undefined) broken(`no token ${id}`);
    return name;
  }

  /** How many names the transactions up to `lsn` have defined. */
  countAt(lsn: number): number {
    let count = this.#lsns.length;
    while (count > 0 && this.#lsns[count - 1]! > lsn) count -= 1;
    return count;
  }

  /** The names that the transactions up to `lsn` have defined, by number. */
  namesAt(lsn: number): readonly string[] {
    return this.#names.slice(0, this.countAt(lsn));
  }

  /** Gives a new name the next number. */
  define(name: string, lsn: number): number {
    assert(!this.#ids.has(name), `token ${name} is there already`);
    const id = this.#names.length;
    this.#ids.set(name, id);
    this.#names.push(name);
    this.#lsns.push(lsn);
    this.#memory.bytes += MAP_ENTRY_BYTES + stringBytes(name);
    return id;
  }

  /** Puts the lsn on what the open transaction has defined. */
  commit(lsn: number): void {
    for (let id = this.#lsns.length - 1; id >= 0 && this.#lsns[id] === Number.POSITIVE_INFINITY; id -= 1) {
      this.#lsns[id] = lsn;
    }
  }

  /** Takes back what the open transaction has defined. */
  rollback(): void {
    while (this.#lsns.at(-1) === Number.POSITIVE_INFINITY) {
      this.#lsns.pop();
      const name = this.#names.pop()!;
      this.#ids.delete(name);
      this.#memory.bytes -= MAP_ENTRY_BYTES + stringBytes(name);
    }
  }
}

/** The three token tables of a graph. */
export class Tokens {
  readonly label: TokenTable;
  readonly relationshipType: TokenTable;
  readonly propertyKey: TokenTable;

  constructor(memory: MemoryCounter) {
    this.label = new TokenTable(memory);
    this.relationshipType = new TokenTable(memory);
    this.propertyKey = new TokenTable(memory);
  }

  of(kind: TokenKind): TokenTable {
    return this[kind];
  }

  commit(lsn: number): void {
    this.label.commit(lsn);
    this.relationshipType.commit(lsn);
    this.propertyKey.commit(lsn);
  }

  rollback(): void {
    this.label.rollback();
    this.relationshipType.rollback();
    this.propertyKey.rollback();
  }
}
