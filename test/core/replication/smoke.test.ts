import { expect, test } from 'vitest';
import { TestCluster } from './cluster.ts';

test('smoke', () => {
  const c = TestCluster.started();
  const a = c.peer('a');
  console.log(a.role, a.lsn, a.acknowledgedLsn, c.peer('b').lsn, c.peer('c').lsn, c.peer('b').visibleLsn);
  a.write(3);
  c.run();
  console.log(a.lsn, a.acknowledgedLsn, c.peer('b').visibleLsn, c.peer('c').visibleLsn, a.notified);
  c.elapse(12_000);
  console.log(a.state.main?.silent, a.state.tickAtMs, c.asked.join());
  expect(a.acknowledgedLsn).toBe(4);
});
