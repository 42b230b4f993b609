/** Plans by text. A plan is made anew when indexes have changed or the graph has grown or shrunk a great deal since. */
import type { GraphStore } from '../graph/graph-store.ts';
import type { Limits } from './limits.ts';

/** A graph whose size has changed by less than this factor is planned for in the same way. */
const GROWTH_FACTOR = 4;

/** Changes in size below this are never worth a new plan. */
const GROWTH_MIN = 1_000;

/** What a plan was made for. */
export interface PlanBasis {
  /** The version of the index definitions. */
  readonly indexes: number;
  readonly nodeCount: number;
  readonly relationshipCount: number;
}

export function planBasisOf(store: GraphStore): PlanBasis {
  const { nodeCount, relationshipCount } = store;
  return { indexes: store.indexes.version, nodeCount, relationshipCount };
}

/** Whether a plan made on this basis is good for the store as it is now. */
export function isStillGood(plan: PlanBasis, store: GraphStore): boolean {
  return (
    plan.indexes === store.indexes.version &&
    isSimilar(plan.nodeCount, store.nodeCount) &&
    isSimilar(plan.relationshipCount, store.relationshipCount)
  );
}

function isSimilar(before: number, now: number): boolean {
  const smaller = Math.min(before, now);
  const larger = Math.max(before, now);
  return larger - smaller < GROWTH_MIN || larger < smaller * GROWTH_FACTOR;
}

/** The most recently used entries, bounded in number and in the length of their texts. */
export class TextCache<Entry> {
  /** Least recently used first, but for the last one used, which is moved to the end when another is asked for. */
  readonly #entries = new Map<string, Entry>();
  #last: { readonly text: string; readonly entry: Entry } | undefined;
  readonly #limits: Pick<Limits, 'plansMax' | 'planTextMax'>;
  #textLength = 0;

  constructor(limits: Pick<Limits, 'plansMax' | 'planTextMax'>) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(text: string): Entry | undefined {
    if (this.#last?.text === text) return this.#last.entry;
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    this.#last = { text, entry };
    return entry;
  }

  /** Puts a new entry in. A text that is longer than all may be together is not kept. */
  put(text: string, entry: Entry): void {
    const { plansMax, planTextMax } = this.#limits;
    if (text.length > planTextMax) return;
    this.#entries.set(text, entry);
    this.#last = { text, entry };
    this.#textLength += text.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= plansMax && this.#textLength <= planTextMax) break;
      this.#entries.delete(oldest);
      if (this.#last?.text === oldest) this.#last = undefined;
      this.#textLength -= oldest.length;
    }
  }
}
