/** OPTIONS of CREATE INDEX, as Neo4j names them. */
import type { OptionValue } from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import {
  DIMENSIONS_MAX,
  type FullTextSettings,
  type IndexDefinition,
  type IndexKind,
  type VectorSettings,
} from '../graph/index-definition.ts';
import { analyzerNamed, DEFAULT_ANALYZER, TEXT_ANALYZERS } from '../graph/text-analyzer.ts';

const DIMENSIONS = 'vector.dimensions';
const SIMILARITY = 'vector.similarity_function';
const ANALYZER = 'fulltext.analyzer';
const EVENTUALLY_CONSISTENT = 'fulltext.eventually_consistent';

/** Names that each kind has in `indexConfig`. */
const SETTINGS: Readonly<Record<IndexKind, readonly string[]>> = {
  range: [],
  point: [],
  vector: [DIMENSIONS, SIMILARITY],
  fulltext: [ANALYZER, EVENTUALLY_CONSISTENT],
};

/** What OPTIONS say of an index: settings of its kind, with those that are not written. Errors: ArgumentError. */
export function indexSettings(
  kind: IndexKind,
  options: ReadonlyMap<string, OptionValue>,
): Pick<IndexDefinition, 'vector' | 'fullText'> {
  const config = configOf(options);
  const known = SETTINGS[kind];
  for (const setting of config.keys()) {
    if (known.includes(setting)) continue;
    const there = known.length === 0 ? '' : `: it has ${known.map((name) => `'${name}'`).join(' and ')}`;
    throw optionError(`An index of the kind '${kind}' has no setting '${setting}'${there}.`);
  }
  if (kind === 'vector') return { vector: vectorSettings(config) };
  return kind === 'fulltext' ? { fullText: fullTextSettings(config) } : {};
}

function vectorSettings(config: ReadonlyMap<string, OptionValue>): VectorSettings {
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

function fullTextSettings(config: ReadonlyMap<string, OptionValue>): FullTextSettings {
  const analyzer = config.get(ANALYZER) ?? DEFAULT_ANALYZER;
  if (typeof analyzer !== 'string' || analyzerNamed(analyzer) === undefined) {
    throw optionError(`'${ANALYZER}' is one of ${TEXT_ANALYZERS.map(({ name }) => `'${name}'`).join(', ')}.`);
  }
  const eventuallyConsistent = config.get(EVENTUALLY_CONSISTENT) ?? false;
  if (typeof eventuallyConsistent !== 'boolean') throw optionError(`'${EVENTUALLY_CONSISTENT}' is true or false.`);
  return { analyzer, eventuallyConsistent };
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
