/** What a statement is, as far as the Worker has to know to send it to the right place. */
import type { Statement, SystemCommand } from '../core/cypher/ast.ts';
import { classify } from '../core/cypher/classify.ts';
import { parse } from '../core/cypher/parser.ts';

export type StatementKind =
  /** `ofStorage`: about the storage of one instance, which is MAIN unless the client names another. */
  | { readonly type: 'read'; readonly ofStorage?: boolean }
  | { readonly type: 'write' }
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
  const { body, explain } = statement;
  switch (body.type) {
    case 'query':
    case 'createIndex':
    case 'dropIndex':
    case 'createConstraint':
    case 'dropConstraint':
      // EXPLAIN only plans, which any instance can.
      return { type: classify(statement) === 'read' || explain ? 'read' : 'write' };
    default:
      return { type: 'system', command: body };
  }
}
