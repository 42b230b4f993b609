/** From trees to operands: decides which kind of operand each expression becomes. */
import { assert, unreachable } from '../../assert.ts';
import type { Expression } from '../../cypher/ast.ts';
import { freeVariables } from '../../cypher/expression-tree.ts';
import { type FunctionSignature, findFunction } from '../../cypher/function-table.ts';
import { GraphError, type Position } from '../../error.ts';
import { type QueryExpression, sizeOf } from '../../planner/planning.ts';
import type { Value } from '../../value/value.ts';
import { CalculationOperand, NegateOperand } from './calculation.ts';
import { CallOperand, IdOperand } from './call.ts';
import { ComparisonChainOperand, ComparisonOperand } from './comparison.ts';
import { ListComprehensionOperand, QuantifierOperand, ReduceOperand } from './comprehension.ts';
import { CaseOperand, CoalesceOperand, IsNullOperand } from './conditional.ts';
import { IndexOperand, ListOperand, MapOperand, SliceOperand } from './container.ts';
import type { ExpressionHooks, Scope } from './expression.ts';
import { FUNCTION_DEFINITIONS } from './functions.ts';
import { ConstantOperand, LocalOperand, literalValue, ParameterOperand, SlotOperand } from './leaf.ts';
import { JunctionOperand, NotOperand, XorOperand } from './logic.ts';
import { MapProjectionOperand } from './map-projection.ts';
import { MembershipOperand } from './membership.ts';
import { IsNormalizedOperand } from './normal-form.ts';
import type { Operand } from './operand.ts';
import { HasLabelsOperand, PropertyOperand } from './property.ts';
import { QueryOperand } from './query.ts';
import { TextPredicateOperand } from './text-predicate.ts';
import { IsTypedOperand } from './type-test.ts';

interface CompilerEnvironment {
  readonly scope: Scope;
  readonly hooks: ExpressionHooks;
  /** Variables of the comprehensions around the expression; they hide those in scope. */
  readonly locals: ReadonlyMap<string, LocalOperand>;
}

type ExpressionOf<Type extends Expression['type']> = Extract<Expression, { type: Type }>;

/** Compiles a tree. Errors: as compileExpression. */
export function compileOperand(expression: Expression, environment: CompilerEnvironment): Operand {
  const compile = (inner: Expression): Operand => compileOperand(inner, environment);
  const compileOptional = (inner: Expression | undefined) => (inner === undefined ? undefined : compile(inner));
  const position = expression.span;
  switch (expression.type) {
    case 'literal':
      return new ConstantOperand(literalValue(expression.value, position), position);
    case 'parameter':
      return new ParameterOperand(expression.name, position);
    case 'variable':
      return compileVariable(expression, environment);
    case 'property':
      return new PropertyOperand(compile(expression.subject), expression.key, position);
    case 'index':
      return new IndexOperand(compile(expression.subject), compile(expression.index), position);
    case 'slice': {
      const { subject, from, to } = expression;
      return new SliceOperand(compile(subject), compileOptional(from), compileOptional(to), position);
    }
    case 'list':
      return compileList(expression.items.map(compile), position);
    case 'map':
      return compileMap(
        expression.entries.map(([key, value]) => [key, compile(value)] as const),
        position,
      );
    case 'not':
      return new NotOperand(compile(expression.operand), position);
    case 'and':
    case 'or':
      return new JunctionOperand(expression.type, compile(expression.left), compile(expression.right), position);
    case 'xor':
      return new XorOperand(compile(expression.left), compile(expression.right), position);
    case 'comparison':
      return compileComparison(expression, compile);
    case 'arithmetic': {
      const { operator, left, right } = expression;
      return new CalculationOperand(operator, compile(left), compile(right), position);
    }
    case 'negate':
      return compileNegation(expression, compile);
    case 'string':
      return new TextPredicateOperand(
        expression.operator,
        compile(expression.left),
        compile(expression.right),
        position,
      );
    case 'in':
      return new MembershipOperand(compile(expression.left), compile(expression.right), position);
    case 'isNull':
      return new IsNullOperand(compile(expression.operand), expression.negated, position);
    case 'isTyped':
      return new IsTypedOperand(compile(expression.operand), expression.valueType, expression.negated, position);
    case 'isNormalized':
      return new IsNormalizedOperand(compile(expression.operand), expression.form, expression.negated, position);
    case 'hasLabels':
      return new HasLabelsOperand(compile(expression.subject), expression, position);
    case 'mapProjection': {
      const items = expression.items.map((item) =>
        item.type === 'entry' ? { ...item, value: compile(item.value) } : item,
      );
      return new MapProjectionOperand(compile(expression.subject), items, position);
    }
    case 'call':
      return compileCall(expression, compile);
    case 'countStar':
      throw misplacedAggregation(expression);
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => ({
        condition: compile(when),
        result: compile(then),
      }));
      const subject = compileOptional(expression.subject);
      return new CaseOperand({ subject, branches, otherwise: compileOptional(expression.otherwise) }, position);
    }
    case 'listComprehension':
    case 'quantifier':
    case 'reduce':
      return compileIteration(expression, environment);
    case 'patternPredicate':
    case 'patternComprehension':
    case 'shortestPath':
    case 'subqueryExpression':
      return compileQuery(expression, environment);
    default:
      return unreachable(expression);
  }
}

function compileVariable(expression: ExpressionOf<'variable'>, environment: CompilerEnvironment): Operand {
  const local = environment.locals.get(expression.name);
  if (local !== undefined) return local;
  const slot = environment.scope.slotOf(expression.name);
  if (slot !== undefined) return new SlotOperand(slot, expression.span);
  throw new GraphError('Neo.ClientError.Statement.SyntaxError', `Variable \`${expression.name}\` is not defined.`, {
    position: expression.span,
    detail: 'UndefinedVariable',
  });
}

function compileComparison(expression: ExpressionOf<'comparison'>, compile: (inner: Expression) => Operand): Operand {
  const operands = expression.operands.map(compile);
  const [left, right] = operands;
  const [operator] = expression.operators;
  assert(operator !== undefined && left !== undefined && right !== undefined, 'a comparison has two operands or more');
  return expression.operators.length === 1
    ? new ComparisonOperand(operator, left, right, expression.span)
    : new ComparisonChainOperand(expression.operators, operands, expression.span);
}

/** `-9223372036854775808` is the negative of a literal that does not fit an INTEGER itself. */
function compileNegation(expression: ExpressionOf<'negate'>, compile: (inner: Expression) => Operand): Operand {
  const { operand, span } = expression;
  if (operand.type === 'literal' && typeof operand.value === 'object' && operand.value !== null) {
    const literal = operand.value;
    const negative = 'integer' in literal ? { integer: -literal.integer } : { float: -literal.float };
    return new ConstantOperand(literalValue(negative, span), span);
  }
  return new NegateOperand(compile(operand), span);
}

/** A list of literals is made once, so that MembershipOperand knows it again by its identity. */
function compileList(items: readonly Operand[], position: Position): Operand {
  return items.every(isConstant)
    ? new ConstantOperand(
        items.map((item) => item.value),
        position,
      )
    : new ListOperand(items, position);
}

function compileMap(entries: readonly (readonly [string, Operand])[], position: Position): Operand {
  const map = new Map<string, Value>();
  for (const [key, operand] of entries) {
    if (!isConstant(operand)) return new MapOperand(entries, position);
    map.set(key, operand.value);
  }
  return new ConstantOperand(map, position);
}

function isConstant(operand: Operand): operand is ConstantOperand {
  return operand instanceof ConstantOperand;
}

function compileCall(expression: ExpressionOf<'call'>, compile: (inner: Expression) => Operand): Operand {
  const { name, span } = expression;
  const [only] = expression.arguments;
  // Counted without its elements, and from the degree of a node where that says it all.
  if (name === 'size' && only?.type === 'patternComprehension') return compile(sizeOf(only));
  const signature = findFunction(name);
  if (signature?.aggregate) throw misplacedAggregation(expression);
  const operands = expression.arguments.map(compile);
  if (signature !== undefined) checkArgumentCount(expression, signature);
  if (name === 'coalesce') return new CoalesceOperand(operands, span);
  const definition = FUNCTION_DEFINITIONS.get(name);
  if (signature === undefined || definition === undefined) {
    throw new GraphError('Neo.ClientError.Statement.SyntaxError', `There is no function ${name}().`, {
      position: span,
      detail: 'UnknownFunction',
    });
  }
  const [first] = operands;
  return name === 'id' && first !== undefined
    ? new IdOperand(signature.name, definition, first, span)
    : new CallOperand(signature.name, definition, operands, span);
}

function checkArgumentCount(expression: ExpressionOf<'call'>, signature: FunctionSignature): void {
  const count = expression.arguments.length;
  if (count >= signature.argumentCountMin && count <= signature.argumentCountMax) return;
  throw new GraphError(
    'Neo.ClientError.Statement.SyntaxError',
    `${signature.name}() does not take ${count} arguments.`,
    {
      position: expression.span,
      detail: 'InvalidNumberOfArguments',
    },
  );
}

function misplacedAggregation(expression: Expression): GraphError {
  return new GraphError('Neo.ClientError.Statement.SyntaxError', 'An aggregation cannot stand here.', {
    position: expression.span,
    detail: 'InvalidAggregation',
  });
}

function compileIteration(
  expression: ExpressionOf<'listComprehension' | 'quantifier' | 'reduce'>,
  environment: CompilerEnvironment,
): Operand {
  const { span } = expression;
  const list = compileOperand(expression.list, environment);
  const variable = new LocalOperand(span);
  const inner = withLocals(environment, [[expression.variable, variable]]);
  switch (expression.type) {
    case 'listComprehension': {
      const where = expression.where === undefined ? undefined : compileOperand(expression.where, inner);
      const project = expression.project === undefined ? undefined : compileOperand(expression.project, inner);
      return new ListComprehensionOperand({ variable, list, where, project }, span);
    }
    case 'quantifier': {
      const where = compileOperand(expression.where, inner);
      return new QuantifierOperand({ quantifier: expression.quantifier, variable, list, where }, span);
    }
    case 'reduce': {
      const accumulator = new LocalOperand(span);
      const initial = compileOperand(expression.initial, environment);
      const body = compileOperand(expression.expression, withLocals(inner, [[expression.accumulator, accumulator]]));
      return new ReduceOperand({ accumulator, initial, variable, list, expression: body }, span);
    }
    default:
      return unreachable(expression);
  }
}

function withLocals(
  environment: CompilerEnvironment,
  locals: readonly (readonly [string, LocalOperand])[],
): CompilerEnvironment {
  return { ...environment, locals: new Map([...environment.locals, ...locals]) };
}

/** The planner plans queries against the slots of a batch, where a comprehension's variables have to be put first. */
function compileQuery(expression: QueryExpression, environment: CompilerEnvironment): Operand {
  const { hooks, scope, locals } = environment;
  const named = [...freeVariables(expression)].filter((name) => locals.has(name));
  const query = hooks.query(expression, scope, named);
  const operands = named.map((name) => locals.get(name)!);
  return new QueryOperand(query, operands, expression.span);
}
