/** Literals as they are written, to the values they stand for. */

/** Integers have 64 bits. */
export const INTEGER_MAX = 2n ** 63n - 1n;

/** More digits than any 64-bit integer has, in any radix: what is longer need not be read. */
const DIGITS_MAX = 24;

/** The value of an INTEGER token (decimal, 0x…, 0o…; without a sign), or undefined when it is above 2^63. */
export function integerValue(source: string): bigint | undefined {
  const digits = source.replaceAll('_', '');
  const radix = /^0[xXoO]/.test(digits) ? digits.slice(0, 2).toLowerCase() : '';
  const significant = digits.slice(radix.length).replace(/^0+(?=.)/, '');
  if (significant.length > DIGITS_MAX) return undefined;
  const value = BigInt(radix + significant);
  // 2^63 itself is let through: with a minus before it, it is the least integer.
  return value > INTEGER_MAX + 1n ? undefined : value;
}

/** The value of a FLOAT token, or undefined when it is too large for one. */
export function floatValue(source: string): number | undefined {
  const value = Number(source.replaceAll('_', ''));
  return Number.isFinite(value) ? value : undefined;
}

/** What is wrong with a string, and where in its token. */
export interface StringFault {
  readonly offset: number;
  readonly message: string;
  readonly detail: string;
}

const SIMPLE_ESCAPES: ReadonlyMap<string, string> = new Map([
  ['\\', '\\'],
  ["'", "'"],
  ['"', '"'],
  ['`', '`'],
  ['b', '\b'],
  ['f', '\f'],
  ['n', '\n'],
  ['r', '\r'],
  ['t', '\t'],
]);

/** The value of a STRING token, its quotes included. */
export function stringValue(source: string): string | StringFault {
  const inner = source.slice(1, -1);
  if (!inner.includes('\\')) return inner;
  const pieces: string[] = [];
  let from = 0;
  for (let at = inner.indexOf('\\'); at >= 0; at = inner.indexOf('\\', from)) {
    pieces.push(inner.slice(from, at));
    const letter = inner[at + 1] ?? '';
    const simple = SIMPLE_ESCAPES.get(letter);
    if (simple !== undefined) {
      pieces.push(simple);
      from = at + 2;
      continue;
    }
    const units = letter === 'u' ? 4 : letter === 'U' ? 8 : 0;
    // The opening quote is not part of `inner`, hence the one more.
    if (units === 0) return { offset: at + 1, message: `"\\${letter}" is no escape`, detail: 'UnexpectedSyntax' };
    const character = unicodeCharacter(inner.slice(at + 2, at + 2 + units), units);
    if (character === undefined) {
      const message = `"\\${letter}" must be followed by ${units} hexadecimal digits of a Unicode character`;
      return { offset: at + 1, message, detail: 'InvalidUnicodeLiteral' };
    }
    pieces.push(character);
    from = at + 2 + units;
  }
  pieces.push(inner.slice(from));
  return pieces.join('');
}

function unicodeCharacter(digits: string, units: number): string | undefined {
  if (digits.length !== units || !/^[0-9a-fA-F]+$/.test(digits)) return undefined;
  const codePoint = Number.parseInt(digits, 16);
  return codePoint <= 0x10ffff ? String.fromCodePoint(codePoint) : undefined;
}
