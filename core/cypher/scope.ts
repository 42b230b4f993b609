import type { StaticType } from './static-type.ts';

/** The variables that an expression may name, and what is known of their types. An inner scope sees the outer one. */
export class Scope {
  readonly #variables = new Map<string, StaticType>();
  readonly #outer: Scope | undefined;

  constructor(outer?: Scope) {
    this.#outer = outer;
  }

  typeOf(name: string): StaticType | undefined {
    return this.#variables.get(name) ?? this.#outer?.typeOf(name);
  }

  /** Whether the variable is of this scope and not of an outer one. */
  owns(name: string): boolean {
    return this.#variables.has(name);
  }

  /** An empty scope in the same place: it sees the same outer one. */
  fresh(): Scope {
    return new Scope(this.#outer);
  }

  /** A scope of its own with the same variables. */
  copy(): Scope {
    const copy = this.fresh();
    for (const [name, type] of this.#variables) copy.define(name, type);
    return copy;
  }

  /** Adds a variable, or gives it a type here that hides the outer one. */
  define(name: string, type: StaticType): void {
    this.#variables.set(name, type);
  }

  /** The variables of this scope, without the outer ones, in the order in which they came in. */
  entries(): Iterable<readonly [string, StaticType]> {
    return this.#variables;
  }

  /** All names that can be seen, inner ones first. */
  *names(): Iterable<string> {
    yield* this.#variables.keys();
    if (this.#outer) yield* this.#outer.names();
  }

  get size(): number {
    return this.#variables.size;
  }
}
