/** CREATE and DROP of indexes and constraints, and ALTER DATABASE. */
import type { ConstraintSubject, IndexSubject, SchemaCommand, SchemaSubject } from '../cypher/ast.ts';
import { GraphError, type Position } from '../error.ts';
import { type MutableCounters, noChanges } from '../executor/counters.ts';
import { CAPTURE_MODES, CAPTURE_OPTION } from '../graph/database-options.ts';
import type { GraphStore } from '../graph/graph-store.ts';
import type { SchemaPlace } from '../graph/index-definition.ts';
import type { Writer } from '../graph/writer.ts';
import { type Execution, ImmediateExecution } from './execution.ts';
import { Holdings } from './holdings.ts';
import { indexSettings } from './index-options.ts';
import { SteppedExecution } from './stepped-execution.ts';

/** What changes indexes, constraints and options. */
type DefinitionCommand = Exclude<SchemaCommand, { type: 'recover' }>;

type Command<Type extends SchemaCommand['type']> = Extract<SchemaCommand, { type: Type }>;

/** Each yields the work that it was. */
type Steps = Iterator<number, void>;

/** What a command works on. */
interface Change {
  readonly store: GraphStore;
  readonly writer: Writer;
  readonly counters: MutableCounters;
  /** The name of the database; undefined when it has none. */
  readonly database: string | undefined;
}

/**
 * Makes or drops an index or a constraint, or sets options. The change waits for `commit`. Errors: that it is there already, or is not there; then, as
 * it runs, that the graph is not as a new constraint says.
 */
export function changeSchema(store: GraphStore, command: DefinitionCommand, database: string | undefined): Execution {
  const writer = store.begin();
  const holdings = new Holdings();
  holdings.holdWriter(writer);
  const counters = noChanges();
  try {
    const steps = change({ store, writer, counters, database }, command);
    // What is still to be checked before it may be committed.
    const fields = { kind: 'schema', counters, holdings } as const;
    return steps === undefined ? new ImmediateExecution(fields) : new SteppedExecution(fields, steps);
  } catch (error) {
    holdings.release();
    throw error;
  }
}

function change(on: Change, command: DefinitionCommand): Steps | undefined {
  switch (command.type) {
    case 'createIndex':
      createIndex(on, command);
      return undefined;
    case 'dropIndex':
      dropIndex(on, command);
      return undefined;
    case 'createConstraint':
      return createConstraint(on, command);
    case 'dropConstraint':
      dropConstraint(on, command);
      return undefined;
    case 'alterDatabase':
      alterDatabase(on, command);
      return undefined;
  }
}

function createIndex({ store, writer, counters }: Change, command: Command<'createIndex'>): void {
  const { subject, ifNotExists, options } = command;
  const { kind, entity, label, keys } = subject;
  const settings = indexSettings(kind, options);
  const isThere =
    (command.name !== undefined && store.indexes.byName(command.name) !== undefined) ||
    indexOn(store, subject) !== undefined;
  if (ifNotExists && isThere) return;
  const name = command.name ?? [kind === 'range' ? 'index' : `${kind}_index`, label, ...keys].join('_');
  const moreTokens = subject.moreLabels?.map((more) => writer.token(tokenKind(entity), more));
  const place = { kind, entity, ...tokensOf(writer, subject), ...(moreTokens && { moreTokens }) };
  writer.createIndex({ name, ...place, ...settings });
  counters.indexesAdded++;
}

function dropIndex({ store, writer, counters }: Change, { index, ifExists, span }: Command<'dropIndex'>): void {
  const name = typeof index === 'string' ? store.indexes.byName(index)?.definition.name : indexOn(store, index);
  if (name !== undefined) {
    writer.dropIndex(name);
    counters.indexesRemoved++;
  } else if (!ifExists) {
    const what = typeof index === 'string' ? `'${index}'` : `on ${placeText(index)}`;
    throw new GraphError('Neo.ClientError.Schema.IndexNotFound', `There is no index ${what}.`, { position: span });
  }
}

/** The name of the index on it. */
function indexOn(store: GraphStore, subject: IndexSubject): string | undefined {
  const { kind, entity, moreLabels } = subject;
  const place = placeOf(store, subject);
  const moreTokens = moreLabels?.flatMap((label) => store.tokens[tokenKind(entity)].idOf(label) ?? []);
  if (place === undefined || moreTokens?.length !== moreLabels?.length) return undefined;
  return store.indexes.find({ ...place, kind, moreTokens })?.definition.name;
}

/** Answers with the steps in which it is checked that the graph is as the constraint says. */
function createConstraint(on: Change, command: Command<'createConstraint'>): Steps | undefined {
  const { store, writer, counters } = on;
  const { subject, ifNotExists } = command;
  const { kind, entity, label, keys, types } = subject;
  const name = command.name ?? ['constraint', kind, label, ...keys].join('_');
  const isThere = store.constraints.byName(name) !== undefined || constraintOn(store, subject) !== undefined;
  if (ifNotExists && isThere) return undefined;
  const definition = { name, kind, entity, ...tokensOf(writer, subject), types };
  writer.createConstraint(definition);
  counters.constraintsAdded++;
  return writer.checkAll(definition);
}

function dropConstraint({ store, writer, counters }: Change, command: Command<'dropConstraint'>): void {
  const { constraint, ifExists, span } = command;
  const name =
    typeof constraint === 'string' ? store.constraints.byName(constraint)?.name : constraintOn(store, constraint);
  if (name !== undefined) {
    writer.dropConstraint(name);
    counters.constraintsRemoved++;
  } else if (!ifExists) {
    const what = typeof constraint === 'string' ? `'${constraint}'` : `on ${placeText(constraint)}`;
    const message = `There is no constraint ${what}.`;
    throw new GraphError('Neo.ClientError.Schema.ConstraintNotFound', message, { position: span });
  }
}

function alterDatabase(
  { writer, database }: Change,
  { name, ifExists, options, span }: Command<'alterDatabase'>,
): void {
  if (database !== undefined && name.toLowerCase() !== database) {
    if (ifExists) return;
    const message = `This is the database '${database}', not '${name}'. Ask it there, or on the database 'system'.`;
    throw new GraphError('Neo.ClientError.Database.DatabaseNotFound', message, { position: span });
  }
  for (const [option, value] of options) {
    if (option !== CAPTURE_OPTION) {
      throw wrongOption(`'${option.slice(0, 80)}' is no option of a database; there is ${CAPTURE_OPTION}.`, span);
    }
    const mode = value === null ? 'OFF' : CAPTURE_MODES.find((each) => each === value);
    if (mode === undefined) {
      throw wrongOption(`${CAPTURE_OPTION} is one of ${CAPTURE_MODES.map((each) => `'${each}'`).join(', ')}.`, span);
    }
    writer.setOption(option, mode === 'OFF' ? null : mode);
  }
}

function wrongOption(message: string, position: Position): GraphError {
  return new GraphError('Neo.ClientError.Statement.ArgumentError', message, { position });
}

/** The name of the constraint that says this. */
function constraintOn(store: GraphStore, subject: ConstraintSubject): string | undefined {
  const place = placeOf(store, subject);
  return place && store.constraints.find({ ...place, kind: subject.kind })?.name;
}

/** The tokens of what a command names; undefined when the graph does not know one of the names. */
function placeOf({ tokens }: GraphStore, { entity, label, keys }: SchemaSubject): SchemaPlace | undefined {
  const token = tokens[tokenKind(entity)].idOf(label);
  const known = keys.flatMap((key) => tokens.propertyKey.idOf(key) ?? []);
  return token === undefined || known.length < keys.length ? undefined : { entity, token, keys: known };
}

/** As placeOf, with tokens for names that are new. */
function tokensOf(writer: Writer, { entity, label, keys }: SchemaSubject): { token: number; keys: number[] } {
  const token = writer.token(tokenKind(entity), label);
  return { token, keys: keys.map((key) => writer.token('propertyKey', key)) };
}

function tokenKind(entity: SchemaSubject['entity']): 'label' | 'relationshipType' {
  return entity === 'node' ? 'label' : 'relationshipType';
}

function placeText({ entity, label, keys }: SchemaSubject): string {
  return entity === 'node' ? `:${label}(${keys.join(', ')})` : `[:${label}](${keys.join(', ')})`;
}
