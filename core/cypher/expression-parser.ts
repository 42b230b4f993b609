/** Expressions: operators by precedence.ts, then what stands after an operand. What an operand may be: operand-parser.ts. */
import type { ComparisonOperator, Expression } from './ast.ts';
import { type Operands, OperandParser } from './operand-parser.ts';
import { integerValue } from './literal-text.ts';
import { type ExpressionReader, PatternParser } from './pattern-parser.ts';
import { type BinaryOperator, LEVEL, operatorAt } from './precedence.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/**
 * How high the tree of an expression may be. Long chains of operators are high trees without any
 * bracket, and whoever walks a tree calls itself for each level.
 */
export const TREE_HEIGHT_MAX = 500;
