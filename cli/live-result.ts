/** The client's side of sub.v1: keeps a query's rows by what the server sends. */

export type RowChange =
  | { readonly type: 'added' | 'changed'; readonly row: readonly unknown[] }
  | { readonly type: 'removed'; readonly row: readonly unknown[] | undefined };

export type LiveEvent =
  /** The result is complete, at first or after starting over. */
  | { readonly type: 'rows'; readonly columns: readonly string[]; readonly rows: readonly (readonly unknown[])[] }
  | { readonly type: 'changes'; readonly changes: readonly RowChange[] }
  | { readonly type: 'error'; readonly code: string; readonly message: string; readonly fatal: boolean };

/** A frame of the server, parsed from JSON. Which fields are there follows from `t`. */
export interface ServerFrame {
  readonly t: string;
  readonly cols?: string[];
  readonly fp?: string;
  readonly rows?: [string, unknown[]][];
  readonly ch?: [number, string, unknown[]?][];
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  readonly code?: string;
  readonly msg?: string;
  readonly fatal?: boolean;
}

export class LiveResult {
  readonly #rows = new Map<string, readonly unknown[]>();
  #columns: readonly string[] = [];
  /** Bookmark that the rows stand for. */
  #at: string | undefined;
  #fingerprint: string | undefined;
  #isComplete = false;

  /** What a new subscription needs to go on from here after a lost connection. */
  get resume(): { from: string; fp: string } | undefined {
    if (!this.#isComplete || this.#at === undefined || this.#fingerprint === undefined) return undefined;
    return { from: this.#at, fp: this.#fingerprint };
  }

  /** Takes a frame; answers what there is to show of it. */
  take(frame: ServerFrame): LiveEvent | undefined {
    switch (frame.t) {
      case 'cols':
        this.#columns = frame.cols ?? [];
        this.#fingerprint = frame.fp;
        return undefined;
      case 'rows':
        for (const [key, row] of frame.rows ?? []) this.#rows.set(key, row);
        return undefined;
      case 'live':
        return this.#complete(frame.at);
      case 'diff':
        this.#at = frame.to;
        return { type: 'changes', changes: (frame.ch ?? []).map((change) => this.#apply(change)) };
      case 'tick':
        this.#at = frame.to;
        return undefined;
      case 'reset':
        this.#rows.clear();
        this.#isComplete = false;
        return undefined;
      case 'err':
        return { type: 'error', code: frame.code ?? '', message: frame.msg ?? '', fatal: frame.fatal ?? true };
      default:
        return undefined;
    }
  }

  /** After a resumed subscription nothing is shown anew: the changes that were missed follow. */
  #complete(at: string | undefined): LiveEvent | undefined {
    const wasComplete = this.#isComplete;
    this.#at = at;
    this.#isComplete = true;
    return wasComplete ? undefined : { type: 'rows', columns: this.#columns, rows: [...this.#rows.values()] };
  }

  #apply([kind, key, row]: [number, string, unknown[]?]): RowChange {
    if (kind === 2 || row === undefined) {
      const removed = this.#rows.get(key);
      this.#rows.delete(key);
      return { type: 'removed', row: removed };
    }
    this.#rows.set(key, row);
    return { type: kind === 0 ? 'added' : 'changed', row };
  }
}
