/** The transactions of several requests that are open where an engine runs, for those who watch over them. */
export interface TransactionHost {
  /** In the order in which they began. */
  transactions(): readonly TransactionInfo[];
  /** Rolls one back. False when none of that id is open. */
  terminate(id: string): boolean;
}

export interface TransactionInfo {
  readonly id: string;
  readonly accessMode: 'read' | 'write';
  /** The statement that runs in it; undefined while it waits for one. */
  readonly statement: string | undefined;
  /** In milliseconds since 1970. */
  readonly beganAtMs: number;
  /** When it is rolled back if nothing more is heard of it, in milliseconds since 1970. */
  readonly expiresAtMs: number;
  readonly changeCount: number;
  readonly bytes: number;
  /** From where it reads. */
  readonly lsn: number;
}
