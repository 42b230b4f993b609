/** Linearizable reads that wait until this instance is known to be MAIN. */
import { unreachable } from '../core/assert.ts';
import { GraphError } from '../core/error.ts';
import { NotServing } from './statement-answers.ts';

/** A MAIN that does not get its lease for this long may be MAIN no more: the Worker had better look who is. */
const LEASE_WAIT_MS_MAX = 3_000;

type Refusal = 'notMain' | 'overloaded' | 'manual';

interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: GraphError) => void;
}

export class FreshReads {
  readonly #ask: (id: number) => void;
  readonly #waiters = new Map<number, Waiter>();
  #nextId = 1;

  /** `ask` hands the question to the machine, which answers by `ready` or `refused`. */
  constructor(ask: (id: number) => void) {
    this.#ask = ask;
  }

  /** Resolves when what is visible holds everything that was acknowledged before the call. Throws when that cannot be told here. */
  async confirm(timeoutMs: number): Promise<void> {
    const id = this.#nextId++;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.#waiters.set(id, { resolve, reject });
    const waitMs = Math.min(timeoutMs, LEASE_WAIT_MS_MAX);
    const tooLong = () => reject(new NotServing(`MAIN has not got its lease within ${waitMs} ms.`));
    const timer = setTimeout(tooLong, waitMs);
    try {
      this.#ask(id);
      await promise;
    } finally {
      clearTimeout(timer);
      this.#waiters.delete(id);
    }
  }

  ready(ids: readonly number[]): void {
    for (const id of ids) this.#waiters.get(id)?.resolve();
  }

  refused(ids: readonly number[], reason: Refusal): void {
    for (const id of ids) this.#waiters.get(id)?.reject(errorOf(reason));
  }
}

function errorOf(reason: Refusal): GraphError {
  switch (reason) {
    case 'notMain':
      return new GraphError(
        'Neo.ClientError.Cluster.NotALeader',
        'This instance is not MAIN, and only MAIN answers linearizable reads.',
      );
    case 'manual':
      return new GraphError(
        'Neo.ClientError.Statement.NotSupported',
        'Linearizable reads need coordinators: where roles are given by hand, nobody can tell that there is no other MAIN.',
      );
    case 'overloaded':
      return new NotServing('Too many linearizable reads wait for the lease of MAIN already.');
    default:
      return unreachable(reason);
  }
}
