/** Queries as plain trees, which are printed for the engine and walked by the evaluator. */
import type { Scalar } from './graph.ts';
import { scalarText } from './graph.ts';

export type Direction = 'out' | 'in' | 'both';

export interface NodePart {
  readonly name: string | undefined;
  readonly labels: readonly string[];
  readonly properties: Readonly<Record<string, Scalar>>;
}

export interface RelationshipPart {
  readonly name: string | undefined;
  readonly types: readonly string[];
  readonly direction: Direction;
  /** Undefined: one relationship, and the name stands for it; else for a list. */
  readonly hops: { readonly min: number; readonly max: number } | undefined;
  readonly properties: Readonly<Record<string, Scalar>>;
}

/** One more node than relationships. */
export interface Path {
  readonly nodes: readonly NodePart[];
  readonly relationships: readonly RelationshipPart[];
}

export type Expression =
  | { readonly type: 'scalar'; readonly value: Scalar }
  | { readonly type: 'variable'; readonly name: string }
  | { readonly type: 'property'; readonly subject: string; readonly key: string }
  | {
      readonly type: 'compare';
      readonly operator: '=' | '<>' | '<' | '<=' | '>' | '>=';
      readonly left: Expression;
      readonly right: Expression;
    }
  | { readonly type: 'and' | 'or' | 'xor'; readonly left: Expression; readonly right: Expression }
  | { readonly type: 'not'; readonly operand: Expression }
  | { readonly type: 'isNull'; readonly operand: Expression; readonly negated: boolean }
  | { readonly type: 'in'; readonly left: Expression; readonly items: readonly Expression[] }
  | { readonly type: 'hasLabel'; readonly subject: string; readonly label: string }
  | { readonly type: 'size'; readonly list: string }
  | { readonly type: 'exists' | 'count'; readonly path: Path; readonly where: Expression | undefined }
  | { readonly type: 'coalesce'; readonly items: readonly Expression[] }
  | { readonly type: 'case'; readonly when: Expression; readonly met: Expression; readonly otherwise: Expression }
  | {
      readonly type: 'aggregate';
      readonly name: 'count' | 'sum' | 'min' | 'max';
      readonly distinct: boolean;
      /** Undefined: count(*). */
      readonly argument: Expression | undefined;
    };

export interface Item {
  readonly name: string;
  readonly expression: Expression;
}

export interface Projection {
  readonly type: 'with' | 'return';
  readonly distinct: boolean;
  readonly items: readonly Item[];
  /** Whether it is ordered by all columns, ascending or descending each, so that SKIP and LIMIT say which rows. */
  readonly descending: readonly boolean[] | undefined;
  readonly skip: number | undefined;
  readonly limit: number | undefined;
  readonly where: Expression | undefined;
}

export type Clause =
  | {
      readonly type: 'match';
      readonly optional: boolean;
      readonly paths: readonly Path[];
      readonly where: Expression | undefined;
    }
  | { readonly type: 'unwind'; readonly values: readonly Scalar[]; readonly name: string }
  | Projection;

export function queryText(clauses: readonly Clause[]): string {
  return clauses.map(clauseText).join(' ');
}

function clauseText(clause: Clause): string {
  switch (clause.type) {
    case 'match':
      return `${clause.optional ? 'OPTIONAL ' : ''}MATCH ${clause.paths.map(pathText).join(', ')}${whereText(clause.where)}`;
    case 'unwind':
      return `UNWIND [${clause.values.map(scalarText).join(', ')}] AS ${clause.name}`;
    default:
      return projectionText(clause);
  }
}

function projectionText({ type, distinct, items, descending, skip, limit, where }: Projection): string {
  const columns = items.map(({ name, expression }) => `${expressionText(expression)} AS ${name}`).join(', ');
  const order = descending && items.map(({ name }, i) => `${name}${descending[i] ? ' DESC' : ''}`).join(', ');
  return [
    type === 'with' ? 'WITH' : 'RETURN',
    distinct ? ' DISTINCT' : '',
    ` ${columns}`,
    order ? ` ORDER BY ${order}` : '',
    skip === undefined ? '' : ` SKIP ${skip}`,
    limit === undefined ? '' : ` LIMIT ${limit}`,
    whereText(where),
  ].join('');
}

function whereText(where: Expression | undefined): string {
  return where ? ` WHERE ${expressionText(where)}` : '';
}

function pathText({ nodes, relationships }: Path): string {
  return nodes
    .map((node, i) => `${nodeText(node)}${relationships[i] ? relationshipText(relationships[i]) : ''}`)
    .join('');
}

function nodeText({ name = '', labels, properties }: NodePart): string {
  return `(${name}${labels.map((label) => `:${label}`).join('')}${mapText(properties)})`;
}

function relationshipText({ name = '', types, direction, hops, properties }: RelationshipPart): string {
  const type = types.length > 0 ? `:${types.join('|')}` : '';
  const length = hops ? `*${hops.min}..${hops.max}` : '';
  const inside = `[${name}${type}${length}${mapText(properties)}]`;
  return `${direction === 'in' ? '<-' : '-'}${inside}${direction === 'out' ? '->' : '-'}`;
}

function mapText(properties: Readonly<Record<string, Scalar>>): string {
  const entries = Object.entries(properties).map(([key, value]) => `${key}: ${scalarText(value)}`);
  return entries.length === 0 ? '' : ` {${entries.join(', ')}}`;
}

export function expressionText(expression: Expression): string {
  switch (expression.type) {
    case 'scalar':
      return scalarText(expression.value);
    case 'variable':
      return expression.name;
    case 'property':
      return `${expression.subject}.${expression.key}`;
    case 'compare':
      return `(${expressionText(expression.left)} ${expression.operator} ${expressionText(expression.right)})`;
    case 'and':
    case 'or':
    case 'xor':
      return `(${expressionText(expression.left)} ${expression.type.toUpperCase()} ${expressionText(expression.right)})`;
    case 'not':
      return `NOT (${expressionText(expression.operand)})`;
    case 'isNull':
      return `(${expressionText(expression.operand)} IS ${expression.negated ? 'NOT ' : ''}NULL)`;
    case 'in':
      return `(${expressionText(expression.left)} IN [${expression.items.map(expressionText).join(', ')}])`;
    case 'hasLabel':
      return `${expression.subject}:${expression.label}`;
    case 'size':
      return `size(${expression.list})`;
    case 'exists':
    case 'count':
      return `${expression.type.toUpperCase()} { ${pathText(expression.path)}${whereText(expression.where)} }`;
    case 'coalesce':
      return `coalesce(${expression.items.map(expressionText).join(', ')})`;
    case 'case':
      return `CASE WHEN ${expressionText(expression.when)} THEN ${expressionText(expression.met)} ELSE ${expressionText(expression.otherwise)} END`;
    case 'aggregate': {
      const { name, distinct, argument } = expression;
      return argument ? `${name}(${distinct ? 'DISTINCT ' : ''}${expressionText(argument)})` : 'count(*)';
    }
  }
}
