/** What a measurement comes to: one row of the table. */

/**
 * Where the work was done: the core in this process, several instances of it over emulated links, inside an object, `skein serve` over
 * HTTP, or the bare disk.
 */
export type Place = 'core' | 'cluster' | 'object' | 'serve' | 'disk';

export interface Figure {
  readonly place: Place;
  readonly workload: string;
  /** How many operations the median and the 99th percentile are of. */
  readonly operations: number;
  readonly medianMs: number;
  readonly p99Ms: number;
  /** Statements, or what `unit` names, in a second of the whole measurement. */
  readonly perSecond: number;
  /** What `perSecond` counts. */
  readonly unit: string;
  /** The least that the same work can take, measured in the same run; what it is stands in bench/README.md. */
  readonly floorMs?: number;
  readonly note?: string;
}

/** Where figures and progress go while the run goes on. */
export interface Report {
  add(figure: Figure): void;
  /** One line for people, on stderr. */
  say(line: string): void;
}
