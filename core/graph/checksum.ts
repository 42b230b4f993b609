/**
 * The checksum of a graph: 64 bits, the same on every instance at the same lsn. Each fact (a node, one of its labels, one
 * of its properties, a relationship and so on) is hashed by itself, with names and not with token numbers, and the hashes are
 * added up, so that the order in which a store keeps things has no say.
 *
 * It finds damage and divergence, not malice: the hash is a mixer of two 32-bit lanes, not a cryptographic one.
 */
import { PointValue } from '../value/spatial/point-value.ts';
import { temporalKey } from '../value/temporal/comparison.ts';
import { isTemporalOrDuration } from '../value/temporal/temporal-value.ts';
import type { Float, StoredValue } from '../value/value.ts';
import type { TokenKind } from './delta.ts';
import type { GraphView } from './graph-view.ts';
import { tokensOf } from './index-definition.ts';
import { isStoredList } from './stored-value.ts';

const FACT = {
  node: 1,
  label: 2,
  nodeProperty: 3,
  relationship: 4,
  relationshipProperty: 5,
  index: 6,
  constraint: 7,
  relationshipIndex: 8,
  option: 9,
} as const;
const VALUE = { true: 1, false: 2, integer: 3, float: 4, string: 5, list: 6, temporal: 7, point: 8 } as const;

const NAN_BITS = 0x7ff8000000000000n;

const SCAN_IDS = 1024;

/** The sum over all that a view sees. */
export function checksumOf(view: GraphView): bigint {
  const sum = new Checksum(view);
  const ids = new Int32Array(SCAN_IDS);
  for (let cursor = 0; cursor !== -1; ) {
    const scan = view.scanNodes(cursor, ids);
    cursor = scan.cursor;
    for (let row = 0; row < scan.count; row += 1) sum.addNode(ids[row]!);
  }
  for (let cursor = 0; cursor !== -1; ) {
    const scan = view.scanRelationships(cursor, ids);
    cursor = scan.cursor;
    for (let row = 0; row < scan.count; row += 1) sum.addRelationship(ids[row]!);
  }
  sum.addIndexes();
  sum.addConstraints();
  sum.addOptions();
  return sum.total;
}

class Checksum {
  readonly #view: GraphView;
  readonly #mixer = new Mixer();
  /** Two 32-bit hashes for each name, by token. */
  readonly #names: Readonly<Record<TokenKind, Int32Array>>;
  #low = 0;
  #high = 0;

  constructor(view: GraphView) {
    this.#view = view;
    this.#names = {
      label: this.#hashNames('label'),
      relationshipType: this.#hashNames('relationshipType'),
      propertyKey: this.#hashNames('propertyKey'),
    };
  }

  get total(): bigint {
    return (BigInt(this.#high >>> 0) << 32n) | BigInt(this.#low >>> 0);
  }

  addNode(id: number): void {
    const mixer = this.#mixer;
    mixer.start(FACT.node);
    mixer.add(id);
    this.#finish();
    for (const label of this.#view.nodeLabels(id)) {
      mixer.start(FACT.label);
      mixer.add(id);
      this.#addName('label', label);
      this.#finish();
    }
    for (const key of this.#view.nodeKeys(id)) {
      mixer.start(FACT.nodeProperty);
      mixer.add(id);
      this.#addName('propertyKey', key);
      addValue(mixer, this.#view.nodeProperty(id, key)!);
      this.#finish();
    }
  }

  addRelationship(id: number): void {
    const mixer = this.#mixer;
    mixer.start(FACT.relationship);
    mixer.add(id);
    this.#addName('relationshipType', this.#view.relationshipType(id));
    mixer.add(this.#view.relationshipStart(id));
    mixer.add(this.#view.relationshipEnd(id));
    this.#finish();
    for (const key of this.#view.relationshipKeys(id)) {
      mixer.start(FACT.relationshipProperty);
      mixer.add(id);
      this.#addName('propertyKey', key);
      addValue(mixer, this.#view.relationshipProperty(id, key)!);
      this.#finish();
    }
  }

  addIndexes(): void {
    for (const definition of this.#view.exportIndexes()) {
      const { name, kind, entity, keys, vector, fullText } = definition;
      this.#mixer.start(entity === 'node' ? FACT.index : FACT.relationshipIndex);
      this.#mixer.addText(name);
      if (kind !== 'range') this.#mixer.addText(kind);
      if (vector) this.#mixer.addText(`${vector.dimensions} ${vector.similarity}`);
      if (fullText) this.#mixer.addText(`${fullText.analyzer} ${fullText.eventuallyConsistent}`);
      for (const token of tokensOf(definition)) {
        this.#addName(entity === 'node' ? 'label' : 'relationshipType', token);
      }
      for (const key of keys) this.#addName('propertyKey', key);
      this.#finish();
    }
  }

  addOptions(): void {
    for (const { name, value, sinceLsn } of this.#view.exportOptions()) {
      this.#mixer.start(FACT.option);
      this.#mixer.addText(name);
      this.#mixer.addText(`${value} ${sinceLsn}`);
      this.#finish();
    }
  }

  addConstraints(): void {
    for (const { name, kind, entity, token, keys, types } of this.#view.exportConstraints()) {
      this.#mixer.start(FACT.constraint);
      for (const text of [name, kind, entity, ...types]) this.#mixer.addText(text);
      this.#addName(entity === 'node' ? 'label' : 'relationshipType', token);
      for (const key of keys) this.#addName('propertyKey', key);
      this.#finish();
    }
  }

  #hashNames(kind: TokenKind): Int32Array {
    const names = this.#view.exportTokens(kind);
    const hashes = new Int32Array(2 * names.length);
    for (let token = 0; token < names.length; token += 1) {
      this.#mixer.start(0);
      this.#mixer.addText(names[token]!);
      this.#mixer.finish();
      hashes[2 * token] = this.#mixer.low;
      hashes[2 * token + 1] = this.#mixer.high;
    }
    return hashes;
  }

  #addName(kind: TokenKind, token: number): void {
    this.#mixer.add(this.#names[kind][2 * token]!);
    this.#mixer.add(this.#names[kind][2 * token + 1]!);
  }

  /** Adds the fact that the mixer holds to the total, with the carry from the lower half. */
  #finish(): void {
    this.#mixer.finish();
    const low = (this.#low >>> 0) + (this.#mixer.low >>> 0);
    this.#low = low | 0;
    this.#high = (this.#high + this.#mixer.high + (low > 0xffffffff ? 1 : 0)) | 0;
  }
}

/** Hashes a run of 32-bit words to 64 bits. The steps are MurmurHash3's, with one set of constants for each lane. */
class Mixer {
  low = 0;
  high = 0;
  readonly #bits = new DataView(new ArrayBuffer(8));

  start(seed: number): void {
    this.low = seed ^ 0x9747b28c;
    this.high = seed ^ 0x3c6ef372;
  }

  add(word: number): void {
    const low = Math.imul(word, 0xcc9e2d51);
    this.low ^= Math.imul((low << 15) | (low >>> 17), 0x1b873593);
    this.low = (Math.imul((this.low << 13) | (this.low >>> 19), 5) + 0xe6546b64) | 0;
    const high = Math.imul(word, 0x239b961b);
    this.high ^= Math.imul((high << 16) | (high >>> 16), 0xab0e9789);
    this.high = (Math.imul((this.high << 17) | (this.high >>> 15), 5) + 0x561ccd1b) | 0;
    this.high = (this.high + this.low) | 0;
  }

  /** NaN has many bit patterns and counts as one. */
  addFloat(value: number): void {
    if (Number.isNaN(value)) this.#bits.setBigUint64(0, NAN_BITS);
    else this.#bits.setFloat64(0, value);
    this.add(this.#bits.getInt32(0));
    this.add(this.#bits.getInt32(4));
  }

  addText(text: string): void {
    this.add(text.length);
    for (let position = 0; position < text.length; position += 1) this.add(text.charCodeAt(position));
  }

  finish(): void {
    this.low = avalanche(this.low);
    this.high = avalanche(this.high ^ this.low);
  }
}

function addValue(mixer: Mixer, value: StoredValue): void {
  switch (typeof value) {
    case 'boolean':
      return mixer.add(value ? VALUE.true : VALUE.false);
    case 'number':
      mixer.add(VALUE.integer);
      return mixer.addFloat(value);
    case 'bigint':
      mixer.add(VALUE.integer);
      mixer.add(Number(BigInt.asIntN(32, value)));
      return mixer.add(Number(BigInt.asIntN(32, value >> 32n)));
    case 'string':
      mixer.add(VALUE.string);
      return mixer.addText(value);
    default:
      if (isTemporalOrDuration(value)) {
        mixer.add(VALUE.temporal);
        return mixer.addText(temporalKey(value));
      }
      if (value instanceof PointValue) return addPoint(mixer, value);
      if (!isStoredList(value)) return addFloat(mixer, value);
      mixer.add(VALUE.list);
      mixer.add(value.length);
      for (const element of value) addValue(mixer, element);
  }
}

function addFloat(mixer: Mixer, { value }: Float): void {
  mixer.add(VALUE.float);
  mixer.addFloat(value);
}

function addPoint(mixer: Mixer, { srid, x, y, z }: PointValue): void {
  mixer.add(VALUE.point);
  mixer.add(srid);
  mixer.addFloat(x);
  mixer.addFloat(y);
  if (z !== undefined) mixer.addFloat(z);
}

function avalanche(hash: number): number {
  let mixed = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return mixed ^ (mixed >>> 16);
}
