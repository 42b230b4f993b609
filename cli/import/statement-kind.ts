/** What is to be done with a statement of a script. */
import { type StatementShape, shapeOf } from './statement-shape.ts';
import { type Token, tokensOf } from './statement-tokens.ts';

export type ReadStatement =
  /** One of many that differ in their values only. */
  | { readonly type: 'shape'; readonly shape: StatementShape }
  /** Can be a subquery without rows, and so share a transaction. */
  | { readonly type: 'chain'; readonly text: string }
  | { readonly type: 'alone'; readonly text: string }
  | { readonly type: 'release'; readonly label: string; readonly key: string }
  /** Changes nothing, or is about transactions, which an import makes itself. */
  | { readonly type: 'nothing' };

const WRITES: ReadonlySet<string> = new Set([
  'CREATE',
  'MERGE',
  'SET',
  'DELETE',
  'REMOVE',
  'FOREACH',
  'CALL',
  'INSERT',
]);
const TRANSACTION = /^(?:BEGIN|COMMIT)(?:\s+TRANSACTION)?$/i;
/** `CREATE INDEX`, `DROP CONSTRAINT` and their like. */
const SCHEMA =
  /^(?:CREATE|DROP)\s+(?:(?:OR\s+REPLACE|RANGE|TEXT|POINT|FULLTEXT|VECTOR|LOOKUP|EDGE|GLOBAL|UNIQUE)\s+)*(?:INDEX|CONSTRAINT|DATABASE|ENUM|TRIGGER|USER|ROLE|ALIAS|STREAM)\b/i;
const BEGINS_QUERY = /^(?:CREATE|MERGE|MATCH|OPTIONAL|UNWIND|WITH|CALL|FOREACH|LOAD|RETURN|DETACH|DELETE|SET|REMOVE)$/i;
/** `MATCH (u:A) REMOVE u:A, u.k`, in which dumps leave the label of the pattern out. */
const RELEASE =
  /^MATCH\s*\(\s*(\w+)\s*(?::\s*(`?)(\w+)\2\s*)?\)\s*REMOVE\s+\1\s*:\s*(`?)(\w+)\4\s*,\s*\1\s*\.\s*(`?)(\w+)\6$/i;

export function readStatement(text: string): ReadStatement {
  if (TRANSACTION.test(text)) return { type: 'nothing' };
  if (SCHEMA.test(text)) return { type: 'alone', text };
  const release = RELEASE.exec(text);
  if (release && (release[3] === undefined || release[3] === release[5])) {
    return { type: 'release', label: release[5]!, key: release[7]! };
  }
  const shape = shapeOf(text);
  if (shape) return { type: 'shape', shape };
  const tokens = tokensOf(text);
  return tokens ? readTokens(text, tokens) : { type: 'alone', text };
}

function readTokens(text: string, tokens: readonly Token[]): ReadStatement {
  const isWord = (token: Token | undefined, ...words: string[]) =>
    token?.type === 'word' && words.includes(token.text.toUpperCase());
  const [first] = tokens;
  if (isWord(first, 'EXPLAIN', 'PROFILE')) return { type: 'nothing' };
  if (!first || !BEGINS_QUERY.test(first.text)) return { type: 'alone', text };
  if (!tokens.some((token) => token.type === 'word' && WRITES.has(token.text.toUpperCase())))
    return { type: 'nothing' };
  const top = tokens.filter(({ depth }) => depth === 0);
  const isItsOwn = tokens.some(
    (token, index) =>
      (isWord(token, 'IN') && isWord(tokens[index + 1], 'TRANSACTIONS')) ||
      (token.depth === 0 && isWord(token, 'UNION')) ||
      (isWord(token, 'CALL') && tokens[index + 1]?.type === 'word'),
  );
  if (isItsOwn) return { type: 'alone', text };
  // What a statement returns nobody sees here; to end without rows it needs no return.
  const last = top.findLast((token) => isWord(token, 'RETURN'));
  return { type: 'chain', text: last ? `${text.slice(0, last.offset)}FINISH` : text };
}
