/** Reads the fields of a JSON object from outside; every error names the field and what it must be. */
import { GraphError } from '../core/error.ts';
import { Float, type ValueMap } from '../core/value/value.ts';

/** An object's fields, each read as what it has to be; null counts as absent. */
export class JsonFields {
  readonly #map: ValueMap;

  constructor(map: ValueMap) {
    this.#map = map;
  }

  has(name: string): boolean {
    return (this.#map.get(name) ?? null) !== null;
  }

  string(name: string): string {
    return this.optionalString(name) ?? missing(name, 'a string');
  }

  optionalString(name: string): string | undefined {
    const value = this.#map.get(name) ?? undefined;
    return value === undefined || typeof value === 'string' ? value : wrong(name, 'a string');
  }

  optionalStrings(name: string): readonly string[] | undefined {
    const value = this.#map.get(name) ?? undefined;
    if (value === undefined) return undefined;
    if (!Array.isArray(value)) return wrong(name, 'a list of strings');
    return value.map((item) => (typeof item === 'string' ? item : wrong(name, 'a list of strings')));
  }

  count(name: string, max: number = Number.MAX_SAFE_INTEGER): number {
    return this.optionalCount(name, max) ?? missing(name, 'an integer');
  }

  optionalCount(name: string, max: number): number | undefined {
    const value = this.#map.get(name) ?? undefined;
    if (value === undefined) return undefined;
    if (typeof value === 'number' && value >= 0 && value <= max) return value;
    return wrong(name, `an integer from 0 to ${max}`);
  }

  optionalNumber(name: string, max: number): number | undefined {
    const value = this.#map.get(name) ?? undefined;
    if (value === undefined) return undefined;
    const number = value instanceof Float ? value.value : value;
    if (typeof number === 'number' && number >= 0 && number <= max) return number;
    return wrong(name, `a number from 0 to ${max}`);
  }

  optionalBoolean(name: string): boolean | undefined {
    const value = this.#map.get(name) ?? undefined;
    return value === undefined || typeof value === 'boolean' ? value : wrong(name, 'true or false');
  }

  optionalMap(name: string): ValueMap | undefined {
    const value = this.#map.get(name) ?? undefined;
    return value === undefined || value instanceof Map ? value : wrong(name, 'an object');
  }

  optionalFields(name: string): JsonFields | undefined {
    const map = this.optionalMap(name);
    return map && new JsonFields(map);
  }
}

function missing(name: string, what: string): never {
  throw malformed(`'${name}' is missing; it must be ${what}`);
}

function wrong(name: string, what: string): never {
  throw malformed(`'${name}' must be ${what}`);
}

/** The error for a field that is not what it has to be. */
export function malformed(message: string): GraphError {
  return new GraphError('Neo.ClientError.Request.InvalidFormat', message);
}
