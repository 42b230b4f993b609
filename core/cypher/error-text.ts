/**
 * Errors that show where in a statement they lie: message, line, column, the line's text and a caret.
 * Clients print the message as it is, so everything a person needs stands in it.
 */
import { type ErrorCode, GraphError, type Position } from '../error.ts';

/** Longest piece of a line that an error shows, in UTF-16 units. Statements made by programs may be one line of a megabyte. */
const EXCERPT_UNITS_MAX = 120;

/** Longest piece of the statement that a message repeats, such as a name. */
const FOUND_UNITS_MAX = 40;

/** The page that tells what this version has, and its parts that errors send people to. */
const DOCUMENTATION = 'docs/CYPHER.md';

export const DOCUMENTATION_PARTS = [
  'reading',
  'writing',
  'calls',
  'functions',
  'commands',
  'around-a-statement',
] as const;

export type DocumentationPart = (typeof DOCUMENTATION_PARTS)[number];

export interface StatementErrorFields {
  readonly text: string;
  readonly position: Position;
  readonly message: string;
  /** openCypher's name for the failure. */
  readonly detail?: string | undefined;
  /** What to do about it, as a whole sentence. */
  readonly hint?: string | undefined;
  /** SyntaxError unless given. */
  readonly code?: ErrorCode | undefined;
}

/** An error at a place of a statement's text. `message` has no full stop; the place, hint, line and caret are added here. */
export function statementError(fields: StatementErrorFields): GraphError {
  const { text, position, message, hint } = fields;
  const place = `(line ${position.line}, column ${position.column})`;
  const advice = hint === undefined ? '' : ` ${hint}`;
  return new GraphError(
    fields.code ?? 'Neo.ClientError.Statement.SyntaxError',
    `${message} ${place}.${advice}\n${excerpt(text, position)}`,
    {
      position: { offset: position.offset, line: position.line, column: position.column },
      detail: fields.detail,
    },
  );
}

/** What is Cypher but not Skein's yet. `what` names the clause or feature: `The clause LET`. */
export function notSupportedError(fields: {
  readonly text: string;
  readonly position: Position;
  readonly what: string;
  readonly part: DocumentationPart;
}): GraphError {
  const { text, position, what, part } = fields;
  return statementError({
    text,
    position,
    message: `${what} is not in this version of Skein`,
    hint: `What is: ${DOCUMENTATION}#${part}.`,
    code: 'Neo.ClientError.Statement.NotSupported',
  });
}

/**
 * A failure of a statement that runs, with its place shown as that of one which does not parse. What a client's own check says
 * stays as it is, since clients look for it.
 */
export function withExcerpt(error: unknown, text: string): unknown {
  if (!(error instanceof GraphError) || error.position === undefined) return error;
  if (error.code === 'Neo.ClientError.Procedure.ProcedureCallFailed') return error;
  const { code, position, detail, gqlStatus, cause } = error;
  const message = error.message.replace(/\.$/, '');
  const place = `(line ${position.line}, column ${position.column})`;
  return new GraphError(code, `${message} ${place}.\n${excerpt(text, position)}`, {
    position,
    detail,
    gqlStatus,
    cause,
  });
}

/** The position of an offset. Linear in the text: for errors, not for trees. */
export function positionAt(text: string, offset: number): Position {
  let line = 1;
  let lineStart = 0;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', end + 1)) {
    line += 1;
    lineStart = end + 1;
  }
  return { offset, line, column: offset - lineStart + 1 };
}

/** A name or piece of the statement for a message: on one line, and cut when it is long. */
export function shown(piece: string): string {
  const cut = piece.length > FOUND_UNITS_MAX ? `${piece.slice(0, FOUND_UNITS_MAX)}…` : piece;
  return cut.replaceAll(/[\n\r\t]/g, ' ');
}

/** The same in quotes. */
export function quoted(piece: string): string {
  return `"${shown(piece)}"`;
}

/** The line of the text that holds the position, and under it a caret. A long line is cut around the caret. */
function excerpt(text: string, position: Position): string {
  const lineStart = position.offset - (position.column - 1);
  const from = Math.max(lineStart, position.offset - EXCERPT_UNITS_MAX / 2);
  const lineEnd = text.indexOf('\n', position.offset);
  const to = Math.min(lineEnd < 0 ? text.length : lineEnd, from + EXCERPT_UNITS_MAX);
  const before = (from > lineStart ? '…' : '') + text.slice(from, position.offset);
  const after = text.slice(position.offset, to).replace(/\r$/, '') + (to < text.length && text[to] !== '\n' ? '…' : '');
  // Tabs stay tabs, so that the caret stands under its character however wide the terminal draws them.
  return `${before}${after}\n${before.replaceAll(/[^\t]/g, ' ')}^`;
}
