/**
 * The functions of this version: names, arities, what they take and give. The expression compiler
 * implements exactly these, the semantic check refuses all others. Names are found without regard to case.
 */
import {
  ANY,
  BOOLEAN,
  FLOAT,
  INTEGER,
  INTEGER_LIST,
  LIST,
  MAP,
  NODE,
  NODE_LIST,
  RELATIONSHIP_LIST,
  STRING,
  STRING_LIST,
  type StaticType,
  type TypeKind,
} from './static-type.ts';
import { SPATIAL_FUNCTIONS, TEMPORAL_FUNCTIONS } from './temporal-functions.ts';

export interface FunctionSignature {
  /** As the documentation spells it. The tree holds it in lower case. */
  readonly name: string;
  readonly argumentCountMin: number;
  readonly argumentCountMax: number;
  /** Takes all rows of a group; may be called with DISTINCT. */
  readonly aggregate: boolean;
  /** What the first argument may be; a type that is certain to be another is refused before the statement runs. */
  readonly accepts: readonly TypeKind[];
  readonly result: StaticType;
}

/** A function's row: what a FunctionSignature holds, in the order in which a table is read. */
export type FunctionRow = readonly [
  name: string,
  argumentCountMin: number,
  argumentCountMax: number,
  accepts: readonly TypeKind[],
  result: StaticType,
];

const ANYTHING: readonly TypeKind[] = ['any'];
const ENTITY: readonly TypeKind[] = ['node', 'relationship'];
const SUMMABLE: readonly TypeKind[] = ['integer', 'float', 'duration'];

const AGGREGATES: readonly FunctionRow[] = [
  // count(*) is a tree of its own: countStar.
  ['count', 1, 1, ANYTHING, INTEGER],
  ['sum', 1, 1, SUMMABLE, ANY],
  ['avg', 1, 1, SUMMABLE, ANY],
  ['min', 1, 1, ANYTHING, ANY],
  ['max', 1, 1, ANYTHING, ANY],
  ['collect', 1, 1, ANYTHING, LIST],
];

const SCALARS: readonly FunctionRow[] = [
  ['id', 1, 1, ENTITY, INTEGER],
  ['elementId', 1, 1, ENTITY, STRING],
  ['labels', 1, 1, ['node'], STRING_LIST],
  ['type', 1, 1, ['relationship'], STRING],
  ['properties', 1, 1, ['node', 'relationship', 'map'], MAP],
  ['keys', 1, 1, ['node', 'relationship', 'map'], STRING_LIST],
  ['nodes', 1, 1, ['path'], NODE_LIST],
  ['relationships', 1, 1, ['path'], RELATIONSHIP_LIST],
  ['length', 1, 1, ['path'], INTEGER],
  ['startNode', 1, 1, ['relationship'], NODE],
  ['endNode', 1, 1, ['relationship'], NODE],
  ['size', 1, 1, ['list', 'string'], INTEGER],
  ['head', 1, 1, ['list'], ANY],
  ['last', 1, 1, ['list'], ANY],
  ['tail', 1, 1, ['list'], LIST],
  ['range', 2, 3, ANYTHING, INTEGER_LIST],
  ['reverse', 1, 1, ['list', 'string'], ANY],
  ['coalesce', 1, Number.POSITIVE_INFINITY, ANYTHING, ANY],
  ['toInteger', 1, 1, ANYTHING, INTEGER],
  ['toFloat', 1, 1, ANYTHING, FLOAT],
  ['toString', 1, 1, ANYTHING, STRING],
  ['toBoolean', 1, 1, ANYTHING, BOOLEAN],
  ['toUpper', 1, 1, ANYTHING, STRING],
  ['toLower', 1, 1, ANYTHING, STRING],
  ['trim', 1, 1, ANYTHING, STRING],
  ['ltrim', 1, 1, ANYTHING, STRING],
  ['rtrim', 1, 1, ANYTHING, STRING],
  ['replace', 3, 3, ANYTHING, STRING],
  ['substring', 2, 3, ANYTHING, STRING],
  ['left', 2, 2, ANYTHING, STRING],
  ['right', 2, 2, ANYTHING, STRING],
  ['split', 2, 2, ANYTHING, STRING_LIST],
  ['abs', 1, 1, ANYTHING, ANY],
  ['ceil', 1, 1, ANYTHING, FLOAT],
  ['floor', 1, 1, ANYTHING, FLOAT],
  // round(x) and round(x, digits); no rounding modes.
  ['round', 1, 2, ANYTHING, FLOAT],
  ['sign', 1, 1, ANYTHING, INTEGER],
  ['sqrt', 1, 1, ANYTHING, FLOAT],
  ['exp', 1, 1, ANYTHING, FLOAT],
  ['log', 1, 1, ANYTHING, FLOAT],
  ['log10', 1, 1, ANYTHING, FLOAT],
  ['pi', 0, 0, ANYTHING, FLOAT],
  ['e', 0, 0, ANYTHING, FLOAT],
  ['sin', 1, 1, ANYTHING, FLOAT],
  ['cos', 1, 1, ANYTHING, FLOAT],
  ['tan', 1, 1, ANYTHING, FLOAT],
  ['rand', 0, 0, ANYTHING, FLOAT],
  ['timestamp', 0, 0, ANYTHING, INTEGER],
  ['randomUUID', 0, 0, ANYTHING, STRING],
  ...TEMPORAL_FUNCTIONS,
  ...SPATIAL_FUNCTIONS,
];

/** All functions by their name in lower case. */
export const FUNCTIONS: ReadonlyMap<string, FunctionSignature> = new Map(
  [...AGGREGATES.map((row) => signature(row, true)), ...SCALARS.map((row) => signature(row, false))].map((entry) => [
    entry.name.toLowerCase(),
    entry,
  ]),
);

function signature(row: FunctionRow, aggregate: boolean): FunctionSignature {
  const [name, argumentCountMin, argumentCountMax, accepts, result] = row;
  return { name, argumentCountMin, argumentCountMax, aggregate, accepts, result };
}

/** A function by its name in lower case. */
export function findFunction(name: string): FunctionSignature | undefined {
  return FUNCTIONS.get(name);
}

/** Functions of openCypher and Neo4j 5 that this version does not have, in lower case. A name before a dot stands for a family. */
const ABSENT_FUNCTIONS: ReadonlySet<string> = new Set([
  'vector',
  'graph',
  'apoc',
  'gds',
  'db',
  'percentilecont',
  'percentiledisc',
  'stdev',
  'stdevp',
  'asin',
  'acos',
  'atan',
  'atan2',
  'cot',
  'coth',
  'cosh',
  'sinh',
  'tanh',
  'degrees',
  'radians',
  'haversin',
  'isnan',
  'isempty',
  'nullif',
  'valuetype',
  'char_length',
  'character_length',
  'upper',
  'lower',
  'btrim',
  'normalize',
  'format',
  'linenumber',
  'file',
  'filter',
  'extract',
  'tobooleanornull',
  'tointegerornull',
  'tofloatornull',
  'tostringornull',
  'tobooleanlist',
  'tointegerlist',
  'tofloatlist',
  'tostringlist',
  'vector_distance',
  'vector_norm',
  'vector_dimension_count',
]);

/** Whether this is a function elsewhere in the Cypher family, though not here. */
export function isKnownElsewhere(name: string): boolean {
  const dot = name.indexOf('.');
  return ABSENT_FUNCTIONS.has(dot < 0 ? name : name.slice(0, dot));
}
