/** Which values a property may hold. */
import { GraphError, type Position } from '../error.ts';
import { isList } from '../value/equality.ts';
import { typeName } from '../value/render.ts';
import { PointValue } from '../value/spatial/point-value.ts';
import { isTemporalOrDuration } from '../value/temporal/temporal-value.ts';
import { Float, type StoredValue, type Value } from '../value/value.ts';

/** The value as a property, null for null. Errors: TypeError, `InvalidPropertyType`, for a map, an entity or a mixed list. */
export function toStored(value: Value, position?: Position): StoredValue | null {
  if (value === null) return null;
  const stored = asStored(value);
  if (stored !== undefined) return stored;
  const what = isList(value)
    ? 'a list of values that are not of one storable type'
    : `a value of type ${typeName(value)}`;
  throw new GraphError('Neo.ClientError.Statement.TypeError', `A property cannot hold ${what}.`, {
    position,
    detail: 'InvalidPropertyType',
  });
}

/** The value as a property; undefined when no property can hold it, as for null. */
export function asStored(value: Value): StoredValue | undefined {
  if (typeof value !== 'object') return value;
  if (value instanceof Float || isTemporalOrDuration(value) || value instanceof PointValue) return value;
  if (value === null || !isList(value)) return undefined;
  const kind = value.length === 0 ? undefined : scalarKind(value[0]!);
  const items: StoredValue[] = [];
  for (const item of value) {
    if (!isStorableScalar(item) || scalarKind(item) !== kind) return undefined;
    items.push(item);
  }
  return items;
}

function isStorableScalar(value: Value): value is Exclude<StoredValue, readonly StoredValue[]> {
  if (typeof value !== 'object' || value instanceof Float) return true;
  return isTemporalOrDuration(value) || value instanceof PointValue;
}

/** INTEGER and FLOAT are of one kind here: both are numbers. Points of one list are of one coordinate reference system. */
function scalarKind(value: Value): string {
  if (typeof value === 'bigint' || value instanceof Float) return 'number';
  if (value instanceof PointValue) return `${typeName(value)} ${value.srid}`;
  return typeof value === 'object' ? typeName(value) : typeof value;
}
