/** What happened: a hash of every event, to compare two runs of one seed, and the last ones as text, for the report. */

/** Lines that a report shows: SIM_LINES=100000 shows the whole run. */
const KEPT = Number(process.env.SIM_LINES ?? 60);

export class Trace {
  #hash = 0x811c9dc5;
  #lines: string[] = [];
  #count = 0;

  add(nowMs: number, object: string, line: string): void {
    const text = `${nowMs.toFixed(1).padStart(9)} ${object.padEnd(14)} ${line}`;
    // FNV-1a.
    for (let index = 0; index < text.length; index++) {
      this.#hash = Math.imul(this.#hash ^ text.charCodeAt(index), 0x01000193);
    }
    this.#count += 1;
    this.#lines.push(text);
    if (this.#lines.length > 2 * KEPT) this.#lines = this.#lines.slice(-KEPT);
  }

  get hash(): string {
    return `${this.#count}-${(this.#hash >>> 0).toString(16)}`;
  }

  get eventCount(): number {
    return this.#count;
  }

  last(): string {
    return this.#lines.slice(-KEPT).join('\n');
  }
}
