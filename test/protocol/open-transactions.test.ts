/** What ends a transaction that waits for its next request: time, and others who need the room. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { GraphError } from '../../core/error.ts';
import { GraphStore } from '../../core/graph/graph-store.ts';
import { IDLE_MS, LIFETIME_MS_MAX, OpenTransactions } from '../../durable/open-transactions.ts';

let store: GraphStore;
let open: OpenTransactions;
beforeEach(() => {
  vi.useFakeTimers();
  store = new GraphStore();
  open = new OpenTransactions('weur-1', () => store);
});
afterEach(() => {
  vi.useRealTimers();
});

function begin(accessMode: 'read' | 'write' = 'write', lifetimeMs?: number) {
  const one = open.begin({ accessMode, lifetimeMs });
  open.leave(one);
  return one;
}

function codeOf(id: string): string | undefined {
  try {
    open.leave(open.enter(id));
    return undefined;
  } catch (error) {
    return error instanceof GraphError ? error.code : String(error);
  }
}

test('one that nothing is heard of is rolled back by the timer, and each request begins the time anew', () => {
  const [idle, kept] = [begin(), begin()];

  vi.advanceTimersByTime(IDLE_MS - 1);
  expect(codeOf(kept.id)).toBeUndefined();
  vi.advanceTimersByTime(1);

  expect([idle.graph.isOpen, kept.graph.isOpen]).toEqual([false, true]);
  expect(codeOf(idle.id)).toBe('Neo.ClientError.Transaction.TransactionNotFound');
  vi.advanceTimersByTime(IDLE_MS);
  expect(kept.graph.isOpen).toBe(false);
  expect(vi.getTimerCount()).toBe(0);
});

test('one that a request is at work in is not ended by time', () => {
  const one = begin();
  open.enter(one.id);

  vi.advanceTimersByTime(2 * IDLE_MS);

  expect(one.graph.isOpen).toBe(true);
  open.leave(one);
  expect(codeOf(one.id)).toBeUndefined();
});

test('one is open for no longer than its client wants, and than the instance allows', () => {
  const [short, long] = [begin('write', 3_000), begin('read')];
  for (let ms = 0; ms < LIFETIME_MS_MAX; ms += IDLE_MS / 2) {
    expect(codeOf(long.id)).toBeUndefined();
    vi.advanceTimersByTime(IDLE_MS / 2);
  }

  for (const { id, graph } of [short, long]) {
    expect(graph.isOpen).toBe(false);
    expect(codeOf(id)).toBe('Neo.ClientError.Transaction.TransactionTimedOut');
  }
});

test('without an open transaction there is no timer, which would keep the object awake', () => {
  const [first, second] = [begin(), begin()];
  expect(vi.getTimerCount()).toBe(1);

  open.end(first, new GraphError('Neo.ClientError.Transaction.TransactionNotFound', 'over'));
  open.end(second, new GraphError('Neo.ClientError.Transaction.TransactionNotFound', 'over'));

  expect(vi.getTimerCount()).toBe(0);
});

test('an id of another life of the object is told from one that was never given', () => {
  const other = new OpenTransactions('weur-1', () => store);
  const { id } = begin();

  expect(() => other.enter(id)).toThrow('has begun anew');
  expect(() => open.enter(`${id.slice(0, -3)}AAA`)).toThrow('There is no open transaction');
});

test('those that write end with the role, all with the graph', () => {
  const [reader, writer] = [begin('read'), begin('write')];

  open.endAll(['write'], 'the instance takes no writes any more');
  expect([reader.graph.isOpen, writer.graph.isOpen]).toEqual([true, false]);
  open.endAll(['read', 'write'], 'the graph is replaced');

  expect([reader, writer].map(({ id }) => codeOf(id))).toEqual(
    Array(2).fill('Neo.TransientError.Transaction.LeaseExpired'),
  );
});

test('the oldest ends when too many versions are kept for it, and the younger ones stay', () => {
  const writer = store.begin();
  const key = writer.token('propertyKey', 'text');
  const nodes = Array.from({ length: 100 }, () => writer.createNode());
  store.acknowledge(writer.commit(1).lsn);
  const change = (text: string) => {
    const other = store.begin();
    for (const node of nodes) other.setNodeProperty(node, key, text.repeat(3_000));
    store.acknowledge(other.commit(1).lsn);
  };
  change('a');
  const oldest = begin();
  for (let round = 0; oldest.graph.isOpen && round < 500; round += 1) {
    change(String.fromCharCode(98 + (round % 2)));
    open.relieve();
    if (round === 0) expect(oldest.graph.isOpen).toBe(true);
  }
  const younger = begin();
  change('z');
  open.relieve();

  expect(codeOf(oldest.id)).toBe('Neo.TransientError.Transaction.Outdated');
  expect(younger.graph.isOpen).toBe(true);
  expect(store.versionBytes).toBeLessThan(1024 * 1024);
});
