/**
 * Repeat: quantified path patterns. For each row, a row for each trail of as many times through the inner pattern as the
 * bounds say; no relationship stands twice in a trail, within one time or in different ones.
 */
import { NodeReference, RelationshipReference, type Value } from '../value/value.ts';
import { isTaken } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator, OperatorFactory } from './operator.ts';
import { type AddedColumn, derive, nodeIds, valueIn, withVector } from './rows.ts';

export interface RepeatSpec {
  /** One time through the pattern: from the node in `innerStart` to the one in `innerEnd`. */
  readonly inner: OperatorFactory;
  readonly from: number;
  readonly to: number;
  readonly into: boolean;
  readonly reversed: boolean;
  readonly min: number;
  readonly max: number;
  readonly innerStart: number;
  readonly innerEnd: number;
  readonly innerRelationships: readonly number[];
  readonly relationship: number | undefined;
  readonly groups: readonly { readonly inner: number; readonly outer: number }[];
  readonly distinctFrom: readonly number[];
}

/** What it takes to begin the pattern once more, in units of work. */
const TIME_WORK = 10;

/** One time through the pattern, as it is bound at the moment, and what else it could be bound to. */
interface Time {
  readonly operator: Operator;
  batch: Batch | undefined;
  /** The next row of the batch to try. */
  row: number;
  relationships: readonly number[];
  /** Values of the groups. */
  values: readonly Value[];
  end: number;
}

/** Rows found: by row the parent, the node at the end, the list of relationships, and by group the lists. */
interface Found {
  readonly parents: number[];
  readonly ends: number[];
  readonly trails: Value[];
  readonly groups: Value[][];
}

export class Repeat implements Operator {
  readonly #input: Operator;
  readonly #spec: RepeatSpec;
  readonly #times: Time[] = [];
  #batch: Batch | undefined;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array | undefined;
  #row = 0;
  #started = false;
  #found: Found;

  constructor(input: Operator, spec: RepeatSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#found = this.#nothing();
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#from = nodeIds(input, this.#spec.from);
        this.#to = this.#spec.into ? nodeIds(input, this.#spec.to) : undefined;
        this.#row = 0;
        this.#started = false;
      }
      const batch = this.#batch;
      const paused = !this.#walk(batch, context);
      if (this.#found.parents.length > 0) return this.#output(batch);
      if (paused) return PAUSE;
    }
  }

  #nothing(): Found {
    return { parents: [], ends: [], trails: [], groups: this.#spec.groups.map(() => []) };
  }

  /** False when the slice's work is spent; true when the batch is through, or enough rows have been found. */
  #walk(batch: Batch, context: ExecutionContext): boolean {
    while (this.#row < batch.rowCount && this.#found.parents.length < BATCH_ROWS) {
      if (context.exhausted) return false;
      if (!this.#started) this.#startRow(batch, context);
      else {
        const time = this.#times.at(-1);
        if (time === undefined) {
          this.#started = false;
          this.#row++;
        } else if (!this.#advance(time, batch, context)) return false;
      }
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    return true;
  }

  #startRow(batch: Batch, context: ExecutionContext): void {
    context.charge(1);
    const node = this.#from[this.#row]!;
    this.#started = true;
    if (node === NO_ENTITY || this.#spec.max < this.#spec.min) return;
    this.#answer(node);
    this.#enter(batch, node);
  }

  /** Goes once more through the pattern from a node, if it may. */
  #enter(batch: Batch, node: number): void {
    const { inner, innerStart, max } = this.#spec;
    if (this.#times.length >= max) return;
    const row = derive(batch, Int32Array.of(this.#row));
    const column = { kind: 'node', ids: Int32Array.of(node) } as const;
    const operator = inner(withVector(row, innerStart, { column, rows: undefined }));
    this.#times.push({ operator, batch: undefined, row: 0, relationships: [], values: [], end: NO_ENTITY });
  }

  /** Tries the next way through the pattern; false when the slice's work is spent. */
  #advance(time: Time, batch: Batch, context: ExecutionContext): boolean {
    if (time.batch === undefined) {
      const answer = time.operator.next(context);
      if (answer === PAUSE) return false;
      if (answer === END) {
        this.#times.pop();
        return true;
      }
      time.batch = answer;
      time.row = 0;
    }
    // The trail so far is looked through, and the pattern begun once more.
    context.charge(TIME_WORK + this.#times.length);
    const ways = time.batch;
    const row = time.row++;
    if (time.row === ways.rowCount) time.batch = undefined;
    const { innerRelationships, innerEnd, groups, distinctFrom } = this.#spec;
    const relationships = innerRelationships.map((slot) => idOf(valueIn(ways, slot, row)));
    const before = this.#times.slice(0, -1);
    const taken = relationships.some(
      (id) => before.some((other) => other.relationships.includes(id)) || isTaken(batch, this.#row, distinctFrom, id),
    );
    if (taken) return true;
    time.relationships = relationships;
    time.values = groups.map(({ inner }) => valueIn(ways, inner, row));
    time.end = idOf(valueIn(ways, innerEnd, row));
    this.#answer(time.end);
    this.#enter(batch, time.end);
    return true;
  }

  /** Adds a row when the trail that has been walked is long enough and ends where it should. */
  #answer(node: number): void {
    if (this.#times.length < this.#spec.min) return;
    if (this.#to !== undefined && this.#to[this.#row] !== node) return;
    const times = this.#spec.reversed ? this.#times.toReversed() : this.#times;
    const found = this.#found;
    found.parents.push(this.#row);
    found.ends.push(node);
    if (this.#spec.relationship !== undefined) {
      found.trails.push(times.flatMap(({ relationships }) => relationships.map((id) => new RelationshipReference(id))));
    }
    found.groups.forEach((lists, group) => {
      lists.push(times.map(({ values }) => values[group]!));
    });
  }

  #output(batch: Batch): Batch {
    const { to, into, relationship, groups } = this.#spec;
    const found = this.#found;
    this.#found = this.#nothing();
    const added: AddedColumn[] = into ? [] : [[to, { kind: 'node', ids: Int32Array.from(found.ends) }]];
    if (relationship !== undefined) added.push([relationship, { kind: 'value', values: found.trails }]);
    groups.forEach(({ outer }, group) => {
      added.push([outer, { kind: 'value', values: found.groups[group]! }]);
    });
    return derive(batch, Int32Array.from(found.parents), added);
  }
}

function idOf(value: Value): number {
  return value instanceof NodeReference || value instanceof RelationshipReference ? value.id : NO_ENTITY;
}
