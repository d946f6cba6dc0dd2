// Reads the layout of a zstd frame (RFC 8878) without decompressing: its declared content size, its window and
// where it ends. The decompressors of the runtimes accept truncated input, trailing bytes and several frames in
// silence, and allocate before they know a size, so all of that is decided here first. Runs in browsers.

/** The magic number 0xFD2FB528, little-endian. */
const MAGIC = [0x28, 0xb5, 0x2f, 0xfd] as const;

/** Dictionary-id and content-size field lengths by flag (RFC 8878 section 3.1.1.1.1). */
const DICTIONARY_BYTES = [0, 1, 2, 4] as const;
const CONTENT_SIZE_BYTES = [0, 2, 4, 8] as const;

const BLOCK_RLE = 1;
const BLOCK_RESERVED = 3;

export interface ZstdFrame {
  /** `Frame_Content_Size`, or `null` if the frame does not declare it. May be as large as 2^64. */
  readonly declaredBytes: number | null;
  /** Memory that a decoder needs for back references. */
  readonly windowBytes: number;
  /** 0 = no dictionary. */
  readonly dictionaryId: number;
  /** Length of magic number and frame header. */
  readonly headerBytes: number;
  /** Length of the whole frame: header, blocks and checksum. */
  readonly frameBytes: number;
}

/** True if the bytes from `start` open with the zstd magic number. */
export function hasZstdMagic(bytes: Uint8Array, start: number): boolean {
  return MAGIC.every((byte, i) => bytes[start + i] === byte);
}

/** The frame that starts at byte 0, or the text of what is wrong with it. */
export function readZstdFrame(bytes: Uint8Array): ZstdFrame | string {
  if (!hasZstdMagic(bytes, 0)) return "no zstd frame (magic number 28b52ffd expected)";
  const descriptor = bytes[4];
  if (descriptor === undefined) return "the zstd frame header is truncated";
  if ((descriptor & 0x08) !== 0) return "the reserved bit of the zstd frame header is set";
  const singleSegment = (descriptor & 0x20) !== 0;
  const sizeFlag = descriptor >> 6;
  const sizeBytes = sizeFlag === 0 && singleSegment ? 1 : (CONTENT_SIZE_BYTES[sizeFlag] ?? 0);
  const dictionaryBytes = DICTIONARY_BYTES[descriptor & 0x03] ?? 0;
  const dictionaryAt = singleSegment ? 5 : 6;
  const headerBytes = dictionaryAt + dictionaryBytes + sizeBytes;
  if (bytes.length < headerBytes) return "the zstd frame header is truncated";
  const declared = readLittleEndian(bytes, dictionaryAt + dictionaryBytes, sizeBytes);
  const declaredBytes = sizeBytes === 0 ? null : sizeBytes === 2 ? declared + 256 : declared;
  const end = endOfFrame(bytes, headerBytes, (descriptor & 0x04) !== 0);
  if (typeof end === "string") return end;
  return {
    declaredBytes,
    windowBytes: singleSegment ? declared : windowOf(bytes[5] ?? 0),
    dictionaryId: readLittleEndian(bytes, dictionaryAt, dictionaryBytes),
    headerBytes,
    frameBytes: end,
  };
}

/**
 * The same frame with its content size declared in the header. Only for a frame that does not declare it yet;
 * the blocks and the checksum stay as they are.
 */
export function declareContentSize(
  bytes: Uint8Array,
  frame: ZstdFrame,
  contentBytes: number,
): Uint8Array<ArrayBuffer> {
  const insertAt = frame.headerBytes;
  const out = new Uint8Array(frame.frameBytes + 4);
  out.set(bytes.subarray(0, insertAt), 0);
  out[4] = (bytes[4] ?? 0) | 0x80;
  new DataView(out.buffer).setUint32(insertAt, contentBytes, true);
  out.set(bytes.subarray(insertAt, frame.frameBytes), insertAt + 4);
  return out;
}

/** Walks the block headers (RFC 8878 section 3.1.1.2) to the end of the frame. */
function endOfFrame(bytes: Uint8Array, firstBlock: number, checksum: boolean): number | string {
  let at = firstBlock;
  for (let last = false; !last; ) {
    if (at + 3 > bytes.length) return `the zstd frame is truncated at byte ${bytes.length}`;
    const header = readLittleEndian(bytes, at, 3);
    const kind = (header >> 1) & 3;
    if (kind === BLOCK_RESERVED) return `the zstd block at byte ${at} has the reserved type 3`;
    last = (header & 1) === 1;
    at += 3 + (kind === BLOCK_RLE ? 1 : header >> 3);
  }
  const end = checksum ? at + 4 : at;
  return end > bytes.length ? `the zstd frame is truncated at byte ${bytes.length}` : end;
}

/** RFC 8878 section 3.1.1.1.2. */
function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function readLittleEndian(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let i = count - 1; i >= 0; i--) value = value * 256 + (bytes[at + i] ?? 0);
  return value;
}
