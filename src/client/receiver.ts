// Puts the frames of one connection together, whichever protocol they are in. Nothing is delivered if the protocol is
// broken.

import { DashstreamError } from "../errors.ts";
import { fingerprintOf } from "../wire/fingerprint.ts";
import { decodeRecordFrame, type PartitionRecords } from "../wire/record-frame.ts";
import type { Delivery } from "./delivery.ts";
import { parseJsonRecords } from "./json-frame.ts";
import type { LocalFilter } from "./local-filter.ts";
import type { Protocol } from "./protocol.ts";
import type { RecordMaker, StreamPosition } from "./record.ts";
import {
  type ControlMessage,
  type FilterChange,
  parseServerFrame,
  type StreamEpoch,
  type StreamGap,
} from "./server-frame.ts";
import { unzip, type ZstdDecoder } from "./zstd-decoder.ts";

/** What a stream tells besides records. */
export interface StreamEvents {
  /** Records that this client does not get. Told when the server says so, perhaps before a loop comes to that place. */
  readonly onGap?: (gap: StreamGap) => void;
  /** A partition's log was made anew. Told before its first record. */
  readonly onEpoch?: (epoch: StreamEpoch) => void;
  /** From here on another filter holds. */
  readonly onFilter?: (change: FilterChange) => void;
  /** Everything the server says besides records and gaps, `pong` excepted, as it came. */
  readonly onControl?: (message: ControlMessage) => void;
}

export interface ReceiverOptions<R extends StreamPosition> {
  /** As the handshake settled it. */
  readonly protocol: Protocol;
  readonly maker: RecordMaker<R>;
  readonly delivery: Delivery<R>;
  readonly events: StreamEvents;
  readonly localFilter: LocalFilter;
  /** `null` if no compression was asked for. */
  readonly frameZstd: ZstdDecoder | null;
  /** The server speaks the original protocol after all. */
  readonly onOriginal: () => void;
  /** The server will never do what it was asked to. */
  readonly onRefusal: (reason: string) => void;
}

/** Of one connection. `onText` and `onBinary` throw DashstreamError `protocol_error` if the server breaks the protocol. */
export class Receiver<R extends StreamPosition> {
  readonly #options: ReceiverOptions<R>;
  readonly #unzip: ((frame: Uint8Array) => Uint8Array) | undefined;
  #protocol: Protocol;
  #pending: StreamPosition | null = null;
  /** True once the server answered the resume or sent a record. */
  flowing = false;

  constructor(options: ReceiverOptions<R>) {
    this.#options = options;
    this.#protocol = options.protocol;
    const zstd = options.frameZstd;
    this.#unzip = zstd === null ? undefined : (frame) => unzip(frame, zstd);
  }

  onText(text: string): void {
    const { delivery, events, onRefusal } = this.#options;
    const frame = parseServerFrame(text);
    switch (frame.type) {
      case "cursor":
        return this.#onCursor(frame);
      case "records":
        if (this.#protocol === "v2+json") this.#onJsonRecords(frame.message);
        else events.onControl?.(frame.message);
        return;
      case "gap":
        return events.onGap?.(frame.gap);
      case "position":
        this.flowing = true;
        delivery.establish(frame.lastOffsets);
        return events.onControl?.(frame.message);
      case "epoch": {
        delivery.restart(frame.epoch.partition);
        events.onEpoch?.(frame.epoch);
        return events.onControl?.(frame.message);
      }
      case "filter_set":
        events.onFilter?.(frame.change);
        return events.onControl?.(frame.message);
      case "refusal":
        events.onControl?.(frame.message);
        return onRefusal(frame.reason);
      case "control":
        return events.onControl?.(frame.message);
      case "pong":
        return;
      default:
        return frame satisfies never;
    }
  }

  onBinary(bytes: Uint8Array): void {
    switch (this.#protocol) {
      case "v1":
        return this.#onValue(bytes);
      case "v2":
        this.flowing = true;
        for (const part of decodeRecordFrame(bytes, this.#unzip)) this.#onPart(part);
        return;
      case "v2+json":
        throw new DashstreamError(
          "protocol_error",
          `a binary frame of ${bytes.length} bytes, expected text only`,
        );
      default:
        return this.#protocol satisfies never;
    }
  }

  #onCursor(cursor: StreamPosition): void {
    if (this.#protocol !== "v1") {
      // Some servers name the first subprotocol that they are offered without knowing it. The second protocol has no
      // such frames, so this one tells.
      this.#protocol = "v1";
      this.#options.onOriginal();
    }
    if (this.#pending !== null) {
      const { partition, offset } = this.#pending;
      throw new DashstreamError("protocol_error", `cursor ${partition}:${offset} came without its value`);
    }
    this.#pending = cursor;
  }

  #onValue(value: Uint8Array): void {
    if (this.#pending === null) {
      throw new DashstreamError("protocol_error", `a value of ${value.length} bytes came without its cursor`);
    }
    const { partition, offset } = this.#pending;
    this.#pending = null;
    this.flowing = true;
    const { maker, delivery, localFilter } = this.#options;
    const records = localFilter.passes(value) ? [maker.ofValue(partition, offset, value)] : [];
    delivery.arrive({ partition, records, cursor: offset, last: fingerprintOf(offset, value) });
  }

  #onPart({ partition, records, lastOffset }: PartitionRecords): void {
    const { maker, delivery } = this.#options;
    const last = records.at(-1);
    delivery.arrive({
      partition,
      records: records.map(({ offset, value }) => maker.ofValue(partition, offset, value)),
      cursor: lastOffset,
      last: last === undefined ? null : fingerprintOf(last.offset, last.value),
    });
  }

  #onJsonRecords(message: ControlMessage): void {
    this.flowing = true;
    const { maker, delivery } = this.#options;
    for (const { partition, records, lastOffset } of parseJsonRecords(message)) {
      const made = records.map((record) => maker.ofJson(record));
      delivery.arrive({ partition, records: made, cursor: lastOffset, last: null });
    }
  }
}
