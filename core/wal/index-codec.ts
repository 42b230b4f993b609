/** Index definitions in flat arrays, as deltas and snapshots hold them. */
import {
  DIMENSIONS_MAX,
  type EntityKind,
  type IndexDefinition,
  type IndexKind,
  type VectorSettings,
} from '../graph/index-definition.ts';
import { analyzerNamed } from '../graph/text-analyzer.ts';
import type { Similarity } from '../graph/vector-store.ts';
import { packStoredValue } from '../value/codec.ts';
import { VERSION_MIN } from '../version.ts';
import { damage } from './checksum.ts';
import type { SlotReader } from './slot-reader.ts';

/** Stored for ever: a place in the lists is never given another meaning. */
const KINDS: readonly IndexKind[] = ['range', 'point', 'vector', 'fulltext'];
const SIMILARITIES: readonly Similarity[] = ['cosine', 'euclidean'];
const ENTITIES: readonly EntityKind[] = ['node', 'relationship'];

/** A range index on one property of nodes has the form that was there before all others: its name first. */
export function packIndex(definition: IndexDefinition, slots: unknown[]): void {
  const { name, kind, entity, token, moreTokens = [], keys, vector, fullText } = definition;
  if (kind === 'range' && entity === 'node' && keys.length === 1) {
    slots.push(packStoredValue(name), token, keys[0]);
    return;
  }
  slots.push(KINDS.indexOf(kind), ENTITIES.indexOf(entity), packStoredValue(name), token, keys.length, ...keys);
  if (vector) slots.push(vector.dimensions, SIMILARITIES.indexOf(vector.similarity));
  if (fullText) {
    const { analyzer, eventuallyConsistent } = fullText;
    slots.push(moreTokens.length, ...moreTokens, analyzer, eventuallyConsistent ? 1 : 0);
  }
}

/** The oldest version that understands an index. */
export function versionOfIndex({ kind }: Pick<IndexDefinition, 'kind'>): number {
  return kind === 'fulltext' ? 2 : VERSION_MIN;
}

/** The inverse of packIndex. What is no index is a GraphError. */
export function unpackIndex(slots: SlotReader): IndexDefinition {
  if (slots.atText) return { name: slots.text(), kind: 'range', entity: 'node', token: slots.id(), keys: [slots.id()] };
  const kind = KINDS[slots.id()];
  const entity = ENTITIES[slots.id()];
  if (kind === undefined || entity === undefined) throw damage('an index is of an unknown kind');
  const definition = { name: slots.text(), kind, entity, token: slots.id(), keys: slots.list(() => slots.id()) };
  if (kind === 'fulltext') return { ...definition, ...readFullText(slots) };
  return kind === 'vector' ? { ...definition, vector: readSettings(slots) } : definition;
}

function readFullText(slots: SlotReader): Pick<IndexDefinition, 'moreTokens' | 'fullText'> {
  const moreTokens = slots.list(() => slots.id());
  const analyzer = slots.text();
  const eventuallyConsistent = slots.id() === 1;
  if (analyzerNamed(analyzer) === undefined) throw damage('a full-text index has an unknown analyzer');
  return { ...(moreTokens.length > 0 && { moreTokens }), fullText: { analyzer, eventuallyConsistent } };
}

function readSettings(slots: SlotReader): VectorSettings {
  const dimensions = slots.id();
  const similarity = SIMILARITIES[slots.id()];
  if (dimensions === 0 || dimensions > DIMENSIONS_MAX || similarity === undefined) {
    throw damage('an index on vectors has settings that it cannot have');
  }
  return { dimensions, similarity };
}
