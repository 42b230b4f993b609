/** RECOVER SNAPSHOT and RECOVER TO: the graph becomes what it was, by one ordinary transaction. */
import type { SchemaCommand } from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import { type MutableCounters, noChanges } from '../executor/counters.ts';
import type { GraphStore } from '../graph/graph-store.ts';
import type { Writer } from '../graph/writer.ts';
import type { Execution } from './execution.ts';
import { makeLike } from './graph-difference.ts';
import { Holdings } from './holdings.ts';
import { SteppedExecution } from './stepped-execution.ts';
import type { PendingGraph, StorageHost } from './storage-host.ts';

/** What reading a piece of a snapshot or of the log counts as, in rows. */
const READ_WORK = 2_000;

/** Errors: NotSupported where nothing is stored; that the host does not reach back so far; as it runs, those of makeLike. */
export function recoverGraph(
  store: GraphStore,
  { target }: Extract<SchemaCommand, { type: 'recover' }>,
  host: StorageHost | undefined,
): Execution {
  if (host === undefined) {
    const message = 'The graph is in memory alone: there is nothing to recover it from.';
    throw new GraphError('Neo.ClientError.Statement.NotSupported', message);
  }
  const pending = host.past(target);
  const writer = store.begin();
  const holdings = new Holdings();
  holdings.holdWriter(writer);
  const counters = noChanges();
  return new SteppedExecution(
    { kind: 'write', columns: ['recovered_to'], rows: [[pending.lsn]], counters, holdings },
    recovery(pending, writer, counters),
  );
}

function* recovery(pending: PendingGraph, writer: Writer, counters: MutableCounters): Generator<number, void> {
  let past: GraphStore | undefined;
  while (past === undefined) {
    past = pending.next();
    yield READ_WORK;
  }
  yield* makeLike({ writer, wanted: past.openSnapshot(), counters });
}
