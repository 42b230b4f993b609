/** Appends numbers to lists, each only once, and reads the lists: in transactions of several statements, and in single ones. */
import type { HistoryTransaction, Operation } from '../../core/history/list-append.ts';
import type { Mark } from '../../core/history/session.ts';
import type { Rows, SimStatement } from '../sim-statements.ts';
import type { World } from '../world.ts';
import { HistoryClient, markOf, type Told } from './history-client.ts';

export const LISTS = ['p', 'q', 'r'] as const;

const READ = 'MATCH (l:List {key: $key}) RETURN l.key, l.values';
const READ_ALL = 'MATCH (l:List) RETURN l.key, l.values';
const APPEND = 'MATCH (l:List {key: $key}) SET l.values = l.values + $value RETURN l.key';
const OPERATIONS_MAX = 4;

export class AppendHistory {
  /** `mark`: where it is in the log, as it was told. */
  readonly transactions: (HistoryTransaction & { readonly mark: Mark | undefined })[] = [];
  lastValue = 0;
}

export class AppendClient extends HistoryClient {
  readonly #history: AppendHistory;

  constructor(world: World, name: string, history: AppendHistory) {
    super(world, name);
    this.#history = history;
  }

  protected override act(done: () => void): void {
    const dice = this.world.dice.histories();
    if (dice < 0.6) this.#inSteps(done);
    else if (dice < 0.75) this.#append(done);
    else this.#read(done);
  }

  #inSteps(done: () => void): void {
    const count = 1 + this.below(OPERATIONS_MAX);
    const operations: Operation[] = [];
    let asked: { readonly key: string; readonly value: number | undefined } | undefined;
    const next = (results: readonly Rows[]): SimStatement | undefined => {
      const rows = results.at(-1);
      if (asked !== undefined && rows !== undefined) operations.push(...operationsOf(asked, rows));
      if (results.length === count) return undefined;
      asked = { key: this.#key(), value: this.below(2) === 0 ? undefined : ++this.#history.lastValue };
      return statementOf(asked);
    };
    this.inTransaction({ writes: true, next }, (told) => this.#ended(told, operations, done));
  }

  #append(done: () => void): void {
    const append = { key: this.#key(), value: ++this.#history.lastValue };
    this.atMain(statementOf(append), (told) => {
      const isThere = told.type !== 'ok' || told.rows.length > 0;
      this.#ended(told, isThere ? [{ type: 'append', ...append }] : [], done);
    });
  }

  /** All lists, at any instance. */
  #read(done: () => void): void {
    this.anywhere({ text: READ_ALL, parameters: {}, writes: false }, (told) => {
      if (told.type !== 'ok') return done();
      this.#ended(told, readsIn(told.rows), done);
    });
  }

  #ended(told: Told, operations: readonly Operation[], done: () => void): void {
    const { counts } = this.world;
    const outcome = told.type === 'ok' ? 'committed' : told.type === 'failed' ? 'aborted' : 'unknown';
    counts[outcome === 'committed' ? 'listsCommitted' : outcome === 'aborted' ? 'listsAborted' : 'listsUnknown'] += 1;
    if (told.type === 'failed' && told.code === 'Neo.TransientError.Transaction.Outdated') counts.outdated += 1;
    const mark = told.type === 'ok' ? markOf(told.bookmark) : undefined;
    this.#history.transactions.push({ outcome, operations, mark });
    done();
  }

  #key(): string {
    return LISTS[this.below(LISTS.length)] ?? LISTS[0];
  }
}

/** Lists as they were read. */
export function listsIn(rows: Rows): Map<string, readonly number[]> {
  return new Map(rows.map(([key, values]) => [String(key), Array.isArray(values) ? values.map(Number) : []]));
}

function readsIn(rows: Rows): Operation[] {
  return [...listsIn(rows)].map(([key, list]) => ({ type: 'read', key, list }));
}

function statementOf({ key, value }: { key: string; value: number | undefined }): SimStatement {
  if (value === undefined) return { text: READ, parameters: { key }, writes: false };
  return { text: APPEND, parameters: { key, value }, writes: true };
}

/** What a statement did. Where there is no list yet, nothing. */
function operationsOf({ key, value }: { key: string; value: number | undefined }, rows: Rows): Operation[] {
  if (value === undefined) return readsIn(rows);
  return rows.length > 0 ? [{ type: 'append', key, value }] : [];
}
