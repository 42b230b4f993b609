/** Clients that each ask again as soon as they have been answered. */
import type { Distribution } from './sampling.ts';

export interface ClientsTimes {
  /** Each request, in milliseconds, ascending. */
  readonly latenciesMs: Distribution;
  /** From the first request to the last answer. */
  readonly wholeMs: number;
}

/** Asks `requests` times in all, by `clients` at a time. */
export async function runClients(
  ask: () => Promise<unknown>,
  { clients, requests }: { readonly clients: number; readonly requests: number },
): Promise<ClientsTimes> {
  const latenciesMs = new Float64Array(requests);
  let next = 0;
  const client = async () => {
    while (next < requests) {
      const mine = next;
      next += 1;
      const startedMs = performance.now();
      await ask();
      latenciesMs[mine] = performance.now() - startedMs;
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: clients }, client));
  return { wholeMs: performance.now() - startedMs, latenciesMs: latenciesMs.sort() };
}
