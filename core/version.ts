/**
 * One number for all that objects say and store. A roll-out gives objects a new build one after the other, and may be taken back, so for
 * minutes, or for as long as the operator likes, builds of two versions share a cluster (docs/decisions/rolling-updates.md):
 *
 * - Everything is stamped with the oldest version that has the means to say it; so builds of both understand all that both know.
 * - Every message tells the newest version that its sender understands. What came with that version is used when all who have to
 *   understand it have told so. Its first use is what a roll-back cannot go behind.
 * - What is stamped with a later version than one's own is not looked at: a message is refused, and an object whose storage needs a later
 *   version does not begin, and leaves everything as it is.
 *
 * Version 2 brought changes of the coordinators' group, roles given by hand, replicas that feed others, `sync_failover_only` = false, and
 * full-text indexes. Version 1 is whatever came before.
 */

/** The newest version that this build speaks, writes and understands; and the oldest that it understands. */
export const VERSION = 2;
export const VERSION_MIN = 1;

/** What a message says of its sender that tells nothing: builds of version 1 did not. */
export const VERSION_UNTOLD = 1;

/** Whether one who understands versions up to `newest` looks at something that is stamped with `version`. */
export function isUnderstood(version: number, newest: number): boolean {
  return version >= VERSION_MIN && version <= newest;
}

/** The version that somebody tells in a message, which may be anything. */
export function toldVersion(newest: unknown): number {
  return Number.isSafeInteger(newest) && (newest as number) >= VERSION_MIN ? (newest as number) : VERSION_UNTOLD;
}

/** By these words of an error a Worker knows it: only the words come to it from an object. */
export const NEEDS_NEWER = 'needs a build that understands version';

/**
 * Something in storage was written by a later version. It is sound and has to stay as it is: so this is no GraphError, which is what those
 * catch who forgive damage, look for an older snapshot, or have an instance filled anew.
 */
export class NewerVersionError extends Error {
  override readonly name = 'NewerVersionError';

  constructor(what: string, needed: number, newest: number) {
    super(
      `${what} ${NEEDS_NEWER} ${needed}, and this one understands up to ${newest}. ` +
        'Nothing has been changed. Deploy a newer build.',
    );
  }
}

/** Throws unless `needed` is understood by one who understands versions up to `newest`. */
export function checkVersion(what: string, needed: number, newest: number): void {
  if (needed > newest) throw new NewerVersionError(what, needed, newest);
}
