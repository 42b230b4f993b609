import { describe, expect, test } from 'vitest';
import { assignmentOf, TestCluster } from './cluster.ts';

const SYNCHRONOUS = assignmentOf().instances.map((instance) => ({ ...instance, mode: 'SYNC' as const }));

describe('a replica joins the in-sync set', () => {
  // Found by the simulation: MAIN had stored none of its last acknowledgements, took the lagging replica for level, and
  // the next failover made that one MAIN.
  test('only with all that a restarted MAIN may have acknowledged, though its storage knows of less', () => {
    const instances = SYNCHRONOUS.slice(0, 2);
    const cluster = TestCluster.started(assignmentOf({ instances }), { saveEveryMs: 1_000_000 });
    const [main, replica] = [cluster.peer('a'), cluster.peer('b')];
    cluster.cut.add('b');
    main.write(3);
    cluster.elapse(5_000);
    const acknowledged = main.acknowledgedLsn;
    cluster.cut.delete('b');

    cluster.questions = [];
    main.restart();
    main.do({ type: 'activity' });
    const isJoining = () => cluster.questions.some(({ effect }) => effect.message.body.type === 'changeInSync');
    for (let turn = 0; turn < 20 && !isJoining(); turn++) {
      const position = cluster.questions.findIndex(({ effect }) => effect.to.kind === 'instance');
      if (position >= 0) cluster.pass(cluster.questions.splice(position, 1)[0]);
    }

    expect(acknowledged).toBe(4);
    expect(isJoining()).toBe(true);
    expect(replica.lsn).toBe(acknowledged);
  });

  // Found by the simulation: the first one in the list waited for the other's answer, and the other was not asked for again.
  test('though an earlier question about another one was never answered', () => {
    const cluster = TestCluster.started(assignmentOf({ instances: SYNCHRONOUS, inSync: ['a'] }));
    cluster.cut = new Set(['b', 'c']);
    cluster.peer('a').write();
    cluster.elapse(10_000);
    cluster.coordinatorsDown = true;
    cluster.cut.delete('c');
    cluster.elapse(4_000);
    const asked = cluster.peer('a').state.asked?.name;

    cluster.cut.delete('b');
    cluster.elapse(4_000);
    cluster.coordinatorsDown = false;
    cluster.peer('a').write();
    cluster.elapse(10_000);

    expect(asked).toBe('c');
    expect([...cluster.assignment.inSync].sort()).toEqual(['a', 'b', 'c']);
  });
});
