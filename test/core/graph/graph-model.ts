/** A graph in plain Maps, which the store is compared with. It is slow, obvious, and copied whole for each transaction. */
import { expect } from 'vitest';
import { assert } from '../../../core/assert.ts';
import { FullTextIndex } from '../../../core/graph/full-text-index.ts';
import { ALL_TYPES, type Direction, type GraphView } from '../../../core/graph/graph-view.ts';
import { type IndexDefinition, type IndexRange, tokensOf } from '../../../core/graph/index-definition.ts';
import type { Indexes } from '../../../core/graph/indexes.ts';
import { isInRange, supportsRange } from '../../../core/graph/property-index.ts';
import { Expansion, IdList } from '../../../core/graph/result-lists.ts';
import { TermScores } from '../../../core/graph/term-scores.ts';
import { ValueIndex } from '../../../core/graph/value-index.ts';
import { VectorIndex } from '../../../core/graph/vector-index.ts';
import { equals } from '../../../core/value/equality.ts';
import { boxesAround } from '../../../core/value/spatial/box.ts';
import { distance } from '../../../core/value/spatial/point.ts';
import { PointValue } from '../../../core/value/spatial/point-value.ts';
import type { StoredValue } from '../../../core/value/value.ts';

export interface ModelNode {
  readonly labels: Set<number>;
  readonly properties: Map<number, StoredValue>;
}

export interface ModelRelationship {
  readonly type: number;
  readonly start: number;
  readonly end: number;
  readonly properties: Map<number, StoredValue>;
}

export class Model {
  readonly nodes = new Map<number, ModelNode>();
  readonly relationships = new Map<number, ModelRelationship>();

  copy(): Model {
    const copy = new Model();
    for (const [id, node] of this.nodes) {
      copy.nodes.set(id, { labels: new Set(node.labels), properties: new Map(node.properties) });
    }
    for (const [id, relationship] of this.relationships) {
      copy.relationships.set(id, { ...relationship, properties: new Map(relationship.properties) });
    }
    return copy;
  }
}

/** Everything that a view can be asked must be what the model says. */
export function expectSame(
  view: GraphView,
  model: Model,
  { indexes, values }: { readonly indexes: Indexes; readonly values: readonly StoredValue[] },
): void {
  expect(scanAll((cursor, out) => view.scanNodes(cursor, out))).toEqual(ascending(model.nodes.keys()));
  expect(scanAll((cursor, out) => view.scanRelationships(cursor, out))).toEqual(ascending(model.relationships.keys()));
  expectNodes(view, model);
  expectRelationships(view, model);
  expectExpansions(view, model);
  expectSeeks(view, model, indexes, values);
}

function expectNodes(view: GraphView, model: Model): void {
  for (let label = 0; label < 3; label += 1) {
    const labelled = [...model.nodes].filter(([, node]) => node.labels.has(label)).map(([id]) => id);
    expect(scanAll((cursor, out) => view.scanLabel(label, cursor, out))).toEqual(ascending(labelled));
    const known = view.labelledNodes(label);
    if (known) expect(ascending(model.nodes.keys()).filter((id) => known.has(id))).toEqual(ascending(labelled));
  }
  const common = view.commonLabels();
  if (common) for (const node of model.nodes.values()) expect(ascending(node.labels)).toEqual(common);
  const ids = ascending(model.nodes.keys());
  for (const id of ids) {
    const node = model.nodes.get(id)!;
    expect(view.nodeLabels(id)).toEqual(ascending(node.labels));
    expect(view.nodeKeys(id)).toEqual(ascending(node.properties.keys()));
    for (const [key, value] of node.properties) expect(view.nodeProperty(id, key)).toEqual(value);
  }
  for (let key = 0; key < 3; key += 1) {
    const { kind, values } = view.gatherNodeProperty(Int32Array.from(ids), ids.length, key);
    const held = ids.map((id) => model.nodes.get(id)!.properties.get(key) ?? null);
    expect(Array.from(values, (value) => value)).toEqual(
      kind === 'float' ? held.map((value) => value !== null && Object(value).value) : held,
    );
  }
}

function expectRelationships(view: GraphView, model: Model): void {
  for (const [id, relationship] of model.relationships) {
    expect([view.relationshipType(id), view.relationshipStart(id), view.relationshipEnd(id)]).toEqual([
      relationship.type,
      relationship.start,
      relationship.end,
    ]);
    expect(view.relationshipKeys(id)).toEqual(ascending(relationship.properties.keys()));
    for (const [key, value] of relationship.properties) expect(view.relationshipProperty(id, key)).toEqual(value);
  }
}

function expectExpansions(view: GraphView, model: Model): void {
  const expansion = new Expansion();
  for (const node of model.nodes.keys()) {
    for (const direction of ['outgoing', 'incoming', 'both'] as const) {
      for (const type of [0, 1, ALL_TYPES]) {
        view.expand(node, direction, type, expansion);
        const found = Array.from(expansion.relationships.subarray(0, expansion.count), (relationship, row) => [
          relationship,
          expansion.neighbours[row],
        ]);
        const wanted = joined(model, node, direction, type);
        expect(found.sort(byFirst)).toEqual(wanted);
        expect(view.degree(node, direction, type)).toBe(wanted.length);
      }
    }
  }
}

function joined(model: Model, node: number, direction: Direction, type: number): number[][] {
  const found: number[][] = [];
  for (const [id, relationship] of model.relationships) {
    if (type !== ALL_TYPES && relationship.type !== type) continue;
    if (direction !== 'incoming' && relationship.start === node) found.push([id, relationship.end]);
    else if (direction !== 'outgoing' && relationship.end === node) found.push([id, relationship.start]);
  }
  return found.sort(byFirst);
}

function expectSeeks(view: GraphView, model: Model, indexes: Indexes, values: readonly StoredValue[]): void {
  const out = new IdList();
  for (const definition of indexes.list()) {
    const index = indexes.byName(definition.name);
    if (index instanceof VectorIndex) {
      expectNearest(view, model, index);
      continue;
    }
    if (index instanceof FullTextIndex) {
      expectWords({ view, model, index, values });
      continue;
    }
    assert(index instanceof ValueIndex, 'it finds values');
    if (definition.kind === 'point') expectPointSeeks({ view, model, index, values });
    else if (definition.keys.length > 1) expectTupleSeeks({ view, model, index, values });
    else
      for (const value of values) {
        view.seekIndex(index, value, out);
        const equal = holding(model, definition, ([held]) => equals(held!, value) === true);
        expect(Array.from(out.ids.subarray(0, out.count))).toEqual(equal);

        if (!supportsRange(value)) continue;
        for (const range of rangesAt(value)) {
          view.rangeIndex(index, range, out);
          const inside = holding(model, definition, ([held]) => isInRange(held!, range));
          expect(ascending(out.ids.subarray(0, out.count))).toEqual(inside);
        }
      }
  }
}

/** Each word of the values finds what has it in one of the properties, and nothing twice. */
function expectWords({ view, model, index, values }: Omit<TupleSeeks, 'index'> & { index: FullTextIndex }): void {
  const see = view.documents(index);
  if (see === undefined) return;
  const { entity, keys } = index.definition;
  const tokens = tokensOf(index.definition);
  for (const text of values.filter((value) => typeof value === 'string')) {
    const [word = ''] = index.analyzer.terms(text);
    const scores = new Map<number, number>();
    const search = { fields: keys.map((_, field) => field), weight: 1, constant: true };
    new TermScores(index, word, search).step(Number.POSITIVE_INFINITY, see, scores);
    const entities =
      entity === 'node'
        ? [...model.nodes].filter(([, { labels }]) => tokens.some((token) => labels.has(token)))
        : [...model.relationships].filter(([, { type }]) => tokens.includes(type));
    const fieldsWith = (properties: ReadonlyMap<number, StoredValue>) =>
      keys.filter((key) => properties.get(key) === text).length;
    const expected = entities.flatMap(([id, { properties }]) => {
      return fieldsWith(properties) === 0 ? [] : [[id, fieldsWith(properties)]];
    });
    expect([...scores].sort(byFirst)).toEqual(expected.sort(byFirst));
  }
}

function rangesAt(value: StoredValue): IndexRange[] {
  return [
    { from: value },
    { to: value, toExclusive: true },
    { from: value, to: value },
    { from: value, fromExclusive: true },
  ];
}

/** An index on two properties: both equal; the first equal and the second in a range, or anything; the first in a range. */
function expectTupleSeeks({ view, model, index, values }: TupleSeeks): void {
  const out = new IdList();
  const { definition } = index;
  const found = () => ascending(out.ids.subarray(0, out.count));
  for (const [i, first] of values.entries()) {
    const second = values[(i * 7 + 1) % values.length]!;
    const isFirst = ([held]: readonly StoredValue[]) => equals(held!, first) === true;
    for (const value of [first, second]) {
      view.seekIndex(index, [first, value], out);
      const equal = holding(model, definition, (held) => isFirst(held) && equals(held[1]!, value) === true);
      expect(Array.from(out.ids.subarray(0, out.count))).toEqual(equal);
    }
    view.rangeIndex(index, { prefix: [first] }, out);
    expect(found()).toEqual(holding(model, definition, isFirst));
    for (const range of !supportsRange(second) ? [] : rangesAt(second)) {
      view.rangeIndex(index, { prefix: [first], ...range }, out);
      expect(found()).toEqual(holding(model, definition, (held) => isFirst(held) && isInRange(held[1]!, range)));
    }
    for (const range of !supportsRange(first) ? [] : rangesAt(first)) {
      view.rangeIndex(index, range, out);
      expect(found()).toEqual(holding(model, definition, ([held]) => isInRange(held!, range)));
    }
  }
}

/** They are few, so that all are found, in the order of their scores. */
function expectNearest(view: GraphView, model: Model, index: VectorIndex): void {
  for (const query of [
    [1, 2],
    [-1, 0.5],
  ]) {
    const vector = index.vectorOf(query)!;
    const scores = new Map(
      holding(model, index.definition, ([held]) => index.vectorOf(held!) !== undefined).map((id) => {
        const entities = index.definition.entity === 'node' ? model.nodes : model.relationships;
        return [id, index.scoreOf(vector, entities.get(id)!.properties.get(index.definition.keys[0]!)!)];
      }),
    );
    for (const count of [1, 100]) {
      const found = view.nearest(index, { vector, count });
      if (found === undefined) continue;
      expect(found.map(({ entity, score }) => [scores.get(entity), score])).toEqual(
        [...scores.values()]
          .sort((left, right) => right - left)
          .slice(0, count)
          .map((score) => [score, score]),
      );
      expect(new Set(found.map(({ entity }) => entity)).size).toBe(found.length);
    }
  }
}

/** All points in a box are found; some that lie around it may be too. */
function expectPointSeeks({ view, model, index, values }: TupleSeeks): void {
  const out = new IdList();
  for (const value of values) {
    if (!(value instanceof PointValue)) continue;
    for (const most of [0, 1, 20_000, 10_000_000]) {
      const range = { boxes: boxesAround(value, most) };
      view.rangeIndex(index, range, out);
      const found = Array.from(out.ids.subarray(0, out.count));
      const inside = holding(model, index.definition, ([held]) => index.isIn(held!, range));
      const near = holding(
        model,
        index.definition,
        ([held]) => held instanceof PointValue && isNear(held, value, most),
      );
      expect(found).toEqual(expect.arrayContaining(inside));
      expect(inside).toEqual(expect.arrayContaining(near));
      expect(new Set(found).size).toBe(found.length);
      for (const id of found)
        expect(holding(model, index.definition, ([held]) => held instanceof PointValue)).toContain(id);
    }
  }
}

function isNear(held: PointValue, value: PointValue, most: number): boolean {
  const metres = distance(held, value);
  return metres !== null && metres <= most;
}

interface TupleSeeks {
  readonly view: GraphView;
  readonly model: Model;
  readonly index: ValueIndex;
  readonly values: readonly StoredValue[];
}

/** What belongs in an index and passes a test of the values under its keys. */
function holding(
  model: Model,
  { entity, token, keys }: IndexDefinition,
  test: (held: readonly StoredValue[]) => boolean,
): number[] {
  const entities =
    entity === 'node'
      ? [...model.nodes].filter(([, { labels }]) => labels.has(token))
      : [...model.relationships].filter(([, { type }]) => type === token);
  const found = entities.filter(([, { properties }]) => {
    const held = keys.flatMap((key) => (properties.has(key) ? [properties.get(key)!] : []));
    return held.length === keys.length && test(held);
  });
  return ascending(found.map(([id]) => id));
}

/** Scans with a list that is shorter than a word of bits, so that the scan goes on in the middle of one. */
function scanAll(scan: (cursor: number, out: Int32Array) => { count: number; cursor: number }): number[] {
  const out = new Int32Array(7);
  const ids: number[] = [];
  for (let cursor = 0; cursor !== -1; ) {
    const result = scan(cursor, out);
    ids.push(...out.subarray(0, result.count));
    cursor = result.cursor;
  }
  return ids;
}

export function ascending(ids: Iterable<number>): number[] {
  return [...ids].sort((left, right) => left - right);
}

function byFirst(left: readonly (number | undefined)[], right: readonly (number | undefined)[]): number {
  return left[0]! - right[0]!;
}
