/**
 * Values in the form that message-pack.ts writes. Scalars stand for themselves and a list is an array; everything else
 * is an array that begins with a Mark. A map is such an array and not MessagePack's map, because the library refuses
 * `__proto__` as a key and would lose the order of keys that look like numbers.
 */
import { assert, unreachable } from '../assert.ts';
import { GraphError } from '../error.ts';
import { invalidBytes, Mark, needsRawText, RawText } from './message-pack.ts';
import { isMarkedScalar, packScalar, unpackScalar } from './scalar-packing.ts';
import {
  Float,
  NodeRecord,
  NodeReference,
  PathRecord,
  PathReference,
  RelationshipRecord,
  RelationshipReference,
  type ResultValue,
  type StoredValue,
  type Value,
} from './value.ts';

/** How deep lists and maps may nest in one value. Whoever stores a property checks this before the commit does. */
export const VALUE_DEPTH_MAX = 100;

/** What objects tell each other: values, bytes, and plain objects and arrays of them. `undefined` fields are left out. */
export type Message =
  | Value
  | ResultValue
  | Uint8Array
  | undefined
  | readonly Message[]
  | ReadonlyMap<string, Message>
  | { readonly [key: string]: Message };

/** Which kinds may occur, both when packing and when unpacking. */
export interface Kinds {
  readonly depthMax: number;
  /** null and maps: everything but a property's value. */
  readonly nullsAndMaps: boolean;
  readonly references: boolean;
  readonly records: boolean;
  /** Plain objects, bytes and numbers that are not integers. */
  readonly messages: boolean;
}

const MARKS = {
  map: new Mark(1),
  node: new Mark(2),
  relationship: new Mark(3),
  path: new Mark(4),
  nodeReference: new Mark(5),
  relationshipReference: new Mark(6),
  pathReference: new Mark(7),
} as const;

/** The packed form of a value. A value that nests too deep is a GraphError; one of a kind not allowed is a broken invariant. */
export function pack(value: Message, kinds: Kinds, depth = 0): unknown {
  switch (typeof value) {
    case 'string':
      return needsRawText(value) ? new RawText(value) : value;
    case 'number':
      assert(kinds.messages || Number.isSafeInteger(value), 'an INTEGER held as a number is a safe integer');
      return value;
    case 'bigint':
      return Number.isSafeInteger(Number(value)) ? Number(value) : value;
    case 'boolean':
      return value;
    case 'undefined':
      assert(kinds.messages, 'undefined is not a value');
      return value;
    case 'object':
      if (value === null) {
        assert(kinds.nullsAndMaps, 'a stored value is not null');
        return value;
      }
      return value instanceof Float ? value : packContainer(value, kinds, depth + 1);
    default:
      return unreachable(value);
  }
}

function packContainer(value: Message & object, kinds: Kinds, depth: number): unknown {
  if (depth > kinds.depthMax) {
    throw new GraphError(
      'Neo.ClientError.Statement.ArgumentError',
      `A value nests deeper than ${kinds.depthMax} levels, which is the limit.`,
    );
  }
  if (Array.isArray(value)) return packList(value, kinds, depth);
  if (value instanceof Map) {
    assert(kinds.nullsAndMaps, 'a stored value is not a map');
    return packEntries([MARKS.map], value, kinds, depth);
  }
  if (value instanceof NodeRecord || value instanceof RelationshipRecord || value instanceof PathRecord) {
    assert(kinds.records, 'a record is not a value of this kind');
    return packRecord(value, kinds, depth);
  }
  if (value instanceof NodeReference || value instanceof RelationshipReference || value instanceof PathReference) {
    assert(kinds.references, 'a reference is not a value of this kind');
    return packReference(value);
  }
  if (isMarkedScalar(value)) return packScalar(value);
  assert(kinds.messages, 'a value is not an object');
  if (value instanceof Uint8Array) return value;
  return packObject(value, kinds, depth);
}

/** The list itself when all its items stand for themselves, which saves the copy for most rows. */
function packList(list: readonly Message[], kinds: Kinds, depth: number): readonly unknown[] {
  let copy: unknown[] | undefined;
  for (let index = 0; index < list.length; index++) {
    const packed = pack(list[index], kinds, depth);
    if (packed !== list[index]) copy ??= list.slice();
    if (copy) copy[index] = packed;
  }
  return copy ?? list;
}

function packEntries(packed: unknown[], map: ReadonlyMap<string, Message>, kinds: Kinds, depth: number): unknown[] {
  for (const [key, value] of map) packed.push(pack(key, kinds), pack(value, kinds, depth));
  return packed;
}

function packRecord(record: NodeRecord | RelationshipRecord | PathRecord, kinds: Kinds, depth: number): unknown[] {
  if (record instanceof NodeRecord) {
    const fields = [MARKS.node, pack(record.elementId, kinds), pack(record.labels, kinds, depth)];
    return packEntries(fields, record.properties, kinds, depth);
  }
  if (record instanceof RelationshipRecord) {
    const names = [record.elementId, record.startElementId, record.endElementId, record.relationshipType];
    const fields = [MARKS.relationship, ...names.map((name) => pack(name, kinds))];
    return packEntries(fields, record.properties, kinds, depth);
  }
  return [MARKS.path, pack(record.nodes, kinds, depth), pack(record.relationships, kinds, depth)];
}

function packReference(reference: NodeReference | RelationshipReference | PathReference): unknown[] {
  if (reference instanceof NodeReference) return [MARKS.nodeReference, reference.id];
  if (reference instanceof RelationshipReference) return [MARKS.relationshipReference, reference.id];
  return [MARKS.pathReference, reference.nodes, reference.relationships];
}

function packObject(fields: object, kinds: Kinds, depth: number): unknown {
  const packed: [string, unknown][] = [];
  for (const [key, value] of Object.entries(fields)) {
    assert(key !== '__proto__' && !needsRawText(key), 'a key from outside belongs in a Map, not in a plain object');
    packed.push([key, pack(value, kinds, depth)]);
  }
  return Object.fromEntries(packed);
}

/** The inverse of pack for what a decoder returned; arrays are reused. What is not allowed or malformed is a GraphError. */
export function unpack(packed: unknown, kinds: Kinds, depth = 0): Message {
  switch (typeof packed) {
    case 'string':
    case 'boolean':
    case 'bigint':
      return packed;
    case 'number':
      if (!kinds.messages && !Number.isSafeInteger(packed)) throw invalidBytes('An INTEGER is out of its range.');
      // An INTEGER has no negative zero.
      return packed + 0;
    default:
      break;
  }
  if (packed === null) {
    if (!kinds.nullsAndMaps) throw invalidBytes('There is a null where a stored value belongs.');
    return null;
  }
  if (packed instanceof Float) return packed;
  if (depth === kinds.depthMax) throw invalidBytes(`A value nests deeper than ${kinds.depthMax} levels.`);
  if (Array.isArray(packed)) {
    return packed[0] instanceof Mark
      ? unpackMarked(packed[0].kind, packed, kinds, depth + 1)
      : unpackList(packed, kinds, depth + 1);
  }
  if (!kinds.messages || packed instanceof Mark) throw invalidBytes('There is an item of a kind that does not belong.');
  return packed instanceof Uint8Array ? packed : unpackObject(packed, kinds, depth + 1);
}

function unpackList(list: unknown[], kinds: Kinds, depth: number): readonly Message[] {
  const items: Message[] = list as Message[]; // Each place is overwritten with its message before anybody reads it.
  for (let index = 0; index < list.length; index++) items[index] = unpack(list[index], kinds, depth);
  return items;
}

function unpackObject(packed: unknown, kinds: Kinds, depth: number): Message {
  const entries: [string, Message][] = [];
  for (const [key, value] of Object.entries(packed as object)) entries.push([key, unpack(value, kinds, depth)]);
  return Object.fromEntries(entries);
}

function unpackMarked(kind: number, fields: readonly unknown[], kinds: Kinds, depth: number): Message {
  switch (kind) {
    case MARKS.map.kind:
      if (!kinds.nullsAndMaps) throw invalidBytes('There is a map where a stored value belongs.');
      return unpackEntries(fields, 1, kinds, depth);
    case MARKS.node.kind:
    case MARKS.relationship.kind:
    case MARKS.path.kind:
      if (!kinds.records) throw invalidBytes('There is a record where a value belongs.');
      return unpackRecord(kind, fields, kinds, depth);
    case MARKS.nodeReference.kind:
    case MARKS.relationshipReference.kind:
    case MARKS.pathReference.kind:
      if (!kinds.references) throw invalidBytes('There is a reference where a result belongs.');
      return unpackReference(kind, fields);
    default:
      return unpackScalar(kind, fields);
  }
}

function unpackEntries(fields: readonly unknown[], from: number, kinds: Kinds, depth: number): Map<string, Message> {
  const entries = new Map<string, Message>();
  for (let at = from; at < fields.length; at += 2) entries.set(text(fields[at]), unpack(fields[at + 1], kinds, depth));
  // An odd field, like a key that occurs twice, leaves the map too small.
  if (entries.size * 2 !== fields.length - from) throw invalidBytes('A map has a key twice or one without a value.');
  return entries;
}

function unpackRecord(kind: number, fields: readonly unknown[], kinds: Kinds, depth: number): Message {
  if (kind === MARKS.path.kind) {
    const nodes = listOf(fields[1]).map((node) => recordOf(NodeRecord, unpack(node, kinds, depth)));
    const relationships = listOf(fields[2]).map((item) => recordOf(RelationshipRecord, unpack(item, kinds, depth)));
    checkPath(nodes.length, relationships.length, fields.length);
    return new PathRecord(nodes, relationships);
  }
  const stored = { ...kinds, nullsAndMaps: false, references: false, records: false, messages: false };
  if (kind === MARKS.node.kind) {
    const properties = unpackEntries(fields, 3, stored, depth) as Map<string, StoredValue>; // `stored` allows no other.
    return new NodeRecord(text(fields[1]), listOf(fields[2]).map(text), properties);
  }
  return new RelationshipRecord({
    elementId: text(fields[1]),
    startElementId: text(fields[2]),
    endElementId: text(fields[3]),
    relationshipType: text(fields[4]),
    properties: unpackEntries(fields, 5, stored, depth) as Map<string, StoredValue>, // `stored` allows no other.
  });
}

function unpackReference(kind: number, fields: readonly unknown[]): Message {
  if (kind === MARKS.nodeReference.kind && fields.length === 2) return new NodeReference(id(fields[1]));
  if (kind === MARKS.relationshipReference.kind && fields.length === 2) return new RelationshipReference(id(fields[1]));
  const nodes = listOf(fields[1]).map(id);
  const relationships = listOf(fields[2]).map(id);
  checkPath(nodes.length, relationships.length, fields.length);
  return new PathReference(nodes, relationships);
}

function checkPath(nodes: number, relationships: number, fields: number): void {
  if (nodes !== relationships + 1 || fields !== 3) throw invalidBytes('A path has the wrong number of nodes.');
}

function text(field: unknown): string {
  if (typeof field !== 'string') throw invalidBytes('There is something else where a name belongs.');
  return field;
}

function id(field: unknown): number {
  if (!Number.isSafeInteger(field) || (field as number) < 0) throw invalidBytes('An id is not a whole number.');
  return field as number; // A safe integer is a number.
}

function listOf(field: unknown): readonly unknown[] {
  if (!Array.isArray(field)) throw invalidBytes('There is something else where a list belongs.');
  return field;
}

function recordOf<Kind>(kind: new (...fields: never[]) => Kind, item: Message): Kind {
  if (!(item instanceof kind)) throw invalidBytes('A path holds something else than nodes and relationships.');
  return item;
}
