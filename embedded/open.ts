/**
 * The engine alone, in this process: a graph in memory that answers Cypher, without objects, WAL and wire. Statements go
 * through parser, planner and executor as they do on an instance. `npm run build:engine` bundles it as dist/engine.mjs.
 */
import { Engine, type StartOptions } from '../core/engine/engine.ts';
import type { TextSource } from '../core/executor/context.ts';
import type { Counters } from '../core/executor/counters.ts';
import { GraphStore } from '../core/graph/graph-store.ts';
import type { PlanDescription } from '../core/planner/describe.ts';
import { type BulkEdges, type BulkNode, type BulkOptions, bulkLoad } from './bulk-load.ts';
import { type PlainRow, plainRows } from './plain-result.ts';
import { PlainParameters } from './plain-value.ts';

export interface OpenOptions {
  /** For LOAD CSV: the text that a URL leads to. Without it the clause is an error. */
  readonly loadText?: (url: string) => string;
  /** Goes into element ids. */
  readonly clusterId?: string;
}

export interface Result {
  readonly fields: readonly string[];
  readonly values: readonly PlainRow[];
  readonly counters: Counters;
  /** Of EXPLAIN and PROFILE. */
  readonly plan: PlanDescription | undefined;
}

/** Epoch of a graph that nobody else replicates. */
const EPOCH = 1;

const SEED_MAX = 2 ** 32;

/** What statements ask for on their way, if they do: the clock and the dice are only looked at then. */
class Host implements StartOptions {
  readonly texts: TextSource | undefined;

  constructor(texts: TextSource | undefined) {
    this.texts = texts;
  }

  get nowMs(): number {
    return Date.now();
  }

  get seed(): number {
    return Math.random() * SEED_MAX;
  }
}

export class EmbeddedGraph {
  #store = new GraphStore();
  #engine: Engine;
  readonly #clusterId: string;
  readonly #host: Host;

  constructor(options: OpenOptions = {}) {
    this.#clusterId = options.clusterId ?? 'embedded';
    this.#host = new Host(options.loadText && { read: options.loadText });
    this.#engine = this.#engineOf(this.#store);
  }

  /**
   * Runs a statement to its end and commits what it has changed. Parameters and values are plain: an INTEGER is a number, or
   * a bigint beyond 2^53; a number that is no integer is a FLOAT. Errors: GraphError, and nothing has changed then.
   */
  run(statement: string, parameters: Readonly<Record<string, unknown>> = {}): Result {
    const execution = this.#engine.start(statement, new PlainParameters(parameters), this.#host);
    execution.next(Number.POSITIVE_INFINITY);
    const transaction = execution.commit(EPOCH);
    if (transaction) this.#store.acknowledge(transaction.lsn);
    this.#store.populateIndexes(Number.POSITIVE_INFINITY);
    const { columns, rows, counters, plan } = execution;
    return { fields: columns, values: plainRows(rows, execution.hasObjects), counters, plan };
  }

  /** Puts nodes and relationships into the graph, which must be empty. Much faster than statements. Answers the graph's bytes. */
  load(nodes: Iterable<BulkNode>, edges: BulkEdges, options?: BulkOptions): { readonly bytes: number } {
    if (this.#store.nodeCount > 0) throw new Error('only an empty graph can be loaded');
    this.#store = bulkLoad(nodes, edges, options);
    this.#engine = this.#engineOf(this.#store);
    return { bytes: this.#store.memoryBytes };
  }

  /** Bytes that the graph holds: counted, not measured. */
  get memoryBytes(): number {
    return this.#store.memoryBytes;
  }

  #engineOf(store: GraphStore): Engine {
    return new Engine(store, { clusterId: this.#clusterId });
  }
}

/** An empty graph. */
export function open(options?: OpenOptions): EmbeddedGraph {
  return new EmbeddedGraph(options);
}
