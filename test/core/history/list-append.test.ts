import { expect, test } from 'vitest';
import { generator } from '../../simulation/random.ts';
import { Database, failureOf } from '../engine/database.ts';
import { OpenTransaction } from '../engine/open-transaction.ts';
import { type Anomaly, anomaliesOf, type HistoryTransaction, type Operation } from './list-append.ts';

/** `ax1` appends 1 to x; `rx12` reads x as [1, 2]; in front of it `!` when the transaction was aborted, `?` when that is not known. */
function parse(text: string): HistoryTransaction {
  const operations = text
    .replace(/^[!?]/, '')
    .trim()
    .split(' ')
    .map((word): Operation => {
      const numbers = [...word.slice(2)].map(Number);
      const key = word[1]!;
      return word[0] === 'a' ? { type: 'append', key, value: numbers[0]! } : { type: 'read', key, list: numbers };
    });
  const outcome = text.startsWith('!') ? 'aborted' : text.startsWith('?') ? 'unknown' : 'committed';
  return { outcome, operations };
}

test.each<{ name: string; history: string[]; final: Record<string, number[]>; found: Anomaly[] }>([
  { name: 'one after the other', history: ['ax1', 'rx1 ax2', 'rx12'], final: { x: [1, 2] }, found: [] },
  { name: 'own writes are read', history: ['ax1 rx1 ax2 rx12'], final: { x: [1, 2] }, found: [] },
  { name: 'an unknown one that was done', history: ['?ax1', 'rx1'], final: { x: [1] }, found: [] },
  { name: 'an unknown one that was not done', history: ['?ax1', 'rx ax2'], final: { x: [2] }, found: [] },
  { name: 'an unknown one by half', history: ['?ax1 ay2'], final: { x: [1], y: [] }, found: ['lost append'] },
  {
    name: 'an unknown one that was seen and is gone',
    history: ['?ax1', 'rx1'],
    final: { x: [] },
    found: ['lost append'],
  },
  { name: 'a value from nowhere', history: ['rx7'], final: { x: [] }, found: ['G1a'] },
  { name: 'dirty write', history: ['ax1 ay2', 'ax3 ay4'], final: { x: [1, 3], y: [4, 2] }, found: ['G0'] },
  { name: 'aborted read', history: ['!ax1', 'rx1'], final: { x: [] }, found: ['G1a'] },
  { name: 'intermediate read', history: ['ax1 ax2', 'rx1'], final: { x: [1, 2] }, found: ['G1b', 'G-single'] },
  { name: 'circular flow', history: ['ax1 ry2', 'ay2 rx1'], final: { x: [1], y: [2] }, found: ['G1c'] },
  { name: 'lost update', history: ['rx ax1', 'rx ax2'], final: { x: [1, 2] }, found: ['G-single'] },
  { name: 'overwritten append', history: ['rx ax1', 'rx ax2'], final: { x: [2] }, found: ['lost append'] },
  { name: 'read skew', history: ['ax1 ay2', 'rx ry2'], final: { x: [1], y: [2] }, found: ['G-single'] },
  { name: 'unrepeatable read', history: ['ax1', 'rx rx1'], final: { x: [1] }, found: ['internal', 'G-single'] },
  { name: 'own write is missed', history: ['ax1 rx'], final: { x: [1] }, found: ['internal'] },
  { name: 'write skew', history: ['rx ay1', 'ry ax2'], final: { x: [2], y: [1] }, found: ['G2'] },
  { name: 'applied twice', history: ['ax1'], final: { x: [1, 1] }, found: ['duplicate'] },
  { name: 'order', history: ['ax1', 'ax2', 'rx21'], final: { x: [1, 2] }, found: ['incompatible order'] },
])('tells: $name', ({ history, final, found }) => {
  const anomalies = anomaliesOf(history.map(parse), new Map(Object.entries(final)));

  expect([...anomalies].sort()).toEqual(expect.arrayContaining([...found].sort()));
  if (found.length === 0) expect([...anomalies]).toEqual([]);
});

const KEYS = ['x', 'y', 'z'];

interface Client {
  readonly transaction: OpenTransaction;
  readonly operations: Operation[];
  readonly length: number;
}

/** Clients take turns by chance, statement by statement; what fails is aborted, and its client begins a new one. */
function randomHistory(seed: number): { history: HistoryTransaction[]; final: Map<string, number[]> } {
  const next = generator(seed);
  const below = (limit: number) => Math.floor(next() * limit);
  const database = new Database();
  database.run('UNWIND $keys AS key CREATE (:List {key: key, values: []})', { keys: KEYS });
  const history: HistoryTransaction[] = [];
  let value = 0;
  const clients: (Client | undefined)[] = [undefined, undefined, undefined, undefined];
  for (let turn = 0; turn < 160; turn += 1) {
    const who = below(clients.length);
    const client = clients[who] ?? { transaction: new OpenTransaction(database), operations: [], length: 1 + below(5) };
    clients[who] = client;
    const { transaction, operations } = client;
    const end = (outcome: HistoryTransaction['outcome']) => {
      history.push({ outcome, operations });
      clients[who] = undefined;
    };
    if (operations.length === client.length) {
      if (below(5) === 0) transaction.rollback();
      else transaction.commit();
      end(transaction.isCommitted ? 'committed' : 'aborted');
      continue;
    }
    const key = KEYS[below(KEYS.length)]!;
    if (below(2) === 0) {
      const [row] = transaction.rows('MATCH (l:List {key: $key}) RETURN l.values', { key });
      operations.push({ type: 'read', key, list: row![0] as number[] });
      continue;
    }
    value += 1;
    operations.push({ type: 'append', key, value });
    try {
      transaction.rows('MATCH (l:List {key: $key}) SET l.values = l.values + $value', { key, value });
    } catch {
      end('aborted');
    }
  }
  for (const client of clients) {
    client?.transaction.rollback();
    if (client) history.push({ outcome: 'aborted', operations: client.operations });
  }
  const rows = database.rows('MATCH (l:List) RETURN l.key, l.values');
  return { history, final: new Map(rows.map(([key, values]) => [key as string, values as number[]])) };
}

test('explicit transactions show no anomaly but write skew, and that they do show', () => {
  const found = new Set<Anomaly>();
  let aborted = 0;
  let committed = 0;
  for (let seed = 1; seed <= 120; seed += 1) {
    const { history, final } = randomHistory(seed);
    const anomalies = anomaliesOf(history, final);
    if (anomalies.delete('G2')) found.add('G2');
    expect([...anomalies], `seed ${seed}`).toEqual([]);
    for (const { outcome } of history) {
      if (outcome === 'aborted') aborted += 1;
      else committed += 1;
    }
  }
  expect([...found]).toEqual(['G2']);
  expect(aborted).toBeGreaterThan(200);
  expect(committed).toBeGreaterThan(500);
});

test('a failure names what drivers retry', () => {
  const database = new Database();
  database.run('CREATE (:List {values: []})');
  const [first, second] = [new OpenTransaction(database), new OpenTransaction(database)];
  first.rows('MATCH (l:List) SET l.values = l.values + 1');

  const { code } = failureOf(() => second.rows('MATCH (l:List) SET l.values = l.values + 2'));

  expect(code).toBe('Neo.TransientError.Transaction.Outdated');
});
