/** Traverse: for each row the paths that one of Memgraph's traversals finds from a bound node. */
import { RelationshipReference, type Value } from '../value/value.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import { BreadthFirstSearch } from './breadth-first-search.ts';
import { AllCheapestPaths, CheapestPaths, KCheapestPaths } from './cheapest-paths.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { type AddedColumn, columnOf, derive, nodeIds } from './rows.ts';
import { type TraversalEnds, type TraversalSpec, TraversalSteps, type TraversedPath } from './traversal-steps.ts';

export interface TraverseSpec extends TraversalSpec {
  readonly algorithm: 'breadthFirst' | 'weightedShortest' | 'allShortest' | 'kShortest';
  readonly into: boolean;
  /** The slot for what the path costs. */
  readonly total: number | undefined;
  readonly count: number | undefined;
}

/** A search from one node: its paths one by one, undefined when there are no more. */
interface PathSearch {
  start(ends: TraversalEnds, context: ExecutionContext): void;
  next(context: ExecutionContext): TraversedPath | typeof PAUSE | undefined;
}

export class Traverse implements Operator {
  readonly #input: Operator;
  readonly #spec: TraverseSpec;
  readonly #steps: TraversalSteps;
  readonly #search: PathSearch;
  #batch: Batch | undefined;
  #from: Int32Array = new Int32Array(0);
  #to: Int32Array | undefined;
  #row = 0;
  #searching = false;
  #parents: number[] = [];
  #paths: TraversedPath[] = [];

  constructor(input: Operator, spec: TraverseSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#steps = new TraversalSteps(spec);
    this.#search = searchOf(spec, this.#steps);
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
        this.#steps.prepare(input, context);
      }
      const batch = this.#batch;
      if (!this.#fill(batch, context)) return PAUSE;
      if (this.#row === batch.rowCount) this.#batch = undefined;
      if (this.#paths.length > 0) return this.#output(batch);
    }
  }

  /** Searches until there is a batch of paths or all rows are done; false when the slice's work is spent before. */
  #fill(batch: Batch, context: ExecutionContext): boolean {
    while (this.#row < batch.rowCount && this.#paths.length < BATCH_ROWS) {
      if (context.exhausted) return false;
      if (!this.#searching) {
        context.charge(1);
        const from = this.#from[this.#row]!;
        const to = this.#to?.[this.#row];
        if (from === NO_ENTITY || to === NO_ENTITY) {
          this.#row++;
          continue;
        }
        this.#search.start({ row: this.#row, from, to }, context);
        this.#searching = true;
      }
      const path = this.#search.next(context);
      if (path === PAUSE) return false;
      if (path === undefined) {
        this.#searching = false;
        this.#row++;
      } else {
        this.#parents.push(this.#row);
        this.#paths.push(path);
      }
    }
    return true;
  }

  #output(batch: Batch): Batch {
    const { to, relationship, total, into } = this.#spec;
    const paths = this.#paths;
    const added: AddedColumn[] = [];
    if (!into) added.push([to, { kind: 'node', ids: Int32Array.from(paths, ({ end }) => end) }]);
    if (relationship !== undefined) {
      const lists = paths.map((path): Value => path.relationships.map((id) => new RelationshipReference(id)));
      added.push([relationship, { kind: 'value', values: lists }]);
    }
    if (total !== undefined) added.push([total, columnOf(paths.map(({ cost }) => cost))]);
    const parents = Int32Array.from(this.#parents);
    this.#parents = [];
    this.#paths = [];
    return derive(batch, parents, added);
  }
}

function searchOf({ algorithm, count }: TraverseSpec, steps: TraversalSteps): PathSearch {
  switch (algorithm) {
    case 'breadthFirst':
      return new BreadthFirstSearch(steps);
    case 'weightedShortest':
      return new CheapestPaths(steps);
    case 'allShortest':
      return new AllCheapestPaths(steps);
    case 'kShortest':
      return new KCheapestPaths(steps, count ?? Number.POSITIVE_INFINITY);
  }
}
