/** Temporal values and points in JSON: Neo4j's plain form, and the typed one of sub.v1 in both directions. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { PointValue, SRID } from '../../core/value/spatial/point-value.ts';
import { parseDuration } from '../../core/value/temporal/duration-parser.ts';
import {
  parseDate,
  parseDateTime,
  parseLocalDateTime,
  parseLocalTime,
  parseTime,
} from '../../core/value/temporal/parser.ts';
import { UTC } from '../../core/value/temporal/zone.ts';
import type { Value } from '../../core/value/value.ts';
import { decodeLiveValue, encodeJsonValue } from '../../durable/json-value.ts';
import { duration, temporal } from '../core/value/temporal-arbitrary.ts';

const cases = [
  { type: 'Date', value: parseDate('2015-07-21'), text: '2015-07-21' },
  { type: 'Time', value: parseTime('12:50:35.556+01:00', 0), text: '12:50:35.556+01:00' },
  { type: 'LocalTime', value: parseLocalTime('12:50:35.556'), text: '12:50:35.556' },
  { type: 'LocalDateTime', value: parseLocalDateTime('2015-07-21T12:50'), text: '2015-07-21T12:50' },
  { type: 'OffsetDateTime', value: parseDateTime('2015-07-21T12:50-01:00', UTC), text: '2015-07-21T12:50-01:00' },
  {
    type: 'ZonedDateTime',
    value: parseDateTime('2015-11-21T21:40[Antarctica/Troll]', UTC),
    text: '2015-11-21T21:40Z[Antarctica/Troll]',
  },
  { type: 'Duration', value: parseDuration('P14DT16H12M'), text: 'P14DT16H12M' },
  {
    type: 'Point',
    value: new PointValue({ srid: SRID.cartesian, x: 1.2, y: 3, z: undefined }),
    text: 'SRID=7203;POINT (1.2 3.0)',
  },
] as const;

describe('a value in JSON', () => {
  test.each(cases)('of type $type is text in the plain form, and $type in the typed one', ({ type, value, text }) => {
    expect(encodeJsonValue(value, 'plain')).toBe(`"${text}"`);
    expect(encodeJsonValue(value, 'live')).toBe(`{"$type":"${type}","_value":"${text}"}`);
    expect(decodeLiveValue(typed(type, text))).toEqual(value);
  });

  test('comes back from the typed form as it went', () => {
    fc.assert(
      fc.property(fc.oneof(temporal, duration), (value) => {
        const { $type, _value } = JSON.parse(encodeJsonValue(value, 'live')) as { $type: string; _value: string }; // As written above.

        expect(decodeLiveValue(typed($type, _value))).toEqual(value);
      }),
    );
  });

  test.each([
    ['Date', 'tomorrow'],
    ['Point', 'here'],
    ['Moment', '2015-07-21'],
  ])('is refused as a %s of %j', (type, text) => {
    expect(() => decodeLiveValue(typed(type, text))).toThrow();
  });
});

function typed(type: string, text: string): Value {
  return new Map([
    ['$type', type],
    ['_value', text],
  ]);
}
