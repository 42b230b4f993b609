/**
 * What the open transactions have changed, and so nobody else may: the first writer wins, and the second fails at once with an
 * error that drivers retry. Empty while no transaction of several statements is open, and then nobody asks.
 */
import { GraphError } from '../error.ts';
import { equivalenceKey } from '../value/equivalence.ts';
import type { StoredValue } from '../value/value.ts';
import { MAP_ENTRY_BYTES, type MemoryCounter, OBJECT_BYTES } from './memory.ts';
import { OPEN, type Sight, type Stamp } from './stamp.ts';
import type { Chains, VersionStore } from './version-store.ts';

/** An entry of a map, and what takes it back. */
const CLAIM_BYTES = MAP_ENTRY_BYTES + 2 * OBJECT_BYTES;

const NEWEST: Sight = { lsn: OPEN, own: undefined };

/** By what is claimed: the transaction that has claimed it. */
export class Claims {
  /** Nodes that are changed or deleted. */
  readonly nodes = new Map<number, Stamp>();
  readonly relationships = new Map<number, Stamp>();
  /** Of the nodes, those that are deleted. */
  readonly deleted = new Set<number>();
  /** Nodes that get a relationship: several transactions may add some. */
  readonly joined = new Map<number, Set<Stamp>>();
  /** Values that must be unique. */
  readonly keys = new Map<string, Stamp>();

  get isEmpty(): boolean {
    return this.nodes.size + this.relationships.size + this.joined.size + this.keys.size === 0;
  }
}

/** Watches over one writer: what others have claimed or, since its snapshot, changed is refused, and what is left is claimed. */
export class Guard {
  readonly #claims: Claims;
  readonly #memory: MemoryCounter;
  readonly #versions: VersionStore;
  readonly #sight: Sight;
  /** To be given back at the end. */
  readonly #given: (() => void)[] = [];

  /** `sight`: the transaction's; a writer that is committed before others write sees the newest state, and claims nothing. */
  constructor(claims: Claims, memory: MemoryCounter, versions: VersionStore, sight: Sight = NEWEST) {
    this.#claims = claims;
    this.#memory = memory;
    this.#versions = versions;
    this.#sight = sight;
  }

  /** How much it has claimed. */
  get count(): number {
    return this.#given.length;
  }

  changeNode(node: number): void {
    this.#claim(this.#claims.nodes, this.#versions.nodes, node, 'node');
  }

  changeRelationship(relationship: number): void {
    this.#claim(this.#claims.relationships, this.#versions.relationships, relationship, 'relationship');
  }

  /** The node is to have no relationships by now; `isJoined` tells whether it has some nevertheless, which others have made. */
  deleteNode(node: number, isJoined: boolean): void {
    this.changeNode(node);
    const { own } = this.#sight;
    const { joined, deleted } = this.#claims;
    for (const other of joined.get(node) ?? []) if (other !== own) throw conflict('node');
    if (isJoined) throw conflict('node');
    if (own === undefined || deleted.has(node)) return;
    deleted.add(node);
    this.#note(() => deleted.delete(node));
  }

  /** The node gets a relationship, which may not be if somebody deletes it or has deleted it. */
  joinNode(node: number, exists: boolean): void {
    const { own } = this.#sight;
    const { joined, deleted, nodes } = this.#claims;
    if (deleted.has(node) && nodes.get(node) !== own) throw conflict('node');
    if (!exists) this.#expectUnchanged(this.#versions.nodes, node, 'node');
    if (own === undefined) return;
    const known = joined.get(node) ?? new Set();
    if (known.has(own)) return;
    joined.set(node, known.add(own));
    this.#note(() => {
      known.delete(own);
      if (known.size === 0 && joined.get(node) === known) joined.delete(node);
    });
  }

  /**
   * Values that must be unique have been given; `holders` have them now. Others' claim to them is a conflict, and so is
   * that a holder is in others' hands: whether the values are taken is not known before these have ended.
   */
  takeKey(
    constraint: string,
    values: readonly StoredValue[],
    holders: { readonly ids: Int32Array; readonly count: number; readonly entity: 'node' | 'relationship' },
  ): void {
    const key = `${constraint}\u0000${String(equivalenceKey(values))}`;
    const { own } = this.#sight;
    const { keys } = this.#claims;
    const owner = keys.get(key);
    if (owner !== undefined && owner !== own) throw conflict('value');
    const owners = holders.entity === 'node' ? this.#claims.nodes : this.#claims.relationships;
    const chains = holders.entity === 'node' ? this.#versions.nodes : this.#versions.relationships;
    for (let row = 0; row < holders.count; row += 1) {
      const holder = holders.ids[row]!;
      if (isOthers(owners.get(holder), own)) throw conflict('value');
      this.#expectUnchanged(chains, holder, 'value');
    }
    if (own === undefined || owner !== undefined) return;
    keys.set(key, own);
    this.#note(() => keys.delete(key));
  }

  /** The transaction has ended. */
  release(): void {
    for (const giveBack of this.#given) giveBack();
    this.#memory.bytes -= CLAIM_BYTES * this.#given.length;
    this.#given.length = 0;
  }

  #note(giveBack: () => void): void {
    this.#given.push(giveBack);
    this.#memory.bytes += CLAIM_BYTES;
  }

  #claim(owners: Map<number, Stamp>, chains: Chains, id: number, what: string): void {
    const { own } = this.#sight;
    const owner = owners.get(id);
    if (isOthers(owner, own)) throw conflict(what);
    if (owner !== undefined) return;
    this.#expectUnchanged(chains, id, what);
    if (own === undefined) return;
    owners.set(id, own);
    this.#note(() => owners.delete(id));
  }

  /** Fails when others have changed the entity since the snapshot. The newest change tells. */
  #expectUnchanged(chains: Chains, id: number, what: string): void {
    const head = chains.head(id);
    if (head === undefined || head.stamp === this.#sight.own) return;
    if (head.stamp.lsn > this.#sight.lsn) throw conflict(what);
  }
}

function isOthers(owner: Stamp | undefined, own: Stamp | undefined): boolean {
  return owner !== undefined && owner !== own;
}

function conflict(what: string): GraphError {
  return new GraphError(
    'Neo.TransientError.Transaction.Outdated',
    `Another transaction was the first to change the same ${what}. This one is rolled back, and can be tried again from its beginning.`,
  );
}
