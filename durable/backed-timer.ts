import { Timer } from './timer.ts';

/**
 * While ticks are wanted, an alarm stands behind the timer: should the object lose its memory, it wakes and goes on. Alarms
 * cost a row each and may be late, so this one is far away and set again only when it has passed.
 */
const BACKSTOP_MS = 60_000;

/** A timer that outlives the object's memory. */
export class BackedTimer {
  readonly #timer: Timer;
  readonly #storage: DurableObjectStorage;
  #backstopAtMs = 0;

  constructor(storage: DurableObjectStorage, wake: () => void) {
    this.#storage = storage;
    this.#timer = new Timer(wake);
  }

  /** Replaces the moment; undefined: none. An alarm that is set already stays, and wakes the object for nothing. */
  set(atMs: number | undefined): void {
    this.#timer.set(atMs);
    if (atMs === undefined || Date.now() < this.#backstopAtMs) return;
    this.#backstopAtMs = Date.now() + BACKSTOP_MS;
    // It fails when the object is reset, and then whoever comes next sets it again.
    this.#storage.setAlarm(this.#backstopAtMs).catch(() => undefined);
  }

  /** The alarm has come. */
  noteAlarm(): void {
    this.#backstopAtMs = 0;
  }
}
