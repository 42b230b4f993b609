/**
 * One change to the graph. A transaction's deltas are what the WAL stores and what replication
 * carries: results, never statements. Applied in the same order they give the same graph, ids included.
 */
import { InvariantError } from '../assert.ts';
import type { StoredValue } from '../value/value.ts';
import type { ConstraintDefinition } from './constraint-definition.ts';
import type { IndexDefinition } from './index-definition.ts';
import type { Tokens } from './tokens.ts';

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
  | { readonly type: 'dropConstraint'; readonly name: string }
  | { readonly type: 'setOption'; readonly name: string; readonly value: string | null }
  | Note;

/**
 * What a log says beside the changes to those who follow them, while the option txLogEnrichment is on; it changes nothing. Notes
 * come after a transaction's changes, and tell what has been changed, and the ends of relationships that were, as they were before.
 */
export type Note = CommitNote | NodeNote | RelationshipNote;

/** Comes first. Times in milliseconds since 1970. */
export interface CommitNote {
  readonly type: 'noteCommit';
  readonly mode: 'DIFF' | 'FULL';
  readonly startMs: number;
  readonly commitMs: number;
}

/** `values[i]` stood under `keys[i]`. In the mode DIFF there are only the properties that change or belong to a key. */
export interface NodeNote {
  readonly type: 'noteNode';
  readonly node: number;
  readonly labels: readonly number[];
  readonly keys: readonly number[];
  readonly values: readonly StoredValue[];
}

export interface RelationshipNote {
  readonly type: 'noteRelationship';
  readonly relationship: number;
  readonly relationshipType: number;
  readonly start: number;
  readonly end: number;
  readonly keys: readonly number[];
  readonly values: readonly StoredValue[];
}

/** Whether a delta changes nothing. */
export function isNote(delta: Delta): delta is Note {
  return delta.type === 'noteCommit' || delta.type === 'noteNode' || delta.type === 'noteRelationship';
}

/** A committed transaction: its number and its deltas. An epoch starts with a transaction that has none. */
export interface Transaction {
  readonly epoch: number;
  readonly lsn: number;
  readonly deltas: readonly Delta[];
}

/**
 * A transaction's deltas with the tokens that names have now. Between its statements others may have defined the same names, or
 * given their numbers to other names.
 */
export function renumbered(deltas: readonly Delta[], tokens: Tokens): Delta[] {
  const renamed = {
    label: new Map<number, number>(),
    relationshipType: new Map<number, number>(),
    propertyKey: new Map<number, number>(),
  };
  const counts = {
    label: tokens.label.count,
    relationshipType: tokens.relationshipType.count,
    propertyKey: tokens.propertyKey.count,
  };
  const result: Delta[] = [];
  for (const delta of deltas) {
    if (delta.type === 'defineToken') {
      const known = tokens.of(delta.kind).idOf(delta.name);
      const token = known ?? counts[delta.kind]++;
      renamed[delta.kind].set(delta.token, token);
      if (known === undefined) result.push({ ...delta, token });
    } else result.push(withTokens(delta, renamed));
  }
  return result;
}

function withTokens(delta: Delta, renamed: Readonly<Record<TokenKind, ReadonlyMap<number, number>>>): Delta {
  switch (delta.type) {
    case 'addLabel':
    case 'removeLabel':
      return { ...delta, label: renamed.label.get(delta.label) ?? delta.label };
    case 'setNodeProperty':
    case 'setRelationshipProperty':
      return { ...delta, key: renamed.propertyKey.get(delta.key) ?? delta.key };
    case 'createRelationship': {
      const relationshipType = renamed.relationshipType.get(delta.relationshipType) ?? delta.relationshipType;
      return { ...delta, relationshipType };
    }
    case 'createIndex':
    case 'dropIndex':
    case 'createConstraint':
    case 'dropConstraint':
      throw new InvariantError('a transaction of several statements changes no schema');
    default:
      return delta;
  }
}
