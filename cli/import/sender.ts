/** Brings batches into the database, each once, and finds the rows that it does not take. */
import { CommandFailure } from '../failure.ts';
import type { BadRow } from './bad-rows.ts';
import { type ImportTarget, type ImportTotals, LANES, type Ledger, toNumber } from './ledger.ts';
import type { Batch, Row } from './row-groups.ts';
import type { ScriptItem } from './script-item.ts';

/** How long an import waits for a database that does not answer, before it gives up and can be started again. */
const PATIENCE_MS = 120_000;
const PAUSE_MS = { first: 200, max: 5_000 } as const;

/** Refusals that another row, or fewer of them, may not meet. All others end the import. */
const OF_ROWS: readonly RegExp[] = [
  /^Neo\.ClientError\.Schema\.ConstraintValidationFailed$/,
  /^Neo\.ClientError\.Statement\.(TypeError|ArgumentError|ArithmeticError|SemanticError|EntityNotFound|PropertyNotFound)$/,
  /^Neo\.ClientError\.Request\.InvalidFormat$/,
];
/** Too much at once; when a single row meets it, the graph is full. */
const MEMORY = 'Neo.TransientError.General.MemoryPoolOutOfMemoryError';

export interface SenderOptions {
  readonly database: string;
  readonly ledger: Ledger;
  /** Of each lane the last row that is done already. */
  readonly reached: readonly number[];
  readonly bad: (row: BadRow) => void;
  /** Keeps what was told to `bad`; called before the ledger moves on. */
  readonly saveBad: () => void;
}

export class Sender {
  readonly #target: ImportTarget;
  readonly #options: SenderOptions;
  readonly #lanes: Promise<void>[] = Array.from({ length: LANES }, () => Promise.resolve());
  #batchCount = 0;

  constructor(target: ImportTarget, options: SenderOptions) {
    this.#target = target;
    this.#options = options;
  }

  /** Sends a batch in its lane, which it waits for; `settle` tells what became of it. */
  async send(batch: Batch, kind: keyof ImportTotals): Promise<void> {
    const lane = this.#batchCount % LANES;
    this.#batchCount += 1;
    await this.#lanes[lane];
    const sending = this.#sendRest(batch, { lane, kind });
    // Whoever waits for the lane gets the failure; until then it must not end the process.
    sending.catch(() => undefined);
    this.#lanes[lane] = sending;
  }

  /** Resolves when all that was sent is done. */
  async settle(): Promise<void> {
    await Promise.allSettled(this.#lanes);
    await Promise.all(this.#lanes);
  }

  /** Runs a statement that may be done twice if this process ends before the ledger knows of it; one that is refused is a bad row. */
  async alone({ statement, number, place }: Extract<ScriptItem, { type: 'alone' }>): Promise<void> {
    if (this.isDone(number)) return;
    try {
      await this.query(statement);
    } catch (error) {
      if (!isRepeated(error, this.#options.reached)) {
        if (!isOfScript(error)) throw error;
        this.#options.bad({ ...place, reason: error.message, text: statement });
      }
    }
    await persist(() => this.#options.ledger.noteStatement(number));
  }

  /** Whether an earlier run has done a row, of an import in which rows are done in their order. */
  isDone(number: number): boolean {
    return number <= Math.max(...this.#options.reached);
  }

  /** Runs a statement for its own sake, until the database takes or refuses it. */
  query(statement: string, parameters: ReadonlyMap<string, string> = new Map()) {
    const { database } = this.#options;
    return persist(() =>
      this.#target.query({ database, statement, parameters, accessMode: 'write', typedParameters: true }),
    );
  }

  /** What an earlier run has done is left out; of its last batch it may not have told what was wrong. */
  async #sendRest(batch: Batch, work: Work): Promise<void> {
    const reached = this.#options.reached[work.lane] ?? 0;
    const lastNumber = batch.firstNumber + batch.rows.length - 1;
    const doneCount = Math.min(batch.rows.length, Math.max(0, reached - batch.firstNumber + 1));
    if (doneCount > 0 && reached <= lastNumber) await this.#tellLeftOut(batch, batch.rows.slice(0, doneCount));
    if (doneCount < batch.rows.length) await this.#apply(batch, work, [doneCount, batch.rows.length]);
  }

  /** Rows of a batch from one place up to another. When they are refused, halves of them, down to the row that is meant. */
  async #apply(batch: Batch, work: Work, [from, to]: readonly [number, number]): Promise<void> {
    const rows = batch.rows.slice(from, to);
    const upTo = batch.firstNumber + to - 1;
    this.#options.saveBad();
    try {
      const { ledger } = this.#options;
      const { clauses, contents } = requestOf(batch, rows);
      const statement = ledger.once(clauses, { ...work, count: rows.length });
      const { values } = await this.query(statement, ledger.parameters(contents, upTo));
      if (toNumber(values[0]?.[0]) < contents.length) await this.#look(batch, work, { rows, upTo });
    } catch (error) {
      if (!isOfRows(error, { rowCount: rows.length, kind: work.kind })) throw error;
      if (rows.length === 1) return this.#refuse(rows[0]!, error.message);
      const middle = from + (rows.length >> 1);
      await this.#apply(batch, work, [from, middle]);
      await this.#apply(batch, work, [middle, to]);
    }
  }

  /** Less was done than there are rows: they were done before, or some found nothing to be joined to. */
  async #look(batch: Batch, { lane }: Work, { rows, upTo }: { rows: readonly Row[]; upTo: number }): Promise<void> {
    const reached = await persist(() => this.#options.ledger.reached(lane));
    if (reached < upTo) throw new CommandFailure('refused', 'the database took a batch and does not have it');
    await this.#tellLeftOut(batch, rows);
  }

  async #tellLeftOut({ leftOut }: Batch, rows: readonly Row[]): Promise<void> {
    if (leftOut === undefined) return;
    const list = `[${rows.map((row) => `[${row.content}]`).join(',')}]`;
    const statement = `UNWIND range(0, size($rows) - 1) AS number WITH number, $rows[number] AS row ${leftOut}`;
    const { values } = await this.query(statement, new Map([['rows', list]]));
    for (const [number, reason] of values) {
      const row = rows[toNumber(number)];
      if (row) this.#refuse(row, String(reason));
    }
    this.#options.saveBad();
  }

  #refuse(row: Row, reason: string): void {
    this.#options.bad({ ...row.place, reason, text: row.content });
  }
}

interface Work {
  readonly lane: number;
  readonly kind: keyof ImportTotals;
}

/** Statements of a chain become subqueries that see nothing of one another's variables and return nothing. */
function requestOf({ clauses }: Batch, rows: readonly Row[]): { clauses: string; contents: string[] } {
  if (clauses !== undefined) return { clauses, contents: rows.map((row) => row.content) };
  // Behind a comment at the end of a statement the bracket needs a line of its own.
  return { clauses: rows.map((row) => `CALL () { ${row.content}\n}`).join(' '), contents: [''] };
}

function isOfRows(
  error: unknown,
  { rowCount, kind }: { rowCount: number; kind: keyof ImportTotals },
): error is CommandFailure {
  if (!(error instanceof CommandFailure) || error.code === undefined) return false;
  const { code } = error;
  if (code === MEMORY) return rowCount > 1 || kind === 'statements';
  // The clauses for rows are this program's own; the statements of a script are whoever's.
  if (kind === 'statements' && code.startsWith('Neo.ClientError.Statement.')) return true;
  return OF_ROWS.some((pattern) => pattern.test(code));
}

function isOfScript(error: unknown): error is CommandFailure {
  return error instanceof CommandFailure && /^Neo\.ClientError\.(?:Statement|Schema)\./.test(error.code ?? '');
}

/** An import that goes on may come upon an index that the run before it made or dropped, and could not note. */
function isRepeated(error: unknown, reached: readonly number[]): boolean {
  const isResumed = reached.some((number) => number > 0);
  const code = error instanceof CommandFailure ? error.code : undefined;
  return isResumed && /^Neo\.ClientError\.Schema\.(?:Index|Constraint)(?:AlreadyExists|NotFound)$/.test(code ?? '');
}

/** Asks again while the database cannot be reached or does not know what became of it: what is asked here may be asked twice. */
async function persist<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
  const startedMs = performance.now();
  for (let pauseMs: number = PAUSE_MS.first; ; pauseMs = Math.min(pauseMs * 2, PAUSE_MS.max)) {
    try {
      return await ask();
    } catch (error) {
      if (!isPassing(error) || performance.now() - startedMs > PATIENCE_MS) throw error;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}

function isPassing(error: unknown): boolean {
  if (!(error instanceof CommandFailure)) return false;
  if (error.kind === 'unreachable' || error.kind === 'unknown') return true;
  return error.code !== undefined && error.code !== MEMORY && error.code.startsWith('Neo.TransientError.');
}
