/** Statements that wait until the instance shows what their bookmarks name. */
export class BookmarkQueue {
  #waiters: { readonly isReached: () => boolean; readonly resolve: (reached: boolean) => void }[] = [];

  /** Resolves with true when `isReached` becomes true (asked again at each `advance`), with false after `timeoutMs`. */
  wait(isReached: () => boolean, timeoutMs: number): Promise<boolean> {
    if (isReached()) return Promise.resolve(true);
    return new Promise((resolve) => {
      const waiter = { isReached, resolve };
      this.#waiters.push(waiter);
      setTimeout(() => {
        this.#waiters = this.#waiters.filter((other) => other !== waiter);
        resolve(false);
      }, timeoutMs);
    });
  }

  /** More has become visible, or the instance's history has changed. */
  advance(): void {
    const reached = this.#waiters.filter((waiter) => waiter.isReached());
    if (reached.length === 0) return;
    this.#waiters = this.#waiters.filter((waiter) => !reached.includes(waiter));
    for (const waiter of reached) waiter.resolve(true);
  }
}
