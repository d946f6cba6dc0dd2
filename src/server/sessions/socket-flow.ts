// How one client's socket takes what it is given: when it has enough, whether it still takes bytes, and how much may
// wait for a client that asks without reading. Memory per client is bounded here.

import type { Clock } from "../../runtime/clock.ts";
import type { PeerSocket } from "../../runtime/http.ts";

/** Bytes that may wait for all clients together before each may have less. */
const ALL_CLIENTS_BYTES = 256 * 1024 * 1024;
/** What a client may have however many there are; less would make it wait for each round trip. */
const MIN_HIGH_WATER_BYTES = 64 * 1024;

/** The high-water mark of each client when there are so many: `maxBytes`, and less for a crowd. */
export function highWaterBytes(maxBytes: number, clients: number): number {
  const share = Math.max(MIN_HIGH_WATER_BYTES, Math.floor(ALL_CLIENTS_BYTES / Math.max(1, clients)));
  return Math.min(maxBytes, share);
}

export interface FlowMarks {
  /** Queued bytes beyond which a client is given no records until it took half of them; asked for each write. */
  readonly recordBytes: () => number;
  /** Queued bytes beyond which a client that asks without reading is cut. */
  readonly textBytes: number;
}

export class SocketFlow {
  readonly #socket: PeerSocket;
  readonly #clock: Clock;
  readonly #marks: FlowMarks;
  #full = false;
  #progressAtMs: number;
  #lastBufferedBytes = 0;
  /** Bytes that waited after the last records were written. */
  #waitingRecordBytes = 0;
  /** False after it took nothing during a whole fan-out wait: nobody waits for it until it takes data again. */
  takingData = true;

  constructor(socket: PeerSocket, clock: Clock, marks: FlowMarks) {
    this.#socket = socket;
    this.#clock = clock;
    this.#marks = marks;
    this.#progressAtMs = clock.monotonicMs();
  }

  /** It has as many records as it may have for now. */
  get full(): boolean {
    return this.#full;
  }

  /**
   * True if another text may be queued. Records may have filled the queue beyond the mark by one chunk, which is
   * not the client's doing; what it asked for itself may fill it by another mark, no further.
   */
  get takesText(): boolean {
    const { textBytes } = this.#marks;
    const bound = Math.max(this.#waitingRecordBytes, textBytes) + textBytes;
    return this.#socket.bufferedBytes() <= bound;
  }

  /** Writes records in one go and looks at what they leave queued. */
  write(records: () => void): void {
    this.#socket.cork(records);
    const buffered = this.#socket.bufferedBytes();
    if (buffered === 0) this.#noteProgress();
    this.#lastBufferedBytes = buffered;
    this.#waitingRecordBytes = buffered;
    this.#full = buffered > this.#marks.recordBytes();
  }

  /** The socket took bytes; true if it was full and has room again. */
  drained(): boolean {
    this.#noteProgress();
    if (!this.#full || this.#socket.bufferedBytes() > this.#marks.recordBytes() / 2) return false;
    this.#full = false;
    return true;
  }

  /** Milliseconds since it last took a byte, or had nothing to take. To be asked about once a second. */
  quietMs(): number {
    const buffered = this.#socket.bufferedBytes();
    if (buffered < this.#lastBufferedBytes || buffered === 0) this.#noteProgress();
    this.#lastBufferedBytes = buffered;
    return this.#clock.monotonicMs() - this.#progressAtMs;
  }

  #noteProgress(): void {
    this.#progressAtMs = this.#clock.monotonicMs();
    this.takingData = true;
  }
}
