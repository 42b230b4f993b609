/** References become records: what a client gets of nodes, relationships and paths. */
import type { GraphView } from '../graph/graph-view.ts';
import type { Tokens } from '../graph/tokens.ts';
import type { ResultValue, Value } from '../value/value.ts';

export type ElementIdOf = (kind: 'node' | 'relationship', id: number) => string;

export interface MaterialiseContext {
  readonly view: GraphView;
  readonly tokens: Tokens;
  readonly elementId: ElementIdOf;
}

/** Element ids of a cluster's graph: `4:<clusterId>:<id>` for nodes, `5:<clusterId>:<id>` for relationships. */
export declare function elementIds(clusterId: string): ElementIdOf;

/** A value as it leaves the engine. */
export declare function materialise(value: Value, context: MaterialiseContext): ResultValue;
