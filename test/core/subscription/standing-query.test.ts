import { describe, expect, test } from 'vitest';
import {
  LIVE_ROWS_MAX,
  OLD_RESULTS_MAX,
  ROWS_PER_MESSAGE,
  type StandingQuery,
  type StandingQueryEffect,
  type StandingQueryEvent,
  SUBSCRIBERS_MAX,
  standingQuery,
  step,
} from '../../../core/subscription/standing-query.ts';
import { NodeRecord, type ResultValue } from '../../../core/value/value.ts';

/** A standing query under test: feeds events, keeps what came out, and plays each subscriber's client. */
class Bench {
  state: StandingQuery = standingQuery(['n'], [false]);
  effects: StandingQueryEffect[] = [];
  /** What each client shows, and up to which lsn. */
  readonly clients = new Map<string, { rows: Map<string, readonly ResultValue[]>; lsn: number | undefined }>();

  feed(...events: StandingQueryEvent[]): StandingQueryEffect[] {
    this.effects = [];
    for (const event of events) {
      const { state, effects } = step(this.state, event);
      this.state = state;
      this.effects.push(...effects);
      for (const effect of effects) this.#play(effect);
    }
    return this.effects;
  }

  subscribe(id: string, credit: number, visibleLsn = 0): void {
    this.clients.set(id, { rows: new Map(), lsn: undefined });
    this.feed({ type: 'subscribe', id, credit, ordered: false, visibleLsn });
  }

  /** A client whose socket slept: it shows the rows of `versions`, which were the result at `lsn`. */
  resume(id: string, credit: number, slept: { lsn: number; versions: readonly number[]; visibleLsn: number }): void {
    const rows = new Map(rowsOf(slept.versions).map((row) => [keyOf(row), row]));
    this.clients.set(id, { rows, lsn: slept.lsn });
    this.feed({ type: 'resume', id, credit, ordered: false, lsn: slept.lsn, visibleLsn: slept.visibleLsn });
  }

  evaluated(lsn: number, versions: readonly number[]): StandingQueryEffect[] {
    return this.feed({ type: 'evaluated', lsn, rows: rowsOf(versions) });
  }

  get types(): string[] {
    return this.effects.map((effect) => effect.type);
  }

  #play(effect: StandingQueryEffect): void {
    if (effect.type === 'evaluate') return;
    const client = this.clients.get(effect.to);
    if (!client) return;
    switch (effect.type) {
      case 'rows':
        for (const [key, row] of effect.rows) client.rows.set(key, row);
        return;
      case 'live':
      case 'level':
        client.lsn = effect.lsn;
        return;
      case 'difference':
        expect(effect.fromLsn).toBe(client.lsn);
        client.lsn = effect.toLsn;
        for (const change of effect.changes) {
          if (change.type === 'removed') client.rows.delete(change.key);
          else client.rows.set(change.key, change.row);
        }
        return;
      case 'reset':
        client.rows.clear();
        client.lsn = undefined;
    }
  }
}

function keyOf([node]: readonly (ResultValue | undefined)[]): string {
  return node instanceof NodeRecord ? node.elementId : '';
}

/** One row for each entry: node i with the version as its property; 0: no such row. */
function rowsOf(versions: readonly number[]): ResultValue[][] {
  return versions.flatMap((version, id) =>
    version === 0 ? [] : [[new NodeRecord(`4:c:${id}`, [], new Map([['v', version]]))]],
  );
}

describe('a subscriber', () => {
  test('gets columns, the result and the lsn it is of', () => {
    const bench = new Bench();

    bench.subscribe('a', 1000);
    const first = bench.types;
    bench.evaluated(5, [1, 1]);

    expect(first).toEqual(['columns', 'evaluate']);
    expect(bench.types).toEqual(['rows', 'live']);
    expect(bench.effects.at(-1)).toEqual({ type: 'live', to: 'a', lsn: 5, rowCount: 2 });
  });

  test('gets one difference for a commit that touches the query', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.evaluated(5, [1, 1, 1]);

    bench.feed({ type: 'advanced', lsn: 6, touched: true });
    const evaluation = bench.types;
    bench.evaluated(6, [1, 2, 0, 1]);

    expect(evaluation).toEqual(['evaluate']);
    expect(bench.effects).toMatchObject([
      {
        type: 'difference',
        fromLsn: 5,
        toLsn: 6,
        changes: [
          { type: 'removed', key: '4:c:2' },
          { type: 'changed', key: '4:c:1' },
          { type: 'added', key: '4:c:3' },
        ],
      },
    ]);
  });

  test('learns of a commit that does not touch the query, without an evaluation', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.evaluated(5, [1]);

    bench.feed({ type: 'advanced', lsn: 6, touched: false });

    expect(bench.effects).toEqual([{ type: 'level', to: 'a', lsn: 6 }]);
  });

  test('that comes second is served from the result that is there', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.evaluated(5, [1]);

    bench.subscribe('b', 1000);

    expect(bench.types).toEqual(['columns', 'rows', 'live']);
  });

  test('gets a large result in several messages', () => {
    const bench = new Bench();
    bench.subscribe('a', LIVE_ROWS_MAX);

    bench.evaluated(
      5,
      Array.from({ length: ROWS_PER_MESSAGE + 1 }, () => 1),
    );

    expect(bench.types).toEqual(['rows', 'rows', 'live']);
  });

  test('gets an error, and is gone, when the evaluation fails', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    const error = { code: 'Neo.ClientError.Statement.ArithmeticError', message: 'no' } as const;

    bench.feed({ type: 'failed', error });

    expect(bench.effects).toEqual([{ type: 'error', to: 'a', error }]);
    expect(bench.state.subscribers.size).toBe(0);
  });

  test('that comes after a failure is never shown what was true before it', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.evaluated(5, [1]);
    bench.feed({ type: 'advanced', lsn: 6, touched: true });
    bench.feed({ type: 'failed', error: { code: 'Neo.ClientError.Statement.ArithmeticError', message: 'no' } });

    bench.subscribe('b', 1000);

    expect(bench.types).toEqual(['columns', 'evaluate']);
  });

  test('gets an error for a result that is too large to keep live', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);

    bench.evaluated(
      5,
      Array.from({ length: LIVE_ROWS_MAX + 1 }, () => 1),
    );

    expect(bench.effects).toMatchObject([
      { type: 'error', error: { code: 'Neo.ClientError.Statement.ArgumentError' } },
    ]);
  });

  test('is refused when the query has as many as it may', () => {
    const bench = new Bench();
    const subscribers = Array.from({ length: SUBSCRIBERS_MAX }, (_, i) => [`${i}`, subscriber(`${i}`)] as const);
    bench.state = { ...bench.state, subscribers: new Map(subscribers) };

    bench.subscribe('late', 1000);

    expect(bench.effects).toMatchObject([{ type: 'error', to: 'late' }]);
    expect(bench.state.subscribers.size).toBe(SUBSCRIBERS_MAX);
  });

  test('starts over when the graph is replaced', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.evaluated(5, [1]);

    bench.feed({ type: 'replaced', visibleLsn: 3 });
    const replaced = bench.types;
    bench.evaluated(3, [2, 2]);

    expect(replaced).toEqual(['reset', 'evaluate']);
    expect(bench.types).toEqual(['rows', 'live']);
    expect(bench.clients.get('a')?.lsn).toBe(3);
  });
});

describe('a subscriber that wants to see a commit', () => {
  test('is not shown an evaluation that began before it', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000, 5);
    bench.feed({ type: 'advanced', lsn: 6, touched: true });
    bench.subscribe('b', 1000, 6);

    const early = bench.evaluated(5, [1]).map((effect) => ('to' in effect ? effect.to : effect.type));
    bench.evaluated(6, [2]);

    expect(early).toEqual(['a', 'a', 'evaluate']);
    expect(bench.effects).toMatchObject([
      { type: 'difference', to: 'a' },
      { type: 'rows', to: 'b' },
      { type: 'live', to: 'b', lsn: 6 },
    ]);
  });
});

describe('a subscriber whose socket slept', () => {
  test('has the state that it was sent evaluated, and is told nothing when nothing has happened', () => {
    const bench = new Bench();

    bench.resume('a', 1000, { lsn: 5, versions: [1], visibleLsn: 5 });
    const first = bench.effects;
    bench.evaluated(5, [1]);

    expect(first).toEqual([{ type: 'evaluate', atLsn: 5 }]);
    expect(bench.effects).toEqual([]);
  });

  test('gets the difference that a later commit makes', () => {
    const bench = new Bench();
    bench.resume('a', 1000, { lsn: 5, versions: [1], visibleLsn: 4 });
    bench.evaluated(5, [1]);

    bench.feed({ type: 'advanced', lsn: 6, touched: true });
    bench.evaluated(6, [2]);

    expect(bench.effects).toMatchObject([{ type: 'difference', fromLsn: 5, toLsn: 6, changes: [{ type: 'changed' }] }]);
  });

  test('gets the difference also when the commit comes during the first evaluation', () => {
    const bench = new Bench();
    bench.resume('a', 1000, { lsn: 5, versions: [1], visibleLsn: 5 });
    bench.feed({ type: 'advanced', lsn: 6, touched: true });

    const first = bench.evaluated(5, [1]);
    bench.evaluated(6, [2]);

    expect(first).toMatchObject([{ type: 'evaluate' }]);
    expect(bench.effects).toMatchObject([{ type: 'difference', fromLsn: 5, toLsn: 6 }]);
  });

  test('joins others that sleep at the same lsn, and those that are there already', () => {
    const bench = new Bench();
    bench.resume('a', 1000, { lsn: 5, versions: [1], visibleLsn: 5 });
    bench.resume('b', 1000, { lsn: 5, versions: [1], visibleLsn: 5 });
    const second = bench.effects;
    bench.evaluated(5, [1]);
    bench.resume('c', 1000, { lsn: 5, versions: [1], visibleLsn: 5 });
    const third = bench.effects;

    bench.feed({ type: 'advanced', lsn: 6, touched: true });
    bench.evaluated(6, [2]);

    expect([second, third]).toEqual([[], []]);
    expect(bench.effects.map((effect) => 'to' in effect && effect.to)).toEqual(['a', 'b', 'c']);
  });

  test('starts over when the query is at another lsn', () => {
    const bench = new Bench();
    bench.resume('a', 1000, { lsn: 5, versions: [1], visibleLsn: 5 });

    bench.resume('b', 1000, { lsn: 7, versions: [1], visibleLsn: 5 });

    expect(bench.types).toEqual(['reset', 'columns']);
  });

  test('starts over when the graph is replaced before it was evaluated', () => {
    const bench = new Bench();
    bench.resume('a', 1000, { lsn: 5, versions: [1], visibleLsn: 5 });

    bench.feed({ type: 'replaced', visibleLsn: 9 });
    const replaced = bench.types;
    bench.evaluated(9, [2]);

    expect(replaced).toEqual(['reset']);
    expect(bench.types).toEqual(['rows', 'live']);
  });
});

describe('credit', () => {
  test('pays for each row of the first result, which waits when it is spent', () => {
    const bench = new Bench();
    bench.subscribe('a', 2);

    bench.evaluated(5, [1, 1, 1]);
    const waiting = bench.types;
    bench.feed({ type: 'credit', id: 'a', rows: 10 });

    expect(waiting).toEqual(['rows']);
    expect(bench.types).toEqual(['rows', 'live']);
  });

  test('that is spent lets several commits become one difference', () => {
    const bench = new Bench();
    bench.subscribe('a', 1);
    bench.evaluated(5, [1]);
    bench.feed({ type: 'advanced', lsn: 6, touched: true });
    bench.evaluated(6, [2]);
    bench.feed({ type: 'advanced', lsn: 7, touched: true });
    const silent = bench.evaluated(7, [3, 1]);

    bench.feed({ type: 'credit', id: 'a', rows: 10 });

    expect(silent).toEqual([]);
    expect(bench.effects).toMatchObject([
      { type: 'difference', fromLsn: 5, toLsn: 7, changes: [{ type: 'changed' }, { type: 'added' }] },
    ]);
  });

  test('is overdrawn by a difference that is larger, since a commit is never split', () => {
    const bench = new Bench();
    bench.subscribe('a', 2);
    bench.evaluated(5, [1]);
    bench.feed({ type: 'advanced', lsn: 6, touched: true });

    bench.evaluated(6, [2, 2, 2, 2]);
    const overdrawn = bench.types;
    bench.feed({ type: 'advanced', lsn: 7, touched: true });
    const afterwards = bench.evaluated(7, [3, 2, 2, 2]);

    expect(overdrawn).toEqual(['difference']);
    expect(afterwards).toEqual([]);
    expect(bench.state.subscribers.get('a')?.credit).toBe(-3);
  });

  test('is not needed for removals', () => {
    const bench = new Bench();
    bench.subscribe('a', 2);
    bench.evaluated(5, [1, 1]);
    bench.feed({ type: 'advanced', lsn: 6, touched: true });

    bench.evaluated(6, [1]);

    expect(bench.types).toEqual(['difference']);
  });

  test('that never comes makes a subscriber start over, and old results are not kept for ever', () => {
    const bench = new Bench();
    const resets: string[] = [];
    for (let lsn = 1; lsn <= OLD_RESULTS_MAX + 2; lsn += 1) {
      bench.subscribe(`s${lsn}`, 1);
      bench.feed({ type: 'advanced', lsn, touched: true });
      for (const effect of bench.evaluated(lsn, [lsn])) if (effect.type === 'reset') resets.push(effect.to);
    }

    // The second was served from the result that the first one had waited for.
    expect(resets).toEqual(['s1', 's2']);
  });
});

describe('evaluations', () => {
  test('are one for all subscribers', () => {
    const bench = new Bench();

    bench.subscribe('a', 1000);
    bench.subscribe('b', 1000);
    const second = bench.types;
    bench.evaluated(5, [1]);

    expect(second).toEqual(['columns']);
    expect(bench.types).toEqual(['rows', 'live', 'rows', 'live']);
  });

  test('are not done again for a commit that the one under way has seen', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.feed({ type: 'advanced', lsn: 6, touched: true });

    bench.evaluated(6, [1]);

    expect(bench.types).toEqual(['rows', 'live']);
  });

  test('hold for later commits that did not touch the query', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.feed({ type: 'advanced', lsn: 6, touched: false });

    bench.evaluated(5, [1]);

    expect(bench.effects.at(-1)).toMatchObject({ type: 'live', lsn: 6 });
  });

  test('are done again when a commit touches the query meanwhile', () => {
    const bench = new Bench();
    bench.subscribe('a', 1000);
    bench.feed({ type: 'advanced', lsn: 6, touched: true });
    const meanwhile = bench.types;

    bench.evaluated(5, [1]);

    expect(meanwhile).toEqual([]);
    expect(bench.types).toEqual(['rows', 'live', 'evaluate']);
  });
});

test.each(Array.from({ length: 30 }, (_, seed) => seed + 1))(
  'what a client was sent, put together, is the result at its lsn, whatever comes when: seed %i',
  (seed) => {
    const random = randomFrom(seed);
    const bench = new Bench();
    const history: number[][] = [[1, 0, 1, 0, 0]];
    let evaluatingAt = 0;

    for (let turn = 0; turn < 200; turn += 1) {
      const lsn = history.length - 1;
      const id = `s${random(3)}`;
      switch (random(7)) {
        case 0:
          if (!bench.state.subscribers.has(id)) bench.subscribe(id, random(4), lsn);
          break;
        case 6: {
          if (bench.state.subscribers.has(id)) break;
          const sleptAt = bench.state.result ? bench.state.lsn : lsn;
          bench.resume(id, random(4), { lsn: sleptAt, versions: history[sleptAt] ?? [], visibleLsn: lsn });
          break;
        }
        case 1:
          if (bench.state.subscribers.has(id)) bench.feed({ type: 'credit', id, rows: random(5) });
          break;
        case 2:
          if (random(4) === 0) bench.feed({ type: 'unsubscribe', id });
          break;
        case 3:
        case 4: {
          const touched = random(2) === 0;
          const last = history.at(-1) ?? [];
          history.push(touched ? last.map((version) => (random(3) === 0 ? random(3) * (lsn + 2) : version)) : last);
          bench.feed({ type: 'advanced', lsn: lsn + 1, touched });
          break;
        }
        default:
          if (!bench.state.evaluating) break;
          evaluatingAt = bench.state.evaluating.atLsn ?? Math.max(evaluatingAt, lsn - random(2));
          bench.evaluated(evaluatingAt, history[evaluatingAt] ?? []);
      }
      for (const [subscriberId, client] of bench.clients) {
        if (!bench.state.subscribers.has(subscriberId)) bench.clients.delete(subscriberId);
        else if (client.lsn !== undefined) {
          const expected = rowsOf(history[client.lsn] ?? []).map(([node]) => node);
          const shown = [...client.rows.values()].map(([node]) => node);
          expect(sorted(shown)).toEqual(sorted(expected));
        }
      }
    }
  },
);

function sorted(nodes: readonly (ResultValue | undefined)[]): string[] {
  return nodes
    .map((node) => (node instanceof NodeRecord ? `${node.elementId} ${node.properties.get('v')}` : ''))
    .sort();
}

function subscriber(id: string) {
  return {
    ...{ id, credit: 0, ordered: false },
    ...{ fromLsn: 0, resumesAtLsn: undefined, sent: undefined, toLsn: 0, partial: undefined },
  };
}

/** Park and Miller's generator: the same numbers for the same seed. */
function randomFrom(seed: number): (below: number) => number {
  let state = seed * 7_919;
  return (below) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
}
