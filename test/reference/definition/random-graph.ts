/** Small graphs with several labels and types, loops, parallel relationships, missing properties and properties of mixed types. */
import type { Value } from '../../../core/value/value.ts';
import { Float } from '../../../core/value/value.ts';
import { ReferenceGraph } from './reference-graph.ts';
import type { Tape } from './tape.ts';

export const LABELS = ['A', 'B', 'C'] as const;
export const TYPES = ['R', 'S', 'T'] as const;

/** Of `k`, which holds numbers. */
const NUMBERS: readonly Value[] = [1, 0, 2, 3, new Float(1.5), null];
/** Of `s`, which holds strings. */
export const STRINGS = ['', 'a', 'b', 'ab'] as const;
/** Of `m`, which holds anything. */
const MIXED: readonly Value[] = [null, 1, 'a', true, new Float(2.5), false, [1, 2], ['a'], 0];

export interface RandomGraph {
  readonly graph: ReferenceGraph;
  /** The statement that makes it, in the same order. */
  readonly text: string | undefined;
}

/** Each node and relationship has a `uid`, by which it is known again. */
export function randomGraph(tape: Tape): RandomGraph {
  const graph = new ReferenceGraph();
  const parts: string[] = [];
  const nodeCount = tape.pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 4, 5, 6, 7, 8]);
  for (let uid = 0; uid < nodeCount; uid++) {
    const labels = LABELS.filter(() => tape.chance(55));
    const properties = randomProperties(tape, uid);
    graph.addNode(labels, properties);
    parts.push(`(n${uid}${labels.map((label) => `:${label}`).join('')} ${valueText(properties)})`);
  }
  const relationshipCount = nodeCount === 0 ? 0 : tape.pick([0, 1, 2, 4, 6, 8, 10, 12, 7, 8, 9, 10, 11, 12]);
  for (let uid = 0; uid < relationshipCount; uid++) {
    const [start, end, type] = [tape.below(nodeCount), tape.below(nodeCount), tape.pick(TYPES)];
    const properties = randomProperties(tape, 100 + uid);
    graph.addRelationship({ type, start, end, properties });
    parts.push(`(n${start})-[:${type} ${valueText(properties)}]->(n${end})`);
  }
  return { graph, text: parts.length === 0 ? undefined : `CREATE ${parts.join(', ')}` };
}

function randomProperties(tape: Tape, uid: number): Map<string, Value> {
  const properties = new Map<string, Value>([
    ['uid', uid],
    ['k', tape.pick(NUMBERS)],
    ['s', tape.pick([null, ...STRINGS])],
    ['m', tape.pick(MIXED)],
  ]);
  return new Map([...properties].filter(([, value]) => value !== null));
}

/** A value as Cypher writes it. */
export function valueText(value: Value): string {
  if (value instanceof Float) return Number.isInteger(value.value) ? `${value.value}.0` : String(value.value);
  if (value instanceof Map) return `{${[...value].map(([key, item]) => `${key}: ${valueText(item)}`).join(', ')}}`;
  if (Array.isArray(value)) return `[${value.map(valueText).join(', ')}]`;
  return typeof value === 'string' ? `'${value}'` : String(value);
}
