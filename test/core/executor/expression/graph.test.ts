import { describe, expect, test } from 'vitest';
import { elementIds, materialise } from '../../../../core/executor/materialise.ts';
import { GraphStore } from '../../../../core/graph/graph-store.ts';
import {
  Float,
  NodeRecord,
  NodeReference,
  PathRecord,
  PathReference,
  RelationshipRecord,
  RelationshipReference,
  type Value,
} from '../../../../core/value/value.ts';
import { batchOf, contextOver, evaluate, evaluateAll, failureOf, selectRows, valueColumn } from './evaluation.ts';

/**
 * Three airports and two flights: (ZRH:Airport:Hub {code, country, rank: 1})-[:FLIES {stops: 0, fare: 99.5}]->
 * (GVA:Airport {code, country, rank: 2})-[:FLIES {stops: 2}]->(LIS:Airport {code, rank: 3.5}).
 */
function flights() {
  const store = new GraphStore();
  const writer = store.begin();
  const key = (name: string) => writer.token('propertyKey', name);
  const node = (labels: readonly string[], properties: Record<string, string | number | Float>) => {
    const id = writer.createNode();
    for (const label of labels) writer.addLabel(id, writer.token('label', label));
    for (const [name, value] of Object.entries(properties)) writer.setNodeProperty(id, key(name), value);
    return id;
  };
  const zurich = node(['Airport', 'Hub'], { code: 'ZRH', country: 'Switzerland', rank: 1 });
  const geneva = node(['Airport'], { code: 'GVA', country: 'Switzerland', rank: 2 });
  const lisbon = node(['Airport'], { code: 'LIS', rank: new Float(3.5) });
  const flies = writer.token('relationshipType', 'FLIES');
  const short = writer.createRelationship(flies, zurich, geneva);
  const long = writer.createRelationship(flies, geneva, lisbon);
  writer.setRelationshipProperty(short, key('stops'), 0);
  writer.setRelationshipProperty(short, key('fare'), new Float(99.5));
  writer.setRelationshipProperty(long, key('stops'), 2);
  const transaction = writer.commit(1);
  store.acknowledge(transaction.lsn);
  const values: Record<string, Value> = {
    z: new NodeReference(zurich),
    g: new NodeReference(geneva),
    l: new NodeReference(lisbon),
    r: new RelationshipReference(short),
    s: new RelationshipReference(long),
    p: new PathReference([zurich, geneva, lisbon], [short, long]),
    none: null,
  };
  const nodes = { kind: 'node', ids: Int32Array.of(zurich, geneva, lisbon, -1) } as const;
  const relationships = { kind: 'relationship', ids: Int32Array.of(short, long, -1) } as const;
  return { store, values, nodes, relationships, zurich, geneva, lisbon, short, long };
}

describe('entities one by one', () => {
  test.each<{ text: string; expected: Value }>([
    { text: 'z.code', expected: 'ZRH' },
    { text: 'l.country', expected: null },
    { text: 'z.noSuchKey', expected: null },
    { text: "z['code']", expected: 'ZRH' },
    { text: 'none.code', expected: null },
    { text: 'r.fare', expected: new Float(99.5) },
    { text: "s['stops'] + 1", expected: 3 },
    { text: 'z:Airport', expected: true },
    { text: 'z:Airport:Hub', expected: true },
    { text: 'g:Airport:Hub', expected: false },
    { text: 'g:NoSuchLabel', expected: false },
    { text: 'none:Airport', expected: null },
    { text: 'r:FLIES', expected: true },
    { text: 'r:OTHER', expected: false },
    { text: 'z = z', expected: true },
    { text: 'z = g', expected: false },
    { text: 'labels(z)', expected: ['Airport', 'Hub'] },
    { text: 'type(r)', expected: 'FLIES' },
    { text: 'keys(z)', expected: ['code', 'country', 'rank'] },
    { text: 'keys(s)', expected: ['stops'] },
    { text: 'properties(s)', expected: new Map([['stops', 2]]) },
    { text: 'startNode(r) = z AND endNode(r) = g', expected: true },
    { text: 'length(p)', expected: 2 },
    { text: '[n IN nodes(p) | n.code]', expected: ['ZRH', 'GVA', 'LIS'] },
    { text: '[x IN relationships(p) | x.stops]', expected: [0, 2] },
    { text: 'id(z) = id(startNode(r))', expected: true },
    { text: 'any(n IN nodes(p) WHERE n:Hub)', expected: true },
  ])('$text', ({ text, expected }) => {
    const { store, values } = flights();

    expect(evaluate(text, values, contextOver(store))).toEqual(expected);
  });

  test('an element id names kind, cluster and entity', () => {
    const { store, values, zurich, short } = flights();

    expect(evaluate('elementId(z)', values, contextOver(store))).toBe(`4:test:${zurich}`);
    expect(evaluate('elementId(r)', values, contextOver(store))).toBe(`5:test:${short}`);
  });

  test('asking for an unknown key does not define it', () => {
    const { store, values } = flights();

    evaluate('z.noSuchKey', values, contextOver(store));

    expect(store.tokens.propertyKey.idOf('noSuchKey')).toBeUndefined();
  });

  test.each([
    { text: 'labels(r)', detail: 'InvalidArgumentValue' },
    { text: 'type(z)', detail: 'InvalidArgumentValue' },
    { text: 'nodes(z)', detail: 'InvalidArgumentValue' },
    { text: 'p.code', detail: 'InvalidArgumentType' },
    { text: 'p:Airport', detail: 'InvalidArgumentType' },
    { text: 'z[0]', detail: 'MapElementAccessByNonString' },
  ])('$text is a TypeError', ({ text, detail }) => {
    const { store, values } = flights();

    expect(failureOf(() => evaluate(text, values, contextOver(store)))).toMatchObject({
      code: 'Neo.ClientError.Statement.TypeError',
      detail,
    });
  });
});

describe('entities in columns', () => {
  test.each<{ text: string; expected: Value[] }>([
    { text: 'n.code', expected: ['ZRH', 'GVA', 'LIS', null] },
    { text: 'n.rank', expected: [1, 2, new Float(3.5), null] },
    { text: 'n.noSuchKey', expected: [null, null, null, null] },
    { text: 'n.rank + 1', expected: [2, 3, new Float(4.5), null] },
    { text: 'n:Hub', expected: [true, false, false, null] },
    { text: 'id(n) >= 0', expected: [true, true, true, null] },
  ])('$text', ({ text, expected }) => {
    const { store, nodes } = flights();

    expect(evaluateAll(text, ['n'], batchOf(4, nodes), contextOver(store))).toEqual(expected);
  });

  test.each<{ text: string; expected: number[] }>([
    { text: "n.country = 'Switzerland'", expected: [0, 1] },
    { text: "n.country <> 'Switzerland'", expected: [] },
    { text: "NOT n.code = 'ZRH'", expected: [1, 2] },
    { text: 'n.rank > 1', expected: [1, 2] },
    { text: 'n.country IS NULL', expected: [2, 3] },
    { text: 'n IS NOT NULL', expected: [0, 1, 2] },
    { text: 'n:Hub', expected: [0] },
    { text: 'NOT n:Hub', expected: [1, 2] },
    { text: "n:Airport AND n.code STARTS WITH 'G'", expected: [1] },
    { text: "n.code IN ['ZRH', 'LIS']", expected: [0, 2] },
    { text: "n:Hub OR n.code = 'LIS'", expected: [0, 2] },
  ])('$text selects rows $expected', ({ text, expected }) => {
    const { store, nodes } = flights();

    expect(selectRows(text, ['n'], batchOf(4, nodes), contextOver(store))).toEqual(expected);
  });

  test('rows that share an entity through an index vector read it all the same', () => {
    const { store, nodes, relationships } = flights();
    const shared = { column: nodes, rows: Int32Array.of(1, 1, 0, 2, 2, 3) };
    const few = { column: nodes, rows: Int32Array.of(2) };
    const both = { column: relationships, rows: Int32Array.of(1, 0, 1, 2, 0, 0) };
    const context = contextOver(store);

    expect(evaluateAll('n.code', ['n'], batchOf(6, shared), context)).toEqual([
      'GVA',
      'GVA',
      'ZRH',
      'LIS',
      'LIS',
      null,
    ]);
    expect(evaluateAll('n.code', ['n'], batchOf(1, few), context)).toEqual(['LIS']);
    expect(evaluateAll('r.stops', ['r'], batchOf(6, both), context)).toEqual([2, 0, 2, null, 0, 0]);
    expect(selectRows('r.stops > 0', ['r'], batchOf(6, both), context)).toEqual([0, 2]);
    expect(selectRows('n:Airport AND r.stops = 0', ['n', 'r'], batchOf(6, shared, both), context)).toEqual([1, 4]);
  });
});

describe('what the statement has deleted', () => {
  test.each(['n.code', 'n.noSuchKey', 'labels(n)', 'keys(n)', 'properties(n)', 'n:Airport', "n['code']"])(
    'cannot be asked for %s',
    (text) => {
      const { store, lisbon } = flights();
      const writer = store.begin();
      writer.detachDeleteNode(lisbon);
      const context = contextOver(store, { view: writer.view });

      const single = failureOf(() => evaluate(text, { n: new NodeReference(lisbon) }, context));
      const column = batchOf(1, { kind: 'node', ids: Int32Array.of(lisbon) });
      const inColumn = failureOf(() => evaluateAll(text, ['n'], column, context));

      expect(single).toMatchObject({ code: 'Neo.ClientError.Statement.EntityNotFound', detail: 'DeletedEntityAccess' });
      expect(inColumn).toMatchObject({ detail: 'DeletedEntityAccess' });
    },
  );

  test.each(['r.stops', 'type(r)', 'keys(r)', 'startNode(r)'])('cannot be asked for %s', (text) => {
    const { store, long } = flights();
    const writer = store.begin();
    writer.deleteRelationship(long);
    const context = contextOver(store, { view: writer.view });

    const error = failureOf(() => evaluate(text, { r: new RelationshipReference(long) }, context));

    expect(error).toMatchObject({ detail: 'DeletedEntityAccess' });
  });
});

describe('records for results', () => {
  test('a path becomes records of its nodes and relationships, deep inside lists and maps', () => {
    const { store, values, zurich, geneva, short } = flights();
    const context = { view: store.newest, tokens: store.tokens, elementId: elementIds('c1') };
    const path = new PathReference([zurich, geneva], [short]);
    const start = new NodeRecord(
      `4:c1:${zurich}`,
      ['Airport', 'Hub'],
      new Map<string, string | number>([
        ['code', 'ZRH'],
        ['country', 'Switzerland'],
        ['rank', 1],
      ]),
    );
    const end = new NodeRecord(
      `4:c1:${geneva}`,
      ['Airport'],
      new Map<string, string | number>([
        ['code', 'GVA'],
        ['country', 'Switzerland'],
        ['rank', 2],
      ]),
    );
    const flight = new RelationshipRecord({
      elementId: `5:c1:${short}`,
      startElementId: `4:c1:${zurich}`,
      endElementId: `4:c1:${geneva}`,
      relationshipType: 'FLIES',
      properties: new Map<string, number | Float>([
        ['stops', 0],
        ['fare', new Float(99.5)],
      ]),
    });

    const record = materialise([new Map<string, Value>([['path', path]]), values.z!, null, 1], context);

    expect(record).toEqual([new Map([['path', new PathRecord([start, end], [flight])]]), start, null, 1]);
  });

  test('a deleted node is a record with its element id alone', () => {
    const { store, lisbon } = flights();
    const writer = store.begin();
    writer.detachDeleteNode(lisbon);
    const context = { view: writer.view, tokens: store.tokens, elementId: elementIds('c1') };

    const record = materialise(new NodeReference(lisbon), context);

    expect(record).toEqual(new NodeRecord(`4:c1:${lisbon}`, [], new Map()));
  });
});

test('null in a column of values reads as null, and a map among nodes by its entry', () => {
  const { store, values } = flights();
  const column = valueColumn(values.z!, null, new Map([['code', 'X']]));

  expect(evaluateAll('n.code', ['n'], batchOf(3, column), contextOver(store))).toEqual(['ZRH', null, 'X']);
});
