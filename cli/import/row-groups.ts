/**
 * Rows gathered by what is to be done with them, and handed on as batches. The same rows in the same order give the same batches
 * with the same numbers, whoever reads them when: that is what lets an import that was broken off go on where it stands.
 */

/** Rows of one statement, and of one transaction: with their properties well below the 300,000 changes that one may have. */
const BATCH_ROWS = 5_000;
/** And characters of JSON, well below the server's bound on a body. */
const BATCH_LENGTH_MAX = 2 * 1024 * 1024;
/** Rows of different kinds wait for one another; beyond this much text the largest group goes. */
const HELD_LENGTH_MAX = 16 * 1024 * 1024;

/** Where a row stood. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

export interface Row {
  /** A JSON list, without its brackets, of what the clauses take as `row[0]` and so on; in a chain, a statement. */
  readonly content: string;
  readonly place: Place;
}

export interface Batch {
  /** What is done for each `row` of `$rows`: the clauses that follow UNWIND. Without them the rows are a chain of statements. */
  readonly clauses: string | undefined;
  readonly rows: readonly Row[];
  /** Of the first row: rows are counted from 1 through the whole import, in the order of the batches. */
  readonly firstNumber: number;
  /** Clauses that leave the rows for which nothing was done, if there may be such. */
  readonly leftOut?: string | undefined;
}

/** What is done with the rows of a group, worked out when a batch is full. */
export interface GroupAction {
  clauses(): string;
  readonly leftOut?: string;
}

/** Numbers rows; one for the whole import. */
export class RowCounter {
  next = 1;
}

/** For most rows; a list for each would be a million of them. */
const NONE: readonly Batch[] = [];

interface Group<Action extends GroupAction> {
  readonly action: Action;
  rows: Row[];
  /** Characters of the rows. */
  length: number;
}

export class RowGroups<Action extends GroupAction> {
  readonly #groups = new Map<string, Group<Action>>();
  readonly #counter: RowCounter;
  #heldLength = 0;

  constructor(counter: RowCounter) {
    this.#counter = counter;
  }

  /** The action of a group, made by `make` when there is none yet. */
  action(key: string, make: () => Action): Action {
    let group = this.#groups.get(key);
    if (!group) {
      group = { action: make(), rows: [], length: 0 };
      this.#groups.set(key, group);
    }
    return group.action;
  }

  /** Adds a row to a group that has an action. Answers the batches that are to go now. */
  add(key: string, row: Row): readonly Batch[] {
    const group = this.#groups.get(key);
    if (!group) throw new Error(`no group ${key}`);
    const isTooLong = group.length + row.content.length > BATCH_LENGTH_MAX && group.rows.length > 0;
    const before: readonly Batch[] = isTooLong ? [this.#take(group)] : NONE;
    group.rows.push(row);
    group.length += row.content.length;
    this.#heldLength += row.content.length;
    if (group.rows.length < BATCH_ROWS && this.#heldLength <= HELD_LENGTH_MAX) return before;
    const ready = [...before];
    if (group.rows.length >= BATCH_ROWS) ready.push(this.#take(group));
    while (this.#heldLength > HELD_LENGTH_MAX) ready.push(this.#takeLargest());
    return ready;
  }

  /** All that is left. */
  flush(): Batch[] {
    return [...this.#groups.values()].filter(({ rows }) => rows.length > 0).map((group) => this.#take(group));
  }

  #take(group: Group<Action>): Batch {
    const { action, rows } = group;
    this.#heldLength -= group.length;
    const firstNumber = this.#counter.next;
    this.#counter.next += rows.length;
    [group.rows, group.length] = [[], 0];
    return { clauses: action.clauses(), rows, firstNumber, leftOut: action.leftOut };
  }

  #takeLargest(): Batch {
    let largest: Group<Action> | undefined;
    for (const group of this.#groups.values()) if (!largest || group.length > largest.length) largest = group;
    if (!largest) throw new Error('nothing is held');
    return this.#take(largest);
  }
}
