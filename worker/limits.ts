/** Bounds on what a client may send and how long it may wait. */

/** Bytes of a request's body. */
export const BODY_BYTES_MAX = 16 * 1024 * 1024;

/** Length of a statement's text, in UTF-16 units. */
export const STATEMENT_LENGTH_MAX = 1024 * 1024;

export const BOOKMARKS_MAX = 100;

/** How long a statement may take when the client does not say, in milliseconds. */
export const EXECUTION_MS_DEFAULT = 30_000;
/** And at most, whatever the client says. */
export const EXECUTION_MS_MAX = 120_000;
