/** Property values as Cypher that gives them back exactly, for dumps. Unlike render.ts it leaves nothing to the eye. */

import { render } from './render.ts';
import { SRID_NAMES } from './spatial/point.ts';
import { PointValue } from './spatial/point-value.ts';
import { isTemporalOrDuration } from './temporal/temporal-value.ts';
import { Float, type StoredValue } from './value.ts';

/** What stands in a text between quotes for itself: all but these, and halves of surrogate pairs, which UTF-8 cannot carry. */
const ESCAPED = /[\\'\n\r\u2028\u2029]|[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', "'": "\\'", '\n': '\\n', '\r': '\\r' };

/** A value as a Cypher expression on one line. */
export function literal(value: StoredValue): string {
  if (typeof value === 'string') return textLiteral(value);
  if (value instanceof Float) return floatLiteral(value.value);
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (value instanceof PointValue) return pointLiteral(value);
  return isTemporalOrDuration(value) ? render(value) : String(value);
}

/** A text in quotes. */
export function textLiteral(text: string): string {
  return `'${text.replace(ESCAPED, (unit) => ESCAPES[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)}'`;
}

/** A name in backticks. */
export function nameLiteral(name: string): string {
  return `\`${name.replaceAll('`', '``')}\``;
}

/** NaN and the infinities have no literal; dividing by zero makes them. */
function floatLiteral(value: number): string {
  if (Number.isFinite(value)) return render(new Float(value));
  return Number.isNaN(value) ? '(0.0 / 0.0)' : `(${value < 0 ? '-' : ''}1.0 / 0.0)`;
}

function pointLiteral({ srid, x, y, z }: PointValue): string {
  const height = z === undefined ? '' : `, z: ${floatLiteral(z)}`;
  return `point({x: ${floatLiteral(x)}, y: ${floatLiteral(y)}${height}, crs: '${SRID_NAMES[srid]}'})`;
}
