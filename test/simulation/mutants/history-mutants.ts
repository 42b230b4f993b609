/** Bugs that no invariant of the machines shows: only what clients were told, put together, does. */
import type { Transaction } from '../../../core/graph/delta.ts';
import { GraphStore } from '../../../core/graph/graph-store.ts';
import type { Snapshot } from '../../../core/graph/graph-view.ts';
import { bookmarkAt } from '../../../core/replication/bookmark.ts';
import { LiveQueries, type LiveStatement, type LiveSubscriber } from '../../../durable/live-queries.ts';
import { GivingUpWorld } from '../giving-up.ts';
import { Invariants } from '../invariants.ts';
import { type Machines, PRODUCTION, type WorldOptions } from '../world.ts';
import { instanceMutant, type Mutant } from './mutant.ts';

function inHistories(options: Partial<WorldOptions>): Partial<WorldOptions> {
  return { ...options, hasHistories: true };
}

function bookmarkMutant(checkBookmark: Machines['checkBookmark']): Partial<WorldOptions> {
  return inHistories({ machines: { ...PRODUCTION, checkBookmark } });
}

/** Bookmarks are compared as text, in which lsn 9 comes after lsn 10. */
const comparesText = bookmarkMutant((state, text) => {
  const own = bookmarkAt(state, state.acknowledgedLsn);
  return own !== undefined && text <= own ? { type: 'reached' } : PRODUCTION.checkBookmark(state, text);
});

/** A replica does not wait until it has reached a bookmark. */
const waitsForNothing = bookmarkMutant((state, text) => {
  const check = PRODUCTION.checkBookmark(state, text);
  return check.type === 'waiting' ? { type: 'reached' } : check;
});

/** A bookmark of what was lost is taken for one that has been reached. */
const forgivesLosses = bookmarkMutant((state, text) => {
  const check = PRODUCTION.checkBookmark(state, text);
  return check.type === 'lostTail' ? { type: 'reached' } : check;
});

/** A bookmark of an epoch that has not come here yet is taken for one of what was lost. */
const knowsNoLaterEpochs = bookmarkMutant((state, text) => {
  const check = PRODUCTION.checkBookmark(state, text);
  const isOfLater = check.type === 'waiting' && check.lsn <= state.stored.lsn;
  return isOfLater ? { type: 'lostTail', forkLsn: state.stored.lsn } : check;
});

/** A replica appends to its log, and leaves its graph as it is. */
const appliesNothing = inHistories(
  instanceMutant((handle) => (state, event, log) => {
    const step = handle(state, event, log);
    return { ...step, effects: step.effects.filter(({ type }) => type !== 'apply') };
  }),
);

function storeMutant(store: typeof GraphStore): Partial<WorldOptions> {
  return inHistories({ machines: { ...PRODUCTION, store } });
}

/** Of a transaction that changes two things, a replica makes one change. */
const appliesByHalf = storeMutant(
  class extends GraphStore {
    override apply(transaction: Transaction): void {
      const { deltas } = transaction;
      super.apply(deltas.length === 2 ? { ...transaction, deltas: deltas.slice(0, 1) } : transaction);
    }
  },
);

/** Readers see what is in the graph, acknowledged or not. */
const showsWhatIsOpen = storeMutant(
  class extends GraphStore {
    override openSnapshot(lsn = this.lsn): Snapshot {
      return super.openSnapshot(lsn);
    }
  },
);

function liveMutant(liveQueries: typeof LiveQueries): Partial<WorldOptions> {
  return inHistories({ machines: { ...PRODUCTION, liveQueries } });
}

/** A subscription that slept is taken up again one transaction too far on. */
const resumesTooFar = liveMutant(
  class extends LiveQueries {
    override wake(live: LiveStatement, subscriber: LiveSubscriber, lsn: number): void {
      super.wake(live, subscriber, lsn + 1);
    }
  },
);

/** Now and then subscriptions do not hear of a transaction. */
const missesSome = liveMutant(
  class extends LiveQueries {
    override note(transaction: Transaction): void {
      if (transaction.lsn % 5 > 0) super.note(transaction);
    }
  },
);

/** Subscriptions do not hear that the graph has been replaced by another one. */
const keepsOldGraphs = liveMutant(
  class extends LiveQueries {
    override graphReplaced(): void {}
  },
);

/** A linearizable read is answered without asking anybody. The invariant about such reads is not looked at. */
const asksNobody = inHistories({
  ...instanceMutant((handle) => (state, event, log) => {
    if (event.type !== 'freshRead') return handle(state, event, log);
    return { state, effects: [{ type: 'readReady', ids: [event.id] }] };
  }),
  invariantsOf: (world) => new OfNoReads(world),
});

class OfNoReads extends Invariants {
  override readFresh(): void {}
}

export const HISTORY_MUTANTS: readonly Mutant[] = [
  {
    name: 'compares bookmarks as text',
    seed: 12,
    found: /after a bookmark|seen before|was at lsn/,
    options: comparesText,
  },
  {
    name: 'reads at a replica that is behind its bookmark',
    found: /after a bookmark|seen before|was at lsn/,
    options: waitsForNothing,
  },
  {
    name: 'takes a bookmark of what was lost for one that has been reached',
    found: /after a bookmark|seen before|was at lsn/,
    options: forgivesLosses,
    worldOf: (seed, options) => new GivingUpWorld(seed, options),
  },
  {
    name: 'takes a bookmark of a later epoch for one of what was lost',
    found: /of bookmarks .* none is/,
    options: knowsNoLaterEpochs,
  },
  {
    name: 'stores records and does not apply them',
    found: /after a bookmark|seen before|was at lsn|graphs|does not follow/,
    options: appliesNothing,
  },
  {
    name: 'answers a linearizable read without asking',
    seed: 106,
    found: /register: . is not linearizable/,
    options: asksNobody,
  },
  { name: 'applies a transaction by half', found: /bank: .* sees \d+ in all/, options: appliesByHalf },
  {
    name: 'reads what is not acknowledged',
    found: /sessions: .* was lost|was shown, and is not there|is not linearizable/,
    options: showsWhatIsOpen,
  },
  {
    name: 'takes a subscription up again one transaction too far on',
    seed: 1,
    found: /subscriptions: .* (where the answer is|is told what came after|was at lsn)/,
    options: resumesTooFar,
  },
  {
    name: 'does not tell subscriptions of every transaction',
    seed: 2,
    found: /subscriptions: .* where the answer is/,
    options: missesSome,
  },
  {
    name: 'keeps subscriptions on a graph that has been replaced',
    seed: 16,
    found: /subscriptions: .*|asserts|become level/,
    options: keepsOldGraphs,
    worldOf: (seed, options) => new GivingUpWorld(seed, options),
  },
  {
    name: 'sends again what may have been done',
    found: /is not linearizable|which failed|duplicate|though \d+ was written at/,
    options: inHistories({ retriesUnknown: true }),
  },
];
