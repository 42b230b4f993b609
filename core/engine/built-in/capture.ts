/** Change data capture: `db.cdc.current`, `.earliest` and `.query`. Source: Neo4j's manual of change data capture. */

import { eventOf } from '../../capture/change-event.ts';
import { AFTER_ALL, decodeChangeId, encodeChangeId } from '../../capture/change-id.ts';
import { changesOf, type TransactionChanges } from '../../capture/entity-change.ts';
import { type Selection, selectionOf } from '../../capture/selector.ts';
import { GraphError } from '../../error.ts';
import { BATCH_ROWS, END, PAUSE, type Signal } from '../../executor/batch.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import { type Procedure, type ProcedureCall, type ProcedureRows, rowsCall } from '../../executor/procedure.ts';
import { CAPTURE_OPTION } from '../../graph/database-options.ts';
import type { Transaction } from '../../graph/delta.ts';
import type { GraphStore } from '../../graph/graph-store.ts';
import type { GraphView } from '../../graph/graph-view.ts';
import { momentAt } from '../../value/temporal/construction.ts';
import { dateTimeAt, UTC } from '../../value/temporal/zone.ts';
import type { Value, ValueMap } from '../../value/value.ts';
import type { ChangeLog } from '../change-log.ts';
import { atOnce, reading } from './rows.ts';

/** `log`: undefined where the graph is in memory alone. */
export function captureProcedures(store: GraphStore, log: ChangeLog | undefined): Procedure[] {
  const place = (name: string, description: string, lsnOf: (capture: Capture) => number): Procedure =>
    atOnce(reading({ name, description, results: { id: 'STRING' } }), (_, { view }) => {
      const capture = new Capture(store, view, log);
      return [[capture.idAfter(lsnOf(capture))]];
    });
  return [
    place(
      'db.cdc.current',
      'The identifier of the last change: what is changed after it, db.cdc.query will tell.',
      ({ lastLsn }) => lastLsn,
    ),
    place(
      'db.cdc.earliest',
      'The identifier of the earliest place after which the changes are known.',
      ({ earliestLsn }) => earliestLsn,
    ),
    {
      signature: reading({
        name: 'db.cdc.query',
        description: 'What has been changed after an identifier, change by change.',
        arguments: { from: 'STRING', selectors: ['LIST<MAP>', []] },
        results: { id: 'STRING', txId: 'INTEGER', seq: 'INTEGER', metadata: 'MAP', event: 'MAP' },
      }),
      call: ([from, selectors], { view, elementId }) => {
        const capture = new Capture(store, view, log);
        const start = capture.startAfter(from as string);
        const selection = selectionOf(selectors as readonly Value[]);
        if (start === undefined) return rowsCall([], COLUMN_COUNT);
        return new ChangeCall({ capture, ...start, selection, elementId });
      },
    },
  ];
}

const COLUMN_COUNT = 5;

/** The changes that a statement can be told. */
class Capture {
  readonly store: GraphStore;
  readonly view: GraphView;
  readonly log: ChangeLog;
  readonly lastLsn: number;
  /** The changes of all transactions after it are known. */
  readonly earliestLsn: number;

  /** Errors: changes are not captured. */
  constructor(store: GraphStore, view: GraphView, log: ChangeLog | undefined) {
    const option = view.exportOptions().find(({ name }) => name === CAPTURE_OPTION);
    if (log === undefined || option === undefined) throw disabled(log);
    this.store = store;
    this.view = view;
    this.log = log;
    this.lastLsn = Math.min(view.lsn, store.acknowledgedLsn);
    this.earliestLsn = Math.min(this.lastLsn, Math.max(option.sinceLsn, log.firstLsn - 1));
  }

  /** The identifier after all changes of a transaction. */
  idAfter(lsn: number, seq = AFTER_ALL): string {
    const hash = this.log.hashAt(lsn);
    if (hash === undefined) throw gone();
    return encodeChangeId({ database: this.log.databaseId, lsn, hash, seq });
  }

  /** Where to begin; undefined when this instance has not got there yet. Errors: the place is not known, or not known any more. */
  startAfter(text: string): { readonly lsn: number; readonly seq: number } | undefined {
    const id = decodeChangeId(text);
    if (id === undefined) throw invalid('It is no change identifier.');
    if (id.database !== this.log.databaseId) throw invalid('It is one of another database.');
    const { lsn, seq } = id;
    if (lsn > this.lastLsn) {
      if (this.log.mayLag) return undefined;
      throw invalid('There is no such change: it was lost in a failover, or never made.');
    }
    if (lsn < this.earliestLsn) throw gone();
    if (this.log.hashAt(lsn) !== id.hash) throw invalid('It belongs to a change that was lost in a failover.');
    return { lsn, seq };
  }
}

interface CallFields {
  readonly capture: Capture;
  readonly lsn: number;
  readonly seq: number;
  readonly selection: Selection;
  readonly elementId: ExecutionContext['elementId'];
}

/** Goes through the log, and hands on changes as they are found. */
class ChangeCall implements ProcedureCall {
  readonly #fields: CallFields;
  #nextLsn: number;
  #read: readonly Transaction[] = [];
  #readNext = 0;
  readonly #found: (readonly Value[])[] = [];

  constructor(fields: CallFields) {
    this.#fields = fields;
    // The transaction at the place itself, unless it is all before it.
    this.#nextLsn = fields.seq === AFTER_ALL ? fields.lsn + 1 : fields.lsn;
  }

  next(context: ExecutionContext): ProcedureRows | Signal {
    while (this.#found.length < BATCH_ROWS) {
      if (context.exhausted) return PAUSE;
      const transaction = this.#nextTransaction();
      if (transaction === undefined) break;
      context.charge(1 + transaction.deltas.length);
      this.#tell(transaction);
    }
    if (this.#found.length === 0) return END;
    return rowsCall(this.#found.splice(0, BATCH_ROWS), COLUMN_COUNT).next(context);
  }

  #nextTransaction(): Transaction | undefined {
    const { log, lastLsn } = this.#fields.capture;
    if (this.#readNext === this.#read.length) {
      if (this.#nextLsn > lastLsn) return undefined;
      this.#read = log.read(this.#nextLsn, lastLsn);
      this.#readNext = 0;
    }
    const transaction = this.#read[this.#readNext++];
    if (transaction?.lsn !== this.#nextLsn) throw gone();
    this.#nextLsn += 1;
    return transaction;
  }

  #tell(transaction: Transaction): void {
    const { capture, lsn, seq, selection, elementId } = this.#fields;
    const { store, view } = capture;
    const changes = changesOf(transaction);
    if (changes === 'none') return;
    if (changes === undefined) throw gone();
    const context = { tokens: store.tokens, constraints: view.exportConstraints(), elementId };
    const metadata = metadataOf(changes, capture.log);
    for (const [index, change] of changes.changes.entries()) {
      if (transaction.lsn === lsn && index <= seq) continue;
      const event = eventOf(change, changes, context);
      if (!selection({ change, event, metadata }, store.tokens)) continue;
      this.#found.push([capture.idAfter(transaction.lsn, index), transaction.lsn, index, metadata, event]);
    }
  }
}

/** There is one user, and what a connection was is not kept. */
function metadataOf({ commit }: TransactionChanges, { serverId, databaseId }: ChangeLog): ValueMap {
  return new Map<string, Value>([
    ['executingUser', USER],
    ['authenticatedUser', USER],
    ['captureMode', commit.mode],
    ['connectionType', null],
    ['connectionClient', null],
    ['connectionServer', null],
    ['serverId', serverId],
    ['databaseId', databaseId],
    ['txStartTime', dateTimeAt(UTC, momentAt(commit.startMs))],
    ['txCommitTime', dateTimeAt(UTC, momentAt(commit.commitMs))],
    ['txMetadata', new Map()],
  ]);
}

const USER = 'admin';

function disabled(log: ChangeLog | undefined): GraphError {
  const reason = log ? 'Changes are not captured in this database' : 'The graph is in memory alone, without a log';
  const remedy = log ? ` Capture them with ALTER DATABASE … SET OPTION ${CAPTURE_OPTION} 'FULL'.` : '';
  return new GraphError('Neo.DatabaseError.ChangeDataCapture.Disabled', `${reason}.${remedy}`);
}

function gone(): GraphError {
  return new GraphError(
    'Neo.DatabaseError.ChangeDataCapture.ScanFailure',
    'Changes after this identifier are not in the log any more, or were not captured. Begin anew from db.cdc.earliest or db.cdc.current.',
  );
}

function invalid(reason: string): GraphError {
  return new GraphError(
    'Neo.ClientError.ChangeDataCapture.InvalidIdentifier',
    `The change identifier cannot be used. ${reason} Begin anew from db.cdc.earliest or db.cdc.current.`,
  );
}
