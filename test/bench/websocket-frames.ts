// Takes the bytes of a WebSocket connection apart into the frames of a server (RFC 6455 section 5.2: not masked, and
// here never fragmented), so that a thousand connections cost one process little.

export const TEXT = 1;
export const BINARY = 2;

/** Called for each frame; the payload is a view that holds until the call returns. */
export type OnFrame = (opcode: number, payload: Buffer) => void;

/** A function that is given what a connection receives, in order. */
export function frameReader(onFrame: OnFrame): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  /** Bytes that the frame which is not complete yet has in all, as far as that is known. */
  let wanted = 0;
  let parts: Buffer[] = [];
  let waiting = 0;
  return (chunk) => {
    parts.push(chunk);
    waiting += chunk.length;
    if (waiting < wanted) return;
    rest = parts.length === 1 ? chunk : Buffer.concat(parts);
    let at = 0;
    for (;;) {
      wanted = frameSize(rest, at);
      if (rest.length - at < wanted) break;
      const length = payloadLength(rest, at);
      onFrame((rest[at] ?? 0) & 0x0f, rest.subarray(at + wanted - length, at + wanted));
      at += wanted;
    }
    parts = at < rest.length ? [rest.subarray(at)] : [];
    waiting = rest.length - at;
  };
}

/** A masked text frame of a client of less than 126 bytes, with a mask of zeros. */
export function clientTextFrame(text: string): Buffer {
  if (text.length > 125) throw new Error(`a text of ${text.length} characters, expected at most 125`);
  return Buffer.concat([Buffer.from([0x81, 0x80 | text.length, 0, 0, 0, 0]), Buffer.from(text)]);
}

/** Bytes of the header of a frame of a server. */
export function headerBytes(length: number): number {
  if (length < 126) return 2;
  return length < 0x1_0000 ? 4 : 10;
}

/** Bytes of the whole frame at `at`; a lower bound if its header is not complete. */
function frameSize(bytes: Buffer, at: number): number {
  if (bytes.length - at < 2) return 2;
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  const header = short < 126 ? 2 : short === 126 ? 4 : 10;
  return bytes.length - at < header ? header : header + payloadLength(bytes, at);
}

function payloadLength(bytes: Buffer, at: number): number {
  const short = (bytes[at + 1] ?? 0) & 0x7f;
  if (short < 126) return short;
  return short === 126 ? bytes.readUInt16BE(at + 2) : Number(bytes.readBigUInt64BE(at + 2));
}
