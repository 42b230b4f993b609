/** Readers that wait until the instance shows what they need. */
interface Waiter {
  readonly isReached: () => boolean;
  readonly resolve: (reached: boolean) => void;
  readonly reject: (error: unknown) => void;
}

export class BookmarkQueue {
  readonly #waiters = new Set<Waiter>();

  /**
   * Resolves with true when `isReached` becomes true (asked again at each `advance`), with false after `timeoutMs`. Rejects
   * with what `isReached` throws.
   */
  async wait(isReached: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isReached()) return true;
    const { promise, resolve, reject } = Promise.withResolvers<boolean>();
    const waiter = { isReached, resolve, reject };
    this.#waiters.add(waiter);
    const timer = setTimeout(() => resolve(false), timeoutMs);
    try {
      return await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(waiter);
    }
  }

  /** More has become visible, or the instance's history has changed. */
  advance(): void {
    for (const { isReached, resolve, reject } of this.#waiters) {
      try {
        if (isReached()) resolve(true);
      } catch (error) {
        // What it waits for was lost in a failover. That is its misfortune, and nobody else's.
        reject(error);
      }
    }
  }
}
