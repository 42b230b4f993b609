/** Property access `n.name`, label tests `n:Label` and the reading of entities' properties that other operands share. */

import type { LabelExpression, LabelTest } from '../../cypher/ast.ts';
import { GraphError, type Position, withPosition } from '../../error.ts';
import type { Bitmap } from '../../graph/bitmap.ts';
import { BATCH_COLUMNS } from '../../graph/column-memory.ts';
import { isMap } from '../../value/equality.ts';
import { typeName } from '../../value/render.ts';
import { pointComponent } from '../../value/spatial/point.ts';
import { PointValue } from '../../value/spatial/point-value.ts';
import { componentOf } from '../../value/temporal/accessors.ts';
import { type DurationValue, isTemporalOrDuration, type Temporal } from '../../value/temporal/temporal-value.ts';
import { NodeReference, RelationshipReference, type Value } from '../../value/value.ts';
import { type Batch, type Column, NO_ENTITY, type Vector } from '../batch.ts';
import { meets } from '../label-test.ts';
import type { EvaluationContext } from './expression.ts';
import { SlotOperand } from './leaf.ts';
import { columnValue, Operand, positionOf, type Selection, typeError, valueVector } from './operand.ts';

/** Reading from an entity that this statement has deleted. */
export function deletedEntityError(kind: 'node' | 'relationship', position: Position): GraphError {
  return new GraphError('Neo.ClientError.Statement.EntityNotFound', `This ${kind} has been deleted by the statement.`, {
    position,
    detail: 'DeletedEntityAccess',
  });
}

/** `value.key` for any value. A key that no property of the graph has gives null, and is not defined by asking. */
export function propertyOf(value: Value, key: string, context: EvaluationContext, position: Position): Value {
  if (value === null) return null;
  if (value instanceof NodeReference) return nodeProperty(value.id, key, context, position);
  if (value instanceof RelationshipReference) return relationshipProperty(value.id, key, context, position);
  if (isMap(value)) return value.get(key) ?? null;
  if (isTemporalOrDuration(value) || value instanceof PointValue) return componentNamed(value, key, position);
  throw typeError(`A value of type ${typeName(value)} has no properties, so .${key} has no meaning.`, position);
}

/** Unlike a map, a temporal value or a point has a fixed set of components, so that a name beyond them is a mistake. */
function componentNamed(value: Temporal | DurationValue | PointValue, key: string, position: Position): Value {
  const component =
    value instanceof PointValue ? pointComponent(value, key) : withPosition(position, () => componentOf(value, key));
  if (component !== undefined) return component;
  throw new GraphError(
    'Neo.ClientError.Statement.ArgumentError',
    `A value of type ${typeName(value)} has no component ${key}.`,
    { position, detail: 'InvalidArgumentValue' },
  );
}

function nodeProperty(id: number, key: string, context: EvaluationContext, position: Position): Value {
  const token = context.tokens.propertyKey.idOf(key);
  const value = token === undefined ? null : context.view.nodeProperty(id, token);
  if (value === null && !context.view.nodeExists(id)) throw deletedEntityError('node', position);
  return value;
}

function relationshipProperty(id: number, key: string, context: EvaluationContext, position: Position): Value {
  const token = context.tokens.propertyKey.idOf(key);
  const value = token === undefined ? null : context.view.relationshipProperty(id, token);
  if (value === null && !context.view.relationshipExists(id)) throw deletedEntityError('relationship', position);
  return value;
}

type EntityColumn = Extract<Column, { kind: 'node' | 'relationship' }>;

export class PropertyOperand extends Operand {
  readonly constant: boolean;
  readonly #subject: Operand;
  readonly #key: string;

  constructor(subject: Operand, key: string, position: Position) {
    super(position);
    this.constant = subject.constant;
    this.#subject = subject;
    this.#key = key;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): Value {
    if (this.#subject instanceof SlotOperand) {
      const vector = this.#subject.vectorOf(batch);
      if (vector.column.kind === 'node') {
        const id = vector.column.ids[positionOf(vector, row)]!;
        return id === NO_ENTITY ? null : nodeProperty(id, this.#key, context, this.position);
      }
    }
    return propertyOf(this.#subject.valueAt(batch, row, context), this.#key, context, this.position);
  }

  protected override gatherRows(batch: Batch, selection: Selection, context: EvaluationContext): Vector {
    const subject = this.#subject.gather(batch, selection, context);
    const column = subject.column;
    if (column.kind === 'node' || column.kind === 'relationship') {
      return this.#gatherEntities(column, subject.rows, selection.count, context);
    }
    const values: Value[] = new Array(selection.count);
    for (let i = 0; i < selection.count; i++) {
      const value = columnValue(column, subject.rows === undefined ? i : subject.rows[i]!);
      values[i] = propertyOf(value, this.#key, context, this.position);
    }
    return valueVector(values);
  }

  #gatherEntities(
    entities: EntityColumn,
    positions: Int32Array | undefined,
    count: number,
    context: EvaluationContext,
  ): Vector {
    // A column shorter than the selection is gathered as it is, once for each entity: after an expansion many rows
    // share a start node.
    const shared = positions !== undefined && entities.ids.length <= count;
    const ids = positions === undefined || shared ? entities.ids : gatherIds(entities.ids, positions, count);
    const token = context.tokens.propertyKey.idOf(this.#key);
    const idCount = shared ? ids.length : count;
    const column = token === undefined ? NULLS : this.#gatherColumn(entities.kind, ids, idCount, token, context);
    const rows = token === undefined ? BATCH_COLUMNS.integers(count) : shared ? positions : undefined;
    const vector = { column, rows };
    // A snapshot never shows what the statement itself has deleted.
    if (context.view.isWriters) {
      this.#refuseDeleted(entities, positions, vector, count, context);
    }
    return vector;
  }

  #gatherColumn(
    kind: EntityColumn['kind'],
    ids: Int32Array,
    count: number,
    token: number,
    context: EvaluationContext,
  ): Column {
    return kind === 'node'
      ? context.view.gatherNodeProperty(ids, count, token)
      : context.view.gatherRelationshipProperty(ids, count, token);
  }

  /** A null may be that of an entity which is no longer there. */
  #refuseDeleted(
    entities: EntityColumn,
    positions: Int32Array | undefined,
    properties: Vector,
    count: number,
    context: EvaluationContext,
  ): void {
    const { column, rows } = properties;
    if (column.kind !== 'value') return;
    const { values } = column;
    for (let i = 0; i < count; i++) {
      if (values[rows === undefined ? i : rows[i]!] !== null) continue;
      const id = entities.ids[positions === undefined ? i : positions[i]!]!;
      if (id === NO_ENTITY) continue;
      const exists = entities.kind === 'node' ? context.view.nodeExists(id) : context.view.relationshipExists(id);
      if (!exists) throw deletedEntityError(entities.kind, this.position);
    }
  }
}

const NULLS: Column = { kind: 'value', values: [null] };

function gatherIds(ids: Int32Array, positions: Int32Array, count: number): Int32Array {
  const gathered = BATCH_COLUMNS.integers(count);
  for (let i = 0; i < count; i++) gathered[i] = ids[positions[i]!]!;
  return gathered;
}

/** `n:A:B`, `n:A|!B`: whether a node has the labels, or a relationship is of the type. */
export class HasLabelsOperand extends Operand {
  readonly constant: boolean;
  readonly #subject: Operand;
  readonly #labels: readonly string[];
  readonly #expression: LabelExpression | undefined;

  constructor(subject: Operand, { labels, labelExpression }: LabelTest, position: Position) {
    super(position);
    this.constant = subject.constant;
    this.#subject = subject;
    this.#labels = labels;
    this.#expression = labelExpression;
  }

  valueAt(batch: Batch, row: number, context: EvaluationContext): boolean | null {
    const value = this.#subject.valueAt(batch, row, context);
    if (value === null) return null;
    if (value instanceof NodeReference) return this.#nodeHasLabels(value.id, this.#tokens(context), context);
    if (value instanceof RelationshipReference) return this.#isOfType(value.id, context);
    throw typeError(`A value of type ${typeName(value)} has no labels.`, this.position);
  }

  override select(
    batch: Batch,
    selection: Selection,
    context: EvaluationContext,
    wanted: boolean,
    out: Int32Array,
  ): number {
    const subject = this.constant ? undefined : this.#subject.gather(batch, selection, context);
    if (subject?.column.kind !== 'node') return super.select(batch, selection, context, wanted, out);
    const { ids } = subject.column;
    const tokens = this.#tokens(context);
    const labelled = this.#labelled(tokens, context);
    let written = 0;
    if (this.#isCommon(tokens, context)) {
      if (!wanted) return 0;
      for (let i = 0; i < selection.count; i++) {
        out[written] = selection.rows === undefined ? i : selection.rows[i]!;
        if (ids[positionOf(subject, i)]! !== NO_ENTITY) written++;
      }
      return written;
    }
    if (labelled !== undefined) {
      for (let i = 0; i < selection.count; i++) {
        const id = ids[positionOf(subject, i)]!;
        if (id === NO_ENTITY) continue;
        const has = labelled.has(id);
        if (!has && !context.view.nodeExists(id)) throw deletedEntityError('node', this.position);
        if (has === wanted) out[written++] = selection.rows === undefined ? i : selection.rows[i]!;
      }
      return written;
    }
    for (let i = 0; i < selection.count; i++) {
      const id = ids[positionOf(subject, i)]!;
      if (id === NO_ENTITY || this.#nodeHasLabels(id, tokens, context) !== wanted) continue;
      out[written++] = selection.rows === undefined ? i : selection.rows[i]!;
    }
    return written;
  }

  /** All nodes that have the labels, if they are known as a set. */
  #labelled(tokens: readonly number[] | undefined, { view }: EvaluationContext): Bitmap | undefined {
    const [token] = tokens ?? [];
    const isOne = token !== undefined && tokens?.length === 1 && this.#expression === undefined;
    return isOne ? view.labelledNodes(token) : undefined;
  }

  /** Whether every node has the one label that is asked for, so that none needs to be looked at. */
  #isCommon(tokens: readonly number[] | undefined, { view }: EvaluationContext): boolean {
    const [token] = tokens ?? [];
    if (token === undefined || tokens?.length !== 1 || this.#expression !== undefined) return false;
    // The statement may hold nodes that it has deleted itself, which have no labels any more.
    if (view.lsn === Number.POSITIVE_INFINITY) return false;
    const count = view.countNodes(token, undefined);
    return count !== undefined && count === view.countNodes(undefined, undefined);
  }

  /** The labels' tokens; undefined when the graph has never seen one of them. */
  #tokens(context: EvaluationContext): readonly number[] | undefined {
    const tokens = this.#labels.map((label) => context.tokens.label.idOf(label));
    return tokens.every((token) => token !== undefined) ? tokens : undefined;
  }

  #nodeHasLabels(id: number, tokens: readonly number[] | undefined, context: EvaluationContext): boolean {
    if (tokens?.every((token) => context.view.hasLabel(id, token)) && this.#nodeMeets(id, context)) return true;
    if (!context.view.nodeExists(id)) throw deletedEntityError('node', this.position);
    return false;
  }

  #nodeMeets(id: number, { view, tokens }: EvaluationContext): boolean {
    if (this.#expression === undefined) return true;
    if (!view.nodeExists(id)) return false;
    const has = (name: string) => {
      const token = tokens.label.idOf(name);
      return token !== undefined && view.hasLabel(id, token);
    };
    return meets(this.#expression, has, view.nodeLabels(id).length > 0);
  }

  #isOfType(id: number, context: EvaluationContext): boolean {
    const type = context.view.relationshipType(id);
    if (type < 0) throw deletedEntityError('relationship', this.position);
    const isType = (name: string) => context.tokens.relationshipType.idOf(name) === type;
    return this.#labels.every(isType) && (this.#expression === undefined || meets(this.#expression, isType, true));
  }
}
