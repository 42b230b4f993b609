import type { Step } from '../core/step.ts';

/**
 * Drives a state machine of core: one event at a time, its effects in order, all of them before the next event. An event
 * that an effect gives rise to waits its turn. An effect that fails leaves memory and storage apart, so the object ends.
 */
export class Machine<State, Event, Effect> {
  readonly #step: (state: State, event: Event) => Step<State, Effect>;
  readonly #carryOut: (effect: Effect) => void;
  readonly #onFailure: (error: unknown) => void;
  readonly #events: Event[] = [];
  #state: State;
  #running = false;

  constructor(parts: {
    readonly state: State;
    readonly step: (state: State, event: Event) => Step<State, Effect>;
    readonly carryOut: (effect: Effect) => void;
    readonly onFailure: (error: unknown) => void;
  }) {
    this.#state = parts.state;
    this.#step = parts.step;
    this.#carryOut = parts.carryOut;
    this.#onFailure = parts.onFailure;
  }

  get state(): State {
    return this.#state;
  }

  feed(event: Event): void {
    this.#events.push(event);
    if (this.#running) return;
    this.#running = true;
    try {
      for (let next = this.#events.shift(); next !== undefined; next = this.#events.shift()) {
        const { state, effects } = this.#step(this.#state, next);
        this.#state = state;
        for (const effect of effects) this.#carryOut(effect);
      }
    } catch (error) {
      this.#onFailure(error);
      throw error;
    } finally {
      this.#running = false;
    }
  }
}
