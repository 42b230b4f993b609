/**
 * How tightly operators bind, as a table. Source: openCypher's grammar; `reference/cypher.md` §6: the
 * predicates on strings, lists and null bind tighter than `=`.
 */
import type { ArithmeticOperator, ComparisonOperator, StringOperator } from './ast.ts';
import { type Keyword, TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** From loose to tight. Above `sign` come property, index and label test. */
export const LEVEL = {
  or: 1,
  xor: 2,
  and: 3,
  not: 4,
  comparison: 5,
  predicate: 6,
  additive: 7,
  multiplicative: 8,
  power: 9,
  sign: 10,
} as const;

/** An operator between two expressions, or (`is`) after one. All group to the left. */
export type BinaryOperator =
  | { readonly form: 'or' | 'xor' | 'and' | 'in' | 'is'; readonly level: number }
  | { readonly form: 'comparison'; readonly level: number; readonly operator: ComparisonOperator }
  | { readonly form: 'arithmetic'; readonly level: number; readonly operator: ArithmeticOperator }
  | { readonly form: 'string'; readonly level: number; readonly operator: StringOperator };

const BY_KIND: ReadonlyMap<number, BinaryOperator> = new Map<number, BinaryOperator>([
  [TOKEN.equal, { form: 'comparison', level: LEVEL.comparison, operator: '=' }],
  [TOKEN.notEqual, { form: 'comparison', level: LEVEL.comparison, operator: '<>' }],
  [TOKEN.less, { form: 'comparison', level: LEVEL.comparison, operator: '<' }],
  [TOKEN.lessEqual, { form: 'comparison', level: LEVEL.comparison, operator: '<=' }],
  [TOKEN.greater, { form: 'comparison', level: LEVEL.comparison, operator: '>' }],
  [TOKEN.greaterEqual, { form: 'comparison', level: LEVEL.comparison, operator: '>=' }],
  [TOKEN.doubleColon, { form: 'is', level: LEVEL.predicate }],
  [TOKEN.matches, { form: 'string', level: LEVEL.predicate, operator: '=~' }],
  [TOKEN.plus, { form: 'arithmetic', level: LEVEL.additive, operator: '+' }],
  [TOKEN.minus, { form: 'arithmetic', level: LEVEL.additive, operator: '-' }],
  [TOKEN.doubleBar, { form: 'arithmetic', level: LEVEL.additive, operator: '||' }],
  [TOKEN.star, { form: 'arithmetic', level: LEVEL.multiplicative, operator: '*' }],
  [TOKEN.slash, { form: 'arithmetic', level: LEVEL.multiplicative, operator: '/' }],
  [TOKEN.percent, { form: 'arithmetic', level: LEVEL.multiplicative, operator: '%' }],
  [TOKEN.caret, { form: 'arithmetic', level: LEVEL.power, operator: '^' }],
]);

const BY_WORD: ReadonlyMap<Keyword, BinaryOperator> = new Map<Keyword, BinaryOperator>([
  ['OR', { form: 'or', level: LEVEL.or }],
  ['XOR', { form: 'xor', level: LEVEL.xor }],
  ['AND', { form: 'and', level: LEVEL.and }],
  ['IN', { form: 'in', level: LEVEL.predicate }],
  ['IS', { form: 'is', level: LEVEL.predicate }],
  ['STARTS', { form: 'string', level: LEVEL.predicate, operator: 'STARTS WITH' }],
  ['ENDS', { form: 'string', level: LEVEL.predicate, operator: 'ENDS WITH' }],
  ['CONTAINS', { form: 'string', level: LEVEL.predicate, operator: 'CONTAINS' }],
]);

/** The operator that comes next, if one does. */
export function operatorAt(cursor: TokenCursor): BinaryOperator | undefined {
  const word = cursor.word();
  return word === '' ? BY_KIND.get(cursor.kind()) : BY_WORD.get(word);
}
