/** What a statement does, and so where it may run: decided from the tree alone, by the Worker and by the engine. */
import type { Clause, Query, Statement } from './ast.ts';
import { NO_PROCEDURES, type ProcedureSignatures } from './procedure-signature.ts';
import { isSystemTable } from './show-signature.ts';
import { isOfStorage } from './storage-signature.ts';
import { isOfTransactions } from './transaction-signature.ts';

export type StatementKind = 'read' | 'write' | 'schema' | 'system';

/**
 * A call of a procedure that is not known reads. `schema` statements change indexes, constraints and options and run on MAIN like writes. `system`
 * statements concern databases and instances, not the graph. EXPLAIN does not change what is explained.
 */
export function classify(statement: Statement, procedures: ProcedureSignatures = NO_PROCEDURES): StatementKind {
  const { body } = statement;
  switch (body.type) {
    case 'query':
      if (systemTableOf(body) !== undefined) return 'system';
      return writes(body, procedures) ? 'write' : 'read';
    case 'recover':
      return 'write';
    case 'createIndex':
    case 'dropIndex':
    case 'createConstraint':
    case 'dropConstraint':
    case 'alterDatabase':
      return 'schema';
    default:
      return 'system';
  }
}

/** What is shown of databases and instances: SHOW is a statement's first clause, or none of it. */
export function systemTableOf(query: Query): string | undefined {
  const name = firstCall(query);
  return name !== undefined && isSystemTable(name) ? name : undefined;
}

/** Whether a query is a command about what one instance has, its storage or its open transactions, which stands first too. */
export function isAboutInstance(query: Query): boolean {
  const name = firstCall(query);
  return name !== undefined && (isOfStorage(name) || isOfTransactions(name));
}

function firstCall({ parts }: Query): string | undefined {
  const first = parts[0]?.clauses[0];
  return first?.type === 'call' ? first.name : undefined;
}

function writes(query: Query, procedures: ProcedureSignatures): boolean {
  return query.parts.some(({ clauses }) =>
    clauses.some((clause) => {
      if (clause.type === 'subquery') return writes(clause.query, procedures);
      return clause.type === 'call' ? procedures.find(clause.name)?.mode === 'write' : isWriting(clause);
    }),
  );
}

/** Whether a clause changes the graph; what a procedure does is not known here. */
export function isWriting(clause: Clause): boolean {
  switch (clause.type) {
    case 'create':
    case 'merge':
    case 'set':
    case 'remove':
    case 'delete':
    case 'foreach':
      return true;
    case 'subquery':
      return clause.query.parts.some((part) => part.clauses.some(isWriting));
    default:
      return false;
  }
}
