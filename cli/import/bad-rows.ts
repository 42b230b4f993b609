/** Rows that could not be imported: each a line of JSON in a file, up to a limit. */
import { appendFileSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { CommandFailure } from '../failure.ts';
import type { Place } from './row-groups.ts';

/** Characters of a row that are kept; the place in the file tells the rest. */
const TEXT_LENGTH_MAX = 10_000;

/** Rows that wait to be written together. */
const WAITING_MAX = 1_000;

export interface BadRow extends Place {
  /** In the line, from 1, where it is known. */
  readonly column?: number | undefined;
  readonly reason: string;
  readonly text: string;
}

export interface BadRowsOptions {
  readonly path: string;
  /** More than these end the import. */
  readonly max: number;
  /** What an earlier run has written stays, and is not written twice. */
  readonly isResumed: boolean;
}

export class BadRows {
  readonly path: string;
  readonly #max: number;
  /** Told by an earlier run. */
  readonly #known = new Set<string>();
  #waiting: string[] = [];
  #count = 0;

  constructor({ path, max, isResumed }: BadRowsOptions) {
    this.path = path;
    this.#max = max;
    if (isResumed) for (const line of linesOf(path)) this.#known.add(placeOf(line));
    else rmSync(path, { force: true });
    this.#count = this.#known.size;
  }

  get count(): number {
    return this.#count;
  }

  /** Throws CommandFailure when it is one too many. */
  add(row: BadRow): void {
    if (this.#known.has(`${row.line} ${row.file}`)) return;
    this.#count += 1;
    this.#waiting.push(JSON.stringify({ ...row, text: row.text.slice(0, TEXT_LENGTH_MAX) }));
    if (this.#waiting.length >= WAITING_MAX || this.#count > this.#max) this.save();
    if (this.#count > this.#max) {
      const more =
        this.#max === 0 ? '' : ` That is more than the ${this.#max} that --bad-max allows; see ${this.path}.`;
      throw new CommandFailure('usage', `${describe(row)}.${more}`);
    }
  }

  /** Writes what has come. Called before the ledger moves past the rows. */
  save(): void {
    if (this.#waiting.length === 0) return;
    try {
      appendFileSync(this.path, `${this.#waiting.join('\n')}\n`);
    } catch (error) {
      throw new CommandFailure('usage', `${this.path} cannot be written`, { cause: error });
    }
    this.#waiting = [];
  }
}

/** File, line, column and reason, for people. */
export function describe({ file, line, column, reason }: BadRow): string {
  return `${file}, line ${line}${column === undefined ? '' : `, column ${column}`}: ${reason}`;
}

/** The whole lines of what an earlier run has written; a line that a kill cut off is dropped, and its row found anew. */
function linesOf(path: string): string[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  const whole = text.slice(0, text.lastIndexOf('\n') + 1);
  if (whole.length < text.length) writeFileSync(path, whole);
  return whole.split('\n').filter(Boolean);
}

function placeOf(line: string): string {
  const { file, line: number } = JSON.parse(line) as { file: unknown; line: unknown };
  return `${String(number)} ${String(file)}`;
}
