/** A graph and its engine, as a client would use them, without a cluster around. */
import { Engine } from '../../../core/engine/engine.ts';
import type { Execution } from '../../../core/engine/execution.ts';
import type { Limits } from '../../../core/engine/limits.ts';
import { StoreStatistics } from '../../../core/engine/store-statistics.ts';
import { GraphError } from '../../../core/error.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { Snapshot } from '../../../core/graph/graph-view.ts';
import type { Statistics } from '../../../core/planner/statistics.ts';
import {
  Float,
  NodeRecord,
  PathRecord,
  RelationshipRecord,
  type ResultValue,
  type Value,
} from '../../../core/value/value.ts';

export type Parameters = Readonly<Record<string, Value>>;

export class Database {
  readonly store: GraphStore;
  readonly engine: Engine;

  /** `sizeFactor`: the planner takes the graph to have so many times the nodes that it has, and plans as for a large one. */
  constructor(limits: Partial<Limits> = {}, store: GraphStore = new GraphStore(), sizeFactor = 1) {
    this.store = store;
    const statistics = sizeFactor === 1 ? undefined : enlarged(new StoreStatistics(store), sizeFactor);
    this.engine = new Engine(store, { clusterId: 'test', limits, ...(statistics && { statistics }) });
  }

  start(text: string, parameters: Parameters = {}, snapshot?: Snapshot): Execution {
    const options = { seed: 1, nowMs: 0, commitsOnTheWay: true, ...(snapshot && { snapshot }) };
    return this.engine.start(text, new Map(Object.entries(parameters)), options);
  }

  /** Runs a statement in slices of this much work, and commits what it has changed. */
  run(text: string, parameters: Parameters = {}, sliceWork = Number.POSITIVE_INFINITY): Execution {
    const execution = this.start(text, parameters);
    for (let answer = execution.next(sliceWork); answer !== 'done'; answer = execution.next(sliceWork)) {
      if (answer === 'commit') this.#commit(execution);
    }
    this.#commit(execution);
    return execution;
  }

  #commit(execution: Execution): void {
    const transaction = execution.commit(1);
    if (transaction) this.store.acknowledge(transaction.lsn);
    this.store.populateIndexes(Number.POSITIVE_INFINITY);
  }

  /** The rows of a statement, in a form that is easy to write down. */
  rows(text: string, parameters: Parameters = {}, sliceWork = Number.POSITIVE_INFINITY): unknown[][] {
    return this.run(text, parameters, sliceWork).rows.map((row) => row.map(plain));
  }

  /** The changes that were counted, without the zeros. */
  changes(text: string, parameters: Parameters = {}): Record<string, number> {
    const { counters } = this.run(text, parameters);
    return Object.fromEntries(Object.entries(counters).filter(([, count]) => count > 0));
  }
}

/** Statistics of a graph with more nodes, of the same degrees. */
function enlarged(statistics: Statistics, factor: number): Statistics {
  return {
    get nodeCount() {
      return statistics.nodeCount * factor;
    },
    get relationshipCount() {
      return statistics.relationshipCount * factor;
    },
    labelCount: (label) => statistics.labelCount(label) * factor,
    averageDegree: (types, direction, label) => statistics.averageDegree(types, direction, label),
    relationshipTypeCount: (type) => statistics.relationshipTypeCount(type) * factor,
    indexesOn: (entity, name) =>
      statistics.indexesOn(entity, name).map((index) => ({
        ...index,
        entryCount: index.entryCount * factor,
        valueCount: index.valueCount * factor,
      })),
  };
}

/** A FLOAT is written as text with a point, a node as `(:Label {key: value})`, a relationship as `[:TYPE {…}]`. */
export function plain(value: ResultValue): unknown {
  if (value instanceof Float) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
  if (value instanceof NodeRecord)
    return `(${value.labels.map((label) => `:${label}`).join('')}${map(value.properties)})`;
  if (value instanceof RelationshipRecord) return `[:${value.relationshipType}${map(value.properties)}]`;
  if (value instanceof PathRecord) {
    return value.nodes
      .map((node, i) => `${plain(node)}${i < value.relationships.length ? `-${plain(value.relationships[i]!)}-` : ''}`)
      .join('');
  }
  if (value instanceof Map) return Object.fromEntries([...value].map(([key, item]) => [key, plain(item)]));
  return Array.isArray(value) ? value.map(plain) : value;
}

function map(properties: ReadonlyMap<string, ResultValue>): string {
  if (properties.size === 0) return '';
  const entries = [...properties].map(([key, value]) => `${key}: ${JSON.stringify(plain(value))}`);
  return ` {${entries.sort().join(', ')}}`;
}

/** The code and the TCK's name of the GraphError that something throws. */
export function failureOf(run: () => unknown): { code: string; detail: string | undefined; message: string } {
  try {
    run();
  } catch (error) {
    if (!(error instanceof GraphError)) throw error;
    const { code, detail, message } = error;
    return { code, detail, message };
  }
  throw new Error('nothing was thrown');
}
