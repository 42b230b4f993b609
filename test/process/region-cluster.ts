/** The processes of `skein cluster` with a proxy on each directed link, and ways to kill, freeze and cut them. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { coordinatorRegions, linksOf, type RegionName } from '../../cli/cluster/links.ts';
import { Region, type RegionReady } from '../../cli/cluster/region.ts';
import { VERSION } from '../../core/version.ts';
import { Link, type LinkState } from './link.ts';

const TOKEN = 'token-of-the-process-test';
/** A client's patience with one statement, in milliseconds. */
const ASK_TIMEOUT_MS = 30_000;

/** How long a frame of a live query may take, in milliseconds. */
const FRAME_MS = 10_000;

/** A frame of a live query; only its type is looked at. */
export interface Frame {
  readonly t: string;
}

export interface Answer {
  readonly status: number;
  readonly servedBy: string;
  readonly rows: readonly (readonly unknown[])[];
  readonly notifications: readonly { readonly code: string; readonly description: string }[];
  readonly errorCode: string | undefined;
  readonly errorMessage?: string | undefined;
  readonly bookmarks: readonly string[];
}

export class RegionCluster {
  readonly regions: readonly RegionName[];
  readonly #folder = mkdtempSync(join(tmpdir(), 'skein-'));
  readonly #processes = new Map<string, Region>();
  readonly #ready = new Map<string, RegionReady>();
  readonly #links = new Map<string, Link>();
  /** Regions whose build is of the version before. */
  readonly #old = new Set<string>();

  private constructor(regions: readonly RegionName[]) {
    this.regions = regions;
  }

  /** `old`: with builds of the version before. */
  static async start(regions: readonly RegionName[], { old = false } = {}): Promise<RegionCluster> {
    const cluster = new RegionCluster(regions);
    if (old) for (const region of regions) cluster.#old.add(region);
    await cluster.#start();
    return cluster;
  }

  async #start(): Promise<void> {
    const socket = (name: string) => join(this.#folder, `${name}.s`);
    for (const from of this.regions) {
      for (const to of this.regions) {
        if (from !== to) this.#links.set(`${from} ${to}`, new Link(socket(`${from}-${to}`), socket(to)));
      }
    }
    await Promise.all([...this.#links.values()].map((link) => link.open()));
    await Promise.all(this.regions.map((region) => this.#launch(region)));
  }

  async #launch(region: RegionName): Promise<void> {
    const socket = (name: string) => join(this.#folder, `${name}.s`);
    const links = linksOf(
      region,
      this.regions,
      (name) => `unix:${socket(name === region ? name : `${region}-${name}`)}`,
    );
    const options = {
      folder: join(this.#folder, region),
      host: '127.0.0.1',
      port: portOf(this.#ready.get(region)),
      token: TOKEN,
      coordinators: coordinatorRegions(this.regions).join(','),
      development: false,
      links,
      ...(this.#old.has(region) && { version: String(VERSION - 1) }),
    };
    const ready = (event: RegionReady) => this.#ready.set(region, event);
    const process = new Region(options, { ready, ended: () => undefined });
    this.#processes.set(region, process);
    await process.start();
  }

  /** Gives a region another build: of this version, or of the one before. Resolves when its process answers again. */
  async roll(region: RegionName, build: 'new' | 'old'): Promise<void> {
    if (build === 'old') this.#old.add(region);
    else this.#old.delete(region);
    await this.#processes.get(region)?.stop();
    await this.#launch(region);
  }

  async stop(): Promise<void> {
    await Promise.all([...this.#processes.values()].map((process) => process.stop()));
    await Promise.all([...this.#links.values()].map((link) => link.close()));
    rmSync(this.#folder, { recursive: true, force: true });
  }

  /** kill -9; the process is started again after half a second, as `skein cluster` does. */
  kill(region: string): void {
    this.#processes.get(region)!.kill();
  }

  /** SIGSTOP, and SIGCONT with `false`. */
  freeze(region: string, isFrozen: boolean): void {
    process.kill(this.#ready.get(region)!.pid, isFrozen ? 'SIGSTOP' : 'SIGCONT');
  }

  /** Sets the links of one region, in both directions. */
  isolate(region: string, state: LinkState): void {
    for (const [name, link] of this.#links) if (name.split(' ').includes(region)) link.set(state);
  }

  /** One direction only. */
  link(from: string, to: string, state: LinkState): void {
    this.#links.get(`${from} ${to}`)!.set(state);
  }

  /** Asks at one region's port; status 0 when the connection broke or nothing came. */
  async ask(region: string, statement: string, options: AskOptions = {}): Promise<Answer> {
    const { parameters = {}, database = 'flights', bookmarks = [] } = options;
    try {
      const response = await fetch(`${this.#ready.get(region)!.url}/db/${database}/query/v2`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify({ statement, parameters, bookmarks }),
        signal: AbortSignal.timeout(options.timeoutMs ?? ASK_TIMEOUT_MS),
      });
      // biome-ignore lint/suspicious/noExplicitAny: a parsed body, of which these fields are all that is read
      const body = (await response.json()) as any;
      return {
        status: response.status,
        servedBy: response.headers.get('skein-served-by') ?? '',
        rows: body.data?.values ?? [],
        notifications: body.notifications ?? [],
        errorCode: body.errors?.[0]?.code,
        errorMessage: body.errors?.[0]?.message,
        bookmarks: body.bookmarks ?? [],
      };
    } catch (error) {
      return { status: 0, servedBy: '', rows: [], notifications: [], errorCode: String(error), bookmarks: [] };
    }
  }

  /** Rows of a statement that must succeed. */
  async rows(region: string, statement: string, options: AskOptions = {}): Promise<Answer['rows']> {
    const answer = await this.ask(region, statement, options);
    if (answer.status !== 202) throw new Error(`${region}: ${statement}: ${answer.status} ${answer.errorCode}`);
    return answer.rows;
  }

  /** Follows a query through a WebSocket at one region's port while `act` runs, up to the first difference. */
  async watch(region: string, database: string, query: string, act: () => Promise<void>): Promise<Frame[]> {
    const url = this.#ready.get(region)!.url.replace('http', 'ws');
    const socket = new WebSocket(`${url}/db/${database}/live`, 'skein.sub.v1.json');
    const frames: Frame[] = [];
    socket.addEventListener('message', ({ data }) => frames.push(JSON.parse(String(data))));
    const has = (type: string) =>
      until(
        async () => frames.map(({ t }) => t),
        (types) => types.includes(type),
        FRAME_MS,
      );
    try {
      await new Promise((opened) => socket.addEventListener('open', opened, { once: true }));
      socket.send(JSON.stringify({ t: 'auth', scheme: 'bearer', credentials: TOKEN }));
      socket.send(JSON.stringify({ t: 'sub', id: 1, q: query }));
      await has('live');
      await act();
      await has('diff');
      return frames;
    } finally {
      socket.close();
    }
  }

  /** The region of MAIN as the first region that answers says it; undefined while there is none. */
  async main(region: string): Promise<string | undefined> {
    const answer = await this.ask(region, 'SHOW INSTANCES');
    const row = answer.rows.find((cells) => cells.includes('main') && cells.includes('flights'));
    return row && String(row[0]).split('-')[0];
  }
}

/** A region keeps its port; 0 is any, for the first time. */
function portOf(ready: RegionReady | undefined): number {
  return ready === undefined ? 0 : Number(new URL(ready.url).port);
}

export interface AskOptions {
  readonly parameters?: Readonly<Record<string, unknown>>;
  readonly database?: string;
  readonly bookmarks?: readonly string[];
  readonly timeoutMs?: number;
}

export function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

/** Reads until it passes; throws with what was seen last. */
export async function until<T>(
  read: () => Promise<T>,
  passes: (value: T) => boolean,
  withinMs: number,
): Promise<number> {
  const startedMs = performance.now();
  for (;;) {
    const value = await read();
    const tookMs = performance.now() - startedMs;
    if (passes(value)) return tookMs;
    if (tookMs > withinMs) throw new Error(`not within ${withinMs} ms: ${JSON.stringify(value)}`);
    await pause(100);
  }
}
