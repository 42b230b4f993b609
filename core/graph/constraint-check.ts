/**
 * Whether a graph is as its constraints say. Constraints are checked at the end of a statement, on what it has touched, so that
 * two nodes may exchange their values.
 */
import { GraphError } from '../error.ts';
import { isList } from '../value/equality.ts';
import { describe, typeName } from '../value/render.ts';
import type { StoredValue } from '../value/value.ts';
import type { Guard } from './claims.ts';
import type { ConstraintDefinition } from './constraint-definition.ts';
import type { Delta } from './delta.ts';
import type { GraphState } from './graph-state.ts';
import type { GraphView } from './graph-view.ts';
import { IdList } from './result-lists.ts';

const SCAN_IDS = 1024;

export class ConstraintCheck {
  readonly #state: GraphState;
  /** The newest state, the open transaction's changes included. */
  readonly #view: GraphView;
  readonly #found = new IdList();

  constructor(state: GraphState, view: GraphView) {
    this.#state = state;
    this.#view = view;
  }

  /** Checks what a transaction's changes have touched. Errors: ConstraintValidationFailed. Answers with the work that it was. */
  changes(deltas: readonly Delta[], guard?: Guard): number {
    const { constraints } = this.#state;
    if (constraints.isEmpty) return 0;
    let work = deltas.length;
    for (const delta of deltas) {
      for (const constraint of this.#touchedBy(delta)) {
        this.#check(constraint, entityOf(delta), guard);
        work++;
      }
    }
    return work;
  }

  /** Checks all that a new constraint is about. Errors: ConstraintCreationFailed. */
  everything(constraint: ConstraintDefinition): void {
    const ids = new Int32Array(SCAN_IDS);
    const { entity, token } = constraint;
    for (let cursor = 0; cursor !== -1; ) {
      const scan =
        entity === 'node' ? this.#view.scanLabel(token, cursor, ids) : this.#view.scanRelationships(cursor, ids);
      const { count } = scan;
      cursor = scan.cursor;
      for (let i = 0; i < count; i++) {
        const problem = this.#problem(constraint, ids[i]!);
        if (problem === undefined) continue;
        throw new GraphError(
          'Neo.ClientError.Schema.ConstraintCreationFailed',
          `The constraint ${constraint.name} cannot be made: ${problem}.`,
          { detail: 'ConstraintCreationFailed' },
        );
      }
    }
  }

  #touchedBy(delta: Delta): readonly ConstraintDefinition[] {
    const { constraints } = this.#state;
    switch (delta.type) {
      case 'addLabel':
        return constraints.onToken('node', delta.label);
      case 'setNodeProperty':
        return constraints.onKey('node', delta.key);
      case 'createRelationship':
        return constraints.onToken('relationship', delta.relationshipType);
      case 'setRelationshipProperty':
        return constraints.onKey('relationship', delta.key);
      default:
        return [];
    }
  }

  #check(constraint: ConstraintDefinition, id: number, guard: Guard | undefined): void {
    const problem = this.#problem(constraint, id, guard);
    if (problem === undefined) return;
    throw new GraphError(
      'Neo.ClientError.Schema.ConstraintValidationFailed',
      `The constraint ${constraint.name} does not hold: ${problem}.`,
      { detail: 'ConstraintValidationFailed' },
    );
  }

  /** What is wrong about an entity; undefined too when the constraint is not about it. */
  #problem(constraint: ConstraintDefinition, id: number, guard?: Guard): string | undefined {
    const { entity, token, key, kind } = constraint;
    const isNode = entity === 'node';
    const concerned = isNode ? this.#view.hasLabel(id, token) : this.#view.relationshipType(id) === token;
    if (!concerned) return undefined;
    const value = isNode ? this.#view.nodeProperty(id, key) : this.#view.relationshipProperty(id, key);
    if (value === null) return kind === 'exists' || kind === 'key' ? this.#missing(constraint) : undefined;
    if (kind === 'type') return isOfTypes(value, constraint.types) ? undefined : this.#mistyped(constraint, value);
    return kind !== 'exists' && this.#isTaken(constraint, value, guard) ? this.#taken(constraint, value) : undefined;
  }

  #isTaken(constraint: ConstraintDefinition, value: StoredValue, guard: Guard | undefined): boolean {
    const index = this.#state.indexes.byName(constraint.name);
    if (index === undefined) return false;
    this.#found.count = 0;
    index.seek(value, this.#found);
    const { ids, count } = this.#found;
    guard?.takeKey(constraint.name, [value], { ids, count, entity: constraint.entity });
    return this.#found.count > 1;
  }

  #missing(constraint: ConstraintDefinition): string {
    return `${this.#subject(constraint)} must have the property ${this.#keyName(constraint)}`;
  }

  #mistyped(constraint: ConstraintDefinition, value: StoredValue): string {
    const wanted = constraint.types.join(' | ');
    return `the property ${this.#keyName(constraint)} of ${this.#subject(constraint)} must be of type ${wanted}, and ${describe(value)} is not`;
  }

  #taken(constraint: ConstraintDefinition, value: StoredValue): string {
    return `there is more than one node of label ${this.#tokenName(constraint)} whose property ${this.#keyName(constraint)} is ${describe(value)}`;
  }

  #subject(constraint: ConstraintDefinition): string {
    const what = constraint.entity === 'node' ? 'a node of label' : 'a relationship of type';
    return `${what} ${this.#tokenName(constraint)}`;
  }

  #tokenName({ entity, token }: ConstraintDefinition): string {
    const { label, relationshipType } = this.#state.tokens;
    return (entity === 'node' ? label : relationshipType).nameOf(token);
  }

  #keyName({ key }: ConstraintDefinition): string {
    return this.#state.tokens.propertyKey.nameOf(key);
  }
}

function entityOf(delta: Delta): number {
  if ('node' in delta) return delta.node;
  return 'relationship' in delta ? delta.relationship : -1;
}

/** A list is of a type when all its elements are; one without elements is of every type of lists. */
function isOfTypes(value: StoredValue, types: readonly string[]): boolean {
  if (!isList(value)) return types.includes(typeName(value));
  return types.some((type) => {
    const element = /^LIST<(.*)>$/.exec(type)?.[1];
    return element !== undefined && value.every((item) => isOfTypes(item, [element]));
  });
}
