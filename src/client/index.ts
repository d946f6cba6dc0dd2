// The client library, `dashstream/client`: a telemetry stream that reconnects, resumes and reports every gap.

export { connectStream, type Stream, type StreamOptions, type StreamState } from "./connect.ts";
export type { StreamFrom } from "./cursors.ts";
export type { StreamListener, StreamRecord } from "./receiver.ts";
export type { ControlMessage, GapRange, OffsetsByPartition, StreamGap } from "./server-frame.ts";
export type { ClientWebSocket, WebSocketConstructor } from "./socket.ts";
