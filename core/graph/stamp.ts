/** In the place of an lsn: the transaction is still open. */
export const OPEN = Number.POSITIVE_INFINITY;

/** The transaction that made a change. All its changes share one stamp, so that a commit numbers them at one stroke. */
export interface Stamp {
  lsn: number;
}
