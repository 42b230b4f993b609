/** Calls of functions: is the function there, do number and types of the arguments fit, what does it give? */
import type { Expression } from './ast.ts';
import type { Checker, Place } from './checker.ts';
import { shown } from './error-text.ts';
import { FUNCTIONS, type FunctionSignature, findFunction, isKnownElsewhere } from './function-table.ts';
import type { Scope } from './scope.ts';
import { ANY, commonType, LIST, type StaticType } from './static-type.ts';
import { suggestion } from './suggestion.ts';

type Call = Extract<Expression, { type: 'call' }>;

interface Surroundings {
  readonly scope: Scope;
  readonly place: Place;
  /** Called when the function aggregates; throws where it may not. */
  readonly aggregate: () => void;
}

/** The type of a call. SyntaxError: UnknownFunction, InvalidNumberOfArguments, InvalidArgumentType and what its arguments raise. */
export function typeOfCall(checker: Checker, call: Call, around: Surroundings): StaticType {
  const signature = findFunction(call.name);
  if (signature === undefined) throw unknownFunction(checker, call);
  checkArgumentCount(checker, call, signature);
  if (call.distinct && !signature.aggregate) {
    const message = `DISTINCT stands only in aggregations, and ${signature.name} is none`;
    throw checker.error(call.span, { message, detail: 'UnexpectedSyntax' });
  }
  if (signature.aggregate) around.aggregate();
  const place: Place = signature.aggregate ? { ...around.place, aggregations: 'nested' } : around.place;
  if (call.name === 'rand' && place.aggregations === 'nested') {
    const message = 'rand() may not stand inside an aggregation';
    throw checker.error(call.span, { message, detail: 'NonConstantExpression' });
  }
  const types = call.arguments.map((argument, position) =>
    position === 0
      ? checker.require(argument, signature.accepts, around.scope, place)
      : checker.typeOf(argument, around.scope, place),
  );
  return resultType(signature, types);
}

/** The result's type, where it follows the arguments' types. */
function resultType(signature: FunctionSignature, types: readonly StaticType[]): StaticType {
  const first = types[0] ?? ANY;
  switch (signature.name) {
    case 'collect':
      return { kind: 'list', element: first };
    case 'min':
    case 'max':
    case 'abs':
    case 'reverse':
      return first;
    case 'head':
    case 'last':
      return first.element ?? ANY;
    case 'tail':
      return first.kind === 'list' ? first : LIST;
    case 'coalesce':
      return types.reduce(commonType);
    default:
      return signature.result;
  }
}

function checkArgumentCount(checker: Checker, call: Call, signature: FunctionSignature): void {
  const { argumentCountMin: min, argumentCountMax: max } = signature;
  const count = call.arguments.length;
  if (count >= min && count <= max) return;
  const wanted = min === max ? `${min}` : max === Number.POSITIVE_INFINITY ? `at least ${min}` : `${min} to ${max}`;
  const message = `${signature.name} takes ${wanted} ${wanted === '1' ? 'argument' : 'arguments'}, not ${count}`;
  throw checker.error(call.span, { message, detail: 'InvalidNumberOfArguments' });
}

function unknownFunction(checker: Checker, call: Call) {
  if (call.name === 'exists') {
    return checker.error(call.span, {
      message: 'There is no function exists',
      detail: 'UnknownFunction',
      hint: 'Write n.key IS NOT NULL, or EXISTS { (a)-->(b) }.',
    });
  }
  if (isKnownElsewhere(call.name))
    return checker.notSupported(call.span, `The function ${shown(call.name)}`, 'functions');
  const meant = suggestion(call.name, FUNCTIONS.keys());
  const hint = meant === undefined ? undefined : `Did you mean ${findFunction(meant)?.name ?? meant}?`;
  return checker.error(call.span, {
    message: `There is no function ${shown(call.name)}`,
    detail: 'UnknownFunction',
    hint,
  });
}
