/** CREATE CONSTRAINT and DROP CONSTRAINT, in Neo4j's form (FOR … REQUIRE) and in its older one, which is Memgraph's (ON … ASSERT). */
import type { ConstraintSubject, SchemaCommand, ValueType } from './ast.ts';
import { shown } from './error-text.ts';
import { type SchemaPlace, schemaKeys, schemaPlace } from './schema-place-parser.ts';
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
    const place = schemaPlace(cursor);
    const { entity, label } = place;
    cursor.expectWord(isOld ? 'ASSERT' : 'REQUIRE');
    const keysAt = cursor.index;
    const saysExists = isOld && cursor.takeWords('EXISTS');
    const keys = this.#keys(place, isOld);
    if (!saysExists && (isOld || !cursor.at(TOKEN.doubleColon))) cursor.expectWord('IS');
    const requirement = saysExists ? ({ kind: 'exists', types: [] } as const) : this.#requirement(place);
    if (keys.length > 1 && (requirement.kind === 'exists' || requirement.kind === 'type')) {
      const message = 'A constraint on the existence or the type of a property is on one property';
      throw cursor.error(message, 'UnexpectedSyntax', undefined, { index: keysAt });
    }
    return { entity, label, keys, ...requirement };
  }

  /** `n.key`, `(n.key, n.other)`; in the older form also without brackets */
  #keys(place: SchemaPlace, isOld: boolean): string[] {
    const keys = schemaKeys(this.#cursor, place);
    while (isOld && this.#cursor.take(TOKEN.comma)) keys.push(...schemaKeys(this.#cursor, place));
    return keys;
  }

  /** What stands after IS. */
  #requirement({ entity }: SchemaPlace): Pick<ConstraintSubject, 'kind' | 'types'> {
    const cursor = this.#cursor;
    if (cursor.takeWords('NOT', 'NULL')) return { kind: 'exists', types: [] };
    if (cursor.take(TOKEN.doubleColon) || cursor.takeWords('TYPED')) return { kind: 'type', types: this.#types() };
    if (!cursor.takeWords(entity === 'node' ? 'NODE' : 'RELATIONSHIP') && entity === 'relationship') {
      cursor.takeWords('REL');
    }
    const kind = cursor.takeWords('UNIQUE') ? 'unique' : cursor.takeWords('KEY') ? 'key' : undefined;
    if (kind === undefined) throw cursor.expected('UNIQUE, KEY, NOT NULL or ::', ['UNIQUE', 'KEY', 'NOT', 'TYPED']);
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
