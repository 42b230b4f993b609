import type { GraphStore } from '../../../core/graph/graph-store.ts';
import type { GraphView } from '../../../core/graph/graph-view.ts';
import { GraphRestore } from '../../../core/graph/restore.ts';

/** A store that is started from all that a view exports. */
export function restored(view: GraphView, lsn: number): GraphStore {
  const restore = new GraphRestore();
  for (const kind of ['label', 'relationshipType', 'propertyKey'] as const) {
    restore.tokens(kind, view.exportTokens(kind));
  }
  for (const node of view.exportNodes(0, view.nodeIdLimit)) restore.node(node);
  for (const relationship of view.exportRelationships(0, view.relationshipIdLimit)) restore.relationship(relationship);
  for (const index of view.exportIndexes()) restore.index(index);
  for (const constraint of view.exportConstraints()) restore.constraint(constraint);
  return restore.finish(lsn);
}
