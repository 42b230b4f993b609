/** Walking expressions, and telling whether two are written the same. */
import type { Expression, PathPattern } from './ast.ts';

/** The expressions directly inside one; inside a pattern predicate: its property maps and its WHERE. */
export function childrenOf(expression: Expression): readonly Expression[] {
  switch (expression.type) {
    case 'literal':
    case 'parameter':
    case 'variable':
    case 'countStar':
      return [];
    case 'property':
    case 'hasLabels':
      return [expression.subject];
    case 'index':
      return [expression.subject, expression.index];
    case 'slice':
      return present([expression.subject, expression.from, expression.to]);
    case 'list':
      return expression.items;
    case 'map':
      return expression.entries.map(([, value]) => value);
    case 'not':
    case 'negate':
    case 'isNull':
      return [expression.operand];
    case 'and':
    case 'or':
    case 'xor':
    case 'arithmetic':
    case 'string':
    case 'in':
      return [expression.left, expression.right];
    case 'comparison':
      return expression.operands;
    case 'call':
      return expression.arguments;
    case 'case':
      return present([
        expression.subject,
        ...expression.branches.flatMap(({ when, then }) => [when, then]),
        expression.otherwise,
      ]);
    case 'listComprehension':
      return present([expression.list, expression.where, expression.project]);
    case 'quantifier':
      return [expression.list, expression.where];
    case 'reduce':
      return [expression.initial, expression.list, expression.expression];
    case 'patternPredicate':
      return present([...expression.patterns.flatMap(patternExpressions), expression.where]);
  }
}

/** The property maps of a pattern. */
export function patternExpressions(pattern: PathPattern): readonly Expression[] {
  return present([...pattern.nodes, ...pattern.relationships].map((part) => part.properties));
}

/** The variables of a pattern: its nodes, relationships and the path. */
export function patternVariables(pattern: PathPattern): readonly string[] {
  return present([...pattern.nodes, ...pattern.relationships, pattern].map((part) => part.variable));
}

function present<T>(items: readonly (T | undefined)[]): T[] {
  return items.filter((item) => item !== undefined);
}

/**
 * Numbers for expressions: equal for those that are written the same, wherever they stand. Linear in
 * the size of what it is asked about, so that long lists of columns are compared cheaply.
 */
export class ExpressionIdentities {
  readonly #byTree = new Map<object, number>();
  readonly #byKey = new Map<string, number>();

  idOf(expression: Expression): number {
    const known = this.#byTree.get(expression);
    if (known !== undefined) return known;
    const key = this.#fieldsKey(expression);
    const id = this.#byKey.get(key) ?? this.#byKey.size;
    this.#byKey.set(key, id);
    this.#byTree.set(expression, id);
    return id;
  }

  #fieldsKey(tree: object): string {
    const fields = Object.entries(tree).filter(([name]) => name !== 'span');
    return `{${fields.map(([name, value]) => `${name}:${this.#key(value)}`).join()}}`;
  }

  #key(value: unknown): string {
    if (Array.isArray(value)) return `[${value.map((item) => this.#key(item)).join()}]`;
    if (typeof value === 'object' && value !== null) {
      return isExpression(value) ? `#${this.idOf(value)}` : this.#fieldsKey(value);
    }
    return typeof value === 'bigint' ? `${value}n` : (JSON.stringify(value) ?? 'undefined');
  }
}

/** Within a tree, what has a type and a place is an expression. */
function isExpression(value: object): value is Expression {
  return 'type' in value && 'span' in value;
}
