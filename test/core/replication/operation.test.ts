import { describe, expect, test } from 'vitest';
import { lagMsOf, noteCommitTime } from '../../../core/replication/lag.ts';
import { writeRefusalOf } from '../../../core/replication/write-permission.ts';
import { assignmentOf, TestCluster } from './cluster.ts';

const D = { name: 'd', region: 'oc', mode: 'SYNC' } as const;
const WITH_D = [...assignmentOf().instances, D];

/** `d` exists, and is not part of the database yet. */
function withoutD(): TestCluster {
  const cluster = new TestCluster(assignmentOf({ instances: WITH_D }));
  cluster.assignment = assignmentOf();
  for (const name of ['c', 'b', 'a']) cluster.assign(name, true);
  cluster.run();
  return cluster;
}

function amend(cluster: TestCluster, change: Partial<typeof cluster.assignment>, ...told: string[]): void {
  cluster.assignment = { ...cluster.assignment, ...change, version: cluster.assignment.version + 1 };
  for (const name of told) cluster.assign(name);
}

describe('an instance that is registered while the database is in use', () => {
  test('is brought level, and joins the in-sync set when it is', () => {
    const cluster = withoutD();
    cluster.peer('a').write(5);
    cluster.run();

    amend(cluster, { instances: WITH_D }, 'd', 'a');
    cluster.elapse(1_000);

    expect(cluster.peer('d').lsn).toBe(cluster.peer('a').lsn);
    expect(cluster.assignment.inSync).toContain('d');
  });

  test('is brought level though nobody asks anything of the database', () => {
    const cluster = withoutD();
    cluster.elapse(20_000);
    expect(cluster.peer('a').state.main?.silent).toBe(true);

    amend(cluster, { instances: WITH_D }, 'd', 'a');
    cluster.elapse(2_000);
    expect(cluster.assignment.inSync).toContain('d');
    cluster.elapse(20_000);

    expect(cluster.peer('a').state.main?.silent).toBe(true);
  });

  test('holds up no commit before it is level', () => {
    const cluster = withoutD();
    cluster.cut.add('d');

    amend(cluster, { instances: WITH_D }, 'a');
    cluster.peer('a').write();
    cluster.run();

    expect(cluster.peer('a').acknowledgedLsn).toBe(cluster.peer('a').lsn);
  });

  test('makes a lone MAIN ask for a lease before it acknowledges more', () => {
    const instances = assignmentOf().instances.slice(0, 2);
    const cluster = new TestCluster(assignmentOf({ instances }));
    cluster.assignment = assignmentOf({ instances: instances.slice(0, 1), inSync: ['a'] });
    cluster.assign('a', true);
    cluster.run();
    cluster.coordinatorsDown = true;

    amend(cluster, { instances }, 'b', 'a');
    cluster.peer('a').write();
    cluster.elapse(1_000);
    const before = cluster.peer('a').acknowledgedLsn;
    cluster.coordinatorsDown = false;
    cluster.elapse(4_000);

    expect(before).toBeLessThan(cluster.peer('a').lsn);
    expect(cluster.peer('a').acknowledgedLsn).toBe(cluster.peer('a').lsn);
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
  });
});

describe('an instance that is unregistered', () => {
  test('is no longer waited for once MAIN has heard', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('b');
    cluster.peer('a').write();
    cluster.run();
    const before = cluster.peer('a').acknowledgedLsn;

    const instances = assignmentOf().instances.filter(({ name }) => name !== 'b');
    amend(cluster, { instances, inSync: ['a'] }, 'a');
    cluster.run();

    expect(before).toBeLessThan(cluster.peer('a').lsn);
    expect(cluster.peer('a').acknowledgedLsn).toBe(cluster.peer('a').lsn);
  });

  test('forgets everything when it is told, but not by an order older than what it follows', () => {
    const cluster = TestCluster.started();
    cluster.assignment = { ...cluster.assignment, version: 5 };
    cluster.assign('b');

    const late = cluster.ask('b', { type: 'drop', version: 4 });
    const before = cluster.peer('b').lsn;
    const meant = cluster.ask('b', { type: 'drop', version: 5 });

    expect([late.type, before]).toEqual(['probed', 1]);
    expect([meant.type, cluster.peer('b').lsn]).toEqual(['dropped', 0]);
  });
});

describe('a MAIN that is drained', () => {
  test('takes no writes, and those in its log are acknowledged', () => {
    const cluster = TestCluster.started();
    cluster.peer('a').write(3);

    const first = cluster.ask('a', { type: 'drain', forMs: 1_500 });
    cluster.run();
    const second = cluster.ask('a', { type: 'drain', forMs: 1_500 });

    expect(first).toMatchObject({ type: 'draining', report: { stored: { lsn: 4 }, acknowledgedLsn: 1 } });
    expect(second).toMatchObject({ type: 'draining', report: { stored: { lsn: 4 }, acknowledgedLsn: 4 } });
    expect(writeRefusalOf(cluster.peer('a').state)?.code).toBe('Neo.ClientError.Cluster.NotALeader');
    expect(cluster.peer('a').log.filter(({ type }) => type === 'interruptWrites')).toHaveLength(1);
  });

  test('takes writes again when nothing comes of it', () => {
    const cluster = TestCluster.started();
    cluster.ask('a', { type: 'drain', forMs: 1_500 });

    cluster.elapse(1_600);

    expect(writeRefusalOf(cluster.peer('a').state)).toBeUndefined();
  });
});

test('a cluster that is read-only takes no writes, and says why', () => {
  const cluster = TestCluster.started();

  amend(cluster, { readOnly: true }, 'a');
  const refusal = writeRefusalOf(cluster.peer('a').state);
  amend(cluster, { readOnly: false }, 'a');

  expect(refusal?.code).toBe('Neo.ClientError.General.ForbiddenOnReadOnlyDatabase');
  expect(writeRefusalOf(cluster.peer('a').state)).toBeUndefined();
});

describe('lag in milliseconds', () => {
  test('is the age of the oldest transaction that the replica lacks', () => {
    const times = [1, 2, 3, 4].reduce<ReturnType<typeof noteCommitTime>>(
      (known, lsn) => noteCommitTime(known, { lsn, atMs: lsn * 1_000 }),
      [],
    );
    const main = { lsn: 4, times, nowMs: 10_000 };

    expect(lagMsOf({ storedLsn: 4, heardAtMs: 1 }, main)).toBe(0);
    expect(lagMsOf({ storedLsn: 3, heardAtMs: 1 }, main)).toBe(6_000);
    expect(lagMsOf({ storedLsn: 1, heardAtMs: 1 }, main)).toBe(8_000);
    expect(lagMsOf({ storedLsn: 1, heardAtMs: undefined }, main)).toBeUndefined();
  });

  test('reaches back ever more roughly, in bounded memory', () => {
    let times: ReturnType<typeof noteCommitTime> = [];
    for (let lsn = 1; lsn <= 100_000; lsn++) times = noteCommitTime(times, { lsn, atMs: lsn });

    const lag = lagMsOf({ storedLsn: 50_000, heardAtMs: 1 }, { lsn: 100_000, times, nowMs: 100_000 });

    expect(times.length).toBeLessThanOrEqual(128);
    expect(lag).toBeGreaterThanOrEqual(49_999);
    expect(lag).toBeLessThan(65_000);
  });

  test('is told of a replica that is cut off', () => {
    const cluster = TestCluster.started();
    cluster.cut.add('c');
    cluster.peer('a').write();
    cluster.elapse(3_000);

    expect(cluster.ask('a', { type: 'probe' })).toMatchObject({
      report: {
        replicas: [
          { name: 'b', lagMs: 0 },
          { name: 'c', lagMs: 3_000 },
        ],
      },
    });
  });
});
