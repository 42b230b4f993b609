/** How much is measured. */
import type { Effort } from './pokec/measuring.ts';
import type { Size } from './pokec/social-graph.ts';
import type { SamplingPlan } from './sampling.ts';

export interface Extent {
  readonly name: 'full' | 'quick';
  /** Reads and commits in process. */
  readonly sampling: SamplingPlan;
  /** Imports in process that count; one more goes before them. */
  readonly coreImports: number;
  /** Imports through serve, each into a database of its own. */
  readonly serveImports: number;
  /** The Pokec graph that `skein import` loads. */
  readonly bulkImport: Size;
  /** Requests of one client in turn, of each kind. */
  readonly requests: number;
  /** Requests of the concurrent clients together. */
  readonly concurrentRequests: number;
  /** Before each of these, a share of as many that is not measured. */
  readonly warmUpShare: number;
  /** Rounds of commits by writers inside an object. */
  readonly writersRounds: number;
  readonly fsyncs: number;
  /** Relationships of graphs that a server is started with, and how often. */
  readonly starts: readonly { readonly relationships: number; readonly times: number }[];
  /** Transactions through replication, those that a replica lacks, and the Pokec graph that an empty one is filled with. */
  readonly replication: { readonly transactions: number; readonly lag: number; readonly graph: Size };
  /** Of each system on the Pokec graph. */
  readonly pokec: Effort;
}

export const FULL: Extent = {
  name: 'full',
  sampling: { warmUpMs: 400, rounds: 101, sampleMs: 2 },
  coreImports: 3,
  serveImports: 2,
  bulkImport: 'medium',
  requests: 500,
  concurrentRequests: 3_200,
  warmUpShare: 0.2,
  writersRounds: 50,
  fsyncs: 300,
  starts: [
    { relationships: 10_000, times: 5 },
    { relationships: 1_768_515, times: 3 },
  ],
  replication: { transactions: 32_000, lag: 100_000, graph: 'medium' },
  pokec: { samples: 300, budgetMs: 500 },
};

export const QUICK: Extent = {
  name: 'quick',
  sampling: { warmUpMs: 100, rounds: 15, sampleMs: 1 },
  coreImports: 1,
  serveImports: 1,
  bulkImport: 'small',
  requests: 100,
  concurrentRequests: 640,
  warmUpShare: 0.2,
  writersRounds: 10,
  fsyncs: 100,
  starts: [{ relationships: 10_000, times: 3 }],
  replication: { transactions: 3_200, lag: 10_000, graph: 'small' },
  pokec: { samples: 50, budgetMs: 200 },
};
