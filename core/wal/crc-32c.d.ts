/** The package `crc-32` has no types for its CRC-32C. Source: crc-32 1.2.2, crc32c.js. */
declare module 'crc-32/crc32c.js' {
  const crc32c: {
    /** CRC-32C of bytes as a signed 32-bit number. `seed` is the checksum of the bytes before these. */
    buf(data: Uint8Array, seed?: number): number;
  };
  export default crc32c;
}
