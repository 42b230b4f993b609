import type { TokenKind } from './delta.ts';
import type { GraphStore, GraphStoreOptions } from './graph-store.ts';
import type { ExportedNode, ExportedRelationship } from './graph-view.ts';
import type { IndexDefinition } from './indexes.ts';

/**
 * Builds a store from what a snapshot exported: token tables first, then nodes, then relationships, then indexes; within
 * nodes and relationships any order will do, ascending ids are fastest. Ids are kept.
 */
export declare class GraphRestore {
  constructor(options?: GraphStoreOptions);
  tokens(kind: TokenKind, names: readonly string[]): void;
  node(node: ExportedNode): void;
  relationship(relationship: ExportedRelationship): void;
  index(definition: IndexDefinition): void;
  /** Ends the restore: the store stands at `lsn`, which counts as acknowledged. */
  finish(lsn: number): GraphStore;
}
