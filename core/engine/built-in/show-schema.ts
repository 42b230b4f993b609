/** What SHOW INDEXES and SHOW CONSTRAINTS give, and Memgraph's SHOW INDEX INFO and SHOW CONSTRAINT INFO. */
import { type Steps, spend } from '../../algorithm/steps.ts';
import type { ProcedureSignature } from '../../cypher/procedure-signature.ts';
import { SHOW_CONSTRAINT_INFO, SHOW_CONSTRAINTS, SHOW_INDEX_INFO, SHOW_INDEXES } from '../../cypher/show-signature.ts';
import type { ExecutionContext } from '../../executor/context.ts';
import type { Procedure } from '../../executor/procedure.ts';
import { type ConstraintDefinition, type ConstraintKind, ownsIndex } from '../../graph/constraint-definition.ts';
import type { IndexDefinition } from '../../graph/index-definition.ts';
import type { Tokens } from '../../graph/tokens.ts';
import { Float, type Value } from '../../value/value.ts';
import { atOnce, inSteps, type StepContext } from './rows.ts';

/** Nodes that are looked at in one go. */
const SCAN_IDS = 1024;

const indexes = atOnce(SHOW_INDEXES, ([kind], context) => indexRows(kind ?? null, context));

type SchemaContext = Pick<ExecutionContext, 'view' | 'tokens'>;

function indexRows(kind: Value, { view, tokens }: SchemaContext): Value[][] {
  return view.exportIndexes().flatMap(({ name, label: labelToken, key: keyToken }, i) => {
    if (kind !== null && kind !== 'RANGE') return [];
    const label = tokens.label.nameOf(labelToken);
    const key = tokens.propertyKey.nameOf(keyToken);
    const owner = view.exportConstraints().find((constraint) => constraint.name === name && ownsIndex(constraint));
    const place = ['RANGE', 'NODE', [label], [key], 'range-1.0', owner?.name ?? null];
    const statement = `CREATE RANGE INDEX ${quoted(name)} FOR (n:${quoted(label)}) ON (n.${quoted(key)})`;
    const rest = [null, null, null, new Map<string, Value>(), '', statement];
    return [[i + 1, name, 'ONLINE', new Float(100), ...place, ...rest]];
  });
}

const indexInfo = inSteps(SHOW_INDEX_INFO, function* (_, { statement, work }): Steps<Value[][]> {
  const { view, tokens } = statement;
  const rows: Value[][] = [];
  for (const index of view.exportIndexes()) {
    const names = [tokens.label.nameOf(index.label), tokens.propertyKey.nameOf(index.key)];
    rows.push(['label+property', ...names, yield* countOf(index, { statement, work })]);
  }
  return rows;
});

/** Nodes that an index holds. */
function* countOf({ label, key }: IndexDefinition, { statement, work }: StepContext): Steps<number> {
  const { view } = statement;
  const ids = new Int32Array(SCAN_IDS);
  let found = 0;
  for (let cursor = 0; cursor !== -1; ) {
    const scan = view.scanLabel(label, cursor, ids);
    const { count } = scan;
    cursor = scan.cursor;
    for (let i = 0; i < count; i++) if (view.nodeProperty(ids[i]!, key) !== null) found++;
    yield* spend(count + 1, work);
  }
  return found;
}

/** What each kind of constraint is called after NODE or RELATIONSHIP, by Memgraph, and in a statement. */
const NAMES: Readonly<Record<ConstraintKind, { type: string; info: string; requirement: string }>> = {
  unique: { type: 'UNIQUENESS', info: 'unique', requirement: 'IS UNIQUE' },
  exists: { type: 'PROPERTY_EXISTENCE', info: 'exists', requirement: 'IS NOT NULL' },
  key: { type: 'KEY', info: 'key', requirement: 'IS NODE KEY' },
  type: { type: 'PROPERTY_TYPE', info: 'data_type', requirement: 'IS ::' },
};

const constraints = atOnce(SHOW_CONSTRAINTS, ([kind], context) => constraintRows(kind ?? null, context));

function constraintRows(kind: Value, { view, tokens }: SchemaContext): Value[][] {
  return view.exportConstraints().flatMap((constraint, i) => {
    const { name, entity } = constraint;
    const type = typeOf(constraint);
    if (typeof kind === 'string' && !isOfKind(type, kind)) return [];
    const { label, key } = namesOf(constraint, tokens);
    const types = constraint.types.length === 0 ? null : constraint.types.map(withNotNull).join(' | ');
    const place = entity === 'node' ? `(n:${quoted(label)})` : `()-[n:${quoted(label)}]-()`;
    const requirement = `${NAMES[constraint.kind].requirement}${types === null ? '' : ` ${types}`}`;
    const statement = `CREATE CONSTRAINT ${quoted(name)} FOR ${place} REQUIRE (n.${quoted(key)}) ${requirement}`;
    const owned = ownsIndex(constraint) ? name : null;
    return [[i + 1, name, type, entity.toUpperCase(), [label], [key], owned, types, null, statement]];
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
    const { label, key } = namesOf(constraint, tokens);
    return [NAMES[constraint.kind].info, label, [key], constraint.types.join(' | ')];
  }),
);

function namesOf({ entity, token, key }: ConstraintDefinition, tokens: Tokens): { label: string; key: string } {
  const label = (entity === 'node' ? tokens.label : tokens.relationshipType).nameOf(token);
  return { label, key: tokens.propertyKey.nameOf(key) };
}

/** A name as a statement can hold it. */
function quoted(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

export const SHOW_SCHEMA_PROCEDURES: readonly Procedure[] = [indexes, indexInfo, constraints, constraintInfo];
