/** CREATE and DROP of indexes and constraints. */
import type { ConstraintSubject, SchemaCommand } from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import { type MutableCounters, noChanges } from '../executor/counters.ts';
import type { GraphStore } from '../graph/graph-store.ts';
import type { Writer } from '../graph/writer.ts';
import { type Execution, ImmediateExecution } from './execution.ts';
import { Holdings } from './holdings.ts';

type Command<Type extends SchemaCommand['type']> = Extract<SchemaCommand, { type: Type }>;

/** What a command works on. */
interface Change {
  readonly store: GraphStore;
  readonly writer: Writer;
  readonly counters: MutableCounters;
}

/**
 * Makes or drops an index or a constraint. The change waits for `commit`. Errors: that it is there already, or is not there; a
 * graph that is not as a new constraint says.
 */
export function changeSchema(store: GraphStore, command: SchemaCommand): Execution {
  const writer = store.begin();
  const holdings = new Holdings();
  holdings.holdWriter(writer);
  const counters = noChanges();
  try {
    change({ store, writer, counters }, command);
  } catch (error) {
    holdings.release();
    throw error;
  }
  return new ImmediateExecution({ kind: 'schema', counters, holdings });
}

function change(on: Change, command: SchemaCommand): void {
  switch (command.type) {
    case 'createIndex':
      return createIndex(on, command);
    case 'dropIndex':
      return dropIndex(on, command);
    case 'createConstraint':
      return createConstraint(on, command);
    case 'dropConstraint':
      return dropConstraint(on, command);
  }
}

function createIndex({ store, writer, counters }: Change, command: Command<'createIndex'>): void {
  if (command.ifNotExists && hasIndex(store, command)) return;
  const name = command.name ?? `index_${command.label}_${command.key}`;
  writer.createIndex(name, writer.token('label', command.label), writer.token('propertyKey', command.key));
  counters.indexesAdded++;
}

/** Whether there is an index of that name or on that label and key. */
function hasIndex(store: GraphStore, { name, label, key }: Command<'createIndex'>): boolean {
  return (
    (name !== undefined && store.indexes.byName(name) !== undefined) || indexOn(store, { label, key }) !== undefined
  );
}

function dropIndex({ store, writer, counters }: Change, { index, ifExists, span }: Command<'dropIndex'>): void {
  const name = typeof index === 'string' ? store.indexes.byName(index)?.definition.name : indexOn(store, index);
  if (name !== undefined) {
    writer.dropIndex(name);
    counters.indexesRemoved++;
  } else if (!ifExists) {
    const what = typeof index === 'string' ? `'${index}'` : `on :${index.label}(${index.key})`;
    throw new GraphError('Neo.ClientError.Schema.IndexNotFound', `There is no index ${what}.`, { position: span });
  }
}

/** The name of the index on a label and key. */
function indexOn(
  { indexes, tokens }: GraphStore,
  on: { readonly label: string; readonly key: string },
): string | undefined {
  const label = tokens.label.idOf(on.label);
  const key = tokens.propertyKey.idOf(on.key);
  return label === undefined || key === undefined ? undefined : indexes.find(label, key)?.definition.name;
}

function createConstraint({ store, writer, counters }: Change, command: Command<'createConstraint'>): void {
  const { subject, ifNotExists } = command;
  const { kind, entity, label, key, types } = subject;
  const name = command.name ?? `constraint_${kind}_${label}_${key}`;
  const isThere = store.constraints.byName(name) !== undefined || constraintOn(store, subject) !== undefined;
  if (ifNotExists && isThere) return;
  const token = writer.token(entity === 'node' ? 'label' : 'relationshipType', label);
  writer.createConstraint({ name, kind, entity, token, key: writer.token('propertyKey', key), types });
  counters.constraintsAdded++;
}

function dropConstraint({ store, writer, counters }: Change, command: Command<'dropConstraint'>): void {
  const { constraint, ifExists, span } = command;
  const name =
    typeof constraint === 'string' ? store.constraints.byName(constraint)?.name : constraintOn(store, constraint);
  if (name !== undefined) {
    writer.dropConstraint(name);
    counters.constraintsRemoved++;
  } else if (!ifExists) {
    const what = typeof constraint === 'string' ? `'${constraint}'` : `on :${constraint.label}(${constraint.key})`;
    const message = `There is no constraint ${what}.`;
    throw new GraphError('Neo.ClientError.Schema.ConstraintNotFound', message, { position: span });
  }
}

/** The name of the constraint that says this. */
function constraintOn({ constraints, tokens }: GraphStore, subject: ConstraintSubject): string | undefined {
  const { kind, entity, label } = subject;
  const token = (entity === 'node' ? tokens.label : tokens.relationshipType).idOf(label);
  const key = tokens.propertyKey.idOf(subject.key);
  return token === undefined || key === undefined ? undefined : constraints.find({ kind, entity, token, key })?.name;
}
