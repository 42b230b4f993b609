/**
 * Bookmarks: opaque text that stands for a record of a cluster's history, "at least this much". It names the epoch in
 * which the record was written, so that one whose record was lost in a failover is told from one that is still to come.
 */
import { GraphError } from '../error.ts';
import { epochAt, extentOf } from './epoch-history.ts';
import type { InstanceState } from './instance-state.ts';

export interface Bookmark {
  readonly cluster: string;
  /** Epoch of the record at `lsn`; 0 with lsn 0, which is before the first. */
  readonly epoch: number;
  readonly lsn: number;
}

const FORM = /^skein1:([A-Za-z0-9_-]{1,64}):([0-9a-z]{1,11}):([0-9a-z]{1,11})$/;
const RADIX = 36;

export function encodeBookmark({ cluster, epoch, lsn }: Bookmark): string {
  return `skein1:${cluster}:${epoch.toString(RADIX)}:${lsn.toString(RADIX)}`;
}

/** Undefined when the text is no bookmark of this database system. */
export function decodeBookmark(text: string): Bookmark | undefined {
  const parts = FORM.exec(text);
  if (parts === null) return undefined;
  const [, cluster, epochText, lsnText] = parts;
  if (cluster === undefined || epochText === undefined || lsnText === undefined) return undefined;
  const epoch = Number.parseInt(epochText, RADIX);
  const lsn = Number.parseInt(lsnText, RADIX);
  return Number.isSafeInteger(epoch) && Number.isSafeInteger(lsn) ? { cluster, epoch, lsn } : undefined;
}

/** The bookmark for everything up to `lsn`, which must not be past the end of the log. */
export function bookmarkAt(state: InstanceState, lsn: number): string | undefined {
  const epoch = epochAt(state.history, lsn);
  if (state.cluster === undefined || epoch === undefined || lsn > state.stored.lsn) return undefined;
  return encodeBookmark({ cluster: state.cluster, epoch, lsn });
}

export type BookmarkCheck =
  /** Readers of this instance see at least this much. */
  | { readonly type: 'reached' }
  /** Not yet: wait until `lsn` is visible, then check again. */
  | { readonly type: 'waiting'; readonly lsn: number }
  /** The record was lost in a failover: the history branched off after `forkLsn`. It will never be reached. */
  | { readonly type: 'lostTail'; readonly forkLsn: number }
  /** Of another cluster: of another database, or of one of the same name that was dropped. */
  | { readonly type: 'foreign' }
  | { readonly type: 'invalid' };

/** What a bookmark means to this instance now. */
export function checkBookmark(state: InstanceState, text: string): BookmarkCheck {
  const bookmark = decodeBookmark(text);
  if (bookmark === undefined) return { type: 'invalid' };
  if (bookmark.cluster !== state.cluster) return { type: 'foreign' };
  const { epoch, lsn } = bookmark;
  if (lsn === 0) return { type: 'reached' };
  const { history, stored, acknowledgedLsn } = state;
  const newest = history.at(-1);
  // An epoch, or a part of one, that has not come here yet.
  if (newest === undefined || epoch > newest.epoch) return { type: 'waiting', lsn };
  const extent = extentOf({ history, lsn: stored.lsn }, epoch);
  const isNewest = epoch === newest.epoch;
  const oldest = history[0];
  // Histories are long but not endless: what lies before this one's beginning was acknowledged long ago.
  if (extent === undefined && oldest !== undefined && epoch < oldest.epoch && lsn < oldest.firstLsn) {
    return { type: 'reached' };
  }
  if (extent === undefined || (lsn > extent.lastLsn && !isNewest)) {
    const next = history.find((start) => start.epoch > epoch);
    return { type: 'lostTail', forkLsn: next === undefined ? stored.lsn : next.firstLsn - 1 };
  }
  return lsn <= acknowledgedLsn ? { type: 'reached' } : { type: 'waiting', lsn };
}

/** The error for a bookmark that will never be reached; undefined when it is reached or may be waited for. */
export function bookmarkError(check: BookmarkCheck): GraphError | undefined {
  switch (check.type) {
    case 'lostTail':
      return new GraphError(
        'Neo.ClientError.Transaction.InvalidBookmark',
        `The transaction that the bookmark names was lost in a failover; the history branched off after lsn ${check.forkLsn}.`,
      );
    case 'foreign':
      return new GraphError('Neo.ClientError.Transaction.InvalidBookmark', 'The bookmark is of another database.');
    case 'invalid':
      return new GraphError('Neo.ClientError.Transaction.InvalidBookmark', 'This is no bookmark.');
    default:
      return undefined;
  }
}
