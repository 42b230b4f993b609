/** Plans as text, one operator a line, for a graph with given statistics. */
import type { Query } from '../../../core/cypher/ast.ts';
import { parse } from '../../../core/cypher/parser.ts';
import { check } from '../../../core/cypher/semantic-check.ts';
import { describePlan, type PlanDescription } from '../../../core/planner/describe.ts';
import { planQuery } from '../../../core/planner/planner.ts';
import type { Direction, EntityKind, IndexStatistics, Statistics } from '../../../core/planner/statistics.ts';

const INDEXES: Readonly<Record<string, readonly IndexStatistics[]>> = {
  Person: [
    { kind: 'range', keys: ['id'], entryCount: 10_000, valueCount: 10_000 },
    { kind: 'range', keys: ['last', 'first', 'born'], entryCount: 8_000, valueCount: 8_000 },
  ],
  City: [
    { kind: 'range', keys: ['name'], entryCount: 100, valueCount: 100 },
    { kind: 'point', keys: ['at'], entryCount: 100, valueCount: 100 },
  ],
  LIVES_IN: [
    { kind: 'range', keys: ['since'], entryCount: 10_000, valueCount: 500 },
    { kind: 'range', keys: ['street', 'house'], entryCount: 10_000, valueCount: 9_000 },
  ],
};

/**
 * 10,000 persons (indexes on id, and on last, first and born), 100 cities (one on name, one on the point at), 20 friends a person, one city a person
 * (indexes on since, and on street and house).
 */
export class World implements Statistics {
  readonly nodeCount = 10_100;
  readonly relationshipCount = 210_000;
  readonly #labels: Readonly<Record<string, number>> = { Person: 10_000, City: 100, Rare: 3 };

  labelCount(label: string): number {
    return this.#labels[label] ?? 0;
  }

  averageDegree(types: readonly string[], direction: Direction, label: string | undefined): number {
    if (types.includes('KNOWS')) return direction === 'both' ? 40 : 20;
    if (types.includes('LIVES_IN')) return direction === 'incoming' && label === 'City' ? 100 : 1;
    return 21;
  }

  relationshipTypeCount(type: string): number {
    return type === 'KNOWS' ? 200_000 : 10_000;
  }

  indexesOn(_: EntityKind, name: string): readonly IndexStatistics[] {
    return INDEXES[name] ?? [];
  }
}

export function planText(text: string): string[] {
  return lines(planOf(text), '');
}

/** The rows that a query is expected to give. */
export function estimatedRows(text: string): number {
  return planOf(text).estimatedRows;
}

function planOf(text: string): PlanDescription {
  const statement = parse(text);
  check(statement);
  const body = statement.body as Query; // The tests here only plan queries.
  const { root, slots } = planQuery(body, new World());
  return describePlan(root, { slots, text });
}

/** The operators from the last one down to Once, each with its details; subplans are indented. */
function lines(plan: PlanDescription, indent: string): string[] {
  const details = plan.arguments.get('Details');
  const own = `${indent}${plan.operatorType}${details ? ` ${details}` : ''}`;
  const [input, ...subplans] = plan.children;
  return [own, ...subplans.flatMap((child) => lines(child, `${indent}  `)), ...(input ? lines(input, indent) : [])];
}

/** The names of the operators alone. */
export function operators(text: string): string[] {
  return planText(text).map((line) => line.trim().split(' ')[0]!);
}
