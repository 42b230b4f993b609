/** What RECOVER names: a snapshot, a transaction by its number or a bookmark, or a moment. */
import { GraphError } from '../error.ts';
import { epochMillisecondsOf } from '../value/temporal/accessors.ts';
import { makeDateTime, momentAt } from '../value/temporal/construction.ts';
import type { OptionValue, RecoveryTarget } from './ast.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

export class RecoveryTargetParser {
  readonly #cursor: TokenCursor;
  readonly #literal: () => OptionValue;

  /** `literal` reads a value: a string, a number, a map of them. */
  constructor(cursor: TokenCursor, literal: () => OptionValue) {
    this.#cursor = cursor;
    this.#literal = literal;
  }

  /** `'path' [FORCE]` */
  snapshot(): RecoveryTarget {
    const path = this.#value((value) => typeof value === 'string', 'the path of a snapshot');
    if (this.#atWord('FORCE')) this.#cursor.skip();
    return { type: 'snapshot', path };
  }

  /** `'bookmark'`, `TRANSACTION 42`, `datetime('2026-07-01T12:00Z')` */
  transaction(): RecoveryTarget {
    if (this.#cursor.word() === 'TRANSACTION') {
      this.#cursor.skip();
      return { type: 'transaction', lsn: this.#value((value) => typeof value === 'number', 'a number') };
    }
    if (this.#atWord('DATETIME') && this.#cursor.kind(1) === TOKEN.openParen) {
      return { type: 'moment', atMs: this.#moment() };
    }
    const what = 'a bookmark, TRANSACTION or datetime()';
    return { type: 'bookmark', bookmark: this.#value((value) => typeof value === 'string', what) };
  }

  #value<Kind extends OptionValue>(isKind: (value: OptionValue) => value is Kind, what: string): Kind {
    const at = this.#cursor.index;
    const value = this.#literal();
    if (isKind(value)) return value;
    throw this.#error(`This is not ${what}`, at);
  }

  /** In milliseconds since 1970, rounded down. What datetime() takes is taken, as far as it is written out. */
  #moment(): number {
    const cursor = this.#cursor;
    cursor.skip(2);
    const at = cursor.index;
    const value = this.#literal();
    cursor.expect(TOKEN.closeParen, '")"');
    try {
      return Number(epochMillisecondsOf(makeDateTime(value, momentAt(0))));
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      throw this.#error(`This is no datetime: ${error.message}`, at);
    }
  }

  #atWord(word: string): boolean {
    return this.#cursor.atName() && this.#cursor.source().toUpperCase() === word;
  }

  #error(message: string, index: number): GraphError {
    return this.#cursor.error(message, 'UnexpectedSyntax', undefined, { index });
  }
}
