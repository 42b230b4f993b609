/**
 * The moments at which a commit or a checkpoint lets others in, counted as they come, and the object ended at one of them: its memory goes at
 * once, without a warning, and what SQLite has not committed goes with it.
 *
 * Whatever an instance awaits, it has handed something to storage, or waits for its turn, or for a message; and what follows touches storage
 * again. So these are the seams: each statement of SQL, and `storage.sync` before and after. From each of them on, some microtasks may pass
 * before the end: so many awaits that touch nothing.
 */
import { runInDurableObject } from 'cloudflare:test';
import type { Database } from './cluster.ts';

export class AwaitPoints {
  readonly #ctx: DurableObjectState;
  readonly #endAt: number;
  readonly #microtasks: number;
  #count = 0;
  #armed = true;

  private constructor(ctx: DurableObjectState, endAt: number, microtasks: number) {
    this.#ctx = ctx;
    this.#endAt = endAt;
    this.#microtasks = microtasks;
  }

  /** Ends the instance at its `endAt`th moment from now on, and so many microtasks later. */
  static async watch(
    database: Database,
    instance: string,
    { endAt, microtasks }: { readonly endAt: number; readonly microtasks: number },
  ): Promise<AwaitPoints> {
    return runInDurableObject(database.stub(instance), (_object, ctx) => {
      const points = new AwaitPoints(ctx, endAt, microtasks);
      points.#patch();
      return points;
    });
  }

  /** Counts no more. Answers whether the moment has come. */
  disarm(): boolean {
    this.#armed = false;
    return this.#count >= this.#endAt;
  }

  #patch(): void {
    const { storage } = this.#ctx;
    const exec = storage.sql.exec.bind(storage.sql);
    storage.sql.exec = ((query: string, ...bindings: SqlStorageValue[]) => {
      this.#pass();
      return exec(query, ...bindings);
    }) as typeof storage.sql.exec;
    const sync = storage.sync.bind(storage);
    storage.sync = async () => {
      this.#pass();
      await sync();
      this.#pass();
    };
  }

  #pass(): void {
    if (!this.#armed) return;
    this.#count += 1;
    if (this.#count === this.#endAt) void this.#end();
  }

  async #end(): Promise<void> {
    for (let passed = 0; passed < this.#microtasks; passed += 1) await undefined;
    this.#ctx.abort(`ended at moment ${this.#endAt}`);
  }
}
