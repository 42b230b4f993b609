import { expect, test } from 'vitest';
import { GraphStore } from '../../core/graph/graph-store.ts';
import { encodeBookmark } from '../../core/replication/bookmark.ts';
import { type InstanceState, initialState } from '../../core/replication/instance-state.ts';
import { Admission } from '../../durable/admission.ts';
import { instanceAddress } from '../../durable/names.ts';

const ADDRESS = instanceAddress('flights/instance/weur-1');

/** A replica that holds `lsn` records of epoch 1, and of these has started with some that nobody has confirmed. */
function replica(fields: Partial<InstanceState>): InstanceState {
  const state = initialState({ name: 'weur-1', region: 'weur' });
  return { ...state, role: 'replica', cluster: 'c1', history: [{ epoch: 1, firstLsn: 1 }], ...fields };
}

const position = (epoch: number, lsn: number) => ({ epoch, lsn, hash: new Uint8Array(8) });
const bookmark = (epoch: number, lsn: number) => encodeBookmark({ cluster: 'c1', epoch, lsn });

/** Another instance has become MAIN, and what followed lsn 3 was given up. */
const TAKEN_BACK: Partial<InstanceState> = {
  stored: position(2, 6),
  acknowledgedLsn: 6,
  history: [
    { epoch: 1, firstLsn: 1 },
    { epoch: 2, firstLsn: 4 },
  ],
};

function admission(state: () => InstanceState): Admission {
  const store = new GraphStore();
  return new Admission({ address: ADDRESS, state, store: () => store, activity: () => {}, confirm: async () => {} });
}

const WISH = { needsMain: false, bookmarkWaitMs: 1_000, deadlineMs: 1_000 };

test('a bookmark that is lost while the reader waits for the end of the log is told as lost', async () => {
  let state = replica({ stored: position(1, 7), acknowledgedLsn: 5, recoveredLsn: 7 });
  const admitted = admission(() => state);

  const waiting = admitted.admit({ ...WISH, bookmarks: [bookmark(1, 5)] });
  const told = expect(waiting).rejects.toMatchObject({ code: 'Neo.ClientError.Transaction.InvalidBookmark' });
  await Promise.resolve();
  state = replica(TAKEN_BACK);
  admitted.advance();

  await told;
});

test('a bookmark that is lost while another one is waited for is told as lost', async () => {
  let state = replica({ stored: position(1, 5), acknowledgedLsn: 5 });
  const admitted = admission(() => state);

  const waiting = admitted.admit({ ...WISH, bookmarks: [bookmark(1, 5), bookmark(2, 6)] });
  const told = expect(waiting).rejects.toMatchObject({ code: 'Neo.ClientError.Transaction.InvalidBookmark' });
  await Promise.resolve();
  state = replica(TAKEN_BACK);
  admitted.advance();

  await told;
});

test('a reader who has waited for bookmark and log is let in', async () => {
  let state = replica({ stored: position(1, 7), acknowledgedLsn: 4, recoveredLsn: 7 });
  const admitted = admission(() => state);

  const waiting = admitted.admit({ ...WISH, bookmarks: [bookmark(1, 5)] });
  await Promise.resolve();
  state = { ...state, acknowledgedLsn: 7 };
  admitted.advance();

  await expect(waiting).resolves.toBeUndefined();
});
