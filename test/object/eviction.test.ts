/**
 * An object that loses its memory at any moment of a commit or a checkpoint: what was acknowledged is there, what was refused is not, all
 * or nothing of each transaction, and every instance has the same graph, also when it begins anew from storage.
 */
import { expect, test } from 'vitest';
import { AwaitPoints } from './await-points.ts';
import { Database, eventually } from './cluster.ts';
import { Client } from './transaction-client.ts';

/** Two nodes and a relationship to a transaction, so that half of it would show. */
const WRITE = 'CREATE (:Start {id: $id})-[:TO {id: $id}]->(:End {id: $id})';
const HALVES = [
  'MATCH (s:Start) WHERE NOT EXISTS { (s)-[:TO {id: s.id}]->(:End {id: s.id}) } RETURN count(s)',
  'MATCH (e:End) WHERE NOT EXISTS { (:Start {id: e.id})-[:TO {id: e.id}]->(e) } RETURN count(e)',
];
const IDS = 'MATCH (s:Start) RETURN s.id AS id ORDER BY id';

/** How far beyond a moment the object still comes. */
const MICROTASKS = [0, 1, 3, 7];

/** A moment that does not come is the end of a series; this many would be a series without end. */
const MOMENTS_MAX = 120;

/** What clients know of their transactions. */
class Ledger {
  readonly acknowledged = new Set<number>();
  /** Nobody may ever see these. */
  readonly refused = new Set<number>();
  #next = 0;

  id(): number {
    return this.#next++;
  }

  async write(database: Database, id = this.id()): Promise<void> {
    try {
      const answer = await database.send('weur-1', WRITE, { id }, { deadlineMs: 4_000 });
      if (answer.ok) this.acknowledged.add(id);
      else if (answer.error.code !== 'Neo.DatabaseError.Transaction.TransactionCommitFailed') this.refused.add(id);
    } catch {
      // The object has ended: it is not known.
    }
  }

  /** One transaction of two statements. */
  async transact(database: Database): Promise<void> {
    const id = this.id();
    try {
      const client = await Client.begin(database);
      await client.rows(`CREATE (:Start {id: ${id}})`);
      await client.rows(`MATCH (s:Start {id: ${id}}) CREATE (s)-[:TO {id: ${id}}]->(:End {id: ${id}})`);
      await client.commit();
      this.acknowledged.add(id);
    } catch {
      // Not known, or rolled back.
    }
  }

  async check(database: Database, instance: string): Promise<void> {
    const ids = new Set((await database.rows(instance, IDS)).map(([id]) => Number(id)));
    expect([...this.acknowledged].filter((id) => !ids.has(id))).toEqual([]);
    expect([...this.refused].filter((id) => ids.has(id))).toEqual([]);
    for (const half of HALVES) expect(await database.rows(instance, half)).toEqual([[0]]);
  }
}

/** All instances have one graph, and have it again when they have begun anew. */
async function checkSame(database: Database): Promise<void> {
  const before = await database.level();
  expect(new Set(before.map(({ details }) => details.checksum)).size).toBe(1);
  for (const instance of database.instances) await database.kill(instance);
  const after = await database.level();
  expect(after.map(({ details }) => [details.checksum, details.quarantine])).toEqual(
    before.map(({ details }) => [details.checksum, false]),
  );
}

interface Series {
  readonly regions: readonly string[];
  readonly mode?: string;
  /** The one that is ended. */
  readonly victim: string;
  readonly act: (database: Database, ledger: Ledger) => Promise<unknown>;
  /** Done before each time, without an end. */
  readonly prepare?: (database: Database) => Promise<unknown>;
  readonly microtasks?: readonly number[];
}

/** Ends the victim at each moment of what is done, one after the other, until one does not come. Answers with how many came. */
async function endAtEach(
  name: string,
  { regions, mode, victim, act, prepare, microtasks = MICROTASKS }: Series,
): Promise<number[]> {
  const counts: number[] = [];
  const database = await Database.create(name, regions, mode === undefined ? undefined : regions.map(() => mode));
  const ledger = new Ledger();
  await ledger.write(database);
  if (prepare) await database.run('weur-1', 'UNWIND range(1, 20000) AS i CREATE (:Other)');
  for (const count of microtasks) {
    let endAt = 1;
    for (; endAt <= MOMENTS_MAX; endAt += 1) {
      await prepare?.(database);
      await database.level();
      const points = await AwaitPoints.watch(database, victim, { endAt, microtasks: count });
      await act(database, ledger);
      const hasCome = points.disarm();
      await eventually(() => ledger.check(database, 'weur-1'));
      if (!hasCome) break;
    }
    expect(endAt).toBeLessThan(MOMENTS_MAX);
    counts.push(endAt - 1);
  }
  await checkSame(database);
  for (const instance of database.instances) await ledger.check(database, instance);
  return counts;
}

const ONE: Series['act'] = (database, ledger) => ledger.write(database);
const GROUP: Series['act'] = (database, ledger) => Promise.all(Array.from({ length: 5 }, () => ledger.write(database)));
const EXPLICIT: Series['act'] = (database, ledger) => ledger.transact(database);

/**
 * All of so many nodes change that a checkpoint takes several turns: this one, and the next one too, which takes the place of an older
 * one. So none is due by itself.
 */
const CHANGE_ALL: Series['prepare'] = async (database) => {
  await database.run('weur-1', 'MATCH (o:Other) SET o.x = rand()');
  await database.run('weur-1', 'CREATE SNAPSHOT');
};

/** A checkpoint with writes going on beside it, and rows of the log before it that it must not take away too early. */
const CHECKPOINT: Series['act'] = async (database, ledger) => {
  await ledger.write(database);
  await ledger.write(database);
  await Promise.all([database.send('weur-1', 'CREATE SNAPSHOT').catch(() => undefined), GROUP(database, ledger)]);
};

test.each<Series & { readonly what: string; readonly momentsMin: number }>([
  { what: 'one commit', regions: ['weur'], victim: 'weur-1', act: ONE, momentsMin: 3 },
  { what: 'a group', regions: ['weur'], victim: 'weur-1', act: GROUP, momentsMin: 3 },
  { what: 'an explicit transaction', regions: ['weur'], victim: 'weur-1', act: EXPLICIT, momentsMin: 5 },
  {
    what: 'a checkpoint',
    regions: ['weur'],
    victim: 'weur-1',
    act: CHECKPOINT,
    prepare: CHANGE_ALL,
    microtasks: [0, 3],
    momentsMin: 40,
  },
  { what: 'a commit with a SYNC replica', regions: ['weur', 'enam'], victim: 'weur-1', act: ONE, momentsMin: 3 },
  { what: 'the same on the replica', regions: ['weur', 'enam'], victim: 'enam-1', act: GROUP, momentsMin: 1 },
  {
    what: 'a commit with STRICT_SYNC replicas',
    regions: ['weur', 'enam', 'apac'],
    mode: 'STRICT_SYNC',
    victim: 'weur-1',
    act: ONE,
    momentsMin: 3,
  },
  {
    what: 'the same on a STRICT_SYNC replica',
    regions: ['weur', 'enam', 'apac'],
    mode: 'STRICT_SYNC',
    victim: 'enam-1',
    act: ONE,
    momentsMin: 1,
  },
])(
  'an end at every moment of $what loses nothing that was acknowledged, and keeps nothing that was refused',
  async (series) => {
    const counts = await endAtEach(`ended-${series.what.replaceAll(/\W+/g, '-').toLowerCase()}`, series);

    console.log(
      `${series.what}: ended at ${counts.join(', ')} moments, after ${(series.microtasks ?? MICROTASKS).join(', ')} microtasks`,
    );
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(series.momentsMin);
  },
  240_000,
);
