/** Values in JSON: Neo4j's plain form, its typed one in both directions, and that of sub.v1. */
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
import {
  Float,
  NodeRecord,
  PathRecord,
  RelationshipRecord,
  type ResultValue,
  type Value,
} from '../../core/value/value.ts';
import { parseJsonText } from '../../durable/json-text.ts';
import { decodeTypedValue, encodeJsonValue } from '../../durable/json-value.ts';
import { duration, point, temporal } from '../core/value/temporal-arbitrary.ts';
import { text as anyText, integer } from '../core/value/value-arbitrary.ts';

// What is not Unicode is refused at the door.
const text = anyText.filter((candidate) => candidate.isWellFormed());
const parameter: fc.Arbitrary<ResultValue> = fc.letrec<{ value: ResultValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    fc.constant(null),
    fc.boolean(),
    integer,
    fc.double().map((float) => new Float(float)),
    text,
    temporal,
    duration,
    point,
    fc.array(tie('value'), { maxLength: 4 }),
    fc
      .array(fc.tuple(fc.oneof(text, fc.constantFrom('$type', '_value', '__proto__')), tie('value')), { maxLength: 4 })
      .map((entries) => new Map(entries)),
  ),
})).value;

const node = new NodeRecord('4:c:1', ['City'], new Map([['visits', 1]]));
const relationship = new RelationshipRecord({
  elementId: '5:c:7',
  startElementId: '4:c:1',
  endElementId: '4:c:1',
  relationshipType: 'LOOP',
  properties: new Map(),
});
const TYPED_NODE =
  '{"$type":"Node","_value":{"_element_id":"4:c:1","_labels":["City"],"_properties":{"visits":{"$type":"Integer","_value":"1"}}}}';
const TYPED_RELATIONSHIP =
  '{"$type":"Relationship","_value":{"_element_id":"5:c:7","_start_node_element_id":"4:c:1","_end_node_element_id":"4:c:1","_type":"LOOP","_properties":{}}}';

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
    expect(decodeTypedValue(typed(type, text))).toEqual(value);
  });

  test.each(['typed', 'live'] as const)('comes back from the form %s as it went', (form) => {
    fc.assert(
      fc.property(parameter, (value) => {
        expect(decodeTypedValue(parseJsonText(encodeJsonValue(value, form)))).toEqual(value);
      }),
    );
  });

  test.each([
    ['null', null, '{"$type":"Null","_value":null}'],
    ['a truth', true, '{"$type":"Boolean","_value":true}'],
    ['a small INTEGER', -1, '{"$type":"Integer","_value":"-1"}'],
    ['the largest INTEGER', 9223372036854775807n, '{"$type":"Integer","_value":"9223372036854775807"}'],
    ['a FLOAT without a fraction', new Float(1), '{"$type":"Float","_value":"1.0"}'],
    ['NaN', new Float(Number.NaN), '{"$type":"Float","_value":"NaN"}'],
    ['infinity', new Float(-Infinity), '{"$type":"Float","_value":"-Infinity"}'],
    ['text', 'a"b', '{"$type":"String","_value":"a\\"b"}'],
    ['a list', [null], '{"$type":"List","_value":[{"$type":"Null","_value":null}]}'],
    [
      'a map',
      new Map([['__proto__', true]]),
      '{"$type":"Map","_value":{"__proto__":{"$type":"Boolean","_value":true}}}',
    ],
    ['a node', node, TYPED_NODE],
    ['a relationship', relationship, TYPED_RELATIONSHIP],
    [
      'a path',
      new PathRecord([node, node], [relationship]),
      `{"$type":"Path","_value":[${TYPED_NODE},${TYPED_RELATIONSHIP},${TYPED_NODE}]}`,
    ],
  ])('%s has its type in the typed form', (_, value, expected) => {
    expect(encodeJsonValue(value, 'typed')).toBe(expected);
  });
  test.each([
    ['Date', 'tomorrow'],
    ['Point', 'here'],
    ['Moment', '2015-07-21'],
    ['Base64', 'AAEC'],
    ['Node', '4:c:1'],
    ['Integer', '1.0'],
    ['Integer', '9223372036854775808'],
    ['Float', '0x10'],
    ['Float', ''],
    ['Null', 'null'],
    ['Boolean', 'true'],
    ['List', '[]'],
  ])('is refused as a %s of %j', (type, text) => {
    expect(() => decodeTypedValue(typed(type, text))).toThrow();
  });
});

function typed(type: string, text: string): Value {
  return new Map([
    ['$type', type],
    ['_value', text],
  ]);
}
