/**
 * ConstructPath: a path's value from what is bound. ProjectEndpoints: a pattern around a bound relationship. ProjectTrail:
 * the same around a list of them.
 */

import type { Direction } from '../graph/graph-view.ts';
import { isList } from '../value/equality.ts';
import { NodeReference, PathReference, RelationshipReference, type Value } from '../value/value.ts';
import { type ExpansionSpec, isTaken, typeTokens } from './adjacency.ts';
import { BATCH_ROWS, type Batch, END, NO_ENTITY, PAUSE, type Signal } from './batch.ts';
import type { ExecutionContext } from './context.ts';
import type { Operator } from './operator.ts';
import { type AddedColumn, derive, nodeIds, relationshipIds, valueIn, withVector } from './rows.ts';
import { StepConditions, type StepConditionsSpec } from './step-conditions.ts';

export interface ConstructPathSpec {
  readonly slot: number;
  readonly nodes: readonly number[];
  /** Slots of relationships, or of lists of them. */
  readonly relationships: readonly number[];
}

export class ConstructPath implements Operator {
  readonly #input: Operator;
  readonly #spec: ConstructPathSpec;

  constructor(input: Operator, spec: ConstructPathSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    const input = this.#input.next(context);
    if (input === PAUSE || input === END) return input;
    context.charge(input.rowCount);
    return constructPaths(input, this.#spec, context);
  }
}

/** The batch with the path of each row in it. A null on the way makes the path null. */
export function constructPaths(batch: Batch, spec: ConstructPathSpec, context: ExecutionContext): Batch {
  const values: Value[] = [];
  for (let row = 0; row < batch.rowCount; row++) values.push(pathOf(batch, row, spec, context));
  return withVector(batch, spec.slot, { column: { kind: 'value', values }, rows: undefined });
}

function pathOf(batch: Batch, row: number, spec: ConstructPathSpec, context: ExecutionContext): Value {
  const first = valueIn(batch, spec.nodes[0]!, row);
  if (!(first instanceof NodeReference)) return null;
  const nodes = [first.id];
  const relationships: number[] = [];
  for (const slot of spec.relationships) {
    const value = valueIn(batch, slot, row);
    if (value === null) return null;
    for (const relationship of isList(value) ? value : [value]) {
      if (!(relationship instanceof RelationshipReference)) return null;
      relationships.push(relationship.id);
      nodes.push(nextNode(relationship.id, nodes.at(-1)!, context));
    }
  }
  return new PathReference(nodes, relationships);
}

function nextNode(relationship: number, node: number, context: ExecutionContext): number {
  const start = context.view.relationshipStart(relationship);
  return start === node ? context.view.relationshipEnd(relationship) : start;
}

export interface ProjectEndpointsSpec {
  readonly relationship: number;
  readonly from: number;
  readonly to: number;
  readonly fromBound: boolean;
  readonly toBound: boolean;
  readonly types: ExpansionSpec['types'];
  readonly typeExpression: ExpansionSpec['typeExpression'];
  readonly direction: Direction;
  readonly distinctFrom: readonly number[];
}

/** Rows taken at once: a relationship without direction gives two rows, and a batch has BATCH_ROWS at most. */
const ENDPOINT_ROWS = BATCH_ROWS / 2;

export class ProjectEndpoints implements Operator {
  readonly #input: Operator;
  readonly #spec: ProjectEndpointsSpec;
  #batch: Batch | undefined;
  #row = 0;

  constructor(input: Operator, spec: ProjectEndpointsSpec) {
    this.#input = input;
    this.#spec = spec;
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (this.#batch === undefined) {
        const input = this.#input.next(context);
        if (input === PAUSE || input === END) return input;
        this.#batch = input;
        this.#row = 0;
      }
      if (context.exhausted) return PAUSE;
      const batch = this.#batch;
      const end = Math.min(batch.rowCount, this.#row + ENDPOINT_ROWS);
      context.charge(end - this.#row);
      const output = this.#project(batch, { start: this.#row, end }, context);
      this.#row = end;
      if (end === batch.rowCount) this.#batch = undefined;
      if (output) return output;
    }
  }

  #project(batch: Batch, rows: { start: number; end: number }, context: ExecutionContext): Batch | undefined {
    const { relationship, from, to, fromBound, toBound, direction } = this.#spec;
    const ids = relationshipIds(batch, relationship);
    const boundFrom = fromBound ? nodeIds(batch, from) : undefined;
    const boundTo = toBound ? nodeIds(batch, to) : undefined;
    const parents: number[] = [];
    const froms: number[] = [];
    const tos: number[] = [];
    const add = (row: number, start: number, end: number) => {
      if (boundFrom && boundFrom[row] !== start) return;
      if (boundTo && boundTo[row] !== end) return;
      if (from === to && start !== end) return;
      parents.push(row);
      froms.push(start);
      tos.push(end);
    };
    for (let row = rows.start; row < rows.end; row++) {
      const id = ids[row]!;
      if (id === NO_ENTITY || !this.#matches(batch, row, id, context)) continue;
      const start = context.view.relationshipStart(id);
      const end = context.view.relationshipEnd(id);
      if (direction !== 'incoming') add(row, start, end);
      if (direction === 'incoming' || (direction === 'both' && start !== end)) add(row, end, start);
    }
    if (parents.length === 0) return undefined;
    const added: AddedColumn[] = [];
    if (!fromBound) added.push([from, { kind: 'node', ids: Int32Array.from(froms) }]);
    if (!toBound) added.push([to, { kind: 'node', ids: Int32Array.from(tos) }]);
    return derive(batch, Int32Array.from(parents), added);
  }

  #matches(batch: Batch, row: number, id: number, context: ExecutionContext): boolean {
    const { types, typeExpression, distinctFrom } = this.#spec;
    if (isTaken(batch, row, distinctFrom, id)) return false;
    if (types.length === 0 && typeExpression === undefined) return true;
    return typeTokens(this.#spec, context.tokens).includes(context.view.relationshipType(id));
  }
}

export interface ProjectTrailSpec extends ProjectEndpointsSpec, StepConditionsSpec {
  readonly min: number;
  readonly max: number;
}

/** ProjectTrail: a pattern of variable length around a list of relationships that is bound already. */
export class ProjectTrail implements Operator {
  readonly #input: Operator;
  readonly #spec: ProjectTrailSpec;
  readonly #conditions: StepConditions;

  constructor(input: Operator, spec: ProjectTrailSpec) {
    this.#input = input;
    this.#spec = spec;
    this.#conditions = new StepConditions(spec);
  }

  next(context: ExecutionContext): Batch | Signal {
    for (;;) {
      if (context.exhausted) return PAUSE;
      const input = this.#input.next(context);
      if (input === PAUSE || input === END) return input;
      context.charge(input.rowCount);
      const output = this.#project(input, context);
      if (output) return output;
    }
  }

  #project(batch: Batch, context: ExecutionContext): Batch | undefined {
    const { relationship, from, to, fromBound, toBound } = this.#spec;
    const boundFrom = fromBound ? nodeIds(batch, from) : undefined;
    const boundTo = toBound ? nodeIds(batch, to) : undefined;
    this.#conditions.prepare(batch, context);
    const parents: number[] = [];
    const froms: number[] = [];
    const tos: number[] = [];
    for (let row = 0; row < batch.rowCount; row++) {
      const trail = this.#trailAt(batch, row, valueIn(batch, relationship, row), context);
      if (trail === undefined) continue;
      for (const start of this.#starts(trail, boundFrom?.[row] ?? boundTo?.[row], context)) {
        const end = this.#walk(trail, start, context);
        if (end === undefined || (boundFrom && boundFrom[row] !== start) || (boundTo && boundTo[row] !== end)) continue;
        if (from === to && start !== end) continue;
        parents.push(row);
        froms.push(start);
        tos.push(end);
      }
    }
    if (parents.length === 0) return undefined;
    const added: AddedColumn[] = [];
    if (!fromBound) added.push([from, { kind: 'node', ids: Int32Array.from(froms) }]);
    if (!toBound) added.push([to, { kind: 'node', ids: Int32Array.from(tos) }]);
    return derive(batch, Int32Array.from(parents), added);
  }

  /** The ids of a list of relationships that could be a trail of the pattern. */
  #trailAt(batch: Batch, row: number, value: Value, context: ExecutionContext): number[] | undefined {
    const { types, distinctFrom, min, max } = this.#spec;
    if (value === null || !isList(value) || value.length < min || value.length > max) return undefined;
    const allowed = typeTokens(this.#spec, context.tokens);
    const everyType = types.length === 0 && this.#spec.typeExpression === undefined;
    const trail: number[] = [];
    for (const item of value) {
      if (!(item instanceof RelationshipReference) || trail.includes(item.id)) return undefined;
      if (isTaken(batch, row, distinctFrom, item.id) || !this.#conditions.relationshipHolds(item.id, row, context))
        return undefined;
      if (!everyType && !allowed.includes(context.view.relationshipType(item.id))) return undefined;
      trail.push(item.id);
    }
    return trail;
  }

  /** Where the trail may start; an empty one where it is known to start or end. */
  #starts(trail: readonly number[], known: number | undefined, { view }: ExecutionContext): readonly number[] {
    const [first] = trail;
    if (first === undefined) return known === undefined || known === NO_ENTITY ? [] : [known];
    const start = view.relationshipStart(first);
    const end = view.relationshipEnd(first);
    if (this.#spec.direction === 'outgoing') return [start];
    if (this.#spec.direction === 'incoming') return [end];
    return start === end ? [start] : [start, end];
  }

  /** The node at which the trail ends, if each of its relationships leads on from the one before. */
  #walk(trail: readonly number[], first: number, { view }: ExecutionContext): number | undefined {
    const { direction } = this.#spec;
    let node = first;
    for (const id of trail) {
      const start = view.relationshipStart(id);
      const end = view.relationshipEnd(id);
      if (direction !== 'incoming' && start === node) node = end;
      else if (direction !== 'outgoing' && end === node) node = start;
      else return undefined;
    }
    return node;
  }
}
