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
const NUMBER: readonly TypeKind[] = ['integer', 'float'];
const SUMMABLE: readonly TypeKind[] = ['integer', 'float', 'duration'];

const AGGREGATES: readonly FunctionRow[] = [
  // count(*) is a tree of its own: countStar.
  ['count', 1, 1, ANYTHING, INTEGER],
  ['sum', 1, 1, SUMMABLE, ANY],
  ['avg', 1, 1, SUMMABLE, ANY],
  ['min', 1, 1, ANYTHING, ANY],
  ['max', 1, 1, ANYTHING, ANY],
  ['collect', 1, 1, ANYTHING, LIST],
  ['stDev', 1, 1, NUMBER, FLOAT],
  ['stDevP', 1, 1, NUMBER, FLOAT],
  ['percentileCont', 2, 2, NUMBER, FLOAT],
  ['percentileDisc', 2, 2, NUMBER, ANY],
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
  ['toIntegerOrNull', 1, 1, ANYTHING, INTEGER],
  ['toFloatOrNull', 1, 1, ANYTHING, FLOAT],
  ['toStringOrNull', 1, 1, ANYTHING, STRING],
  ['toBooleanOrNull', 1, 1, ANYTHING, BOOLEAN],
  ['toIntegerList', 1, 1, ['list'], INTEGER_LIST],
  ['toFloatList', 1, 1, ['list'], LIST],
  ['toStringList', 1, 1, ['list'], STRING_LIST],
  ['toBooleanList', 1, 1, ['list'], LIST],
  ['isEmpty', 1, 1, ['list', 'map', 'string'], BOOLEAN],
  ['nullIf', 2, 2, ANYTHING, ANY],
  ['valueType', 1, 1, ANYTHING, STRING],
  ['toUpper', 1, 1, ANYTHING, STRING],
  ['upper', 1, 1, ANYTHING, STRING],
  ['toLower', 1, 1, ANYTHING, STRING],
  ['lower', 1, 1, ANYTHING, STRING],
  ['trim', 1, 2, ANYTHING, STRING],
  ['btrim', 1, 2, ANYTHING, STRING],
  ['ltrim', 1, 2, ANYTHING, STRING],
  ['rtrim', 1, 2, ANYTHING, STRING],
  ['char_length', 1, 1, ['string'], INTEGER],
  ['character_length', 1, 1, ['string'], INTEGER],
  ['normalize', 1, 2, ANYTHING, STRING],
  ['replace', 3, 3, ANYTHING, STRING],
  ['substring', 2, 3, ANYTHING, STRING],
  ['left', 2, 2, ANYTHING, STRING],
  ['right', 2, 2, ANYTHING, STRING],
  ['split', 2, 2, ANYTHING, STRING_LIST],
  ['abs', 1, 1, ANYTHING, ANY],
  ['ceil', 1, 1, ANYTHING, FLOAT],
  ['floor', 1, 1, ANYTHING, FLOAT],
  // round(x), round(x, digits), round(x, digits, mode)
  ['round', 1, 3, ANYTHING, FLOAT],
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
  ['cot', 1, 1, ANYTHING, FLOAT],
  ['asin', 1, 1, ANYTHING, FLOAT],
  ['acos', 1, 1, ANYTHING, FLOAT],
  ['atan', 1, 1, ANYTHING, FLOAT],
  ['atan2', 2, 2, ANYTHING, FLOAT],
  ['sinh', 1, 1, ANYTHING, FLOAT],
  ['cosh', 1, 1, ANYTHING, FLOAT],
  ['tanh', 1, 1, ANYTHING, FLOAT],
  ['coth', 1, 1, ANYTHING, FLOAT],
  ['degrees', 1, 1, ANYTHING, FLOAT],
  ['radians', 1, 1, ANYTHING, FLOAT],
  ['haversin', 1, 1, ANYTHING, FLOAT],
  ['isNaN', 1, 1, ANYTHING, BOOLEAN],
  ['rand', 0, 0, ANYTHING, FLOAT],
  ['timestamp', 0, 0, ANYTHING, INTEGER],
  ['randomUUID', 0, 0, ANYTHING, STRING],
  ['vector.similarity.cosine', 2, 2, ['list'], FLOAT],
  ['vector.similarity.euclidean', 2, 2, ['list'], FLOAT],
  ['apoc.date.convertFormat', 2, 3, ['string'], STRING],
  ['apoc.util.validatePredicate', 3, 3, ['boolean'], BOOLEAN],
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
  'format',
  'linenumber',
  'file',
  'filter',
  'extract',
  'vector_distance',
  'vector_norm',
  'vector_dimension_count',
]);

/** Whether this is a function elsewhere in the Cypher family, though not here. */
export function isKnownElsewhere(name: string): boolean {
  const dot = name.indexOf('.');
  return ABSENT_FUNCTIONS.has(dot < 0 ? name : name.slice(0, dot));
}
