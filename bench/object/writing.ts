/** What writers-bench.ts asks of writers-worker.ts, and what that answers, as JSON. */

export const WRITERS_PATH = '/writers';

export interface Writing {
  /** Its MAIN is weur-1. */
  readonly database: string;
  readonly writers: number;
  /** Of all writers together. */
  readonly commits: number;
  /** Of the first commit. */
  readonly firstNumber: number;
}

export interface Written {
  /** Groups in which the commits were written, each durable before its writers were answered. */
  readonly groups: number;
}
