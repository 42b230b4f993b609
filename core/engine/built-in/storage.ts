/** SHOW STORAGE INFO, SHOW SNAPSHOTS, SHOW NEXT SNAPSHOT and CREATE SNAPSHOT. Source of names and columns: Memgraph. */
import type { ShowSignature } from '../../cypher/show-signature.ts';
import {
  CREATE_SNAPSHOT,
  SHOW_NEXT_SNAPSHOT,
  SHOW_SNAPSHOTS,
  SHOW_STORAGE_INFO,
} from '../../cypher/storage-signature.ts';
import { GraphError } from '../../error.ts';
import { PAUSE } from '../../executor/batch.ts';
import { type Procedure, type ProcedureCall, rowsCall } from '../../executor/procedure.ts';
import type { GraphStore } from '../../graph/graph-store.ts';
import { ALL_TYPES } from '../../graph/graph-view.ts';
import { momentAt } from '../../value/temporal/construction.ts';
import { dateTimeAt, UTC } from '../../value/temporal/zone.ts';
import { Float, type Value } from '../../value/value.ts';
import type { StorageHost } from '../storage-host.ts';
import { atOnce } from './rows.ts';

/** `host`: undefined where the graph is in memory alone. */
export function storageProcedures(store: GraphStore, host: StorageHost | undefined): Procedure[] {
  const ofHost = (signature: ShowSignature, rowsOf: (storage: StorageHost) => readonly (readonly Value[])[]) =>
    atOnce(signature, () => rowsOf(present(host)));
  return [
    atOnce(SHOW_STORAGE_INFO, () => [...graphInfo(store), ...(host?.info() ?? [])]),
    ofHost(SHOW_SNAPSHOTS, (storage) =>
      storage.snapshots().map(({ path, lsn, createdMs, bytes }) => [path, lsn, dateTime(createdMs), bytes]),
    ),
    ofHost(SHOW_NEXT_SNAPSHOT, (storage) => {
      const { path, walBytes, dueAtWalBytes } = storage.nextSnapshot();
      return [[path, null, walBytes, dueAtWalBytes]];
    }),
    { signature: CREATE_SNAPSHOT, call: () => createSnapshot(present(host)) },
  ];
}

/** What Memgraph tells of a graph, in its names. */
function graphInfo(store: GraphStore): [string, Value][] {
  return [
    ['vertex_count', store.nodeCount],
    ['edge_count', store.relationshipCount],
    ['average_degree', new Float(store.averageDegree(ALL_TYPES, 'both'))],
    ['memory_tracked', store.memoryBytes],
    ['storage_mode', 'IN_MEMORY_TRANSACTIONAL'],
    ['global_isolation_level', 'SNAPSHOT_ISOLATION'],
    ['session_isolation_level', ''],
    ['next_session_isolation_level', ''],
  ];
}

/** Waits, slice by slice, until the host has taken it. */
function createSnapshot(host: StorageHost): ProcedureCall {
  const pending = host.createSnapshot();
  let row: ProcedureCall | undefined;
  return {
    next(context) {
      if (row === undefined) {
        const path = pending.path();
        if (path === undefined) return PAUSE;
        row = rowsCall([[path]], CREATE_SNAPSHOT.results.length);
      }
      return row.next(context);
    },
  };
}

function dateTime(ms: number | undefined): Value {
  return ms === undefined ? null : dateTimeAt(UTC, momentAt(ms));
}

function present(host: StorageHost | undefined): StorageHost {
  if (host) return host;
  const message = 'The graph is in memory alone: there is no storage to hold a snapshot.';
  throw new GraphError('Neo.ClientError.Statement.NotSupported', message);
}
