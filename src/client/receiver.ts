// Puts the frames of one connection together: each record comes as a cursor (text) and its value (binary), and
// nothing is delivered if that order is broken. Delivers each offset once, whatever the server repeats.

import { DashstreamError } from "../errors.ts";
import type { Cursors } from "./cursors.ts";
import { type ControlMessage, parseServerFrame, type StreamGap } from "./server-frame.ts";

export interface StreamRecord {
  readonly partition: number;
  readonly offset: number;
  /** The Kafka value, byte for byte. */
  readonly value: Uint8Array;
}

export interface StreamListener {
  /** Called once for each record, per partition in order of offsets. What it throws is not caught. */
  readonly onRecord: (record: StreamRecord) => void;
  /** Records that this client does not get. */
  readonly onGap?: (gap: StreamGap) => void;
  /** Everything else the server says, `pong` excepted. */
  readonly onControl?: (message: ControlMessage) => void;
  /** A record that was delivered before; the server broke its promise. */
  readonly onDuplicate?: (record: StreamRecord) => void;
}

/** Of one connection. Both methods throw DashstreamError `protocol_error` if the server breaks the protocol. */
export class Receiver {
  readonly #listener: StreamListener;
  readonly #cursors: Cursors;
  #pending: { readonly partition: number; readonly offset: number } | null = null;
  /** True once the server answered the resume or sent a record. */
  flowing = false;

  constructor(listener: StreamListener, cursors: Cursors) {
    this.#listener = listener;
    this.#cursors = cursors;
  }

  onText(text: string): void {
    const frame = parseServerFrame(text);
    switch (frame.type) {
      case "cursor":
        if (this.#pending) {
          const { partition, offset } = this.#pending;
          throw new DashstreamError("protocol_error", `cursor ${partition}:${offset} came without its value`);
        }
        this.#pending = frame;
        return;
      case "gap":
        this.#listener.onGap?.(frame.gap);
        return;
      case "replay_complete":
        this.flowing = true;
        this.#cursors.establish(frame.lastOffsets);
        this.#listener.onControl?.(frame.message);
        return;
      case "new_log":
        this.#cursors.forget(frame.partition);
        this.#listener.onControl?.(frame.message);
        return;
      case "control":
        this.#listener.onControl?.(frame.message);
        return;
      case "pong":
        return;
    }
  }

  onBinary(value: Uint8Array): void {
    if (!this.#pending) {
      throw new DashstreamError("protocol_error", `a value of ${value.length} bytes came without its cursor`);
    }
    const { partition, offset } = this.#pending;
    this.#pending = null;
    this.flowing = true;
    const record = { partition, offset, value };
    if (this.#cursors.covers(partition, offset)) {
      this.#listener.onDuplicate?.(record);
      return;
    }
    this.#listener.onRecord(record);
    // Only now: a record that its listener did not take is asked for again after a reconnect.
    this.#cursors.advance(partition, offset);
  }
}
