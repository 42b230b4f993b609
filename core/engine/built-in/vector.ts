/** Procedures that ask vector indexes. Source: Neo4j's Cypher manual, "Vector indexes". */
import { type Steps, spend } from '../../algorithm/steps.ts';
import { GraphError } from '../../error.ts';
import type { Procedure } from '../../executor/procedure.ts';
import type { EntityKind } from '../../graph/index-definition.ts';
import { byLikeness, heldAt, scanIndexed } from '../../graph/index-seek.ts';
import { type Likeness, VectorIndex } from '../../graph/vector-index.ts';
import { Float, NodeReference, RelationshipReference, type Value } from '../../value/value.ts';
import { inSteps, reading, type StepContext } from './rows.ts';

/** Entities that are looked at in one go where the index cannot answer. */
const SCAN_IDS = 64;

/** Neighbours that can be asked for. */
const COUNT_MAX = 10_000;

/** Numbers that are compared in the time of one unit of work. */
const NUMBERS_PER_WORK = 16;

function queryOf(entity: EntityKind): Procedure {
  const isNode = entity === 'node';
  return inSteps(
    reading({
      name: isNode ? 'db.index.vector.queryNodes' : 'db.index.vector.queryRelationships',
      description: `The ${entity}s whose vectors are most like a vector, most like first.`,
      arguments: { indexName: 'STRING', numberOfNearestNeighbours: 'INTEGER', query: 'LIST<NUMBER>' },
      results: { [entity]: isNode ? 'NODE' : 'RELATIONSHIP', score: 'FLOAT' },
    }),
    function* ([name, count, query], context) {
      const index = indexNamed(name as string, entity, context);
      const vector = index.vectorOf(query!);
      if (vector === undefined) throw wrongQuery(index);
      if (typeof count !== 'number' || count < 1 || count > COUNT_MAX) {
        throw argumentError(`There can be from 1 to ${COUNT_MAX} nearest neighbours.`);
      }
      const found = yield* nearest(index, { vector, count }, context);
      return found.map(({ entity: id, score }): Value[] => {
        return [isNode ? new NodeReference(id) : new RelationshipReference(id), new Float(score)];
      });
    },
  );
}

function* nearest(
  index: VectorIndex,
  sought: { readonly vector: Float32Array; readonly count: number },
  { statement, work }: StepContext,
): Steps<Likeness[]> {
  const { view } = statement;
  const cost = index.dimensions / NUMBERS_PER_WORK;
  const found = view.nearest(index, sought);
  if (found !== undefined) {
    yield* spend(Math.ceil(index.searchCost * cost), work);
    return found;
  }
  let best: Likeness[] = [];
  const ids = new Int32Array(SCAN_IDS);
  for (let cursor = 0; cursor !== -1; ) {
    const scan = scanIndexed(view, index.definition, cursor, ids);
    const { count } = scan;
    cursor = scan.cursor;
    for (let i = 0; i < count; i += 1) {
      const held = heldAt(view, index, ids[i]!);
      if (held !== null) best.push({ entity: ids[i]!, score: index.scoreOf(sought.vector, held) });
    }
    if (best.length > 2 * sought.count) best = best.sort(byLikeness).slice(0, sought.count);
    yield* spend(Math.ceil(1 + count * cost), work);
  }
  return best.sort(byLikeness).slice(0, sought.count);
}

function indexNamed(name: string, entity: EntityKind, { statement }: StepContext): VectorIndex {
  const index = statement.indexes.byName(name);
  if (index instanceof VectorIndex && index.definition.entity === entity) return index;
  throw new GraphError('Neo.ClientError.Schema.IndexNotFound', `There is no vector index '${name}' on ${entity}s.`);
}

function wrongQuery({ definition, dimensions }: VectorIndex): GraphError {
  const zeros = definition.vector?.similarity === 'cosine' ? ', not all of them zero' : '';
  return argumentError(`The index '${definition.name}' compares lists of ${dimensions} finite numbers${zeros}.`);
}

function argumentError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}

export const VECTOR_PROCEDURES: readonly Procedure[] = [queryOf('node'), queryOf('relationship')];
