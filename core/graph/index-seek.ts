/**
 * Index seeks for a view that is behind the newest state. The postings are right for every node without versions; nodes
 * with versions, whether the index has them or had them, are asked for label and value as of the view.
 */
import { equals } from '../value/equality.ts';
import type { StoredValue } from '../value/value.ts';
import type { GraphView } from './graph-view.ts';
import type { IndexRange } from './index-definition.ts';
import { isInRange, type PropertyIndex } from './property-index.ts';
import { IdList } from './result-lists.ts';
import type { VersionStore } from './version-store.ts';

/** How many ids a seek without an index looks at in one go. */
const SCAN_IDS = 256;

interface Seek {
  readonly view: GraphView;
  readonly versions: VersionStore;
  readonly index: PropertyIndex;
  /** Empty. */
  readonly out: IdList;
}

type Matches = (held: StoredValue) => boolean;

/** Finds the nodes whose value equalled `value`, ascending. */
export function seekPast(seek: Seek, value: StoredValue): void {
  const matches = (held: StoredValue) => equals(held, value) === true;
  if (!canUse(seek)) {
    seekByScan(seek, matches);
    return;
  }
  const { index, out } = seek;
  const doubtful = new IdList();
  index.seek(value, out);
  index.departedFrom(value, doubtful);
  settle(seek, doubtful, matches);
  out.ids.subarray(0, out.count).sort();
}

/** Finds the nodes whose value lay in a range. */
export function rangePast(seek: Seek, range: IndexRange): void {
  const matches = (held: StoredValue) => isInRange(held, range);
  if (!canUse(seek)) {
    seekByScan(seek, matches);
    return;
  }
  const doubtful = new IdList();
  seek.index.range(range, seek.out);
  seek.index.departedFromRange(range, doubtful);
  settle(seek, doubtful, matches);
}

/** Whether the index knows all that the view sees: it was built by then, and is still kept up to date. */
function canUse({ index, view }: Seek): boolean {
  return !index.dropped && index.builtAt.lsn <= view.lsn;
}

function settle(seek: Seek, doubtful: IdList, matches: Matches): void {
  const { out } = seek;
  const versioned = seek.versions.nodes.entities;
  let kept = 0;
  for (let row = 0; row < out.count; row += 1) {
    const node = out.ids[row]!;
    if (versioned.has(node)) doubtful.push(node);
    else out.ids[kept++] = node;
  }
  out.count = kept;
  const nodes = doubtful.ids.subarray(0, doubtful.count).sort();
  for (let row = 0; row < nodes.length; row += 1) {
    // A node that changed to and fro is there more than once.
    if (row > 0 && nodes[row - 1] === nodes[row]) continue;
    if (holdsAt(seek, nodes[row]!, matches)) out.push(nodes[row]!);
  }
}

/** For a snapshot older than the index, or one that outlives it. */
function seekByScan(seek: Seek, matches: Matches): void {
  const ids = new Int32Array(SCAN_IDS);
  for (let cursor = 0; cursor !== -1; ) {
    const scan = seek.view.scanLabel(seek.index.definition.label, cursor, ids);
    cursor = scan.cursor;
    for (let row = 0; row < scan.count; row += 1) if (holdsAt(seek, ids[row]!, matches)) seek.out.push(ids[row]!);
  }
}

function holdsAt({ view, index }: Seek, node: number, matches: Matches): boolean {
  if (!view.hasLabel(node, index.definition.label)) return false;
  const held = view.nodeProperty(node, index.definition.key);
  return held !== null && matches(held);
}
