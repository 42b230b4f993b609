import { expect, test } from 'vitest';
import { type KeptSocket, LiveSocket } from '../../durable/live-socket.ts';

/** The platform's side of a socket. */
class Kept implements KeptSocket {
  #attachment: unknown;

  send(): void {}
  close(): void {}

  serializeAttachment(attachment: unknown): void {
    this.#attachment = structuredClone(attachment);
  }

  deserializeAttachment(): unknown {
    return structuredClone(this.#attachment);
  }
}

function socketAt(...lsns: readonly number[]): LiveSocket {
  const socket = LiveSocket.attach(new Kept(), 's');
  for (const [id, lsn] of lsns.entries()) {
    socket.add({ id, ordered: false, credit: 10 });
    socket.setLsn(id, lsn);
  }
  return socket;
}

test('a tick tells where all subscriptions were level, and nothing between: a result may have changed there and changed back', () => {
  const socket = socketAt(43, 40);
  socket.setLevel(0, 46);
  socket.setLevel(1, 45);
  const between = socket.tickLsn;
  socket.setLevel(1, 46);
  socket.setLevel(0, 47);

  expect(between).toBeUndefined();
  expect(socket.tickLsn).toBe(46);
});

test('and nothing that a subscription has been sent more than, or that one which came later was not asked about', () => {
  const changed = socketAt(43, 40);
  for (const id of [0, 1]) changed.setLevel(id, 46);
  changed.setLsn(0, 48);
  const joined = socketAt(43, 40);
  for (const id of [0, 1]) joined.setLevel(id, 46);
  joined.add({ id: 2, ordered: false, credit: 10 });
  joined.setLsn(2, 44);

  expect(changed.tickLsn).toBeUndefined();
  expect(joined.tickLsn).toBeUndefined();
});

test('a subscription that is further than a tick tells is told so by the next one', () => {
  const socket = socketAt(43, 40);
  for (const id of [0, 1]) socket.setLevel(id, 45);
  socket.setLevel(0, 46);
  socket.setAllLsn(45);

  socket.setLsn(1, 46);

  expect(socket.tickLsn).toBe(46);
});

test('what is carried through sleep is what the client was told', () => {
  const kept = new Kept();
  const socket = LiveSocket.attach(kept, 's');
  socket.add({ id: 7, ordered: true, credit: 3 });
  socket.setLsn(7, 12);
  socket.setLevel(7, 20);

  expect(new LiveSocket(kept).subscription(7)).toEqual({ id: 7, ordered: true, credit: 3, toLsn: 12, levelLsn: 12 });
});
