import { describe, expect, test } from 'vitest';
import { InvariantError } from '../../../core/assert.ts';
import { EPOCH_HISTORY_MAX, LogIndex } from '../../../core/wal/log-index.ts';
import { GENESIS, type LogPosition } from '../../../core/wal/record.ts';

function position(lsn: number, epoch: number): LogPosition {
  return { lsn, epoch, hash: Uint8Array.of(lsn & 0xff, lsn >> 8, epoch, 4, 5, 6, 7, 8) };
}

/** An index after lsn 10, with epoch 2 up to lsn 12 and epoch 4 from lsn 13 to `lastLsn`. */
function indexTo(lastLsn: number): LogIndex {
  const index = new LogIndex(position(10, 2), [
    { epoch: 1, firstLsn: 1 },
    { epoch: 2, firstLsn: 6 },
  ]);
  for (let lsn = 11; lsn <= lastLsn; lsn++) index.append(position(lsn, lsn < 13 ? 2 : 4));
  return index;
}

const EPOCHS = [
  { epoch: 1, firstLsn: 1 },
  { epoch: 2, firstLsn: 6 },
  { epoch: 4, firstLsn: 13 },
];

describe('a log index', () => {
  test('knows every position from its base to its end, and none outside', () => {
    const index = indexTo(5_000);

    for (const lsn of [10, 11, 12, 13, 1034, 1035, 5_000]) {
      expect(index.at(lsn)).toEqual(position(lsn, lsn < 13 ? 2 : 4));
    }
    for (const lsn of [0, 9, 5_001, 11.5, -1]) expect(index.at(lsn)).toBeUndefined();
    expect(index.last).toEqual(position(5_000, 4));
    expect(index.epochHistory).toEqual(EPOCHS);
  });

  test('of an empty log knows the genesis', () => {
    expect(new LogIndex(GENESIS, []).last).toEqual(GENESIS);
  });

  test('takes only the next lsn, and no older epoch', () => {
    expect(() => indexTo(14).append(position(16, 4))).toThrow(InvariantError);
    expect(() => indexTo(14).append(position(15, 3))).toThrow(InvariantError);
  });

  test.each([
    { after: 14, epochs: EPOCHS },
    { after: 12, epochs: EPOCHS.slice(0, 2) },
    { after: 10, epochs: EPOCHS.slice(0, 2) },
  ])('cut off after lsn $after goes on with another history', ({ after, epochs }) => {
    const index = indexTo(20);

    index.truncateAfter(after);

    expect(index.last.lsn).toBe(after);
    expect(index.at(after + 1)).toBeUndefined();
    expect(index.epochHistory).toEqual(epochs);
    index.append(position(after + 1, 9));
    expect(index.at(after + 1)).toEqual(position(after + 1, 9));
    expect(index.epochHistory.at(-1)).toEqual({ epoch: 9, firstLsn: after + 1 });
  });

  test('forgets what was deleted and still goes on', () => {
    const index = indexTo(3_000);

    index.forgetThrough(2_990);
    index.append(position(3_001, 5));

    expect(index.base).toEqual(position(2_990, 4));
    expect(index.at(2_989)).toBeUndefined();
    expect(index.at(2_991)).toEqual(position(2_991, 4));
    expect(index.at(3_001)).toEqual(position(3_001, 5));
  });

  test('remembers a bounded number of epochs', () => {
    const index = new LogIndex(GENESIS, []);

    for (let lsn = 1; lsn <= EPOCH_HISTORY_MAX + 5; lsn++) index.append(position(lsn, lsn));

    expect(index.epochHistory).toHaveLength(EPOCH_HISTORY_MAX);
    expect(index.epochHistory[0]).toEqual({ epoch: 6, firstLsn: 6 });
  });
});
