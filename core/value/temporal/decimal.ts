/** Fractions as exact decimals: 0.57 of an hour is 34 minutes and 12 seconds, not a nanosecond less. */
import { temporalError } from './temporal-error.ts';

/** `numerator / denominator`; the denominator is above zero. */
export interface Fraction {
  readonly numerator: bigint;
  readonly denominator: bigint;
}

const DECIMAL = /^([+-]?\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/;

/** A whole number, or a FLOAT as the shortest decimal that stands for it. Errors: ArgumentError for NaN and infinities. */
export function fractionOf(value: number | bigint): Fraction {
  if (typeof value === 'bigint') return { numerator: value, denominator: 1n };
  if (Number.isSafeInteger(value)) return { numerator: BigInt(value), denominator: 1n };
  if (!Number.isFinite(value)) throw temporalError(`A duration cannot hold ${value}.`, 'NumberOutOfRange');
  return parseFraction(String(value));
}

/** Digits, perhaps with a point and an exponent, as a fraction. */
export function parseFraction(text: string): Fraction {
  const [, whole = '', decimals = '', exponent = '0'] = DECIMAL.exec(text) ?? [];
  const power = Number(exponent) - decimals.length;
  const digits = BigInt(`${whole}${decimals}`.replace(/^\+/, ''));
  if (power >= 0) return { numerator: digits * 10n ** BigInt(power), denominator: 1n };
  return { numerator: digits, denominator: 10n ** BigInt(-power) };
}

export function productOf(left: Fraction, right: Fraction): Fraction {
  return { numerator: left.numerator * right.numerator, denominator: left.denominator * right.denominator };
}

/** One over a fraction that is not zero. */
export function inverseOf({ numerator, denominator }: Fraction): Fraction {
  return numerator < 0n
    ? { numerator: -denominator, denominator: -numerator }
    : { numerator: denominator, denominator: numerator };
}
