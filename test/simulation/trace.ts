/**
 * What happened, in order: a running hash, by which two runs are compared, and the last lines, for the report of a failure. Lines
 * are made into text when somebody reads them, which hardly any run needs.
 */

/** Lines that a report shows: SIM_LINES=100000 shows the whole run. */
const KEPT = Number(process.env.SIM_LINES ?? 60);

interface Line {
  readonly atMs: number;
  readonly object: string;
  readonly what: string | (() => string);
  readonly effects: readonly { readonly type: string }[];
}

export class Trace {
  #hash = 0x811c9dc5;
  #lines: Line[] = [];
  #count = 0;
  /** The moment of a line as the bits of a double. */
  readonly #moment = new Float64Array(1);
  readonly #momentBits = new Uint32Array(this.#moment.buffer);

  add(atMs: number, object: string, what: Line['what'], effects: Line['effects']): void {
    // Every moment comes from dice, to the last bit: a run that takes another turn never has the same moments again.
    this.#moment[0] = atMs;
    this.#mix(this.#momentBits[0] ?? 0);
    this.#mix(this.#momentBits[1] ?? 0);
    this.#mix(effects.length);
    for (let index = 0; index < object.length; index++) this.#mix(object.charCodeAt(index));
    this.#count += 1;
    this.#lines.push({ atMs, object, what, effects });
    if (this.#lines.length > 2 * KEPT) this.#lines = this.#lines.slice(-KEPT);
  }

  /** FNV-1a, a word at a time. */
  #mix(word: number): void {
    this.#hash = Math.imul(this.#hash ^ word, 0x01000193);
  }

  get hash(): string {
    return `${this.#count}-${(this.#hash >>> 0).toString(16)}`;
  }

  get eventCount(): number {
    return this.#count;
  }

  last(): string {
    return this.#lines.slice(-KEPT).map(textOf).join('\n');
  }
}

function textOf({ atMs, object, what, effects }: Line): string {
  const said = typeof what === 'string' ? what : what();
  const told = effects.length === 0 ? '' : ` → ${effects.map((effect) => effect.type).join(' ')}`;
  return `${atMs.toFixed(1).padStart(9)} ${object.padEnd(14)} ${said}${told}`;
}
