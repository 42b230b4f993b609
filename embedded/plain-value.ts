/** Plain JavaScript values become the engine's. */
import type { Parameters } from '../core/executor/expression/expression.ts';
import { Float, type Value } from '../core/value/value.ts';

/**
 * Parameters in a plain object. One is converted when it is asked for; what takes long to convert, once. Errors: TypeError for a
 * parameter that is no value of Cypher.
 */
export class PlainParameters implements Parameters {
  readonly #plain: Readonly<Record<string, unknown>>;
  #converted: Map<string, Value> | undefined;

  constructor(plain: Readonly<Record<string, unknown>>) {
    this.#plain = plain;
  }

  get(name: string): Value | undefined {
    if (!Object.hasOwn(this.#plain, name)) return undefined;
    const value = this.#plain[name];
    return typeof value === 'object' && value !== null ? this.#convertedObject(name, value) : toValue(value);
  }

  #convertedObject(name: string, plain: object): Value {
    this.#converted ??= new Map();
    let value = this.#converted.get(name);
    if (value === undefined) {
      value = ofObject(plain);
      this.#converted.set(name, value);
    }
    return value;
  }
}

/** A plain value as the engine has it. Errors: TypeError for what is no value of Cypher. */
export function toValue(plain: unknown): Value {
  switch (typeof plain) {
    case 'number':
      return Number.isSafeInteger(plain) ? plain : new Float(plain);
    case 'string':
    case 'boolean':
    case 'bigint':
      return plain;
    case 'undefined':
      return null;
    case 'object':
      return plain === null ? null : ofObject(plain);
    default:
      throw new TypeError(`a ${typeof plain} is no value of Cypher`);
  }
}

function ofObject(plain: object): Value {
  if (plain instanceof Float) return plain;
  if (Array.isArray(plain)) return plain.map(toValue);
  const entries = plain instanceof Map ? [...plain] : Object.entries(plain);
  return new Map(entries.map(([key, value]) => [String(key), toValue(value)]));
}
