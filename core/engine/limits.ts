/** What one statement, and one engine, may use. Work, not time: the clock stands still while code runs. */
import type { Budget } from '../executor/context.ts';

export interface Limits extends Budget {
  /** Statements whose plans are kept. */
  readonly plansMax: number;
  /** Length of all their texts together, in UTF-16 units. */
  readonly planTextMax: number;
}

/**
 * A unit of work takes some ten nanoseconds, so that the whole budget is a few seconds. The bytes leave most of an
 * object's 128 MB to the graph. So many changes are what a record of the WAL holds if each is as short as can be; a host
 * with little memory allows fewer.
 */
export const DEFAULT_LIMITS: Limits = {
  workMax: 200_000_000,
  rowsMax: 500_000,
  bytesMax: 32 * 1024 * 1024,
  changesMax: 4_000_000,
  plansMax: 500,
  planTextMax: 2 * 1024 * 1024,
};
