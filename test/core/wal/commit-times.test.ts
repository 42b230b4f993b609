import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lastCommittedBy } from '../../../core/wal/commit-times.ts';

/** Times in order; those of records that do not tell theirs are undefined. */
function log(times: readonly (number | undefined)[], firstLsn = 1) {
  return { firstLsn, lastLsn: firstLsn + times.length - 1, timeOf: (lsn: number) => times[lsn - firstLsn] };
}

test.each([
  { name: 'between two of them', atMs: 25, times: [10, 20, 30], expected: { type: 'found', lsn: 2 } },
  { name: 'at one of them', atMs: 20, times: [10, 20, 30], expected: { type: 'found', lsn: 2 } },
  { name: 'of several at once', atMs: 20, times: [10, 20, 20, 20, 30], expected: { type: 'found', lsn: 4 } },
  { name: 'after all of them', atMs: 99, times: [10, 20, 30], expected: { type: 'found', lsn: 3 } },
  { name: 'before all of them', atMs: 9, times: [10, 20], expected: { type: 'before', firstMs: 10 } },
  { name: 'without any', atMs: 9, times: [], expected: { type: 'before', firstMs: undefined } },
  {
    name: 'where only later ones tell',
    atMs: 9,
    times: [undefined, undefined, 10],
    expected: { type: 'untimed', lsn: 2 },
  },
  { name: 'where none tells', atMs: 9, times: [undefined, undefined], expected: { type: 'untimed', lsn: 2 } },
])('the last transaction $name', ({ atMs, times, expected }) => {
  expect(lastCommittedBy(atMs, log(times))).toEqual(expected);
});

test('is the one that looking at all of them finds, whichever tell their time', () => {
  const times = fc.array(fc.record({ stepMs: fc.nat(3), isTimed: fc.boolean() }), { maxLength: 40 });
  fc.assert(
    fc.property(times, fc.nat(90), fc.nat(5), (steps, atMs, before) => {
      let nowMs = 0;
      const known = steps.map(({ stepMs, isTimed }) => {
        nowMs += stepMs;
        return isTimed ? nowMs : undefined;
      });
      const asked = log(known, before + 1);

      const found = lastCommittedBy(atMs, asked);

      const times = [...known.entries()].map(([i, atMs]) => ({ lsn: asked.firstLsn + i, atMs }));
      const earlier = times.filter((one) => one.atMs !== undefined && one.atMs <= atMs).at(-1);
      if (found.type === 'found') {
        // Nothing that is known to be later comes before it, and what follows it is later or does not tell.
        expect(found.lsn).toBe(earlier?.lsn);
        expect(asked.timeOf(found.lsn + 1) ?? atMs + 1).toBeGreaterThan(atMs);
      } else if (found.type === 'before') expect(earlier).toBeUndefined();
      else {
        expect(asked.timeOf(found.lsn)).toBeUndefined();
        expect(found.lsn).toBeGreaterThan(earlier?.lsn ?? 0);
      }
    }),
  );
});
