/**
 * Durations: how they are made and calculated with. Fractions flow down: of a month into days and seconds by the mean
 * length of a month, of a day into seconds, of a second into nanoseconds; what is left of a nanosecond is cut off.
 * Source: openCypher CIP2015-08-06, "Date and Time".
 */
import { integerOf, NANOS_PER_SECOND, SECONDS_PER_DAY, sumOf } from './day-time.ts';
import { type Fraction, fractionOf, inverseOf, productOf } from './decimal.ts';
import { temporalOverflow } from './temporal-error.ts';
import { DurationValue } from './temporal-value.ts';

/** 365.2425 days a year, over 12. */
export const SECONDS_PER_MONTH = 2_629_746;

const NANOS = BigInt(NANOS_PER_SECOND);

/** A duration of whole parts; the nanoseconds may be any whole number and are carried into the seconds. */
export function durationOf(parts: {
  readonly months?: number;
  readonly days?: number;
  readonly seconds?: number | bigint;
  readonly nanoseconds?: number;
}): DurationValue {
  const { months = 0, days = 0, seconds = 0, nanoseconds = 0 } = parts;
  if (!Number.isSafeInteger(months) || !Number.isSafeInteger(days)) throw tooLong();
  const carry = Math.floor(nanoseconds / NANOS_PER_SECOND);
  return new DurationValue({
    // Adding 0 makes 0 of -0.
    months: months + 0,
    days: days + 0,
    seconds: sumOf(seconds, carry),
    nanoseconds: nanoseconds - carry * NANOS_PER_SECOND,
  });
}

/** Parts of a duration that may be fractions. */
export interface FractionalParts {
  readonly months: readonly Fraction[];
  readonly days: readonly Fraction[];
  readonly seconds: readonly Fraction[];
  readonly nanoseconds: readonly Fraction[];
}

/** The duration of the sums of the parts. Errors: ArithmeticError past what a duration holds. */
export function durationOfFractions(parts: FractionalParts): DurationValue {
  const all = [...parts.months, ...parts.days, ...parts.seconds, ...parts.nanoseconds];
  const unit = all.reduce((common, { denominator }) => leastCommonMultiple(common, denominator), 1n);
  const sum = (fractions: readonly Fraction[]): bigint =>
    fractions.reduce((total, { numerator, denominator }) => total + numerator * (unit / denominator), 0n);

  const months = sum(parts.months);
  const perDay = BigInt(SECONDS_PER_DAY);
  const days = sum(parts.days) * perDay + (months % unit) * BigInt(SECONDS_PER_MONTH);
  const seconds = sum(parts.seconds) + (days % (unit * perDay));
  const nanoseconds = (seconds * NANOS + sum(parts.nanoseconds)) / unit;
  return ofExact(months / unit, days / (unit * perDay), nanoseconds);
}

function ofExact(months: bigint, days: bigint, nanoseconds: bigint): DurationValue {
  const cut = nanoseconds / NANOS;
  const seconds = nanoseconds < 0n && cut * NANOS !== nanoseconds ? cut - 1n : cut;
  const fields = { months: Number(months), days: Number(days), seconds: integerOf(seconds) };
  return durationOf({ ...fields, nanoseconds: Number(nanoseconds - seconds * NANOS) });
}

function leastCommonMultiple(left: bigint, right: bigint): bigint {
  let divisor = left;
  for (let rest = right; rest !== 0n; ) [divisor, rest] = [rest, divisor % rest];
  return (left / divisor) * right;
}

function tooLong() {
  return temporalOverflow('The duration is longer than any may be.');
}

export function addDurations(left: DurationValue, right: DurationValue): DurationValue {
  return durationOf({
    months: left.months + right.months,
    days: left.days + right.days,
    seconds: sumOf(left.seconds, right.seconds),
    nanoseconds: left.nanoseconds + right.nanoseconds,
  });
}

export function negateDuration(duration: DurationValue): DurationValue {
  return durationOf({
    months: -duration.months,
    days: -duration.days,
    seconds: integerOf(-BigInt(duration.seconds)),
    nanoseconds: -duration.nanoseconds,
  });
}

/** The duration so many times; a FLOAT counts as the decimal that it is written as. */
export function multiplyDuration(duration: DurationValue, factor: number | bigint): DurationValue {
  return scale(duration, fractionOf(factor));
}

/** The duration divided by a number that is not zero. */
export function divideDuration(duration: DurationValue, divisor: number | bigint): DurationValue {
  return scale(duration, inverseOf(fractionOf(divisor)));
}

function scale({ months, days, seconds, nanoseconds }: DurationValue, factor: Fraction): DurationValue {
  const part = (value: number | bigint) => [productOf(fractionOf(value), factor)];
  return durationOfFractions({
    months: part(months),
    days: part(days),
    seconds: part(seconds),
    nanoseconds: part(nanoseconds),
  });
}

/** Whether all four parts are the same. */
export function equalDurations(left: DurationValue, right: DurationValue): boolean {
  return (
    left.months === right.months &&
    left.days === right.days &&
    left.seconds === right.seconds &&
    left.nanoseconds === right.nanoseconds
  );
}

/**
 * The order of ORDER BY: by mean length, as only a date could tell the true one; then by the parts, so that durations
 * which are not equal are never level.
 */
export function compareDurations(left: DurationValue, right: DurationValue): number {
  const difference = meanSeconds(left) - meanSeconds(right);
  if (difference !== 0n) return difference < 0n ? -1 : 1;
  return left.nanoseconds - right.nanoseconds || left.months - right.months || left.days - right.days;
}

function meanSeconds({ months, days, seconds }: DurationValue): bigint {
  return BigInt(months) * BigInt(SECONDS_PER_MONTH) + BigInt(days) * BigInt(SECONDS_PER_DAY) + BigInt(seconds);
}

/** Whole days of the clock part, cut off towards zero. */
export function wholeDaysOf({ seconds, nanoseconds }: DurationValue): number {
  const cut = seconds < 0 && nanoseconds > 0 ? sumOf(seconds, 1) : seconds;
  return Number(BigInt(cut) / BigInt(SECONDS_PER_DAY));
}
