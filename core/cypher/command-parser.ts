/** Commands on indexes, constraints and databases. They stand alone in a statement. */
import type { OptionValue, SchemaCommand, SystemCommand } from './ast.ts';
import { compoundName } from './compound-name.ts';
import { ConstraintParser } from './constraint-parser.ts';
import { shown } from './error-text.ts';
import { integerValue, stringValue } from './literal-text.ts';
import { type Keyword, TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** First words of commands that Neo4j or Memgraph have and this version has not. */
const ABSENT_COMMANDS: ReadonlySet<string> = new Set([
  'ALTER',
  'ANALYZE',
  'BEGIN',
  'COMMIT',
  'DEALLOCATE',
  'DEMOTE',
  'DENY',
  'DRYRUN',
  'ENABLE',
  'FORCE',
  'FREE',
  'GRANT',
  'RECOVER',
  'REGISTER',
  'RENAME',
  'REVOKE',
  'ROLLBACK',
  'START',
  'STOP',
  'STORAGE',
  'SWITCHOVER',
  'TERMINATE',
  'UNREGISTER',
]);

/** How deep lists may nest in OPTIONS. */
const OPTION_DEPTH_MAX = 4;

/** Kinds of indexes that Neo4j or Memgraph have and this version has not. */
const ABSENT_INDEXES: ReadonlySet<string> = new Set([
  'TEXT',
  'POINT',
  'LOOKUP',
  'FULLTEXT',
  'VECTOR',
  'EDGE',
  'GLOBAL',
  'BTREE',
]);

export class CommandParser {
  readonly #cursor: TokenCursor;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  /** Whether a command starts here. `CREATE (` and `CREATE p = (` are clauses. */
  starts(): boolean {
    const cursor = this.#cursor;
    const word = cursor.word();
    if (word === 'CREATE') {
      const named =
        cursor.kind(1) === TOKEN.name && cursor.kind(2) !== TOKEN.equal && cursor.kind(2) !== TOKEN.openParen;
      return named && cursor.word(1) !== 'UNIQUE';
    }
    if (word === 'DROP' || word === 'SHOW') return true;
    return cursor.at(TOKEN.name) && ABSENT_COMMANDS.has(cursor.source().toUpperCase());
  }

  command(): SchemaCommand | SystemCommand {
    const cursor = this.#cursor;
    cursor.documentation = 'commands';
    const what = `${cursor.source()} ${cursor.atName(1) ? cursor.source(cursor.index + 1) : ''}`.trim().toUpperCase();
    switch (what) {
      case 'CREATE INDEX':
        return this.#createIndex();
      case 'CREATE RANGE':
        if (cursor.word(2) === 'INDEX') return this.#createIndex();
        throw cursor.expected('INDEX after CREATE RANGE', ['INDEX']);
      case 'CREATE CONSTRAINT':
        return new ConstraintParser(cursor).create();
      case 'DROP CONSTRAINT':
        return new ConstraintParser(cursor).drop();
      case 'DROP INDEX':
        return this.#dropIndex();
      case 'CREATE DATABASE':
        return this.#createDatabase();
      case 'DROP DATABASE':
        return this.#dropDatabase();
      case 'CREATE':
      case 'DROP':
      case 'SHOW':
        cursor.skip();
        throw cursor.expected('INDEX or DATABASE', ['INDEX', 'INDEXES', 'DATABASE', 'DATABASES', 'INSTANCES']);
      default:
        if (ABSENT_INDEXES.has(cursor.source(cursor.index + 1).toUpperCase())) {
          throw cursor.notSupported(`${shown(what)} INDEX`);
        }
        throw cursor.notSupported(`The command ${shown(what)}`);
    }
  }

  #createIndex(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip();
    if (!cursor.takeWords('INDEX')) cursor.skip(2);
    if (cursor.word() === 'ON' && cursor.kind(1) === TOKEN.colon) {
      // Memgraph's form, which does nothing when the index is there.
      const on = this.#memgraphIndex('CREATE INDEX ON :Label');
      return { type: 'createIndex', name: undefined, ifNotExists: true, ...on, span: cursor.spanFrom(start) };
    }
    const atIf = cursor.word() === 'IF' && cursor.word(1) !== 'FOR';
    const named = cursor.atName() && !atIf && !(cursor.word() === 'FOR' && !cursor.atName(1));
    const name = named ? cursor.name('the name of the index') : undefined;
    const ifNotExists = this.#ifNotExists();
    if (!cursor.takeWords('FOR')) throw cursor.expected('FOR', ['FOR', 'IF']);
    const { variable, label } = this.#indexedNode();
    cursor.expectWord('ON');
    const key = this.#indexedKey(variable);
    if (cursor.word() === 'OPTIONS') throw cursor.notSupported('OPTIONS of an index');
    return { type: 'createIndex', name, ifNotExists, label, key, span: cursor.spanFrom(start) };
  }

  /** `ON :Label(key)` */
  #memgraphIndex(what: string): { label: string; key: string } {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const label = cursor.name('a label');
    if (!cursor.at(TOKEN.openParen)) {
      const message = 'A label needs no index: nodes are always found by their labels';
      throw cursor.error(message, 'UnexpectedSyntax', `${what}(key) is about a property.`, { index: start });
    }
    cursor.skip();
    const key = cursor.name('a property key');
    if (cursor.at(TOKEN.comma)) throw cursor.notSupported('An index on several properties');
    if (cursor.at(TOKEN.dot)) throw cursor.notSupported('An index on a nested property');
    cursor.expect(TOKEN.closeParen, '")"');
    return { label, key };
  }

  /** `(n:Label)` */
  #indexedNode(): { variable: string; label: string } {
    const cursor = this.#cursor;
    cursor.expect(TOKEN.openParen, '"("');
    if (cursor.at(TOKEN.closeParen)) throw cursor.notSupported('An index on relationships');
    const variable = cursor.variable();
    cursor.expect(TOKEN.colon, '":"');
    const label = cursor.name('a label');
    if (cursor.at(TOKEN.bar)) throw cursor.notSupported('An index on several labels');
    cursor.expect(TOKEN.closeParen, '")"');
    return { variable, label };
  }

  /** `(n.key)`, `n.key` */
  #indexedKey(variable: string): string {
    const cursor = this.#cursor;
    if (cursor.source().toUpperCase() === 'EACH') throw cursor.notSupported('A full-text index');
    const inBrackets = cursor.take(TOKEN.openParen);
    const at = cursor.index;
    const subject = cursor.variable();
    if (subject !== variable) {
      throw cursor.error(`The variable ${shown(subject)} is not defined`, 'UndefinedVariable', undefined, {
        index: at,
      });
    }
    cursor.expect(TOKEN.dot, '"."');
    const key = cursor.name('a property key');
    if (cursor.at(TOKEN.comma)) throw cursor.notSupported('An index on several properties');
    if (inBrackets) cursor.expect(TOKEN.closeParen, '")"');
    return key;
  }

  #dropIndex(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const index =
      cursor.word() === 'ON' && cursor.kind(1) === TOKEN.colon
        ? this.#memgraphIndex('DROP INDEX ON :Label')
        : cursor.name('the name of the index');
    return { type: 'dropIndex', index, ifExists: this.#ifExists(), span: cursor.spanFrom(start) };
  }

  #createDatabase(): SystemCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const name = compoundName(cursor, 'the name of a database');
    const ifNotExists = this.#ifNotExists();
    const options = cursor.takeWords('OPTIONS') ? this.#options() : new Map<string, OptionValue>();
    return { type: 'createDatabase', name, ifNotExists, options, span: cursor.spanFrom(start) };
  }

  #dropDatabase(): SystemCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const name = compoundName(cursor, 'the name of a database');
    return { type: 'dropDatabase', name, ifExists: this.#ifExists(), span: cursor.spanFrom(start) };
  }

  #ifNotExists(): boolean {
    return this.#cursor.word() === 'IF' ? this.#words('IF', 'NOT', 'EXISTS') : false;
  }

  #ifExists(): boolean {
    return this.#cursor.word() === 'IF' ? this.#words('IF', 'EXISTS') : false;
  }

  #words(...words: readonly Keyword[]): true {
    for (const word of words) this.#cursor.expectWord(word);
    return true;
  }

  /** `{regions: ['weur', 'enam'], mode: 'SYNC'}` */
  #options(): ReadonlyMap<string, OptionValue> {
    const cursor = this.#cursor;
    const options = new Map<string, OptionValue>();
    cursor.expect(TOKEN.openBrace, '"{"');
    if (cursor.take(TOKEN.closeBrace)) return options;
    do {
      const key = cursor.name('the name of an option');
      cursor.expect(TOKEN.colon, '":"');
      options.set(key, this.#optionValue(OPTION_DEPTH_MAX));
    } while (cursor.take(TOKEN.comma));
    cursor.expect(TOKEN.closeBrace, '"," or "}"');
    return options;
  }

  #optionValue(depth: number): OptionValue {
    const cursor = this.#cursor;
    if (cursor.takeWords('TRUE')) return true;
    if (cursor.takeWords('FALSE')) return false;
    if (cursor.at(TOKEN.openBracket) && depth > 0) return this.#optionList(depth - 1);
    const source = cursor.source();
    if (cursor.take(TOKEN.string)) {
      const value = stringValue(source);
      if (typeof value === 'string') return value;
      throw cursor.error(value.message, value.detail, undefined, { index: cursor.index - 1, offset: value.offset });
    }
    if (cursor.at(TOKEN.integer)) {
      const value = integerValue(source);
      if (value === undefined || value > BigInt(Number.MAX_SAFE_INTEGER)) {
        throw cursor.error('This integer is too large for an option', 'IntegerOverflow');
      }
      cursor.skip();
      return Number(value);
    }
    throw cursor.expected('a string, a number, true, false or a list');
  }

  #optionList(depth: number): OptionValue {
    const cursor = this.#cursor;
    const items: OptionValue[] = [];
    cursor.skip();
    if (cursor.take(TOKEN.closeBracket)) return items;
    do items.push(this.#optionValue(depth));
    while (cursor.take(TOKEN.comma));
    cursor.expect(TOKEN.closeBracket, '"," or "]"');
    return items;
  }
}
