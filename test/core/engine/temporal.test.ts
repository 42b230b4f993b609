/** Temporal values and points through whole statements: functions, properties, indexes, errors. */
import { describe, expect, test } from 'vitest';
import { checksumOf } from '../../../core/graph/checksum.ts';
import { formatPoint } from '../../../core/value/spatial/point.ts';
import { PointValue } from '../../../core/value/spatial/point-value.ts';
import { formatTemporal } from '../../../core/value/temporal/format.ts';
import { isTemporalOrDuration } from '../../../core/value/temporal/temporal-value.ts';
import type { ResultValue } from '../../../core/value/value.ts';
import { Database, failureOf } from './database.ts';

describe('functions', () => {
  test.each([
    ['date()', '1970-01-01'],
    ['datetime.realtime()', '1970-01-01T00:00Z'],
    ["localdatetime.statement('Europe/Stockholm')", '1970-01-01T01:00'],
    ["time.transaction({timezone: '-01:00'})", '23:00-01:00'],
    ['datetime.fromEpoch(416779, 999999999)', '1970-01-05T19:46:19.999999999Z'],
    ['datetime.fromEpochMillis(237821673987)', '1977-07-15T13:34:33.987Z'],
    ["DATE.Truncate('week', date('1984-10-11'), {dayOfWeek: 2})", '1984-10-09'],
    ["date.truncate('year')", '1970-01-01'],
    ["duration.inDays(date('2015-01-01'), date('2016-01-01'))", 'P365D'],
    ["date('2015-07-21') + duration({days: 1}) - duration('P1M')", '2015-06-22'],
    ["duration('P1D') * 2 + duration('PT1H') / 2", 'P2DT30M'],
    ["toString(datetime('2015-07-21T12:00[Europe/Stockholm]'))", '2015-07-21T12:00+02:00[Europe/Stockholm]'],
    ["datetime('2015-07-21').epochSeconds", 1437436800],
    ['point({longitude: 12, latitude: 56}).crs', 'wgs-84'],
    ['toString(point({x: 1, y: 2}))', "point({x: 1.0, y: 2.0, crs: 'cartesian'})"],
    ["reduce(sum = duration('PT0S'), d IN [duration('P1D'), duration('PT1S')] | sum + d)", 'P1DT1S'],
  ])('%s', (expression, expected) => {
    expect(firstValue(`RETURN ${expression}`)).toBe(expected);
  });

  test.each([
    'date(null)',
    'date({year: null})',
    'datetime.statement(null)',
    "date.truncate('day', null)",
    "date.truncate('day', date(), {day: null})",
    'duration.between(date(), null)',
    'point({x: 1, y: null})',
    'point.distance(point({x: 1, y: 2}), point({x: 1, y: 2, z: 3}))',
    "duration('P1D') < duration('P2D')",
    "date('2015-01-01') < datetime('2016-01-01')",
    "date('2015-01-01') + null",
  ])('%s is null', (expression) => {
    expect(firstValue(`RETURN ${expression}`)).toBeNull();
  });

  test('the clock stands still during a statement', () => {
    expect(firstValue('RETURN duration.inSeconds(datetime.realtime(), datetime())')).toBe('PT0S');
  });
});

describe('aggregations', () => {
  test('durations are added up and averaged', () => {
    const durations = "UNWIND [duration('P1D'), duration('P1M'), null, duration('PT2H')] AS d";

    expect(firstValue(`${durations} RETURN sum(d)`)).toBe('P1M1DT2H');
    expect(firstValue(`${durations} RETURN avg(d)`)).toBe('P10DT12H9M42S');
    expect(firstValue(`${durations} RETURN max(d)`)).toBe('P1M');
  });

  test('durations and numbers do not mix', () => {
    expect(failureOf(() => firstValue("UNWIND [duration('P1D'), 1] AS d RETURN sum(d)")).detail).toBe(
      'InvalidArgumentType',
    );
  });

  test('equal values are of one group', () => {
    const statement = `UNWIND [date('2015-01-01'), date('2015-001'), localdatetime('2015'), duration('PT60S'), duration('PT1M')] AS x
                       RETURN count(DISTINCT x)`;

    expect(firstValue(statement)).toBe(3);
  });
});

describe('errors', () => {
  test.each([
    ["RETURN 1 + date('2015-01-01')", 'SyntaxError', 'InvalidArgumentType'],
    ["RETURN date('2015-01-01') - date('2014-01-01')", 'SyntaxError', 'InvalidArgumentType'],
    ["RETURN date('2015-01-01') * 2", 'SyntaxError', 'InvalidArgumentType'],
    ["RETURN -duration('P1D')", 'SyntaxError', 'InvalidArgumentType'],
    ['RETURN date(1)', 'SyntaxError', 'InvalidArgumentType'],
    ["UNWIND [1, 'a'] AS x RETURN x * date('2015-01-01')", 'SyntaxError', 'InvalidArgumentType'],
    ["UNWIND [1, 'a'] AS x RETURN duration('P1D') - x", 'TypeError', 'InvalidArgumentType'],
    ['RETURN date.foo()', 'SyntaxError', 'UnknownFunction'],
    ['RETURN duration.between(date())', 'SyntaxError', 'InvalidNumberOfArguments'],
    ["RETURN date('2015-02-29')", 'ArgumentError', 'NumberOutOfRange'],
    ["RETURN date('nonsense')", 'ArgumentError', 'InvalidArgumentValue'],
    ["RETURN date('2015-01-01').hour", 'ArgumentError', 'InvalidArgumentValue'],
    ["RETURN duration('P1D') / 0", 'ArithmeticError', 'DivisionByZero'],
    ['UNWIND [1] AS x RETURN duration.between(x, x)', 'SyntaxError', 'InvalidArgumentType'],
    ["UNWIND [1, 'a'] AS x RETURN point.distance(point({x: 1, y: 2}), x)", 'TypeError', 'InvalidArgumentValue'],
    ["CREATE ({list: [date('2015-01-01'), localtime('12:00')]})", 'TypeError', 'InvalidPropertyType'],
    ['CREATE ({list: [point({x: 1, y: 2}), point({longitude: 1, latitude: 2})]})', 'TypeError', 'InvalidPropertyType'],
  ])('%s', (statement, code, detail) => {
    expect(failureOf(() => new Database().run(statement))).toMatchObject({
      code: `Neo.ClientError.Statement.${code}`,
      detail,
    });
  });
});

describe('properties', () => {
  test('hold temporal values, points and lists of them, and give them back', () => {
    const database = new Database();
    database.run(`CREATE (:Event {at: datetime('2015-07-21T12:00[Europe/Stockholm]'), days: [date('2015-07-21')],
                                  lasts: duration('PT1.5S'), place: point({x: 1, y: 2})})`);

    const [row] = database.run('MATCH (e:Event) RETURN e.at, e.days, e.lasts, e.place, e.at.hour, e.place.y').rows;

    expect(row!.map(shown)).toEqual([
      '2015-07-21T12:00+02:00[Europe/Stockholm]',
      ['2015-07-21'],
      'PT1.5S',
      "point({x: 1.0, y: 2.0, crs: 'cartesian'})",
      12,
      { value: 2 },
    ]);
  });

  test('tell two graphs apart that differ in a nanosecond, a zone or a sign', () => {
    const values = [
      "time('12:00Z')",
      "time('12:00:00.000000001Z')",
      "datetime('2015-07-21T12:00Z')",
      "datetime('2015-07-21T12:00Z[UTC]')",
      'point({x: 0.0, y: 1})',
      'point({x: -0.0, y: 1})',
      "duration('P1D')",
      "duration('PT24H')",
    ];

    const checksums = values.map((value) => {
      const database = new Database();
      database.run(`CREATE ({at: ${value}})`);
      return checksumOf(database.store.newest);
    });

    expect(new Set(checksums).size).toBe(values.length);
  });
});

describe('an index', () => {
  function events(): Database {
    const database = new Database();
    database.run('CREATE INDEX at FOR (e:Event) ON (e.at)');
    database.run(`UNWIND range(1, 12) AS month
                  CREATE (:Event {month: month, at: date({year: 2015, month: month})})
                  CREATE (:Event {month: month, at: datetime({year: 2015, month: month, timezone: '+02:00'})})
                  CREATE (:Event {month: month, at: localtime({hour: month})})
                  CREATE (:Event {month: month, at: duration({months: month})})
                  CREATE (:Event {month: month, at: point({x: month, y: month})})`);
    return database;
  }

  test.each([
    ["e.at = date('2015-03-01')", [3]],
    ["e.at >= date('2015-10-02')", [11, 12]],
    ["e.at > date('2015-02-01') AND e.at < date('2015-05-01')", [3, 4]],
    ["e.at < datetime('2015-01-31T22:00Z')", [1]],
    ["e.at <= datetime('2015-01-31T22:00Z')", [1]],
    ["e.at = datetime('2015-02-01T00:00+02:00')", [2]],
    ["e.at > localtime('10:30')", [11, 12]],
    ["e.at = duration('P2M')", [2]],
    ["e.at > duration('P2M')", []],
    ['e.at = point({x: 7, y: 7})', [7]],
    ['e.at > point({x: 7, y: 7})', []],
    ["e.at IN [date('2015-03-01'), localtime('04:00')]", [3, 4]],
    ["e.at > date('2015-02-01') AND e.at < localtime('12:00')", []],
  ])('finds %s', (condition, expected) => {
    const months = events().rows(`MATCH (e:Event) WHERE ${condition} RETURN e.month ORDER BY e.month`);

    expect(months.flat()).toEqual(expected);
  });

  test('follows values that change', () => {
    const database = events();
    expect(database.rows("MATCH (e:Event) WHERE e.at > date('2015-11-01') RETURN e.month")).toEqual([[12]]);

    database.run("MATCH (e:Event) WHERE e.at = date('2015-12-01') SET e.at = date('2014-01-01')");
    database.run("MATCH (e:Event) WHERE e.at = date('2015-01-01') SET e.at = date('2016-01-01')");

    expect(database.rows("MATCH (e:Event) WHERE e.at > date('2015-11-01') RETURN e.month")).toEqual([[1]]);
    expect(database.rows("MATCH (e:Event) WHERE e.at < date('2015-01-01') RETURN e.month")).toEqual([[12]]);
  });
});

function firstValue(statement: string): unknown {
  return shown(new Database().run(statement).rows[0]![0]!);
}

function shown(value: ResultValue): unknown {
  if (isTemporalOrDuration(value)) return formatTemporal(value);
  if (value instanceof PointValue) return formatPoint(value);
  return Array.isArray(value) ? value.map(shown) : value;
}
