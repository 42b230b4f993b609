/** Functions on strings. Lengths and positions count Unicode code points, as in Neo4j. */
import { checkedString, ELEMENT_BYTES, LIST_LENGTH_MAX, STRING_LENGTH_MAX, tooLarge } from '../../value/arithmetic.ts';
import type { Value } from '../../value/value.ts';
import type { EvaluationContext } from './expression.ts';
import { type CallSite, countArgument, type FunctionTable, stringArgument } from './function-definition.ts';

const SURROGATE = /[\ud800-\udfff]/;

/** How many code points a string has. */
export function codePointCount(text: string): number {
  return SURROGATE.test(text) ? Array.from(text).length : text.length;
}

export function reverseString(text: string): string {
  return Array.from(text).reverse().join('');
}

/** The code points from `start` up to, not including, `end`. */
function sliceString(text: string, start: number, end: number): string {
  return SURROGATE.test(text) ? Array.from(text).slice(start, end).join('') : text.slice(start, end);
}

/** A function of one string. */
function onString(apply: (text: string) => string) {
  return {
    apply: (args: readonly Value[], _context: unknown, site: CallSite) => apply(stringArgument(args[0]!, site)),
  };
}

/** Takes white space, or any of the given characters, from the sides of a string. */
function trimming(sides: { readonly start: boolean; readonly end: boolean }) {
  return {
    apply: ([text, characters]: readonly Value[], _context: unknown, site: CallSite) => {
      const subject = stringArgument(text!, site);
      if (characters === undefined) {
        if (sides.start && sides.end) return subject.trim();
        return sides.start ? subject.trimStart() : subject.trimEnd();
      }
      const removed = new Set(stringArgument(characters, site));
      const points = Array.from(subject);
      let start = 0;
      let end = points.length;
      if (sides.start) while (start < end && removed.has(points[start]!)) start++;
      if (sides.end) while (end > start && removed.has(points[end - 1]!)) end--;
      return points.slice(start, end).join('');
    },
  };
}

export const STRING_FUNCTIONS: FunctionTable = {
  toupper: onString((text) => text.toUpperCase()),
  tolower: onString((text) => text.toLowerCase()),
  upper: onString((text) => text.toUpperCase()),
  lower: onString((text) => text.toLowerCase()),
  trim: trimming({ start: true, end: true }),
  btrim: trimming({ start: true, end: true }),
  ltrim: trimming({ start: true, end: false }),
  rtrim: trimming({ start: false, end: true }),
  char_length: { apply: ([text], _context, site) => codePointCount(stringArgument(text!, site)) },
  character_length: { apply: ([text], _context, site) => codePointCount(stringArgument(text!, site)) },
  normalize: {
    apply: ([text, form], _context, site) =>
      checkedString(
        stringArgument(text!, site).normalize(form === undefined ? 'NFC' : stringArgument(form, site)),
        site.position,
      ),
  },
  replace: {
    apply: ([text, search, replacement], context, site) => {
      const subject = stringArgument(text!, site);
      const searched = stringArgument(search!, site);
      const inserted = stringArgument(replacement!, site);
      return replaceAll({ subject, searched, inserted }, context, site);
    },
  },
  substring: {
    apply: ([text, start, length], _context, site) => {
      const from = countArgument(start!, site);
      const to = length === undefined ? Number.MAX_SAFE_INTEGER : from + countArgument(length, site);
      return sliceString(stringArgument(text!, site), from, to);
    },
  },
  left: {
    apply: ([text, length], _context, site) =>
      sliceString(stringArgument(text!, site), 0, countArgument(length!, site)),
  },
  right: {
    apply: ([text, length], _context, site) => {
      const subject = stringArgument(text!, site);
      const count = codePointCount(subject);
      return sliceString(subject, Math.max(0, count - countArgument(length!, site)), count);
    },
  },
  split: {
    apply: ([text, delimiter], context, site) => {
      const separator = stringArgument(delimiter!, site);
      const subject = stringArgument(text!, site);
      const parts = separator === '' ? Array.from(subject) : subject.split(separator, LIST_LENGTH_MAX + 1);
      if (parts.length > LIST_LENGTH_MAX) throw tooLarge('list', LIST_LENGTH_MAX, site.position);
      context.spend(parts.length);
      context.make(ELEMENT_BYTES * parts.length + subject.length);
      return parts;
    },
  },
};

/** The length is worked out before the string is built: a replacement can multiply it. */
function replaceAll(
  { subject, searched, inserted }: { subject: string; searched: string; inserted: string },
  context: EvaluationContext,
  site: CallSite,
): string {
  if (searched === '') return subject;
  let occurrences = 0;
  for (let at = subject.indexOf(searched); at >= 0; at = subject.indexOf(searched, at + searched.length)) occurrences++;
  context.spend(occurrences);
  const length = subject.length + occurrences * (inserted.length - searched.length);
  if (length > STRING_LENGTH_MAX) throw tooLarge('string', STRING_LENGTH_MAX, site.position);
  context.make(length);
  return checkedString(subject.split(searched).join(inserted), site.position);
}
