/** What SHOW INDEXES and SHOW CONSTRAINTS give, and Memgraph's SHOW INDEX INFO and SHOW CONSTRAINT INFO. */
import { type Steps, spend } from '../../algorithm/steps.ts';
import type { ProcedureSignature } from '../../cypher/procedure-signature.ts';
import { SHOW_CONSTRAINT_INFO, SHOW_CONSTRAINTS, SHOW_INDEX_INFO, SHOW_INDEXES } from '../../cypher/show-signature.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import type { Procedure } from '../../executor/procedure.ts';
import { type ConstraintDefinition, type ConstraintKind, ownsIndex } from '../../graph/constraint-definition.ts';
import type { GraphIndex } from '../../graph/graph-index.ts';
import type { GraphView } from '../../graph/graph-view.ts';
import {
  type EntityKind,
  type IndexDefinition,
  type IndexKind,
  type IndexPlace,
  type SchemaPlace,
  tokensOf,
} from '../../graph/index-definition.ts';
import { heldAt, scanIndexed } from '../../graph/index-seek.ts';
import type { Tokens } from '../../graph/tokens.ts';
import { Float, type Value } from '../../value/value.ts';
import { atOnce, inSteps, type StepContext } from './rows.ts';

/** Entities that are looked at in one go. */
const SCAN_IDS = 1024;

const indexes = atOnce(SHOW_INDEXES, ([kind], context) => indexRows(kind ?? null, context));

type SchemaContext = Pick<ExecutionContext, 'view' | 'tokens' | 'indexes'>;

function indexRows(kind: Value, { view, tokens, indexes: all }: SchemaContext): Value[][] {
  return view.exportIndexes().flatMap((definition, i) => {
    const { name, entity } = definition;
    const type = definition.kind.toUpperCase();
    if (kind !== null && kind !== type) return [];
    const { labels, keys } = namesOf(definition, tokens);
    const owner = view.exportConstraints().find((constraint) => constraint.name === name && ownsIndex(constraint));
    const provider = PROVIDERS[definition.kind];
    const subject = [type, entity.toUpperCase(), labels, keys, provider, owner?.name ?? null];
    const on = definition.kind === 'fulltext' ? `EACH [${propertiesText(keys)}]` : `(${propertiesText(keys)})`;
    const place = placeText(entity, labels);
    const statement = `CREATE ${type} INDEX ${quoted(name)} FOR ${place} ON ${on}${optionsText(definition)}`;
    const rest = [null, null, null, optionsOf(definition), '', statement];
    return [[i + 1, name, ...stateOf(all.byName(name), view), ...subject, ...rest]];
  });
}

const PROVIDERS: Readonly<Record<IndexKind, string>> = {
  range: 'range-1.0',
  point: 'point-1.0',
  vector: 'vector-2.0',
  fulltext: 'fulltext-1.0',
};

function optionsOf({ kind, vector, fullText }: IndexDefinition): ReadonlyMap<string, Value> {
  const config = new Map<string, Value>();
  if (vector) {
    config.set('vector.dimensions', vector.dimensions);
    config.set('vector.similarity_function', vector.similarity.toUpperCase());
  }
  if (fullText) {
    config.set('fulltext.analyzer', fullText.analyzer);
    config.set('fulltext.eventually_consistent', fullText.eventuallyConsistent);
  }
  return new Map<string, Value>([
    ['indexConfig', config],
    ['indexProvider', PROVIDERS[kind]],
  ]);
}

function optionsText({ vector, fullText }: IndexDefinition): string {
  const settings = vector
    ? `\`vector.dimensions\`: ${vector.dimensions}, \`vector.similarity_function\`: '${vector.similarity}'`
    : fullText &&
      `\`fulltext.analyzer\`: '${fullText.analyzer}', \`fulltext.eventually_consistent\`: ${fullText.eventuallyConsistent}`;
  return settings === undefined ? '' : ` OPTIONS {indexConfig: {${settings}}}`;
}

/** Memgraph's word for the kind. */
function infoType({ name, kind, entity }: IndexDefinition): string {
  if (kind === 'fulltext') return `${entity === 'node' ? 'label' : 'edge-type'}_text (name: ${name})`;
  if (kind === 'point') return entity === 'node' ? 'point' : 'edge-type+property_point';
  if (kind === 'vector') return entity === 'node' ? 'label+property_vector' : 'edge-type+property_vector';
  return entity === 'node' ? 'label+property' : 'edge-type+property';
}

/** An index that has been dropped since the view's lsn was complete when it was there, for all that is known. */
function stateOf(index: GraphIndex | undefined, view: GraphView): [string, Float] {
  if (index === undefined || index.isOnline) return ['ONLINE', new Float(100)];
  const limit = index.definition.entity === 'node' ? view.nodeIdLimit : view.relationshipIdLimit;
  const share = index.isPopulated || limit === 0 ? 1 : index.coveredBelow / limit;
  return ['POPULATING', new Float(Math.min(100, 100 * share))];
}

const indexInfo = inSteps(SHOW_INDEX_INFO, function* (_, { statement, work }): Steps<Value[][]> {
  const { view, tokens } = statement;
  const rows: Value[][] = [];
  for (const index of view.exportIndexes()) {
    const { labels, keys } = namesOf(index, tokens);
    const type = infoType(index);
    // Memgraph shows one property as itself, and several as a list.
    const property = keys.length === 1 ? keys[0]! : keys;
    rows.push([type, labels.join('|'), property, yield* countOf(index, { statement, work })]);
  }
  return rows;
});

/** Entities that an index holds. */
function* countOf(definition: IndexDefinition, { statement, work }: StepContext): Steps<number> {
  const { name, entity, token, keys } = definition;
  const { view } = statement;
  const ids = new Int32Array(SCAN_IDS);
  const isNode = entity === 'node';
  const index = statement.indexes.byName(name);
  const has = (id: number) =>
    index
      ? heldAt(view, index, id) !== null
      : isNode
        ? keys.every((key) => view.nodeProperty(id, key) !== null)
        : view.relationshipType(id) === token && keys.every((key) => view.relationshipProperty(id, key) !== null);
  let found = 0;
  for (let cursor = 0; cursor !== -1; ) {
    const scan = scanIndexed(view, definition, cursor, ids);
    const { count } = scan;
    cursor = scan.cursor;
    for (let i = 0; i < count; i++) if (has(ids[i]!)) found++;
    yield* spend(count + 1, work);
  }
  return found;
}

/** What each kind of constraint is called after NODE or RELATIONSHIP, by Memgraph, and in a statement. */
const NAMES: Readonly<Record<ConstraintKind, { type: string; info: string; requirement: string }>> = {
  unique: { type: 'UNIQUENESS', info: 'unique', requirement: 'IS UNIQUE' },
  exists: { type: 'PROPERTY_EXISTENCE', info: 'exists', requirement: 'IS NOT NULL' },
  key: { type: 'KEY', info: 'key', requirement: 'IS KEY' },
  type: { type: 'PROPERTY_TYPE', info: 'data_type', requirement: 'IS ::' },
};

const constraints = atOnce(SHOW_CONSTRAINTS, ([kind], context) => constraintRows(kind ?? null, context));

function constraintRows(kind: Value, { view, tokens }: SchemaContext): Value[][] {
  return view.exportConstraints().flatMap((constraint, i) => {
    const { name, entity } = constraint;
    const type = typeOf(constraint);
    if (typeof kind === 'string' && !isOfKind(type, kind)) return [];
    const { labels, keys } = namesOf(constraint, tokens);
    const types = constraint.types.length === 0 ? null : constraint.types.map(withNotNull).join(' | ');
    const requirement = `${NAMES[constraint.kind].requirement}${types === null ? '' : ` ${types}`}`;
    const on = propertiesText(keys);
    const statement = `CREATE CONSTRAINT ${quoted(name)} FOR ${placeText(entity, labels)} REQUIRE (${on}) ${requirement}`;
    const owned = ownsIndex(constraint) ? name : null;
    return [[i + 1, name, type, entity.toUpperCase(), labels, keys, owned, types, null, statement]];
  });
}

/** The statements that make the indexes and constraints anew; an index that a constraint stands on comes with it. */
export function schemaStatements(context: SchemaContext): string[] {
  const at = ({ results }: ProcedureSignature, column: string) => results.findIndex(({ name }) => name === column);
  const free = indexRows(null, context).filter((row) => row[at(SHOW_INDEXES, 'owningConstraint')] === null);
  return [
    ...free.map((row) => String(row[at(SHOW_INDEXES, 'createStatement')])),
    ...constraintRows(null, context).map((row) => String(row[at(SHOW_CONSTRAINTS, 'createStatement')])),
  ];
}

function typeOf({ kind, entity }: ConstraintDefinition): string {
  // The uniqueness of nodes is called so without NODE, from before relationships had it.
  if (kind === 'unique' && entity === 'node') return NAMES.unique.type;
  return `${entity.toUpperCase()}_${NAMES[kind].type}`;
}

/** Whether SHOW … CONSTRAINTS means it: the kind is written with blanks, and may leave out whose it is. */
function isOfKind(type: string, kind: string): boolean {
  const written = kind.replaceAll(' ', '_');
  return type === written || type.endsWith(`_${written}`) || `NODE_${type}` === written;
}

/** The elements of a list that is stored are never null. */
function withNotNull(type: string): string {
  return type.replaceAll('>', ' NOT NULL>');
}

const constraintInfo = atOnce(SHOW_CONSTRAINT_INFO, (_, { view, tokens }) =>
  view.exportConstraints().map((constraint) => {
    const { labels, keys } = namesOf(constraint, tokens);
    return [NAMES[constraint.kind].info, labels[0]!, keys, constraint.types.join(' | ')];
  }),
);

function namesOf(place: SchemaPlace & Pick<IndexPlace, 'moreTokens'>, tokens: Tokens) {
  const table = place.entity === 'node' ? tokens.label : tokens.relationshipType;
  return {
    labels: tokensOf(place).map((token) => table.nameOf(token)),
    keys: place.keys.map((key) => tokens.propertyKey.nameOf(key)),
  };
}

function placeText(entity: EntityKind, labels: readonly string[]): string {
  const names = labels.map(quoted).join('|');
  return entity === 'node' ? `(n:${names})` : `()-[n:${names}]-()`;
}

function propertiesText(keys: readonly string[]): string {
  return keys.map((key) => `n.${quoted(key)}`).join(', ');
}

/** A name as a statement can hold it. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

export const SHOW_SCHEMA_PROCEDURES: readonly Procedure[] = [indexes, indexInfo, constraints, constraintInfo];
