/** What a statement does, and so where it may run: decided from the tree alone, by the Worker and by the engine. */
import type { Clause, Statement } from './ast.ts';

export type StatementKind = 'read' | 'write' | 'schema' | 'system';

/**
 * `schema` statements change indexes and run on MAIN like writes; SHOW INDEXES only reads. `system`
 * statements concern databases and instances, not the graph. EXPLAIN does not change what is explained.
 */
export function classify(statement: Statement): StatementKind {
  const { body } = statement;
  switch (body.type) {
    case 'query':
      return body.parts.some((part) => part.clauses.some(isWriting)) ? 'write' : 'read';
    case 'showIndexes':
      return 'read';
    case 'createIndex':
    case 'dropIndex':
      return 'schema';
    default:
      return 'system';
  }
}

/** Whether a clause changes the graph. */
export function isWriting(clause: Clause): boolean {
  switch (clause.type) {
    case 'create':
    case 'merge':
    case 'set':
    case 'remove':
    case 'delete':
      return true;
    default:
      return false;
  }
}
