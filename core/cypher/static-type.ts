/**
 * What is known of an expression's type before the statement runs. `any` is compatible with every
 * type: only what is certain to fail is refused early.
 */

export type TypeKind =
  | 'any'
  | 'null'
  | 'boolean'
  | 'integer'
  | 'float'
  | 'string'
  | 'list'
  | 'map'
  | 'node'
  | 'relationship'
  | 'path'
  | TemporalKind
  | 'duration'
  | 'point';

/** The types of points in time, as messages name them. */
export type TemporalKind = 'date' | 'local time' | 'zoned time' | 'local datetime' | 'zoned datetime';

export interface StaticType {
  readonly kind: TypeKind;
  /** The type of a list's elements, when it is known. */
  readonly element?: StaticType;
}

export const ANY: StaticType = { kind: 'any' };
export const NULL: StaticType = { kind: 'null' };
export const BOOLEAN: StaticType = { kind: 'boolean' };
export const INTEGER: StaticType = { kind: 'integer' };
export const FLOAT: StaticType = { kind: 'float' };
export const STRING: StaticType = { kind: 'string' };
export const LIST: StaticType = { kind: 'list' };
export const MAP: StaticType = { kind: 'map' };
export const NODE: StaticType = { kind: 'node' };
export const RELATIONSHIP: StaticType = { kind: 'relationship' };
export const PATH: StaticType = { kind: 'path' };
export const DATE: StaticType = { kind: 'date' };
export const LOCAL_TIME: StaticType = { kind: 'local time' };
export const ZONED_TIME: StaticType = { kind: 'zoned time' };
export const LOCAL_DATETIME: StaticType = { kind: 'local datetime' };
export const ZONED_DATETIME: StaticType = { kind: 'zoned datetime' };
export const DURATION: StaticType = { kind: 'duration' };
export const POINT: StaticType = { kind: 'point' };
export const RELATIONSHIP_LIST: StaticType = { kind: 'list', element: RELATIONSHIP };
export const NODE_LIST: StaticType = { kind: 'list', element: NODE };
export const STRING_LIST: StaticType = { kind: 'list', element: STRING };
export const INTEGER_LIST: StaticType = { kind: 'list', element: INTEGER };

export const NUMBER_KINDS: readonly TypeKind[] = ['integer', 'float'];

export const TEMPORAL_KINDS: readonly TypeKind[] = [
  'date',
  'local time',
  'zoned time',
  'local datetime',
  'zoned datetime',
];

/** What has properties or components: `subject.key`. */
export const PROPERTY_KINDS: readonly TypeKind[] = [
  'node',
  'relationship',
  'map',
  'point',
  'duration',
  ...TEMPORAL_KINDS,
];

/** Whether a value of this type can be of one of these kinds; null is of every kind. */
export function canBe(type: StaticType, kinds: readonly TypeKind[]): boolean {
  return type.kind === 'any' || type.kind === 'null' || kinds.includes('any') || kinds.includes(type.kind);
}

/** The type that covers both: the type itself when they agree, else `any`. */
export function commonType(left: StaticType, right: StaticType): StaticType {
  if (left.kind === 'null') return right;
  if (right.kind === 'null' || left === right) return left;
  if (left.kind !== right.kind) return ANY;
  if (left.kind !== 'list') return left;
  if (left.element === undefined || right.element === undefined) return LIST;
  return { kind: 'list', element: commonType(left.element, right.element) };
}

/** The type as messages name it. */
export function typeName(type: StaticType): string {
  if (type.kind === 'list' && type.element && type.element.kind !== 'any') return `LIST<${typeName(type.element)}>`;
  return type.kind.toUpperCase();
}
