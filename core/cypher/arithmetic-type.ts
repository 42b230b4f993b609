/** Which types an arithmetic operator goes between, and what it gives. */
import type { ArithmeticOperator } from './ast.ts';
import {
  ANY,
  canBe,
  DURATION,
  FLOAT,
  INTEGER,
  LIST,
  NUMBER_KINDS,
  type StaticType,
  TEMPORAL_KINDS,
  type TypeKind,
} from './static-type.ts';

interface Rule {
  readonly left: readonly TypeKind[];
  readonly right: readonly TypeKind[];
  readonly result: (left: StaticType, right: StaticType) => StaticType;
}

const DURATIONS: readonly TypeKind[] = ['duration'];

const numbers: Rule = { left: NUMBER_KINDS, right: NUMBER_KINDS, result: numberType };
const durations: Rule = { left: DURATIONS, right: DURATIONS, result: () => DURATION };
const later: Rule = { left: TEMPORAL_KINDS, right: DURATIONS, result: (left) => left };

const RULES: Readonly<Partial<Record<ArithmeticOperator, readonly Rule[]>>> = {
  '+': [numbers, durations, later, { left: DURATIONS, right: TEMPORAL_KINDS, result: (_left, right) => right }],
  '-': [numbers, durations, later],
  '*': [
    numbers,
    { left: DURATIONS, right: NUMBER_KINDS, result: () => DURATION },
    { left: NUMBER_KINDS, right: DURATIONS, result: () => DURATION },
  ],
  '/': [numbers, { left: DURATIONS, right: NUMBER_KINDS, result: () => DURATION }],
  '%': [numbers],
  '^': [{ ...numbers, result: () => FLOAT }],
};

/** The type of `left operator right`; undefined where it is certain that there is no such operation. */
export function arithmeticType(
  operator: ArithmeticOperator,
  left: StaticType,
  right: StaticType,
): StaticType | undefined {
  if (operator === '+') {
    // Joins strings, and puts anything into a list.
    if (left.kind === 'list' || right.kind === 'list') return LIST;
    if (left.kind === 'string' || right.kind === 'string') return ANY;
    if (isUnknown(left) || isUnknown(right)) return ANY;
  }
  const rules = rulesOf(operator).filter((rule) => canBe(left, rule.left) && canBe(right, rule.right));
  const [first] = rules;
  if (first === undefined) return undefined;
  return rules.length > 1 || isUnknown(left) || isUnknown(right) ? commonResult(operator) : first.result(left, right);
}

/** Whether an operator takes a value of this type on its left side, with whatever on its right. */
export function takesOnLeft(operator: ArithmeticOperator, left: StaticType): boolean {
  return rulesOf(operator).some((rule) => canBe(left, rule.left));
}

function rulesOf(operator: ArithmeticOperator): readonly Rule[] {
  return RULES[operator] ?? [];
}

function commonResult(operator: ArithmeticOperator): StaticType {
  return operator === '^' ? FLOAT : ANY;
}

function isUnknown(type: StaticType): boolean {
  return canBe(type, []);
}

function numberType(left: StaticType, right: StaticType): StaticType {
  return left.kind === 'integer' && right.kind === 'integer' ? INTEGER : FLOAT;
}
