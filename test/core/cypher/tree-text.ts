/** Trees as text, every operator in brackets, so that a table can say what a statement means. */
import type {
  CallClause,
  Clause,
  Expression,
  LabelExpression,
  LabelsItem,
  LabelTest,
  MapProjectionItem,
  PathPattern,
  Query,
  SetItem,
  Statement,
  ValueType,
} from '../../../core/cypher/ast.ts';
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
    case 'isTyped':
      return `(${text(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}:: ${typeText(expression.valueType)})`;
    case 'isNormalized':
      return `(${text(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}${expression.form} NORMALIZED)`;
    case 'hasLabels':
      return `(${text(expression.subject)}${labelTestText(expression)})`;
    case 'mapProjection':
      return `${text(expression.subject)} {${expression.items.map(mapItemText).join(', ')}}`;
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
    case 'patternPredicate':
    case 'shortestPath':
      return patternText(expression.pattern);
    case 'patternComprehension':
      return `[${patternText(expression.pattern)}${whereText(expression.where)} | ${text(expression.project)}]`;
    case 'subqueryExpression':
      return `${expression.kind.toUpperCase()} { ${queryText(expression.query)} }`;
  }
}

function optional(expression: Expression | undefined): string {
  return expression ? expressionText(expression) : '';
}

function whereText(where: Expression | undefined): string {
  return where ? ` WHERE ${expressionText(where)}` : '';
}

function typeText(type: ValueType): string {
  return type
    .map(
      ({ name, element, nullable }) =>
        `${name}${element ? `<${typeText(element)}>` : ''}${nullable ? '' : ' NOT NULL'}`,
    )
    .join(' | ');
}

function mapItemText(item: MapProjectionItem): string {
  switch (item.type) {
    case 'all':
      return '.*';
    case 'property':
      return `.${item.key}`;
    case 'entry':
      return `${item.key}: ${expressionText(item.value)}`;
  }
}

/** `:A:B` and, after a colon of its own, what is more than a list. */
function labelTestText({ labels, labelExpression }: LabelTest): string {
  return labelsText(labels) + (labelExpression ? `:${labelText(labelExpression)}` : '');
}

function labelText(expression: LabelExpression): string {
  switch (expression.type) {
    case 'name':
      return expression.name;
    case 'any':
      return '%';
    case 'not':
      return `!${labelText(expression.operand)}`;
    case 'and':
    case 'or':
      return `(${labelText(expression.left)}${expression.type === 'and' ? '&' : '|'}${labelText(expression.right)})`;
  }
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
    const inside = `${node.variable ?? ''}${labelTestText(node)}${propertiesText(node.properties)}${whereText(node.where)}`;
    return `(${inside})${relationshipText(pattern, position)}`;
  });
  const chain = parts.join('');
  const bracketed = pattern.where ? `(${chain}${whereText(pattern.where)})` : chain;
  const path = pattern.shortest ? `${SHORTEST[pattern.shortest]}(${bracketed})` : bracketed;
  return pattern.variable === undefined ? path : `${pattern.variable} = ${path}`;
}

const SHORTEST = { single: 'shortestPath', all: 'allShortestPaths' } as const;

function relationshipText(pattern: PathPattern, position: number): string {
  const relationship = pattern.relationships[position];
  if (relationship === undefined) return '';
  const { variable, types, typeExpression, hops, properties, where, direction, repeated } = relationship;
  if (repeated && hops) {
    const { where: condition, ...chain } = { ...repeated };
    return `(${patternText({ ...chain, where: undefined })}${whereText(condition)}){${hops.min},${hops.max ?? ''}}`;
  }
  const range = hops ? `*${hops.min}..${hops.max ?? ''}` : '';
  const type = typeExpression ? `:${labelText(typeExpression)}` : types.length > 0 ? `:${types.join('|')}` : '';
  const inside = `${variable ?? ''}${type}${range}${propertiesText(properties)}${whereText(where)}`;
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
    case 'loadCsv': {
      const { withHeaders, url, variable, terminator } = clause;
      return `LOAD CSV ${withHeaders ? 'WITH HEADERS ' : ''}FROM ${expressionText(url)} AS ${variable} BETWEEN ${terminator}`;
    }
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
        if (item.type === 'labels') return `${item.variable}${namesText(item)}`;
        const target = expressionText(item.target);
        return item.type === 'property' ? `${target}.${item.key}` : `${target}[${expressionText(item.key)}]`;
      });
      return `REMOVE ${items.join(', ')}`;
    }
    case 'call': {
      const given = clause.arguments ? `(${clause.arguments.map(expressionText).join(', ')})` : '';
      return `${clause.optional ? 'OPTIONAL ' : ''}CALL ${clause.name}${given}${yieldText(clause)}`;
    }
    case 'subquery': {
      const { imports } = clause;
      const scope = imports === '*' ? ' (*)' : imports ? ` (${imports.map(({ name }) => name).join(', ')})` : '';
      const batches = clause.inTransactions ? ' IN TRANSACTIONS' : '';
      return `${clause.optional ? 'OPTIONAL ' : ''}CALL${scope} { ${queryText(clause.query)} }${batches}`;
    }
    case 'foreach':
      return `FOREACH (${clause.variable} IN ${expressionText(clause.list)} | ${clause.clauses.map(clauseText).join(' ')})`;
    case 'finish':
      return 'FINISH';
    case 'delete':
      return `${clause.detach ? 'DETACH ' : ''}DELETE ${clause.targets.map(expressionText).join(', ')}`;
  }
}

function yieldText({ yield: columns, where }: CallClause): string {
  if (columns === undefined) return '';
  const items = columns === '*' ? '*' : columns.map(({ column, variable }) => `${column} AS ${variable}`).join(', ');
  return ` YIELD ${items}${where ? ` WHERE ${expressionText(where)}` : ''}`;
}

function setText(item: SetItem): string {
  switch (item.type) {
    case 'property':
      return `${expressionText(item.target)}.${item.key} = ${expressionText(item.value)}`;
    case 'replace':
      return `${item.variable} = ${expressionText(item.value)}`;
    case 'merge':
      return `${item.variable} += ${expressionText(item.value)}`;
    case 'dynamicProperty':
      return `${expressionText(item.target)}[${expressionText(item.key)}] = ${expressionText(item.value)}`;
    case 'labels':
      return `${item.variable}${namesText(item)}`;
  }
}

function namesText({ labels, dynamicLabels }: LabelsItem): string {
  return labelsText(labels) + dynamicLabels.map(({ expression }) => `:$(${expressionText(expression)})`).join('');
}

/** The tree of a query. */
export function statementText({ body }: Statement): string {
  if (body.type !== 'query') return body.type;
  return queryText(body);
}

function queryText(query: Query): string {
  const parts = query.parts.map((part) => part.clauses.map(clauseText).join(' '));
  return parts.join(query.all ? ' UNION ALL ' : ' UNION ');
}

/** The tree of an expression's text. */
export function treeOf(source: string): string {
  const { body } = parse(`RETURN ${source}`);
  const clause = body.type === 'query' ? body.parts[0]?.clauses[0] : undefined;
  const item = clause?.type === 'return' ? clause.items[0] : undefined;
  if (item === undefined) throw new Error(`no expression: ${source}`);
  return expressionText(item.expression);
}
