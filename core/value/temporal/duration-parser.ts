/** Durations from ISO 8601 text: `P1Y2M3DT4H5M6.7S`, weeks, fractions and signs anywhere, and the form of a date and time. */
import { parseFraction } from './decimal.ts';
import { durationOf, durationOfFractions } from './duration.ts';
import { temporalError } from './temporal-error.ts';
import type { DurationValue } from './temporal-value.ts';

/** UTF-16 units of a duration's text at most; longer text is refused unread. */
const TEXT_LENGTH_MAX = 200;

const COUNT = '([+-]?\\d+(?:[.,]\\d+)?)';
const UNITS = new RegExp(
  `^([+-])?P(?=.)(?:${COUNT}Y)?(?:${COUNT}M)?(?:${COUNT}W)?(?:${COUNT}D)?` +
    `(?:T(?=.)(?:${COUNT}H)?(?:${COUNT}M)?(?:${COUNT}S)?)?$`,
);

/** `P2012-02-02T14:37:21.545`, with its separators or without. */
const DATE_LIKE = [
  /^([+-])?P(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d):(\d\d)(?:[.,](\d{1,9}))?)?$/,
  /^([+-])?P(\d{4})(\d\d)(\d\d)(?:T(\d\d)(\d\d)(\d\d)(?:[.,](\d{1,9}))?)?$/,
];

/** The largest numbers of the date-like form. Source: ISO 8601, alternative format. */
const DATE_LIKE_MAX = { months: 12, days: 31, hours: 24, minutes: 59, seconds: 59 } as const;

/** How many of a unit of the text make up one of a part of the duration. */
const PER_UNIT = [12n, 1n, 7n, 1n, 3600n, 60n, 1n] as const;

/** The duration that a text stands for. Errors: ArgumentError. */
export function parseDuration(text: string): DurationValue {
  if (text.length > TEXT_LENGTH_MAX) return refuse(text);
  const units = UNITS.exec(text);
  if (units) return ofUnits(units[1] === '-', units.slice(2));
  for (const pattern of DATE_LIKE) {
    const match = pattern.exec(text);
    if (match) return ofDateLike(text, match[1] === '-', match.slice(2));
  }
  return refuse(text);
}

function ofUnits(isNegative: boolean, counts: readonly (string | undefined)[]): DurationValue {
  const [years, months, weeks, days, hours, minutes, seconds] = counts.map((count, unit) => {
    const { numerator, denominator } = parseFraction((count ?? '0').replace(',', '.'));
    return { numerator: numerator * (isNegative ? -PER_UNIT[unit]! : PER_UNIT[unit]!), denominator };
  });
  return durationOfFractions({
    months: [years!, months!],
    days: [weeks!, days!],
    seconds: [hours!, minutes!, seconds!],
    nanoseconds: [],
  });
}

function ofDateLike(text: string, isNegative: boolean, groups: readonly (string | undefined)[]): DurationValue {
  const [years = 0, months = 0, days = 0, hours = 0, minutes = 0, seconds = 0] = groups
    .slice(0, 6)
    .map((digits) => Number(digits ?? 0));
  const max = DATE_LIKE_MAX;
  if (months > max.months || days > max.days || hours > max.hours) return refuse(text);
  if (minutes > max.minutes || seconds > max.seconds) return refuse(text);
  const sign = isNegative ? -1 : 1;
  return durationOf({
    months: sign * (years * 12 + months),
    days: sign * days,
    seconds: sign * (hours * 3600 + minutes * 60 + seconds),
    nanoseconds: sign * Number((groups[6] ?? '').padEnd(9, '0')),
  });
}

function refuse(text: string): never {
  throw temporalError(`'${text.slice(0, TEXT_LENGTH_MAX)}' cannot be read as a DURATION.`);
}
