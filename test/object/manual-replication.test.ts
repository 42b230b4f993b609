/** Roles given by hand, on real objects: what Memgraph's manual replication does, step by step, with restarts in between. */
import { describe, expect, test } from 'vitest';
import { decodeResult } from '../../core/value/codec.ts';
import type { ReplicationRequest } from '../../durable/protocol.ts';
import { ask, Database, eventually } from './cluster.ts';

const CREATE = 'CREATE (:Airport {code: $code})';
const CODES = 'MATCH (a:Airport) RETURN a.code ORDER BY a.code';

class ManualDatabase extends Database {
  static async found(name: string): Promise<ManualDatabase> {
    const response = await ask({
      type: 'createDatabase',
      name,
      ifNotExists: false,
      regions: ['weur', 'enam', 'apac'],
      replication: 'manual',
      clusterId: crypto.randomUUID(),
    });
    if (response.type !== 'created') throw new Error(`the coordinators answered ${response.type}`);
    return new ManualDatabase(name, ['weur-1', 'enam-1', 'apac-1']);
  }

  /** The answer: its rows, or the error's text. */
  async order(instance: string, command: ReplicationRequest['command']) {
    const answer = await this.stub(instance).replication({ command, from: { name: 'worker', region: 'weur' } });
    return answer.ok ? decodeResult(answer.rows as Uint8Array).rows : answer.error.message;
  }

  register(main: string, replica: string, mode: 'SYNC' | 'ASYNC' | 'STRICT_SYNC' = 'SYNC') {
    return this.order(main, { type: 'registerReplica', name: replica.slice(0, 4), mode, endpoint: `${replica}:10000` });
  }

  /** Name, mode, membership of the in-sync set and state of each replica. */
  async replicas(main: string): Promise<string[]> {
    const rows = await this.order(main, { type: 'showReplicas' });
    if (typeof rows === 'string') throw new Error(rows);
    return rows.map(([name, _address, mode, _system, info, _region, inSync]) => {
      const ofDatabase = info instanceof Map ? info.get(this.name) : undefined;
      const status = ofDatabase instanceof Map ? ofDatabase.get('status') : undefined;
      return `${name} ${mode} ${inSync} ${status}`;
    });
  }
}

const TO_MAIN = { type: 'becomeMain' } as const;
const TO_REPLICA = { type: 'becomeReplica' } as const;

describe('a database whose roles are given by hand', () => {
  test('begins with one MAIN, whose writes reach the replicas that are registered, and no others', async () => {
    const database = await ManualDatabase.found('by-hand');
    await database.run('weur-1', CREATE, { code: 'ZRH' });

    const registered = await database.register('weur-1', 'enam-1');
    await eventually(async () => expect(await database.replicas('weur-1')).toEqual(['enam sync true ready']));
    await database.run('weur-1', CREATE, { code: 'GVA' });
    await database.level(['weur-1', 'enam-1']);

    expect(registered).toEqual([]);
    expect(await database.rows('enam-1', CODES)).toEqual([['GVA'], ['ZRH']]);
    expect(await database.rows('apac-1', CODES)).toEqual([]);
    expect(await database.order('enam-1', { type: 'showRole' })).toEqual([['replica']]);
  });

  test('has its replicas after a restart, and writes go on', async () => {
    const database = await ManualDatabase.found('hand-again');
    await database.register('weur-1', 'enam-1');
    await database.register('weur-1', 'apac-1', 'ASYNC');
    await eventually(async () =>
      expect(await database.replicas('weur-1')).toEqual(['enam sync true ready', 'apac async false ready']),
    );

    for (const instance of database.instances) await database.kill(instance);
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await database.level();

    expect(await database.rows('apac-1', CODES)).toEqual([['ZRH']]);
    expect((await database.replicas('weur-1')).map((row) => row.split(' ')[0])).toEqual(['enam', 'apac']);
  });

  test('refuses a write on a replica, and a linearizable read everywhere', async () => {
    const database = await ManualDatabase.found('hand-write');

    const write = await database.fails('enam-1', CREATE, { code: 'ZRH' });
    const read = await database.fails('weur-1', CODES, {}, { accessMode: 'read', readLevel: 'linearizable' });

    expect(write.error.code).toBe('Neo.ClientError.Cluster.NotALeader');
    expect(read.error.code).toBe('Neo.ClientError.Statement.NotSupported');
  });

  test('acknowledges past a SYNC replica that is silent, with a notification, and takes it back', async () => {
    const database = await ManualDatabase.found('hand-silent');
    await database.register('weur-1', 'enam-1');
    await eventually(async () => expect(await database.replicas('weur-1')).toEqual(['enam sync true ready']));
    await database.isolate('enam-1');

    const answer = await database.run('weur-1', CREATE, { code: 'ZRH' });
    const meanwhile = await database.replicas('weur-1');
    await database.cut();
    const back = await eventually(async () => {
      const rows = await database.replicas('weur-1');
      expect(rows).toEqual(['enam sync true ready']);
      return rows;
    });

    expect(answer.notifications.map(({ code, description }) => [code, description])).toEqual([
      ['SyncReplicationFailure', "Failed to replicate to SYNC replica 'enam': not reachable or not in sync."],
    ]);
    expect(meanwhile).toEqual(['enam sync false invalid']);
    expect(back).toHaveLength(1);
  });

  test('changes its MAIN by hand: the old one is told, gives way, and follows with what it had more set aside', async () => {
    const database = await ManualDatabase.found('hand-change');
    await database.register('weur-1', 'enam-1');
    await database.run('weur-1', CREATE, { code: 'ZRH' });
    await eventually(async () => expect(await database.replicas('weur-1')).toEqual(['enam sync true ready']));
    await database.isolate('enam-1');
    const { bookmark } = await database.run('weur-1', CREATE, { code: 'GVA' });

    // The replica lacks Geneva, and is made MAIN all the same.
    expect(await database.order('enam-1', TO_MAIN)).toEqual([]);
    await database.cut();
    await database.run('enam-1', CREATE, { code: 'JFK' });
    await eventually(async () => expect(await database.order('weur-1', { type: 'showRole' })).toEqual([['replica']]));
    expect(await database.register('enam-1', 'weur-1')).toEqual([]);
    await database.level(['weur-1', 'enam-1']);

    expect(await database.rows('weur-1', CODES)).toEqual([['JFK'], ['ZRH']]);
    const aside = decodeResult(
      (await database.stub('weur-1').diverged({ name: 'worker', region: 'weur' })) as Uint8Array,
    ).rows;
    expect(JSON.stringify(aside, (_key, value) => (value instanceof Map ? [...value] : value))).toContain('GVA');
    const lost = await database.fails('weur-1', CODES, {}, { accessMode: 'read', bookmarks: [bookmark] });
    expect(lost.error.code).toBe('Neo.ClientError.Transaction.InvalidBookmark');
  });

  test('goes through a planned change without an unknown outcome', async () => {
    const database = await ManualDatabase.found('hand-planned');
    await database.register('weur-1', 'enam-1');
    await eventually(async () => expect(await database.replicas('weur-1')).toEqual(['enam sync true ready']));
    await database.run('weur-1', CREATE, { code: 'ZRH' });

    expect(await database.order('weur-1', TO_REPLICA)).toEqual([]);
    expect(await database.order('enam-1', TO_MAIN)).toEqual([]);
    expect(await database.register('enam-1', 'weur-1')).toEqual([]);
    await database.run('enam-1', CREATE, { code: 'GVA' });
    await database.level(['weur-1', 'enam-1']);

    expect(await database.rows('weur-1', CODES)).toEqual([['GVA'], ['ZRH']]);
    expect(await database.order('weur-1', { type: 'showReplicas' })).toContain("'weur-1' is a replica");
  });

  test('is dropped with everything in it, and can be made again', async () => {
    const database = await ManualDatabase.found('hand-drop');
    await database.register('weur-1', 'enam-1');
    await database.order('apac-1', TO_MAIN);

    await ask({ type: 'dropDatabase', name: 'hand-drop', ifExists: false });
    const again = await ManualDatabase.found('hand-drop');
    await again.run('weur-1', CREATE, { code: 'ZRH' });

    expect(await again.register('weur-1', 'apac-1')).toEqual([]);
  });
});

test('roles are not given by hand where coordinators give them', async () => {
  const database = await Database.create('not-by-hand', ['weur', 'enam']);

  const answer = await database
    .stub('weur-1')
    .replication({ command: TO_REPLICA, from: { name: 'worker', region: 'weur' } });

  expect(answer).toMatchObject({ ok: false, error: { code: 'Neo.ClientError.Statement.NotSupported' } });
});
