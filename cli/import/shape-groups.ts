/** Statements of one kind, whose order among themselves is nothing to anybody, gathered by their shape. */
import type { Place, Row, RowCounter } from './row-groups.ts';
import type { ScriptItem } from './script-item.ts';
import type { StatementShape } from './statement-shape.ts';

const BATCH_ROWS = 5_000;
const BATCH_LENGTH_MAX = 2 * 1024 * 1024;
/** Statements that wait for their like. */
const HELD_MAX = 50_000;
const HELD_LENGTH_MAX = 32 * 1024 * 1024;
/** Fewer than these of a shape are done one by one, many shapes in a transaction. */
const WORTH_ROWS = 8;
const CHAIN_STATEMENTS = 50;

interface Held {
  readonly statement: string;
  readonly row: Row;
}

export class ShapeGroups {
  readonly kind: StatementShape['kind'];
  readonly #counter: RowCounter;
  #groups = new Map<string, { held: Held[]; length: number }>();
  #heldCount = 0;
  #heldLength = 0;

  constructor(kind: StatementShape['kind'], counter: RowCounter) {
    this.kind = kind;
    this.#counter = counter;
  }

  *add({ clauses, values }: StatementShape, { content, place }: Row): Generator<ScriptItem, void> {
    let group = this.#groups.get(clauses);
    if (!group) {
      group = { held: [], length: 0 };
      this.#groups.set(clauses, group);
    }
    group.held.push({ statement: content, row: { content: values, place } });
    group.length += values.length;
    this.#heldCount += 1;
    this.#heldLength += content.length;
    if (group.held.length >= BATCH_ROWS || group.length >= BATCH_LENGTH_MAX) {
      this.#groups.delete(clauses);
      this.#heldCount -= group.held.length;
      this.#heldLength -= group.held.reduce((sum, { statement }) => sum + statement.length, 0);
      yield this.#batch(clauses, group.held);
    } else if (this.#heldCount >= HELD_MAX || this.#heldLength >= HELD_LENGTH_MAX) yield* this.flush();
  }

  *flush(): Generator<ScriptItem, void> {
    let few: Row[] = [];
    for (const [clauses, { held }] of this.#groups) {
      if (held.length >= WORTH_ROWS) yield this.#batch(clauses, held);
      else few.push(...held.map(({ statement, row }) => ({ content: statement, place: row.place })));
    }
    for (; few.length > 0; few = few.slice(CHAIN_STATEMENTS)) {
      yield this.#item(undefined, few.slice(0, CHAIN_STATEMENTS));
    }
    this.#groups = new Map();
    [this.#heldCount, this.#heldLength] = [0, 0];
  }

  #batch(clauses: string, held: readonly Held[]): ScriptItem {
    return this.#item(
      clauses,
      held.map(({ row }) => row),
    );
  }

  #item(clauses: string | undefined, rows: readonly { content: string; place: Place }[]): ScriptItem {
    const firstNumber = this.#counter.next;
    this.#counter.next += rows.length;
    return { type: 'batch', order: this.kind, batch: { clauses, rows, firstNumber } };
  }
}
