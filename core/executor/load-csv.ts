/** LoadCsv: for each row, a row for each record of a CSV text that the host fetches. */
import { GraphError, type Position } from '../error.ts';
import { typeName } from '../value/render.ts';
import type { Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, END, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import { CsvReader } from './csv-reader.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator } from './operator.ts';
import { derive } from './rows.ts';

export interface LoadCsvSpec {
  readonly url: CompiledExpression;
  /** Where the URL stands in the statement. */
  readonly position: Position;
  /** The first record names the fields of the others, which are maps then and lists otherwise. */
  readonly withHeaders: boolean;
  readonly terminator: string;
  readonly slot: number;
}

/** What a field takes beside its text, in bytes. */
const FIELD_BYTES = 24;

/** Records are handed on in smaller batches than rows of the graph, since each may be long. */
const BATCH_RECORDS = BATCH_ROWS / 4;

export class LoadCsv implements Operator {
  readonly #input: Operator;
  readonly #spec: LoadCsvSpec;
  #batch: Batch | undefined;
  #urls: readonly Value[] = [];
  #row = 0;
  #reader: CsvReader | undefined;
  #headers: readonly (string | null)[] = [];

  constructor(input: Operator, spec: LoadCsvSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        const urls = this.#spec.url.evaluate(input, context);
        this.#batch = input;
        this.#urls = Array.from({ length: input.rowCount }, (_, row) => vectorValue(urls, row));
        this.#row = 0;
      }
      if (context.exhausted) return PAUSE;
      const output = this.#read(this.#batch, context);
      if (output !== undefined) return output;
    }
  }

  /** A batch, PAUSE while a text is on its way, or undefined when there is nothing more for the input's batch. */
  #read(batch: Batch, context: ExecutionContext): Batch | typeof PAUSE | undefined {
    const parents: number[] = [];
    const values: Value[] = [];
    let bytes = 0;
    while (values.length < BATCH_RECORDS && this.#row < batch.rowCount && !context.exhausted) {
      const reader = this.#reader ?? this.#open(context);
      if (reader === undefined) {
        if (values.length > 0) break;
        return PAUSE;
      }
      const record = reader.next();
      if (record === undefined) {
        this.#reader = undefined;
        this.#row++;
        continue;
      }
      context.charge(1 + record.length);
      bytes += record.reduce((sum, field) => sum + FIELD_BYTES + 2 * (field?.length ?? 0), 0);
      parents.push(this.#row);
      values.push(this.#spec.withHeaders ? this.#mapOf(record) : record);
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    if (values.length === 0) return undefined;
    // Held for the moment only: what goes on with the records counts what it keeps.
    context.hold(bytes, 'LoadCSV');
    context.hold(-bytes, 'LoadCSV');
    return derive(batch, Int32Array.from(parents), [[this.#spec.slot, { kind: 'value', values }]]);
  }

  /** Undefined: the text is on its way. */
  #open(context: ExecutionContext): CsvReader | undefined {
    const url = this.#urls[this.#row]!;
    if (typeof url !== 'string') {
      const message = `LOAD CSV needs the URL as a STRING, but got a value of type ${typeName(url)}.`;
      throw new GraphError('Neo.ClientError.Statement.TypeError', message, {
        position: this.#spec.position,
        detail: 'InvalidArgumentType',
      });
    }
    const text = context.textAt(url, this.#spec.position);
    if (text === undefined) return undefined;
    this.#reader = new CsvReader(text, this.#spec.terminator);
    this.#headers = this.#spec.withHeaders ? (this.#reader.next() ?? []) : [];
    return this.#reader;
  }

  /** A field that the record lacks is null; one without a header is left out. Of two headers alike the later one counts. */
  #mapOf(record: readonly (string | null)[]): Value {
    const map = new Map<string, Value>();
    for (const [at, header] of this.#headers.entries()) if (header !== null) map.set(header, record[at] ?? null);
    return map;
  }
}
