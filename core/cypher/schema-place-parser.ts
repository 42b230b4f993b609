/** What an index or a constraint is on: `(n:Label)` or `()-[r:TYPE]-()`, and properties of it. */
import type { SchemaSubject } from './ast.ts';
import { shown } from './error-text.ts';
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

export interface SchemaPlace extends Pick<SchemaSubject, 'entity' | 'label'> {
  readonly variable: string;
  /** After `|`: labels or types beside the first. */
  readonly moreLabels: readonly string[];
}

/** `(n:Label)`, `()-[r:TYPE]-()` with or without an arrow; where several are taken, also `(n:Label|Other)`. */
export function schemaPlace(cursor: TokenCursor, takesSeveral = false): SchemaPlace {
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
  const moreLabels: string[] = [];
  while (cursor.at(TOKEN.bar)) {
    if (!takesSeveral) throw cursor.notSupported('An index or a constraint on several labels or types');
    cursor.skip();
    moreLabels.push(cursor.name(isRelationship ? 'a relationship type' : 'a label'));
  }
  if (!isRelationship) {
    cursor.expect(TOKEN.closeParen, '")"');
    return { variable, label, moreLabels, entity: 'node' };
  }
  cursor.expect(TOKEN.closeBracket, '"]"');
  cursor.expect(TOKEN.minus, '"-"');
  cursor.take(TOKEN.greater);
  cursor.expect(TOKEN.openParen, '"("');
  cursor.expect(TOKEN.closeParen, '")"');
  return { variable, label, moreLabels, entity: 'relationship' };
}

/** `n.key`, `(n.key, n.other)` */
export function schemaKeys(cursor: TokenCursor, { variable }: SchemaPlace): string[] {
  if (!cursor.take(TOKEN.openParen)) return [keyOf(cursor, variable)];
  const keys = keyList(cursor, variable);
  cursor.expect(TOKEN.closeParen, '"," or ")"');
  return keys;
}

/** `EACH [n.key, n.other]` */
export function schemaEachKey(cursor: TokenCursor, { variable }: SchemaPlace): string[] {
  if (cursor.source().toUpperCase() !== 'EACH') throw cursor.expected('EACH');
  cursor.skip();
  cursor.expect(TOKEN.openBracket, '"["');
  const keys = keyList(cursor, variable);
  cursor.expect(TOKEN.closeBracket, '"," or "]"');
  return keys;
}

function keyList(cursor: TokenCursor, variable: string): string[] {
  const keys: string[] = [];
  do keys.push(keyOf(cursor, variable));
  while (cursor.take(TOKEN.comma));
  return keys;
}

function keyOf(cursor: TokenCursor, variable: string): string {
  const at = cursor.index;
  const subject = cursor.variable();
  if (subject !== variable) {
    const message = `The variable ${shown(subject)} is not defined`;
    throw cursor.error(message, 'UndefinedVariable', undefined, { index: at });
  }
  cursor.expect(TOKEN.dot, '"."');
  return cursor.name('a property key');
}
