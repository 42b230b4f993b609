import { describe, expect, test } from 'vitest';
import {
  bookmarkAt,
  bookmarkError,
  checkBookmark,
  decodeBookmark,
  encodeBookmark,
} from '../../../core/replication/bookmark.ts';
import { commonLsn, cutHistory, epochAt, extendHistory } from '../../../core/replication/epoch-history.ts';
import { type InstanceState, initialState } from '../../../core/replication/instance-state.ts';
import { GENESIS_HASH } from '../../../core/wal/checksum.ts';

/** Epoch 1 up to lsn 10, epoch 3 up to lsn 20, epoch 4 up to lsn 25; lsn 23 is the last that is shown. */
const STATE: InstanceState = {
  ...initialState({ name: 'a', region: 'weur' }),
  cluster: 'k1',
  stored: { lsn: 25, epoch: 4, hash: GENESIS_HASH },
  history: [
    { epoch: 1, firstLsn: 1 },
    { epoch: 3, firstLsn: 11 },
    { epoch: 4, firstLsn: 21 },
  ],
  acknowledgedLsn: 23,
};

describe('a bookmark', () => {
  test('comes back from its text', () => {
    const bookmark = { cluster: '0b0e-41', epoch: 77, lsn: 2 ** 40 };

    expect(decodeBookmark(encodeBookmark(bookmark))).toEqual(bookmark);
  });

  test.each([
    '',
    'skein1:k1:1',
    'neo4j:12',
    'skein1:k1:1:zzzzzzzzzzz',
    'skein1:k 1:1:1',
    `skein1:${'k'.repeat(65)}:1:1`,
  ])('is not %j', (text) => {
    expect(checkBookmark(STATE, text)).toEqual({ type: 'invalid' });
  });

  test.each([
    { epoch: 0, lsn: 0, expected: { type: 'reached' }, why: 'before the first record' },
    { epoch: 1, lsn: 10, expected: { type: 'reached' }, why: 'last of an older epoch' },
    { epoch: 1, lsn: 11, expected: { type: 'lostTail', forkLsn: 10 }, why: 'past the end of an older epoch' },
    { epoch: 2, lsn: 11, expected: { type: 'lostTail', forkLsn: 10 }, why: 'of an epoch that left nothing' },
    { epoch: 3, lsn: 20, expected: { type: 'reached' }, why: 'before what is shown' },
    { epoch: 4, lsn: 23, expected: { type: 'reached' }, why: 'just what is shown' },
    { epoch: 4, lsn: 24, expected: { type: 'waiting', lsn: 24 }, why: 'stored but not acknowledged' },
    { epoch: 4, lsn: 90, expected: { type: 'waiting', lsn: 90 }, why: 'not here yet' },
    { epoch: 5, lsn: 12, expected: { type: 'waiting', lsn: 12 }, why: 'of an epoch not heard of yet' },
  ])('of epoch $epoch and lsn $lsn, $why', ({ epoch, lsn, expected }) => {
    expect(checkBookmark(STATE, encodeBookmark({ cluster: 'k1', epoch, lsn }))).toEqual(expected);
  });

  test('of another cluster is foreign', () => {
    expect(checkBookmark(STATE, encodeBookmark({ cluster: 'k2', epoch: 1, lsn: 1 }))).toEqual({ type: 'foreign' });
  });

  test('names the epoch in which the record was written', () => {
    const text = bookmarkAt(STATE, 15) ?? '';

    expect(decodeBookmark(text)).toEqual({ cluster: 'k1', epoch: 3, lsn: 15 });
  });

  test.each([
    { check: { type: 'lostTail', forkLsn: 10 }, said: 'lsn 10' },
    { check: { type: 'foreign' }, said: 'another database' },
    { check: { type: 'invalid' }, said: 'no bookmark' },
  ] as const)('that is $check.type has an error of its own', ({ check, said }) => {
    const error = bookmarkError(check);

    expect(error?.code).toBe('Neo.ClientError.Transaction.InvalidBookmark');
    expect(error?.message).toContain(said);
  });
});

describe('the history of epochs', () => {
  test.each([
    { lsn: 0, epoch: 0 },
    { lsn: 1, epoch: 1 },
    { lsn: 10, epoch: 1 },
    { lsn: 11, epoch: 3 },
    { lsn: 99, epoch: 4 },
  ])('lsn $lsn is of epoch $epoch', ({ lsn, epoch }) => {
    expect(epochAt(STATE.history, lsn)).toBe(epoch);
  });

  test('grows with the first record of an epoch, and loses what is cut off', () => {
    const grown = extendHistory(extendHistory([], { epoch: 1, lsn: 1 }), { epoch: 1, lsn: 2 });

    expect(grown).toEqual([{ epoch: 1, firstLsn: 1 }]);
    expect(cutHistory(STATE.history, 20)).toEqual(STATE.history.slice(0, 2));
  });

  const main = { history: STATE.history, lsn: 25 };
  test.each([
    { other: { history: STATE.history.slice(0, 1), lsn: 7 }, common: 7, why: 'one is the beginning of the other' },
    { other: { history: STATE.history.slice(0, 1), lsn: 14 }, common: 10, why: 'an old MAIN went on' },
    {
      other: {
        history: [
          { epoch: 1, firstLsn: 1 },
          { epoch: 2, firstLsn: 9 },
        ],
        lsn: 12,
      },
      common: 8,
      why: 'an epoch came to nothing',
    },
    { other: { history: [{ epoch: 2, firstLsn: 1 }], lsn: 4 }, common: 0, why: 'they share nothing' },
    { other: { history: [], lsn: 0 }, common: 0, why: 'one is empty' },
  ])('two logs agree up to lsn $common when $why', ({ other, common }) => {
    expect(commonLsn(main, other)).toBe(common);
    expect(commonLsn(other, main)).toBe(common);
  });

  test('two logs share nothing of an epoch that a MAIN began twice, since it had lost the end of its log', () => {
    const starts = (...places: readonly (readonly [number, number])[]) =>
      places.map(([epoch, firstLsn]) => ({ epoch, firstLsn }));
    const whole = { history: starts([1, 1], [6, 256], [8, 258]), lsn: 260 };
    const forked = { history: starts([1, 1], [8, 256]), lsn: 259 };

    expect(commonLsn(whole, forked)).toBe(255);
    expect(commonLsn(forked, whole)).toBe(255);
  });
});
