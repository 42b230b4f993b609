/** How alike two vectors are: lists of numbers of one length. Source: Neo4j's manual, "Vector functions". */
import { isNumeric } from '../../value/arithmetic.ts';
import { Float, type Value } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';
import {
  argumentError,
  argumentTypeError,
  type CallSite,
  type FunctionDefinition,
  type FunctionTable,
  listArgument,
} from './function-definition.ts';

/** Dimensions of a vector at most, as in Neo4j's indexes. */
const DIMENSIONS_MAX = 4096;

interface Sums {
  /** Of the products of the vectors' numbers. */
  readonly dot: number;
  /** Of the squares of the first one's, and of the second one's. */
  readonly left: number;
  readonly right: number;
  /** Of the squares of the differences. */
  readonly distance: number;
}

export const VECTOR_FUNCTIONS: FunctionTable = {
  // From -1 and 1 to 0 and 1.
  'vector.similarity.cosine': similarity(({ dot, left, right }, site) => {
    if (left === 0 || right === 0) throw argumentError(site, `${site.name}() needs vectors that are not all zeros.`);
    return (1 + dot / Math.sqrt(left * right)) / 2;
  }),
  'vector.similarity.euclidean': similarity(({ distance }) => 1 / (1 + distance)),
};

function similarity(of: (sums: Sums, site: CallSite) => number): FunctionDefinition {
  return {
    apply: ([one, other], context, site) => {
      const left = vector(one!, context, site);
      const right = vector(other!, context, site);
      if (left.length === right.length) return new Float(of(sumsOf(left, right), site));
      const lengths = `${left.length} and ${right.length}`;
      throw argumentError(site, `${site.name}() needs vectors of one length, not of ${lengths} numbers.`);
    },
  };
}

function sumsOf(left: Float64Array, right: Float64Array): Sums {
  const sums = { dot: 0, left: 0, right: 0, distance: 0 };
  for (let i = 0; i < left.length; i++) {
    const [a, b] = [left[i]!, right[i]!];
    sums.dot += a * b;
    sums.left += a * a;
    sums.right += b * b;
    sums.distance += (a - b) * (a - b);
  }
  return sums;
}

function vector(value: Value, context: EvaluationContext, site: CallSite): Float64Array {
  const list = listArgument(value, site);
  if (list.length === 0 || list.length > DIMENSIONS_MAX) {
    throw argumentError(
      site,
      `${site.name}() needs a vector of 1 to ${DIMENSIONS_MAX} numbers, not of ${list.length}.`,
    );
  }
  context.spend(list.length);
  return Float64Array.from(list, (item) => {
    if (!isNumeric(item)) throw argumentTypeError(site, 'a LIST of numbers', item);
    return item instanceof Float ? item.value : Number(item);
  });
}
