import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Adjacency } from '../../../core/graph/adjacency.ts';
import { RelationshipTable } from '../../../core/graph/entity-tables.ts';
import { Expansion } from '../../../core/graph/result-lists.ts';

interface Joined {
  readonly type: number;
  readonly start: number;
  readonly end: number;
}

describe('adjacency', () => {
  test('is what was added and not deleted, in the order of ids, however it grew and shrank', () => {
    const change = fc.record({
      id: fc.nat(400),
      type: fc.nat(1),
      start: fc.oneof(fc.constant(0), fc.nat(2000)),
      end: fc.nat(6),
      compact: fc.nat(40).map((number) => number === 0),
    });
    fc.assert(
      fc.property(fc.array(change, { size: 'max', maxLength: 1500 }), (changes) => {
        const adjacency = new Adjacency({ bytes: 0 });
        const model = new Map<number, Joined>();

        for (const { id, compact, ...joined } of changes) {
          const known = model.get(id);
          if (known !== undefined) adjacency.delete(id, known);
          else adjacency.add(id, joined);
          if (known !== undefined) model.delete(id);
          else model.set(id, joined);
          if (compact) adjacency.compact();
        }

        for (const node of [0, 1, 2, 3, 4, 5, 6]) expectNode(adjacency, model, node);
      }),
      { numRuns: 25 },
    );
  });

  test('keeps a hub whose entries outgrow a chunk, and gives its memory back', () => {
    const memory = { bytes: 0 };
    const adjacency = new Adjacency(memory);
    const count = 150_000;
    for (let id = 0; id < count; id += 1) adjacency.add(id, { type: 0, start: 0, end: 1 + (id % 5000) });
    const full = memory.bytes;

    adjacency.compact();
    const out = new Expansion();
    adjacency.expand(0, 'outgoing', 0, out);
    for (let id = count - 1; id > 0; id -= 1) adjacency.delete(id, { type: 0, start: 0, end: 1 + (id % 5000) });

    expect(out.count).toBe(count);
    expect(out.relationships.subarray(0, count).every((id, row) => id === row)).toBe(true);
    expect(adjacency.degree(0, 'outgoing', 0)).toBe(1);
    expect(adjacency.degree(1, 'incoming', 0)).toBe(1);
    expect(memory.bytes).toBeLessThan(full / 4);
  });

  test('filled from a whole table is what it is when added one by one, a hub beyond a chunk included', () => {
    const memory = { bytes: 0 };
    const table = new RelationshipTable(memory);
    const added = new Adjacency({ bytes: 0 });
    const filled = new Adjacency({ bytes: 0 });
    for (let id = 0; id < 100_000; id += 1) {
      const joined = { type: id % 11 === 0 ? 1 : 0, start: id % 3 === 0 ? id % 1500 : 7, end: (id * 7919) % 1500 };
      table.add(id, joined);
      added.add(id, joined);
    }

    filled.fill(table);

    const [one, other] = [new Expansion(), new Expansion()];
    for (let node = 0; node < 1500; node += 1) {
      for (const type of [0, 1]) {
        one.count = 0;
        other.count = 0;
        added.expand(node, 'both', type, one);
        filled.expand(node, 'both', type, other);
        expect(other.count).toBe(one.count);
        expect(other.relationships.subarray(0, other.count)).toEqual(one.relationships.subarray(0, one.count));
        expect(other.neighbours.subarray(0, other.count)).toEqual(one.neighbours.subarray(0, one.count));
      }
    }
  });

  test('takes at most 30 bytes a relationship when all nodes grow side by side', () => {
    const memory = { bytes: 0 };
    const adjacency = new Adjacency(memory);
    const count = 200_000;

    for (let id = 0; id < count; id += 1) {
      adjacency.add(id, { type: 0, start: (id * 7919) % 10_007, end: (id * 104_729) % 10_007 });
    }

    expect(memory.bytes / count).toBeLessThan(30);
  });
});

function expectNode(adjacency: Adjacency, model: ReadonlyMap<number, Joined>, node: number): void {
  const ids = [...model.keys()].sort((left, right) => left - right);
  const out = new Expansion();
  for (const type of [0, 1]) {
    const outgoing = ids.filter((id) => model.get(id)!.type === type && model.get(id)!.start === node);
    const incoming = ids.filter((id) => model.get(id)!.type === type && model.get(id)!.end === node);
    const both = [...outgoing, ...incoming.filter((id) => !outgoing.includes(id))];
    for (const [direction, wanted] of Object.entries({ outgoing, incoming, both })) {
      const towards = direction as 'outgoing' | 'incoming' | 'both'; // the keys of the object above
      out.count = 0;
      adjacency.expand(node, towards, type, out);
      expect([...out.relationships.subarray(0, out.count)]).toEqual(wanted);
      expect(adjacency.degree(node, towards, type)).toBe(wanted.length);
    }
  }
}
