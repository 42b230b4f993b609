/** Progress of what takes long: a bar on a terminal, and nothing anywhere else. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  start(total: number): void;
  advance(count: number): void;
  stop(): void;
}

export const NO_PROGRESS: Progress = { start: () => undefined, advance: () => undefined, stop: () => undefined };

/** Counts bytes of files, or rows, as `unit` says. */
export function progressOf(unit: 'bytes' | 'rows', { isQuiet }: { isQuiet: boolean }): Progress {
  return isQuiet || !process.stderr.isTTY ? NO_PROGRESS : bar(unit);
}

function bar(unit: 'bytes' | 'rows'): Progress {
  const format = `{bar} {percentage} %  {value} of {total} ${unit}, {duration_formatted}`;
  const single = new SingleBar({ format, hideCursor: true, barCompleteChar: '█', barIncompleteChar: '░' });
  return {
    start: (total) => single.start(total, 0),
    advance: (count) => single.increment(count),
    stop: () => single.stop(),
  };
}
