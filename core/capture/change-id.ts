/**
 * Change identifiers: opaque texts that stand for a place in a database's changes, after which `db.cdc.query` goes on. The hash of
 * the record names its whole history, so that an identifier from one that was lost in a failover is told from a good one.
 */
export interface ChangeId {
  readonly database: string;
  readonly lsn: number;
  /** Of the record at the lsn: 16 hexadecimal digits. */
  readonly hash: string;
  /** The last change of the transaction that is before the place; AFTER_ALL when all of them are. */
  readonly seq: number;
}

/** No transaction has as many changes. */
export const AFTER_ALL = 0xffff_ffff;

const FORM = /^skein-change1:([A-Za-z0-9_-]{0,64}):([0-9a-z]{1,11}):([0-9a-f]{16}):([0-9a-z]{1,7})$/;
const RADIX = 36;

export function encodeChangeId({ database, lsn, hash, seq }: ChangeId): string {
  return `skein-change1:${database}:${lsn.toString(RADIX)}:${hash}:${seq.toString(RADIX)}`;
}

/** Undefined when the text is no change identifier. */
export function decodeChangeId(text: string): ChangeId | undefined {
  const [, database, lsnText, hash, seqText] = FORM.exec(text) ?? [];
  if (database === undefined || lsnText === undefined || hash === undefined || seqText === undefined) return undefined;
  const lsn = Number.parseInt(lsnText, RADIX);
  const seq = Number.parseInt(seqText, RADIX);
  return Number.isSafeInteger(lsn) && seq <= AFTER_ALL ? { database, lsn, hash, seq } : undefined;
}
