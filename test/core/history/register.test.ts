import { expect, test } from 'vitest';
import { isLinearizable, type RegisterAction, type RegisterOperation } from './register.ts';

/** Each operation as [called, answered, action]; answered undefined: its outcome is not known. */
function history(...operations: readonly [number, number | undefined, RegisterAction][]): RegisterOperation[] {
  return operations.map(([calledMs, answeredMs, action]) => ({ calledMs, answeredMs, action }));
}

const read = (value: number) => ({ type: 'read', value }) as const;
const write = (value: number) => ({ type: 'write', value }) as const;
const swap = (from: number, to: number) => ({ type: 'compareAndSet', from, to }) as const;

test.each([
  { name: 'nothing', operations: history() },
  {
    name: 'reads after writes',
    operations: history([0, 1, write(1)], [2, 3, read(1)], [4, 5, write(2)], [6, 7, read(2)]),
  },
  { name: 'a read beside a write that sees the old value', operations: history([0, 9, write(1)], [1, 2, read(0)]) },
  { name: 'a read beside a write that sees the new value', operations: history([0, 9, write(1)], [1, 2, read(1)]) },
  {
    name: 'a write of unknown outcome that was seen later',
    operations: history([0, undefined, write(1)], [5, 6, read(0)], [7, 8, read(1)]),
  },
  {
    name: 'a write of unknown outcome that never was seen',
    operations: history([0, undefined, write(1)], [5, 6, read(0)]),
  },
  {
    name: 'two swaps, the second of which is in time',
    operations: history([0, 4, swap(0, 1)], [1, 5, swap(1, 2)], [6, 7, read(2)]),
  },
])('$name is linearizable', ({ operations }) => {
  expect(isLinearizable(0, operations)).toBe(true);
});

test.each([
  { name: 'a stale read', operations: history([0, 1, write(1)], [2, 3, read(0)]) },
  { name: 'a value that nobody wrote', operations: history([0, 1, write(1)], [2, 3, read(7)]) },
  { name: 'a lost write', operations: history([0, 1, write(1)], [2, 3, write(2)], [4, 5, read(1)]) },
  { name: 'a read that goes back', operations: history([0, 20, write(1)], [1, 2, read(1)], [3, 4, read(0)]) },
  {
    name: 'a write that was seen and then not',
    operations: history([0, undefined, write(1)], [5, 6, read(1)], [7, 8, read(0)]),
  },
  { name: 'a read before the write was called', operations: history([0, 1, read(1)], [2, 3, write(1)]) },
  { name: 'two swaps from one value', operations: history([0, 1, swap(0, 1)], [0, 1, swap(0, 2)]) },
])('$name is not linearizable', ({ operations }) => {
  expect(isLinearizable(0, operations)).toBe(false);
});

test('a long history with several clients at a time is checked quickly', () => {
  const operations: RegisterOperation[] = [];
  for (let round = 0; round < 100; round++) {
    const fromMs = round * 10;
    operations.push(...history([fromMs, fromMs + 8, write(round + 1)], [fromMs + 1, fromMs + 12, read(round + 1)]));
    operations.push(...history([fromMs + 2, undefined, write(-round - 1)]));
  }

  expect(isLinearizable(0, operations)).toBe(true);
});
