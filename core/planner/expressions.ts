/** What planning does with expression trees: rebuilds them, asks for their free variables, takes them apart and makes new ones. */
import type { Expression, Span } from '../cypher/ast.ts';
import { childrenOf, patternVariables } from '../cypher/expression-tree.ts';

/** Rebuilds an expression with its direct children replaced. Patterns inside are left as they are. */
export function mapChildren(expression: Expression, map: (child: Expression) => Expression): Expression {
  switch (expression.type) {
    case 'literal':
    case 'parameter':
    case 'variable':
    case 'countStar':
    case 'patternPredicate':
      return expression;
    case 'property':
    case 'hasLabels':
      return { ...expression, subject: map(expression.subject) };
    case 'index':
      return { ...expression, subject: map(expression.subject), index: map(expression.index) };
    case 'slice':
      return {
        ...expression,
        subject: map(expression.subject),
        from: expression.from && map(expression.from),
        to: expression.to && map(expression.to),
      };
    case 'list':
      return { ...expression, items: expression.items.map(map) };
    case 'map':
      return { ...expression, entries: expression.entries.map(([key, value]) => [key, map(value)] as const) };
    case 'not':
    case 'negate':
    case 'isNull':
      return { ...expression, operand: map(expression.operand) };
    case 'and':
    case 'or':
    case 'xor':
    case 'arithmetic':
    case 'string':
    case 'in':
      return { ...expression, left: map(expression.left), right: map(expression.right) };
    case 'comparison':
      return { ...expression, operands: expression.operands.map(map) };
    case 'call':
      return { ...expression, arguments: expression.arguments.map(map) };
    case 'case':
      return {
        ...expression,
        subject: expression.subject && map(expression.subject),
        // biome-ignore lint/suspicious/noThenProperty: THEN is what the branch of a CASE is called in the tree.
        branches: expression.branches.map((branch) => ({ when: map(branch.when), then: map(branch.then) })),
        otherwise: expression.otherwise && map(expression.otherwise),
      };
    case 'listComprehension':
      return {
        ...expression,
        list: map(expression.list),
        where: expression.where && map(expression.where),
        project: expression.project && map(expression.project),
      };
    case 'quantifier':
      return { ...expression, list: map(expression.list), where: map(expression.where) };
    case 'reduce':
      return {
        ...expression,
        initial: map(expression.initial),
        list: map(expression.list),
        expression: map(expression.expression),
      };
  }
}

/** Variables that an expression takes from around it. */
export function freeVariables(expression: Expression): Set<string> {
  const found = new Set<string>();
  collectFree(expression, new Set(), found);
  return found;
}

function collectFree(expression: Expression, hidden: ReadonlySet<string>, found: Set<string>): void {
  switch (expression.type) {
    case 'variable':
      if (!hidden.has(expression.name)) found.add(expression.name);
      return;
    case 'listComprehension':
    case 'quantifier': {
      collectFree(expression.list, hidden, found);
      const inner = new Set([...hidden, expression.variable]);
      for (const child of childrenOf(expression)) if (child !== expression.list) collectFree(child, inner, found);
      return;
    }
    case 'reduce':
      collectFree(expression.initial, hidden, found);
      collectFree(expression.list, hidden, found);
      collectFree(expression.expression, new Set([...hidden, expression.variable, expression.accumulator]), found);
      return;
    case 'patternPredicate':
      for (const variable of expression.patterns.flatMap(patternVariables)) {
        if (!hidden.has(variable)) found.add(variable);
      }
      break;
    default:
  }
  for (const child of childrenOf(expression)) collectFree(child, hidden, found);
}

/** The parts of a predicate that must all be true. */
export function conjunctsOf(expression: Expression): Expression[] {
  return expression.type === 'and' ? [...conjunctsOf(expression.left), ...conjunctsOf(expression.right)] : [expression];
}

export function variable(name: string, span: Span): Expression {
  return { type: 'variable', name, span };
}

/** `subject.key = value`, for a property map in a pattern. */
export function propertyEquals(fields: { subject: string; key: string; value: Expression }): Expression {
  const { span } = fields.value;
  const property: Expression = { type: 'property', subject: variable(fields.subject, span), key: fields.key, span };
  return { type: 'comparison', operators: ['='], operands: [property, fields.value], span };
}

/** `subject:A:B`, for the labels of a node pattern. */
export function hasLabels(subject: string, labels: readonly string[], span: Span): Expression {
  return { type: 'hasLabels', subject: variable(subject, span), labels, span };
}
