/** A cluster that nobody asks costs nothing: no message, no row, no timer. And the first request wakes it. */
import { afterAll, describe, expect, test } from 'vitest';
import { World } from './world.ts';

const HOUR_MS = 3_600_000;

/** A database with some writes, and then nobody for half a minute. Settings as in production, but for silence, which comes sooner. */
function quietWorld(seed: number): World {
  const world = new World(seed, { variant: ['SYNC', 'SYNC', 'ASYNC'] });
  world.create();
  for (const client of world.clients) client.start();
  world.schedule.elapse(10_000);
  for (const client of world.clients) client.writing = false;
  world.schedule.elapse(30_000);
  return world;
}

const seeds = [2, 4, 6, 8, 10];

/** How long the first write took after the hour, in milliseconds, the client's own pause left out. */
const wakeUpsMs: number[] = [];
afterAll(() => console.log(`the first write after an hour of silence took ${wakeUpsMs.join(', ')} ms`));

describe('an hour in which nobody asks anything', () => {
  test.each(seeds)('has no message, no storage row and no event, seed %i', (seed) => {
    const world = quietWorld(seed);
    const before = { sent: world.network.sent, rows: world.storageWrites, events: world.trace.eventCount };

    world.schedule.elapse(HOUR_MS);

    expect(before.rows).toBeGreaterThan(0);
    expect({ sent: world.network.sent, rows: world.storageWrites, events: world.trace.eventCount }).toEqual(before);
  });

  test.each(seeds)('ends with a write that is acknowledged within half a second, seed %i', (seed) => {
    const world = quietWorld(seed);
    world.schedule.elapse(HOUR_MS);

    const tookMs = firstWriteMs(world);

    wakeUpsMs.push(Math.round(tookMs));
    // To MAIN; its lease from the leader, who asks his group first; the records to the replicas: one way is up to 40 ms.
    expect(tookMs).toBeLessThan(500);
  });

  test.each(seeds)('ends also when everybody has lost his memory in it, after an election, seed %i', (seed) => {
    const world = quietWorld(seed);
    for (const object of world.objects()) {
      object.crash();
      object.restart();
    }
    world.schedule.elapse(HOUR_MS);

    expect(firstWriteMs(world)).toBeLessThan(8_000);
  });
});

/** From the moment in which a client begins to write until it is told that it is done, in virtual milliseconds. */
function firstWriteMs(world: World): number {
  const okBefore = world.counts.ok;
  const [client] = world.clients;
  if (client === undefined) throw new Error('there are no clients');
  const pendingBefore = client.outcomes.size;
  client.writing = true;
  client.start();
  while (client.outcomes.size === pendingBefore && world.schedule.step());
  const startedMs = world.schedule.nowMs;
  while (world.counts.ok === okBefore && world.schedule.step());
  return world.schedule.nowMs - startedMs;
}
