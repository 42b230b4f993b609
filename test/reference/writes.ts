/** Clauses that write: random ones, their text, and what they do to a plain graph, row by row. */
import type { Dice } from './dice.ts';
import { ClauseEvaluator, type Row } from './evaluator.ts';
import {
  KEYS,
  LABELS,
  type ReferenceGraph,
  type ReferenceNode,
  type ReferenceRelationship,
  type Scalar,
  scalarText,
  TYPES,
} from './graph.ts';
import type { Clause } from './query.ts';
import { queryText } from './query.ts';

type Draft<Entity> = { -readonly [Key in keyof Entity]: Entity[Key] };

interface DraftGraph {
  nodes: Draft<ReferenceNode>[];
  relationships: Draft<ReferenceRelationship>[];
}

/** What SET does; its values rest on nothing that another row of the clause changes, so that the order of rows does not matter. */
type Assignment =
  | { readonly type: 'value'; readonly name: string; readonly key: string; readonly value: Scalar }
  | { readonly type: 'copy'; readonly name: string; readonly key: string }
  | { readonly type: 'label'; readonly name: string; readonly label: string };

export type Write =
  | {
      readonly type: 'createNode';
      readonly labels: readonly string[];
      readonly value: Scalar;
      readonly to: string | undefined;
    }
  | {
      readonly type: 'createRelationship';
      readonly from: string;
      readonly to: string;
      readonly relationshipType: string;
      readonly value: Scalar;
    }
  | { readonly type: 'set'; readonly assignments: readonly Assignment[] }
  | {
      readonly type: 'remove';
      readonly name: string;
      readonly what: { readonly key: string } | { readonly label: string };
    }
  | { readonly type: 'mergeNode'; readonly label: string; readonly value: number }
  | {
      readonly type: 'mergeRelationship';
      readonly from: string;
      readonly to: string;
      readonly relationshipType: string;
    }
  | { readonly type: 'delete'; readonly names: readonly string[]; readonly detach: boolean };

export interface WritingQuery {
  readonly reading: readonly Clause[];
  readonly writes: readonly Write[];
}

/** One or two MATCH clauses, and some writes on what they bind. Deleting comes last. */
export function randomWrites(
  dice: Dice,
  bound: { readonly nodes: readonly string[]; readonly entities: readonly string[] },
): Write[] {
  const writes: Write[] = [];
  for (let count = 1 + dice.below(3); count > 0; count--) writes.push(randomWrite(dice, bound));
  if (bound.entities.length > 0 && dice.chance(0.3)) {
    const names = bound.entities.filter(() => dice.chance(0.5));
    if (names.length > 0) writes.push({ type: 'delete', names, detach: true });
  }
  return writes;
}

function randomWrite(
  dice: Dice,
  { nodes, entities }: { readonly nodes: readonly string[]; readonly entities: readonly string[] },
): Write {
  const choice = nodes.length === 0 ? dice.below(2) : dice.below(7);
  if (choice === 0) {
    const labels = LABELS.filter(() => dice.chance(0.3));
    return {
      type: 'createNode',
      labels,
      value: dice.below(5),
      to: nodes.length > 0 && dice.chance(0.4) ? dice.pick(nodes) : undefined,
    };
  }
  if (choice === 1) return { type: 'mergeNode', label: dice.pick(LABELS), value: dice.below(4) };
  if (choice === 2) {
    return {
      type: 'createRelationship',
      from: dice.pick(nodes),
      to: dice.pick(nodes),
      relationshipType: dice.pick(TYPES),
      value: dice.below(3),
    };
  }
  if (choice === 3) {
    return {
      type: 'mergeRelationship',
      from: dice.pick(nodes),
      to: dice.pick(nodes),
      relationshipType: dice.pick(TYPES),
    };
  }
  if (choice === 4) {
    const what = dice.chance(0.5) ? { key: dice.pick(KEYS) } : { label: dice.pick(LABELS) };
    return { type: 'remove', name: dice.pick('key' in what ? entities : nodes), what };
  }
  return {
    type: 'set',
    assignments: Array.from({ length: 1 + dice.below(2) }, () => randomAssignment(dice, nodes, entities)),
  };
}

/** One value a key, since two names may stand for one node. */
const ASSIGNED: Readonly<Record<string, Scalar>> = { w: 7, v: 'set', y: null };

function randomAssignment(dice: Dice, nodes: readonly string[], entities: readonly string[]): Assignment {
  const choice = dice.below(3);
  if (choice === 0) return { type: 'label', name: dice.pick(nodes), label: dice.pick(LABELS) };
  const name = dice.pick(entities);
  if (choice === 1) return { type: 'copy', name, key: 'z' };
  const key = dice.pick(Object.keys(ASSIGNED));
  return { type: 'value', name, key, value: ASSIGNED[key] ?? null };
}

export function writingText({ reading, writes }: WritingQuery): string {
  return `${queryText(reading)} ${writes.map(writeText).join(' ')} RETURN count(*) AS rows`;
}

function writeText(write: Write, number: number): string {
  switch (write.type) {
    case 'createNode': {
      const node = `(c${number}${write.labels.map((label) => `:${label}`).join('')} {x: ${scalarText(write.value)}})`;
      return `CREATE ${node}${write.to === undefined ? '' : `-[:T]->(${write.to})`}`;
    }
    case 'createRelationship':
      return `CREATE (${write.from})-[:${write.relationshipType} {x: ${scalarText(write.value)}}]->(${write.to})`;
    case 'set':
      return `SET ${write.assignments.map(assignmentText).join(', ')}`;
    case 'remove':
      return `REMOVE ${write.name}${'key' in write.what ? `.${write.what.key}` : `:${write.what.label}`}`;
    case 'mergeNode':
      return `MERGE (m${number}:${write.label} {x: ${write.value}}) ON CREATE SET m${number}.made = true ON MATCH SET m${number}.found = true`;
    case 'mergeRelationship':
      return `MERGE (${write.from})-[:${write.relationshipType}]->(${write.to})`;
    case 'delete':
      return `${write.detach ? 'DETACH ' : ''}DELETE ${write.names.join(', ')}`;
  }
}

function assignmentText(assignment: Assignment): string {
  switch (assignment.type) {
    case 'label':
      return `${assignment.name}:${assignment.label}`;
    case 'copy':
      return `${assignment.name}.${assignment.key} = ${assignment.name}.uid`;
    case 'value':
      return `${assignment.name}.${assignment.key} = ${scalarText(assignment.value)}`;
  }
}

/** What a writing query leaves, and how many rows its RETURN counts. */
export function evaluateWrites(
  graph: ReferenceGraph,
  { reading, writes }: WritingQuery,
): { readonly rows: number; readonly graph: ReferenceGraph } {
  const draft = copyOf(graph);
  let rows: Row[] = [new Map()];
  for (const clause of reading) rows = new ClauseEvaluator(draft).rowsAfter(clause, rows);
  for (const write of writes) rows = rows.flatMap((row) => written(draft, write, row));
  return { rows: rows.length, graph: draft };
}

/** Carries a write out for one row, and answers with the rows that it goes on as. */
function written(graph: DraftGraph, write: Write, row: Row): Row[] {
  const node = (name: string) => row.get(name) as Draft<ReferenceNode> | null;
  switch (write.type) {
    case 'createNode': {
      const made = newNode(graph, write.labels, { x: write.value });
      if (write.to !== undefined) connect(graph, { start: made, end: node(write.to)!, type: 'T', properties: {} });
      return [row];
    }
    case 'createRelationship':
      connect(graph, {
        start: node(write.from)!,
        end: node(write.to)!,
        type: write.relationshipType,
        properties: { x: write.value },
      });
      return [row];
    case 'set':
      for (const assignment of write.assignments) assign(assignment, row);
      return [row];
    case 'remove': {
      const entity = node(write.name);
      if (entity === null) return [row];
      if ('key' in write.what) setProperty(entity, write.what.key, null);
      else entity.labels = entity.labels.filter((label) => label !== ('label' in write.what ? write.what.label : ''));
      return [row];
    }
    case 'mergeNode': {
      const found = graph.nodes.filter(
        ({ labels, properties }) => labels.includes(write.label) && properties.x === write.value,
      );
      for (const each of found) setProperty(each, 'found', true);
      if (found.length === 0) setProperty(newNode(graph, [write.label], { x: write.value }), 'made', true);
      return Array.from({ length: Math.max(1, found.length) }, () => row);
    }
    case 'mergeRelationship': {
      const [start, end] = [node(write.from)!, node(write.to)!];
      const found = graph.relationships.filter((each) => {
        if (each.type !== write.relationshipType) return false;
        return each.start === start && each.end === end;
      });
      if (found.length === 0) connect(graph, { start, end, type: write.relationshipType, properties: {} });
      return Array.from({ length: Math.max(1, found.length) }, () => row);
    }
    case 'delete': {
      const gone = new Set(write.names.map((name) => row.get(name)));
      graph.relationships = graph.relationships.filter(
        (each) => !gone.has(each) && !gone.has(each.start) && !gone.has(each.end),
      );
      graph.nodes = graph.nodes.filter((each) => !gone.has(each));
      return [row];
    }
  }
}

function assign(assignment: Assignment, row: Row): void {
  const entity = row.get(assignment.name) as Draft<ReferenceNode> | null;
  if (entity === null) return;
  if (assignment.type === 'label') entity.labels = [...new Set([...entity.labels, assignment.label])].toSorted();
  else
    setProperty(
      entity,
      assignment.key,
      assignment.type === 'copy' ? (entity.properties.uid ?? null) : assignment.value,
    );
}

function setProperty(entity: { properties: Readonly<Record<string, Scalar>> }, key: string, value: Scalar): void {
  const rest = Object.fromEntries(Object.entries(entity.properties).filter(([other]) => other !== key));
  entity.properties = value === null ? rest : { ...rest, [key]: value };
}

function newNode(
  graph: DraftGraph,
  labels: readonly string[],
  properties: Readonly<Record<string, Scalar>>,
): Draft<ReferenceNode> {
  const node: Draft<ReferenceNode> = { kind: 'node', uid: -1, labels, properties };
  graph.nodes.push(node);
  return node;
}

function connect(graph: DraftGraph, fields: Omit<ReferenceRelationship, 'kind' | 'uid'>): void {
  graph.relationships.push({ kind: 'relationship', uid: -1, ...fields });
}

function copyOf({ nodes, relationships }: ReferenceGraph): DraftGraph {
  const copies = new Map(nodes.map((node) => [node, { ...node }]));
  return {
    nodes: [...copies.values()],
    relationships: relationships.map((each) => ({
      ...each,
      start: copies.get(each.start)!,
      end: copies.get(each.end)!,
    })),
  };
}

/** All there is, as sorted texts. */
export function contentsOf({ nodes, relationships }: ReferenceGraph): string[] {
  const ends = relationships.map(({ start, type, properties, end }) => {
    return `${nodeText(start)}-[${type} ${propertiesText(properties)}]->${nodeText(end)}`;
  });
  return [...nodes.map(nodeText), ...ends].toSorted();
}

function nodeText({ labels, properties }: Pick<ReferenceNode, 'labels' | 'properties'>): string {
  return `(${[...labels].toSorted().join(':')} ${propertiesText(properties)})`;
}

function propertiesText(properties: Readonly<Record<string, Scalar>>): string {
  return JSON.stringify(Object.entries(properties).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}
