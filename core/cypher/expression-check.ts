/** Expressions: are their variables and functions there, can their types fit, does each stand where it may? */
import type { GraphError, Position } from '../error.ts';
import { arithmeticType, takesOnLeft } from './arithmetic-type.ts';
import type { Expression, Query } from './ast.ts';
import { typeOfCall } from './call-check.ts';
import type { Checker, Place } from './checker.ts';
import { type DocumentationPart, notSupportedError, shown, statementError } from './error-text.ts';
import { checkComprehension, checkPatternPredicate, checkShortestExpression } from './pattern-check.ts';
import type { ResultColumn } from './projection-check.ts';
import { Scope } from './scope.ts';
import {
  ANY,
  BOOLEAN,
  canBe,
  commonType,
  FLOAT,
  INTEGER,
  LIST,
  MAP,
  NULL,
  NUMBER_KINDS,
  PATH,
  PROPERTY_KINDS,
  STRING,
  type StaticType,
  type TypeKind,
  typeName,
} from './static-type.ts';
import { suggestion } from './suggestion.ts';

/** How many variables are looked through for the one that may have been meant. */
const SUGGESTED_NAMES_MAX = 200;

const ENTITY_OR_MAP: readonly TypeKind[] = ['node', 'relationship', 'map'];

export class ExpressionChecker implements Checker {
  readonly #text: string;
  readonly #subquery: (query: Query, scope: Scope) => readonly ResultColumn[];
  #aggregationCount = 0;

  /** `subquery` checks a query inside an expression. */
  constructor(text: string, subquery: (query: Query, scope: Scope) => readonly ResultColumn[]) {
    this.#text = text;
    this.#subquery = subquery;
  }

  get aggregationCount(): number {
    return this.#aggregationCount;
  }

  error(at: Position, fields: Parameters<Checker['error']>[1]): GraphError {
    return statementError({ text: this.#text, position: at, ...fields });
  }

  notSupported(at: Position, what: string, part: DocumentationPart): GraphError {
    return notSupportedError({ text: this.#text, position: at, what, part });
  }

  require(expression: Expression, kinds: readonly TypeKind[], scope: Scope, place: Place): StaticType {
    const type = this.typeOf(expression, scope, place);
    if (canBe(type, kinds)) return type;
    const wanted = kinds.map((kind) => kind.toUpperCase()).join(' or ');
    const message = `Expected ${wanted}, found ${typeName(type)}`;
    throw this.error(expression.span, { message, detail: 'InvalidArgumentType' });
  }

  subquery(query: Query, scope: Scope): readonly ResultColumn[] {
    // Its aggregations are its own.
    const aggregationCount = this.#aggregationCount;
    const columns = this.#subquery(query, scope);
    this.#aggregationCount = aggregationCount;
    return columns;
  }

  variable(name: string, at: Position, scope: Scope, place: Place): StaticType {
    const type = scope.typeOf(name);
    if (type !== undefined) return type;
    if (place.unknownVariable === 'NonConstantExpression') {
      const message = `The variable ${shown(name)} may not stand here: SKIP and LIMIT are worked out once, before the first row`;
      throw this.error(at, { message, detail: place.unknownVariable });
    }
    const meant = suggestion(name, firstNames(scope));
    const hint = meant === undefined ? undefined : `Did you mean ${meant}?`;
    throw this.error(at, {
      message: `The variable ${shown(name)} is not defined`,
      detail: place.unknownVariable,
      hint,
    });
  }

  typeOf(expression: Expression, scope: Scope, place: Place): StaticType {
    const known = place.known?.(expression);
    if (known !== undefined) return known;
    // A pattern is a predicate only below AND, OR, XOR and NOT, not inside other operators and calls.
    const inner = place.patterns ? { ...place, patterns: false } : place;
    switch (expression.type) {
      case 'literal':
        return literalType(expression.value);
      case 'parameter':
        return ANY;
      case 'variable':
        return this.variable(expression.name, expression.span, scope, place);
      case 'property':
        this.#requireProperties(expression.subject, scope, inner);
        return ANY;
      case 'index':
        return this.#indexType(expression, scope, inner);
      case 'slice':
        for (const bound of [expression.from, expression.to]) if (bound) this.require(bound, ['integer'], scope, inner);
        return this.#listType(this.require(expression.subject, ['list'], scope, inner));
      case 'list':
        return { kind: 'list', element: this.#commonType(expression.items, scope, inner) };
      case 'map':
        for (const [, value] of expression.entries) this.typeOf(value, scope, inner);
        return MAP;
      case 'mapProjection':
        this.require(expression.subject, ENTITY_OR_MAP, scope, inner);
        for (const item of expression.items) if (item.type === 'entry') this.typeOf(item.value, scope, inner);
        return MAP;
      case 'not':
        return this.require(expression.operand, ['boolean'], scope, place) && BOOLEAN;
      case 'and':
      case 'or':
      case 'xor':
        this.require(expression.left, ['boolean'], scope, place);
        return this.require(expression.right, ['boolean'], scope, place) && BOOLEAN;
      case 'comparison':
        for (const operand of expression.operands) this.typeOf(operand, scope, inner);
        return BOOLEAN;
      case 'arithmetic':
        return this.#arithmeticType(expression, scope, inner);
      case 'negate':
        return this.require(expression.operand, NUMBER_KINDS, scope, inner);
      case 'string':
        this.typeOf(expression.left, scope, inner);
        return this.typeOf(expression.right, scope, inner) && BOOLEAN;
      case 'in':
        this.typeOf(expression.left, scope, inner);
        return this.require(expression.right, ['list'], scope, inner) && BOOLEAN;
      case 'isNull':
      case 'isTyped':
      case 'isNormalized':
        return this.typeOf(expression.operand, scope, inner) && BOOLEAN;
      case 'hasLabels':
        return this.require(expression.subject, ['node', 'relationship'], scope, inner) && BOOLEAN;
      case 'countStar':
        this.#countAggregation(expression, place);
        return INTEGER;
      case 'call':
        return this.#callType(expression, scope, inner);
      case 'case':
        return this.#caseType(expression, scope, inner);
      case 'listComprehension':
      case 'quantifier':
      case 'reduce':
        return this.#iterationType(expression, scope, inner);
      case 'patternPredicate':
        checkPatternPredicate(this, expression, scope, place);
        return BOOLEAN;
      case 'patternComprehension':
        return { kind: 'list', element: checkComprehension(this, expression, scope, inner) };
      case 'shortestPath':
        checkShortestExpression(this, expression, scope);
        return expression.pattern.shortest === 'all' ? { kind: 'list', element: PATH } : PATH;
      case 'subqueryExpression':
        return this.#subqueryType(expression, scope);
    }
  }

  #subqueryType(expression: Extract<Expression, { type: 'subqueryExpression' }>, scope: Scope): StaticType {
    const columns = this.subquery(expression.query, scope);
    if (expression.kind === 'exists') return BOOLEAN;
    if (expression.kind === 'count') return INTEGER;
    const [column, ...others] = columns;
    if (column !== undefined && others.length === 0) return { kind: 'list', element: column.type };
    const message = 'COLLECT { … } ends with a RETURN of one column';
    throw this.error(expression.span, { message, detail: 'InvalidClauseComposition' });
  }

  #requireProperties(subject: Expression, scope: Scope, place: Place): void {
    const type = this.typeOf(subject, scope, place);
    if (canBe(type, PROPERTY_KINDS)) return;
    const message = `${typeName(type)} has no properties`;
    // openCypher tells a value without properties (TypeError) from a path (SyntaxError).
    const code = type.kind === 'path' ? 'SyntaxError' : 'TypeError';
    throw this.error(subject.span, {
      message,
      detail: 'InvalidArgumentType',
      code: `Neo.ClientError.Statement.${code}`,
    });
  }

  /** A list is indexed by an integer, anything else that can be by the name of a key. */
  #indexType(expression: Extract<Expression, { type: 'index' }>, scope: Scope, place: Place): StaticType {
    const subject = this.require(expression.subject, ['list', ...ENTITY_OR_MAP], scope, place);
    if (subject.kind === 'list') this.require(expression.index, ['integer'], scope, place);
    else if (ENTITY_OR_MAP.includes(subject.kind)) this.require(expression.index, ['string'], scope, place);
    else this.typeOf(expression.index, scope, place);
    return subject.element ?? ANY;
  }

  #listType(type: StaticType): StaticType {
    return type.kind === 'list' ? type : LIST;
  }

  #commonType(expressions: readonly Expression[], scope: Scope, place: Place): StaticType {
    let common = NULL;
    for (const expression of expressions) common = commonType(common, this.typeOf(expression, scope, place));
    return common;
  }

  #arithmeticType(expression: Extract<Expression, { type: 'arithmetic' }>, scope: Scope, place: Place): StaticType {
    const { operator } = expression;
    if (operator === '||') {
      const left = this.require(expression.left, ['string', 'list'], scope, place);
      const right = this.require(expression.right, ['string', 'list'], scope, place);
      return commonType(left, right);
    }
    const left = this.typeOf(expression.left, scope, place);
    const right = this.typeOf(expression.right, scope, place);
    const result = arithmeticType(operator, left, right);
    if (result !== undefined) return result;
    const wrong = takesOnLeft(operator, left) ? expression.right : expression.left;
    const message = `${operator} has no meaning between ${typeName(left)} and ${typeName(right)}`;
    throw this.error(wrong.span, { message, detail: 'InvalidArgumentType' });
  }

  #countAggregation(expression: Expression, place: Place): void {
    this.#aggregationCount += 1;
    if (place.aggregations === 'nested') {
      const message = 'An aggregation may not stand inside another';
      throw this.error(expression.span, { message, detail: 'NestedAggregation' });
    }
    if (place.aggregations === 'forbidden') {
      const hint = 'Give it a name in WITH first: WITH n, count(*) AS c.';
      throw this.error(expression.span, {
        message: 'An aggregation may not stand here',
        detail: 'InvalidAggregation',
        hint,
      });
    }
  }

  #callType(call: Extract<Expression, { type: 'call' }>, scope: Scope, place: Place): StaticType {
    return typeOfCall(this, call, {
      aggregate: () => this.#countAggregation(call, place),
      scope,
      place,
    });
  }

  #caseType(expression: Extract<Expression, { type: 'case' }>, scope: Scope, place: Place): StaticType {
    if (expression.subject) this.typeOf(expression.subject, scope, place);
    let common = expression.otherwise ? this.typeOf(expression.otherwise, scope, place) : NULL;
    for (const { when, then } of expression.branches) {
      if (expression.subject) this.typeOf(when, scope, place);
      else this.require(when, ['boolean'], scope, { ...place, patterns: true });
      common = commonType(common, this.typeOf(then, scope, place));
    }
    return common;
  }

  /** What names the elements of a list one by one. The list may aggregate, what is done with each element may not. */
  #iterationType(
    expression: Extract<Expression, { type: 'listComprehension' | 'quantifier' | 'reduce' }>,
    scope: Scope,
    place: Place,
  ): StaticType {
    const list = this.require(expression.list, ['list'], scope, place);
    const inner = new Scope(scope);
    inner.define(expression.variable, list.element ?? ANY);
    const value: Place = { ...place, aggregations: 'forbidden', patterns: false };
    if (expression.type === 'reduce') {
      this.typeOf(expression.initial, scope, place);
      // The accumulator may change its type from element to element.
      inner.define(expression.accumulator, ANY);
      this.typeOf(expression.expression, inner, value);
      return ANY;
    }
    if (expression.where) this.require(expression.where, ['boolean'], inner, { ...value, patterns: true });
    if (expression.type === 'quantifier') return BOOLEAN;
    if (expression.project === undefined) return this.#listType(list);
    return { kind: 'list', element: this.typeOf(expression.project, inner, value) };
  }
}

function literalType(value: Extract<Expression, { type: 'literal' }>['value']): StaticType {
  if (value === null) return NULL;
  if (typeof value === 'boolean') return BOOLEAN;
  if (typeof value === 'string') return STRING;
  return 'integer' in value ? INTEGER : FLOAT;
}

function firstNames(scope: Scope): string[] {
  const names: string[] = [];
  for (const name of scope.names()) {
    if (names.push(name) >= SUGGESTED_NAMES_MAX) break;
  }
  return names;
}
