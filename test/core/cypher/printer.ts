/** Trees as statements: text that the parser makes the same tree of. Every operator stands in brackets. */
import type {
  Clause,
  DynamicNames,
  Expression,
  InTransactions,
  LabelExpression,
  LabelsItem,
  LabelTest,
  Literal,
  MapProjectionItem,
  NodePattern,
  PathPattern,
  ProjectionClause,
  Query,
  RelationshipPattern,
  RemoveItem,
  SetItem,
  StepFunction,
  ValueType,
} from '../../../core/cypher/ast.ts';

export function printQuery({ parts, all }: Query): string {
  return parts.map(({ clauses }) => clauses.map(clauseText).join(' ')).join(all ? ' UNION ALL ' : ' UNION ');
}

function clauseText(clause: Clause): string {
  switch (clause.type) {
    case 'match':
      return `${clause.optional ? 'OPTIONAL ' : ''}MATCH ${list(clause.patterns, pathText)}${whereText(clause.where)}`;
    case 'unwind':
      return `UNWIND ${printExpression(clause.list)} AS ${nameText(clause.variable)}`;
    case 'loadCsv': {
      const { withHeaders, url, variable, terminator } = clause;
      const from = `LOAD CSV ${withHeaders ? 'WITH HEADERS ' : ''}FROM ${printExpression(url)} AS ${nameText(variable)}`;
      return `${from} FIELDTERMINATOR ${stringText(terminator)}`;
    }
    case 'with':
    case 'return':
      return projectionText(clause);
    case 'create':
      return `CREATE ${list(clause.patterns, pathText)}`;
    case 'merge': {
      const onCreate = clause.onCreate.length > 0 ? ` ON CREATE SET ${list(clause.onCreate, setText)}` : '';
      const onMatch = clause.onMatch.length > 0 ? ` ON MATCH SET ${list(clause.onMatch, setText)}` : '';
      return `MERGE ${pathText(clause.pattern)}${onCreate}${onMatch}`;
    }
    case 'set':
      return `SET ${list(clause.items, setText)}`;
    case 'remove':
      return `REMOVE ${list(clause.items, removeText)}`;
    case 'delete':
      return `${clause.detach ? 'DETACH ' : ''}DELETE ${list(clause.targets, printExpression)}`;
    case 'call': {
      const given = clause.arguments ? `(${list(clause.arguments, printExpression)})` : '';
      return `${clause.optional ? 'OPTIONAL ' : ''}CALL ${clause.name}${given}${yieldText(clause.yield)}${whereText(clause.where)}`;
    }
    case 'subquery': {
      const { optional, imports, query, inTransactions } = clause;
      const scope =
        imports === undefined ? '' : `(${imports === '*' ? '*' : list(imports, ({ name }) => nameText(name))}) `;
      const transactions = inTransactions ? transactionsText(inTransactions) : '';
      return `${optional ? 'OPTIONAL ' : ''}CALL ${scope}{ ${printQuery(query)} }${transactions}`;
    }
    case 'foreach':
      return `FOREACH (${nameText(clause.variable)} IN ${printExpression(clause.list)} | ${clause.clauses.map(clauseText).join(' ')})`;
    case 'finish':
      return 'FINISH';
  }
}

function projectionText(clause: ProjectionClause): string {
  const { type, distinct, star, items, orderBy, skip, limit, where } = clause;
  const columns = items.map(({ expression, name, aliased }) => {
    return aliased ? `${printExpression(expression)} AS ${nameText(name)}` : printExpression(expression);
  });
  const order = list(
    orderBy,
    ({ expression, descending }) => `${printExpression(expression)}${descending ? ' DESC' : ''}`,
  );
  return [
    `${type.toUpperCase()}${distinct ? ' DISTINCT' : ''} ${[...(star ? ['*'] : []), ...columns].join(', ')}`,
    order === '' ? '' : ` ORDER BY ${order}`,
    skip ? ` SKIP ${printExpression(skip)}` : '',
    limit ? ` LIMIT ${printExpression(limit)}` : '',
    whereText(where),
  ].join('');
}

function transactionsText({ rows, concurrent, onError, status }: InTransactions): string {
  const count = concurrent ? `${concurrent.count ? `${printExpression(concurrent.count)} ` : ''}CONCURRENT ` : '';
  const of = rows ? ` OF ${printExpression(rows)} ROWS` : '';
  return ` IN ${count}TRANSACTIONS${of} ON ERROR ${onError.toUpperCase()}${status ? ` REPORT STATUS AS ${nameText(status.name)}` : ''}`;
}

function yieldText(yielded: Extract<Clause, { type: 'call' }>['yield']): string {
  if (yielded === undefined) return '';
  if (yielded === '*') return ' YIELD *';
  return ` YIELD ${list(yielded, ({ column, variable }) => `${nameText(column)} AS ${nameText(variable)}`)}`;
}

function setText(item: SetItem): string {
  switch (item.type) {
    case 'property':
      return `${subjectText(item.target)}.${nameText(item.key)} = ${printExpression(item.value)}`;
    case 'replace':
      return `${nameText(item.variable)} = ${printExpression(item.value)}`;
    case 'merge':
      return `${nameText(item.variable)} += ${printExpression(item.value)}`;
    case 'dynamicProperty':
      return `${subjectText(item.target)}[${printExpression(item.key)}] = ${printExpression(item.value)}`;
    case 'labels':
      return labelsItemText(item);
  }
}

function removeText(item: RemoveItem): string {
  if (item.type === 'labels') return labelsItemText(item);
  const target = subjectText(item.target);
  return item.type === 'property' ? `${target}.${nameText(item.key)}` : `${target}[${printExpression(item.key)}]`;
}

function labelsItemText({ variable, labels, dynamicLabels }: LabelsItem): string {
  const names = [...labels.map(nameText), ...dynamicLabels.map(namesText)];
  return `${nameText(variable)}${names.map((name) => `:${name}`).join('')}`;
}

function namesText({ quantifier, expression }: DynamicNames): string {
  return `$${quantifier}(${printExpression(expression)})`;
}

function whereText(where: Expression | undefined): string {
  return where ? ` WHERE ${printExpression(where)}` : '';
}

export function pathText({ variable, shortest, nodes, relationships, where }: PathPattern): string {
  const parts = nodes.map((node, i) => {
    const relationship = relationships[i];
    return `${nodeText(node)}${relationship ? relationshipText(relationship) : ''}`;
  });
  const chain = parts.join('');
  const call = shortest === undefined ? chain : `${shortest === 'all' ? 'allShortestPaths' : 'shortestPath'}(${chain})`;
  const bracketed = where ? `(${chain}${whereText(where)})` : call;
  return variable === undefined ? bracketed : `${nameText(variable)} = ${bracketed}`;
}

function nodeText({ variable, dynamicLabels = [], properties, where, ...test }: NodePattern): string {
  const inside = [
    variable === undefined ? '' : nameText(variable),
    withNames(labelsText(test), dynamicLabels),
    properties ? ` ${printExpression(properties)}` : '',
    whereText(where),
  ];
  return `(${inside.join('')})`;
}

/** The names that are worked out come last, after `&`. */
function withNames(test: string, names: readonly DynamicNames[]): string {
  return names.reduce(
    (text, name) => `${text === '' ? ':' : `${text.replaceAll(/(?<=`):(?=`)/g, '&')}&`}${namesText(name)}`,
    test,
  );
}

function relationshipText(pattern: RelationshipPattern): string {
  const { variable, types, typeExpression, direction, hops, properties, where, repeated, traversal } = pattern;
  if (repeated)
    return `(${pathText({ ...repeated, where: undefined })}${whereText(repeated.where)})${quantifierText(hops)}`;
  const type = typeExpression
    ? `:${labelExpressionText(typeExpression)}`
    : types.length > 0
      ? `:${types.map(nameText).join('|')}`
      : '';
  const inside = [
    variable === undefined ? '' : nameText(variable),
    withNames(type, pattern.dynamicTypes ?? []),
    traversal ? ` ${traversalText(traversal, hops)}` : hops ? `*${rangeText(hops)}` : '',
    properties ? ` ${printExpression(properties)}` : '',
    whereText(where),
  ].join('');
  return `${direction === 'incoming' ? '<-' : '-'}[${inside}]${direction === 'outgoing' ? '->' : '-'}`;
}

function rangeText({ min, max }: NonNullable<RelationshipPattern['hops']>): string {
  return `${min}..${max ?? ''}`;
}

function quantifierText(hops: RelationshipPattern['hops']): string {
  return hops ? `{${hops.min},${hops.max ?? ''}}` : '';
}

const ALGORITHMS = {
  depthFirst: '*',
  breadthFirst: '*BFS ',
  weightedShortest: '*WSHORTEST ',
  allShortest: '*ALLSHORTEST ',
  kShortest: '*KSHORTEST ',
} as const;

function traversalText(
  { algorithm, filter, weight, total, count }: NonNullable<RelationshipPattern['traversal']>,
  hops: RelationshipPattern['hops'],
): string {
  const isWeighted = algorithm === 'weightedShortest' || algorithm === 'allShortest';
  const bounds = hops === undefined ? '' : isWeighted ? String(hops.max ?? '') : rangeText(hops);
  return [
    `${ALGORITHMS[algorithm]}${bounds}`,
    weight ? ` ${stepText(weight)}` : '',
    total === undefined ? '' : ` ${nameText(total)}`,
    filter ? ` ${stepText(filter)}` : '',
    count === undefined ? '' : ` | ${count}`,
  ].join('');
}

function stepText({ relationship, node, path, cost, expression }: StepFunction): string {
  const names = [relationship, node, path, cost].filter((name) => name !== undefined).map(nameText);
  return `(${names.join(', ')} | ${printExpression(expression)})`;
}

function labelsText({ labels, labelExpression }: LabelTest): string {
  if (labelExpression) return `:${labelExpressionText(labelExpression)}`;
  return labels.map((label) => `:${nameText(label)}`).join('');
}

function labelExpressionText(expression: LabelExpression): string {
  switch (expression.type) {
    case 'name':
      return nameText(expression.name);
    case 'any':
      return '%';
    case 'not':
      return `!${labelExpressionText(expression.operand)}`;
    default: {
      const operator = expression.type === 'and' ? '&' : '|';
      return `(${labelExpressionText(expression.left)}${operator}${labelExpressionText(expression.right)})`;
    }
  }
}

export function printExpression(expression: Expression): string {
  const text = printExpression;
  switch (expression.type) {
    case 'literal':
      return literalText(expression.value);
    case 'parameter':
      return `$${nameText(expression.name)}`;
    case 'variable':
      return nameText(expression.name);
    case 'property':
      return `${subjectText(expression.subject)}.${nameText(expression.key)}`;
    case 'index':
      return `${subjectText(expression.subject)}[${text(expression.index)}]`;
    case 'slice':
      return `${subjectText(expression.subject)}[${optional(expression.from)}..${optional(expression.to)}]`;
    case 'list':
      return `[${list(expression.items, text)}]`;
    case 'map':
      return `{${list(expression.entries, ([key, value]) => `${nameText(key)}: ${text(value)}`)}}`;
    case 'not':
      return `(NOT ${text(expression.operand)})`;
    case 'negate':
      return `(-(${text(expression.operand)}))`;
    case 'and':
    case 'or':
    case 'xor':
    case 'in':
      return `(${text(expression.left)} ${expression.type.toUpperCase()} ${text(expression.right)})`;
    case 'arithmetic':
    case 'string':
      return `(${text(expression.left)} ${expression.operator} ${text(expression.right)})`;
    case 'comparison': {
      const rest = expression.operators.map((operator, i) => ` ${operator} ${text(expression.operands[i + 1]!)}`);
      return `(${text(expression.operands[0]!)}${rest.join('')})`;
    }
    case 'isNull':
      return `(${text(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}NULL)`;
    case 'isTyped':
      return `(${text(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}:: ${typeText(expression.valueType)})`;
    case 'isNormalized':
      return `(${text(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}${expression.form} NORMALIZED)`;
    case 'hasLabels':
      return `(${subjectText(expression.subject)}${labelsText(expression)})`;
    case 'mapProjection':
      return `${subjectText(expression.subject)} {${list(expression.items, projectedText)}}`;
    case 'call':
      return `${expression.name}(${expression.distinct ? 'DISTINCT ' : ''}${list(expression.arguments, text)})`;
    case 'countStar':
      return 'count(*)';
    case 'case': {
      const branches = expression.branches.map((branch) => ` WHEN ${text(branch.when)} THEN ${text(branch.then)}`);
      const otherwise = expression.otherwise ? ` ELSE ${text(expression.otherwise)}` : '';
      return `CASE ${optional(expression.subject)}${branches.join('')}${otherwise} END`;
    }
    case 'listComprehension': {
      const project = expression.project ? ` | ${text(expression.project)}` : '';
      return `[${nameText(expression.variable)} IN ${text(expression.list)}${whereText(expression.where)}${project}]`;
    }
    case 'quantifier':
      return `${expression.quantifier}(${nameText(expression.variable)} IN ${text(expression.list)}${whereText(expression.where)})`;
    case 'reduce': {
      const { accumulator, initial, variable, list: items, expression: step } = expression;
      return `reduce(${nameText(accumulator)} = ${text(initial)}, ${nameText(variable)} IN ${text(items)} | ${text(step)})`;
    }
    case 'patternPredicate':
      return pathText(expression.pattern);
    case 'patternComprehension':
      return `[${pathText(expression.pattern)}${whereText(expression.where)} | ${text(expression.project)}]`;
    case 'shortestPath':
      return pathText(expression.pattern);
    case 'subqueryExpression':
      return `${expression.kind.toUpperCase()} { ${printQuery(expression.query)} }`;
  }
}

/** What stands before a point or a bracket. */
function subjectText(expression: Expression): string {
  return expression.type === 'variable' ? nameText(expression.name) : `(${printExpression(expression)})`;
}

function projectedText(item: MapProjectionItem): string {
  switch (item.type) {
    case 'all':
      return '.*';
    case 'property':
      return `.${nameText(item.key)}`;
    case 'entry':
      return `${nameText(item.key)}: ${printExpression(item.value)}`;
  }
}

function typeText(type: ValueType): string {
  return type
    .map(({ name, element, nullable }) => {
      const inside = element ? `<${typeText(element)}>` : '';
      return `${name}${inside}${nullable || name === 'NOTHING' ? '' : ' NOT NULL'}`;
    })
    .join(' | ');
}

function literalText(value: Literal): string {
  if (typeof value === 'string') return stringText(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if ('integer' in value) return value.integer < 0n ? `(${value.integer})` : String(value.integer);
  if (!Number.isFinite(value.float)) return Number.isNaN(value.float) ? 'NaN' : 'INF';
  const text = Object.is(value.float, -0) ? '-0' : String(value.float);
  const float = /[.e]/.test(text) ? text : `${text}.0`;
  return text.startsWith('-') ? `(${float})` : float;
}

/** In quotes; whatever is no plain letter is written by its number, lone surrogates included. */
function stringText(value: string): string {
  const escaped = value.replaceAll(
    /[^\w .,:;+*-]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
  return `'${escaped}'`;
}

/** In backticks: every name may stand so. */
function nameText(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

function optional(expression: Expression | undefined): string {
  return expression ? printExpression(expression) : '';
}

function list<Item>(items: readonly Item[], text: (item: Item) => string): string {
  return items.map((item) => text(item)).join(', ');
}
