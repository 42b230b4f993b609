/** SHOW DIVERGED: what an instance set aside, because another MAIN's history had gone on without it. Nobody was told that it was done. */
import { isNote, type TokenKind } from '../core/graph/delta.ts';
import { describeDelta } from '../core/graph/delta-text.ts';
import type { GraphStore } from '../core/graph/graph-store.ts';
import type { ResultValue } from '../core/value/value.ts';
import { sameHash } from '../core/wal/checksum.ts';
import { decodeRecord } from '../core/wal/record.ts';

/** Transactions that are shown at most, the oldest first, and changes of each. */
const TRANSACTIONS_MAX = 1_000;
const CHANGES_MAX = 1_000;

export const DIVERGED_COLUMNS = ['instance', 'epoch', 'lsn', 'change_count', 'changes'] as const;

/** A row for each transaction that is in `records`, in their order. */
export function divergedRows(
  instance: string,
  records: Iterable<Uint8Array>,
  store: GraphStore,
): readonly (readonly ResultValue[])[] {
  const rows: ResultValue[][] = [];
  let names = new Map<string, string>();
  let lastHash: Uint8Array | undefined;
  for (const bytes of records) {
    if (rows.length === TRANSACTIONS_MAX) break;
    const { epoch, lsn, deltas: stored, hash, previousHash } = decodeRecord(bytes);
    const deltas = stored.filter((delta) => !isNote(delta));
    // A tail of its own: it defines the names that the graph did not have where it branched off.
    if (lastHash === undefined || !sameHash(previousHash, lastHash)) names = new Map();
    lastHash = hash;
    const changes = [];
    for (const delta of deltas) {
      if (delta.type === 'defineToken') names.set(`${delta.kind} ${delta.token}`, delta.name);
      else if (changes.length < CHANGES_MAX) {
        changes.push(
          describeDelta(delta, (kind, token) => names.get(`${kind} ${token}`) ?? nameIn(store, kind, token)),
        );
      }
    }
    const changeCount = deltas.filter(({ type }) => type !== 'defineToken').length;
    rows.push([instance, epoch, lsn, changeCount, changes]);
  }
  return rows;
}

function nameIn({ tokens }: GraphStore, kind: TokenKind, token: number): string | undefined {
  const table = tokens.of(kind);
  return token < table.count ? table.nameOf(token) : undefined;
}
