/** The planner's statistics, from the store's newest state. */

import type { GraphStore } from '../graph/graph-store.ts';
import { ALL_TYPES } from '../graph/graph-view.ts';
import type { Direction, EntityKind, IndexStatistics, Statistics } from '../planner/statistics.ts';

export class StoreStatistics implements Statistics {
  readonly #store: GraphStore;

  constructor(store: GraphStore) {
    this.#store = store;
  }

  get nodeCount(): number {
    return this.#store.nodeCount;
  }

  get relationshipCount(): number {
    return this.#store.relationshipCount;
  }

  labelCount(label: string): number {
    const token = this.#store.tokens.label.idOf(label);
    return token === undefined ? 0 : this.#store.labelCount(token);
  }

  averageDegree(types: readonly string[], direction: Direction, label: string | undefined): number {
    const { tokens } = this.#store;
    const labelToken = label === undefined ? undefined : tokens.label.idOf(label);
    if (label !== undefined && labelToken === undefined) return 0;
    if (types.length === 0) return this.#store.averageDegree(ALL_TYPES, direction, labelToken);
    let sum = 0;
    for (const type of types) {
      const token = tokens.relationshipType.idOf(type);
      if (token !== undefined) sum += this.#store.averageDegree(token, direction, labelToken);
    }
    return sum;
  }

  relationshipTypeCount(type: string): number {
    const token = this.#store.tokens.relationshipType.idOf(type);
    return token === undefined ? 0 : this.#store.relationshipTypeCount(token);
  }

  indexesOn(entity: EntityKind, name: string): IndexStatistics[] {
    const { tokens, indexes } = this.#store;
    const token = (entity === 'node' ? tokens.label : tokens.relationshipType).idOf(name);
    if (token === undefined) return [];
    return indexes
      .onToken(entity, token)
      .filter((index) => index.isOnline)
      .map(({ definition, entryCount, valueCount }) => {
        const keys = definition.keys.map((key) => tokens.propertyKey.nameOf(key));
        return { kind: definition.kind, keys, entryCount, valueCount };
      });
  }
}
