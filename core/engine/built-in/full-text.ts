/** Procedures that ask full-text indexes. Sources: Neo4j's Cypher manual, "Full-text indexes"; Memgraph's documentation, "Text search". */
import { type Steps, spend } from '../../algorithm/steps.ts';
import { GraphError } from '../../error.ts';
import type { Procedure, ProcedureRows } from '../../executor/procedure.ts';
import { FullTextIndex } from '../../graph/full-text-index.ts';
import type { EntityKind } from '../../graph/index-definition.ts';
import { heldAt, scanIndexed } from '../../graph/index-seek.ts';
import type { MemoryCounter } from '../../graph/memory.ts';
import { analyzerNamed, TEXT_ANALYZERS } from '../../graph/text-analyzer.ts';
import type { Value } from '../../value/value.ts';
import { type Ranking, ranked } from '../full-text/ranking.ts';
import { parseTextQuery } from '../full-text/text-query-parser.ts';
import { type Scores, searchText } from '../full-text/text-search.ts';
import { Options } from './options.ts';
import { atOnce, columnsInSteps, reading, type StepContext } from './rows.ts';

/** Entities that are looked at in one go where the index cannot answer. */
const SCAN_IDS = 64;

const NO_OPTIONS: ReadonlyMap<string, Value> = new Map();

interface Request {
  readonly name: string;
  readonly query: string;
  readonly entity: EntityKind;
  readonly fieldPrefix?: string;
  /** Of another analyzer than the index's, for the query. */
  readonly analyzer?: string | undefined;
}

function queryOf(entity: EntityKind): Procedure {
  const isNode = entity === 'node';
  const name = isNode ? 'db.index.fulltext.queryNodes' : 'db.index.fulltext.queryRelationships';
  return columnsInSteps(
    reading({
      name,
      description: `The ${entity}s whose texts a query finds in a full-text index, best first.`,
      arguments: { indexName: 'STRING', queryString: 'STRING', options: ['MAP', NO_OPTIONS] },
      results: { [entity]: isNode ? 'NODE' : 'RELATIONSHIP', score: 'FLOAT' },
    }),
    function* ([index, query, given], context) {
      const options = new Options(name, given, ['limit', 'skip', 'analyzer']);
      const skip = options.integer('skip', 0, 0);
      const limit = options.integer('limit', Number.MAX_SAFE_INTEGER, 0);
      const analyzer = options.text('analyzer');
      const scores = yield* search({ name: index as string, query: query as string, entity, analyzer }, context);
      return rowsOf(yield* ranked(scores, context.work), entity, { from: skip, to: skip + limit });
    },
  );
}

/** Memgraph's, whose fields are `data.name`. It searches all properties where a query names none. */
function memgraphSearch(entity: EntityKind, ofAll: boolean): Procedure {
  const isNode = entity === 'node';
  return columnsInSteps(
    reading({
      name: `text_search.search${ofAll ? '_all' : ''}${isNode ? '' : '_edges'}`,
      description: `The ${entity}s whose texts a query finds in a text index, best first.`,
      arguments: { index_name: 'STRING', search_query: 'STRING', limit: ['INTEGER', 1000] },
      results: { [isNode ? 'node' : 'edge']: isNode ? 'NODE' : 'RELATIONSHIP', score: 'FLOAT' },
    }),
    function* ([name, query, limit], context) {
      if (typeof limit !== 'number' || limit < 0) throw argumentError('The limit is an INTEGER from 0 on.');
      const request = { name: name as string, query: query as string, entity, fieldPrefix: 'data.' };
      return rowsOf(yield* ranked(yield* search(request, context), context.work), entity, { from: 0, to: limit });
    },
  );
}

function* search(request: Request, { statement, work }: StepContext): Steps<Scores> {
  const { view, tokens, indexes } = statement;
  const known = indexes.byName(request.name);
  if (!(known instanceof FullTextIndex) || known.definition.entity !== request.entity) {
    const message = `There is no full-text index '${request.name}' on ${request.entity}s.`;
    throw new GraphError('Neo.ClientError.Schema.IndexNotFound', message);
  }
  const fields = known.definition.keys.map((key) => tokens.propertyKey.nameOf(key));
  const analyzer = request.analyzer === undefined ? known.analyzer : analyzerNamed(request.analyzer);
  if (analyzer === undefined) throw argumentError(`There is no analyzer '${request.analyzer?.slice(0, 80)}'.`);
  const { fieldPrefix } = request;
  const query = parseTextQuery(request.query, { analyzer, fields, ...(fieldPrefix !== undefined && { fieldPrefix }) });
  const index = view.documents(known) === undefined ? yield* indexOfView(known, { statement, work }) : known;
  const documents = () => {
    const seen = index === known ? view.documents(known) : (slot: number) => index.entityAt(slot);
    if (seen !== undefined) return seen;
    throw new GraphError('Neo.ClientError.Schema.IndexNotFound', `The index '${request.name}' was dropped meanwhile.`);
  };
  return yield* searchText(query, { index, view, work, documents });
}

/** Where the index cannot answer, as it is still being populated or is younger than the view: one for this call alone. */
function* indexOfView({ definition }: FullTextIndex, { statement, work }: StepContext): Steps<FullTextIndex> {
  const { view } = statement;
  const memory: MemoryCounter = { bytes: 0 };
  const index = new FullTextIndex(definition, memory);
  const ids = new Int32Array(SCAN_IDS);
  for (let cursor = 0; cursor !== -1; ) {
    const scan = scanIndexed(view, definition, cursor, ids);
    const { count } = scan;
    cursor = scan.cursor;
    const before = memory.bytes;
    let cost = 1 + count;
    for (let i = 0; i < count; i += 1) {
      const held = heldAt(view, index, ids[i]!);
      if (held === null) continue;
      index.add(ids[i]!, held);
      cost += index.entryCost(held);
    }
    work.hold(memory.bytes - before);
    yield* spend(cost, work);
  }
  return index;
}

function rowsOf(
  { entities, scores }: Ranking,
  entity: EntityKind,
  { from, to }: { readonly from: number; readonly to: number },
): ProcedureRows {
  const ids = entities.subarray(from, to);
  return {
    rowCount: ids.length,
    columns: [
      { kind: entity, ids },
      { kind: 'float', values: scores.subarray(from, to) },
    ],
  };
}

const listAvailableAnalyzers = atOnce(
  reading({
    name: 'db.index.fulltext.listAvailableAnalyzers',
    description: 'The analyzers that a full-text index can have.',
    readsGraph: false,
    results: { analyzer: 'STRING', description: 'STRING', stopwords: 'LIST<STRING>' },
  }),
  () => TEXT_ANALYZERS.map(({ name, description, stopWords }) => [name, description, stopWords]),
);

/** There is nothing to wait for: each change is in the index with its commit. */
const awaitRefresh = atOnce(
  reading({
    name: 'db.index.fulltext.awaitEventuallyConsistentIndexRefresh',
    description: 'Waits until full-text indexes hold what has been committed, which they always do.',
    readsGraph: false,
    results: {},
  }),
  () => [],
);

function argumentError(message: string): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message);
}

export const FULL_TEXT_PROCEDURES: readonly Procedure[] = [
  queryOf('node'),
  queryOf('relationship'),
  memgraphSearch('node', false),
  memgraphSearch('node', true),
  memgraphSearch('relationship', false),
  memgraphSearch('relationship', true),
  listAvailableAnalyzers,
  awaitRefresh,
];
