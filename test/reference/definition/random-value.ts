/** Expressions over values of any type, most of which fail: which of them do, and how, is asked. */
import { Float, type Value } from '../../../core/value/value.ts';
import type { Tape } from './tape.ts';

const VALUES: readonly Value[] = [
  1,
  null,
  'a',
  true,
  0,
  2,
  -1,
  new Float(1.5),
  new Float(0),
  false,
  '',
  'abc',
  [],
  [1, 2, 3],
  [null, 1],
  ['a', true],
  [[1], [2]],
  new Map<string, Value>([['k', 1]]),
  new Map<string, Value>(),
];

const FUNCTIONS = [
  'size',
  'head',
  'last',
  'tail',
  'reverse',
  'keys',
  'properties',
  'isEmpty',
  'abs',
  'sign',
  'floor',
  'ceil',
  'toUpper',
  'toLower',
  'labels',
  'type',
  'nodes',
  'length',
  'startNode',
  'id',
] as const;

export function randomParameters(tape: Tape): Record<string, Value> {
  return { a: tape.pick(VALUES), b: tape.pick(VALUES), c: tape.pick(VALUES) };
}

/** An expression over the variables a, b and c. */
export function randomExpression(tape: Tape, depth: number): string {
  const inner = () => randomExpression(tape, depth - 1);
  const test = () => `${inner()} ${tape.pick(['=', '<>', '<', '<=', '>', '>='])} ${inner()}`;
  switch (tape.below(depth > 0 ? 17 : 2)) {
    case 0:
      return tape.pick(['a', 'b', 'c']);
    case 1:
      return tape.pick(['a', 'b', 'c', '1', 'null', '2.5', "'k'", 'true', '[1, 2]', '{k: 2}']);
    case 2:
    case 3:
      return `(${inner()} ${tape.pick(['+', '-', '*', '/', '%', '^', '||'])} ${inner()})`;
    case 4:
      return `(${test()})`;
    case 5:
      return `(${inner()} ${tape.pick(['AND', 'OR', 'XOR'])} ${inner()})`;
    case 6:
      return `(NOT ${inner()})`;
    case 7:
      return `(${inner()})[${inner()}]`;
    case 8:
      return `(${inner()})[${inner()}..${inner()}]`;
    case 9:
      return `(${inner()} IN ${inner()})`;
    case 10:
      return `(${inner()} ${tape.pick(['STARTS WITH', 'ENDS WITH', 'CONTAINS'])} ${inner()})`;
    case 11:
      return `(${inner()}).k`;
    case 12:
      return `${tape.pick(FUNCTIONS)}(${inner()})`;
    case 13:
      return `CASE WHEN ${test()} THEN ${inner()} ELSE ${inner()} END`;
    case 14:
      return `[x IN ${inner()} WHERE ${test()} | x + ${inner()}]`;
    case 15:
      return `${tape.pick(['any', 'all', 'none', 'single'])}(x IN ${inner()} WHERE x = ${inner()})`;
    default:
      return `(-(${inner()}))`;
  }
}
