/**
 * Whether a graph is as its constraints say. Constraints are checked at the end of a statement, on what it has touched, so that
 * two nodes may exchange their values.
 */
import { GraphError } from '../error.ts';
import { isList } from '../value/equality.ts';
import { describe, typeName } from '../value/render.ts';
import type { StoredValue } from '../value/value.ts';
import type { Guard } from './claims.ts';
import { type ConstraintDefinition, ownsIndex } from './constraint-definition.ts';
import type { Delta } from './delta.ts';
import type { GraphState } from './graph-state.ts';
import type { GraphView } from './graph-view.ts';
import { IdList } from './result-lists.ts';
import { ValueIndex } from './value-index.ts';

const SCAN_IDS = 1024;

/** What is wrong, for people and for clients that tell the kinds of constraints apart. Source: Neo4j's manual, "List of GQLSTATUS error codes". */
interface Problem {
  readonly text: string;
  readonly gqlStatus: string;
}

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

  /**
   * Checks all that a new constraint is about, and completes its index before, step by step: each yields the work that it was.
   * Errors: ConstraintCreationFailed.
   */
  *everything(constraint: ConstraintDefinition): Generator<number, void> {
    const ids = new Int32Array(SCAN_IDS);
    const { entity, token } = constraint;
    const index = this.#indexOf(constraint);
    while (index && !index.isPopulated) yield this.#state.populate(index, SCAN_IDS);
    for (let cursor = 0; cursor !== -1; ) {
      const scan =
        entity === 'node' ? this.#view.scanLabel(token, cursor, ids) : this.#view.scanRelationships(cursor, ids);
      const { count } = scan;
      cursor = scan.cursor;
      yield count + 1;
      for (let i = 0; i < count; i++) {
        const problem = this.#problem(constraint, ids[i]!);
        if (problem === undefined) continue;
        throw new GraphError(
          'Neo.ClientError.Schema.ConstraintCreationFailed',
          `The constraint ${constraint.name} cannot be made: ${problem.text}.`,
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
      `The constraint ${constraint.name} does not hold: ${problem.text}.`,
      { detail: 'ConstraintValidationFailed', gqlStatus: problem.gqlStatus },
    );
  }

  /** What is wrong about an entity; undefined too when the constraint is not about it. */
  #problem(constraint: ConstraintDefinition, id: number, guard?: Guard): Problem | undefined {
    const { entity, token, keys, kind } = constraint;
    const isNode = entity === 'node';
    const concerned = isNode ? this.#view.hasLabel(id, token) : this.#view.relationshipType(id) === token;
    if (!concerned) return undefined;
    const values: StoredValue[] = [];
    for (const key of keys) {
      const value = isNode ? this.#view.nodeProperty(id, key) : this.#view.relationshipProperty(id, key);
      if (value !== null) values.push(value);
      else return kind === 'exists' || kind === 'key' ? this.#missing(constraint, key) : undefined;
    }
    if (kind === 'type')
      return isOfTypes(values[0]!, constraint.types) ? undefined : this.#mistyped(constraint, values[0]!);
    return kind !== 'exists' && this.#isTaken(constraint, values, guard) ? this.#taken(constraint, values) : undefined;
  }

  #isTaken(constraint: ConstraintDefinition, values: readonly StoredValue[], guard: Guard | undefined): boolean {
    const index = this.#indexOf(constraint);
    if (index === undefined) return false;
    // After a start or a new MAIN the index may be on its way; what it does not hold yet could be the same value.
    this.#state.complete(index);
    this.#found.count = 0;
    index.seek(values.length === 1 ? values[0]! : values, this.#found);
    const { ids, count } = this.#found;
    guard?.takeKey(constraint.name, values, { ids, count, entity: constraint.entity });
    return this.#found.count > 1;
  }

  #indexOf(constraint: ConstraintDefinition): ValueIndex | undefined {
    const index = ownsIndex(constraint) ? this.#state.indexes.byName(constraint.name) : undefined;
    return index instanceof ValueIndex ? index : undefined;
  }

  #missing(constraint: ConstraintDefinition, key: number): Problem {
    const text = `${this.#subject(constraint)} must have the property ${this.#keyName(key)}`;
    return { text, gqlStatus: '22N77' };
  }

  #mistyped(constraint: ConstraintDefinition, value: StoredValue): Problem {
    const wanted = constraint.types.join(' | ');
    const text = `the property ${this.#keyName(constraint.keys[0]!)} of ${this.#subject(constraint)} must be of type ${wanted}, and ${describe(value)} is not`;
    return { text, gqlStatus: '22N78' };
  }

  #taken(constraint: ConstraintDefinition, values: readonly StoredValue[]): Problem {
    const what = constraint.entity === 'node' ? 'node of label' : 'relationship of type';
    const held = constraint.keys.map((key, i) => `${this.#keyName(key)} is ${describe(values[i]!)}`).join(' and ');
    const text = `there is more than one ${what} ${this.#tokenName(constraint)} whose property ${held}`;
    return { text, gqlStatus: '22N79' };
  }

  #subject(constraint: ConstraintDefinition): string {
    const what = constraint.entity === 'node' ? 'a node of label' : 'a relationship of type';
    return `${what} ${this.#tokenName(constraint)}`;
  }

  #tokenName({ entity, token }: ConstraintDefinition): string {
    const { label, relationshipType } = this.#state.tokens;
    return (entity === 'node' ? label : relationshipType).nameOf(token);
  }

  #keyName(key: number): string {
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
