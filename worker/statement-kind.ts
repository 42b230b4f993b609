/** What a statement is, as far as the Worker has to know to send it to the right place. */
import type { Statement, SystemCommand } from '../core/cypher/ast.ts';
import { classify, isAboutInstance, systemTableOf } from '../core/cypher/classify.ts';
import { parse } from '../core/cypher/parser.ts';

export type StatementKind =
  | { readonly type: 'read' }
  | { readonly type: 'write' }
  /** Changes options of a database, wherever it is asked. */
  | { readonly type: 'alter'; readonly database: string; readonly ifExists: boolean }
  /** Is about what one instance has, its storage or its open transactions: MAIN, unless the client names another. */
  | { readonly type: 'storage' }
  /** A query over what the coordinators know: the name of the table, such as `SHOW DATABASES`. */
  | { readonly type: 'show'; readonly table: string }
  | { readonly type: 'system'; readonly command: SystemCommand };

/** Texts whose kind is kept; a client repeats few. */
const KINDS_MAX = 500;
/** A longer text is not kept: its like is hardly sent twice. */
const KEPT_LENGTH_MAX = 4_096;

export class StatementKinds {
  readonly #kinds = new Map<string, StatementKind>();

  /** The kind of the text. Throws its syntax error, with the position. */
  of(text: string): StatementKind {
    const known = this.#kinds.get(text);
    if (known) return known;
    const kind = kindOf(parse(text));
    if (text.length <= KEPT_LENGTH_MAX) {
      if (this.#kinds.size >= KINDS_MAX) this.#kinds.clear();
      this.#kinds.set(text, kind);
    }
    return kind;
  }
}

function kindOf(statement: Statement): StatementKind {
  const { body } = statement;
  switch (body.type) {
    case 'query': {
      const table = systemTableOf(body);
      if (table !== undefined) return { type: 'show', table };
      return isAboutInstance(body) ? { type: 'storage' } : readOrWrite(statement);
    }
    case 'recover':
    case 'createIndex':
    case 'dropIndex':
    case 'createConstraint':
    case 'dropConstraint':
      return readOrWrite(statement);
    case 'alterDatabase':
      return statement.explain
        ? { type: 'read' }
        : { type: 'alter', database: body.name.toLowerCase(), ifExists: body.ifExists };
    default:
      return { type: 'system', command: body };
  }
}

/** EXPLAIN only plans, which any instance can. */
function readOrWrite(statement: Statement): StatementKind {
  return { type: classify(statement) === 'read' || statement.explain ? 'read' : 'write' };
}
