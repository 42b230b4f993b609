/** CREATE INDEX and DROP INDEX. */
import type { SchemaCommand } from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import { noChanges } from '../executor/counters.ts';
import type { GraphStore } from '../graph/graph-store.ts';
import { type Execution, Holdings, ImmediateExecution } from './execution.ts';

/** Makes or drops an index. The change waits for `commit`. Errors: IndexAlreadyExists, IndexNotFound. */
export function changeIndexes(store: GraphStore, command: SchemaCommand): Execution {
  const writer = store.begin();
  const holdings = new Holdings({ writer });
  const counters = noChanges();
  try {
    if (command.type === 'createIndex') {
      if (!(command.ifNotExists && hasIndex(store, command))) {
        const name = command.name ?? `index_${command.label}_${command.key}`;
        writer.createIndex(name, writer.token('label', command.label), writer.token('propertyKey', command.key));
        counters.indexesAdded++;
      }
    } else {
      const name = nameOf(store, command);
      if (name !== undefined) {
        writer.dropIndex(name);
        counters.indexesRemoved++;
      } else if (!command.ifExists) throw indexNotFound(command);
    }
  } catch (error) {
    holdings.release();
    throw error;
  }
  return new ImmediateExecution({ kind: 'schema', counters, holdings });
}

type DropIndex = Extract<SchemaCommand, { type: 'dropIndex' }>;

/** The name of the index that is to be dropped, if it is there. */
function nameOf({ indexes, tokens }: GraphStore, { index }: DropIndex): string | undefined {
  if (typeof index === 'string') return indexes.byName(index)?.definition.name;
  const label = tokens.label.idOf(index.label);
  const key = tokens.propertyKey.idOf(index.key);
  return label === undefined || key === undefined ? undefined : indexes.find(label, key)?.definition.name;
}

function indexNotFound({ index, span }: DropIndex): GraphError {
  const what = typeof index === 'string' ? `'${index}'` : `on :${index.label}(${index.key})`;
  return new GraphError('Neo.ClientError.Schema.IndexNotFound', `There is no index ${what}.`, { position: span });
}

/** Whether there is an index of that name or on that label and key. */
function hasIndex(store: GraphStore, command: Extract<SchemaCommand, { type: 'createIndex' }>): boolean {
  const { tokens, indexes } = store;
  if (command.name !== undefined && indexes.byName(command.name)) return true;
  const label = tokens.label.idOf(command.label);
  const key = tokens.propertyKey.idOf(command.key);
  return label !== undefined && key !== undefined && indexes.find(label, key) !== undefined;
}
