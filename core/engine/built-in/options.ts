/** The map of options that algorithms take. */
import type { GraphChoice } from '../../algorithm/compact-graph.ts';
import { GraphError } from '../../error.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import type { Direction } from '../../graph/graph-view.ts';
import type { TokenTable } from '../../graph/tokens.ts';
import { isList, isMap } from '../../value/equality.ts';
import { describe } from '../../value/render.ts';
import { Float, type Value, type ValueMap } from '../../value/value.ts';

/** Reads options by name. Whoever reads names all that it knows, so that a misspelt one is an error. */
export class Options {
  readonly #given: ValueMap;
  readonly #procedure: string;

  /** Errors: ArgumentError for an option that is not among `known`. */
  constructor(procedure: string, given: Value | undefined, known: readonly string[]) {
    this.#procedure = procedure;
    this.#given = given !== undefined && isMap(given) ? given : new Map();
    for (const name of this.#given.keys()) {
      if (!known.includes(name)) throw this.#refused(`has no option ${name}. Its options are ${known.join(', ')}`);
    }
  }

  /** An INTEGER from `min` on. */
  integer(name: string, otherwise: number, min: number): number {
    const value = this.#given.get(name) ?? otherwise;
    if (typeof value === 'number' && value >= min) return value;
    throw this.#refused(`takes an INTEGER from ${min} on as ${name}, not ${describe(value)}`);
  }

  /** A number between two, both included. */
  number(name: string, otherwise: number, { min, max }: { readonly min: number; readonly max: number }): number {
    const value = this.#given.get(name) ?? otherwise;
    const number = value instanceof Float ? value.value : value;
    if (typeof number === 'number' && number >= min && number <= max) return number;
    throw this.#refused(`takes a number from ${min} to ${max} as ${name}, not ${describe(value)}`);
  }

  boolean(name: string, otherwise: boolean): boolean {
    const value = this.#given.get(name) ?? otherwise;
    if (typeof value === 'boolean') return value;
    throw this.#refused(`takes a BOOLEAN as ${name}, not ${describe(value)}`);
  }

  direction(name: string, otherwise: Direction): Direction {
    const value = this.#given.get(name) ?? otherwise;
    if (value === 'outgoing' || value === 'incoming' || value === 'both') return value;
    throw this.#refused(`takes 'outgoing', 'incoming' or 'both' as ${name}, not ${describe(value)}`);
  }

  /** Which nodes, relationships and weights: the options `labels`, `relationshipTypes` and `weight`. */
  choice(direction: Direction, { tokens }: ExecutionContext, notNegative = true): GraphChoice {
    const weight = this.text('weight');
    return {
      direction,
      labels: this.#tokens('labels', tokens.label),
      types: this.#tokens('relationshipTypes', tokens.relationshipType),
      weight: weight === undefined ? undefined : { name: weight, key: tokens.propertyKey.idOf(weight), notNegative },
    };
  }

  text(name: string): string | undefined {
    const value = this.#given.get(name) ?? undefined;
    if (value === undefined || typeof value === 'string') return value;
    throw this.#refused(`takes a STRING as ${name}, not ${describe(value)}`);
  }

  /** The tokens of the names that the graph knows. */
  #tokens(name: string, table: TokenTable): number[] | undefined {
    const value = this.#given.get(name) ?? undefined;
    if (value === undefined) return undefined;
    if (!isList(value)) throw this.#refused(`takes a list of strings as ${name}, not ${describe(value)}`);
    const found = new Set<number>();
    for (const element of value) {
      if (typeof element !== 'string') throw this.#refused(`takes a list of strings as ${name}`);
      const token = table.idOf(element);
      if (token !== undefined) found.add(token);
    }
    return [...found];
  }

  #refused(what: string): GraphError {
    return new GraphError('Neo.ClientError.Statement.ArgumentError', `${this.#procedure} ${what}.`, {
      detail: 'InvalidArgumentValue',
    });
  }
}
