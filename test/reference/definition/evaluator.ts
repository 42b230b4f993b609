/**
 * What a query means, by its definition: clause by clause, row by row, with no plan. It shares the parser and the values with the
 * engine, and nothing of the planner and the executor.
 */
import type { Clause, Expression, Query } from '../../../core/cypher/ast.ts';
import type { Value } from '../../../core/value/value.ts';
import { type Evaluation, extended, type Place, type Row, TooMuch } from './evaluation.ts';
import { expressionValue } from './expressions.ts';
import { elementsOf } from './logic.ts';
import { matchesWhere, namesOf } from './matching.ts';
import { distinctBy, project, rowKey } from './projection.ts';
import type { ReferenceGraph } from './reference-graph.ts';
import { checkWhole, create, deleteAll, elementsToRun, merge, remove, set } from './updates.ts';

export interface EvaluatorOptions {
  readonly parameters?: ReadonlyMap<string, Value>;
  /** Steps of the search, at most; TooMuch is thrown past it. */
  readonly stepsMax?: number;
}

/** The rows that a query returns; it changes the graph if it writes. Errors: GraphError with the engine's codes. */
export function evaluate(graph: ReferenceGraph, query: Query, options: EvaluatorOptions = {}): readonly Row[] {
  const evaluator = new Evaluator(graph, options);
  const rows = evaluator.rowsOf(query, new Map());
  checkWhole(evaluator);
  const returns = query.parts[0]?.clauses.at(-1)?.type === 'return';
  return returns ? rows : [];
}

class Evaluator implements Evaluation {
  readonly graph: ReferenceGraph;
  readonly parameters: ReadonlyMap<string, Value>;
  #steps: number;

  constructor(graph: ReferenceGraph, options: EvaluatorOptions) {
    this.graph = graph;
    this.parameters = options.parameters ?? new Map();
    this.#steps = options.stepsMax ?? Number.POSITIVE_INFINITY;
  }

  value(expression: Expression, place: Place): Value {
    return expressionValue(this, expression, place);
  }

  step(): void {
    if (--this.#steps < 0) throw new TooMuch();
  }

  rowsOf(query: Query, row: Row): readonly Row[] {
    const rows = query.parts.flatMap(({ clauses }) => {
      let part: readonly Row[] = [row];
      for (const clause of clauses) part = this.#after(clause, part, row);
      return part;
    });
    if (query.all || query.parts.length === 1) return rows;
    return distinctBy(rows, rowKey);
  }

  /** `outer`: what a subquery sees of the query around it, in each of its clauses. */
  #after(clause: Clause, rows: readonly Row[], outer: Row): readonly Row[] {
    for (const _row of rows) this.step();
    switch (clause.type) {
      case 'match':
        return rows.flatMap((row) => this.#match(clause, row));
      case 'unwind':
        return rows.flatMap((row) => this.#unwind(clause, row));
      case 'with':
        return project(this, clause, rows).map((row) => extended(outer, row));
      case 'return':
        return project(this, clause, rows);
      case 'create':
        return rows.map((row) => create(this, clause.patterns, row));
      case 'merge':
        return rows.flatMap((row) => merge(this, clause, row));
      case 'set':
        for (const row of rows) set(this, clause.items, row);
        return rows;
      case 'remove':
        for (const row of rows) remove(this, clause.items, row);
        return rows;
      case 'delete':
        for (const row of rows) deleteAll(this, clause, row);
        return rows;
      case 'foreach':
        for (const row of rows) this.#foreach(clause, row);
        return rows;
      case 'subquery':
        return rows.flatMap((row) => this.#subquery(clause, row));
      case 'finish':
        return [];
      case 'call':
        throw new Error('the reference has no procedures');
    }
  }

  #match({ optional, patterns, where }: Extract<Clause, { type: 'match' }>, row: Row): Row[] {
    const found = matchesWhere(this, { patterns, where, row });
    if (found.length > 0 || !optional) return found;
    const missing = namesOf(patterns).filter((name) => !row.has(name));
    return [
      extended(
        row,
        missing.map((name) => [name, null]),
      ),
    ];
  }

  #unwind({ list, variable }: Extract<Clause, { type: 'unwind' }>, row: Row): Row[] {
    return (elementsOf(this.value(list, { row })) ?? []).map((element) => extended(row, [[variable, element]]));
  }

  #foreach(clause: Extract<Clause, { type: 'foreach' }>, row: Row): void {
    for (const inner of elementsToRun(this, clause, row)) {
      let rows: readonly Row[] = [inner];
      for (const one of clause.clauses) rows = this.#after(one, rows, inner);
    }
  }

  #subquery({ optional, imports, query }: Extract<Clause, { type: 'subquery' }>, row: Row): Row[] {
    if (imports === undefined) throw new Error('the reference imports in brackets only');
    const seen = imports === '*' ? row : new Map(imports.map(({ name }) => [name, row.get(name)!]));
    const rows = this.rowsOf(query, seen);
    const last = query.parts[0]?.clauses.at(-1);
    if (last?.type !== 'return') return [row];
    if (rows.length > 0 || !optional) return rows.map((one) => extended(row, one));
    const columns = last.items.map(({ name }) => [name, null] as const);
    return [extended(row, columns)];
  }
}
