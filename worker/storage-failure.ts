/** How an object's storage has failed it. Of an error only the words come from one object to another. */
import { NEEDS_NEWER } from '../core/version.ts';
import { CANNOT_BEGIN } from '../durable/protocol.ts';

export interface StorageFailure {
  /** No room to write; not what it was; written by a newer build; or it could not be read or written, whatever it holds. */
  readonly kind: 'full' | 'damaged' | 'newer' | 'failed';
  /** What SQLite says, or the object. */
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
  const { message } = error;
  const atStart = message.startsWith(CANNOT_BEGIN);
  const kind = kindOf(message, atStart);
  if (kind === undefined) return undefined;
  const words = message.slice(atStart ? CANNOT_BEGIN.length : 0).slice(0, WORDS_LENGTH_MAX);
  return { kind, words, atStart };
}

function kindOf(message: string, atStart: boolean): StorageFailure['kind'] | undefined {
  if (atStart && message.includes(NEEDS_NEWER)) return 'newer';
  const code = /\bSQLITE_[A-Z]+/.exec(message)?.[0];
  return code === undefined ? undefined : (KINDS.get(code) ?? 'failed');
}
