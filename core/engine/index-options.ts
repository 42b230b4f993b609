/** OPTIONS of CREATE INDEX, as Neo4j names them. */
import type { OptionValue } from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import { DIMENSIONS_MAX, type IndexKind, type VectorSettings } from '../graph/index-definition.ts';

const DIMENSIONS = 'vector.dimensions';
const SIMILARITY = 'vector.similarity_function';

/** The settings of a vector index; undefined for another kind, which has none. Errors: ArgumentError. */
export function vectorSettings(kind: IndexKind, options: ReadonlyMap<string, OptionValue>): VectorSettings | undefined {
  const config = configOf(options);
  if (kind !== 'vector') {
    const [setting] = config.keys();
    if (setting !== undefined) throw optionError(`An index of this kind has no setting '${setting}'.`);
    return undefined;
  }
  for (const setting of config.keys()) {
    if (setting !== DIMENSIONS && setting !== SIMILARITY) {
      throw optionError(`A vector index has no setting '${setting}': it has '${DIMENSIONS}' and '${SIMILARITY}'.`);
    }
  }
  const dimensions = config.get(DIMENSIONS);
  if (typeof dimensions !== 'number' || dimensions < 1 || dimensions > DIMENSIONS_MAX) {
    throw optionError(`'${DIMENSIONS}' is a whole number from 1 to ${DIMENSIONS_MAX}.`);
  }
  const named = config.get(SIMILARITY) ?? 'cosine';
  const similarity = typeof named === 'string' ? named.toLowerCase() : named;
  if (similarity !== 'cosine' && similarity !== 'euclidean') {
    throw optionError(`'${SIMILARITY}' is 'cosine' or 'euclidean'.`);
  }
  return { dimensions, similarity };
}

function configOf(options: ReadonlyMap<string, OptionValue>): ReadonlyMap<string, OptionValue> {
  for (const option of options.keys()) {
    if (option !== 'indexConfig' && option !== 'indexProvider') {
      throw optionError(`An index has no option '${option}': it has 'indexConfig'.`);
    }
  }
  const config = options.get('indexConfig') ?? new Map<string, OptionValue>();
  if (config instanceof Map) return config;
  throw optionError("The option 'indexConfig' is a map.");
}

function optionError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}
