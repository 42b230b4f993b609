/** Populates the indexes of a graph slice by slice, between the other events of its object. */
import type { GraphStore } from '../core/graph/graph-store.ts';
import { nextTurn } from './turn.ts';

/** Nodes or relationships in one slice: 2 ms for one property, 7 to 18 for three of them and for texts (100,000 nodes, a busy machine). */
const SLICE_ENTITIES = 2_500;

/** An open transaction keeps a complete index from coming online; its end is looked for so often. */
const OPEN_TRANSACTION_WAIT_MS = 50;

export class IndexPopulation {
  /** The graph may be replaced by another one on the way. */
  readonly #store: () => GraphStore;
  #isRunning = false;

  constructor(store: () => GraphStore) {
    this.#store = store;
  }

  /** Begins, if there is something to do and it is not being done already. */
  begin(): void {
    if (this.#isRunning || !this.#store().indexes.areUnfinished) return;
    this.#isRunning = true;
    this.#run()
      .catch((error: unknown) => console.error('indexes could not be populated:', error))
      .finally(() => {
        this.#isRunning = false;
      });
  }

  async #run(): Promise<void> {
    await nextTurn();
    while (this.#store().indexes.areUnfinished) {
      const isBusy = this.#store().populateIndexes(SLICE_ENTITIES);
      await (isBusy ? nextTurn() : openTransactionWait());
    }
  }
}

function openTransactionWait(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, OPEN_TRANSACTION_WAIT_MS));
}
