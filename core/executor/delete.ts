/**
 * DELETE. A node and its relationships may be deleted in any order within a statement: a node that still has some is only
 * marked, and goes when they have gone. What is left at the statement's end is an error.
 */
import { GraphError, type Position } from '../error.ts';
import { ALL_TYPES } from '../graph/graph-view.ts';
import { Expansion } from '../graph/result-lists.ts';
import { typeName } from '../value/render.ts';
import { NodeReference, PathReference, RelationshipReference, type Value } from '../value/value.ts';
import type { ExecutionContext } from './context.ts';
import type { CompiledExpression } from './expression/expression.ts';
import { vectorValue } from './expression/operand.ts';
import type { Operator } from './operator.ts';

import { ForEachBatch } from './set.ts';

export interface DeleteSpec {
  readonly detach: boolean;
  readonly targets: readonly { readonly value: CompiledExpression; readonly position: Position }[];
}

export function deleteTargets(input: Operator, spec: DeleteSpec): Operator {
  return new ForEachBatch(input, (batch, context) => {
    for (const { value, position } of spec.targets) {
      const values = value.evaluate(batch, context);
      for (let row = 0; row < batch.rowCount; row++) {
        deleteValue(vectorValue(values, row), { detach: spec.detach, position }, context);
      }
    }
    deleteFreeNodes(context);
  });
}

function deleteValue(
  value: Value,
  options: { readonly detach: boolean; readonly position: Position },
  context: ExecutionContext,
): void {
  if (value === null) return;
  if (value instanceof NodeReference) return deleteNode(value.id, options.detach, context);
  if (value instanceof RelationshipReference) return deleteRelationship(value.id, context);
  if (value instanceof PathReference) {
    for (const relationship of value.relationships) deleteRelationship(relationship, context);
    for (const node of value.nodes) deleteNode(node, options.detach, context);
    return;
  }
  throw new GraphError(
    'Neo.ClientError.Statement.TypeError',
    `DELETE needs a NODE, RELATIONSHIP or PATH, but this is of type ${typeName(value)}.`,
    { position: options.position, detail: 'InvalidArgumentType' },
  );
}

function deleteRelationship(relationship: number, { view, writer, counters }: ExecutionContext): void {
  if (!view.relationshipExists(relationship)) return;
  writer.deleteRelationship(relationship);
  counters.relationshipsDeleted++;
}

function deleteNode(node: number, detach: boolean, context: ExecutionContext): void {
  const { view } = context;
  if (!view.nodeExists(node)) return;
  if (detach) {
    const expansion = new Expansion();
    view.expand(node, 'both', ALL_TYPES, expansion);
    context.charge(expansion.count);
    for (let i = 0; i < expansion.count; i++) deleteRelationship(expansion.relationships[i]!, context);
  }
  if (view.degree(node, 'both', ALL_TYPES) > 0) context.nodesToDelete.add(node);
  else removeNode(node, context);
}

function removeNode(node: number, context: ExecutionContext): void {
  context.writer.deleteNode(node);
  context.counters.nodesDeleted++;
  if (context.hasNodesToDelete) context.nodesToDelete.delete(node);
}

/** Deletes the marked nodes that have no relationships any more. */
function deleteFreeNodes(context: ExecutionContext): void {
  if (!context.hasNodesToDelete) return;
  const { view } = context;
  for (const node of context.nodesToDelete) {
    if (!view.nodeExists(node)) context.nodesToDelete.delete(node);
    else if (view.degree(node, 'both', ALL_TYPES) === 0) removeNode(node, context);
  }
}

/** The end of a statement: every node that was to be deleted has to be gone. Errors: ConstraintValidationFailed. */
export function finishDeletes(context: ExecutionContext): void {
  deleteFreeNodes(context);
  if (!context.hasNodesToDelete) return;
  const [left] = context.nodesToDelete;
  if (left === undefined) return;
  throw new GraphError(
    'Neo.ClientError.Schema.ConstraintValidationFailed',
    `Cannot delete node ${context.elementId('node', left)}, because it still has relationships. Delete them first, or use DETACH DELETE.`,
    // GQL's own: edges still exist.
    { detail: 'DeleteConnectedNode', gqlStatus: 'G1001' },
  );
}
