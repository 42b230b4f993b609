/** Types of values, as `IS ::` names them: `INTEGER NOT NULL`, `LIST<STRING | FLOAT>`. Source: Neo4j 5, with GQL's synonyms. */
import type { ValueType, ValueTypeAlternative } from './ast.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** Names with the words that say them, the longer ones first where one starts another. */
const NAMES: readonly (readonly [words: readonly string[], name: string])[] = (
  [
    ['NOTHING', 'NOTHING'],
    ['NULL', 'NULL'],
    ['BOOLEAN', 'BOOLEAN'],
    ['BOOL', 'BOOLEAN'],
    ['STRING', 'STRING'],
    ['VARCHAR', 'STRING'],
    ['INTEGER', 'INTEGER'],
    ['INT', 'INTEGER'],
    ['SIGNED INTEGER', 'INTEGER'],
    ['FLOAT', 'FLOAT'],
    ['DATE', 'DATE'],
    ['LOCAL TIME', 'LOCAL TIME'],
    ['TIME WITHOUT TIME ZONE', 'LOCAL TIME'],
    ['TIME WITHOUT TIMEZONE', 'LOCAL TIME'],
    ['ZONED TIME', 'ZONED TIME'],
    ['TIME WITH TIME ZONE', 'ZONED TIME'],
    ['TIME WITH TIMEZONE', 'ZONED TIME'],
    ['LOCAL DATETIME', 'LOCAL DATETIME'],
    ['TIMESTAMP WITHOUT TIME ZONE', 'LOCAL DATETIME'],
    ['TIMESTAMP WITHOUT TIMEZONE', 'LOCAL DATETIME'],
    ['ZONED DATETIME', 'ZONED DATETIME'],
    ['TIMESTAMP WITH TIME ZONE', 'ZONED DATETIME'],
    ['TIMESTAMP WITH TIMEZONE', 'ZONED DATETIME'],
    ['DURATION', 'DURATION'],
    ['POINT', 'POINT'],
    ['NODE', 'NODE'],
    ['ANY NODE', 'NODE'],
    ['VERTEX', 'NODE'],
    ['ANY VERTEX', 'NODE'],
    ['RELATIONSHIP', 'RELATIONSHIP'],
    ['ANY RELATIONSHIP', 'RELATIONSHIP'],
    ['EDGE', 'RELATIONSHIP'],
    ['ANY EDGE', 'RELATIONSHIP'],
    ['MAP', 'MAP'],
    ['ANY MAP', 'MAP'],
    ['PATH', 'PATH'],
    ['PATHS', 'PATH'],
    ['LIST', 'LIST'],
    ['ARRAY', 'LIST'],
    ['PROPERTY VALUE', 'PROPERTY VALUE'],
    ['ANY PROPERTY VALUE', 'PROPERTY VALUE'],
    ['ANY VALUE', 'ANY'],
    ['ANY', 'ANY'],
  ] as const
)
  .map(([words, name]) => [words.split(' '), name] as const)
  .sort(([left], [right]) => right.length - left.length);

/** What makes a list of the type before it: `INTEGER LIST`. */
const LIST_SUFFIXES: ReadonlySet<string> = new Set(['ARRAY', 'LIST']);

export class ValueTypeParser {
  readonly #cursor: TokenCursor;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  /** A type, or several with "|" between them unless a "|" ends the expression around. */
  valueType(barEnds: boolean): ValueType {
    const alternatives = [...this.#alternative()];
    while (!barEnds && this.#cursor.take(TOKEN.bar)) alternatives.push(...this.#alternative());
    return alternatives;
  }

  #alternative(): ValueType {
    const cursor = this.#cursor;
    const name = this.#name();
    let type: ValueType;
    if (name === 'LIST') {
      cursor.expect(TOKEN.less, '"<" and the type of the elements');
      type = this.#nullability({ name, element: this.#inner(), nullable: true });
    } else if (name === 'ANY' && cursor.take(TOKEN.less)) type = this.#inner();
    else type = this.#nullability({ name, element: undefined, nullable: name !== 'NOTHING' });
    while (cursor.at(TOKEN.name) && LIST_SUFFIXES.has(cursor.source().toUpperCase())) {
      cursor.skip();
      type = this.#nullability({ name: 'LIST', element: type, nullable: true });
    }
    return type;
  }

  /** What stands between "<" and ">". */
  #inner(): ValueType {
    const type = this.#cursor.nested(() => this.valueType(false));
    this.#cursor.expect(TOKEN.greater, '">"');
    return type;
  }

  #nullability(type: ValueTypeAlternative): ValueType {
    const cursor = this.#cursor;
    const notNull = cursor.take(TOKEN.exclamation) || cursor.takeWords('NOT', 'NULL');
    return [notNull ? { ...type, nullable: false } : type];
  }

  #name(): string {
    const cursor = this.#cursor;
    for (const [words, name] of NAMES) {
      const fits = words.every((word, ahead) => {
        return cursor.kind(ahead) === TOKEN.name && cursor.source(cursor.index + ahead).toUpperCase() === word;
      });
      if (!fits) continue;
      cursor.skip(words.length);
      return name;
    }
    throw cursor.expected('a type, such as INTEGER or LIST<STRING>');
  }
}
