/** Trees as text, every operator in brackets, so that a table can say what a statement means. */
import type { Clause, Expression, PathPattern, SetItem, Statement } from '../../../core/cypher/ast.ts';
import { parse } from '../../../core/cypher/parser.ts';

/** The tree of an expression. */
export function expressionText(expression: Expression): string {
  const text = expressionText;
  switch (expression.type) {
    case 'literal': {
      const { value } = expression;
      if (typeof value !== 'object' || value === null) return JSON.stringify(value);
      return 'integer' in value
        ? `${value.integer}`
        : Number.isInteger(value.float)
          ? `${value.float}.0`
          : `${value.float}`;
    }
    case 'parameter':
      return `$${expression.name}`;
    case 'variable':
      return expression.name;
    case 'property':
      return `${text(expression.subject)}.${expression.key}`;
    case 'index':
      return `${text(expression.subject)}[${text(expression.index)}]`;
    case 'slice':
      return `${text(expression.subject)}[${optional(expression.from)}..${optional(expression.to)}]`;
    case 'list':
      return `[${expression.items.map(text).join(', ')}]`;
    case 'map':
      return `{${expression.entries.map(([key, value]) => `${key}: ${text(value)}`).join(', ')}}`;
    case 'not':
      return `(NOT ${text(expression.operand)})`;
    case 'negate':
      return `(- ${text(expression.operand)})`;
    case 'and':
    case 'or':
    case 'xor':
    case 'in':
      return `(${text(expression.left)} ${expression.type.toUpperCase()} ${text(expression.right)})`;
    case 'arithmetic':
    case 'string':
      return `(${text(expression.left)} ${expression.operator} ${text(expression.right)})`;
    case 'comparison': {
      const [first, ...rest] = expression.operands.map(text);
      return `(${first}${rest.map((operand, i) => ` ${expression.operators[i]} ${operand}`).join('')})`;
    }
    case 'isNull':
      return `(${text(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}NULL)`;
    case 'hasLabels':
      return `(${text(expression.subject)}${labelsText(expression.labels)})`;
    case 'countStar':
      return 'count(*)';
    case 'call':
      return `${expression.name}(${expression.distinct ? 'DISTINCT ' : ''}${expression.arguments.map(text).join(', ')})`;
    case 'case': {
      const branches = expression.branches.map(({ when, then }) => ` WHEN ${text(when)} THEN ${text(then)}`).join('');
      const otherwise = expression.otherwise ? ` ELSE ${text(expression.otherwise)}` : '';
      return `CASE${expression.subject ? ` ${text(expression.subject)}` : ''}${branches}${otherwise} END`;
    }
    case 'listComprehension':
      return `[${filterText(expression)}${expression.project ? ` | ${text(expression.project)}` : ''}]`;
    case 'quantifier':
      return `${expression.quantifier}(${filterText(expression)})`;
    case 'reduce': {
      const start = `${expression.accumulator} = ${text(expression.initial)}`;
      return `reduce(${start}, ${expression.variable} IN ${text(expression.list)} | ${text(expression.expression)})`;
    }
    case 'patternPredicate': {
      const patterns = expression.patterns.map(patternText).join(', ');
      const where = expression.where ? ` WHERE ${text(expression.where)}` : '';
      return expression.subquery ? `EXISTS { ${patterns}${where} }` : patterns;
    }
  }
}

function optional(expression: Expression | undefined): string {
  return expression ? expressionText(expression) : '';
}

function filterText(filter: { variable: string; list: Expression; where: Expression | undefined }): string {
  const where = filter.where ? ` WHERE ${expressionText(filter.where)}` : '';
  return `${filter.variable} IN ${expressionText(filter.list)}${where}`;
}

function labelsText(labels: readonly string[]): string {
  return labels.map((label) => `:${label}`).join('');
}

/** The tree of a pattern. */
export function patternText(pattern: PathPattern): string {
  const parts = pattern.nodes.map((node, position) => {
    const inside = `${node.variable ?? ''}${labelsText(node.labels)}${propertiesText(node.properties)}`;
    return `(${inside})${relationshipText(pattern, position)}`;
  });
  const chain = parts.join('');
  const path = pattern.shortest ? `shortestPath(${chain})` : chain;
  return pattern.variable === undefined ? path : `${pattern.variable} = ${path}`;
}

function relationshipText(pattern: PathPattern, position: number): string {
  const relationship = pattern.relationships[position];
  if (relationship === undefined) return '';
  const { variable, types, hops, properties, direction } = relationship;
  const range = hops ? `*${hops.min}..${hops.max ?? ''}` : '';
  const inside = `${variable ?? ''}${types.length > 0 ? `:${types.join('|')}` : ''}${range}${propertiesText(properties)}`;
  const start = direction === 'incoming' ? '<-' : '-';
  return `${start}[${inside}]${direction === 'outgoing' ? '->' : '-'}`;
}

function propertiesText(properties: Expression | undefined): string {
  return properties ? ` ${expressionText(properties)}` : '';
}

/** The tree of a clause. */
export function clauseText(clause: Clause): string {
  switch (clause.type) {
    case 'match': {
      const where = clause.where ? ` WHERE ${expressionText(clause.where)}` : '';
      return `${clause.optional ? 'OPTIONAL ' : ''}MATCH ${clause.patterns.map(patternText).join(', ')}${where}`;
    }
    case 'unwind':
      return `UNWIND ${expressionText(clause.list)} AS ${clause.variable}`;
    case 'with':
    case 'return': {
      const items = clause.items.map((item) => {
        return `${expressionText(item.expression)} ${item.aliased ? 'AS' : 'NAMED'} ${item.name}`;
      });
      const order = clause.orderBy.map((item) => `${expressionText(item.expression)}${item.descending ? ' DESC' : ''}`);
      return [
        `${clause.type.toUpperCase()}${clause.distinct ? ' DISTINCT' : ''}`,
        [...(clause.star ? ['*'] : []), ...items].join(', '),
        ...(order.length > 0 ? [`ORDER BY ${order.join(', ')}`] : []),
        ...(clause.skip ? [`SKIP ${expressionText(clause.skip)}`] : []),
        ...(clause.limit ? [`LIMIT ${expressionText(clause.limit)}`] : []),
        ...(clause.where ? [`WHERE ${expressionText(clause.where)}`] : []),
      ].join(' ');
    }
    case 'create':
      return `CREATE ${clause.patterns.map(patternText).join(', ')}`;
    case 'merge': {
      const onCreate = clause.onCreate.length > 0 ? ` ON CREATE SET ${clause.onCreate.map(setText).join(', ')}` : '';
      const onMatch = clause.onMatch.length > 0 ? ` ON MATCH SET ${clause.onMatch.map(setText).join(', ')}` : '';
      return `MERGE ${patternText(clause.pattern)}${onCreate}${onMatch}`;
    }
    case 'set':
      return `SET ${clause.items.map(setText).join(', ')}`;
    case 'remove': {
      const items = clause.items.map((item) => {
        return item.type === 'labels'
          ? `${item.variable}${labelsText(item.labels)}`
          : `${expressionText(item.target)}.${item.key}`;
      });
      return `REMOVE ${items.join(', ')}`;
    }
    case 'delete':
      return `${clause.detach ? 'DETACH ' : ''}DELETE ${clause.targets.map(expressionText).join(', ')}`;
  }
}

function setText(item: SetItem): string {
  switch (item.type) {
    case 'property':
      return `${expressionText(item.target)}.${item.key} = ${expressionText(item.value)}`;
    case 'replace':
      return `${item.variable} = ${expressionText(item.value)}`;
    case 'merge':
      return `${item.variable} += ${expressionText(item.value)}`;
    case 'labels':
      return `${item.variable}${labelsText(item.labels)}`;
  }
}

/** The tree of a query. */
export function statementText({ body }: Statement): string {
  if (body.type !== 'query') return body.type;
  const parts = body.parts.map((part) => part.clauses.map(clauseText).join(' '));
  return parts.join(body.all ? ' UNION ALL ' : ' UNION ');
}

/** The tree of an expression's text. */
export function treeOf(source: string): string {
  const { body } = parse(`RETURN ${source}`);
  const clause = body.type === 'query' ? body.parts[0]?.clauses[0] : undefined;
  const item = clause?.type === 'return' ? clause.items[0] : undefined;
  if (item === undefined) throw new Error(`no expression: ${source}`);
  return expressionText(item.expression);
}
