/** Indexes or constraints by name, with those that an open snapshot may still see although they have been dropped. */
import { OPEN, type Stamp } from './stamp.ts';

/** From when to when something is defined. */
interface Tenure<Definition> {
  readonly definition: Definition;
  readonly created: Stamp;
  dropped: Stamp | undefined;
}

export class Definitions<Definition extends { readonly name: string }> {
  #tenures: Tenure<Definition>[] = [];

  /** Those of the newest state, in the order of their names. */
  list(): Definition[] {
    return this.at(OPEN);
  }

  /** Those that were valid at an lsn, in the order of their names. */
  at(lsn: number): Definition[] {
    return this.#tenures
      .filter(({ created, dropped }) => created.lsn <= lsn && !endedBy(dropped, lsn))
      .map(({ definition }) => definition)
      .sort((left, right) => (left.name < right.name ? -1 : 1));
  }

  /** Adds one, whose name is free. */
  create(definition: Definition, created: Stamp): void {
    this.#tenures.push({ definition, created, dropped: undefined });
  }

  drop(name: string, dropped: Stamp): void {
    const tenure = this.#tenures.find((other) => other.definition.name === name && other.dropped === undefined);
    tenure!.dropped = dropped;
  }

  /** Takes back what a transaction has done: what it created is gone, what it dropped is back. */
  rollback(stamp: Stamp): { readonly gone: Definition[]; readonly back: Definition[] } {
    const gone = this.#tenures.filter(({ created, dropped }) => created === stamp && dropped === undefined);
    this.#tenures = this.#tenures.filter(({ created }) => created !== stamp);
    const back = this.#tenures.filter(({ dropped }) => dropped === stamp);
    for (const tenure of back) tenure.dropped = undefined;
    return { gone: gone.map(({ definition }) => definition), back: back.map(({ definition }) => definition) };
  }

  /** Forgets those that ended at or before an lsn. */
  collect(lsn: number): void {
    if (!this.#tenures.some(({ dropped }) => endedBy(dropped, lsn))) return;
    this.#tenures = this.#tenures.filter(({ dropped }) => !endedBy(dropped, lsn));
  }
}

function endedBy(dropped: Stamp | undefined, lsn: number): boolean {
  return dropped !== undefined && dropped.lsn <= lsn;
}
