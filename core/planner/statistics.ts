/** What the planner asks about the graph. Names, not tokens: a plan is kept while tokens come and go. */
import type { IndexSubject, RelationshipPattern, SchemaSubject } from '../cypher/ast.ts';

export type Direction = RelationshipPattern['direction'];

export type IndexKind = IndexSubject['kind'];

export type EntityKind = SchemaSubject['entity'];

export interface Statistics {
  readonly nodeCount: number;
  readonly relationshipCount: number;
  /** Nodes with this label; 0 for a label that is not there. */
  labelCount(label: string): number;
  /** Relationships of one of these types (of any type when there are none) at a node of this label, on average. */
  averageDegree(types: readonly string[], direction: Direction, label: string | undefined): number;
  /** Relationships of this type; 0 for a type that is not there. */
  relationshipTypeCount(type: string): number;
  /** The indexes that may be used on a label or a relationship type. */
  indexesOn(entity: EntityKind, name: string): readonly IndexStatistics[];
}

export interface IndexStatistics {
  readonly kind: IndexKind;
  readonly keys: readonly string[];
  /** Entities in it: those that have all of its properties. */
  readonly entryCount: number;
  /** Different values in it; of several properties: different lists of values. */
  readonly valueCount: number;
}

/** Shares of rows that a predicate keeps, when nothing better is known. They order plans and are no promise. */
export const SELECTIVITY = {
  equality: 0.1,
  range: 0.3,
  beginning: 0.1,
  point: 0.05,
  pattern: 0.5,
  other: 0.5,
} as const;

/** How many hops an unbounded variable-length relationship is taken to have in an estimate. */
export const HOPS_WHEN_UNBOUNDED = 5;

/** The same for one MATCH: an average degree is a sample of the graph, and the same ones are asked for again and again. */
export function remembered(statistics: Statistics): Statistics {
  const degrees = new Map<string, number>();
  return {
    nodeCount: statistics.nodeCount,
    relationshipCount: statistics.relationshipCount,
    labelCount: (label) => statistics.labelCount(label),
    relationshipTypeCount: (type) => statistics.relationshipTypeCount(type),
    indexesOn: (entity, name) => statistics.indexesOn(entity, name),
    averageDegree: (types, direction, label) => {
      const key = JSON.stringify([types, direction, label]);
      const known = degrees.get(key) ?? statistics.averageDegree(types, direction, label);
      degrees.set(key, known);
      return known;
    },
  };
}
