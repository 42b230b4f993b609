/** Names of databases in commands. */
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** A name with dots and hyphens, or any in backticks. The coordinator checks what a name may hold. */
export function databaseName(cursor: TokenCursor): string {
  if (cursor.at(TOKEN.quotedName)) return cursor.name('the name of a database');
  const start = cursor.index;
  cursor.name('the name of a database');
  while (cursor.at(TOKEN.dot) || cursor.at(TOKEN.minus)) {
    cursor.skip();
    if (!cursor.take(TOKEN.integer)) cursor.name('the rest of the name');
  }
  return cursor.sourceFrom(start);
}
