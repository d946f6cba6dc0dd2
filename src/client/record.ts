// What a stream delivers: a value where it stands in its partition, decoded when somebody looks at it.

import { DashstreamError } from "../errors.ts";
import { decodeMessage } from "../wire/decode-message.ts";
import { framingOf } from "../wire/framing.ts";
import { jsonMessage, jsonValue } from "../wire/message-json.ts";
import type { DashStreamMessage } from "../wire/model.ts";
import { unzip, type ZstdDecoder } from "./zstd-decoder.ts";

export interface StreamPosition {
  readonly partition: number;
  readonly offset: number;
}

export interface StreamRecord extends StreamPosition {
  /** The Kafka value, byte for byte, framing byte included. May be a view of a larger frame: copy what you keep long. */
  readonly value: Uint8Array;
  /**
   * The decoded message; the same object each time.
   * @throws DashstreamError `protocol_error` if the value cannot be decoded, which servers promise not to send
   */
  message(): DashStreamMessage;
}

/** A record of the JSON variant. */
export interface JsonRecord extends StreamPosition {
  /** Kind of the message, such as `state_diff`; `null` if the server does not say. */
  readonly kind: string | null;
  /** The fields of that kind: bytes as base64, 64-bit integers as decimal text. */
  readonly message: Readonly<Record<string, unknown>>;
}

/** The encoded message in a Kafka value. @throws DashstreamError `protocol_error` */
export function messageBytes(value: Uint8Array, zstd: ZstdDecoder): Uint8Array {
  if (value.length === 0)
    throw new DashstreamError("protocol_error", "a value has 0 bytes, 1 or more expected");
  switch (framingOf(value)) {
    case "raw":
      return value.subarray(1);
    case "zstd":
      return unzip(value.subarray(1), zstd);
    case "bare":
      return value;
    case "bare_zstd":
      return unzip(value, zstd);
  }
}

function decodeValue(
  partition: number,
  offset: number,
  value: Uint8Array,
  zstd: ZstdDecoder,
): DashStreamMessage {
  const decoded = decodeMessage(messageBytes(value, zstd));
  if (decoded.ok) return decoded.message;
  throw new DashstreamError(
    "protocol_error",
    `record ${partition}:${offset} cannot be decoded: ${decoded.error}`,
  );
}

/** How the records of a stream are made, by what came. */
export interface RecordMaker<R extends StreamPosition> {
  ofValue(partition: number, offset: number, value: Uint8Array): R;
  ofJson(record: JsonRecord): R;
}

class ValueRecord implements StreamRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: Uint8Array;
  readonly #zstd: ZstdDecoder;
  #message: DashStreamMessage | null = null;

  constructor(partition: number, offset: number, value: Uint8Array, zstd: ZstdDecoder) {
    this.partition = partition;
    this.offset = offset;
    this.value = value;
    this.#zstd = zstd;
  }

  message(): DashStreamMessage {
    this.#message ??= decodeValue(this.partition, this.offset, this.value, this.#zstd);
    return this.#message;
  }
}

/** Records with their values. */
export function valueRecords(zstd: ZstdDecoder): RecordMaker<StreamRecord> {
  return {
    ofValue: (partition, offset, value) => new ValueRecord(partition, offset, value, zstd),
    ofJson() {
      throw new DashstreamError("invariant", "JSON was not asked for");
    },
  };
}

/** Records as JSON, also of a server that only sends values. */
export function jsonRecords(zstd: ZstdDecoder): RecordMaker<JsonRecord> {
  return {
    ofValue(partition, offset, value) {
      const message = jsonMessage(decodeValue(partition, offset, value, zstd));
      const { kind, message: fields } = JSON.parse(JSON.stringify(message, jsonValue));
      return { partition, offset, kind, message: fields };
    },
    ofJson: (record) => record,
  };
}
