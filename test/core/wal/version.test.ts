/** What of storage a build of the version before could read, and what becomes of a later one's. */
import { describe, expect, test } from 'vitest';
import { decodePacked, encodePacked } from '../../../core/value/message-pack.ts';
import { NewerVersionError, VERSION } from '../../../core/version.ts';
import { CHECKSUM_BYTES, damage, GENESIS_HASH, seal, unseal } from '../../../core/wal/checksum.ts';
import { decodeManifest, encodeManifest } from '../../../core/wal/manifest.ts';
import { decodeRecord, encodeRecord, versionOfRecord } from '../../../core/wal/record.ts';
import { type Recovery, recover } from '../../../core/wal/recovery.ts';
import { packRows } from '../../../core/wal/row.ts';
import { decodeChunk, encodeChunk } from '../../../core/wal/segment.ts';
import { Instance } from './instance.ts';

const FULL_TEXT = { analyzer: 'standard-no-stop-words', eventuallyConsistent: false };

/** An instance with a node whose name is indexed: by its words, or by its value. */
function instanceWith(kind: 'fulltext' | 'range'): Instance {
  const instance = new Instance();
  instance.write((writer) => {
    const label = writer.token('label', 'City');
    const key = writer.token('propertyKey', 'name');
    const node = writer.createNode();
    writer.addLabel(node, label);
    writer.setNodeProperty(node, key, 'Skein');
    const common = { name: 'names', entity: 'node', token: label, keys: [key] } as const;
    writer.createIndex(kind === 'range' ? { ...common, kind } : { ...common, kind, fullText: FULL_TEXT });
  });
  return instance;
}

function recovered(instance: Instance, newest?: number): Recovery {
  const rows = packRows(instance.records, { firstRow: 1 });
  const snapshots = instance.kept.map(({ manifest, storage }) => ({ name: 's', manifest, read: storage.read }));
  return recover({ rows, snapshots, newest });
}

describe('a log and its snapshots', () => {
  test.each([
    { kind: 'range', needs: 1 },
    { kind: 'fulltext', needs: 2 },
  ] as const)('with a $kind index need version $needs', ({ kind, needs }) => {
    const logged = instanceWith(kind);
    const taken = instanceWith(kind);
    taken.checkpoint();
    const compacted = { ...taken, records: [] } as unknown as Instance;

    expect(versionOfRecord(logged.records.at(-1)?.bytes ?? new Uint8Array())).toBe(needs);
    expect(decodeManifest(taken.kept[0]?.manifest ?? new Uint8Array()).version).toBe(needs);
    expect([recovered(logged).needs, recovered(taken).needs, recovered(compacted).needs]).toEqual([
      needs,
      needs,
      needs,
    ]);
  });

  test('that need this version are not read by the one before', () => {
    const logged = instanceWith('fulltext');
    const taken = instanceWith('fulltext');
    taken.checkpoint();

    expect(() => recovered(logged, VERSION - 1)).toThrow(NewerVersionError);
    expect(() => recovered(taken, VERSION - 1)).toThrow(NewerVersionError);
    expect(recovered(instanceWith('range'), VERSION - 1)).toMatchObject({ cut: undefined, harmless: [] });
  });
});

describe('of a later version', () => {
  const instance = instanceWith('range');
  instance.checkpoint();
  const [kept] = instance.kept;
  const manifest = kept?.manifest ?? new Uint8Array();

  /** Of another version, with a sound checksum. */
  function later(bytes: Uint8Array, change: (slots: unknown[]) => unknown[]): Uint8Array {
    const body = unseal(bytes);
    if (body === undefined) throw damage('the manifest is not sound');
    return seal(encodePacked(change(decodePacked(body) as unknown[]), { before: 0, after: CHECKSUM_BYTES }));
  }

  test('a record is no damage', () => {
    const { bytes } = encodeRecord({ epoch: 1, lsn: 1, previousHash: GENESIS_HASH, deltas: [] });
    bytes[2] = VERSION + 1;

    expect(() => decodeRecord(seal(bytes))).toThrow(NewerVersionError);
  });

  test('a snapshot is no damage, and no older one is looked for', () => {
    const newer = later(manifest, ([, ...rest]) => [4, ...rest]);
    const snapshots = [
      { name: 'newest', manifest: newer, read: () => undefined },
      { name: 'older', manifest, read: kept?.storage.read ?? (() => undefined) },
    ];

    expect(() => recover({ rows: [], snapshots })).toThrow(/a snapshot of format 4 needs a build .* version 3/);
  });

  test('a part of a snapshot is no damage', () => {
    const segment = { kind: 'nodes', index: 0 } as const;
    const { bytes } = encodeChunk(segment, 0, new Uint8Array(8));
    bytes[0] = 2;

    expect(() => decodeChunk(segment, 0, seal(bytes))).toThrow(NewerVersionError);
  });

  test('a manifest that says nothing new is written as builds of version 1 read it', () => {
    const [format] = decodePacked(unseal(encodeManifest(decodeManifest(manifest))) ?? new Uint8Array()) as unknown[];

    expect(format).toBe(2);
  });
});
