import { ARRAY_SLOT_BYTES, MAP_ENTRY_BYTES, type MemoryCounter, stringBytes, TYPED_ARRAY_BYTES } from './memory.ts';

/** The distinct strings of one property column, each under a code for as long as anybody uses it. */
export class StringDictionary {
  readonly #codes = new Map<string, number>();
  readonly #texts: string[] = [];
  #uses = new Uint32Array(8);
  readonly #freeCodes: number[] = [];
  readonly #memory: MemoryCounter;

  constructor(memory: MemoryCounter) {
    this.#memory = memory;
    memory.bytes += TYPED_ARRAY_BYTES + this.#uses.byteLength;
  }

  /** How many distinct strings there are. */
  get count(): number {
    return this.#codes.size;
  }

  textOf(code: number): string {
    return this.#texts[code]!;
  }

  /** The code of a text, which has one use more. */
  acquire(text: string): number {
    const known = this.#codes.get(text);
    if (known !== undefined) {
      this.#uses[known]! += 1;
      return known;
    }
    const code = this.#freeCodes.pop() ?? this.#texts.length;
    if (code >= this.#uses.length) this.#grow();
    this.#texts[code] = text;
    this.#uses[code] = 1;
    this.#codes.set(text, code);
    this.#memory.bytes += MAP_ENTRY_BYTES + ARRAY_SLOT_BYTES + stringBytes(text);
    return code;
  }

  /** Takes one use back; the last one takes the text with it. */
  release(code: number): void {
    this.#uses[code]! -= 1;
    if (this.#uses[code] !== 0) return;
    const text = this.#texts[code]!;
    this.#codes.delete(text);
    this.#texts[code] = '';
    this.#freeCodes.push(code);
    this.#memory.bytes -= MAP_ENTRY_BYTES + ARRAY_SLOT_BYTES + stringBytes(text);
  }

  #grow(): void {
    const larger = new Uint32Array(this.#uses.length * 2);
    larger.set(this.#uses);
    this.#memory.bytes += larger.byteLength - this.#uses.byteLength;
    this.#uses = larger;
  }
}
