// Cuts a byte stream into Kafka's length-prefixed frames. A frame that arrives in one piece is a view of that
// piece; one that arrives in many is put together once, when its last byte is there.

import { DashstreamError } from "../errors.ts";

const PREFIX_BYTES = 4;

export class FrameSplitter {
  readonly #maxFrameBytes: number;
  #pieces: Buffer[] = [];
  #pending = 0;
  #needed = PREFIX_BYTES;

  constructor(maxFrameBytes: number) {
    this.#maxFrameBytes = maxFrameBytes;
  }

  /**
   * Takes the next bytes and hands each complete frame, without its prefix, to `onFrame`.
   * @throws DashstreamError `protocol_error` if a frame says it is longer than allowed, or negative
   */
  push(chunk: Buffer, onFrame: (frame: Buffer) => void): void {
    this.#pieces.push(chunk);
    this.#pending += chunk.length;
    if (this.#pending < this.#needed) return;
    const data = this.#pieces.length === 1 ? chunk : Buffer.concat(this.#pieces);
    let at = 0;
    while (data.length - at >= PREFIX_BYTES) {
      const length = data.readInt32BE(at);
      if (length < 0 || length > this.#maxFrameBytes) {
        throw new DashstreamError(
          "protocol_error",
          `frame of ${length} bytes, expected 0 to ${this.#maxFrameBytes}`,
        );
      }
      this.#needed = PREFIX_BYTES + length;
      if (data.length - at < this.#needed) break;
      onFrame(data.subarray(at + PREFIX_BYTES, at + this.#needed));
      at += this.#needed;
      this.#needed = PREFIX_BYTES;
    }
    this.#pieces = at === data.length ? [] : [data.subarray(at)];
    this.#pending = data.length - at;
  }
}
