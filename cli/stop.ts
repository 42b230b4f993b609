/** Ends child processes when this one is asked to end. */
import type { ChildProcess } from 'node:child_process';

const PATIENCE_MS = 5_000;

/** Passes SIGINT and SIGTERM on, as SIGTERM; a second one, or time, makes it SIGKILL. Resolves with the child's exit code. */
export function superviseUntilExit(
  child: ChildProcess,
  kill: (signal: NodeJS.Signals) => void = (signal) => child.kill(signal),
): Promise<number> {
  let asked = false;
  const stop = () => {
    kill(asked ? 'SIGKILL' : 'SIGTERM');
    asked = true;
    setTimeout(() => kill('SIGKILL'), PATIENCE_MS).unref();
  };
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  return new Promise((resolve) => {
    child.once('exit', (code) => {
      process.off('SIGINT', stop);
      process.off('SIGTERM', stop);
      // Ended because it was asked to: that is success.
      resolve(asked ? 0 : (code ?? 1));
    });
  });
}

/** Resolves at the first SIGINT or SIGTERM. `hurry` is called at the next one: npm passes on what a terminal has sent already. */
export function untilAskedToStop(hurry: () => void): Promise<void> {
  return new Promise((resolve) => {
    let askedAtMs: number | undefined;
    const stop = () => {
      const nowMs = performance.now();
      if (askedAtMs !== undefined && nowMs - askedAtMs > SAME_REQUEST_MS) hurry();
      askedAtMs ??= nowMs;
      resolve();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/** Signals that come this close together are one request. */
const SAME_REQUEST_MS = 500;
