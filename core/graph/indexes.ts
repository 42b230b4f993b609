import type { IndexDefinition } from './index-definition.ts';
import type { MemoryCounter } from './memory.ts';
import { PropertyIndex } from './property-index.ts';
import { OPEN, type Stamp } from './stamp.ts';

/** From when to when an index is defined. */
interface Tenure {
  readonly definition: IndexDefinition;
  readonly created: Stamp;
  dropped: Stamp | undefined;
}

/** The property indexes of a graph, in its newest state. */
export class Indexes {
  /** By name. */
  readonly #indexes = new Map<string, PropertyIndex>();
  readonly #byKey = new Map<number, PropertyIndex[]>();
  readonly #byLabel = new Map<number, PropertyIndex[]>();
  /** Definitions that are valid, and those that an open snapshot may still see. */
  #tenures: Tenure[] = [];
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
    return this.definitionsAt(OPEN);
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
    return this.#tenures
      .filter(({ created, dropped }) => created.lsn <= lsn && !endedBy(dropped, lsn))
      .map(({ definition }) => definition)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Defines an index, which is still empty; its name and its label's property are free. */
  create(definition: IndexDefinition, created: Stamp): PropertyIndex {
    this.#tenures.push({ definition, created, dropped: undefined });
    return this.#open(definition, created);
  }

  drop(name: string, dropped: Stamp): void {
    const tenure = this.#tenures.find((other) => other.definition.name === name && other.dropped === undefined);
    tenure!.dropped = dropped;
    this.#close(name);
  }

  /** Takes back what a transaction has done. What it dropped comes back empty, and is answered for the caller to fill. */
  rollback(stamp: Stamp, rebuiltAt: Stamp): PropertyIndex[] {
    for (const { definition, created, dropped } of this.#tenures) {
      if (created === stamp && dropped === undefined) this.#close(definition.name);
    }
    this.#tenures = this.#tenures.filter(({ created }) => created !== stamp);
    const back: PropertyIndex[] = [];
    for (const tenure of this.#tenures) {
      if (tenure.dropped !== stamp) continue;
      tenure.dropped = undefined;
      back.push(this.#open(tenure.definition, rebuiltAt));
    }
    return back;
  }

  /** Forgets definitions that ended at or before an lsn. */
  collect(lsn: number): void {
    if (!this.#tenures.some(({ dropped }) => endedBy(dropped, lsn))) return;
    this.#tenures = this.#tenures.filter(({ dropped }) => !endedBy(dropped, lsn));
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

function endedBy(dropped: Stamp | undefined, lsn: number): boolean {
  return dropped !== undefined && dropped.lsn <= lsn;
}

function without(indexes: readonly PropertyIndex[], index: PropertyIndex): PropertyIndex[] {
  return indexes.filter((other) => other !== index);
}
