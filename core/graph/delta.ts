/**
 * One change to the graph. A transaction's deltas are what the WAL stores and what replication
 * carries: results, never statements. Applied in the same order they give the same graph, ids included.
 */
import type { StoredValue } from '../value/value.ts';
import type { ConstraintDefinition } from './constraint-definition.ts';
import type { IndexDefinition } from './index-definition.ts';

export type TokenKind = 'label' | 'relationshipType' | 'propertyKey';

/** `entity`, `node`, `relationship`, `start` and `end` are internal ids; `label`, `key` and `relationshipType` are token ids. */
export type Delta =
  | { readonly type: 'defineToken'; readonly kind: TokenKind; readonly token: number; readonly name: string }
  | { readonly type: 'createNode'; readonly node: number }
  | { readonly type: 'deleteNode'; readonly node: number }
  | { readonly type: 'addLabel'; readonly node: number; readonly label: number }
  | { readonly type: 'removeLabel'; readonly node: number; readonly label: number }
  | {
      readonly type: 'setNodeProperty';
      readonly node: number;
      readonly key: number;
      readonly value: StoredValue | null;
    }
  | {
      readonly type: 'createRelationship';
      readonly relationship: number;
      readonly relationshipType: number;
      readonly start: number;
      readonly end: number;
    }
  | { readonly type: 'deleteRelationship'; readonly relationship: number }
  | {
      readonly type: 'setRelationshipProperty';
      readonly relationship: number;
      readonly key: number;
      readonly value: StoredValue | null;
    }
  | ({ readonly type: 'createIndex' } & IndexDefinition)
  | { readonly type: 'dropIndex'; readonly name: string }
  | ({ readonly type: 'createConstraint' } & ConstraintDefinition)
  | { readonly type: 'dropConstraint'; readonly name: string };

/** A committed transaction: its number and its deltas. An epoch starts with a transaction that has none. */
export interface Transaction {
  readonly epoch: number;
  readonly lsn: number;
  readonly deltas: readonly Delta[];
}
