/** Options of a database that go with its graph: they are in the log and in snapshots, and so the same on every instance. */
import { Definitions } from './definitions.ts';
import type { Stamp } from './stamp.ts';

/**
 * How much the log says of what changes were made to, for those who follow the changes: OFF nothing; DIFF what the changed properties
 * and labels were before; FULL all properties and labels. Source of name and values: Neo4j's change data capture.
 */
export const CAPTURE_OPTION = 'txLogEnrichment';

export const CAPTURE_MODES = ['OFF', 'DIFF', 'FULL'] as const;
export type CaptureMode = (typeof CAPTURE_MODES)[number];

/** An option that has been set. */
export interface ExportedOption {
  readonly name: string;
  readonly value: string;
  /** Since which lsn it has had a value without a break. */
  readonly sinceLsn: number;
}

interface Option {
  readonly name: string;
  readonly value: string;
  readonly since: Stamp;
}

export class DatabaseOptions {
  readonly #definitions = new Definitions<Option>();
  #captureMode: CaptureMode = 'OFF';

  /** Of the newest state. */
  get captureMode(): CaptureMode {
    return this.#captureMode;
  }

  /** Those that were set at an lsn, in the order of their names. */
  at(lsn: number): ExportedOption[] {
    return this.#definitions.at(lsn).map(({ name, value, since }) => ({ name, value, sinceLsn: since.lsn }));
  }

  /** Sets an option; null: to what it is without being set. `stamp`: of the transaction. */
  set(name: string, value: string | null, stamp: Stamp): void {
    const before = this.#definitions.list().find((option) => option.name === name);
    if (before) this.#definitions.drop(name, stamp);
    if (value !== null) this.#definitions.create({ name, value, since: before?.since ?? stamp }, stamp);
    this.#arrange();
  }

  /** What a snapshot has. */
  restore({ name, value, sinceLsn }: ExportedOption): void {
    this.#definitions.create({ name, value, since: { lsn: sinceLsn } }, { lsn: 0 });
    this.#arrange();
  }

  rollback(stamp: Stamp): void {
    this.#definitions.rollback(stamp);
    this.#arrange();
  }

  collect(lsn: number): void {
    this.#definitions.collect(lsn);
  }

  #arrange(): void {
    const value = this.#definitions.list().find(({ name }) => name === CAPTURE_OPTION)?.value;
    this.#captureMode = CAPTURE_MODES.find((mode) => mode === value) ?? 'OFF';
  }
}
