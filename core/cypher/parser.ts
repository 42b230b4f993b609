/** The way in: a statement's text to its tree. Recursive descent; one part of the grammar a file. */
import type { Statement } from './ast.ts';
import { CLAUSE_WORDS, ClauseParser } from './clause-parser.ts';
import { ClusterCommandParser } from './cluster-command-parser.ts';
import { CommandParser } from './command-parser.ts';
import { shown } from './error-text.ts';
import { tokenize } from './lexer.ts';
import { ShowParser } from './show-parser.ts';
import type { ShowSignature } from './show-signature.ts';
import { CREATE_SNAPSHOT, DUMP_DATABASE } from './storage-signature.ts';
import { type Keyword, TOKEN } from './token.ts';
import { TokenCursor } from './token-cursor.ts';
import { TERMINATE_TRANSACTIONS } from './transaction-signature.ts';

/** Words that may start a statement, for hints. */
const FIRST_WORDS: readonly Keyword[] = [...CLAUSE_WORDS, 'EXPLAIN', 'PROFILE', 'CYPHER', 'SHOW', 'DROP'];

/** Commands that give rows as SHOW does. */
const TABLE_COMMANDS: ReadonlyMap<string, ShowSignature> = new Map([
  [CREATE_SNAPSHOT.name, CREATE_SNAPSHOT],
  [DUMP_DATABASE.name, DUMP_DATABASE],
  ['TERMINATE TRANSACTION', TERMINATE_TRANSACTIONS],
  [TERMINATE_TRANSACTIONS.name, TERMINATE_TRANSACTIONS],
]);

/**
 * Parses one statement. Errors: SyntaxError for what is no Cypher, NotSupported for Cypher that this
 * version does not have; both with the position. Time is linear in the text; see NESTING_DEPTH_MAX,
 * TREE_HEIGHT_MAX, CLAUSES_MAX, MATCHED_PARTS_MAX and STATEMENT_UNITS_MAX for its bounds.
 */
export function parse(text: string): Statement {
  const cursor = new TokenCursor(tokenize(text));
  skipVersion(cursor);
  const explain = cursor.takeWords('EXPLAIN');
  const profile = !explain && cursor.takeWords('PROFILE');
  skipVersion(cursor);
  const { body, uses } = parseBody(cursor);
  cursor.take(TOKEN.semicolon);
  if (!cursor.at(TOKEN.end)) throw unexpectedRest(cursor);
  return { text, explain, profile, uses, body };
}

function parseBody(cursor: TokenCursor): Pick<Statement, 'body' | 'uses'> {
  const clusterCommand = new ClusterCommandParser(cursor).command();
  if (clusterCommand) return { body: clusterCommand, uses: [] };
  const clauses = new ClauseParser(cursor);
  const shows = new ShowParser(cursor, clauses);
  const shown = cursor.word() === 'SHOW' ? shows.show() : undefined;
  if (shown) return { body: shown, uses: [] };
  const tableCommand = TABLE_COMMANDS.get(
    `${cursor.source()} ${cursor.atName(1) ? cursor.source(cursor.index + 1) : ''}`.toUpperCase(),
  );
  if (tableCommand) return { body: shows.command(tableCommand), uses: [] };
  const commands = new CommandParser(cursor);
  if (commands.starts()) return { body: commands.command(), uses: [] };
  const body = clauses.query();
  clauses.refuseAbsentClause();
  return { body, uses: clauses.uses };
}

/** `CYPHER 5 runtime=slotted`: options are hints to another planner and mean nothing here. */
function skipVersion(cursor: TokenCursor): void {
  if (!cursor.takeWords('CYPHER')) return;
  if (cursor.at(TOKEN.integer) || cursor.at(TOKEN.float)) {
    const version = cursor.source();
    if (version !== '5') throw cursor.notSupported(`Cypher ${shown(version)}`);
    cursor.skip();
  }
  while (cursor.atName() && cursor.kind(1) === TOKEN.equal) {
    cursor.skip(2);
    if (!cursor.take(TOKEN.integer) && !cursor.take(TOKEN.string)) cursor.name("the option's value");
  }
}

function unexpectedRest(cursor: TokenCursor) {
  if (cursor.kind(-1) === TOKEN.semicolon) {
    return cursor.error(
      'A request holds one statement',
      'UnexpectedSyntax',
      'Send what follows in a request of its own.',
    );
  }
  return cursor.expected('a clause or the end of the statement', FIRST_WORDS);
}
