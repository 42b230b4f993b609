import type { StoredValue } from '../value/value.ts';
import type { Delta, TokenKind, Transaction } from './delta.ts';
import type { GraphView } from './graph-view.ts';

export declare class Writer {
  /** The newest state, this transaction's changes included. */
  readonly view: GraphView;
  readonly deltas: readonly Delta[];
  /** The token of a name; a new name is defined, as a delta. */
  token(kind: TokenKind, name: string): number;
  createNode(): number;
  addLabel(node: number, label: number): boolean;
  removeLabel(node: number, label: number): boolean;
  setNodeProperty(node: number, key: number, value: StoredValue | null): void;
  deleteNode(node: number): void;
  createRelationship(type: number, start: number, end: number): number;
  setRelationshipProperty(relationship: number, key: number, value: StoredValue | null): void;
  deleteRelationship(relationship: number): void;
  createIndex(name: string, label: number, key: number): void;
  dropIndex(name: string): void;
  commit(epoch: number): Transaction;
  rollback(): void;
}
