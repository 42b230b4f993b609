import { assert, broken } from '../assert.ts';
import { Changes } from './changes.ts';
import { Claims, Guard } from './claims.ts';
import { ConstraintCheck } from './constraint-check.ts';
import type { Constraints } from './constraints.ts';
import type { Delta, Note, Transaction } from './delta.ts';
import { GraphState } from './graph-state.ts';
import { ALL_TYPES, type Direction, type GraphView, type Snapshot } from './graph-view.ts';
import type { Indexes } from './indexes.ts';
import { notesOf } from './notes.ts';
import { OPEN, type Stamp } from './stamp.ts';
import { StoreView } from './store-view.ts';
import type { Tokens } from './tokens.ts';
import { type Chains, VersionStore } from './version-store.ts';
import { type TransactionBounds, WriteTransaction } from './write-transaction.ts';
import { Writer, type WriterParts } from './writer.ts';

export interface GraphStoreOptions {
  /** A change is refused once the store holds more than this many bytes. Without it there is no bound. */
  readonly memoryBytesMax?: number | undefined;
}

/** Nodes of a label that averageDegree looks at. */
const DEGREE_SAMPLES = 200;

/**
 * One graph in memory: its newest state, the versions that readers may still ask for, and at most one open writer.
 * Deterministic: the same transactions in the same order give the same graph.
 */
export class GraphStore {
  readonly tokens: Tokens;
  readonly indexes: Indexes;
  readonly constraints: Constraints;
  /** The newest state, an open writer's changes included. */
  readonly newest: GraphView;
  readonly #state: GraphState;
  readonly #versions: VersionStore;
  readonly #changes: Changes;
  readonly #writerParts: WriterParts;
  #acknowledgedLsn: number;
  /** No snapshot can be opened below this lsn: what it would need has been collected. */
  #collectedLsn: number;
  /** The lsns at which snapshots are open, and the one at which the last was opened. */
  #pins: Pin[] = [];
  readonly #claims = new Claims();
  /** The transaction of several statements whose changes were last in the columns, where they may be still. */
  #inPlace: WriteTransaction | undefined;

  /** An empty graph at lsn 0, or one that a restore has filled. */
  constructor(options: GraphStoreOptions = {}, restored?: { readonly state: GraphState; readonly lsn: number }) {
    const lsn = restored?.lsn ?? 0;
    this.#state = restored?.state ?? new GraphState();
    this.#versions = new VersionStore(this.#state.memory);
    this.#changes = new Changes(this.#state, this.#versions, lsn);
    this.#acknowledgedLsn = lsn;
    this.#collectedLsn = lsn;
    this.tokens = this.#state.tokens;
    this.indexes = this.#state.indexes;
    this.constraints = this.#state.constraints;
    this.newest = new StoreView(this.#state, this.#versions, OPEN);
    this.#writerParts = {
      state: this.#state,
      versions: this.#versions,
      changes: this.#changes,
      view: this.newest,
      check: new ConstraintCheck(this.#state, this.newest),
      memoryBytesMax: options.memoryBytesMax ?? Number.POSITIVE_INFINITY,
      guard: undefined,
    };
  }

  /** The last committed or applied transaction; 0 before the first. */
  get lsn(): number {
    return this.#changes.lsn;
  }

  /** Up to where readers are shown transactions. */
  get acknowledgedLsn(): number {
    return this.#acknowledgedLsn;
  }

  /** Bytes that the store holds, versions included: counted, not measured. */
  get memoryBytes(): number {
    return this.#state.memory.bytes;
  }

  /** Of these, what is kept for those who read an older state. */
  get versionBytes(): number {
    return this.#versions.bytes;
  }

  get nodeCount(): number {
    return this.#state.nodes.ids.count;
  }

  get relationshipCount(): number {
    return this.#state.relationships.ids.count;
  }

  /** How many nodes have a label in the newest state. */
  labelCount(label: number): number {
    return this.#state.labels.count(label);
  }

  /** How many relationships have a type in the newest state. */
  relationshipTypeCount(type: number): number {
    return this.#state.relationships.typeCount(type);
  }

  /**
   * How many relationships an expansion gives on average, in the newest state: exact over all nodes, from evenly spread
   * samples over the nodes of a label.
   */
  averageDegree(type: number, direction: Direction, label?: number): number {
    if (label !== undefined) return this.#sampledDegree(type, direction, label);
    const relationships = type === ALL_TYPES ? this.relationshipCount : this.relationshipTypeCount(type);
    return this.nodeCount === 0 ? 0 : (relationships * (direction === 'both' ? 2 : 1)) / this.nodeCount;
  }

  /** Opens the write transaction; none but those of `openTransaction` are open. */
  begin(): Writer {
    this.#giveWay();
    this.#changes.begin();
    const parts = this.#writerParts;
    return new Writer(
      this.#claims.isEmpty ? parts : { ...parts, guard: new Guard(this.#claims, this.#state.memory, this.#versions) },
    );
  }

  /** Opens a transaction of several statements, which reads at the acknowledged lsn. Others may write between its statements. */
  openTransaction(bounds: TransactionBounds): WriteTransaction {
    const pin = this.pin();
    const stamp: Stamp = { lsn: OPEN };
    const sight = { lsn: pin.lsn, own: stamp };
    const guard = new Guard(this.#claims, this.#state.memory, this.#versions, sight);
    const view = new StoreView(this.#state, this.#versions, pin.lsn, stamp);
    const transaction = new WriteTransaction({
      parts: { ...this.#writerParts, guard },
      guard,
      pin,
      bounds,
      giveWay: () => this.#giveWay(),
      begin: () => {
        this.#changes.begin(stamp);
        this.#inPlace = transaction;
        // What nobody has changed since is read without looking for versions.
        return this.lsn === pin.lsn ? this.newest : view;
      },
    });
    return transaction;
  }

  /**
   * What the log is to say beside the deltas of the transaction that is about to be committed, to those who follow the changes: nothing
   * unless they are captured. Times in milliseconds since 1970.
   */
  notesOn(deltas: readonly Delta[], times: { readonly startMs: number; readonly commitMs: number }): Note[] {
    const mode = this.#state.options.captureMode;
    if (mode === 'OFF') return [];
    return notesOf(deltas, new StoreView(this.#state, this.#versions, this.lsn), { mode, ...times });
  }

  /** Makes the changes of the transaction that follows the last one: on a REPLICA, and of one that is not acknowledged in recovery. */
  apply(transaction: Transaction): void {
    this.#giveWay();
    this.#apply(transaction, true);
  }

  /** The same in recovery for one that is acknowledged: nobody can read what was before it, so nothing of that is kept. */
  replay(transaction: Transaction): void {
    const isRead = this.#pins.some((pin) => pin.count > 0);
    assert(!isRead && this.#acknowledgedLsn === this.lsn, 'somebody may read what was before');
    this.#apply(transaction, false);
    this.acknowledge(transaction.lsn);
  }

  #apply(transaction: Transaction, keepsVersions: boolean): void {
    assert(transaction.lsn === this.lsn + 1, `transaction ${transaction.lsn} does not follow ${this.lsn}`);
    this.#changes.begin({ lsn: OPEN }, keepsVersions);
    for (const delta of transaction.deltas) this.#changes.apply(delta);
    this.#changes.commit();
  }

  /**
   * Goes on populating indexes: looks at about `entities`, and puts those online that are complete, unless a transaction is open.
   * Then does what indexes have put off. True while there is more to do.
   */
  populateIndexes(entities: number): boolean {
    const { indexes } = this.#state;
    let left = entities;
    for (let index = indexes.nextToPopulate(); index && left > 0; index = indexes.nextToPopulate()) {
      left -= 1 + this.#state.populate(index, left);
    }
    // A transaction that waits for its next statement is not to keep an index from readers for as long as it waits.
    if (indexes.areUnfinished && this.#inPlace?.isIdle) this.#giveWay();
    if (!this.#changes.isOpen) indexes.finish(this.lsn);
    for (let index = indexes.nextWithBacklog(); index && left > 0; index = indexes.nextWithBacklog()) {
      left -= index.workOff(left);
    }
    return indexes.nextToPopulate() !== undefined || indexes.nextWithBacklog() !== undefined;
  }

  /** Lets readers see transactions up to an lsn. Takes a lower one than before as old news. */
  acknowledge(lsn: number): void {
    if (lsn > this.lsn) broken(`lsn ${lsn} is not committed`);
    if (lsn <= this.#acknowledgedLsn) return;
    this.#acknowledgedLsn = lsn;
    this.#collect();
  }

  /** A view of the graph at an lsn, by default the acknowledged one. It holds versions back until it is closed. */
  openSnapshot(lsn: number = this.#acknowledgedLsn): Snapshot {
    const pin = this.pin(lsn);
    return new StoreSnapshot(this.#state, this.#versions, pin);
  }

  /**
   * The same for many: all that pin an lsn read through one view. It holds versions back until each of them has released it.
   */
  pin(lsn: number = this.#acknowledgedLsn): Pin {
    if (lsn < this.#collectedLsn || lsn > this.lsn) broken(`the versions of lsn ${lsn} are not there`);
    const pin = this.#pinAt(lsn);
    pin.count += 1;
    return pin;
  }

  /** The sum over all that is committed, equal on every instance at an equal lsn; see checksum.ts. */
  checksum(): bigint {
    return new StoreView(this.#state, this.#versions, this.lsn).checksum();
  }

  /** Most snapshots are opened where the one before was, so the pin of the last one is kept even when it has been closed. */
  #pinAt(lsn: number): Pin {
    const last = this.#pins.at(-1);
    if (last?.lsn === lsn) return last;
    const pin = this.#pins.find((other) => other.lsn === lsn) ?? this.#newPin(lsn);
    this.#pins = this.#pins.filter((other) => other !== pin && other.count > 0);
    this.#pins.push(pin);
    return pin;
  }

  #newPin(lsn: number): Pin {
    return new Pin(new StoreView(this.#state, this.#versions, lsn), () => this.#collect());
  }

  /** Takes the changes of a transaction that waits for its next statement out of the columns. */
  #giveWay(): void {
    const transaction = this.#inPlace;
    this.#inPlace = undefined;
    if (transaction?.isOpen) transaction.giveWay();
  }

  /** Drops the versions that neither an open snapshot nor one opened from now on can ask for. */
  #collect(): void {
    let lsn = this.#acknowledgedLsn;
    for (const pin of this.#pins) if (pin.count > 0) lsn = Math.min(lsn, pin.lsn);
    if (lsn <= this.#collectedLsn) return;
    this.#collectedLsn = lsn;
    this.#versions.collect(lsn, (chains, entity) => this.#idsOf(chains).release(entity));
    this.#state.indexes.collect(lsn);
    this.#state.constraints.collect(lsn);
    this.#state.options.collect(lsn);
  }

  #idsOf(chains: Chains) {
    return chains === this.#versions.nodes ? this.#state.nodes.ids : this.#state.relationships.ids;
  }

  #sampledDegree(type: number, direction: Direction, label: number): number {
    const nodes = this.#state.labels.nodesOf(label);
    const limit = nodes.words.length * 32;
    let samples = 0;
    let sum = 0;
    for (let sample = 0, last = -1; sample < DEGREE_SAMPLES; sample += 1) {
      const node = nodes.next(Math.max(last + 1, Math.floor((sample * limit) / DEGREE_SAMPLES)));
      if (node === -1) break;
      last = node;
      samples += 1;
      sum += this.newest.degree(node, direction, type);
    }
    return samples === 0 ? 0 : sum / samples;
  }
}

/** What holds the versions of an lsn back. */
export class Pin {
  readonly view: GraphView;
  /** How many read there. */
  count = 0;
  readonly #released: () => void;

  /** `released`: to be called when the count has come to 0. */
  constructor(view: GraphView, released: () => void) {
    this.view = view;
    this.#released = released;
  }

  get lsn(): number {
    return this.view.lsn;
  }

  /** Once for each time that it was pinned. */
  release(): void {
    this.count -= 1;
    if (this.count === 0) this.#released();
  }
}

class StoreSnapshot extends StoreView implements Snapshot {
  #pin: Pin | undefined;

  constructor(state: GraphState, versions: VersionStore, pin: Pin) {
    super(state, versions, pin.lsn);
    this.#pin = pin;
  }

  close(): void {
    this.#pin?.release();
    this.#pin = undefined;
  }
}
