/** How an object's storage has failed it. Of an error only the words come from one object to another. */
import { CANNOT_BEGIN } from '../durable/protocol.ts';

export interface StorageFailure {
  /** No room to write; not what it was; or it could not be read or written, whatever it holds. */
  readonly kind: 'full' | 'damaged' | 'failed';
  /** What SQLite says. */
  readonly words: string;
  /** The object could not even begin, so that nothing was executed. */
  readonly atStart: boolean;
}

const KINDS: ReadonlyMap<string, StorageFailure['kind']> = new Map([
  ['SQLITE_FULL', 'full'],
  ['SQLITE_CORRUPT', 'damaged'],
  ['SQLITE_NOTADB', 'damaged'],
]);

/** The words of a failure at most. */
const WORDS_LENGTH_MAX = 300;

/** Undefined when it was not the storage that failed. */
export function storageFailureOf(error: unknown): StorageFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = /\bSQLITE_[A-Z]+/.exec(error.message)?.[0];
  if (code === undefined) return undefined;
  const { message } = error;
  const atStart = message.startsWith(CANNOT_BEGIN);
  const words = message.slice(atStart ? CANNOT_BEGIN.length : 0).slice(0, WORDS_LENGTH_MAX);
  return { kind: KINDS.get(code) ?? 'failed', words, atStart };
}
