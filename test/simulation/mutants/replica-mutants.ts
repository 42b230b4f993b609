/** Bugs of a REPLICA: what it stores, what it says that it has stored, and what it remembers. */
import type { InstanceEffect, InstanceEvent } from '../../../core/replication/instance-event.ts';
import type { AppendRequest } from '../../../core/replication/message.ts';
import { instanceMutant, type Mutant } from './mutant.ts';

/** The records that MAIN sends with this event; undefined when it is another one. */
function appendOf(event: InstanceEvent): AppendRequest | undefined {
  return event.type === 'request' && event.request.body.type === 'append' ? event.request.body : undefined;
}

/** Some of what the machine wants done is not done, or otherwise. */
function does(change: (effect: InstanceEffect, event: InstanceEvent) => readonly InstanceEffect[]) {
  return instanceMutant((handle) => (state, event, log) => {
    const step = handle(state, event, log);
    return { ...step, effects: step.effects.flatMap((effect) => change(effect, event)) };
  });
}

/** Records after a gap are taken as if the ones before were there. */
const fillsNoGaps = instanceMutant((handle) => (state, event, log) => {
  const append = appendOf(event);
  if (append === undefined || append.previousLsn <= state.stored.lsn) return handle(state, event, log);
  const { previousLsn: lsn, previousHash: hash } = append;
  return handle({ ...state, stored: { ...state.stored, lsn, hash } }, event, log);
});

/** What comes twice is stored twice. */
const storesTwice = does((effect, event) => {
  const append = appendOf(event);
  return effect.type === 'appendWal' && append !== undefined ? [{ ...effect, records: append.records }] : [effect];
});

/** The hash of the record before is not compared: a log that branched off is gone on with. */
const comparesNoHashes = instanceMutant((handle) => (state, event, log) => {
  const append = appendOf(event);
  if (append === undefined || event.type !== 'request') return handle(state, event, log);
  const own = append.previousLsn === state.stored.lsn ? state.stored : log.at(append.previousLsn);
  const body = { ...append, previousHash: own?.hash ?? append.previousHash };
  return handle(state, { ...event, request: { ...event.request, body } }, log);
});

/** What is refused because something before it is missing is confirmed all the same. */
const confirmsGaps = does((effect, event) => {
  const append = appendOf(event);
  if (append === undefined || effect.type !== 'reply' || effect.message.body.type !== 'appended') return [effect];
  const { body } = effect.message;
  if (body.outcome !== 'gap') return [effect];
  const stored = { ...body.stored, lsn: append.previousLsn + append.records.length };
  return [{ ...effect, message: { ...effect.message, body: { ...body, outcome: 'stored' as const, stored } } }];
});

/** The tail that a new MAIN does not have stays in the log. */
const keepsItsTail = does((effect) => (effect.type === 'truncateAfter' ? [] : [effect]));

/** The promise to take nothing more from an epoch is kept in memory only. */
const sealIsNotStored = does((effect, event) => {
  const isSeal = event.type === 'request' && event.request.body.type === 'seal';
  return isSeal && effect.type === 'persistState' ? [] : [effect];
});

/** Records of a new epoch are stored, and the epoch is not. */
const epochIsNotStored = does((effect, event) => {
  return appendOf(event) !== undefined && effect.type === 'persistState' ? [] : [effect];
});

/** Readers see what is stored, and not only what is acknowledged. */
const showsWhatIsStored = does((effect, event) => {
  const last = effect.type === 'appendWal' ? effect.records.at(-1) : undefined;
  return last !== undefined && appendOf(event) !== undefined
    ? [effect, { type: 'setVisible', lsn: last.lsn }]
    : [effect];
});

/** A replica that feeds another one tells it that all is acknowledged. */
const passesOnTooMuch = instanceMutant((handle) => (state, event, log) => {
  const step = handle(state, event, log);
  const effects = step.effects.map((effect) => {
    if (effect.type !== 'send' || effect.message.body.type !== 'append') return effect;
    const { body } = effect.message;
    if (body.main === undefined) return effect;
    const message = { ...effect.message, body: { ...body, acknowledgedLsn: step.state.stored.lsn } };
    // Only what goes to an instance is an append.
    return { ...effect, message } as typeof effect;
  });
  return { ...step, effects };
});

/** A chunk of a snapshot is confirmed and not kept. */
const losesChunks = does((effect) => (effect.type === 'storeSnapshotChunk' && effect.chunk > 0 ? [] : [effect]));

/** A start does not look at whether the log is whole. */
const startsWithDamage = instanceMutant((handle) => (state, event, log) => {
  if (event.type !== 'loaded' || event.damage === undefined || event.persisted === undefined)
    return handle(state, event, log);
  const acknowledgedLsn = Math.min(event.persisted.acknowledgedLsn, event.position.lsn);
  return handle(state, { ...event, damage: undefined, persisted: { ...event.persisted, acknowledgedLsn } }, log);
});

export const REPLICA_MUTANTS: readonly Mutant[] = [
  { name: 'stores records after a gap', found: /breaks: lsn/, options: fillsNoGaps },
  { name: 'stores a record twice', found: /breaks: lsn/, options: storesTwice },
  {
    name: 'continues a log that branched off',
    seed: 3,
    found: /does not continue the chain|does not hold|holds what this instance has written/,
    options: comparesNoHashes,
  },
  {
    name: 'confirms records that it refused',
    found: /in sync or strict, does not hold|holds what this instance has written/,
    options: confirmsGaps,
  },
  {
    name: 'keeps the tail that the new MAIN does not have',
    seed: 5,
    found: /breaks: lsn|was committed after/,
    options: keepsItsTail,
  },
  { name: 'does not store that an epoch is sealed', found: /having told more/, options: sealIsNotStored },
  { name: 'does not store the epoch that it follows', found: /having told more/, options: epochIsNotStored },
  { name: 'shows readers what is not acknowledged', found: /which nobody acknowledged/, options: showsWhatIsStored },
  {
    name: 'passes on as acknowledged what is only stored',
    found:
      /which nobody acknowledged|was not acknowledged|without the acknowledged|but lsn \d+ was acknowledged|answers a fresh read/,
    options: passesOnTooMuch,
  },
  { name: 'loses chunks of a snapshot', found: /a snapshot that is not whole/, options: losesChunks },
  {
    name: 'starts with a damaged log as if it were whole',
    found: /without the acknowledged transaction|does not hold/,
    options: startsWithDamage,
  },
];
