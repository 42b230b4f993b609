/**
 * An instance of a bench: the production machine, graph, records and rows, and no object. Its storage is an array: what a disk takes is
 * measured elsewhere.
 */
import { GraphStore } from '../../core/graph/graph-store.ts';
import type { Writer } from '../../core/graph/writer.ts';
import { handle } from '../../core/replication/instance.ts';
import type { InstanceEffect, InstanceEvent } from '../../core/replication/instance-event.ts';
import { type InstanceState, initialState } from '../../core/replication/instance-state.ts';
import type { LogPosition, LogReader, SnapshotDescription } from '../../core/replication/log.ts';
import type { InstanceReply, InstanceRequest } from '../../core/replication/message.ts';
import { decodeManifest } from '../../core/wal/manifest.ts';
import { decodeRecord, type EncodedRecord, encodeRecord, GENESIS } from '../../core/wal/record.ts';
import { restoreSnapshot } from '../../core/wal/restore-snapshot.ts';
import { packRows } from '../../core/wal/row.ts';
import { segmentText } from '../../core/wal/segment.ts';
import { SegmentChanges } from '../../core/wal/segment-changes.ts';
import { SnapshotEncoder } from '../../core/wal/snapshot.ts';
import type { Links } from './links.ts';

/** Ids encoded in one turn, as an instance does it. */
const SLICE_IDS = 8_192;

type Happening<Event> = Event extends unknown ? Omit<Event, 'nowMs'> : never;

interface Snapshot {
  readonly description: SnapshotDescription;
  /** The manifest, then the segments' parts in its order. */
  readonly chunks: readonly Uint8Array[];
}

export class BenchInstance implements LogReader {
  readonly name: string;
  readonly region: string;
  store = new GraphStore();
  /** Rows written: of the log, of the small record, of a snapshot that arrives. */
  rows = 0;
  deltas = 0;
  /** Time spent here, in milliseconds of the real clock. */
  busyMs = 0;
  acknowledgedLsn = 0;
  readonly #links: Links;
  #state: InstanceState;
  #records: EncodedRecord[] = [];
  /** Before the first record. */
  #base: LogPosition = GENESIS;
  #snapshot: Snapshot | undefined;
  #arriving: Uint8Array[] = [];
  #reply: InstanceReply | undefined;
  #tickId = 0;
  /** Records of the epoch that effects have begun: they follow when the effects of the step have been carried out. */
  #begun: EncodedRecord | undefined;

  constructor(links: Links, name: string, region: string) {
    this.#links = links;
    this.name = name;
    this.region = region;
    this.#state = initialState({ name, region });
    this.handle({ type: 'loaded', persisted: undefined, position: GENESIS, history: [], damage: undefined });
  }

  get last(): LogPosition {
    return this.#records.at(-1) ?? this.#base;
  }

  handle(event: Happening<InstanceEvent>): void {
    const startedMs = performance.now();
    // The union's members each lack just this field.
    const timed = { ...event, nowMs: this.#links.nowMs } as InstanceEvent;
    const { state, effects } = handle(this.#state, timed, this);
    this.#state = state;
    for (const effect of effects) this.#carryOut(effect);
    this.busyMs += performance.now() - startedMs;
    const begun = this.#begun;
    this.#begun = undefined;
    if (begun) this.handle({ type: 'committed', records: [begun] });
  }

  answer(request: InstanceRequest): InstanceReply {
    this.handle({ type: 'request', request });
    const reply = this.#reply;
    this.#reply = undefined;
    if (reply === undefined) throw new Error('the machine did not answer');
    return reply;
  }

  /** Commits a group of transactions: one row, one message to each replica. */
  commit(group: readonly ((writer: Writer) => void)[]): void {
    const startedMs = performance.now();
    const { epoch } = this.#state;
    const records = group.map((change) => {
      const writer = this.store.begin();
      change(writer);
      const record = encodeRecord({
        epoch,
        lsn: this.store.lsn + 1,
        previousHash: this.last.hash,
        deltas: writer.deltas,
      });
      this.deltas += writer.deltas.length;
      writer.commit(epoch);
      this.#records.push(record);
      return record;
    });
    this.rows += packRows(records, { firstRow: this.rows + 1 }).length;
    this.busyMs += performance.now() - startedMs;
    this.handle({ type: 'committed', records });
  }

  /** Puts a snapshot in place of the log, so that a replica without anything needs it. Returns its bytes. */
  compact(): number {
    const position = this.last;
    const view = this.store.openSnapshot(position.lsn);
    const { history } = this.#state;
    const encoder = new SnapshotEncoder({
      view,
      position,
      epochHistory: history,
      changes: new SegmentChanges(),
      base: undefined,
    });
    const chunks = new Map<string, Uint8Array>();
    while (!encoder.manifest) {
      for (const { segment, part, bytes } of encoder.next(SLICE_IDS)) {
        chunks.set(`${segmentText(segment)}#${part}`, bytes);
      }
    }
    view.close();
    const inOrder = placesOf(encoder.manifest).map((place) => chunks.get(place) ?? new Uint8Array());
    const all = [encoder.manifest, ...inOrder];
    const description = { id: `snapshot-${position.lsn}`, position, history, chunkCount: all.length };
    this.#snapshot = { description, chunks: all };
    this.#base = position;
    this.#records = [];
    return all.reduce((sum, bytes) => sum + bytes.length, 0);
  }

  at(lsn: number): LogPosition | undefined {
    return lsn === this.#base.lsn ? this.#base : this.#records[lsn - this.#base.lsn - 1];
  }

  read(range: { fromLsn: number; throughLsn: number; bytesMax: number; recordsMax: number }): readonly EncodedRecord[] {
    const found: EncodedRecord[] = [];
    let bytesLeft = range.bytesMax;
    if (range.fromLsn <= this.#base.lsn) return found;
    for (let lsn = range.fromLsn; lsn <= range.throughLsn; lsn++) {
      const record = this.#records[lsn - this.#base.lsn - 1];
      if (record === undefined) break;
      if (found.length > 0 && (record.bytes.length > bytesLeft || found.length === range.recordsMax)) break;
      found.push(record);
      bytesLeft -= record.bytes.length;
    }
    return found;
  }

  snapshot(): SnapshotDescription | undefined {
    return this.#snapshot?.description;
  }

  snapshotChunk(id: string, chunk: number): Uint8Array | undefined {
    return this.#snapshot?.description.id === id ? this.#snapshot.chunks[chunk] : undefined;
  }

  #carryOut(effect: InstanceEffect): void {
    switch (effect.type) {
      case 'persistState':
        this.rows += 1;
        return;
      case 'appendWal':
        this.rows += packRows(effect.records, { firstRow: this.rows + 1 }).length;
        this.#records.push(...effect.records);
        return;
      case 'apply':
        for (const { bytes } of effect.records) this.store.apply(decodeRecord(bytes));
        return;
      case 'startEpoch': {
        const { epoch, lsn } = effect;
        const record = encodeRecord({ epoch, lsn, previousHash: this.last.hash, deltas: [] });
        this.store.apply({ epoch, lsn, deltas: [] });
        this.#records.push(record);
        this.#begun = record;
        return;
      }
      case 'storeSnapshotChunk':
        if (effect.chunk === 0) this.#arriving = [];
        this.#arriving.push(effect.bytes);
        this.rows += 1;
        return;
      case 'installSnapshot':
        return this.#install(effect.snapshot);
      case 'setVisible':
        this.store.acknowledge(Math.min(effect.lsn, this.store.lsn));
        return;
      case 'acknowledge':
        this.acknowledgedLsn = effect.upToLsn;
        if (effect.notifications.length > 0) throw new Error('a write was acknowledged without its SYNC replica');
        return;
      case 'send':
        return this.#links.send(this, effect);
      case 'reply':
        this.#reply = effect.message;
        return;
      case 'requestTick':
        return this.#requestTick(effect.atMs);
      case 'changeRole':
        return;
      default:
        throw new Error(`${this.name} wants ${effect.type}, which no bench should bring about`);
    }
  }

  #install({ position }: SnapshotDescription): void {
    const [manifest, ...parts] = this.#arriving;
    if (manifest === undefined) throw new Error('the snapshot has no manifest');
    const byPlace = new Map(placesOf(manifest).map((place, index) => [place, parts[index]]));
    this.store = restoreSnapshot(manifest, (segment, part) => byPlace.get(`${segmentText(segment)}#${part}`)).store;
    this.#base = position;
    this.#records = [];
    this.#arriving = [];
  }

  #requestTick(atMs: number | undefined): void {
    const id = ++this.#tickId;
    if (atMs === undefined) return;
    this.#links.after(Math.max(0, atMs - this.#links.nowMs), () => {
      if (id === this.#tickId) this.handle({ type: 'tick' });
    });
  }
}

function placesOf(manifest: Uint8Array): string[] {
  return decodeManifest(manifest).segments.flatMap(({ segment, parts }) =>
    Array.from({ length: parts }, (_, part) => `${segmentText(segment)}#${part}`),
  );
}
