/**
 * Index seeks for a view that is behind the newest state. The entries are right for every entity without versions; entities
 * with versions, whether the index has them or had them, are asked for what they are as of the view.
 */
import type { StoredValue } from '../value/value.ts';
import type { FullTextIndex } from './full-text-index.ts';
import type { GraphIndex } from './graph-index.ts';
import type { GraphView } from './graph-view.ts';
import { type IndexPlace, type IndexRange, tokensOf } from './index-definition.ts';
import { IdList } from './result-lists.ts';
import type { ValueIndex } from './value-index.ts';
import type { Likeness, VectorIndex } from './vector-index.ts';
import type { VersionStore } from './version-store.ts';

/** How many ids a seek without an index looks at in one go. */
const SCAN_IDS = 256;

interface IndexRead<Index extends GraphIndex> {
  readonly view: GraphView;
  readonly versions: VersionStore;
  readonly index: Index;
}

interface Seek extends IndexRead<ValueIndex> {
  /** Empty. */
  readonly out: IdList;
}

type Matches = (held: StoredValue) => boolean;

/** Finds the entities whose value equalled `value`, ascending. */
export function seekPast(seek: Seek, value: StoredValue): void {
  const { index, out } = seek;
  const matches = (held: StoredValue) => index.equals(held, value);
  if (!canUse(seek)) {
    seekByScan(seek, matches);
    return;
  }
  const doubtful = new IdList();
  index.seek(value, out);
  index.departedFrom(value, doubtful);
  settle(seek, doubtful, matches);
  out.ids.subarray(0, out.count).sort();
}

/** Finds the entities whose value lay in a range. */
export function rangePast(seek: Seek, range: IndexRange): void {
  const { index, out } = seek;
  const matches = (held: StoredValue) => index.isIn(held, range);
  if (!canUse(seek)) {
    seekByScan(seek, matches);
    return;
  }
  const doubtful = new IdList();
  index.range(range, out);
  index.departedFromRange(range, doubtful);
  settle(seek, doubtful, matches);
}

/** Whether the index knows all that the view sees: it was complete by then, and is still kept up to date. */
function canUse({ index, view }: IndexRead<GraphIndex>): boolean {
  return !index.dropped && index.isPopulated && index.builtAt.lsn <= view.lsn;
}

/**
 * The entities whose vectors were most like another one, most like first; undefined when the index cannot tell. One that has other
 * versions is asked whether it was in the index; what has departed is measured by itself.
 */
export function nearestPast(
  read: IndexRead<VectorIndex>,
  sought: { readonly vector: Float32Array; readonly count: number },
): Likeness[] | undefined {
  if (!canUse(read)) return undefined;
  const { view, index } = read;
  const { vector, count } = sought;
  const versioned = versionedIn(read);
  const accepts = (entity: number) =>
    !versioned.has(entity) || (!index.hasDeparted(entity) && heldAt(view, index, entity) !== null);
  const found = index.nearest(vector, count, accepts);
  for (const entity of new Set([...index.departures()].map((departure) => departure.entity))) {
    const held = heldAt(view, index, entity);
    if (held !== null) found.push({ entity, score: index.scoreOf(vector, held) });
  }
  return found.sort(byLikeness).slice(0, count);
}

/** Tells which entity's document a view sees in a slot (negative: none); undefined when the index cannot tell. */
export function documentsPast(read: IndexRead<FullTextIndex>): ((slot: number) => number) | undefined {
  if (!canUse(read)) return undefined;
  const { view, index } = read;
  const versioned = versionedIn(read);
  return (slot) => {
    const current = index.entityAt(slot);
    const entity = current >= 0 ? current : (index.departedAt(slot)?.entity ?? -1);
    if (entity < 0 || !versioned.has(entity)) return current;
    const held = heldAt(view, index, entity);
    return held !== null && index.slotOf(entity, held) === slot ? entity : -1;
  };
}

export function byLikeness(left: Likeness, right: Likeness): number {
  return right.score - left.score || left.entity - right.entity;
}

function versionedIn({ versions, index }: IndexRead<GraphIndex>) {
  return (index.definition.entity === 'node' ? versions.nodes : versions.relationships).entities;
}

function settle(seek: Seek, doubtful: IdList, matches: Matches): void {
  const { out } = seek;
  const versioned = versionedIn(seek);
  let kept = 0;
  for (let row = 0; row < out.count; row += 1) {
    const entity = out.ids[row]!;
    if (versioned.has(entity)) doubtful.push(entity);
    else out.ids[kept++] = entity;
  }
  out.count = kept;
  const entities = doubtful.ids.subarray(0, doubtful.count).sort();
  for (let row = 0; row < entities.length; row += 1) {
    // An entity that changed to and fro is there more than once.
    if (row > 0 && entities[row - 1] === entities[row]) continue;
    if (holdsAt(seek, entities[row]!, matches)) out.push(entities[row]!);
  }
}

/** For a snapshot older than the index, or one that outlives it, and while the index is not complete. */
function seekByScan(seek: Seek, matches: Matches): void {
  const { view, index, out } = seek;
  const ids = new Int32Array(SCAN_IDS);
  for (let cursor = 0; cursor !== -1; ) {
    const scan = scanIndexed(view, index.definition, cursor, ids);
    cursor = scan.cursor;
    for (let row = 0; row < scan.count; row += 1) if (holdsAt(seek, ids[row]!, matches)) out.push(ids[row]!);
  }
}

/** Entities among which are all that belong in an index. */
export function scanIndexed(view: GraphView, definition: IndexPlace, cursor: number, ids: Int32Array) {
  const { entity, token, moreTokens } = definition;
  if (entity === 'relationship') return view.scanRelationships(cursor, ids);
  return moreTokens === undefined ? view.scanLabel(token, cursor, ids) : view.scanNodes(cursor, ids);
}

/** What an index would hold of an entity as a view sees it; null: it does not belong in the index. */
export function heldAt(view: GraphView, index: GraphIndex, id: number): StoredValue | null {
  const tokens = tokensOf(index.definition);
  if (index.definition.entity === 'node') {
    return tokens.some((token) => view.hasLabel(id, token)) ? index.held((key) => view.nodeProperty(id, key)) : null;
  }
  if (!tokens.includes(view.relationshipType(id))) return null;
  return index.held((key) => view.relationshipProperty(id, key));
}

function holdsAt({ view, index }: Seek, id: number, matches: Matches): boolean {
  const held = heldAt(view, index, id);
  return held !== null && matches(held);
}
