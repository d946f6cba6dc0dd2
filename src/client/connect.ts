// A stream that stays up: connects, resumes where it was after every interruption, and tells of every record that
// could not be had. Runs wherever there is a standard WebSocket.

import {
  type CommonOptions,
  checkedAckWindow,
  checkedFilter,
  checkedWebSocket,
  checkUrl,
  type JsonStreamOptions,
  type StreamOptions,
} from "./options.ts";
import type { Protocol } from "./protocol.ts";
import { type JsonRecord, jsonRecords, type RecordMaker, type StreamRecord, valueRecords } from "./record.ts";
import { ReconnectingStream, type Stream } from "./stream.ts";
import { portableZstd } from "./zstd-decoder.ts";

/**
 * Connects and stays connected. Records go to `onRecord`, or to a loop: `for await (const record of stream)`. Leaving the
 * loop closes the stream.
 * @throws DashstreamError `config_invalid` for a wrong option, or where there is no WebSocket
 */
export function connectStream(options: JsonStreamOptions): Stream<JsonRecord>;
export function connectStream(options: StreamOptions): Stream<StreamRecord>;
export function connectStream(options: StreamOptions | JsonStreamOptions): Stream<JsonRecord> | Stream {
  const zstd = options.zstd ?? portableZstd;
  if (options.protocol === "v2+json") return started(options, jsonRecords(zstd), "v2+json", "none");
  return started(options, valueRecords(zstd), options.protocol ?? "v2", options.compression ?? "none");
}

function started<R extends JsonRecord | StreamRecord>(
  options: CommonOptions<R>,
  maker: RecordMaker<R>,
  protocol: Protocol,
  compression: "none" | "zstd",
): Stream<R> {
  checkUrl(options.url);
  const stream = new ReconnectingStream(options, {
    maker,
    protocol,
    compression,
    zstd: options.zstd ?? portableZstd,
    filter: checkedFilter(options.filter ?? {}),
    ackWindow: checkedAckWindow(options.ackWindow),
    WebSocket: checkedWebSocket(options.WebSocket),
  });
  stream.start();
  return stream;
}
