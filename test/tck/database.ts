/** The engine as a case uses it: a store of its own, statements run in slices and committed one by one. */
import { Engine } from '../../core/engine/engine.ts';
import type { Procedure } from '../../core/executor/procedure.ts';
import { GraphStore } from '../../core/graph/graph-store.ts';
import type { Value } from '../../core/value/value.ts';
import { type KitError, kitErrorOf, type Phase } from './failure.ts';
import type { Notation } from './notation.ts';
import { engineProcedure, type TestProcedure } from './procedure.ts';
import { factsOf, type GraphFacts } from './side-effects.ts';
import { notationOf } from './values.ts';

/** Small, so that the kit's statements pause and go on many times. */
const SLICE_WORK = 100;

/** A statement that takes more slices than this has lost its way: the longest of the kit takes some thousands. */
const SLICES_MAX = 1_000_000;

/** 2026-11-22T12:00:00Z. */
const NOW_MS = 1_795_348_800_000;

export type Outcome =
  | { readonly type: 'result'; readonly columns: readonly string[]; readonly rows: readonly (readonly Notation[])[] }
  | { readonly type: 'error'; readonly error: KitError };

export class Database {
  readonly #store = new GraphStore();
  #engine = new Engine(this.#store, { clusterId: 'tck' });
  readonly #procedures: Procedure[] = [];
  #seed = 1;

  /** Everything of the graph that can be a side effect. */
  get facts(): GraphFacts {
    return factsOf(this.#store.newest);
  }

  get checksum(): bigint {
    return this.#store.newest.checksum();
  }

  /** Makes a procedure of the kit known to the engine, which is made anew with it on the same graph. */
  registerProcedure(procedure: TestProcedure): void {
    this.#procedures.push(engineProcedure(procedure));
    this.#engine = new Engine(this.#store, { clusterId: 'tck', procedures: this.#procedures });
  }

  /**
   * Runs a statement to its end and commits it. What fails before the first slice fails at compile time: nothing of the
   * graph has been read then. Errors: those that are no GraphError, and a writer left open by a failure.
   */
  run(text: string, parameters: ReadonlyMap<string, Value>): Outcome {
    let phase: Phase = 'compile time';
    try {
      this.#seed += 1;
      const execution = this.#engine.start(text, parameters, { seed: this.#seed, nowMs: NOW_MS });
      phase = 'runtime';
      for (let slices = 1; execution.next(SLICE_WORK) === 'paused'; slices += 1) {
        if (slices > SLICES_MAX) throw new Error(`not done after ${SLICES_MAX} slices`);
      }
      const transaction = execution.commit(1);
      if (transaction) this.#store.acknowledge(transaction.lsn);
      return { type: 'result', columns: execution.columns, rows: execution.rows.map((row) => row.map(notationOf)) };
    } catch (error) {
      const kitError = kitErrorOf(error, phase);
      // The store asserts that no writer is open.
      this.#store.begin().rollback();
      return { type: 'error', error: kitError };
    }
  }
}
