/** `x IS [NOT] :: TYPE`, and what valueType() calls a value's type. */
import type { ValueType, ValueTypeAlternative } from '../../cypher/ast.ts';
import type { Position } from '../../error.ts';
import { isList } from '../../value/equality.ts';
import { typeName } from '../../value/render.ts';
import type { Value } from '../../value/value.ts';
import type { Batch } from '../batch.ts';
import type { EvaluationContext } from './expression.ts';
import { Operand } from './operand.ts';

/** Types of values that no property holds. */
const NEVER_STORED: ReadonlySet<string> = new Set(['NODE', 'RELATIONSHIP', 'PATH', 'MAP']);

export class IsTypedOperand extends Operand {
  readonly constant: boolean;
  readonly #operand: Operand;
  readonly #type: ValueType;
  readonly #negated: boolean;

  constructor(operand: Operand, type: ValueType, negated: boolean, position: Position) {
    super(position);
    this.constant = operand.constant;
    this.#operand = operand;
    this.#type = type;
    this.#negated = negated;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean {
    return isOfType(this.#operand.valueAt(batch, row, context), this.#type, context) !== this.#negated;
  }
}

function isOfType(value: Value, type: ValueType, context: EvaluationContext): boolean {
  return type.some((alternative) => isOfAlternative(value, alternative, context));
}

function isOfAlternative(value: Value, alternative: ValueTypeAlternative, context: EvaluationContext): boolean {
  const { name, element, nullable } = alternative;
  if (value === null) return nullable;
  switch (name) {
    case 'ANY':
      return true;
    case 'NOTHING':
    case 'NULL':
      return false;
    case 'PROPERTY VALUE':
      return isStorable(value, context);
    case 'LIST':
      if (!isList(value)) return false;
      context.spend(value.length);
      return element === undefined || value.every((item) => isOfType(item, element, context));
    default:
      return typeName(value) === name;
  }
}

/** Whether a property could hold the value: no entity, no map, and of lists those of one type of values that are no lists. */
function isStorable(value: Value, context: EvaluationContext): boolean {
  if (value === null || !isList(value)) return value !== null && !NEVER_STORED.has(typeName(value));
  context.spend(value.length);
  const names = new Set(value.map(typeName));
  return names.size <= 1 && [...names].every((name) => name !== 'NULL' && name !== 'LIST' && !NEVER_STORED.has(name));
}

/** A value's type as valueType() writes it: `LIST<INTEGER NOT NULL | STRING NOT NULL> NOT NULL`. */
export function valueTypeOf(value: Value, context: EvaluationContext): string {
  if (value === null) return 'NULL';
  if (!isList(value)) return `${typeName(value)} NOT NULL`;
  context.spend(value.length);
  return `LIST<${elementType(value, context)}> NOT NULL`;
}

/** The types of the elements, each once, in the order that Neo4j gives to types; NULL makes all of them nullable. */
function elementType(list: readonly Value[], context: EvaluationContext): string {
  const types = new Set(list.map((item) => valueTypeOf(item, context)));
  if (types.size === 0) return 'NOTHING';
  const nullable = types.delete('NULL');
  if (types.size === 0) return 'NULL';
  const names = [...types].sort((left, right) => rankOf(left) - rankOf(right) || (left < right ? -1 : 1));
  return names.map((name) => (nullable ? name.slice(0, -' NOT NULL'.length) : name)).join(' | ');
}

/** Source: Neo4j, "Type normalization". */
const ORDER: readonly string[] = [
  'BOOLEAN',
  'STRING',
  'INTEGER',
  'FLOAT',
  'DATE',
  'LOCAL TIME',
  'ZONED TIME',
  'LOCAL DATETIME',
  'ZONED DATETIME',
  'DURATION',
  'POINT',
  'NODE',
  'RELATIONSHIP',
  'MAP',
  'LIST',
  'PATH',
];

function rankOf(type: string): number {
  return ORDER.findIndex((name) => type.startsWith(name));
}
