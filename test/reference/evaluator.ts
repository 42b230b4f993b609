/**
 * What a query means, worked out as naively as it can be: clause by clause and row by row, every pattern by trying everything.
 * It shares nothing with the planner and the executor, and is only as fast as graphs of a few nodes need.
 */
import type { ReferenceGraph, ReferenceNode, ReferenceRelationship, Scalar } from './graph.ts';
import type { Clause, Expression, Item, NodePart, Path, Projection, RelationshipPart } from './query.ts';

export type ReferenceValue = Scalar | ReferenceNode | ReferenceRelationship | readonly ReferenceRelationship[];
/** What a row binds, by name. */
export type Row = ReadonlyMap<string, ReferenceValue>;

/** Rows in between, at most: more of them show nothing that fewer do not, and take long. */
const ROWS_MAX = 1_500;

/** The query would have to look at more than is worth it. */
export class TooManyRows extends Error {
  override readonly name = 'TooManyRows';
}

/** The rows of a query that ends with RETURN, in the order of its columns. */
export function evaluate(graph: ReferenceGraph, clauses: readonly Clause[]): ReferenceValue[][] {
  let rows: Row[] = [new Map()];
  for (const clause of clauses) {
    rows = new ClauseEvaluator(graph).rowsAfter(clause, rows);
    if (rows.length > ROWS_MAX) throw new TooManyRows();
  }
  return rows.map((row) => [...row.values()]);
}

export class ClauseEvaluator {
  readonly #graph: ReferenceGraph;

  constructor(graph: ReferenceGraph) {
    this.#graph = graph;
  }

  rowsAfter(clause: Clause, rows: readonly Row[]): Row[] {
    switch (clause.type) {
      case 'match':
        return rows.flatMap((row) => this.#match(clause, row));
      case 'unwind':
        return rows.flatMap((row) => clause.values.map((value) => new Map([...row, [clause.name, value]])));
      default:
        return this.#project(clause, rows);
    }
  }

  #match({ optional, paths, where }: Extract<Clause, { type: 'match' }>, row: Row): Row[] {
    const found = this.#matches(paths, row).filter(
      (match) => where === undefined || this.#value(where, match) === true,
    );
    if (found.length > 0 || !optional) return found;
    const nulls = new Map(row);
    for (const name of paths.flatMap(namesIn)) if (!nulls.has(name)) nulls.set(name, null);
    return [nulls];
  }

  /** All ways to find the paths together, no relationship used twice among them. */
  #matches(paths: readonly Path[], row: Row): Row[] {
    let states = [{ row, used: new Set<ReferenceRelationship>() }];
    for (const { nodes, relationships } of paths) {
      let walks = states.flatMap((state) =>
        this.#graph.nodes.flatMap((node) => {
          const bound = this.#bindNode(nodes[0]!, node, state.row);
          return bound ? [{ row: bound, used: state.used, at: node }] : [];
        }),
      );
      relationships.forEach((part, i) => {
        walks = walks.flatMap((walk) => this.#steps(part, nodes[i + 1]!, walk));
        if (walks.length > ROWS_MAX) throw new TooManyRows();
      });
      states = walks;
      if (states.length > ROWS_MAX) throw new TooManyRows();
    }
    return states.map((state) => state.row);
  }

  #steps(
    part: RelationshipPart,
    next: NodePart,
    walk: { row: Row; used: Set<ReferenceRelationship>; at: ReferenceNode },
  ) {
    const { min, max } = part.hops ?? { min: 1, max: 1 };
    const trails: { list: ReferenceRelationship[]; at: ReferenceNode }[] = [];
    const extend = (list: ReferenceRelationship[], at: ReferenceNode): void => {
      if (list.length >= min) trails.push({ list, at });
      if (list.length === max) return;
      for (const relationship of this.#graph.relationships) {
        if (walk.used.has(relationship) || list.includes(relationship)) continue;
        if (part.types.length > 0 && !part.types.includes(relationship.type)) continue;
        if (!propertiesMatch(part.properties, relationship.properties)) continue;
        for (const end of endsOf(relationship, at, part)) extend([...list, relationship], end);
      }
    };
    extend([], walk.at);
    return trails.flatMap(({ list, at }) => {
      const named = new Map(walk.row);
      if (part.name !== undefined) named.set(part.name, part.hops ? list : list[0]!);
      const row = this.#bindNode(next, at, named);
      return row ? [{ row, used: new Set([...walk.used, ...list]), at }] : [];
    });
  }

  #bindNode({ name, labels, properties }: NodePart, node: ReferenceNode, row: Row): Row | undefined {
    if (!labels.every((label) => node.labels.includes(label))) return undefined;
    if (!propertiesMatch(properties, node.properties)) return undefined;
    if (name === undefined) return row;
    if (row.has(name)) return row.get(name) === node ? row : undefined;
    return new Map([...row, [name, node]]);
  }

  #project(projection: Projection, rows: readonly Row[]): Row[] {
    const { items, distinct, descending, skip = 0, limit = Number.POSITIVE_INFINITY, where } = projection;
    let projected = items.some(({ expression }) => expression.type === 'aggregate')
      ? this.#aggregate(items, rows)
      : rows.map((row) => new Map(items.map(({ name, expression }) => [name, this.#value(expression, row)])));
    if (distinct) projected = [...new Map(projected.map((row) => [rowKey(row), row])).values()];
    if (descending) projected = projected.toSorted((one, other) => compareRows(one, other, descending));
    projected = projected.slice(skip, skip + limit);
    return where === undefined ? projected : projected.filter((row) => this.#value(where, row) === true);
  }

  #aggregate(items: readonly Item[], rows: readonly Row[]): Map<string, ReferenceValue>[] {
    const keys = items.filter(({ expression }) => expression.type !== 'aggregate');
    const groups = new Map<string, Row[]>();
    for (const row of rows) {
      const key = JSON.stringify(keys.map(({ expression }) => valueKey(this.#value(expression, row))));
      groups.set(key, [...(groups.get(key) ?? []), row]);
    }
    if (keys.length === 0 && groups.size === 0) groups.set('', []);
    return [...groups.values()].map(
      (group) =>
        new Map(
          items.map(({ name, expression }) => [
            name,
            expression.type === 'aggregate' ? this.#aggregated(expression, group) : this.#value(expression, group[0]!),
          ]),
        ),
    );
  }

  #aggregated({ name, distinct, argument }: Extract<Expression, { type: 'aggregate' }>, group: readonly Row[]): Scalar {
    if (argument === undefined) return group.length;
    let values = group.map((row) => this.#value(argument, row)).filter((value) => value !== null);
    if (distinct) values = [...new Map(values.map((value) => [valueKey(value), value])).values()];
    if (name === 'count') return values.length;
    // The generator gives these numbers and null only where it sums, and scalars where it compares.
    if (name === 'sum') return (values as number[]).reduce((sum, value) => sum + value, 0);
    const sorted = (values as Scalar[]).toSorted(compareScalars);
    return (name === 'min' ? sorted[0] : sorted.at(-1)) ?? null;
  }

  #value(expression: Expression, row: Row): ReferenceValue {
    switch (expression.type) {
      case 'scalar':
        return expression.value;
      case 'variable':
        return row.get(expression.name)!;
      case 'property': {
        const subject = row.get(expression.subject) as ReferenceNode | ReferenceRelationship | null;
        return subject?.properties[expression.key] ?? null;
      }
      case 'compare':
        return compared(expression.operator, this.#scalar(expression.left, row), this.#scalar(expression.right, row));
      case 'and':
        return and(this.#scalar(expression.left, row), this.#scalar(expression.right, row));
      case 'or':
        return not(and(not(this.#scalar(expression.left, row)), not(this.#scalar(expression.right, row))));
      case 'xor': {
        const [left, right] = [this.#scalar(expression.left, row), this.#scalar(expression.right, row)];
        return left === null || right === null ? null : left !== right;
      }
      case 'not':
        return not(this.#scalar(expression.operand, row));
      case 'isNull':
        return (this.#value(expression.operand, row) === null) !== expression.negated;
      case 'in': {
        const left = this.#scalar(expression.left, row);
        const answers = expression.items.map((item) => compared('=', left, this.#scalar(item, row)));
        return answers.includes(true) ? true : answers.includes(null) ? null : false;
      }
      case 'hasLabel': {
        const subject = row.get(expression.subject) as ReferenceNode | null;
        return subject === null ? null : subject.labels.includes(expression.label);
      }
      case 'size': {
        const list = row.get(expression.list) as readonly ReferenceRelationship[] | null;
        return list === null ? null : list.length;
      }
      case 'exists':
        return this.#subqueryRows(expression, row).length > 0;
      case 'count':
        return this.#subqueryRows(expression, row).length;
      case 'coalesce':
        return expression.items.map((item) => this.#value(item, row)).find((value) => value !== null) ?? null;
      case 'case':
        return this.#value(this.#value(expression.when, row) === true ? expression.met : expression.otherwise, row);
      case 'aggregate':
        throw new Error('an aggregation stands alone in its column');
    }
  }

  #subqueryRows({ path, where }: { readonly path: Path; readonly where: Expression | undefined }, row: Row): Row[] {
    return this.#matches([path], row).filter((match) => where === undefined || this.#value(where, match) === true);
  }

  #scalar(expression: Expression, row: Row): Scalar {
    const value = this.#value(expression, row);
    if (typeof value === 'object' && value !== null) throw new Error('the generator compares scalars only');
    return value;
  }
}

function namesIn({ nodes, relationships }: Path): string[] {
  return [...nodes, ...relationships].flatMap(({ name }) => (name === undefined ? [] : [name]));
}

function propertiesMatch(wanted: Readonly<Record<string, Scalar>>, found: Readonly<Record<string, Scalar>>): boolean {
  return Object.entries(wanted).every(([key, value]) => compared('=', found[key] ?? null, value) === true);
}

/** Where a relationship leads from a node: nowhere, or to one end. A self-loop leads back once. */
function endsOf(
  { start, end }: ReferenceRelationship,
  at: ReferenceNode,
  { direction }: RelationshipPart,
): ReferenceNode[] {
  if (direction !== 'in' && start === at) return [end];
  return direction !== 'out' && end === at ? [start] : [];
}

function and(left: Scalar, right: Scalar): Scalar {
  if (left === false || right === false) return false;
  return left === null || right === null ? null : true;
}

function not(operand: Scalar): Scalar {
  return operand === null ? null : !operand;
}

function compared(operator: string, left: Scalar, right: Scalar): Scalar {
  if (left === null || right === null) return null;
  if (operator === '=') return left === right;
  if (operator === '<>') return left !== right;
  if (typeof left !== typeof right) return null;
  switch (operator) {
    case '<':
      return left < right;
    case '<=':
      return left <= right;
    case '>':
      return left > right;
    default:
      return left >= right;
  }
}

/** Orderability: texts, booleans, numbers, null. */
function compareScalars(one: Scalar, other: Scalar): number {
  const [mine, theirs] = [rankOf(one), rankOf(other)];
  if (mine !== theirs) return mine - theirs;
  return one === other ? 0 : one! < other! ? -1 : 1;
}

function rankOf(value: Scalar): number {
  if (value === null) return 3;
  return ['string', 'boolean', 'number'].indexOf(typeof value);
}

function compareRows(one: Row, other: Row, descending: readonly boolean[]): number {
  const theirs = [...other.values()] as Scalar[]; // only scalars are ordered by
  for (const [i, value] of ([...one.values()] as Scalar[]).entries()) {
    const order = compareScalars(value, theirs[i]!);
    if (order !== 0) return descending[i] ? -order : order;
  }
  return 0;
}

function rowKey(row: Row): string {
  return JSON.stringify([...row.values()].map(valueKey));
}

/** A text that two values share when they are the same: entities by their uid. */
export function valueKey(value: ReferenceValue): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(valueKey);
  return { [(value as ReferenceNode).kind]: (value as ReferenceNode).uid };
}
