/** What each clause reads and writes. */
import type {
  Clause,
  DynamicNames,
  Expression,
  LabelsItem,
  NodePattern,
  PathPattern,
  ProjectionClause,
  RelationshipPattern,
  RemoveItem,
  SetItem,
  SubqueryClause,
} from '../cypher/ast.ts';
import { NO_PROCEDURES, type ProcedureSignature, type ProcedureSignatures } from '../cypher/procedure-signature.ts';
import { Reads, readsOfExpression, readsOfPattern, Writes } from './footprint.ts';
import type { PlanScope } from './slots.ts';

export interface Footprint {
  readonly reads: Reads;
  readonly writes: Writes;
}

/** The footprint of a clause whose variables, as far as they are bound before it, stand in `scope`. */
export function footprintOf(
  clause: Clause,
  scope: PlanScope,
  procedures: ProcedureSignatures = NO_PROCEDURES,
): Footprint {
  const reads = new Reads();
  const writes = new Writes();
  switch (clause.type) {
    case 'match':
      for (const pattern of clause.patterns) readsOfPattern(pattern, scope, reads);
      if (clause.where) readsOfExpression(clause.where, scope, reads);
      break;
    case 'unwind':
      readsOfExpression(clause.list, scope, reads);
      break;
    case 'loadCsv':
      readsOfExpression(clause.url, scope, reads);
      break;
    case 'with':
    case 'return':
      readsOfProjection(clause, scope, reads);
      break;
    case 'create':
      for (const pattern of clause.patterns) {
        readsOfNewProperties(pattern, scope, reads);
        writesOfNew(pattern, scope, writes);
      }
      break;
    case 'merge':
      readsOfPattern(clause.pattern, scope, reads);
      writesOfNew(clause.pattern, scope, writes);
      for (const items of [clause.onMatch, clause.onCreate]) {
        reads.add(readsOfSetItems(items, scope));
        writes.add(writesOfSetItems(items));
      }
      break;
    case 'set':
      reads.add(readsOfSetItems(clause.items, scope));
      writes.add(writesOfSetItems(clause.items));
      break;
    case 'remove':
      for (const item of clause.items) {
        writesOfRemoveItem(item, writes);
        for (const expression of namesIn(item)) readsOfExpression(expression, scope, reads);
      }
      break;
    case 'delete':
      for (const target of clause.targets) readsOfExpression(target, scope, reads);
      writes.deletes = true;
      break;
    case 'call':
      for (const argument of clause.arguments ?? []) readsOfExpression(argument, scope, reads);
      if (clause.where) readsOfExpression(clause.where, scope, reads);
      footprintOfProcedure(procedures.find(clause.name), { reads, writes });
      break;
    case 'foreach': {
      readsOfExpression(clause.list, scope, reads);
      for (const inner of clause.clauses) {
        const footprint = footprintOf(inner, scope, procedures);
        reads.add(footprint.reads);
        writes.add(footprint.writes);
      }
      break;
    }
    case 'subquery':
      for (const part of clause.query.parts) {
        for (const inner of part.clauses) {
          const footprint = footprintOf(inner, importedScope(clause, scope), procedures);
          reads.add(footprint.reads);
          writes.add(footprint.writes);
        }
      }
      break;
  }
  return { reads, writes };
}

/** Variables of the subquery itself are not in it, so that what is done with them counts as done with anything. */
function importedScope({ imports }: SubqueryClause, scope: PlanScope): PlanScope {
  if (imports === '*') return scope;
  const names = (imports ?? []).map(({ name }) => name);
  return scope.only(scope.entries().filter(([name]) => names.includes(name)));
}

/** A procedure may read, and one that writes may change, anything. */
function footprintOfProcedure(signature: ProcedureSignature | undefined, { reads, writes }: Footprint): void {
  if (signature === undefined || signature.readsGraph) {
    reads.addAll();
  }
  if (signature?.mode === 'write') {
    writes.anyKey = true;
    writes.deletes = true;
  }
}

function readsOfProjection(clause: ProjectionClause, scope: PlanScope, reads: Reads): void {
  const expressions = [...clause.items, ...clause.orderBy].map((item) => item.expression);
  for (const expression of [...expressions, clause.where]) if (expression) readsOfExpression(expression, scope, reads);
}

function readsOfNewProperties(pattern: PathPattern, scope: PlanScope, reads: Reads): void {
  for (const part of [...pattern.nodes, ...pattern.relationships]) {
    if (part.properties) readsOfExpression(part.properties, scope, reads);
    for (const { expression } of namesOf(part)) readsOfExpression(expression, scope, reads);
  }
}

function writesOfNew(pattern: PathPattern, scope: PlanScope, writes: Writes): void {
  for (const node of pattern.nodes) {
    if (node.variable === undefined || !scope.has(node.variable)) writes.createdNodes.push(node.labels);
    writes.anyLabel ||= node.dynamicLabels !== undefined;
  }
  for (const relationship of pattern.relationships) {
    for (const type of relationship.types) writes.createdTypes.add(type);
    writes.anyType ||= relationship.dynamicTypes !== undefined;
  }
}

/** What is worked out of a pattern's labels or types. */
function namesOf({ dynamicLabels, dynamicTypes }: Partial<NodePattern & RelationshipPattern>): readonly DynamicNames[] {
  return [...(dynamicLabels ?? []), ...(dynamicTypes ?? [])];
}

/** The keys and labels of an item that are worked out. */
function namesIn(item: SetItem | RemoveItem): readonly Expression[] {
  if (item.type === 'dynamicProperty') return [item.key];
  return item.type === 'labels' ? item.dynamicLabels.map(({ expression }) => expression) : [];
}

export function readsOfSetItems(items: readonly SetItem[], scope: PlanScope): Reads {
  const reads = new Reads();
  for (const item of items) {
    for (const expression of namesIn(item)) readsOfExpression(expression, scope, reads);
    if (item.type === 'labels') continue;
    readsOfExpression(item.value, scope, reads);
    if (item.type === 'property' || item.type === 'dynamicProperty') readsOfExpression(item.target, scope, reads);
    // `SET a = b` copies what b has when b is a node or relationship.
    else if (item.value.type === 'variable') reads.anyKey = true;
  }
  return reads;
}

export function writesOfSetItems(items: readonly SetItem[]): Writes {
  const writes = new Writes();
  for (const item of items) {
    if (item.type === 'labels') writesOfLabels(item, writes);
    else if (item.type === 'property') writes.keys.add(item.key);
    else if (item.type === 'merge' && item.value.type === 'map') {
      for (const [key] of item.value.entries) writes.keys.add(key);
    } else writes.anyKey = true;
  }
  return writes;
}

function writesOfRemoveItem(item: RemoveItem, writes: Writes): void {
  if (item.type === 'property') writes.keys.add(item.key);
  else if (item.type === 'dynamicProperty') writes.anyKey = true;
  else writesOfLabels(item, writes);
}

function writesOfLabels({ labels, dynamicLabels }: LabelsItem, writes: Writes): void {
  for (const label of labels) writes.labels.add(label);
  writes.anyLabel ||= dynamicLabels.length > 0;
}
