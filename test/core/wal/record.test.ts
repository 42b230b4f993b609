import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { GraphError } from '../../../core/error.ts';
import { decodePacked, encodePacked } from '../../../core/value/message-pack.ts';
import { checksum, GENESIS_HASH, hashText, recordHash, seal, unseal } from '../../../core/wal/checksum.ts';
import {
  chainFault,
  commitTimeOf,
  decodeRecord,
  encodeRecord,
  GENESIS,
  readRecordHead,
  verifyChain,
} from '../../../core/wal/record.ts';
import { chain, delta, transactions } from './wal-fixtures.ts';

const letters = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

describe('checksums', () => {
  test('CRC-32C of the check value that the standard gives', () => {
    expect(checksum(letters('123456789'))).toBe(0xe3069283);
  });

  test('the CRC-32C of a whole is that of its end, seeded with that of its beginning', () => {
    expect(checksum(letters('56789'), checksum(letters('1234')))).toBe(0xe3069283);
  });

  test('a hash is the CRC-32C and the CRC-32', () => {
    expect(hashText(recordHash(letters('123456789')))).toBe('e3069283cbf43926');
  });

  test('what is sealed is opened, and with any bit changed it is not', () => {
    const sealed = seal(Uint8Array.of(1, 2, 3, 0, 0, 0, 0));

    expect(unseal(sealed)).toEqual(Uint8Array.of(1, 2, 3));
    for (let bit = 0; bit < sealed.length * 8; bit++) {
      const flipped = sealed.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(unseal(flipped)).toBeUndefined();
    }
  });
});

describe('a record', () => {
  test('comes back as it was, whatever its deltas', () => {
    fc.assert(
      fc.property(fc.array(delta), fc.nat(), fc.nat(), fc.option(fc.maxSafeNat()), (deltas, epoch, before, atMs) => {
        const previousHash = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8);
        const fields = { epoch, lsn: before + 2 ** 33, previousHash, commitMs: atMs ?? undefined, deltas };

        const encoded = encodeRecord(fields);

        expect(decodeRecord(encoded.bytes)).toStrictEqual({ ...fields, hash: encoded.hash });
        expect(commitTimeOf(encoded.bytes)).toBe(fields.commitMs);
      }),
    );
  });

  test('is read without its deltas when only its head is asked for', () => {
    const [record] = chain(transactions(1));

    expect(readRecordHead(record!.bytes)).toStrictEqual({
      epoch: 1,
      lsn: 1,
      previousHash: GENESIS_HASH,
      commitMs: undefined,
      hash: record!.hash,
    });
  });

  test('of the first builds is read, byte for byte as it was written; one with its time only has that at the end of its head', () => {
    const fields = { epoch: 3, lsn: 7, previousHash: GENESIS_HASH, deltas: [{ type: 'createNode', node: 1 }] } as const;
    const [untimed, timed] = [encodeRecord(fields), encodeRecord({ ...fields, commitMs: 1_795_000_000_000 })];

    expect(Buffer.from(untimed.bytes).toString('hex')).toMatchInlineSnapshot(
      `"0e94010307c408000000000000000092010181f885ae"`,
    );
    expect(decodePacked(timed.bytes.subarray(1, 1 + timed.bytes[0]!))).toEqual([
      ...(decodePacked(untimed.bytes.subarray(1, 1 + untimed.bytes[0]!)) as unknown[]),
      1_795_000_000_000,
    ]);
  });

  test('is refused with any one bit changed, and cut off anywhere', () => {
    const { bytes } = chain(transactions(1))[0]!;

    for (let bit = 0; bit < bytes.length * 8; bit++) {
      const flipped = bytes.slice();
      flipped[bit >> 3]! ^= 1 << (bit & 7);
      expect(() => decodeRecord(flipped)).toThrow('checksum');
    }
    for (let length = 0; length < bytes.length; length++) {
      expect(() => decodeRecord(bytes.subarray(0, length))).toThrow(GraphError);
    }
  });

  const head = encodePacked([1, 1, 1, GENESIS_HASH]);
  const sealed = (parts: readonly Uint8Array[]) =>
    seal(Uint8Array.from([...parts.flatMap((part) => [...part]), 0, 0, 0, 0]));
  test.each([
    { name: 'nothing in it', bytes: seal(new Uint8Array(4)) },
    { name: 'a head that is too long', bytes: sealed([Uint8Array.of(200), head]) },
    {
      name: 'a version before the first',
      bytes: sealed([Uint8Array.of(head.length), encodePacked([0, 1, 1, GENESIS_HASH]), encodePacked([])]),
    },
    {
      name: 'no lsn',
      bytes: sealed([Uint8Array.of(head.length), encodePacked([1, 1, 0, GENESIS_HASH]), encodePacked([])]),
    },
    {
      name: 'a time of commit that is none',
      bytes: sealed([Uint8Array.of(head.length + 1), encodePacked([1, 1, 1, GENESIS_HASH, -1]), encodePacked([])]),
    },
    { name: 'a short hash', bytes: sealed([Uint8Array.of(5), encodePacked([1, 1, 1, '']), encodePacked([])]) },
    { name: 'no deltas', bytes: sealed([Uint8Array.of(head.length), head, encodePacked(1)]) },
    { name: 'an unknown operation', bytes: sealed([Uint8Array.of(head.length), head, encodePacked([99])]) },
    { name: 'a delta that ends early', bytes: sealed([Uint8Array.of(head.length), head, encodePacked([5, 1, 1])]) },
    { name: 'an id that is no id', bytes: sealed([Uint8Array.of(head.length), head, encodePacked([1, 1.5])]) },
    {
      name: 'a map as a property',
      bytes: sealed([Uint8Array.of(head.length), head, encodePacked([5, 1, 1, { a: 1 }])]),
    },
    {
      name: 'an unknown kind of token',
      bytes: sealed([Uint8Array.of(head.length), head, encodePacked([0, 3, 1, 'a'])]),
    },
  ])('with a sound checksum and $name is damage', ({ bytes }) => {
    expect(() => decodeRecord(bytes)).toThrow(
      expect.objectContaining({ code: 'Neo.DatabaseError.General.StorageDamageDetected' }),
    );
  });
});

describe('a chain', () => {
  const records = chain(transactions(4)).map((record) => decodeRecord(record.bytes));
  const [first, second, third, fourth] = records as [
    (typeof records)[0],
    (typeof records)[0],
    (typeof records)[0],
    (typeof records)[0],
  ];

  test('is followed to its end', () => {
    expect(verifyChain(GENESIS, records)).toEqual({ epoch: 1, lsn: 4, hash: fourth.hash });
  });

  test.each([
    { name: 'a record is missing', broken: [first, third], reason: 'lsn 3 follows lsn 1' },
    { name: 'two are exchanged', broken: [second, first], reason: 'lsn 2 follows lsn 0' },
    { name: 'one comes twice', broken: [first, first], reason: 'lsn 1 follows lsn 1' },
  ])('is broken when $name', ({ broken, reason }) => {
    expect(() => verifyChain(GENESIS, broken)).toThrow(reason);
  });

  test('is broken when one record was replaced by a sound one', () => {
    const other = decodeRecord(encodeRecord({ ...second, deltas: [] }).bytes);

    expect(verifyChain(GENESIS, [first, other]).lsn).toBe(2);
    expect(() => verifyChain(GENESIS, [first, other, third])).toThrow('lsn 3 goes on from hash');
  });

  test('is broken when the epoch goes back', () => {
    const older = { ...third, epoch: 0 };

    expect(chainFault({ ...second, epoch: 1 }, older)).toContain('epoch 1 came before it');
  });
});
