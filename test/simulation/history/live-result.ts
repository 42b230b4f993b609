/** What a subscriber holds of one live query, and the stream of states that its messages name. */
import type { Mark } from '../../core/history/session.ts';
import type { LiveState, LiveStream } from '../../core/history/subscription.ts';
import { markOf } from './history-client.ts';

/** A frame of sub.v1 from the server, as far as a client looks into it. */
export interface LiveFrame {
  readonly t: string;
  readonly id?: number;
  readonly at?: string;
  readonly from?: string;
  readonly to?: string;
  readonly why?: string;
  readonly code?: string;
  readonly rows?: readonly (readonly [string, readonly unknown[]])[];
  /** Kind (0 added, 1 changed, 2 removed), key, row, and in ordered results the key of the row before. */
  readonly ch?: readonly (readonly [0 | 1 | 2, string, (readonly unknown[])?, (string | null)?])[];
}

interface OpenStream extends LiveStream {
  readonly states: LiveState[];
}

export class LiveResult {
  readonly #subscriber: string;
  readonly #isOrdered: boolean;
  readonly #streams: LiveStream[];
  #rows: { readonly key: string; readonly text: string }[] = [];
  #stream: OpenStream;
  /** The bookmark of what it holds. */
  bookmark: string | undefined;
  isComplete = false;

  /** `streams`: where all that it is told goes. `after`: what the first result must not be older than. */
  constructor(options: {
    readonly subscriber: string;
    readonly isOrdered: boolean;
    readonly streams: LiveStream[];
    readonly after: string | undefined;
  }) {
    this.#subscriber = options.subscriber;
    this.#isOrdered = options.isOrdered;
    this.#streams = options.streams;
    this.#stream = this.#begin(options.after);
  }

  get mark(): Mark | undefined {
    return this.bookmark === undefined ? undefined : markOf(this.bookmark);
  }

  /** Takes a frame, and answers how many rows it brought. */
  take(frame: LiveFrame): number {
    switch (frame.t) {
      case 'rows':
        for (const [key, row] of frame.rows ?? []) this.#put(key, row, undefined);
        return frame.rows?.length ?? 0;
      case 'live':
        this.isComplete = true;
        this.#reach(frame.at, undefined);
        return 0;
      case 'diff':
        for (const [kind, key, row, before] of frame.ch ?? []) {
          if (kind === 2 || row === undefined) this.#remove(key);
          else this.#put(key, row, before);
        }
        this.#reach(frame.to, frame.from);
        return (frame.ch ?? []).filter(([kind]) => kind !== 2).length;
      case 'tick':
        if (this.isComplete) this.#reach(frame.to, undefined);
        return 0;
      case 'reset':
        this.#rows = [];
        this.isComplete = false;
        // Nothing older than what was asked for comes where nothing had come before.
        if (frame.why !== 'retention') this.#stream = this.#begin(undefined);
        return 0;
      default:
        return 0;
    }
  }

  #begin(after: string | undefined): OpenStream {
    const stream = { subscriber: this.#subscriber, after: after === undefined ? undefined : markOf(after), states: [] };
    this.#streams.push(stream);
    return stream;
  }

  #reach(bookmark: string | undefined, from: string | undefined): void {
    const mark = markOf(bookmark ?? '');
    if (mark === undefined) return;
    this.bookmark = bookmark;
    const rows = this.#rows.map(({ text }) => text);
    if (!this.#isOrdered) rows.sort();
    this.#stream.states.push({ mark, from: from === undefined ? undefined : markOf(from), rows });
  }

  #put(key: string, row: readonly unknown[], before: string | null | undefined): void {
    const entry = { key, text: JSON.stringify(row) };
    const place = this.#rows.findIndex((other) => other.key === key);
    if (before === undefined && place >= 0) this.#rows[place] = entry;
    else if (before === undefined) this.#rows.push(entry);
    else {
      this.#remove(key);
      this.#rows.splice(this.#rows.findIndex((other) => other.key === before) + 1, 0, entry);
    }
  }

  #remove(key: string): void {
    this.#rows = this.#rows.filter((row) => row.key !== key);
  }
}
