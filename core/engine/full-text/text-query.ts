/** What a search in a full-text index asks for. Terms are as the index's analyzer makes them; fields are places among its properties. */
export type TextQuery =
  | ({ readonly type: 'term'; readonly term: string } & Scored)
  | ({ readonly type: 'prefix'; readonly prefix: string } & Scored)
  | ({ readonly type: 'fuzzy'; readonly term: string; readonly distance: number } & Scored)
  /** Terms one after the other; `slop` is how far they may be from their places, all in all. */
  | ({ readonly type: 'phrase'; readonly terms: readonly string[]; readonly slop: number } & Scored)
  | ({ readonly type: 'all' } & Scored)
  | { readonly type: 'boolean'; readonly clauses: readonly TextClause[]; readonly boost: number };

interface Scored {
  readonly fields: readonly number[];
  readonly boost: number;
}

/** `must`: all of these; `should`: one of these if none must, and they score anyway; `not`: none of these. */
export interface TextClause {
  readonly occurrence: 'must' | 'should' | 'not';
  readonly query: TextQuery;
}

/** Finds nothing. */
export const NO_TEXT: TextQuery = { type: 'boolean', clauses: [], boost: 1 };
