import { describe, expect, test } from 'vitest';
import type { InstanceRequestBody } from '../../../core/replication/message.ts';
import { VERSION } from '../../../core/version.ts';
import { GENESIS_HASH } from '../../../core/wal/checksum.ts';
import { assignmentOf, TestCluster } from './cluster.ts';

const HEARTBEAT = {
  type: 'append',
  previousLsn: 0,
  previousHash: GENESIS_HASH,
  records: [],
  acknowledgedLsn: 0,
} as const;

describe('an instance refuses', () => {
  test('an append of an epoch it has sealed, also after a restart, and names the higher epoch', () => {
    const cluster = TestCluster.started();
    cluster.ask('b', { type: 'seal', epoch: 2 });

    const before = cluster.ask('b', HEARTBEAT);
    cluster.peer('b').restart();
    const after = cluster.ask('b', HEARTBEAT);

    expect(before).toMatchObject({ type: 'appended', outcome: 'sealed', epoch: 2 });
    expect(after).toMatchObject({ type: 'appended', outcome: 'sealed', epoch: 2 });
  });

  test('a seal is in storage before its answer leaves', () => {
    const cluster = TestCluster.started();
    const peer = cluster.peer('b');

    peer.log = [];
    cluster.ask('b', { type: 'seal', epoch: 2 });

    expect(peer.log.map(({ type }) => type)).toEqual(['persistState', 'reply']);
    expect(peer.persisted?.sealedEpoch).toBe(1);
  });

  test('an append of an older epoch than its own', () => {
    const cluster = TestCluster.started();
    cluster.failOver('b');
    cluster.run();

    const reply = cluster.ask('c', HEARTBEAT, { epoch: 1 });

    expect(reply).toMatchObject({ type: 'appended', epoch: 2 });
    expect(['stale', 'sealed']).toContain(reply.type === 'appended' && reply.outcome);
  });

  test.each([
    { what: 'late', change: { deadlineMs: 1 }, reason: 'late' },
    { what: 'of another cluster', change: { cluster: 'k2' }, reason: 'foreignCluster' },
    { what: 'of a version before the oldest understood', change: { version: 0 }, reason: 'version' },
    { what: 'of the next version', change: { version: VERSION + 1 }, reason: 'version' },
  ])('a message that is $what, and changes nothing', ({ change, reason }) => {
    const cluster = TestCluster.started();
    const before = cluster.peer('b').state;

    const reply = cluster.ask('b', { type: 'seal', epoch: 2 }, change);

    expect(reply).toEqual({ type: 'refused', reason });
    expect(cluster.peer('b').state).toEqual(before);
  });

  test('a request of a kind that it does not know, and goes on', () => {
    const cluster = TestCluster.started();
    const before = cluster.peer('b').state;
    // What a later build may send is none of the requests that the types name.
    const unknown = { type: 'ofALaterBuild' } as unknown as InstanceRequestBody;

    const reply = cluster.ask('b', unknown);

    expect(reply).toEqual({ type: 'refused', reason: 'version' });
    expect(cluster.peer('b').state).toEqual(before);
  });

  test('an append before it was ever assigned, because a late message must not tell it whose it is', () => {
    const cluster = new TestCluster();

    expect(cluster.ask('b', HEARTBEAT)).toEqual({ type: 'refused', reason: 'unknownDatabase' });
  });

  test('to be MAIN when it is empty and the database is not new', () => {
    const cluster = new TestCluster(assignmentOf({ epoch: 2 }));
    cluster.ask('a', { type: 'seal', epoch: 2 });

    const reply = cluster.assign('a');

    expect(reply).toMatchObject({ type: 'assigned', report: { role: 'none' } });
  });

  test('to be MAIN of an epoch whose seal it has not answered', () => {
    const cluster = TestCluster.started();
    cluster.assignment = assignmentOf({ epoch: 2, version: 2, main: 'b', inSync: ['b'] });

    expect(cluster.assign('b')).toMatchObject({ report: { role: 'replica', epoch: 1 } });
  });

  test.each([
    { what: 'empty', prepare: () => new TestCluster(), reason: 'empty' },
    {
      what: 'in quarantine',
      prepare: () => {
        const cluster = TestCluster.started();
        cluster.peer('b').do({ type: 'damaged', reason: 'a flipped bit' });
        return cluster;
      },
      reason: 'quarantined',
    },
  ])('to be eligible when it is $what', ({ prepare, reason }) => {
    const cluster = prepare();

    expect(cluster.ask('b', { type: 'seal', epoch: 2 })).toMatchObject({ type: 'sealed', eligible: false, reason });
  });

  test('to follow MAIN when it is in quarantine, and MAIN says that it has diverged', () => {
    const cluster = TestCluster.started();
    cluster.peer('c').do({ type: 'damaged', reason: 'a flipped bit' });

    cluster.peer('a').write();
    cluster.elapse(2_000);

    expect(cluster.peer('c').lsn).toBe(1);
    expect(cluster.ask('a', { type: 'probe' })).toMatchObject({
      report: { replicas: [{ state: 'ready' }, { state: 'diverged' }] },
    });
  });
});

describe('an instance whose storage is damaged', () => {
  /** b is found damaged at a start, with records up to lsn 2 that can be read. */
  function damaged() {
    const cluster = TestCluster.started();
    cluster.peer('a').write(3);
    cluster.elapse(500);
    cluster.peer('a').compact(4);
    const replica = cluster.peer('b');
    replica.records = replica.records.slice(0, 2);
    replica.restart('row 3 does not agree with its checksum');
    return { cluster, replica };
  }

  test('is filled anew by MAIN, and is a member again', () => {
    const { cluster, replica } = damaged();
    expect(replica).toMatchObject({ role: 'none', state: { quarantine: 'row 3 does not agree with its checksum' } });

    cluster.elapse(8_000);
    cluster.peer('a').write();
    cluster.elapse(500);

    expect(replica).toMatchObject({ role: 'replica', lsn: 5, state: { quarantine: undefined, refillable: false } });
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
    expect(cluster.ask('b', { type: 'seal', epoch: 2 })).toMatchObject({ eligible: true });
  });

  test('keeps what it has, and is not eligible, for as long as it is a member', () => {
    const { cluster, replica } = damaged();
    cluster.coordinatorsDown = true;

    cluster.elapse(8_000);

    expect(replica.lsn).toBe(2);
    expect(replica.snapshot).toBeUndefined();
    expect(cluster.ask('b', { type: 'seal', epoch: 2 })).toMatchObject({ eligible: false, reason: 'quarantined' });
  });

  test('takes nothing from a MAIN of an epoch that was sealed', () => {
    const { cluster, replica } = damaged();
    cluster.ask('b', { type: 'seal', epoch: 2 });

    cluster.elapse(8_000);

    expect(replica.lsn).toBe(2);
    expect(replica.state.quarantine).toBeDefined();
  });

  test('is filled also when it loses its memory on the way', () => {
    const { cluster, replica } = damaged();
    for (let round = 0; round < 4; round++) {
      cluster.elapse(900);
      if (replica.state.quarantine !== undefined) replica.restart('row 3 does not agree with its checksum');
    }

    cluster.elapse(8_000);

    expect(replica.state.quarantine).toBeUndefined();
    expect(replica.lsn).toBe(4);
  });
});

describe('a MAIN steps down', () => {
  test.each([
    { how: 'when it is sealed', act: (cluster: TestCluster) => void cluster.ask('a', { type: 'seal', epoch: 2 }) },
    {
      how: 'when it is assigned as REPLICA',
      act: (cluster: TestCluster) => {
        cluster.assignment = assignmentOf({ epoch: 2, version: 2, main: 'b', inSync: ['b'] });
        cluster.assign('a');
      },
    },
    {
      how: 'when the answer to its lease names a higher epoch',
      act: (cluster: TestCluster) => {
        cluster.assignment = assignmentOf({ epoch: 2, version: 2, main: 'b', inSync: ['b'] });
        cluster.questions = [];
        cluster.cut.add('b');
        cluster.elapse(1_500);
      },
    },
    {
      how: 'when a replica answers from a higher epoch',
      act: (cluster: TestCluster) => {
        cluster.ask('b', { type: 'seal', epoch: 2 });
        cluster.run();
      },
    },
    {
      how: 'when it gets records of a higher epoch',
      act: (cluster: TestCluster) =>
        void cluster.ask('a', HEARTBEAT, { epoch: 2, from: { name: 'b', region: 'enam' } }),
    },
  ])('$how, and the clients that wait get an unknown outcome', ({ act }) => {
    const cluster = TestCluster.started();
    const main = cluster.peer('a');
    cluster.elapse(100);
    cluster.peer('a').write();

    act(cluster);

    expect(main.role).not.toBe('main');
    expect(main.failedFrom).toEqual([2]);
    expect(main.acknowledgedLsn).toBe(1);
  });

  test('and does not become MAIN again by a restart', () => {
    const cluster = TestCluster.started();
    cluster.ask('a', { type: 'seal', epoch: 2 });

    cluster.peer('a').restart();

    expect(cluster.peer('a').role).toBe('none');
  });

  test('and may be MAIN of the next epoch, if it is chosen', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('b');

    cluster.failOver('a');
    cluster.elapse(100);

    expect(cluster.peer('a')).toMatchObject({ role: 'main', lsn: 2, acknowledgedLsn: 2 });
  });
});

describe('damage', () => {
  test('a log that ends before what was acknowledged is quarantined', () => {
    const cluster = TestCluster.started();
    cluster.peer('a').write(3);
    cluster.elapse(3_000);
    cluster.peer('b').records.pop();

    const effects = cluster.peer('b').restart();

    expect(effects.map(({ type }) => type)).toContain('quarantine');
    expect(cluster.peer('b').state.quarantine).toBe('the log ends at lsn 3, but lsn 4 was acknowledged');
  });

  test('a MAIN that has lost records which a replica has stops, so that it harms nobody', () => {
    const cluster = TestCluster.started();
    const main = cluster.peer('a');
    main.write(3);
    cluster.run();
    main.records = main.records.slice(0, 2);
    main.persisted = main.persisted && { ...main.persisted, acknowledgedLsn: 1 };

    main.restart();
    main.do({ type: 'activity' });
    cluster.elapse(2_000);

    expect(main.state.quarantine).toContain('of this epoch, but the log ends at');
    expect(cluster.peer('b').lsn).toBe(4);
  });

  test('an in-sync replica that has lost what it had confirmed leaves the set before it is filled again', () => {
    const cluster = TestCluster.started();
    const replica = cluster.peer('b');
    cluster.peer('a').write(3);
    cluster.elapse(500);
    replica.records = [];
    replica.persisted = replica.persisted && { ...replica.persisted, acknowledgedLsn: 0 };

    replica.restart();
    cluster.coordinatorsDown = true;
    cluster.elapse(1_500);
    // Still a member: with a part of the log it could be promoted.
    expect(replica.lsn).toBe(0);

    cluster.coordinatorsDown = false;
    cluster.elapse(6_000);
    expect(cluster.asked).toContain('remove b');
    expect(replica.lsn).toBe(4);
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
  });
});

test('a dropped instance forgets everything, and can serve a new cluster of the same name', () => {
  const cluster = TestCluster.started();

  expect(cluster.ask('b', { type: 'drop' })).toEqual({ type: 'dropped' });
  expect(cluster.peer('b')).toMatchObject({ lsn: 0, persisted: undefined, role: 'none' });

  cluster.assignment = assignmentOf({ cluster: 'k2' });
  expect(cluster.assign('b', true)).toMatchObject({ report: { cluster: 'k2', role: 'replica' } });
});

test('a new MAIN asks the coordinator that appointed it, and not one that may have gone down with the old MAIN', () => {
  const cluster = TestCluster.started(assignmentOf({ coordinators: ['c-1', 'c-2', 'c-3'] }));
  cluster.cut.add('a');
  cluster.ask('b', { type: 'seal', epoch: 2 });
  const assignment = { ...cluster.assignment, epoch: 2, main: 'b', inSync: ['b'], version: 2 };
  const from = { name: 'c-3', region: 'apac' };

  cluster.questions.length = 0;
  cluster.ask('b', { type: 'assign', assignment, created: false }, { from });

  const asked = cluster.questions.filter(({ effect }) => effect.to.kind === 'coordinator');
  expect(asked.map(({ effect }) => effect.to.name)).toEqual(['c-3']);
});
