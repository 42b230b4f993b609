/** Plans by text. A plan is made anew when indexes have changed or the graph has grown or shrunk a great deal since. */
import type { GraphStore } from '../graph/graph-store.ts';
import type { Limits } from './limits.ts';

/** A graph whose size has changed by less than this factor is planned for in the same way. */
const GROWTH_FACTOR = 4;

/** Changes in size below this are never worth a new plan. */
const GROWTH_MIN = 1_000;

/** What a plan was made for. */
export interface PlanBasis {
  readonly indexes: string;
  readonly nodeCount: number;
  readonly relationshipCount: number;
}

export function planBasisOf(store: GraphStore): PlanBasis {
  const indexes = store.indexes.list().map(({ name, label, key }) => `${name} ${label} ${key}`);
  const { nodeCount, relationshipCount } = store;
  return { indexes: indexes.join('\n'), nodeCount, relationshipCount };
}

/** Whether a plan made on one basis is good on another. */
export function isStillGood(plan: PlanBasis, now: PlanBasis): boolean {
  return (
    plan.indexes === now.indexes &&
    isSimilar(plan.nodeCount, now.nodeCount) &&
    isSimilar(plan.relationshipCount, now.relationshipCount)
  );
}

function isSimilar(before: number, now: number): boolean {
  const [smaller, larger] = before < now ? [before, now] : [now, before];
  return larger - smaller < GROWTH_MIN || larger < smaller * GROWTH_FACTOR;
}

/** The most recently used entries, bounded in number and in the length of their texts. */
export class TextCache<Entry> {
  /** Least recently used first. */
  readonly #entries = new Map<string, Entry>();
  readonly #limits: Pick<Limits, 'plansMax' | 'planTextMax'>;
  #textLength = 0;

  constructor(limits: Pick<Limits, 'plansMax' | 'planTextMax'>) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  get(text: string): Entry | undefined {
    const entry = this.#entries.get(text);
    if (entry === undefined) return undefined;
    this.#entries.delete(text);
    this.#entries.set(text, entry);
    return entry;
  }

  /** Puts a new entry in. A text that is longer than all may be together is not kept. */
  put(text: string, entry: Entry): void {
    const { plansMax, planTextMax } = this.#limits;
    if (text.length > planTextMax) return;
    this.#entries.set(text, entry);
    this.#textLength += text.length;
    for (const oldest of this.#entries.keys()) {
      if (this.#entries.size <= plansMax && this.#textLength <= planTextMax) break;
      this.#entries.delete(oldest);
      this.#textLength -= oldest.length;
    }
  }
}
