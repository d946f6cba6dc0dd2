// CRC-32C (Castagnoli, RFC 3720 appendix B.4), the checksum of record batches and of fingerprints that clients resume
// with. Slicing by eight, because neither Bun nor zlib offers this polynomial.

const REVERSED_POLYNOMIAL = 0x82f63b78;
const SLICES = 8;

/** `TABLE[slice * 256 + byte]`: the effect of `byte` with `slice` zero bytes behind it. */
const TABLE = buildTable();

function buildTable(): Int32Array {
  const table = new Int32Array(SLICES * 256);
  for (let byte = 0; byte < 256; byte++) {
    let crc = byte;
    for (let bit = 0; bit < 8; bit++) crc = (crc & 1) === 1 ? (crc >>> 1) ^ REVERSED_POLYNOMIAL : crc >>> 1;
    table[byte] = crc;
  }
  for (let i = 256; i < table.length; i++) {
    const previous = table[i - 256] as number;
    table[i] = (previous >>> 8) ^ (table[previous & 0xff] as number);
  }
  return table;
}

/** The checksum of `data` from `start` up to `end`, as an unsigned 32-bit number. */
export function crc32c(data: Uint8Array, start = 0, end = data.length): number {
  const table = TABLE;
  let crc = -1;
  let i = start;
  // The casts hold: every index is within the table, and within the data because of the loop's bound.
  for (const aligned = end - 7; i < aligned; i += 8) {
    const low =
      crc ^
      ((data[i] as number) |
        ((data[i + 1] as number) << 8) |
        ((data[i + 2] as number) << 16) |
        ((data[i + 3] as number) << 24));
    crc =
      (table[1792 + (low & 0xff)] as number) ^
      (table[1536 + ((low >>> 8) & 0xff)] as number) ^
      (table[1280 + ((low >>> 16) & 0xff)] as number) ^
      (table[1024 + (low >>> 24)] as number) ^
      (table[768 + (data[i + 4] as number)] as number) ^
      (table[512 + (data[i + 5] as number)] as number) ^
      (table[256 + (data[i + 6] as number)] as number) ^
      (table[data[i + 7] as number] as number);
  }
  for (; i < end; i++) crc = (crc >>> 8) ^ (table[(crc ^ (data[i] as number)) & 0xff] as number);
  return ~crc >>> 0;
}
