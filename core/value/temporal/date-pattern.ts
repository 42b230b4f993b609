/** Dates and times in a pattern of letters, such as `yyyy-MM-dd HH:mm`. Source: the documentation of Java's DateTimeFormatter. */
import { dayOfMonth, timeOfDay } from './components.ts';
import { formatOffset } from './format.ts';
import { clockOf, dayOf, type Format, type Moment, momentOf, offsetOf, padded, two, yearText } from './moment.ts';
import { temporalError } from './temporal-error.ts';
import { dateTimeIn, parseOffset, parseZone } from './zone.ts';

/** UTF-16 units of a text at most; a longer one is refused unread. */
const TEXT_LENGTH_MAX = 200;

/** A run of one letter, or text that stands for itself. */
type PatternPart = { readonly letter: string; readonly count: number } | { readonly literal: string };

/** What a pattern's letter reads, as a regular expression of one group. */
function readerOf({ letter, count }: { readonly letter: string; readonly count: number }): string {
  switch (letter) {
    case 'y':
    case 'u':
      return count === 2 ? '(\\d\\d)' : '([+-]?\\d{4,9})';
    case 'M':
    case 'd':
    case 'H':
    case 'm':
    case 's':
      return count === 1 ? '(\\d{1,2})' : '(\\d\\d)';
    case 'S':
      return `(\\d{${Math.min(count, 9)}})`;
    case 'X':
    case 'x':
    case 'Z':
      return '(Z|[+-]\\d\\d(?::?\\d\\d)?)';
    case 'V':
      return '([A-Za-z][A-Za-z0-9+_/-]*|Z)';
    default:
      throw temporalError(`A format knows the letters y, u, M, d, H, m, s, S, X, x, Z and V, not '${letter}'.`);
  }
}

/** Letters in a row stand for a part of the moment; what is in quotes, and signs, for themselves. */
export class PatternFormat implements Format {
  readonly #pattern: string;
  readonly #parts: readonly PatternPart[];

  constructor(pattern: string) {
    this.#pattern = pattern;
    this.#parts = [...pattern.matchAll(/([A-Za-z])\1*|'((?:[^']|'')*)'|[^A-Za-z']/g)].map(([text, letter, quoted]) => {
      if (letter !== undefined) return { letter, count: text.length };
      return { literal: quoted === undefined ? text : quoted === '' ? "'" : quoted.replaceAll("''", "'") };
    });
    const letters = this.#parts.flatMap((part) => ('letter' in part ? [part] : []));
    // Each letter once, so that no text makes the regular expression try long.
    if (new Set(letters.map(({ letter }) => letter)).size < letters.length) {
      throw temporalError(`The format ${pattern} has the same letter in two places.`);
    }
    for (const part of letters) readerOf(part);
  }

  read(text: string): Moment {
    const letters: string[] = [];
    const source = this.#parts.map((part) => {
      if ('literal' in part) return part.literal.replaceAll(/[\\^$.*+?()[\]{}|/]/g, '\\$&');
      letters.push(part.letter);
      return readerOf(part);
    });
    const match = text.length > TEXT_LENGTH_MAX ? null : new RegExp(`^${source.join('')}$`).exec(text);
    if (!match) throw temporalError(`'${text.slice(0, TEXT_LENGTH_MAX)}' is not in the format ${this.#pattern}.`);
    return momentFrom(new Map(letters.map((letter, i) => [letter === 'u' ? 'y' : letter, match[i + 1]!])));
  }

  write(moment: Moment): string {
    return this.#parts.map((part) => ('literal' in part ? part.literal : written(part, moment))).join('');
  }
}

/** The moment that the texts of a pattern's letters say. */
function momentFrom(texts: ReadonlyMap<string, string>): Moment {
  const number = (letter: string, otherwise: number) => Number(texts.get(letter) ?? otherwise);
  const yearDigits = texts.get('y');
  const year = yearDigits?.length === 2 ? 2000 + Number(yearDigits) : Number(yearDigits);
  const epochDay = yearDigits === undefined ? undefined : dayOfMonth(year, number('M', 1), number('d', 1));
  const nanosecond = Number((texts.get('S') ?? '').padEnd(9, '0'));
  const clock = { hour: number('H', 0), minute: number('m', 0), second: number('s', 0), nanosecond };
  const nanosecondOfDay = texts.has('H') ? timeOfDay(clock) : undefined;
  const offsetText = texts.get('X') ?? texts.get('x') ?? texts.get('Z');
  const zone = parseZone(texts.get('V') ?? 'Z');
  if (epochDay !== undefined && nanosecondOfDay !== undefined && typeof zone === 'string') {
    return momentOf(dateTimeIn(zone, { epochDay, nanosecondOfDay }, undefined));
  }
  const offsetSeconds = offsetText === undefined ? (texts.has('V') ? 0 : undefined) : parseOffset(offsetText);
  return { epochDay, nanosecondOfDay, offsetSeconds, zone: undefined };
}

function written({ letter, count }: { readonly letter: string; readonly count: number }, moment: Moment): string {
  switch (letter) {
    case 'y':
    case 'u':
      return count === 2 ? two(Math.abs(dayOf(moment).year) % 100) : yearText(dayOf(moment).year, count);
    case 'M':
      return padded(dayOf(moment).month, Math.min(count, 2));
    case 'd':
      return padded(dayOf(moment).day, count);
    case 'H':
      return padded(clockOf(moment).hour, count);
    case 'm':
      return padded(clockOf(moment).minute, count);
    case 's':
      return padded(clockOf(moment).second, count);
    case 'S':
      return padded(clockOf(moment).nanosecond, 9).slice(0, count);
    case 'X':
    case 'x':
    case 'Z':
      return offsetText(letter, count, offsetOf(moment));
    case 'V':
      return moment.zone ?? formatOffset(offsetOf(moment));
    default:
      return readerOf({ letter, count });
  }
}

/** X: `Z` for none, else hours, minutes with two or more letters, a colon with three or more. x and Z never write `Z`. */
function offsetText(letter: string, count: number, seconds: number): string {
  if (letter === 'X' && seconds === 0) return 'Z';
  const total = Math.abs(seconds);
  const [hours, minutes] = [two(Math.floor(total / 3600)), two(Math.floor(total / 60) % 60)];
  const sign = seconds < 0 ? '-' : '+';
  if (letter === 'Z') return `${sign}${hours}${count > 3 ? ':' : ''}${minutes}`;
  if (count === 1) return `${sign}${hours}${minutes === '00' ? '' : minutes}`;
  return `${sign}${hours}${count > 2 ? ':' : ''}${minutes}`;
}
