/** One wake-up at a time, at a moment that a state machine names. Lives in memory: it is gone when the object is. */
export class Timer {
  readonly #wake: () => void;
  #handle: ReturnType<typeof setTimeout> | null = null;

  constructor(wake: () => void) {
    this.#wake = wake;
  }

  /** Replaces the moment; undefined: none. A moment in the past comes at once, but never within this call. */
  set(atMs: number | undefined): void {
    if (this.#handle !== null) clearTimeout(this.#handle);
    this.#handle = null;
    if (atMs === undefined) return;
    this.#handle = setTimeout(
      () => {
        this.#handle = null;
        this.#wake();
      },
      Math.max(0, atMs - Date.now()),
    );
  }
}
