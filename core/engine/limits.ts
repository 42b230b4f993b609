/** What one statement, and one engine, may use. Work, not time: the clock stands still while code runs. */
import type { Budget } from '../executor/context.ts';

export interface Limits extends Budget {
  /** Statements whose plans are kept. */
  readonly plansMax: number;
  /** Length of all their texts together, in UTF-16 units. */
  readonly planTextMax: number;
}

/**
 * A unit of work takes some ten nanoseconds, so that the whole budget is a few seconds. So many changes are what a record
 * of the WAL holds if each is as short as can be.
 */
export const DEFAULT_LIMITS: Limits = {
  workMax: 200_000_000,
  rowsMax: 500_000,
  bytesMax: 32 * 1024 * 1024,
  changesMax: 4_000_000,
  plansMax: 500,
  planTextMax: 2 * 1024 * 1024,
};

/**
 * What an instance allows, which shares its object's 128 MB and its time with others: a statement takes about a second of
 * the processor at most. What takes a change back holds some 100 bytes until the transaction ends, and that is beside the graph.
 */
export const INSTANCE_LIMITS: Limits = { ...DEFAULT_LIMITS, workMax: 40_000_000, changesMax: 300_000 };
