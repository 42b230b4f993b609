/** CALL: of a procedure, and of a subquery in braces. */
import type {
  CallClause,
  Expression,
  ImportedVariable,
  InTransactions,
  Query,
  SubqueryClause,
  YieldItem,
} from './ast.ts';
import type { ExpressionReader } from './expression-reader.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

export class CallParser {
  readonly #cursor: TokenCursor;
  readonly #expressions: ExpressionReader;
  readonly #query: () => Query;

  /** `query` reads a whole query, with its UNIONs, and stops at what is none of its clauses. */
  constructor(cursor: TokenCursor, expressions: ExpressionReader, query: () => Query) {
    this.#cursor = cursor;
    this.#expressions = expressions;
    this.#query = query;
  }

  /** At CALL, or at the OPTIONAL before it. */
  call(): CallClause | SubqueryClause {
    const cursor = this.#cursor;
    const start = cursor.index;
    const optional = cursor.takeWords('OPTIONAL');
    cursor.expectWord('CALL');
    const isSubquery = cursor.at(TOKEN.openBrace) || cursor.at(TOKEN.openParen);
    return isSubquery ? this.#subquery(start, optional) : this.#procedure(start, optional);
  }

  #procedure(start: number, optional: boolean): CallClause {
    const cursor = this.#cursor;
    const name = this.#procedureName();
    const given = cursor.at(TOKEN.openParen) ? this.#arguments() : undefined;
    const yielded = cursor.takeWords('YIELD') ? this.yieldItems() : undefined;
    const where = Array.isArray(yielded) && cursor.takeWords('WHERE') ? this.#expressions.expression() : undefined;
    return { type: 'call', optional, name, arguments: given, yield: yielded, where, span: cursor.spanFrom(start) };
  }

  #procedureName(): string {
    const cursor = this.#cursor;
    let name = cursor.name('the name of a procedure, or "{"');
    while (cursor.take(TOKEN.dot)) name += `.${cursor.name('the rest of the name')}`;
    // Such names stand for commands; see show-signature.ts.
    if (name.includes(' ')) throw cursor.error('The name of a procedure has no blanks', 'UnexpectedSyntax');
    return name;
  }

  #arguments(): Expression[] {
    const cursor = this.#cursor;
    const given: Expression[] = [];
    cursor.skip();
    if (cursor.take(TOKEN.closeParen)) return given;
    do given.push(this.#expressions.expression());
    while (cursor.take(TOKEN.comma));
    cursor.expect(TOKEN.closeParen, '"," or ")"');
    return given;
  }

  /** What stands after YIELD: `*`, or columns with their new names. */
  yieldItems(): '*' | YieldItem[] {
    const cursor = this.#cursor;
    if (cursor.take(TOKEN.star)) return '*';
    const items = [this.#yieldItem()];
    while (cursor.take(TOKEN.comma)) items.push(this.#yieldItem());
    return items;
  }

  #yieldItem(): YieldItem {
    const cursor = this.#cursor;
    const start = cursor.index;
    const column = cursor.name('the name of a column');
    const variable = cursor.takeWords('AS') ? cursor.variable() : column;
    return { column, variable, span: cursor.spanFrom(start) };
  }

  #subquery(start: number, optional: boolean): SubqueryClause {
    const cursor = this.#cursor;
    const imports = cursor.at(TOKEN.openParen) ? this.#imports() : undefined;
    cursor.expect(TOKEN.openBrace, '"{"');
    const query = cursor.nested(this.#query);
    cursor.expect(TOKEN.closeBrace, 'a clause or "}"');
    const inTransactions = cursor.word() === 'IN' ? this.#inTransactions() : undefined;
    return { type: 'subquery', optional, imports, query, inTransactions, span: cursor.spanFrom(start) };
  }

  /** `(x, y)`, `(*)` or `()` */
  #imports(): '*' | ImportedVariable[] {
    const cursor = this.#cursor;
    const imports: ImportedVariable[] = [];
    cursor.skip();
    if (cursor.take(TOKEN.closeParen)) return imports;
    if (cursor.take(TOKEN.star)) {
      cursor.expect(TOKEN.closeParen, '")"');
      return '*';
    }
    do imports.push(this.#variable());
    while (cursor.take(TOKEN.comma));
    cursor.expect(TOKEN.closeParen, '"," or ")"');
    return imports;
  }

  #variable(): ImportedVariable {
    const start = this.#cursor.index;
    return { name: this.#cursor.variable(), span: this.#cursor.spanFrom(start) };
  }

  /** `IN TRANSACTIONS [OF n ROWS] [ON ERROR CONTINUE|BREAK|FAIL] [REPORT STATUS AS s]`, in any order but each once. */
  #inTransactions(): InTransactions {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    if (cursor.word() === 'TRANSACTION') throw cursor.expected('TRANSACTIONS', ['TRANSACTIONS']);
    const concurrent = cursor.word() === 'TRANSACTIONS' ? undefined : this.#concurrent();
    cursor.expectWord('TRANSACTIONS');
    let rows: Expression | undefined;
    let onError: InTransactions['onError'] | undefined;
    let status: ImportedVariable | undefined;
    for (;;) {
      if (rows === undefined && cursor.takeWords('OF')) {
        rows = this.#expressions.expression();
        if (!cursor.takeWords('ROWS') && !cursor.takeWords('ROW')) throw cursor.expected('ROWS', ['ROWS', 'ROW']);
      } else if (onError === undefined && cursor.takeWords('ON')) onError = this.#onError();
      else if (status === undefined && cursor.takeWords('REPORT')) {
        cursor.expectWord('STATUS');
        cursor.expectWord('AS');
        status = this.#variable();
      } else break;
    }
    const found = { rows, onError: onError ?? 'fail', status, span: cursor.spanFrom(start) };
    return concurrent ? { ...found, concurrent } : found;
  }

  /** `CONCURRENT` or `3 CONCURRENT` */
  #concurrent(): InTransactions['concurrent'] {
    const cursor = this.#cursor;
    const count = cursor.word() === 'CONCURRENT' ? undefined : this.#expressions.expression();
    cursor.expectWord('CONCURRENT');
    return { count };
  }

  #onError(): InTransactions['onError'] {
    const cursor = this.#cursor;
    cursor.expectWord('ERROR');
    if (cursor.takeWords('CONTINUE')) return 'continue';
    if (cursor.takeWords('BREAK')) return 'break';
    if (cursor.takeWords('FAIL')) return 'fail';
    throw cursor.expected('CONTINUE, BREAK or FAIL', ['CONTINUE', 'BREAK', 'FAIL']);
  }
}
