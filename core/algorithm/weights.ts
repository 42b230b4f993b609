/** Weights of relationships: a property of theirs. */
import { GraphError } from '../error.ts';
import type { GraphView } from '../graph/graph-view.ts';
import { Float, type StoredValue } from '../value/value.ts';
import type { Steps, Work } from './steps.ts';

export interface WeightSource {
  /** For messages. */
  readonly name: string;
  /** The key's token; undefined when no property has it, so that all relationships weigh 1. */
  readonly key: number | undefined;
  /** Whether a negative weight is refused, as it is where weights are lengths or shares. */
  readonly notNegative: boolean;
}

/** Weight of a relationship that does not have the property. */
const WEIGHT_ASSUMED = 1;

const CHUNK = 1024;

/** The weight of each entry. Errors: TypeError for a value that is no number, ArgumentError for one that is negative or no number's NaN. */
export function* readWeights(
  view: GraphView,
  relationships: Int32Array,
  source: WeightSource,
  work: Work,
): Steps<Float64Array> {
  const weights = new Float64Array(relationships.length).fill(WEIGHT_ASSUMED);
  if (source.key === undefined) return weights;
  for (let from = 0; from < relationships.length; from += CHUNK) {
    const part = relationships.subarray(from, from + CHUNK);
    const column = view.gatherRelationshipProperty(part, part.length, source.key);
    for (let i = 0; i < part.length; i++) weights[from + i] = weightOf(column.values[i]!, source, column.kind);
    work.charge(part.length);
    if (work.exhausted) yield undefined;
  }
  return weights;
}

function weightOf(value: StoredValue | null, source: WeightSource, kind: 'integer' | 'float' | 'value'): number {
  if (kind === 'value' && value === null) return WEIGHT_ASSUMED;
  const weight = value instanceof Float ? value.value : Number(value);
  if (typeof value !== 'number' && typeof value !== 'bigint' && !(value instanceof Float)) {
    throw new GraphError(
      'Neo.ClientError.Statement.TypeError',
      `The weight ${source.name} of a relationship is no number.`,
      { detail: 'InvalidArgumentType' },
    );
  }
  if (Number.isNaN(weight) || (source.notNegative && weight < 0)) {
    throw new GraphError(
      'Neo.ClientError.Statement.ArgumentError',
      `The weight ${source.name} of a relationship is ${weight}, and this algorithm takes only numbers from 0 on.`,
      { detail: 'NumberOutOfRange' },
    );
  }
  return weight;
}
