/**
 * How far an import has come, kept in the database: one node, changed in the transaction of each batch, so that a batch and the note
 * that it is done are there both or neither, whatever is killed when. Rows are numbered through the whole import; batches take turns in
 * lanes, in each of which one follows the other, and the ledger knows of each lane the last row that is done.
 */
import type { Connection } from '../connection.ts';
import { CommandFailure } from '../failure.ts';
import { IMPORT_LABEL, quoteName } from './names.ts';

/** Batches on the way at a time: while one is written, the next is read. */
export const LANES = 2;

/** Where the statements go. */
export type ImportTarget = Pick<Connection, 'query'>;

export interface LedgerEntry {
  readonly isFinished: boolean;
  readonly isNew: boolean;
  /** When all rows have been sent and told of: the number of what comes next. Undefined before. */
  readonly nextNumber: number | undefined;
  /** Of each lane the number of the last row that is done. */
  readonly lanes: readonly number[];
}

export interface ImportTotals {
  readonly nodes: number;
  readonly relationships: number;
  /** Of scripts. */
  readonly statements: number;
}

const NODE = `(ledger:${quoteName(IMPORT_LABEL)} {import: $import})`;

export class Ledger {
  readonly #target: ImportTarget;
  readonly #database: string;
  readonly #import: string;

  constructor(target: ImportTarget, { database, id }: { database: string; id: string }) {
    this.#target = target;
    this.#database = database;
    this.#import = id;
  }

  /** This import's entry, if it has been begun. Refuses while another one has not come to its end. */
  async find(): Promise<LedgerEntry | undefined> {
    const lanes = Array.from({ length: LANES }, (_, lane) => `ledger.lane${lane}`);
    const rows = await this.#ask(
      `MATCH (ledger:${quoteName(IMPORT_LABEL)}) RETURN ledger.import, ledger.name, ledger.finished IS NOT NULL, ledger.rowsDone, ${lanes.join(', ')}`,
    );
    const own = rows.find(([id]) => id === this.#import);
    const other = rows.find(([id, , isFinished]) => id !== this.#import && isFinished !== true);
    if (other) throw unfinished(String(other[1]));
    if (!own) return undefined;
    const [, , isFinished, rowsDone, ...reached] = own;
    return {
      isFinished: isFinished === true,
      isNew: false,
      nextNumber: rowsDone === null ? undefined : toNumber(rowsDone),
      lanes: reached.map(toNumber),
    };
  }

  /** Begins, or answers what is there: another run of the same import may have begun meanwhile. */
  async begin(name: string): Promise<LedgerEntry> {
    const zeros = Array.from({ length: LANES }, (_, lane) => `ledger.lane${lane} = 0`);
    await this.#ask(
      `MERGE ${NODE} ON CREATE SET ledger.name = $name, ledger.began = datetime(), ledger.nodes = 0, ledger.relationships = 0, ledger.statements = 0, ${zeros.join(', ')}`,
      new Map([['name', JSON.stringify(name)]]),
    );
    const entry = await this.find();
    if (!entry) throw lost();
    return { ...entry, isNew: entry.lanes.every((row) => row === 0) };
  }

  /** Forgets imports that have not come to their end; what they have written stays. */
  async abandonOthers(): Promise<void> {
    await this.#ask(
      `MATCH (ledger:${quoteName(IMPORT_LABEL)}) WHERE ledger.import <> $import AND ledger.finished IS NULL DELETE ledger`,
    );
  }

  /**
   * The statement that does `clauses` for each `row` of `$rows`, once: another time it finds its own note. It returns for how
   * many rows it was done. Nodes and relationships are counted as they are made, statements as they are sent.
   */
  once(clauses: string, { lane, kind, count }: { lane: number; kind: keyof ImportTotals; count: number }): string {
    const note = `ledger.lane${lane}`;
    const sent = kind === 'statements' ? `, ledger.statements = ledger.statements + ${count}` : '';
    const made = kind === 'statements' ? '' : ` MATCH ${NODE} SET ledger.${kind} = ledger.${kind} + done`;
    return `MATCH ${NODE} WHERE ${note} < $upTo SET ${note} = $upTo${sent} WITH 1 AS once UNWIND $rows AS row ${clauses} WITH count(*) AS done${made} RETURN done`;
  }

  /** The parameters of such a statement. */
  parameters(rows: readonly string[], upTo: number): ReadonlyMap<string, string> {
    return new Map([
      ['import', JSON.stringify(this.#import)],
      ['upTo', String(upTo)],
      ['rows', `[${rows.map((row) => `[${row}]`).join(',')}]`],
    ]);
  }

  /** Notes that a statement is done that could not share its transaction with the note. */
  async noteStatement(number: number): Promise<void> {
    await this.#ask(
      `MATCH ${NODE} WHERE ledger.lane0 < $upTo SET ledger.lane0 = $upTo, ledger.statements = ledger.statements + 1`,
      new Map([['upTo', String(number)]]),
    );
  }

  /** How far a lane has come. Throws CommandFailure when the note is gone. */
  async reached(lane: number): Promise<number> {
    const [row] = await this.#ask(`MATCH ${NODE} RETURN ledger.lane${lane}`);
    if (!row) throw lost();
    return toNumber(row[0]);
  }

  /** Notes that no row is left, so that the nodes may lose what the rows find them by. */
  async noteRowsDone(nextNumber: number): Promise<void> {
    await this.#ask(`MATCH ${NODE} SET ledger.rowsDone = $next`, new Map([['next', String(nextNumber)]]));
  }

  /** Notes the end, and answers what the import has made in all its runs. */
  async finish(): Promise<ImportTotals> {
    await this.#ask(`MATCH ${NODE} WHERE ledger.finished IS NULL SET ledger.finished = datetime()`);
    return this.totals();
  }

  async totals(): Promise<ImportTotals> {
    const [row] = await this.#ask(`MATCH ${NODE} RETURN ledger.nodes, ledger.relationships, ledger.statements`);
    if (!row) throw lost();
    return { nodes: toNumber(row[0]), relationships: toNumber(row[1]), statements: toNumber(row[2]) };
  }

  /** Takes the note away: the same files would be imported anew. */
  async forget(): Promise<void> {
    await this.#ask(`MATCH ${NODE} DELETE ledger`);
  }

  /** Whether the database holds anything but notes of imports. */
  async isEmpty(): Promise<boolean> {
    const rows = await this.#ask(`MATCH (n:!${quoteName(IMPORT_LABEL)}) RETURN 1 LIMIT 1`);
    return rows.length === 0;
  }

  async #ask(statement: string, more: ReadonlyMap<string, string> = new Map()) {
    const parameters = new Map([['import', JSON.stringify(this.#import)], ...more]);
    const { values } = await this.#target.query({
      database: this.#database,
      statement,
      parameters,
      accessMode: 'write',
    });
    return values;
  }
}

/** A number of an answer: NumberText over HTTP, a number from an engine in this process. */
export function toNumber(value: unknown): number {
  return Number(JSON.stringify(value));
}

function lost(): CommandFailure {
  return new CommandFailure(
    'refused',
    `the node :${IMPORT_LABEL} of this import is gone: somebody has emptied the database`,
  );
}

function unfinished(name: string): CommandFailure {
  return new CommandFailure(
    'refused',
    `an import of ${name} has not come to its end, and this is another one, or its files have changed. Finish it with the files as they were; or --abandon it: what it has written stays`,
  );
}
