/** CREATE INDEX, DROP INDEX and SHOW INDEXES. */
import type { SchemaCommand } from '../cypher/ast.ts';
import { GraphError } from '../error.ts';
import { noChanges } from '../executor/counters.ts';
import type { GraphStore } from '../graph/graph-store.ts';
import type { GraphView } from '../graph/graph-view.ts';
import type { ResultValue } from '../value/value.ts';
import { type Execution, Holdings, ImmediateExecution } from './execution.ts';

/** Columns of SHOW INDEXES. Source: Neo4j. */
export const INDEX_COLUMNS = ['name', 'type', 'entityType', 'labelsOrTypes', 'properties', 'state'] as const;

/** SHOW INDEXES, as a view sees them. */
export function showIndexes(store: GraphStore, view: GraphView): Execution {
  const { label: labels, propertyKey } = store.tokens;
  const rows = view.exportIndexes().map(({ name, label, key }): ResultValue[] => {
    return [name, 'RANGE', 'NODE', [labels.nameOf(label)], [propertyKey.nameOf(key)], 'ONLINE'];
  });
  return new ImmediateExecution({ kind: 'read', columns: INDEX_COLUMNS, rows });
}

/** Makes or drops an index. The change waits for `commit`. Errors: IndexAlreadyExists, IndexNotFound. */
export function changeIndexes(store: GraphStore, command: Exclude<SchemaCommand, { type: 'showIndexes' }>): Execution {
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
    } else if (store.indexes.byName(command.name) !== undefined) {
      writer.dropIndex(command.name);
      counters.indexesRemoved++;
    } else if (!command.ifExists) {
      throw new GraphError('Neo.ClientError.Schema.IndexNotFound', `There is no index '${command.name}'.`, {
        position: command.span,
      });
    }
  } catch (error) {
    holdings.release();
    throw error;
  }
  return new ImmediateExecution({ kind: 'schema', counters, holdings });
}

/** Whether there is an index of that name or on that label and key. */
function hasIndex(store: GraphStore, command: Extract<SchemaCommand, { type: 'createIndex' }>): boolean {
  const { tokens, indexes } = store;
  if (command.name !== undefined && indexes.byName(command.name)) return true;
  const label = tokens.label.idOf(command.label);
  const key = tokens.propertyKey.idOf(command.key);
  return label !== undefined && key !== undefined && indexes.find(label, key) !== undefined;
}
