/** All functions that are called with values, by their name in lower case. coalesce() stands in conditional.ts. */
import { APOC_FUNCTIONS } from './apoc-functions.ts';
import { CONVERSION_FUNCTIONS } from './conversion-functions.ts';
import type { FunctionDefinition } from './function-definition.ts';
import { GRAPH_FUNCTIONS } from './graph-functions.ts';
import { LIST_FUNCTIONS } from './list-functions.ts';
import { MATH_FUNCTIONS } from './math-functions.ts';
import { SCALAR_FUNCTIONS } from './scalar-functions.ts';
import { SPATIAL_FUNCTIONS } from './spatial-functions.ts';
import { STRING_FUNCTIONS } from './string-functions.ts';
import { TEMPORAL_FUNCTIONS } from './temporal-functions.ts';
import { VECTOR_FUNCTIONS } from './vector-functions.ts';

/** Their names and arities are those of cypher/function-table.ts. */
export const FUNCTION_DEFINITIONS: ReadonlyMap<string, FunctionDefinition> = new Map(
  [
    SCALAR_FUNCTIONS,
    CONVERSION_FUNCTIONS,
    STRING_FUNCTIONS,
    LIST_FUNCTIONS,
    MATH_FUNCTIONS,
    GRAPH_FUNCTIONS,
    TEMPORAL_FUNCTIONS,
    SPATIAL_FUNCTIONS,
    VECTOR_FUNCTIONS,
    APOC_FUNCTIONS,
  ].flatMap(Object.entries),
);
