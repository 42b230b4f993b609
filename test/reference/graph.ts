/** Small graphs as plain objects, and the statement that makes one of them in the engine. */
import type { Dice } from './dice.ts';

export type Scalar = null | boolean | number | string;

export interface ReferenceNode {
  readonly kind: 'node';
  readonly uid: number;
  readonly labels: readonly string[];
  readonly properties: Readonly<Record<string, Scalar>>;
}

export interface ReferenceRelationship {
  readonly kind: 'relationship';
  readonly uid: number;
  readonly type: string;
  readonly start: ReferenceNode;
  readonly end: ReferenceNode;
  readonly properties: Readonly<Record<string, Scalar>>;
}

export interface ReferenceGraph {
  readonly nodes: readonly ReferenceNode[];
  readonly relationships: readonly ReferenceRelationship[];
}

export const LABELS = ['A', 'B', 'C'];
export const TYPES = ['T', 'U'];
export const KEYS = ['x', 'y', 'z'];

/** Few values, so that they meet: numbers of both kinds, texts, booleans. */
export const SCALARS: readonly Scalar[] = [0, 1, 2, -1, 1.5, 'a', 'b', '', true, false];

/** Up to seven nodes and eleven relationships, self-loops and parallel ones among them. */
export function randomGraph(dice: Dice): ReferenceGraph {
  const nodes = Array.from(
    { length: dice.chance(0.05) ? 0 : 2 + dice.below(6) },
    (_, uid): ReferenceNode => ({
      kind: 'node',
      uid,
      labels: LABELS.filter(() => dice.chance(0.6)),
      properties: randomProperties(dice, uid),
    }),
  );
  const count = nodes.length === 0 ? 0 : 2 + dice.below(10);
  const relationships = Array.from(
    { length: count },
    (_, number): ReferenceRelationship => ({
      kind: 'relationship',
      uid: 100 + number,
      type: dice.pick(TYPES),
      start: dice.pick(nodes),
      end: dice.pick(nodes),
      properties: randomProperties(dice, 100 + number),
    }),
  );
  return { nodes, relationships };
}

function randomProperties(dice: Dice, uid: number): Record<string, Scalar> {
  const properties: Record<string, Scalar> = { uid };
  // One key holds small integers only, as real data mostly does; the others hold anything.
  if (dice.chance(0.8)) properties.x = dice.below(4);
  for (const key of ['y', 'z']) if (dice.chance(0.6)) properties[key] = dice.pick(SCALARS);
  return properties;
}

/** One CREATE for all of it; undefined for an empty graph. */
export function createStatement({ nodes, relationships }: ReferenceGraph): string | undefined {
  if (nodes.length === 0) return undefined;
  const parts = nodes.map(({ uid, labels, properties }) => {
    return `(n${uid}${labels.map((label) => `:${label}`).join('')} ${mapText(properties)})`;
  });
  for (const { type, start, end, properties } of relationships) {
    parts.push(`(n${start.uid})-[:${type} ${mapText(properties)}]->(n${end.uid})`);
  }
  return `CREATE ${parts.join(', ')}`;
}

function mapText(properties: Readonly<Record<string, Scalar>>): string {
  return `{${Object.entries(properties)
    .map(([key, value]) => `${key}: ${scalarText(value)}`)
    .join(', ')}}`;
}

/** A literal. */
export function scalarText(value: Scalar): string {
  return typeof value === 'string' ? `'${value}'` : String(value);
}
