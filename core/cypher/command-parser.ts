/** Commands on indexes, constraints and databases. They stand alone in a statement. */
import type { IndexSubject, OptionValue, SchemaCommand, SystemCommand } from './ast.ts';
import { compoundName } from './compound-name.ts';
import { ConstraintParser } from './constraint-parser.ts';
import { shown } from './error-text.ts';
import { integerValue, stringValue } from './literal-text.ts';
import { RecoveryTargetParser } from './recovery-target-parser.ts';
import { schemaEachKey, schemaKeys, schemaPlace } from './schema-place-parser.ts';
import { type Keyword, TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** First words of commands that Neo4j or Memgraph have and this version has not. */
const ABSENT_COMMANDS: ReadonlySet<string> = new Set([
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

/** Words before INDEX, and the kinds of index that they stand for. */
const KINDS: ReadonlyMap<string, IndexSubject['kind']> = new Map([
  ['RANGE', 'range'],
  ['POINT', 'point'],
  ['VECTOR', 'vector'],
  ['FULLTEXT', 'fulltext'],
]);

const NO_OPTIONS: ReadonlyMap<string, OptionValue> = new Map();

/** How deep lists and maps may nest in OPTIONS. */
const OPTION_DEPTH_MAX = 4;

/** Kinds of indexes that Neo4j or Memgraph have and this version has not. */
const ABSENT_INDEXES: ReadonlySet<string> = new Set(['TEXT', 'LOOKUP', 'GLOBAL', 'BTREE']);

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
    if (word === 'DROP' || word === 'SHOW' || word === 'ALTER' || this.#atRecover()) return true;
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
      case 'CREATE POINT':
      case 'CREATE VECTOR':
      case 'CREATE FULLTEXT':
        if (cursor.word(2) === 'INDEX') return this.#createIndex();
        throw cursor.expected(`INDEX after ${what}`, ['INDEX']);
      case 'CREATE TEXT':
      case 'DROP TEXT':
        return this.#memgraphTextIndex();
      case 'CREATE EDGE':
      case 'DROP EDGE':
        return this.#edgeIndex();
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
      case 'RECOVER SNAPSHOT':
      case 'RECOVER TO':
        return this.#recover();
      case 'ALTER DATABASE':
        return this.#alterDatabase();
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
    const kind = KINDS.get(cursor.source().toUpperCase()) ?? 'range';
    if (!cursor.takeWords('INDEX')) cursor.skip(2);
    if (cursor.word() === 'ON' && cursor.kind(1) === TOKEN.colon) return this.#createMemgraphIndex(start, 'node');
    const atIf = cursor.word() === 'IF' && cursor.word(1) !== 'FOR';
    const named = cursor.atName() && !atIf && !(cursor.word() === 'FOR' && !cursor.atName(1));
    const name = named ? cursor.name('the name of the index') : undefined;
    const ifNotExists = this.#ifNotExists();
    if (!cursor.takeWords('FOR')) throw cursor.expected('FOR', ['FOR', 'IF']);
    const place = schemaPlace(cursor, kind === 'fulltext');
    cursor.expectWord('ON');
    const { entity, label, moreLabels } = place;
    const keys = kind === 'fulltext' ? schemaEachKey(cursor, place) : schemaKeys(cursor, place);
    const subject = { kind, entity, label, ...(moreLabels.length > 0 && { moreLabels }), keys } as const;
    const options = cursor.takeWords('OPTIONS') ? this.#options(OPTION_DEPTH_MAX) : NO_OPTIONS;
    return { type: 'createIndex', name, ifNotExists, subject, options, span: cursor.spanFrom(start) };
  }

  /** At EDGE, after CREATE or DROP. */
  #edgeIndex(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    const isNew = cursor.source().toUpperCase() === 'CREATE';
    cursor.skip(2);
    cursor.expectWord('INDEX');
    if (isNew) return this.#createMemgraphIndex(start, 'relationship');
    const index = this.#memgraphIndex('relationship');
    return { type: 'dropIndex', index, ifExists: false, span: cursor.spanFrom(start) };
  }

  /**
   * At TEXT, after CREATE or DROP: `CREATE TEXT [EDGE] INDEX name ON :Label(key, other)`, `DROP TEXT INDEX name`. Neo4j's text indexes,
   * which have FOR, are of another kind.
   */
  #memgraphTextIndex(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    const isNew = cursor.source().toUpperCase() === 'CREATE';
    cursor.skip(2);
    const isEdge = isNew && cursor.source().toUpperCase() === 'EDGE';
    if (isEdge) cursor.skip();
    const entity = isEdge ? 'relationship' : 'node';
    cursor.expectWord('INDEX');
    const isNamed = cursor.atName() && cursor.kind(1) !== TOKEN.openParen && cursor.word() !== 'FOR';
    if (!isNamed) throw cursor.notSupported("Neo4j's TEXT INDEX");
    const name = cursor.name('the name of the index');
    if (!isNew) return { type: 'dropIndex', index: name, ifExists: this.#ifExists(), span: cursor.spanFrom(start) };
    if (cursor.word() === 'IF' || cursor.word() === 'FOR') throw cursor.notSupported("Neo4j's TEXT INDEX");
    const subject = { ...this.#memgraphIndex(entity), kind: 'fulltext' } as const;
    return {
      type: 'createIndex',
      name,
      ifNotExists: false,
      subject,
      options: NO_OPTIONS,
      span: cursor.spanFrom(start),
    };
  }

  /** Memgraph's form does nothing when the index is there. */
  #createMemgraphIndex(start: number, entity: IndexSubject['entity']): SchemaCommand {
    const subject = this.#memgraphIndex(entity);
    const span = this.#cursor.spanFrom(start);
    return { type: 'createIndex', name: undefined, ifNotExists: true, subject, options: NO_OPTIONS, span };
  }

  /** `ON :Label(key, other)` */
  #memgraphIndex(entity: IndexSubject['entity']): IndexSubject {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.expectWord('ON');
    cursor.expect(TOKEN.colon, '":"');
    const isNode = entity === 'node';
    const label = cursor.name(isNode ? 'a label' : 'a relationship type');
    if (!cursor.at(TOKEN.openParen)) {
      const message = isNode
        ? 'A label needs no index: nodes are always found by their labels'
        : 'An index on a relationship type needs a property';
      throw cursor.error(message, 'UnexpectedSyntax', 'ON :Name(key) is about a property.', { index: start });
    }
    const keys: string[] = [];
    do {
      cursor.skip();
      keys.push(cursor.name('a property key'));
      if (cursor.at(TOKEN.dot)) throw cursor.notSupported('An index on a nested property');
    } while (cursor.at(TOKEN.comma));
    cursor.expect(TOKEN.closeParen, '"," or ")"');
    return { kind: 'range', entity, label, keys };
  }

  #dropIndex(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const index =
      cursor.word() === 'ON' && cursor.kind(1) === TOKEN.colon
        ? this.#memgraphIndex('node')
        : cursor.name('the name of the index');
    return { type: 'dropIndex', index, ifExists: this.#ifExists(), span: cursor.spanFrom(start) };
  }

  #createDatabase(): SystemCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const name = compoundName(cursor, 'the name of a database');
    const ifNotExists = this.#ifNotExists();
    const options = cursor.takeWords('OPTIONS') ? this.#options(OPTION_DEPTH_MAX) : NO_OPTIONS;
    return { type: 'createDatabase', name, ifNotExists, options, span: cursor.spanFrom(start) };
  }

  #dropDatabase(): SystemCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const name = compoundName(cursor, 'the name of a database');
    return { type: 'dropDatabase', name, ifExists: this.#ifExists(), span: cursor.spanFrom(start) };
  }

  /** `ALTER DATABASE name [IF EXISTS] (SET OPTION key value)+`, or `(REMOVE OPTION key)+` */
  #alterDatabase(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const name = compoundName(cursor, 'the name of a database');
    const ifExists = this.#ifExists();
    const options = new Map<string, OptionValue | null>();
    const isRemoval = cursor.word() === 'REMOVE';
    do {
      cursor.expectWord(isRemoval ? 'REMOVE' : 'SET');
      if (!isRemoval && cursor.word() === 'ACCESS') throw cursor.notSupported('SET ACCESS');
      if (!isRemoval && cursor.word() === 'TOPOLOGY') throw cursor.notSupported('SET TOPOLOGY');
      cursor.expectWord('OPTION');
      const key = cursor.name('the name of an option');
      options.set(key, isRemoval ? null : this.#optionValue(OPTION_DEPTH_MAX));
    } while (cursor.word() === 'SET' || cursor.word() === 'REMOVE');
    return { type: 'alterDatabase', name, ifExists, options, span: cursor.spanFrom(start) };
  }

  #atRecover(): boolean {
    return this.#cursor.at(TOKEN.name) && this.#cursor.source().toUpperCase() === 'RECOVER';
  }

  /** `RECOVER SNAPSHOT 'path' [FORCE]`, `RECOVER TO 'bookmark'`, `RECOVER TO TRANSACTION 42`, `RECOVER TO datetime('2026-07-01T12:00Z')` */
  #recover(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    const isSnapshot = cursor.source(start + 1).toUpperCase() === 'SNAPSHOT';
    cursor.skip(2);
    const values = new RecoveryTargetParser(cursor, () => this.#optionValue(1));
    const target = isSnapshot ? values.snapshot() : values.transaction();
    return { type: 'recover', target, span: cursor.spanFrom(start) };
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
  #options(depth: number): ReadonlyMap<string, OptionValue> {
    const cursor = this.#cursor;
    const options = new Map<string, OptionValue>();
    cursor.expect(TOKEN.openBrace, '"{"');
    if (cursor.take(TOKEN.closeBrace)) return options;
    do {
      const key = cursor.name('the name of an option');
      cursor.expect(TOKEN.colon, '":"');
      options.set(key, this.#optionValue(depth));
    } while (cursor.take(TOKEN.comma));
    cursor.expect(TOKEN.closeBrace, '"," or "}"');
    return options;
  }

  #optionValue(depth: number): OptionValue {
    const cursor = this.#cursor;
    if (cursor.takeWords('TRUE')) return true;
    if (cursor.takeWords('FALSE')) return false;
    if (cursor.at(TOKEN.openBracket) && depth > 0) return this.#optionList(depth - 1);
    if (cursor.at(TOKEN.openBrace) && depth > 0) return this.#options(depth - 1);
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
    throw cursor.expected('a string, a number, true, false, a list or a map');
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
