/** Which transaction was the last one at a moment, by the times in the log. */

export interface TimedLog {
  /** The first and the last transaction that are asked about; none when the last one is before the first. */
  readonly firstLsn: number;
  readonly lastLsn: number;
  /** When one of them was committed, in milliseconds since 1970; never less than before; undefined where its record does not tell. */
  readonly timeOf: (lsn: number) => number | undefined;
}

export type LastCommitted =
  | { readonly type: 'found'; readonly lsn: number }
  /** All of them were committed later. `firstMs`: when the first was. */
  | { readonly type: 'before'; readonly firstMs: number | undefined }
  /** It may have been this one, or any of those before it that do not tell their time. */
  | { readonly type: 'untimed'; readonly lsn: number };

/**
 * Looks at about as many records as the count of transactions has binary digits. Records without a time come from earlier builds, so they
 * count as older than all moments; should a newer one stand before them, what is found is still right, or is `untimed`.
 */
export function lastCommittedBy(atMs: number, { firstLsn, lastLsn, timeOf }: TimedLog): LastCommitted {
  let low = firstLsn - 1;
  let high = lastLsn + 1;
  while (high - low > 1) {
    const middle = Math.floor((low + high) / 2);
    if ((timeOf(middle) ?? Number.NEGATIVE_INFINITY) <= atMs) low = middle;
    else high = middle;
  }
  if (low < firstLsn) return { type: 'before', firstMs: lastLsn < firstLsn ? undefined : timeOf(firstLsn) };
  return { type: timeOf(low) === undefined ? 'untimed' : 'found', lsn: low };
}
