import { BATCH_ROWS } from '../batch.ts';

/** Groups of the rows of an aggregation without keys: always this very array, so that a state can tell. Never written to. */
export const ONE_GROUP = new Int32Array(BATCH_ROWS);
