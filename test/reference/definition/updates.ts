/** Clauses that write, row by row. */
import type { Clause, PathPattern, RemoveItem, SetItem } from '../../../core/cypher/ast.ts';
import { GraphError } from '../../../core/error.ts';
import { isMap } from '../../../core/value/equality.ts';
import { NodeReference, PathReference, RelationshipReference, type Value } from '../../../core/value/value.ts';
import { type Evaluation, extended, type Row, typeError } from './evaluation.ts';
import { functionValue } from './functions.ts';
import { elementsOf } from './logic.ts';
import { matches } from './matching.ts';

type Kind<Type extends Clause['type']> = Extract<Clause, { type: Type }>;

export function create(evaluation: Evaluation, patterns: readonly PathPattern[], row: Row): Row {
  return patterns.reduce((known, pattern) => createPath(evaluation, pattern, known), row);
}

function createPath(evaluation: Evaluation, pattern: PathPattern, before: Row): Row {
  const { graph } = evaluation;
  let row = before;
  const property = (properties: PathPattern['nodes'][number]['properties']) =>
    properties ? propertyMap(evaluation.value(properties, { row })) : new Map<string, Value>();
  const nodes = pattern.nodes.map(({ variable, labels, properties }) => {
    const known = variable === undefined ? undefined : row.get(variable);
    if (known === null) throw missing();
    if (known !== undefined) return nodeOf(known);
    const node = graph.addNode(labels, property(properties));
    if (variable !== undefined) row = extended(row, [[variable, node]]);
    return node;
  });
  const relationships = pattern.relationships.map(({ variable, types, direction, properties }, i) => {
    const ends = [nodes[i]!.id, nodes[i + 1]!.id];
    const [start, end] = direction === 'incoming' ? ends.toReversed() : ends;
    const fields = { type: types[0]!, start: start!, end: end!, properties: property(properties) };
    const relationship = graph.addRelationship(fields);
    if (variable !== undefined) row = extended(row, [[variable, relationship]]);
    return relationship;
  });
  if (pattern.variable === undefined) return row;
  const path = new PathReference(
    nodes.map(({ id }) => id),
    relationships.map(({ id }) => id),
  );
  return extended(row, [[pattern.variable, path]]);
}

/** What is there already, or else what is made of the whole pattern. */
export function merge(evaluation: Evaluation, { pattern, onCreate, onMatch }: Kind<'merge'>, row: Row): Row[] {
  const found = [...matches(evaluation, [pattern], row)];
  const rows = found.length > 0 ? found : [create(evaluation, [pattern], row)];
  for (const one of rows) set(evaluation, found.length > 0 ? onMatch : onCreate, one);
  return rows;
}

export function set(evaluation: Evaluation, items: readonly SetItem[], row: Row): void {
  for (const item of items) {
    const subject = item.type === 'property' ? evaluation.value(item.target, { row }) : row.get(item.variable)!;
    if (subject === null) continue;
    if (item.type === 'labels') {
      for (const label of item.labels) evaluation.graph.node(nodeOf(subject)).labels.add(label);
      continue;
    }
    const properties = propertiesOf(evaluation, subject);
    const value = evaluation.value(item.value, { row });
    if (item.type === 'property') put(properties, item.key, value);
    else {
      const isEntity = value instanceof NodeReference || value instanceof RelationshipReference;
      const entries = propertyMap(isEntity ? functionValue(evaluation, 'properties', [value]) : value);
      if (item.type === 'replace') properties.clear();
      for (const [key, entry] of entries) put(properties, key, entry);
    }
  }
}

export function remove(evaluation: Evaluation, items: readonly RemoveItem[], row: Row): void {
  for (const item of items) {
    const subject = item.type === 'property' ? evaluation.value(item.target, { row }) : row.get(item.variable)!;
    if (subject === null) continue;
    if (item.type === 'property') propertiesOf(evaluation, subject).delete(item.key);
    else for (const label of item.labels) evaluation.graph.node(nodeOf(subject)).labels.delete(label);
  }
}

export function deleteAll(evaluation: Evaluation, { detach, targets }: Kind<'delete'>, row: Row): void {
  for (const target of targets) deleteValue(evaluation, evaluation.value(target, { row }), detach);
}

function deleteValue(evaluation: Evaluation, value: Value, detach: boolean): void {
  const { graph } = evaluation;
  if (value === null) return;
  if (value instanceof RelationshipReference) graph.removeRelationship(value.id);
  else if (value instanceof NodeReference) {
    if (detach) for (const { id } of graph.incident(value.id)) graph.removeRelationship(id);
    graph.removeNode(value.id);
  } else if (value instanceof PathReference) {
    for (const id of value.relationships) graph.removeRelationship(id);
    for (const id of value.nodes) deleteValue(evaluation, new NodeReference(id), detach);
  } else throw typeError('Only what is in the graph can be deleted.');
}

export function* elementsToRun(evaluation: Evaluation, clause: Kind<'foreach'>, row: Row): Iterable<Row> {
  for (const element of elementsOf(evaluation.value(clause.list, { row })) ?? []) {
    yield extended(row, [[clause.variable, element]]);
  }
}

/** What must hold when the statement has ended. */
export function checkWhole({ graph }: Evaluation): void {
  if (graph.isWhole) return;
  const message = 'A deleted node still has relationships.';
  throw new GraphError('Neo.ClientError.Schema.ConstraintValidationFailed', message);
}

function missing(): GraphError {
  return new GraphError(
    'Neo.ClientError.Statement.EntityNotFound',
    'There is no node where this relationship would end.',
  );
}

function put(properties: Map<string, Value>, key: string, value: Value): void {
  if (value === null) properties.delete(key);
  else properties.set(key, value);
}

function propertiesOf({ graph }: Evaluation, subject: Value): Map<string, Value> {
  if (subject instanceof NodeReference) return graph.node(subject).properties;
  if (subject instanceof RelationshipReference) return graph.relationship(subject).properties;
  throw typeError('This has no properties that can be set.');
}

function propertyMap(value: Value): ReadonlyMap<string, Value> {
  if (value !== null && isMap(value)) return value;
  throw typeError('Properties are a map.');
}

function nodeOf(value: Value): NodeReference {
  if (value instanceof NodeReference) return value;
  throw typeError('This must be a node.');
}
