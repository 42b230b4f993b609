/** One region of `skein cluster`: its workerd, started again whenever it ends, always at the same addresses. */
import type { ChildProcess } from 'node:child_process';
import { rmSync } from 'node:fs';
import { type RegionLinks, startWorkerd, type WorkerdOptions } from '../workerd.ts';

/** A process that ends is started again after this long; one that ends again at once, after up to the second. In milliseconds. */
const RESTART_PAUSE_MS = { first: 100, max: 10_000 } as const;
/** One that has run this long was well: the next pause is the first again. */
const WELL_AFTER_MS = 30_000;
/** How long a process that is asked to end may take. */
const STOP_PATIENCE_MS = 5_000;

export interface RegionReady {
  readonly region: string;
  readonly url: string;
  readonly pid: number;
}

export interface RegionEvents {
  ready(ready: RegionReady): void;
  /** It has ended by itself and is started again after `pauseMs`. */
  ended(region: string, how: string, pauseMs: number): void;
}

export class Region {
  readonly name: string;
  readonly #options: WorkerdOptions & { readonly links: RegionLinks };
  readonly #events: RegionEvents;
  #port: number;
  #child: ChildProcess | undefined;
  #timer: NodeJS.Timeout | undefined;
  #stopping = false;
  #hasRun = false;
  #starting: Promise<RegionReady> | undefined;
  #pauseMs: number = RESTART_PAUSE_MS.first;

  constructor(options: WorkerdOptions & { readonly links: RegionLinks }, events: RegionEvents) {
    this.name = options.links.region;
    this.#options = options;
    this.#port = options.port;
    this.#events = events;
  }

  /** Starts it and resolves when it answers. Throws CommandFailure when it cannot start at all. */
  start(): Promise<RegionReady> {
    const starting = this.#launch();
    this.#starting = starting;
    return starting;
  }

  async #launch(): Promise<RegionReady> {
    // A socket's file outlives a process that was killed, and would keep the next one from listening.
    const socket = /^unix:(.*)$/.exec(this.#options.links.listen)?.[1];
    if (socket !== undefined) rmSync(socket, { force: true });
    const { url, child } = await startWorkerd({ ...this.#options, port: this.#port, isBundled: this.#hasRun });
    this.#port = Number(new URL(url).port);
    this.#child = child;
    this.#hasRun = true;
    const startedMs = performance.now();
    child.once('exit', (code, signal) => this.#onExit(signal ?? `code ${code}`, performance.now() - startedMs));
    const ready = { region: this.name, url, pid: child.pid! };
    this.#events.ready(ready);
    return ready;
  }

  /** Ends it for good: SIGTERM, and SIGKILL when that does not help. */
  async stop(): Promise<void> {
    this.#stopping = true;
    clearTimeout(this.#timer);
    await this.#starting?.catch(() => undefined);
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const ended = new Promise((resolve) => child.once('exit', resolve));
    // One that was stopped with SIGSTOP hears SIGTERM only when it goes on.
    child.kill('SIGCONT');
    child.kill('SIGTERM');
    const impatience = setTimeout(() => child.kill('SIGKILL'), STOP_PATIENCE_MS);
    await ended;
    clearTimeout(impatience);
  }

  /** Kills it, as a crash would; when it is not being stopped it is started again. */
  kill(): void {
    this.#child?.kill('SIGKILL');
  }

  #onExit(how: string, ranMs: number): void {
    this.#child = undefined;
    if (this.#stopping) return;
    if (ranMs >= WELL_AFTER_MS) this.#pauseMs = RESTART_PAUSE_MS.first;
    const pauseMs = this.#pauseMs;
    this.#pauseMs = Math.min(2 * pauseMs, RESTART_PAUSE_MS.max);
    this.#events.ended(this.name, how, pauseMs);
    this.#timer = setTimeout(() => this.#restart(), pauseMs);
  }

  #restart(): void {
    this.start().catch((error: unknown) => this.#onExit(String(error), 0));
  }
}
