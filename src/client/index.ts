// The client library, `dashstream/client`: a telemetry stream that reconnects, resumes and reports every gap. Runs in
// browsers, Bun, Deno and Node.

export { DashstreamError, type ErrorCode } from "../errors.ts";
export type { Fingerprint, Fingerprints } from "../wire/fingerprint.ts";
export type { KindName } from "../wire/message-kind.ts";
export type { DashStreamMessage } from "../wire/model.ts";
export type { StreamFilter } from "../wire/stream-filter.ts";
export { connectStream } from "./connect.ts";
export { type CursorStore, type StoredCursors, webStorageCursors } from "./cursor-store.ts";
export type { StreamFrom } from "./cursors.ts";
export type { JsonStreamOptions, StreamListener, StreamOptions, StreamState } from "./options.ts";
export type { Compression, Protocol } from "./protocol.ts";
export type { StreamEvents } from "./receiver.ts";
export type { JsonRecord, StreamPosition, StreamRecord } from "./record.ts";
export type {
  ControlMessage,
  FilterChange,
  GapRange,
  OffsetsByPartition,
  StreamEpoch,
  StreamGap,
} from "./server-frame.ts";
export type { ClientWebSocket, WebSocketConstructor } from "./socket.ts";
export type { Stream } from "./stream.ts";
export type { ZstdDecoder } from "./zstd-decoder.ts";
