/** Names of databases and instances: with dots and hyphens, or any in backticks. Who takes the command checks what a name may hold. */
import { TOKEN } from './token.ts';
import type { TokenCursor } from './token-cursor.ts';

/** `what` is how an error names it. */
export function compoundName(cursor: TokenCursor, what: string): string {
  if (cursor.at(TOKEN.parameter)) throw cursor.notSupported(`A parameter for ${what}`);
  if (cursor.at(TOKEN.quotedName)) return cursor.name(what);
  const start = cursor.index;
  cursor.name(what);
  while (cursor.at(TOKEN.dot) || cursor.at(TOKEN.minus)) {
    cursor.skip();
    if (!cursor.take(TOKEN.integer)) cursor.name('the rest of the name');
  }
  return cursor.sourceFrom(start);
}
