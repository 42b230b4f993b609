import { runInDurableObject } from 'cloudflare:test';
import { describe, expect, test } from 'vitest';
import type { Entry, Group } from '../../core/raft/message.ts';
import { CoordinatorStorage } from '../../durable/coordinator-storage.ts';
import { environment } from './cluster.ts';

const GROUP: Group = {
  members: [
    { id: 'default/coordinator/1', votes: true, region: 'weur' },
    {
      id: 'default/coordinator/4',
      votes: false,
      region: 'oc',
      servers: { bolt_server: 'four:7687', coordinator_server: '', management_server: '' },
    },
  ],
  removed: ['default/coordinator/2'],
};

/** Storage of an object that nothing else uses. */
function withSql<T>(use: (sql: SqlStorage) => T): Promise<T> {
  const { COORDINATOR } = environment;
  const stub = COORDINATOR.get(COORDINATOR.idFromName(`default/coordinator/${100 + Math.floor(Math.random() * 1e5)}`));
  return runInDurableObject(stub, (_, state) => use(state.storage.sql));
}

describe('a coordinator’s storage', () => {
  test('keeps configurations as entries and with the snapshot, each as it was', async () => {
    const entries: readonly Entry[] = [
      { index: 8, term: 2, command: new Uint8Array([1, 2]) },
      { index: 9, term: 3, command: null },
      { index: 10, term: 3, command: null, group: GROUP },
    ];
    const configuration = { index: 5, term: 1, ...GROUP };
    const snapshot = { index: 7, term: 2, data: new Uint8Array(2_000_000).fill(7), configuration };

    const loaded = await withSql((sql) => {
      const storage = new CoordinatorStorage(sql);
      storage.persist({ type: 'persist', term: 3, votedFor: undefined, truncateFrom: undefined, entries });
      storage.saveSnapshot({ snapshot, keepFrom: 8 });
      return new CoordinatorStorage(sql).load();
    });

    expect(loaded).toEqual({ term: 3, votedFor: undefined, entries, snapshot });
  });

  test('keeps those that the group began with, whatever a later deployment calls them', async () => {
    const first = [{ name: 'default/coordinator/1', region: 'weur' }];
    const later = [{ name: 'default/coordinator/4', region: 'oc' }];

    const founders = await withSql((sql) => {
      sql.exec('DELETE FROM founder');
      return [first, later].map((seeds) => new CoordinatorStorage(sql).founders(seeds));
    });

    expect(founders).toEqual([first, first]);
  });

  test('reads what the first version wrote, and goes on from there', async () => {
    const loaded = await withSql((sql) => {
      for (const table of ['vote', 'entry', 'snapshot']) sql.exec(`DROP TABLE ${table}`);
      sql.exec('CREATE TABLE vote (id INTEGER PRIMARY KEY, term INTEGER NOT NULL, voted_for TEXT)');
      sql.exec('CREATE TABLE entry (position INTEGER PRIMARY KEY, term INTEGER NOT NULL, command BLOB)');
      sql.exec(
        'CREATE TABLE snapshot (chunk INTEGER PRIMARY KEY, position INTEGER NOT NULL, term INTEGER NOT NULL, bytes BLOB NOT NULL)',
      );
      sql.exec("INSERT INTO vote VALUES (1, 4, 'default/coordinator/3')");
      sql.exec('INSERT INTO entry VALUES (3, 4, NULL)');
      sql.exec('INSERT INTO entry VALUES (4, 4, ?)', new Uint8Array([9]).buffer);
      sql.exec('INSERT INTO snapshot VALUES (0, 2, 1, ?)', new Uint8Array([5, 6]).buffer);
      const storage = new CoordinatorStorage(sql);
      const before = storage.load();
      const entries = [{ index: 5, term: 4, command: null, group: GROUP }];
      storage.persist({ type: 'persist', term: 4, votedFor: undefined, truncateFrom: undefined, entries });
      return { before, after: storage.load() };
    });

    expect(loaded.before).toEqual({
      term: 4,
      votedFor: 'default/coordinator/3',
      entries: [
        { index: 3, term: 4, command: null },
        { index: 4, term: 4, command: new Uint8Array([9]) },
      ],
      snapshot: { index: 2, term: 1, data: new Uint8Array([5, 6]) },
    });
    expect(loaded.after.entries.at(-1)).toEqual({ index: 5, term: 4, command: null, group: GROUP });
  });
});
