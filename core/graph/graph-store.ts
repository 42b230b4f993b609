import type { Transaction } from './delta.ts';
import type { Direction, GraphView, Snapshot } from './graph-view.ts';
import type { Indexes } from './indexes.ts';
import type { Tokens } from './tokens.ts';
import type { Writer } from './writer.ts';

export interface GraphStoreOptions {
  /** A writer that would take the store past this many bytes fails. Unbounded when absent. */
  readonly memoryBytesMax?: number | undefined;
}

export declare class GraphStore {
  constructor(options?: GraphStoreOptions);
  readonly tokens: Tokens;
  readonly indexes: Indexes;
  /** The last committed transaction; 0 before the first. */
  readonly lsn: number;
  readonly acknowledgedLsn: number;
  readonly newest: GraphView;
  readonly memoryBytes: number;
  readonly nodeCount: number;
  readonly relationshipCount: number;
  labelCount(label: number): number;
  relationshipTypeCount(type: number): number;
  averageDegree(type: number, direction: Direction, label?: number): number;
  begin(): Writer;
  apply(transaction: Transaction): void;
  acknowledge(lsn: number): void;
  openSnapshot(lsn?: number): Snapshot;
  checksum(): bigint;
}
