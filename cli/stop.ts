/** Ends a child process when this one is asked to end. */
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
