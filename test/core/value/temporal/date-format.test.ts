import { describe, expect, test } from 'vitest';
import { convertFormat } from '../../../../core/value/temporal/date-format.ts';
import { failureOf } from '../../engine/database.ts';

describe('convertFormat', () => {
  test.each([
    // What @neo4j/graphql asks for: toString() leaves out seconds that are zero.
    ['2020-01-02T03:04Z', 'iso_zoned_date_time', 'iso_offset_date_time', '2020-01-02T03:04:00Z'],
    ['2020-01-02T03:04:05.120Z', 'iso_zoned_date_time', 'iso_offset_date_time', '2020-01-02T03:04:05.12Z'],
    [
      '2020-07-02T03:04+02:00[Europe/Paris]',
      'iso_zoned_date_time',
      'iso_offset_date_time',
      '2020-07-02T03:04:00+02:00',
    ],
    [
      '2020-07-02T03:04+02:00[Europe/Paris]',
      'iso_zoned_date_time',
      'iso_zoned_date_time',
      '2020-07-02T03:04:00+02:00[Europe/Paris]',
    ],
    ['2020-07-02T01:04+02:00', 'iso_date_time', 'iso_instant', '2020-07-01T23:04:00Z'],
    ['2020-07-02T01:04', 'iso_date_time', 'iso_date_time', '2020-07-02T01:04:00'],
    ['2020-07-02T01:04', 'iso_local_date_time', 'iso_local_date', '2020-07-02'],
    ['13:14:15.5+01:00', 'iso_time', 'iso_local_time', '13:14:15.5'],
    ['2020-11-04', 'date', 'basic_date', '20201104'],
    ['2020-11-04T22', 'date_hour', 'date_hour_minute', '2020-11-04T22:00'],
    ['20201104', 'basic_iso_date', 'yyyy-MM-dd', '2020-11-04'],
    ['4.11.2020 7:05', 'd.M.yyyy H:mm', "yyyy-MM-dd'T'HH:mm:ss", '2020-11-04T07:05:00'],
    ['2020-11-04 07:05:06.789 +0130', 'yyyy-MM-dd HH:mm:ss.SSS Z', 'date_time', '2020-11-04T07:05:06.789+01:30'],
    [
      '2020-11-04 07:05 Europe/Paris',
      'yyyy-MM-dd HH:mm VV',
      'iso_zoned_date_time',
      '2020-11-04T07:05:00+01:00[Europe/Paris]',
    ],
    ["4 o'clock", "H 'o''clock'", 'HH:mm', '04:00'],
    ['99-12-31', 'yy-MM-dd', 'yyyy', '2099'],
  ])('%s from %s to %s: %s', (text, from, to, expected) => {
    expect(convertFormat(text, from, to)).toBe(expected);
  });

  test.each([
    ['2020-13-01', 'iso_date', 'iso_date', 'month must be from 1 to 12'],
    ['2020-01-01', 'yyyy/MM/dd', 'iso_date', 'is not in the format yyyy/MM/dd'],
    ['2020-01-01', 'iso_date', 'iso_offset_date_time', 'The text has no time'],
    ['2020-01-01', 'iso_date', 'QQ', "not 'Q'"],
    ['2020-01-01', 'yyyy-MM-dd-MM', 'iso_date', 'the same letter in two places'],
    ['2020-01-01', 'y'.repeat(201), 'iso_date', 'at most 200 characters'],
    ['1'.repeat(201), 'yyyy', 'iso_date', 'is not in the format'],
  ])('refuses %s from %s to %s', (text, from, to, message) => {
    const failure = failureOf(() => convertFormat(text, from, to));

    expect(failure.code).toBe('Neo.ClientError.Statement.ArgumentError');
    expect(failure.message).toContain(message);
  });
});
