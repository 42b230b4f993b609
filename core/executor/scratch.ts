/**
 * Working memory that operators borrow while a statement runs, and that the engine keeps for the next one: a statement
 * about one node takes less time than making the arrays it works with. What was borrowed goes back when the statement is
 * over, however it ended, so no operator has to give anything back itself.
 */
import { Expansion, IdList } from '../graph/result-lists.ts';

/** Pieces of each kind that are kept. */
const KEPT_MAX = 16;

/** Lists longer than this are not kept: they are rare, and the graph needs the room. */
const KEPT_ENTRIES_MAX = 1 << 18;

/** A byte for each node, all 0 when it is borrowed. Whoever writes to it either wipes it again or leaves `dirty` set. */
export class NodeBytes {
  bytes = new Uint8Array(0);
  dirty = false;
}

/** A number for each node id, all 0 when it is borrowed. Whoever sets one pushes the node to `touched`, or sets it back. */
export class NodeNumbers {
  numbers: Int32Array = new Int32Array(0);
  readonly touched = new IdList();

  /** Sets every number back to 0. */
  clear(): void {
    const { ids, count } = this.touched;
    for (let i = 0; i < count; i++) this.numbers[ids[i]!] = 0;
    this.touched.count = 0;
  }
}

const FIRST_WORDS = 64;

/** A set of small numbers from 0 on, a bit each; empty when it is borrowed. */
export class NumberSet {
  /** Bit `number & 31` of word `number >>> 5`. Replaced when the set grows. */
  words: Uint32Array = new Uint32Array(FIRST_WORDS);

  /** Makes room for a number, and answers with the words. */
  reserve(number: number): Uint32Array {
    const index = number >>> 5;
    if (index >= this.words.length) {
      const larger = new Uint32Array(Math.max(index + 1, this.words.length * 2));
      larger.set(this.words);
      this.words = larger;
    }
    return this.words;
  }

  /** Adds a number. True when it is new. */
  add(number: number): boolean {
    const words = this.reserve(number);
    const bit = 1 << (number & 31);
    const word = words[number >>> 5]!;
    words[number >>> 5] = word | bit;
    return (word & bit) === 0;
  }
}

/** What the engine keeps. */
export class ScratchPool {
  readonly expansions: Expansion[] = [];
  readonly idLists: IdList[] = [];
  readonly nodeBytes: NodeBytes[] = [];
  readonly nodeNumbers: NodeNumbers[] = [];
  readonly numberSets: NumberSet[] = [];
}

/** What one statement has borrowed. */
export class Scratch {
  readonly #pool: ScratchPool;
  #expansions: Expansion[] | undefined;
  #idLists: IdList[] | undefined;
  #nodeBytes: NodeBytes[] | undefined;
  #nodeNumbers: NodeNumbers[] | undefined;
  #numberSets: NumberSet[] | undefined;

  constructor(pool: ScratchPool) {
    this.#pool = pool;
  }

  expansion(): Expansion {
    const expansion = this.#pool.expansions.pop() ?? new Expansion();
    this.#expansions ??= [];
    this.#expansions.push(expansion);
    return expansion;
  }

  idList(): IdList {
    const list = this.#pool.idLists.pop() ?? new IdList();
    list.count = 0;
    this.#idLists ??= [];
    this.#idLists.push(list);
    return list;
  }

  /** A zero for each node id below a limit. */
  nodeBytes(nodeIdLimit: number): NodeBytes {
    const taken = this.#pool.nodeBytes.pop() ?? new NodeBytes();
    if (taken.bytes.length < nodeIdLimit) taken.bytes = new Uint8Array(nodeIdLimit);
    this.#nodeBytes ??= [];
    this.#nodeBytes.push(taken);
    return taken;
  }

  /** A zero for each node id below a limit. */
  nodeNumbers(nodeIdLimit: number): NodeNumbers {
    const taken = this.#pool.nodeNumbers.pop() ?? new NodeNumbers();
    if (taken.numbers.length < nodeIdLimit) taken.numbers = new Int32Array(nodeIdLimit);
    this.#nodeNumbers ??= [];
    this.#nodeNumbers.push(taken);
    return taken;
  }

  numberSet(): NumberSet {
    const set = this.#pool.numberSets.pop() ?? new NumberSet();
    this.#numberSets ??= [];
    this.#numberSets.push(set);
    return set;
  }

  /** Gives everything back; nothing of it is used by the statement any more. */
  release(): void {
    const pool = this.#pool;
    if (this.#expansions !== undefined) {
      for (const each of this.#expansions) keep(pool.expansions, each, each.neighbours.length);
      this.#expansions = undefined;
    }
    if (this.#idLists !== undefined) {
      for (const each of this.#idLists) keep(pool.idLists, each, each.ids.length);
      this.#idLists = undefined;
    }
    if (this.#nodeBytes !== undefined) {
      for (const each of this.#nodeBytes) {
        if (each.dirty) each.bytes.fill(0);
        each.dirty = false;
        keep(pool.nodeBytes, each, each.bytes.length >>> 2);
      }
      this.#nodeBytes = undefined;
    }
    if (this.#nodeNumbers !== undefined) {
      for (const each of this.#nodeNumbers) {
        each.clear();
        keep(pool.nodeNumbers, each, Math.max(each.numbers.length, each.touched.ids.length));
      }
      this.#nodeNumbers = undefined;
    }
    if (this.#numberSets !== undefined) {
      for (const each of this.#numberSets) {
        each.words.fill(0);
        keep(pool.numberSets, each, each.words.length);
      }
      this.#numberSets = undefined;
    }
  }
}

function keep<Piece>(kept: Piece[], piece: Piece, entries: number): void {
  if (kept.length < KEPT_MAX && entries <= KEPT_ENTRIES_MAX) kept.push(piece);
}
