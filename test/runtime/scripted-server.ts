// A server on the runtime at hand whose sockets do what the path of their request says, and that reports what
// happens to them. Runs inside the test on Bun, and as a program of its own on Deno.

import type { HttpServer, PeerHandler, PeerSocket, RequestContext } from "../../src/runtime/http.ts";
import { serveHttp } from "../../src/runtime/serve.ts";

/** What happened on the server; `socket` is the path that the client asked for. */
export interface ServerEvent {
  readonly socket: string;
  readonly what: "open" | "queued" | "dropped" | "drain" | "close" | "refused";
  readonly code?: number;
  readonly reason?: string;
}

export const MAX_FRAME_BYTES = 64 * 1024;
export const MAX_BUFFERED_BYTES = 48 * 1024 * 1024;
const FLOOD_FRAME = new Uint8Array(256 * 1024);

type Report = (event: ServerEvent) => void;

/** Sends until frames are queued that the peer's TCP cannot have taken, or until the runtime drops them. */
function flood(socket: PeerSocket, path: string, report: Report, bytes: number): void {
  const frames = Math.ceil(bytes / FLOOD_FRAME.length);
  const statuses = new Set<string>();
  for (let i = 0; i < frames; i++) statuses.add(socket.send(FLOOD_FRAME));
  for (const what of ["queued", "dropped"] as const) if (statuses.has(what)) report({ socket: path, what });
}

function handle(socket: PeerSocket, path: string, report: Report): PeerHandler {
  report({ socket: path, what: "open" });
  if (path.startsWith("/queue")) flood(socket, path, report, MAX_BUFFERED_BYTES / 2);
  if (path.startsWith("/overflow")) flood(socket, path, report, MAX_BUFFERED_BYTES * 1.5);
  return {
    onText(text) {
      if (path.startsWith("/close")) {
        socket.send("last");
        socket.close(1001, text);
      } else if (path.startsWith("/terminate")) socket.terminate();
      else if (path.startsWith("/cork")) {
        socket.cork(() => {
          for (let i = 0; i < 3; i++) socket.send(`${text}${i}`);
        });
      } else socket.send(text);
    },
    onBinary: (data) => void socket.send(data),
    onDrain: () => {
      if (socket.bufferedBytes() === 0) report({ socket: path, what: "drain" });
    },
    onClose: (code, reason) => report({ socket: path, what: "close", code, reason }),
  };
}

function answer(request: Request, context: RequestContext, report: Report): Response {
  const path = new URL(request.url).pathname;
  if (path === "/peer") return new Response(context.peerAddress);
  if (path === "/wants-upgrade") return new Response(String(context.wantsUpgrade));
  const protocol = path.startsWith("/protocol") ? { protocol: "telemetry" } : undefined;
  const upgraded = context.upgrade((socket) => handle(socket, path, report), protocol);
  if (upgraded) return upgraded;
  report({ socket: path, what: "refused" });
  return new Response("bad handshake", { status: 400 });
}

/** @throws DashstreamError `port_in_use` or `listen_failed` */
export function startScriptedServer(port: number, report: Report): Promise<HttpServer> {
  return serveHttp({
    hostname: "127.0.0.1",
    port,
    maxFrameBytes: MAX_FRAME_BYTES,
    maxBufferedBytes: MAX_BUFFERED_BYTES,
    fetch: (request, context) => answer(request, context, report),
  });
}
