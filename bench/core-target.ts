/** A graph in this process: the engine on its store, and records encoded as the WAL has them, without objects and disk. */
import { NumberText, type QueryCall, type QueryResult } from '../cli/connection.ts';
import { CommandFailure } from '../cli/failure.ts';
import type { ImportTarget } from '../cli/import/ledger.ts';
import { Engine } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { GraphError } from '../core/error.ts';
import { GraphStore } from '../core/graph/graph-store.ts';
import type { ResultValue, Value } from '../core/value/value.ts';
import { type EncodedRecord, encodeRecord, GENESIS } from '../core/wal/record.ts';
import { packRows } from '../core/wal/row.ts';
import { parseJsonText } from '../durable/json-text.ts';
import { decodeTypedValue, encodeJsonRow } from '../durable/json-value.ts';
import { SLICE_WORK } from '../durable/turn.ts';
import { importFlights } from './flights-import.ts';

export type CoreParameters = ReadonlyMap<string, Value>;

export interface CoreStatement {
  readonly text: string;
  readonly parameters: CoreParameters;
}

const EPOCH = 1;

export class CoreTarget {
  readonly store = new GraphStore();
  readonly #engine = new Engine(this.store, { clusterId: 'bench' });
  #lastHash = GENESIS.hash;
  #nextRow = 1;

  /** The rows of a statement that only reads. */
  read(text: string, parameters: CoreParameters): readonly (readonly ResultValue[])[] {
    return this.#execute({ text, parameters }).rows;
  }

  /** Commits statements as one group, as InstanceObject does: one record each, one WAL row. Answers the row's bytes. */
  commit(statements: readonly CoreStatement[]): {
    readonly rowBytes: number;
    readonly executions: readonly Execution[];
  } {
    const group: EncodedRecord[] = [];
    const executions = statements.map((statement) => {
      const execution = this.#execute(statement);
      const { deltas } = execution;
      if (deltas.length > 0) {
        const record = encodeRecord({ epoch: EPOCH, lsn: this.store.lsn + 1, previousHash: this.#lastHash, deltas });
        this.#lastHash = record.hash;
        group.push(record);
      }
      execution.commit(EPOCH);
      return execution;
    });
    const rows = packRows(group, { firstRow: this.#nextRow });
    this.#nextRow += rows.length;
    this.store.acknowledge(this.store.lsn);
    // An instance does this in slices, beside what clients ask.
    this.store.populateIndexes(Number.POSITIVE_INFINITY);
    return { rowBytes: rows.reduce((sum, { bytes }) => sum + bytes.length, 0), executions };
  }

  #execute({ text, parameters }: CoreStatement): Execution {
    const execution = this.#engine.start(text, parameters, { seed: 1, nowMs: 0 });
    while (execution.next(SLICE_WORK) === 'paused');
    return execution;
  }
}

/** Takes the calls of the commands and answers as the Query API does, parameters and values read and written by the same code. */
export class CoreConnection implements ImportTarget {
  readonly target: CoreTarget;
  readonly #observe: (statement: CoreStatement) => void;

  constructor(target: CoreTarget, observe: (statement: CoreStatement) => void = () => undefined) {
    this.target = target;
    this.#observe = observe;
  }

  async query(call: QueryCall): Promise<QueryResult> {
    try {
      const statement = { text: call.statement, parameters: parametersOf(call) };
      this.#observe(statement);
      const [execution] = this.target.commit([statement]).executions;
      if (!execution) throw new Error('a statement has an execution');
      const form = call.typedAnswer ? 'typed' : 'plain';
      const values = execution.rows.map((row) => JSON.parse(encodeJsonRow(row, form), keepNumberText));
      return { ...NO_RESULT, fields: execution.columns, values, counters: { ...execution.counters } };
    } catch (error) {
      if (!(error instanceof GraphError)) throw error;
      throw new CommandFailure('refused', error.message, { code: error.code });
    }
  }
}

function parametersOf({ parameters, typedParameters }: QueryCall): CoreParameters {
  const decode = typedParameters ? decodeTypedValue : (value: Value) => value;
  return new Map([...(parameters ?? [])].map(([name, text]) => [name, decode(parseJsonText(text))]));
}

function keepNumberText(_key: string, value: unknown, context?: { source?: string }): unknown {
  return typeof value === 'number' && context?.source !== undefined ? new NumberText(context.source) : value;
}

/** Imports the flights once, and answers the statements that made the relationships, parameters parsed, to be played again. */
export async function recordImport(target: CoreTarget): Promise<CoreStatement[]> {
  const statements: CoreStatement[] = [];
  await importFlights(new CoreConnection(target, (statement) => statements.push(statement)), 'bench');
  return statements;
}

const NO_RESULT: QueryResult = {
  fields: [],
  values: [],
  bookmarks: [],
  counters: {},
  notifications: [],
  plan: undefined,
  servedBy: '',
};
