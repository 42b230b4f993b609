/** What an expression's value is: one case for each kind of tree, as the language defines it. */
import type { Expression, MapProjectionItem } from '../../../core/cypher/ast.ts';
import { isAggregation } from '../../../core/cypher/expression-tree.ts';
import { add, concatenate, divide, modulo, multiply, negate, power, subtract } from '../../../core/value/arithmetic.ts';
import { equals, isList, isMap } from '../../../core/value/equality.ts';
import { holds } from '../../../core/value/order.ts';
import {
  Float,
  NodeReference,
  type PathReference,
  RelationshipReference,
  type Value,
} from '../../../core/value/value.ts';
import { aggregated } from './aggregations.ts';
import { type Evaluation, extended, type Place, typeError } from './evaluation.ts';
import { functionValue } from './functions.ts';
import { elementsOf, every, not, single, some, type Truth, truth, xor } from './logic.ts';
import { hasLabels, matches, matchesWhere } from './matching.ts';

type Kind<Type extends Expression['type']> = Extract<Expression, { type: Type }>;

const ARITHMETIC = {
  '+': add,
  '-': subtract,
  '*': multiply,
  '/': divide,
  '%': modulo,
  '^': power,
  '||': concatenate,
} as const;

export function expressionValue(evaluation: Evaluation, expression: Expression, place: Place): Value {
  const known = place.known?.(expression);
  if (known !== undefined) return known;
  // Under another name, as a call that is no aggregation is still a call.
  const aggregation: Expression = expression;
  if (isAggregation(aggregation)) return aggregated(evaluation, aggregation, place.group ?? []);
  const value = (child: Expression) => evaluation.value(child, place);
  switch (expression.type) {
    case 'literal':
      return literalValue(expression.value);
    case 'parameter':
      return evaluation.parameters.get(expression.name)!;
    case 'variable':
      return place.row.get(expression.name)!;
    case 'property':
      return propertyOf(evaluation, value(expression.subject), expression.key);
    case 'index':
      return elementOf(evaluation, value(expression.subject), value(expression.index));
    case 'slice':
      return slice(value(expression.subject), [
        expression.from ? value(expression.from) : 0,
        expression.to ? value(expression.to) : Number.MAX_SAFE_INTEGER,
      ]);
    case 'list':
      return expression.items.map(value);
    case 'map':
      return new Map(expression.entries.map(([key, item]) => [key, value(item)]));
    case 'not':
      return not(truth(value(expression.operand)));
    case 'and': {
      const left = truth(value(expression.left));
      return left === false ? false : every([left, truth(value(expression.right))]);
    }
    case 'or': {
      const left = truth(value(expression.left));
      return left === true ? true : some([left, truth(value(expression.right))]);
    }
    case 'xor':
      return xor(truth(value(expression.left)), truth(value(expression.right)));
    case 'comparison':
      return comparison(expression, expression.operands.map(value));
    case 'arithmetic':
      return ARITHMETIC[expression.operator](value(expression.left), value(expression.right));
    case 'negate':
      return negate(value(expression.operand));
    case 'string':
      return textPredicate(expression.operator, value(expression.left), value(expression.right));
    case 'in': {
      const left = value(expression.left);
      const list = elementsOf(value(expression.right));
      return list && some(list.map((element) => equals(left, element)));
    }
    case 'isNull':
      return (value(expression.operand) === null) !== expression.negated;
    case 'hasLabels':
      return labelTest(evaluation, expression, value(expression.subject));
    case 'mapProjection':
      return mapProjection(evaluation, expression.items, { subject: value(expression.subject), value });
    case 'call':
      return functionValue(evaluation, expression.name, expression.arguments.map(value));
    case 'case':
      return caseValue(expression, value);
    case 'listComprehension':
      return listComprehension(evaluation, expression, place);
    case 'quantifier':
      return quantified(evaluation, expression, place);
    case 'reduce':
      return reduced(evaluation, expression, place);
    case 'patternPredicate':
      for (const _found of matches(evaluation, [expression.pattern], place.row)) return true;
      return false;
    case 'patternComprehension':
      return matchesWhere(evaluation, {
        patterns: [expression.pattern],
        where: expression.where,
        row: place.row,
      }).map((row) => evaluation.value(expression.project, { row }));
    case 'shortestPath':
      return shortestPaths(evaluation, expression, place);
    case 'subqueryExpression':
      return subqueryValue(evaluation, expression, place);
    default:
      throw new Error(`the reference has no ${expression.type}`);
  }
}

function literalValue(value: Kind<'literal'>['value']): Value {
  if (typeof value !== 'object' || value === null) return value;
  return 'float' in value ? new Float(value.float) : Number(value.integer);
}

export function propertyOf({ graph }: Evaluation, subject: Value, key: string): Value {
  if (subject === null) return null;
  if (subject instanceof NodeReference) return graph.node(subject).properties.get(key) ?? null;
  if (subject instanceof RelationshipReference) return graph.relationship(subject).properties.get(key) ?? null;
  if (isMap(subject)) return subject.get(key) ?? null;
  throw typeError('This has no properties.');
}

function elementOf(evaluation: Evaluation, subject: Value, index: Value): Value {
  if (subject === null || index === null) return null;
  if (isList(subject)) {
    if (typeof index !== 'number') throw typeError('A list is indexed by an INTEGER.');
    return subject.at(index) ?? null;
  }
  const isIndexed = isMap(subject) || subject instanceof NodeReference || subject instanceof RelationshipReference;
  if (!isIndexed || typeof index !== 'string') throw typeError('This cannot be indexed so.');
  return propertyOf(evaluation, subject, index);
}

function slice(subject: Value, [from, to]: readonly [Value, Value]): Value {
  if (subject === null || from === null || to === null) return null;
  if (typeof from !== 'number' || typeof to !== 'number') throw typeError('Bounds are INTEGERs.');
  return elementsOf(subject)!.slice(from, to);
}

function comparison({ operators }: Kind<'comparison'>, values: readonly Value[]): Truth {
  return every(
    operators.map((operator, i) => {
      const [left, right] = [values[i]!, values[i + 1]!];
      if (operator === '=') return equals(left, right);
      return operator === '<>' ? not(equals(left, right)) : holds(operator, left, right);
    }),
  );
}

function textPredicate(operator: Kind<'string'>['operator'], left: Value, right: Value): Truth {
  if (typeof left !== 'string' || typeof right !== 'string') return null;
  switch (operator) {
    case 'STARTS WITH':
      return left.startsWith(right);
    case 'ENDS WITH':
      return left.endsWith(right);
    case 'CONTAINS':
      return left.includes(right);
    case '=~':
      throw new Error('the reference has no regular expressions');
  }
}

function labelTest({ graph }: Evaluation, test: Kind<'hasLabels'>, subject: Value): Truth {
  if (subject === null) return null;
  if (subject instanceof NodeReference) return hasLabels(test, graph.node(subject).labels);
  if (subject instanceof RelationshipReference) return hasLabels(test, new Set([graph.relationship(subject).type]));
  throw typeError('Only a node or relationship has labels.');
}

function mapProjection(
  evaluation: Evaluation,
  items: readonly MapProjectionItem[],
  { subject, value }: { subject: Value; value: (expression: Expression) => Value },
): Value {
  if (subject === null) return null;
  const all = isMap(subject) ? subject : (functionValue(evaluation, 'properties', [subject]) as Map<string, Value>);
  return new Map(
    items.flatMap((item): (readonly [string, Value])[] => {
      if (item.type === 'all') return [...all];
      return [[item.key, item.type === 'entry' ? value(item.value) : (all.get(item.key) ?? null)]];
    }),
  );
}

function caseValue({ subject, branches, otherwise }: Kind<'case'>, value: (expression: Expression) => Value): Value {
  const compared = subject && value(subject);
  const isMet = (when: Expression) =>
    compared === undefined ? truth(value(when)) === true : equals(compared, value(when)) === true;
  const branch = branches.find(({ when }) => isMet(when));
  if (branch) return value(branch.then);
  return otherwise ? value(otherwise) : null;
}

function listComprehension(
  evaluation: Evaluation,
  { variable, list, where, project }: Kind<'listComprehension'>,
  place: Place,
): Value {
  const elements = elementsOf(evaluation.value(list, place));
  if (elements === null) return null;
  return elements
    .map((element) => within(place, [[variable, element]]))
    .filter((inner) => where === undefined || evaluation.value(where, inner) === true)
    .map((inner) => (project ? evaluation.value(project, inner) : inner.row.get(variable)!));
}

function quantified(evaluation: Evaluation, expression: Kind<'quantifier'>, place: Place): Truth {
  const elements = elementsOf(evaluation.value(expression.list, place));
  if (elements === null) return null;
  const truths = elements.map((element) =>
    truth(evaluation.value(expression.where, within(place, [[expression.variable, element]]))),
  );
  switch (expression.quantifier) {
    case 'all':
      return every(truths);
    case 'any':
      return some(truths);
    case 'none':
      return not(some(truths));
    case 'single':
      return single(truths);
  }
}

function reduced(evaluation: Evaluation, expression: Kind<'reduce'>, place: Place): Value {
  const { accumulator, initial, variable, list, expression: next } = expression;
  const elements = elementsOf(evaluation.value(list, place));
  if (elements === null) return null;
  return elements.reduce<Value>(
    (total, element) =>
      evaluation.value(
        next,
        within(place, [
          [accumulator, total],
          [variable, element],
        ]),
      ),
    evaluation.value(initial, place),
  );
}

function within(place: Place, entries: readonly (readonly [string, Value])[]): Place {
  const group = place.group?.map((row) => extended(row, entries));
  return { ...place, row: extended(place.row, entries), ...(group && { group }) };
}

function shortestPaths(evaluation: Evaluation, { pattern }: Kind<'shortestPath'>, { row }: Place): Value {
  const name = ' path';
  const found = matchesWhere(evaluation, { patterns: [{ ...pattern, variable: name }], where: undefined, row });
  const paths = found.map((one) => one.get(name)!);
  return pattern.shortest === 'all' ? paths : ((paths[0] as PathReference | undefined) ?? null);
}

function subqueryValue(evaluation: Evaluation, { kind, query }: Kind<'subqueryExpression'>, { row }: Place): Value {
  const rows = evaluation.rowsOf(query, row);
  if (kind === 'exists') return rows.length > 0;
  if (kind === 'count') return rows.length;
  return rows.map((one) => [...one.values()][0]!);
}
