/** The machine on which figures were taken: without it they mean nothing. */
import { cpus, loadavg } from 'node:os';

/** Processes that wanted to run, averaged over the last minute: others, if this is much at the start. */
export function load(): number {
  return loadavg()[0] ?? 0;
}

export interface Machine {
  readonly cores: number;
  readonly processor: string;
  readonly node: string;
  readonly loadAtStart: number;
  readonly loadAtEnd: number;
}

export function machineSince(loadAtStart: number): Machine {
  const processors = cpus();
  return {
    cores: processors.length,
    processor: processors[0]?.model.trim() ?? 'unknown',
    node: process.versions.node,
    loadAtStart,
    loadAtEnd: load(),
  };
}

export function machineLine({ cores, processor, node, loadAtStart, loadAtEnd }: Machine): string {
  return `${cores} cores (${processor}), Node ${node}, load ${loadAtStart.toFixed(1)} at the start and ${loadAtEnd.toFixed(1)} at the end`;
}
