/** The log under an engine, for those who follow the changes. */
import type { Transaction } from '../graph/delta.ts';

export interface ChangeLog {
  /** The database's own id, which goes into change identifiers. */
  readonly databaseId: string;
  /** Who answers. */
  readonly serverId: string;
  /** Whether what a client has seen elsewhere may not have come here yet, as on a REPLICA. */
  readonly mayLag: boolean;
  /** The first transaction that is in the log, or would be next. */
  readonly firstLsn: number;
  /**
   * The hash of the record at an lsn in hexadecimal digits, which stands for all records before it; undefined when it is not known. It
   * is for the lsn before the first, too.
   */
  hashAt(lsn: number): string | undefined;
  /** Transactions from one lsn to another, in order: some of them, but at least one if there are any. */
  read(fromLsn: number, throughLsn: number): readonly Transaction[];
}
