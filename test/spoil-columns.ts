/** Runs before each test file: memory of columns that is taken back is overwritten, so that whoever still holds it gives wrong answers. */
import { BATCH_COLUMNS } from '../core/graph/column-memory.ts';

BATCH_COLUMNS.spoils = true;
