/** Changes as `db.cdc.query` tells them: maps with names. Source: Neo4j's manual of change data capture, "Format of change events". */
import type { ConstraintDefinition } from '../graph/constraint-definition.ts';
import type { Tokens } from '../graph/tokens.ts';
import type { Value, ValueMap } from '../value/value.ts';
import type { EntityChange, EntityState, TransactionChanges } from './entity-change.ts';

export interface EventContext {
  readonly tokens: Tokens;
  /** Those of key constraints tell which properties say what an entity is. */
  readonly constraints: readonly ConstraintDefinition[];
  readonly elementId: (kind: 'node' | 'relationship', id: number) => string;
}

/** The column `event` of a change. */
export function eventOf(change: EntityChange, of: TransactionChanges, context: EventContext): ValueMap {
  const writer = new EventWriter(of, context);
  return change.kind === 'node' ? writer.node(change) : writer.relationship(change);
}

class EventWriter {
  readonly #of: TransactionChanges;
  readonly #context: EventContext;

  constructor(of: TransactionChanges, context: EventContext) {
    this.#of = of;
    this.#context = context;
  }

  node(change: EntityChange): ValueMap {
    const state = change.before ?? change.after!;
    return new Map<string, Value>([
      ['elementId', this.#context.elementId('node', change.id)],
      ['eventType', 'n'],
      ['operation', change.operation],
      ['labels', this.#labels(state.labels)],
      ['keys', this.#nodeKeys(state)],
      ['state', this.#states(change)],
    ]);
  }

  relationship(change: EntityChange): ValueMap {
    const { relationshipType, start, end } = change.join!;
    return new Map<string, Value>([
      ['elementId', this.#context.elementId('relationship', change.id)],
      ['eventType', 'r'],
      ['operation', change.operation],
      ['type', this.#context.tokens.relationshipType.nameOf(relationshipType)],
      ['start', this.#end(start)],
      ['end', this.#end(end)],
      ['keys', this.#keys('relationship', relationshipType, change.before ?? change.after!)],
      ['state', this.#states(change)],
    ]);
  }

  #end(node: number): ValueMap {
    const state = this.#of.node(node);
    return new Map<string, Value>([
      ['elementId', this.#context.elementId('node', node)],
      ['labels', this.#labels(state.labels)],
      ['keys', this.#nodeKeys(state)],
    ]);
  }

  #states(change: EntityChange): ValueMap {
    const { before, after } = change;
    return new Map<string, Value>([
      ['before', before ? this.#state(change, before, after) : null],
      ['after', after ? this.#state(change, after, before) : null],
    ]);
  }

  /** What an update shows in the mode DIFF is what the other state has not, or has otherwise. */
  #state(change: EntityChange, state: EntityState, other: EntityState | undefined): ValueMap {
    const isPart = this.#of.commit.mode === 'DIFF' && change.operation === 'u';
    const properties = new Map<string, Value>();
    for (const [key, value] of state.properties) {
      if (isPart && !change.changedKeys.has(key)) continue;
      properties.set(this.#context.tokens.propertyKey.nameOf(key), value);
    }
    if (change.kind === 'relationship') return new Map<string, Value>([['properties', properties]]);
    const labels = isPart ? [...state.labels].filter((label) => !other?.labels.has(label)) : state.labels;
    return new Map<string, Value>([
      ['properties', properties],
      ['labels', this.#labels(labels)],
    ]);
  }

  #labels(labels: Iterable<number>): string[] {
    return [...labels].map((label) => this.#context.tokens.label.nameOf(label));
  }

  /** By label: the keys that key constraints give the node. */
  #nodeKeys(state: EntityState): ValueMap {
    const keys = new Map<string, Value>();
    for (const label of state.labels) {
      const found = this.#keys('node', label, state);
      if (found.length > 0) keys.set(this.#context.tokens.label.nameOf(label), found);
    }
    return keys;
  }

  #keys(entity: 'node' | 'relationship', token: number, { properties }: EntityState): ValueMap[] {
    const found: ValueMap[] = [];
    for (const constraint of this.#context.constraints) {
      if (constraint.kind !== 'key' || constraint.entity !== entity || constraint.token !== token) continue;
      const key = new Map<string, Value>();
      for (const part of constraint.keys) {
        const value = properties.get(part);
        if (value !== undefined) key.set(this.#context.tokens.propertyKey.nameOf(part), value);
      }
      if (key.size === constraint.keys.length) found.push(key);
    }
    return found;
  }
}
