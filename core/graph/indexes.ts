import { Definitions } from './definitions.ts';
import type { IndexDefinition } from './index-definition.ts';
import type { MemoryCounter } from './memory.ts';
import { PropertyIndex } from './property-index.ts';
import type { Stamp } from './stamp.ts';

/** The property indexes of a graph, in its newest state. */
export class Indexes {
  /** By name. */
  readonly #indexes = new Map<string, PropertyIndex>();
  readonly #byKey = new Map<number, PropertyIndex[]>();
  readonly #byLabel = new Map<number, PropertyIndex[]>();
  readonly #definitions = new Definitions<IndexDefinition>();
  /** Grows with every change of the definitions, so that what was derived from them knows when it is out of date. */
  #version = 0;
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
  }

  get version(): number {
    return this.#version;
  }

  /** Definitions in the order of their names. */
  list(): IndexDefinition[] {
    return this.#definitions.list();
  }

  /** The index on a label's property. */
  find(label: number, key: number): PropertyIndex | undefined {
    return this.onKey(key).find((index) => index.definition.label === label);
  }

  /** The index of a name. */
  byName(name: string): PropertyIndex | undefined {
    return this.#indexes.get(name);
  }

  /** The indexes on a property, whatever the label. */
  onKey(key: number): readonly PropertyIndex[] {
    return this.#byKey.get(key) ?? NO_INDEXES;
  }

  /** The indexes on a label, whatever the property. */
  onLabel(label: number): readonly PropertyIndex[] {
    return this.#byLabel.get(label) ?? NO_INDEXES;
  }

  /** The definitions that were valid at an lsn, in the order of their names. */
  definitionsAt(lsn: number): IndexDefinition[] {
    return this.#definitions.at(lsn);
  }

  /** Defines an index, which is still empty; its name and its label's property are free. */
  create(definition: IndexDefinition, created: Stamp): PropertyIndex {
    this.#definitions.create(definition, created);
    return this.#open(definition, created);
  }

  drop(name: string, dropped: Stamp): void {
    this.#definitions.drop(name, dropped);
    this.#close(name);
  }

  /** Takes back what a transaction has done. What it dropped comes back empty, and is answered for the caller to fill. */
  rollback(stamp: Stamp, rebuiltAt: Stamp): PropertyIndex[] {
    const { gone, back } = this.#definitions.rollback(stamp);
    for (const { name } of gone) this.#close(name);
    return back.map((definition) => this.#open(definition, rebuiltAt));
  }

  /** Forgets definitions that ended at or before an lsn. */
  collect(lsn: number): void {
    this.#definitions.collect(lsn);
  }

  #open(definition: IndexDefinition, builtAt: Stamp): PropertyIndex {
    const index = new PropertyIndex(definition, builtAt, this.#memory);
    this.#version += 1;
    this.#indexes.set(definition.name, index);
    this.#byKey.set(definition.key, [...this.onKey(definition.key), index]);
    this.#byLabel.set(definition.label, [...this.onLabel(definition.label), index]);
    return index;
  }

  #close(name: string): void {
    const index = this.#indexes.get(name)!;
    this.#version += 1;
    const { key, label } = index.definition;
    this.#indexes.delete(name);
    this.#byKey.set(key, without(this.onKey(key), index));
    this.#byLabel.set(label, without(this.onLabel(label), index));
    index.drop();
  }
}

const NO_INDEXES: readonly PropertyIndex[] = [];

function without(indexes: readonly PropertyIndex[], index: PropertyIndex): PropertyIndex[] {
  return indexes.filter((other) => other !== index);
}
