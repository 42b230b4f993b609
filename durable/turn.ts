/** Lets other events of the object in: requests, replies, timers. What was read before may have changed after. */
export function nextTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

/** Work in one slice of a statement, in the executor's units of some ten nanoseconds: health checks are answered between two. */
export const SLICE_WORK = 500_000;
