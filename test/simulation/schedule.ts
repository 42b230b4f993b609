/** The virtual clock and what is to happen: a heap ordered by (time, number), so that a seed gives one order only. */

interface Planned {
  readonly atMs: number;
  readonly id: number;
  readonly run: () => void;
}

export class Schedule {
  nowMs = 0;
  #heap: Planned[] = [];
  #nextId = 0;

  /** Plans `run` for `delayMs` from now. What was planned first goes first at the same moment. */
  after(delayMs: number, run: () => void): void {
    this.#push({ atMs: this.nowMs + Math.max(0, delayMs), id: this.#nextId++, run });
  }

  /** Runs everything that happens within so many milliseconds; what is planned for later stays so. */
  elapse(ms: number): void {
    const untilMs = this.nowMs + ms;
    while ((this.#heap[0]?.atMs ?? Number.POSITIVE_INFINITY) <= untilMs) this.step();
    this.nowMs = untilMs;
  }

  /** Runs the next event; false when there is none. The clock stands still while it runs. */
  step(): boolean {
    const next = this.#pop();
    if (next === undefined) return false;
    this.nowMs = next.atMs;
    next.run();
    return true;
  }

  #push(planned: Planned): void {
    const heap = this.#heap;
    let position = heap.length;
    heap.push(planned);
    while (position > 0) {
      const parent = (position - 1) >> 1;
      const above = heap[parent];
      if (above === undefined || !isBefore(planned, above)) break;
      heap[position] = above;
      position = parent;
    }
    heap[position] = planned;
  }

  #pop(): Planned | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let position = 0;
    for (;;) {
      let child = 2 * position + 1;
      const right = heap[child + 1];
      let below = heap[child];
      if (below === undefined) break;
      if (right !== undefined && isBefore(right, below)) {
        below = right;
        child += 1;
      }
      if (!isBefore(below, last)) break;
      heap[position] = below;
      position = child;
    }
    heap[position] = last;
    return first;
  }
}

function isBefore(one: Planned, other: Planned): boolean {
  return one.atMs < other.atMs || (one.atMs === other.atMs && one.id < other.id);
}
