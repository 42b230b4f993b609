/** In the place of an lsn: the transaction is still open. */
export const OPEN = Number.POSITIVE_INFINITY;

/** The transaction that made a change. All its changes share one stamp, so that a commit numbers them at one stroke. */
export interface Stamp {
  lsn: number;
}

/** From where a graph is looked at: an lsn and, by a transaction of several statements, its own changes. */
export interface Sight {
  readonly lsn: number;
  readonly own: Stamp | undefined;
}

/** Whether a change is to be taken back for one who looks from there. */
export function isUnseen(stamp: Stamp, { lsn, own }: Sight): boolean {
  return stamp.lsn > lsn && stamp !== own;
}
