/** A graph in this process: the engine on its store, and records encoded as the WAL has them, without objects and disk. */
import type { QueryCall, QueryResult } from '../cli/connection.ts';
import type { QueryTarget } from '../cli/import/import-folder.ts';
import { Engine } from '../core/engine/engine.ts';
import type { Execution } from '../core/engine/execution.ts';
import { GraphStore } from '../core/graph/graph-store.ts';
import type { ResultValue, Value } from '../core/value/value.ts';
import { type EncodedRecord, encodeRecord, GENESIS } from '../core/wal/record.ts';
import { packRows } from '../core/wal/row.ts';
import { parseJsonText } from '../durable/json-text.ts';
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
    return { rowBytes: rows.reduce((sum, { bytes }) => sum + bytes.length, 0), executions };
  }

  #execute({ text, parameters }: CoreStatement): Execution {
    const execution = this.#engine.start(text, parameters, { seed: 1, nowMs: 0 });
    while (execution.next(SLICE_WORK) === 'paused');
    return execution;
  }
}

/** Imports the flights once, and answers the statements that did it, parameters parsed, to be played again. */
export async function recordImport(target: CoreTarget): Promise<CoreStatement[]> {
  const statements: CoreStatement[] = [];
  const recorder: QueryTarget = {
    async query(call: QueryCall): Promise<QueryResult> {
      const parameters = new Map([...(call.parameters ?? [])].map(([name, text]) => [name, parseJsonText(text)]));
      const statement = { text: call.statement, parameters };
      statements.push(statement);
      const [execution] = target.commit([statement]).executions;
      return { ...NO_RESULT, counters: { ...execution?.counters } };
    },
  };
  await importFlights(recorder, 'bench');
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
