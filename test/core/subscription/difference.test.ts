import { describe, expect, test } from 'vitest';
import { costOf, difference, type RowChange } from '../../../core/subscription/difference.ts';
import { type KeyedResult, keyRows } from '../../../core/subscription/keyed-result.ts';
import { Float, NodeRecord, RelationshipRecord, type ResultValue } from '../../../core/value/value.ts';

const node = (id: number, x: number) => new NodeRecord(`4:c:${id}`, ['A'], new Map([['x', x]]));
const relationship = (id: number) =>
  new RelationshipRecord({
    elementId: `5:c:${id}`,
    startElementId: '4:c:1',
    endElementId: '4:c:2',
    relationshipType: 'R',
    properties: new Map(),
  });

describe('keys of rows', () => {
  test('a row is named by its nodes and relationships, whatever their properties', () => {
    const before = keyRows([[node(1, 1), relationship(7), 'x']], [false, false, false]);
    const after = keyRows([[node(1, 2), relationship(7), 'y']], [false, false, false]);

    expect([...after.keys()]).toEqual([...before.keys()]);
  });

  test('a row of an aggregation is named by what it is grouped by', () => {
    const before = keyRows([['CH', 3]], [false, true]);
    const after = keyRows([['CH', 4]], [false, true]);

    expect([...after.keys()]).toEqual([...before.keys()]);
  });

  test('any other row is named by all it holds', () => {
    const rows: ResultValue[][] = [
      ['a', 1],
      ['a', 2],
      ['b', 1],
      [new Float(1), 1],
      [1, 1],
      [null, 1],
      ['1', 1],
    ];

    expect(new Set(keyRows(rows, [false, false]).keys()).size).toBe(rows.length);
  });

  test('equal rows have different keys', () => {
    const rows = keyRows([['a'], ['a'], ['a']], [false]);

    expect(rows.size).toBe(3);
  });
});

describe('the difference between two results', () => {
  test.each<[string, number[], number[], RowChange['type'][]]>([
    ['nothing new', [1, 2], [1, 2], []],
    ['a row more', [1], [1, 2], ['added']],
    ['a row less', [1, 2], [2], ['removed']],
    ['another row', [1], [2], ['removed', 'added']],
    ['another order', [1, 2], [2, 1], []],
  ])('%s', (_, before, after, types) => {
    const changes = difference(resultOf(before), resultOf(after), false);

    expect(changes.map((change) => change.type)).toEqual(types);
  });

  test('a row whose values changed under the same key is changed', () => {
    const changes = difference(keyRows([[node(1, 1)]], [false]), keyRows([[node(1, 2)]], [false]), false);

    expect(changes).toEqual([{ type: 'changed', key: '4:c:1', row: [node(1, 2)] }]);
  });

  test('a row that only moved is changed where the order matters, and says which row it follows', () => {
    const changes = difference(resultOf([1, 2, 3]), resultOf([3, 1, 2]), true);

    expect(changes).toEqual([{ type: 'changed', key: '4:c:3', row: [node(3, 0)], before: null }]);
  });

  test('removals cost nothing', () => {
    expect(costOf(difference(resultOf([1, 2, 3]), resultOf([4]), false))).toBe(1);
  });

  test('carried out in order, it turns the one result into the other', () => {
    const random = randomFrom(7);
    for (let run = 0; run < 500; run += 1) {
      const before = resultOf(someIds(random));
      const after = resultOf(someIds(random));

      const rows = apply(
        [...before.values()].map(({ key, values }) => [key, values]),
        difference(before, after, true),
      );

      expect(rows).toEqual([...after.values()].map(({ key, values }) => [key, values]));
    }
  });
});

type Row = readonly [key: string, values: readonly ResultValue[]];

/** What a client does with an ordered difference. */
function apply(rows: Row[], changes: readonly RowChange[]): Row[] {
  for (const change of changes) {
    const at = rows.findIndex(([key]) => key === change.key);
    if (at >= 0) rows.splice(at, 1);
    if (change.type === 'removed') continue;
    const position = change.before == null ? 0 : rows.findIndex(([key]) => key === change.before) + 1;
    rows.splice(position, 0, [change.key, change.row]);
  }
  return rows;
}

function resultOf(ids: readonly number[]): KeyedResult {
  return keyRows(
    ids.map((id) => [node(id, 0)]),
    [false],
  );
}

function someIds(random: (below: number) => number): number[] {
  const ids = Array.from({ length: 8 }, (_, id) => id).filter(() => random(2) === 1);
  for (let at = ids.length - 1; at > 0; at -= 1) {
    const other = random(at + 1);
    [ids[at], ids[other]] = [ids[other] ?? 0, ids[at] ?? 0];
  }
  return ids;
}

/** Park and Miller's generator: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
