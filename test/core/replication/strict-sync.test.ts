import { describe, expect, test } from 'vitest';
import { writeRefusalOf } from '../../../core/replication/write-permission.ts';
import { assignmentOf, TestCluster } from './cluster.ts';

/** MAIN a, the strict replica b and the ASYNC replica c. */
function strictCluster(): TestCluster {
  const instances = assignmentOf().instances.map((instance) =>
    instance.mode === 'SYNC' ? { ...instance, mode: 'STRICT_SYNC' as const } : instance,
  );
  return TestCluster.started(assignmentOf({ instances }));
}

/** A write on the way to b when that is cut off; after three seconds MAIN has aborted it. */
function abortedCluster(): TestCluster {
  const cluster = strictCluster();
  cluster.peer('a').write();
  cluster.run();
  cluster.cut.add('b');
  cluster.peer('a').write(2);
  cluster.run();
  cluster.elapse(3_000);
  return cluster;
}

const MESSAGE =
  "Failed to replicate to STRICT_SYNC replica 'b': not reachable or not in sync. Nothing was done. SHOW REPLICAS tells how it is.";

describe('a strict replica that does not answer', () => {
  test('has what it did not store aborted everywhere, in a new epoch of the same MAIN', () => {
    const cluster = abortedCluster();

    const main = cluster.peer('a');
    expect(cluster.asked).toContain('abort after 2');
    expect(main.aborted).toEqual([`3: ${MESSAGE}`]);
    expect(main.failedFrom).toEqual([]);
    expect(main.state).toMatchObject({ role: 'main', epoch: 2, aborting: undefined });
    expect(main.records.map(({ lsn, epoch }) => [lsn, epoch])).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ]);
    expect(main.aside.map(({ lsn }) => lsn)).toEqual([3, 4]);
    // The ASYNC replica had got it. It was never shown there.
    expect(cluster.peer('c').aside.map(({ lsn }) => lsn)).toEqual([3, 4]);
    expect(cluster.peer('c').visibleLsn).toBe(2);
    expect(cluster.assignment.inSync).toEqual(['a', 'b']);
  });

  test('closes MAIN for writes until it answers again', () => {
    const cluster = abortedCluster();

    expect(writeRefusalOf(cluster.peer('a').state)).toMatchObject({
      code: 'Neo.TransientError.Cluster.ReplicationFailure',
      message: MESSAGE,
    });

    cluster.cut.clear();
    cluster.elapse(3_000);
    expect(writeRefusalOf(cluster.peer('a').state)).toBeUndefined();
    cluster.peer('a').write();
    cluster.run();
    expect(cluster.peer('a').acknowledgedLsn).toBe(4);
    expect(cluster.peer('b').records).toEqual(cluster.peer('a').records);
  });

  test('has one epoch ended, and not one after the other while it is away', () => {
    const cluster = abortedCluster();

    cluster.elapse(30_000);

    expect(cluster.assignment.epoch).toBe(2);
  });

  test('has nothing aborted before the coordinators have decided so', () => {
    const cluster = strictCluster();
    cluster.coordinatorsDown = true;
    cluster.cut.add('b');
    cluster.peer('a').write();
    cluster.elapse(4_000);
    expect(cluster.peer('a').state.aborting).toEqual({ afterLsn: 1, version: 1 });

    // It is there again and stores the write, but the question may have been answered already.
    cluster.cut.clear();
    cluster.elapse(3_000);

    expect(cluster.peer('b').lsn).toBe(2);
    expect(cluster.peer('a')).toMatchObject({ acknowledgedLsn: 1, aborted: [] });
  });

  test('has what MAIN found in its log at a restart kept: it may have been acknowledged', () => {
    const cluster = strictCluster();
    cluster.peer('a').write(2);
    cluster.run();
    cluster.cut.add('b');

    cluster.peer('a').restart();
    cluster.elapse(5_000);

    expect(cluster.peer('a').lsn).toBe(3);
    expect(cluster.asked.filter((question) => question.startsWith('abort'))).toEqual([]);
  });
});

test('what MAIN had asked to abort before it restarted is still not acknowledged', () => {
  const cluster = strictCluster();
  cluster.coordinatorsDown = true;
  cluster.cut.add('b');
  cluster.peer('a').write();
  cluster.elapse(4_000);

  cluster.peer('a').restart();
  cluster.cut.clear();
  cluster.elapse(1_000);
  expect(cluster.peer('a').state).toMatchObject({ acknowledgedLsn: 1, stored: { lsn: 2 } });

  cluster.coordinatorsDown = false;
  cluster.elapse(5_000);
  expect(cluster.peer('a').state).toMatchObject({ epoch: 2, acknowledgedLsn: 2, stored: { lsn: 2, epoch: 2 } });
  expect(cluster.peer('b').records).toEqual(cluster.peer('a').records);
});

test('a MAIN that hears from a replica that its epoch was aborted goes on when the coordinators say so too', () => {
  const cluster = strictCluster();
  const main = cluster.peer('a');
  main.write();
  cluster.run();
  cluster.cut.add('b');
  main.write(2);
  cluster.run();
  cluster.coordinatorsDown = true;
  cluster.elapse(4_000);
  const { assignment } = cluster;
  const { epoch, version } = assignment;
  const aborts = [{ epoch, afterLsn: 2 }];
  // They have decided, and their answer was lost.
  cluster.assignment = { ...assignment, epoch: epoch + 1, version: version + 1, aborts };
  cluster.cut.clear();
  cluster.assign('b');
  cluster.assign('c');

  main.restart();
  cluster.elapse(1_000);
  expect(main.state).toMatchObject({ role: 'none', epoch: 1, sealedEpoch: 1 });
  main.restart();
  cluster.coordinatorsDown = false;
  cluster.assign('a');
  cluster.elapse(1_000);

  expect(main.state).toMatchObject({ role: 'main', epoch: 2, acknowledgedLsn: 3, stored: { lsn: 3, epoch: 2 } });
  expect(main.aside.map(({ lsn, epoch: ofEpoch }) => [lsn, ofEpoch])).toEqual([
    [3, 1],
    [4, 1],
  ]);
  expect(cluster.peer('b').records).toEqual(main.records);
});

test('but not with less than what stays', () => {
  const cluster = strictCluster();
  const main = cluster.peer('a');
  main.write(3);
  cluster.run();
  const { assignment } = cluster;
  const { epoch, version } = assignment;
  cluster.assignment = { ...assignment, epoch: epoch + 1, version: version + 1, aborts: [{ epoch, afterLsn: 4 }] };
  main.records.pop();
  if (main.persisted) main.persisted = { ...main.persisted, acknowledgedLsn: main.lsn };
  main.restart();

  cluster.assign('a');

  expect(main.state.epoch).toBe(1);
});

test('a strict replica that becomes MAIN cuts off what was aborted', () => {
  const cluster = strictCluster();
  cluster.peer('a').write();
  // b stores the write, and its answer is lost.
  const toReplica = cluster.questions.filter(({ effect }) => effect.to.name === 'b');
  for (const question of toReplica) cluster.answer(question);
  cluster.questions = [];
  cluster.cut.add('b');
  cluster.elapse(9_000);
  expect(cluster.peer('a').aborted).toHaveLength(1);
  expect(cluster.peer('b').lsn).toBe(2);

  cluster.cut = new Set(['a']);
  cluster.failOver('b');
  cluster.run();

  expect(cluster.peer('b').records.map(({ lsn, epoch }) => [lsn, epoch])).toEqual([
    [1, 1],
    [2, 3],
  ]);
  expect(cluster.peer('b').aside.map(({ lsn, epoch }) => [lsn, epoch])).toEqual([[2, 1]]);
});

test('a MAIN whose other strict replica is away takes no writes, and acknowledges nothing', () => {
  const cluster = strictCluster();
  cluster.cut.add('a');

  cluster.failOver('b');
  cluster.elapse(6_000);

  expect(cluster.peer('b')).toMatchObject({ role: 'main', acknowledgedLsn: 0 });
  expect(writeRefusalOf(cluster.peer('b').state)?.message).toContain("STRICT_SYNC replica 'a'");

  cluster.cut.clear();
  cluster.assign('a');
  cluster.elapse(6_000);
  expect(writeRefusalOf(cluster.peer('b').state)).toBeUndefined();
  expect(cluster.peer('b').acknowledgedLsn).toBe(cluster.peer('b').lsn);
});
