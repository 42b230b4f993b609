/** What live queries answer at each point of a log: a graph made record by record, and the queries run on it. */
import { Engine } from '../../../core/engine/engine.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { LogPosition } from '../../../core/replication/log.ts';
import { hashText } from '../../../core/wal/checksum.ts';
import { encodeJsonRow } from '../../../durable/json-value.ts';
import { type Archive, finish } from '../sim-graph.ts';
import { LIVE_QUERIES } from './subscriber.ts';

export class LiveAnswers {
  readonly #log: { readonly archive: Archive; readonly positions: readonly LogPosition[]; readonly cluster: string };

  constructor(log: { archive: Archive; positions: readonly LogPosition[]; cluster: string }) {
    this.#log = log;
  }

  /** The answers of a query at these lsns, each row as text. */
  of(number: number, lsns: readonly number[]): ReadonlyMap<number, readonly string[]> {
    const query = LIVE_QUERIES[number];
    const answers = new Map<number, readonly string[]>();
    if (query === undefined) return answers;
    const { archive, positions, cluster } = this.#log;
    const wanted = new Set(lsns);
    const store = new GraphStore();
    const engine = new Engine(store, { clusterId: cluster });
    const parameters = new Map(Object.entries(query.parameters));
    const ask = (lsn: number) => {
      if (!wanted.has(lsn)) return;
      const { rows } = finish(engine.start(query.text, parameters, { seed: 0, nowMs: 0 }));
      const texts = rows.map((row) => JSON.stringify(JSON.parse(encodeJsonRow(row, 'live'))));
      answers.set(lsn, query.isOrdered ? texts : texts.sort());
    };
    ask(0);
    for (const { lsn, hash } of positions) {
      const transaction = archive.get(hashText(hash));
      if (transaction !== undefined) store.replay(transaction);
      ask(lsn);
    }
    return answers;
  }
}
