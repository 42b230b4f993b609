/** CREATE CONSTRAINT and DROP CONSTRAINT, in Neo4j's form (FOR … REQUIRE) and in its older one, which is Memgraph's (ON … ASSERT). */
import type { ConstraintSubject, SchemaCommand, ValueType } from './ast.ts';
import { shown } from './error-text.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';
import { ValueTypeParser } from './value-type-parser.ts';

/** Types that a property can have. */
const PROPERTY_TYPES: ReadonlySet<string> = new Set([
  'BOOLEAN',
  'STRING',
  'INTEGER',
  'FLOAT',
  'DATE',
  'LOCAL TIME',
  'ZONED TIME',
  'LOCAL DATETIME',
  'ZONED DATETIME',
  'DURATION',
  'POINT',
]);

/** What a constraint is about: `(n:Label)` or `()-[r:TYPE]-()`. */
interface Place extends Pick<ConstraintSubject, 'entity' | 'label'> {
  readonly variable: string;
}

export class ConstraintParser {
  readonly #cursor: TokenCursor;

  constructor(cursor: TokenCursor) {
    this.#cursor = cursor;
  }

  /** At CREATE. */
  create(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const named = cursor.atName() && !this.#atPlace() && !cursor.atWords('IF', 'NOT');
    const name = named ? cursor.name('the name of the constraint') : undefined;
    const ifNotExists = cursor.takeWords('IF', 'NOT', 'EXISTS');
    const subject = this.#subject();
    if (cursor.word() === 'OPTIONS') throw cursor.notSupported('OPTIONS of a constraint');
    return { type: 'createConstraint', name, ifNotExists, subject, span: cursor.spanFrom(start) };
  }

  /** At DROP. */
  drop(): SchemaCommand {
    const cursor = this.#cursor;
    const start = cursor.index;
    cursor.skip(2);
    const constraint = this.#atPlace() ? this.#subject() : cursor.name('the name of the constraint');
    const ifExists = cursor.takeWords('IF', 'EXISTS');
    return { type: 'dropConstraint', constraint, ifExists, span: cursor.spanFrom(start) };
  }

  /** Whether `FOR (` or `ON (` comes. */
  #atPlace(): boolean {
    const word = this.#cursor.word();
    return (word === 'FOR' || word === 'ON') && this.#cursor.kind(1) === TOKEN.openParen;
  }

  #subject(): ConstraintSubject {
    const cursor = this.#cursor;
    const isOld = cursor.takeWords('ON');
    if (!isOld && !cursor.takeWords('FOR')) throw cursor.expected('FOR', ['FOR', 'IF']);
    const place = this.#place();
    cursor.expectWord(isOld ? 'ASSERT' : 'REQUIRE');
    if (isOld && cursor.takeWords('EXISTS')) {
      return { ...place, kind: 'exists', key: this.#key(place), types: [] };
    }
    const key = this.#key(place);
    if (isOld || !cursor.at(TOKEN.doubleColon)) cursor.expectWord('IS');
    return { ...place, key, ...this.#requirement(place) };
  }

  #place(): Place {
    const cursor = this.#cursor;
    cursor.expect(TOKEN.openParen, '"("');
    const isRelationship = cursor.take(TOKEN.closeParen);
    if (isRelationship) {
      cursor.take(TOKEN.less);
      cursor.expect(TOKEN.minus, '"-"');
      cursor.expect(TOKEN.openBracket, '"["');
    }
    const variable = cursor.variable();
    cursor.expect(TOKEN.colon, '":"');
    const label = cursor.name(isRelationship ? 'a relationship type' : 'a label');
    cursor.expect(isRelationship ? TOKEN.closeBracket : TOKEN.closeParen, isRelationship ? '"]"' : '")"');
    if (!isRelationship) return { entity: 'node', label, variable };
    cursor.expect(TOKEN.minus, '"-"');
    cursor.take(TOKEN.greater);
    cursor.expect(TOKEN.openParen, '"("');
    cursor.expect(TOKEN.closeParen, '")"');
    return { entity: 'relationship', label, variable };
  }

  /** `n.key`, `(n.key)` */
  #key({ variable }: Place): string {
    const cursor = this.#cursor;
    const inBrackets = cursor.take(TOKEN.openParen);
    const at = cursor.index;
    const subject = cursor.variable();
    if (subject !== variable) {
      const message = `The variable ${shown(subject)} is not defined`;
      throw cursor.error(message, 'UndefinedVariable', undefined, { index: at });
    }
    cursor.expect(TOKEN.dot, '"."');
    const key = cursor.name('a property key');
    if (cursor.at(TOKEN.comma)) throw cursor.notSupported('A constraint on several properties');
    if (inBrackets) cursor.expect(TOKEN.closeParen, '")"');
    return key;
  }

  /** What stands after IS. */
  #requirement({ entity }: Place): Pick<ConstraintSubject, 'kind' | 'types'> {
    const cursor = this.#cursor;
    const start = cursor.index;
    if (cursor.takeWords('NOT', 'NULL')) return { kind: 'exists', types: [] };
    if (cursor.take(TOKEN.doubleColon) || cursor.takeWords('TYPED')) return { kind: 'type', types: this.#types() };
    if (!cursor.takeWords(entity === 'node' ? 'NODE' : 'RELATIONSHIP') && entity === 'relationship') {
      cursor.takeWords('REL');
    }
    const kind = cursor.takeWords('UNIQUE') ? 'unique' : cursor.takeWords('KEY') ? 'key' : undefined;
    if (kind === undefined) throw cursor.expected('UNIQUE, KEY, NOT NULL or ::', ['UNIQUE', 'KEY', 'NOT', 'TYPED']);
    if (entity === 'relationship') {
      throw cursor.notSupported('A constraint that needs an index on relationships', start);
    }
    return { kind, types: [] };
  }

  #types(): string[] {
    const cursor = this.#cursor;
    const start = cursor.index;
    const type = new ValueTypeParser(cursor).valueType(false);
    return [...new Set(this.#names(type, start))];
  }

  #names(type: ValueType, start: number): string[] {
    return type.flatMap(({ name, element }) => {
      if (name === 'LIST' && element) return this.#names(element, start).map((inner) => `LIST<${inner}>`);
      if (PROPERTY_TYPES.has(name)) return [name];
      const message = `A property cannot be of type ${shown(name)}`;
      throw this.#cursor.error(message, 'InvalidArgumentType', undefined, { index: start });
    });
  }
}
