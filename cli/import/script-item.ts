/** What a script comes to, piece by piece. */
import type { Batch, Place } from './row-groups.ts';

export type ScriptItem =
  /** Batches of one order follow one another without waiting, but for those of a chain; before another order all must be done. */
  | { readonly type: 'batch'; readonly order: 'nodes' | 'relationships' | 'chain'; readonly batch: Batch }
  /** What cannot share a transaction with the note that it is done: indexes, constraints, and what has transactions of its own. */
  | { readonly type: 'alone'; readonly statement: string; readonly number: number; readonly place: Place }
  /** Nodes of a label lose it and a property: a dump's last act. */
  | { readonly type: 'release'; readonly label: string; readonly key: string; readonly number: number };
