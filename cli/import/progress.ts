/** An import's progress: a bar on a terminal, a line now and then in a log. */
import { SingleBar } from 'cli-progress';
import type { ImportProgress } from './import-folder.ts';

/** Between two lines when there is no terminal. */
const LINE_EVERY_MS = 2_000;

export function importProgress(kind: 'shown' | 'none'): ImportProgress {
  if (kind === 'none') return { start: () => undefined, advance: () => undefined, stop: () => undefined };
  return process.stderr.isTTY ? bar() : lines();
}

function bar(): ImportProgress {
  const format = '{bar} {value}/{total} rows  {file}';
  const single = new SingleBar({ format, hideCursor: true, barCompleteChar: '█', barIncompleteChar: '░' });
  return {
    start: (total) => single.start(total, 0, { file: '' }),
    advance: (rows, file) => single.increment(rows, { file }),
    stop: () => single.stop(),
  };
}

function lines(): ImportProgress {
  let total = 0;
  let done = 0;
  let lastMs = 0;
  return {
    start: (rows) => {
      total = rows;
    },
    advance: (rows, file) => {
      done += rows;
      if (performance.now() - lastMs < LINE_EVERY_MS && done < total) return;
      lastMs = performance.now();
      process.stderr.write(`${done}/${total} rows (${file})\n`);
    },
    stop: () => undefined,
  };
}
