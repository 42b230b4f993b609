/** What a query answers, in a form in which the engine's and the reference's can be compared. */
import { createHash } from 'node:crypto';
import { GraphError } from '../../../core/error.ts';
import {
  Float,
  NodeRecord,
  NodeReference,
  PathRecord,
  PathReference,
  RelationshipRecord,
  RelationshipReference,
  type ResultValue,
  type Value,
} from '../../../core/value/value.ts';
import type { Database, Parameters } from '../../core/engine/database.ts';
import type { Row } from './evaluation.ts';
import type { RandomQuery, RowOrder } from './random-query.ts';
import { nodesOf, ReferenceGraph, relationshipsOf } from './reference-graph.ts';

export interface Answer {
  readonly rows: readonly string[];
  /** The code of the error that it ended with. */
  readonly failure: string | undefined;
}

interface Form {
  readonly order: RowOrder;
  /** Lists sorted, as the query makes lists of rows whose order is open. */
  readonly bags: boolean;
  /** 1 and 1.0 written the same, as which of two equivalent values stands for both is open. */
  readonly loose: boolean;
}

function formOf({ text, order }: RandomQuery): Form {
  const bags = /collect|\[\(/i.test(text);
  return { order, bags, loose: /DISTINCT|UNION|ORDER BY|collect|count|sum|avg|min\(|max\(/i.test(text) };
}

export function answerOf(query: RandomQuery & { readonly graph: ReferenceGraph }, run: () => readonly Row[]): Answer {
  const form = formOf(query);
  return answered(form, () =>
    run().map((row) => [...row.values()].map((value) => writer(form)(plainOf(value, query.graph)))),
  );
}

export function engineAnswer(
  query: RandomQuery & { readonly database: Database; readonly sliceWork: number; readonly parameters?: Parameters },
): Answer {
  const form = formOf(query);
  const { database, text, sliceWork, parameters = {} } = query;
  return answered(form, () =>
    database.run(text, parameters, sliceWork).rows.map((row) => row.map((value) => writer(form)(plainOfResult(value)))),
  );
}

function answered({ order }: Form, run: () => readonly (readonly string[])[]): Answer {
  try {
    return { rows: comparable(run(), order), failure: undefined };
  } catch (error) {
    if (error instanceof GraphError) return { rows: [], failure: error.code };
    throw error;
  }
}

/** Rows as far as they are known: those in an open order sorted, those ordered by some columns with these before them. */
function comparable(rows: readonly (readonly string[])[], order: RowOrder): string[] {
  const texts = rows.map((row) => row.join(' | '));
  if (order === 'whole') return texts;
  if (order === 'open') return texts.toSorted();
  const keys = rows.map((row) => order.keys.map((column) => row[column]).join(' | '));
  const sure = order.cut ? texts.filter((_text, i) => keys[i] !== keys.at(-1)) : texts;
  return [...keys, ...sure.toSorted()];
}

/** A value in which entities are what is in them. */
type Plain =
  | string
  | number
  | boolean
  | null
  | Float
  | readonly Plain[]
  | {
      readonly entity: 'node' | 'relationship';
      readonly words: readonly string[];
      readonly properties: readonly (readonly [string, Plain])[];
    }
  | { readonly path: readonly Plain[] }
  | { readonly keyed: readonly (readonly [string, Plain])[] };

function plainOf(value: Value, graph: ReferenceGraph): Plain {
  if (value instanceof NodeReference) {
    const { labels, properties } = graph.node(value);
    return { entity: 'node', words: [...labels].sort(), properties: entries(properties, (one) => plainOf(one, graph)) };
  }
  if (value instanceof RelationshipReference) {
    const { type, properties } = graph.relationship(value);
    return { entity: 'relationship', words: [type], properties: entries(properties, (one) => plainOf(one, graph)) };
  }
  if (value instanceof PathReference) {
    return { path: [...nodesOf(value), ...relationshipsOf(value)].map((one) => plainOf(one, graph)) };
  }
  if (Array.isArray(value)) return value.map((one) => plainOf(one, graph));
  if (value instanceof Map) return { keyed: entries(value, (one) => plainOf(one, graph)) };
  return scalarOf(value);
}

function plainOfResult(value: ResultValue): Plain {
  if (value instanceof NodeRecord) {
    return { entity: 'node', words: [...value.labels].sort(), properties: entries(value.properties, plainOfResult) };
  }
  if (value instanceof RelationshipRecord) {
    const { relationshipType, properties } = value;
    return { entity: 'relationship', words: [relationshipType], properties: entries(properties, plainOfResult) };
  }
  if (value instanceof PathRecord) return { path: [...value.nodes, ...value.relationships].map(plainOfResult) };
  if (Array.isArray(value)) return value.map(plainOfResult);
  if (value instanceof Map) return { keyed: entries(value, plainOfResult) };
  return scalarOf(value);
}

function scalarOf(value: Value | ResultValue): Plain {
  if (value === null || value instanceof Float) return value;
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return value;
  throw new Error('random queries give no such value');
}

function entries<Item>(properties: ReadonlyMap<string, Item>, plain: (item: Item) => Plain) {
  return [...properties]
    .map(([key, value]) => [key, plain(value)] as const)
    .sort(([one], [other]) => (one < other ? -1 : 1));
}

function writer({ bags, loose }: Pick<Form, 'bags' | 'loose'>): (value: Plain) => string {
  const write = (value: Plain): string => {
    if (value instanceof Float) return number(value.value, loose ? '' : 'f');
    if (typeof value === 'number') return number(value, '');
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    if ('keyed' in value) return `{${value.keyed.map(([key, item]) => `${key}: ${write(item)}`).join(', ')}}`;
    if ('path' in value) return `<${value.path.map(write).join(' ')}>`;
    if ('entity' in value) {
      const { entity, words, properties } = value;
      return `${entity}:${words.join(':')} {${properties.map(([key, item]) => `${key}: ${write(item)}`).join(', ')}}`;
    }
    const items = value.map(write);
    return `[${(bags ? items.sort() : items).join(', ')}]`;
  };
  return write;
}

/** Sums of FLOATs may differ in their last digits with the order of the rows. */
function number(value: number, suffix: string): string {
  return `${Number(value.toPrecision(12)) + 0}${suffix}`;
}

/** The engine's graph, read by two queries. */
export function referenceGraphOf(database: Database): ReferenceGraph {
  const graph = new ReferenceGraph();
  const places = new Map<ResultValue, number>();
  for (const [id, node] of database.run('MATCH (n) RETURN id(n), n').rows) {
    if (!(node instanceof NodeRecord)) throw new Error('a node is a record');
    places.set(id!, graph.addNode(node.labels, node.properties).id);
  }
  for (const [start, end, one] of database.run('MATCH (a)-[r]->(b) RETURN id(a), id(b), r').rows) {
    if (!(one instanceof RelationshipRecord)) throw new Error('a relationship is a record');
    const { relationshipType: type, properties } = one;
    graph.addRelationship({ type, properties, start: places.get(start!)!, end: places.get(end!)! });
  }
  return graph;
}

/** The same for two graphs that differ only in ids: each node by what is in it and around it, two steps far. */
export function graphKey(graph: ReferenceGraph): readonly string[] {
  const write = writer({ bags: false, loose: false });
  const own = (id: number) => write(plainOf(new NodeReference(id), graph));
  let names = new Map([...graph.nodes.keys()].map((id) => [id, own(id)]));
  const around = (id: number) =>
    graph.incident(id).flatMap((one) => {
      const text = write(plainOf(new RelationshipReference(one.id), graph));
      const out = one.start === id ? [`-${text}->${names.get(one.end)}`] : [];
      return one.end === id ? [...out, `<-${text}-${names.get(one.start)}`] : out;
    });
  for (let round = 0; round < 2; round++) {
    names = new Map([...names].map(([id, name]) => [id, digest(`${name} (${around(id).sort().join(' ')})`)]));
  }
  return [...names.values()].sort();
}

/** Stands for a text, which around a node with many relationships would grow with the square of their number. */
function digest(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
