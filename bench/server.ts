/** A `skein serve` in a process of its own, on a free port and a temporary folder, ended and removed by `stop`. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline';

const SKEIN = resolve(import.meta.dirname, '../cli/skein.ts');
/** How long it may take to end when it is asked to, in milliseconds. */
const STOP_PATIENCE_MS = 8_000;

export class Server {
  readonly url: string;
  readonly token: string;
  readonly folder: string;
  readonly #command: ChildProcess;
  readonly #workerdPid: number;

  private constructor(fields: {
    url: string;
    token: string;
    folder: string;
    command: ChildProcess;
    workerdPid: number;
  }) {
    this.url = fields.url;
    this.token = fields.token;
    this.folder = fields.folder;
    this.#command = fields.command;
    this.#workerdPid = fields.workerdPid;
  }

  /** Resolves when it answers. What it has to say goes to this process's stderr. `folder`: where an earlier one has its data. */
  static async start(folder: string = mkdtempSync(join(tmpdir(), 'skein-bench-'))): Promise<Server> {
    const token = randomBytes(16).toString('hex');
    const command = spawn(process.execPath, [SKEIN, 'serve', '--port', '0', '--data', folder, '--json'], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, SKEIN_ADMIN_TOKEN: token },
    });
    for await (const line of createInterface({ input: command.stdout })) {
      const { ready, pid } = JSON.parse(line) as { ready: string; pid: number }; // as `skein serve --json` prints it
      return new Server({ url: ready, token, folder, command, workerdPid: pid });
    }
    rmSync(folder, { recursive: true, force: true });
    throw new Error('skein serve ended before it was ready; its own words stand above');
  }

  /** Kills it, and starts another one on its data. */
  async restart(): Promise<Server> {
    const ended = new Promise((done) => this.#command.once('exit', done));
    this.#kill();
    await ended;
    return Server.start(this.folder);
  }

  /** Ends both processes and removes the folder. */
  async stop(): Promise<void> {
    const ended = new Promise((done) => this.#command.once('exit', done));
    if (this.#command.exitCode === null && this.#command.kill('SIGINT')) {
      const timer = setTimeout(() => this.#kill(), STOP_PATIENCE_MS);
      await ended;
      clearTimeout(timer);
    }
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** For an end in haste: kills both processes and removes the folder, at once. */
  abandon(): void {
    this.#kill();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #kill(): void {
    for (const pid of [this.#workerdPid, this.#command.pid]) {
      try {
        if (pid !== undefined) process.kill(pid, 'SIGKILL');
      } catch {
        // It has ended by itself.
      }
    }
  }
}
