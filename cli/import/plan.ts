/** What an import consists of. Each form of files makes a plan; import-run.ts carries it out. */
import type { BadRow } from './bad-rows.ts';
import type { Batch, RowCounter } from './row-groups.ts';
import type { ScriptItem } from './script-item.ts';

export interface ImportPlan {
  /** For people: the folder or file. */
  readonly name: string;
  /** All that is read. */
  readonly paths: readonly string[];
  /** How the files are read, as far as the command line says; another way is another import. */
  readonly reading: readonly string[];
  /** In this order; none begins before the one in front has ended. */
  readonly steps: readonly ImportStep[];
}

export type ImportStep =
  /** Statements that do no harm when they are run again. */
  | { readonly type: 'schema'; readonly statements: readonly string[] }
  | {
      readonly type: 'rows';
      readonly kind: 'nodes' | 'relationships';
      /** Read in this step, for the progress. */
      readonly paths: readonly string[];
      /** Reads the files anew whenever it is called. */
      readonly batches: (context: StepContext) => AsyncIterable<Batch>;
    }
  /** Statements in their order. */
  | {
      readonly type: 'script';
      readonly paths: readonly string[];
      readonly items: (context: StepContext) => AsyncIterable<ScriptItem>;
    }
  /** Takes a label and a property away from all nodes that have the label, and drops the index on them. */
  | { readonly type: 'release'; readonly label: string; readonly key: string };

export interface StepContext {
  readonly counter: RowCounter;
  readonly bad: (row: BadRow) => void;
  /** Bytes of a file have been read. */
  readonly advance: (bytes: number) => void;
}
