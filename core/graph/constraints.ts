import type { ConstraintDefinition } from './constraint-definition.ts';
import { Definitions } from './definitions.ts';
import { isSamePlace } from './index-definition.ts';
import type { Stamp } from './stamp.ts';

const NONE: readonly ConstraintDefinition[] = [];

/** The constraints of a graph. */
export class Constraints {
  readonly #definitions = new Definitions<ConstraintDefinition>();
  /** In the newest state. */
  #byName = new Map<string, ConstraintDefinition>();
  /** By entity and token, and by entity and key. */
  #byPlace = new Map<string, ConstraintDefinition[]>();

  /** Whether there is none, so that nothing need be checked. */
  get isEmpty(): boolean {
    return this.#byName.size === 0;
  }

  /** Definitions in the order of their names. */
  list(): ConstraintDefinition[] {
    return this.#definitions.list();
  }

  /** The definitions that were valid at an lsn, in the order of their names. */
  definitionsAt(lsn: number): ConstraintDefinition[] {
    return this.#definitions.at(lsn);
  }

  byName(name: string): ConstraintDefinition | undefined {
    return this.#byName.get(name);
  }

  /** Those on a label or on a relationship type. */
  onToken(entity: ConstraintDefinition['entity'], token: number): readonly ConstraintDefinition[] {
    return this.#byPlace.get(`${entity} token ${token}`) ?? NONE;
  }

  /** Those on a property, whatever the label or type. */
  onKey(entity: ConstraintDefinition['entity'], key: number): readonly ConstraintDefinition[] {
    return this.#byPlace.get(`${entity} key ${key}`) ?? NONE;
  }

  /** The one of the same kind on the same properties. */
  find(wanted: Omit<ConstraintDefinition, 'name' | 'types'>): ConstraintDefinition | undefined {
    return this.onToken(wanted.entity, wanted.token).find(
      (other) => other.kind === wanted.kind && isSamePlace(other, wanted),
    );
  }

  create(definition: ConstraintDefinition, created: Stamp): void {
    this.#definitions.create(definition, created);
    this.#arrange();
  }

  drop(name: string, dropped: Stamp): void {
    this.#definitions.drop(name, dropped);
    this.#arrange();
  }

  rollback(stamp: Stamp): void {
    this.#definitions.rollback(stamp);
    this.#arrange();
  }

  collect(lsn: number): void {
    this.#definitions.collect(lsn);
  }

  #arrange(): void {
    const all = this.#definitions.list();
    this.#byName = new Map(all.map((definition) => [definition.name, definition]));
    this.#byPlace = new Map();
    for (const definition of all) {
      const { entity, token, keys } = definition;
      for (const place of [`${entity} token ${token}`, ...keys.map((key) => `${entity} key ${key}`)]) {
        this.#byPlace.set(place, [...(this.#byPlace.get(place) ?? NONE), definition]);
      }
    }
  }
}
