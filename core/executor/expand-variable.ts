/** ExpandVariable: for each row, a row for each trail (no relationship twice) of a length between two bounds. */
import { Expansion } from '../graph/result-lists.ts';
import { PathReference, RelationshipReference, type Value } from '../value/value.ts';
import { type ExpansionSpec, isTaken, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { type AddedColumn, derive, nodeIds } from './rows.ts';
import { StepConditions, type StepConditionsSpec } from './step-conditions.ts';
import { StepFunction, type StepFunctionSpec } from './step-function.ts';

export interface ExpandVariableSpec extends ExpansionSpec, StepConditionsSpec {
  readonly min: number;
  readonly max: number;
  readonly into: boolean;
  readonly reversed: boolean;
  /** What each step must meet; the walk is not reversed then. */
  readonly filter: StepFunctionSpec | undefined;
}

/** One step of the trail: the node it stands at, what leads on from there, and how far that has been followed. */
class Level {
  readonly expansion = new Expansion();
  node = -1;
  type = 0;
  taken = -1;
  /** The relationship that is being followed. */
  relationship = -1;
}

export class ExpandVariable implements Operator {
  readonly #input: Operator;
  readonly #spec: ExpandVariableSpec;
  readonly #conditions: StepConditions;
  readonly #filter: StepFunction | undefined;
  readonly #levels: Level[] = [];
  #batch: Batch | undefined;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array | undefined;
  #types: readonly number[] = [];
  #row = 0;
  /** Number of levels in use; 0: the row has not been started. */
  #depth = 0;

  constructor(input: Operator, spec: ExpandVariableSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#conditions = new StepConditions(spec);
    this.#filter = spec.filter && new StepFunction(spec.filter);
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#start(input, context);
      }
      if (context.exhausted) return PAUSE;
      const output = this.#fill(this.#batch!, context);
      if (output) return output;
    }
  }

  #start(batch: Batch, context: ExecutionContext): void {
    this.#batch = batch;
    this.#from = nodeIds(batch, this.#spec.from);
    this.#to = this.#spec.into ? nodeIds(batch, this.#spec.to) : undefined;
    this.#types = typeTokens(this.#spec, context.tokens);
    this.#conditions.prepare(batch, context);
    this.#filter?.prepare(batch);
    this.#row = 0;
    this.#depth = 0;
  }

  #fill(batch: Batch, context: ExecutionContext): Batch | undefined {
    const output = new TrailRows(this.#spec);
    while (output.count < BATCH_ROWS && this.#row < batch.rowCount && !context.exhausted) {
      if (this.#depth === 0) this.#startRow(output, context);
      else if (!this.#step(batch, output, context)) this.#goBack();
    }
    if (this.#row === batch.rowCount) this.#batch = undefined;
    return output.count === 0 ? undefined : output.batch(batch);
  }

  #startRow(output: TrailRows, context: ExecutionContext): void {
    context.charge(1);
    const node = this.#from[this.#row]!;
    if (node === NO_ENTITY || this.#spec.max < this.#spec.min) {
      this.#row++;
      return;
    }
    this.#enter(node);
    this.#answer(node, output);
  }

  #enter(node: number): void {
    const level = this.#levels[this.#depth] ?? new Level();
    this.#levels[this.#depth] = level;
    level.node = node;
    level.type = 0;
    level.taken = -1;
    this.#depth++;
  }

  /** Follows the next relationship from the deepest level; false when there is none left. */
  #step(batch: Batch, output: TrailRows, context: ExecutionContext): boolean {
    const level = this.#levels[this.#depth - 1]!;
    if (this.#depth - 1 >= this.#spec.max) return false;
    while (level.taken < 0 || level.taken === level.expansion.count) {
      if (level.taken >= 0) level.type++;
      const type = this.#types[level.type];
      if (type === undefined) return false;
      context.view.expand(level.node, this.#spec.direction, type, level.expansion);
      level.taken = 0;
    }
    const neighbour = level.expansion.neighbours[level.taken]!;
    const relationship = level.expansion.relationships[level.taken]!;
    level.taken++;
    // The trail so far is looked through.
    context.charge(1 + (this.#depth >> 2));
    if (!this.#mayFollow(batch, { relationship, node: neighbour }, context)) return true;
    level.relationship = relationship;
    this.#enter(neighbour);
    this.#answer(neighbour, output);
    return true;
  }

  #goBack(): void {
    this.#depth--;
    if (this.#depth === 0) this.#row++;
  }

  #mayFollow(
    batch: Batch,
    { relationship, node }: { readonly relationship: number; readonly node: number },
    context: ExecutionContext,
  ): boolean {
    for (let i = 0; i < this.#depth - 1; i++) if (this.#levels[i]!.relationship === relationship) return false;
    if (isTaken(batch, this.#row, this.#spec.distinctFrom, relationship)) return false;
    if (!this.#conditions.relationshipHolds(relationship, this.#row, context)) return false;
    if (this.#filter === undefined) return true;
    const step = { row: this.#row, relationship, node, path: () => this.#trail(), cost: () => this.#depth - 1 };
    return this.#filter.holds(step, context);
  }

  /** The trail up to the deepest level. */
  #trail(): PathReference {
    const levels = this.#levels.slice(0, this.#depth);
    const relationships = levels.slice(0, -1).map((level) => level.relationship);
    return new PathReference(
      levels.map((level) => level.node),
      relationships,
    );
  }

  /** Adds a row when the trail that has been walked is long enough and ends where it should. */
  #answer(node: number, output: TrailRows): void {
    const length = this.#depth - 1;
    if (length < this.#spec.min) return;
    if (this.#to !== undefined && this.#to[this.#row] !== node) return;
    output.add({ row: this.#row, node, levels: this.#levels, length });
  }
}

/** Rows of trails, collected until a batch is made of them. */
class TrailRows {
  readonly #spec: ExpandVariableSpec;
  readonly #parents = new Int32Array(BATCH_ROWS);
  readonly #ends = new Int32Array(BATCH_ROWS);
  readonly #lists: Value[] = [];
  count = 0;

  constructor(spec: ExpandVariableSpec) {
    this.#spec = spec;
  }

  add(trail: { row: number; node: number; levels: readonly Level[]; length: number }): void {
    this.#parents[this.count] = trail.row;
    this.#ends[this.count] = trail.node;
    this.count++;
    if (this.#spec.relationship === undefined) return;
    const list: Value[] = [];
    for (let i = 0; i < trail.length; i++) list.push(new RelationshipReference(trail.levels[i]!.relationship));
    this.#lists.push(this.#spec.reversed ? list.reverse() : list);
  }

  batch(input: Batch): Batch {
    const { to, relationship, into } = this.#spec;
    const added: AddedColumn[] = into ? [] : [[to, { kind: 'node', ids: this.#ends.subarray(0, this.count) }]];
    if (relationship !== undefined) added.push([relationship, { kind: 'value', values: this.#lists }]);
    return derive(input, this.#parents.subarray(0, this.count), added);
  }
}
