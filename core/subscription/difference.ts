/** What turns one result into another, as changes of rows. */
import type { ResultValue } from '../value/value.ts';
import type { KeyedResult, KeyedRow } from './keyed-result.ts';

/** `before`: key of the row that this one now follows, null for the first; only where the order matters. */
export type RowChange =
  | {
      readonly type: 'added' | 'changed';
      readonly key: string;
      readonly row: readonly ResultValue[];
      readonly before?: string | null;
    }
  | { readonly type: 'removed'; readonly key: string };

/**
 * The changes, to be carried out in order: removals first, then rows added or changed in the order of the new result. With
 * `ordered` each of these says which row it follows, and a row that only moved counts as changed.
 */
export function difference(before: KeyedResult, after: KeyedResult, ordered: boolean): RowChange[] {
  const changes: RowChange[] = [];
  for (const key of before.keys()) if (!after.has(key)) changes.push({ type: 'removed', key });
  if (ordered) addOrdered(before, after, changes);
  else addUnordered(before, after, changes);
  return changes;
}

function addUnordered(before: KeyedResult, after: KeyedResult, changes: RowChange[]): void {
  for (const row of after.values()) {
    const old = before.get(row.key);
    if (old?.digest !== row.digest) changes.push(changeOf(row, old));
  }
}

/** Walks the new order beside the old one: a row that is not next in what is left of the old order has been moved. */
function addOrdered(before: KeyedResult, after: KeyedResult, changes: RowChange[]): void {
  const remaining = [...before.keys()].filter((key) => after.has(key));
  const passed = new Set<string>();
  let next = 0;
  let previous: string | null = null;
  for (const row of after.values()) {
    while (next < remaining.length && passed.has(remaining[next] ?? '')) next += 1;
    const old = before.get(row.key);
    const inPlace = old !== undefined && remaining[next] === row.key;
    if (!inPlace || old.digest !== row.digest) changes.push({ ...changeOf(row, old), before: previous });
    if (old) passed.add(row.key);
    previous = row.key;
  }
}

function changeOf(row: KeyedRow, old: KeyedRow | undefined): Extract<RowChange, { type: 'added' | 'changed' }> {
  return { type: old ? 'changed' : 'added', key: row.key, row: row.values };
}

/** Rows that a difference sends: what a subscriber pays for. */
export function costOf(changes: readonly RowChange[]): number {
  return changes.reduce((cost, change) => cost + (change.type === 'removed' ? 0 : 1), 0);
}
