/** A query kept live beside the same query run afresh: footprint, evaluation, keys and differences together. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Engine } from '../../../core/engine/engine.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import { footprintOf, touches } from '../../../core/subscription/footprint.ts';
import { type StandingQueryEffect, standingQuery, step } from '../../../core/subscription/standing-query.ts';
import { encodeResultValue } from '../../../core/value/codec.ts';
import type { ResultValue, Value } from '../../../core/value/value.ts';

const QUERIES: readonly { readonly text: string; readonly aggregated: readonly boolean[] }[] = [
  { text: 'MATCH (a:A) RETURN a', aggregated: [false] },
  { text: 'MATCH (a:A) RETURN a.x AS x', aggregated: [false] },
  { text: 'MATCH (a:A) RETURN a.x AS x, count(*) AS n', aggregated: [false, true] },
  { text: 'MATCH (n) RETURN count(*) AS n', aggregated: [true] },
  { text: 'MATCH (n) RETURN labels(n) AS l', aggregated: [false] },
  { text: 'MATCH (a:A) RETURN a, a.x AS x ORDER BY x, a.id LIMIT 3', aggregated: [false, false] },
  { text: 'MATCH (a:A) RETURN a.id AS id ORDER BY a.x DESC, id SKIP 1', aggregated: [false] },
  { text: 'MATCH (a:A)-[r:R]->(b) RETURN a, r, b.x AS x', aggregated: [false, false, false] },
  { text: 'MATCH (a)-[:R*1..2]->(b:B) RETURN a.id AS a, b.id AS b', aggregated: [false, false] },
  {
    text: 'MATCH (a:A) OPTIONAL MATCH (a)-[:R]->(b:B) RETURN a.id AS id, collect(b.x) AS xs',
    aggregated: [false, true],
  },
  { text: 'MATCH (a:A) WHERE a:B AND a.x > 1 RETURN a.id AS id', aggregated: [false] },
  { text: 'MATCH (a:A) WITH a.x AS x, count(*) AS n WHERE n > 1 RETURN x, n', aggregated: [false, false] },
];

const WRITES = [
  'CREATE (:A {id: $i, x: $x})',
  'CREATE (:B {id: $i, x: $x})',
  'MATCH (n {id: $i}) SET n.x = $x',
  'MATCH (n {id: $i}) SET n:B',
  'MATCH (n {id: $i}) REMOVE n:A',
  'MATCH (n {id: $i}) DETACH DELETE n',
  'MATCH (a {id: $i}), (b {id: $x}) CREATE (a)-[:R {w: $x}]->(b)',
  'MATCH (a {id: $i})-[r:R]->() SET r.w = $x',
  'MATCH (a {id: $i})-[r:R]->() DELETE r',
  'MATCH (n {id: $i}) REMOVE n.x',
  'CREATE (:Other {y: $x})',
];

type Write = readonly [write: number, i: number, x: number];

const writes: fc.Arbitrary<Write[]> = fc.array(
  fc.tuple(fc.nat(WRITES.length - 1), fc.nat(4), fc.nat(4)) as fc.Arbitrary<Write>, // a tuple of three numbers
  { maxLength: 25 },
);

class Database {
  readonly store = new GraphStore();
  readonly #engine = new Engine(this.store, { clusterId: 'c' });

  statement(text: string) {
    return this.#engine.prepare(text).statement;
  }

  read(text: string): readonly (readonly ResultValue[])[] {
    const snapshot = this.store.openSnapshot();
    const execution = this.#engine.start(text, new Map(), { snapshot, seed: 0, nowMs: 0 });
    while (execution.next(1_000_000) === 'paused');
    snapshot.close();
    return execution.rows;
  }

  /** The deltas of a statement; none when it changed nothing. */
  write([write, i, x]: Write) {
    const parameters = new Map<string, Value>(Object.entries({ i, x }));
    const execution = this.#engine.start(WRITES[write] ?? '', parameters, { seed: 0, nowMs: 0 });
    while (execution.next(1_000_000) === 'paused');
    const transaction = execution.commit(1);
    if (transaction) this.store.acknowledge(transaction.lsn);
    return transaction;
  }
}

/** What a client shows: rows by key, in order. */
class Client {
  rows: (readonly [string, readonly ResultValue[]])[] = [];

  take(effect: StandingQueryEffect): void {
    if (effect.type === 'rows') this.rows.push(...effect.rows);
    if (effect.type === 'reset') this.rows = [];
    if (effect.type !== 'difference') return;
    for (const change of effect.changes) {
      const place = this.rows.findIndex(([key]) => key === change.key);
      expect(place >= 0).toBe(change.type !== 'added');
      if (change.type === 'removed') this.rows.splice(place, 1);
      else if (change.before === undefined && place >= 0) this.rows[place] = [change.key, change.row];
      else {
        if (place >= 0) this.rows.splice(place, 1);
        const { before = this.rows.at(-1)?.[0] ?? null } = change;
        const at = before === null ? 0 : this.rows.findIndex(([key]) => key === before) + 1;
        this.rows.splice(at, 0, [change.key, change.row]);
      }
    }
  }

  get shown(): string[] {
    return this.rows.map(([, row]) => textOf(row));
  }
}

function textOf(row: readonly ResultValue[]): string {
  return encodeResultValue(row).join(',');
}

describe.each(QUERIES)('$text', ({ text, aggregated }) => {
  test.each([{ ordered: false }, { ordered: true }])(
    'what was sent, put together, is the query run afresh after every commit (ordered: $ordered)',
    ({ ordered }) => {
      fc.assert(
        fc.property(writes, (changes) => {
          const database = new Database();
          const footprint = footprintOf(database.statement(text));
          const client = new Client();
          let state = standingQuery([], aggregated);
          const feed = (event: Parameters<typeof step>[1]): void => {
            const taken = step(state, event);
            state = taken.state;
            for (const effect of taken.effects) {
              client.take(effect);
              const { lsn } = database.store;
              if (effect.type === 'evaluate') feed({ type: 'evaluated', lsn, rows: database.read(text) });
            }
          };
          feed({ type: 'subscribe', id: 's', credit: 1_000_000, ordered, visibleLsn: 0 });

          for (const change of changes) {
            const transaction = database.write(change);
            if (!transaction) continue;
            const touched = touches(footprint, transaction.deltas, database.store.tokens);
            feed({ type: 'advanced', lsn: transaction.lsn, touched });

            const afresh = database.read(text).map(textOf);
            if (ordered) expect(client.shown).toEqual(afresh);
            else expect(client.shown.toSorted()).toEqual(afresh.toSorted());
          }
        }),
        { numRuns: 60 },
      );
    },
  );
});
