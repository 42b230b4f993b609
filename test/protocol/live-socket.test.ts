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

test('a tick moves all subscriptions to where the slowest of them is', () => {
  const socket = socketAt(43, 40);
  socket.setLevel(0, 46);
  socket.setLevel(1, 45);

  expect(socket.tickLsn).toBe(45);
});

test('a subscription that is further than a tick tells is told so by the next one', () => {
  const socket = socketAt(43, 40);
  socket.setLevel(0, 46);
  socket.setLevel(1, 45);
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
