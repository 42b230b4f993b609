/** The procedures that every engine has. */
import type { Procedure } from '../executor/procedure.ts';

export const BUILT_IN_PROCEDURES: readonly Procedure[] = [];
