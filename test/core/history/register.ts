/**
 * A checker of linearizability for one register, after Wing and Gong (1993) with the memory of Lowe (2017): is there an order of the
 * operations, each at some moment between its call and its answer, in which every read sees the write before it? An operation whose
 * outcome is not known may take effect at any moment after its call, or never.
 */
export type RegisterAction =
  | { readonly type: 'read'; readonly value: number }
  | { readonly type: 'write'; readonly value: number }
  /** Wrote `to` where the value was `from`. One that found another value is a read of that. */
  | { readonly type: 'compareAndSet'; readonly from: number; readonly to: number };

export interface RegisterOperation {
  readonly action: RegisterAction;
  readonly calledMs: number;
  /** Undefined where the outcome is not known: a read of which that is so is left out of a history. */
  readonly answeredMs: number | undefined;
}

/** Steps that the search may take before it gives up. */
const STEPS_MAX = 500_000;

/** Whether there is such an order; 'unknown' when the search takes too long. */
export function isLinearizable(initial: number, history: readonly RegisterOperation[]): boolean | 'unknown' {
  const operations = withoutUnseen(initial, history).sort((left, right) => left.calledMs - right.calledMs);
  const seen = new Set<string>();
  let steps = 0;
  const search = (done: readonly boolean[], value: number): boolean | 'unknown' => {
    if (operations.every((operation, index) => done[index] || operation.answeredMs === undefined)) return true;
    const key = `${value}:${done.map(Number).join('')}`;
    if (seen.has(key)) return false;
    seen.add(key);
    if (++steps > STEPS_MAX) return 'unknown';
    // What was answered first among those that are left: nothing that was called later can stand before it.
    const untilMs = Math.min(
      ...operations.map(({ answeredMs }, index) => (done[index] ? Infinity : (answeredMs ?? Infinity))),
    );
    for (const [index, { action, calledMs }] of operations.entries()) {
      if (calledMs > untilMs) break;
      if (done[index]) continue;
      const next = after(action, value);
      if (next === undefined) continue;
      const found = search(
        done.map((isDone, place) => isDone || place === index),
        next,
      );
      if (found !== false) return found;
    }
    return false;
  };
  return search(
    operations.map(() => false),
    initial,
  );
}

/** The register's value after the action; undefined when the action cannot have had its answer at `value`. */
function after(action: RegisterAction, value: number): number | undefined {
  switch (action.type) {
    case 'read':
      return action.value === value ? value : undefined;
    case 'write':
      return action.value;
    case 'compareAndSet':
      return action.from === value ? action.to : undefined;
  }
}

/**
 * An operation whose outcome is not known, and whose value nobody has seen, may be taken not to have happened: the search would double with
 * each of them.
 */
function withoutUnseen(initial: number, history: readonly RegisterOperation[]): RegisterOperation[] {
  const seen = new Set([initial]);
  for (const { action } of history) {
    if (action.type === 'read') seen.add(action.value);
    if (action.type === 'compareAndSet') seen.add(action.from);
  }
  return history.filter(({ action, answeredMs }) => {
    if (answeredMs !== undefined) return true;
    const written = action.type === 'compareAndSet' ? action.to : action.value;
    return action.type !== 'read' && seen.has(written);
  });
}
