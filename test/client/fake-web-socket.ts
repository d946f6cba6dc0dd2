// A WebSocket whose server is the test: it opens, speaks, fails and closes on command, and keeps what the client
// sent.

import type { ClientWebSocket, WebSocketConstructor } from "../../src/client/index.ts";
import { encodeRecordFrame, type PartitionRecords } from "../../src/wire/record-frame.ts";

export class FakeWebSocket implements ClientWebSocket {
  binaryType: BinaryType = "blob";
  /** The subprotocol that the server chose. */
  protocol = "";
  onopen: WebSocket["onopen"] = null;
  onmessage: WebSocket["onmessage"] = null;
  onerror: WebSocket["onerror"] = null;
  onclose: WebSocket["onclose"] = null;
  readonly url: string;
  /** Subprotocols that the client offered; `null` for none. */
  readonly offered: readonly string[] | null;
  /** Frames that the client sent, parsed. */
  readonly sent: unknown[] = [];
  /** Code of the client's own close. */
  closedWith: number | null = null;

  constructor(url: string, protocols?: string[]) {
    this.url = url;
    this.offered = protocols ?? null;
  }

  send(data: Parameters<WebSocket["send"]>[0]): void {
    this.sent.push(JSON.parse(String(data)));
  }

  close(code?: number): void {
    this.closedWith ??= code ?? 1005;
  }

  /** The handshake succeeds, with this subprotocol. */
  open(subprotocol = ""): void {
    this.protocol = subprotocol;
    this.onopen?.call(this.#self(), new Event("open"));
  }

  text(frame: unknown): void {
    this.raw(typeof frame === "string" ? frame : JSON.stringify(frame));
  }

  binary(...bytes: number[]): void {
    this.raw(new Uint8Array(bytes).buffer);
  }

  record(partition: number, offset: number, ...bytes: number[]): void {
    this.text({ type: "cursor", partition, offset: String(offset) });
    this.binary(...bytes);
  }

  /** A frame of the second protocol, as the server writes it. */
  frame(...parts: readonly PartitionRecords[]): void {
    this.raw(encodeRecordFrame(parts).buffer);
  }

  /** The frames of one type that the client sent. */
  sentOf(type: string): readonly unknown[] {
    return this.sent.filter((frame) => Reflect.get(Object(frame), "type") === type);
  }

  raw(data: unknown): void {
    this.onmessage?.call(this.#self(), new MessageEvent("message", { data }));
  }

  /** The server or the network ends the connection. */
  end(code: number, reason = "", errorMessage?: string): void {
    if (errorMessage !== undefined) {
      this.onerror?.call(this.#self(), new ErrorEvent("error", { message: errorMessage }));
    }
    this.onclose?.call(this.#self(), new CloseEvent("close", { code, reason }));
  }

  /** The handlers are typed for the real thing, of which the client only uses what is here. */
  #self(): WebSocket {
    return this as unknown as WebSocket;
  }
}

/** A constructor of fake sockets and the sockets it made, oldest first. */
export function fakeWebSockets(): {
  readonly WebSocket: WebSocketConstructor;
  readonly made: readonly FakeWebSocket[];
  readonly latest: () => FakeWebSocket;
} {
  const made: FakeWebSocket[] = [];
  return {
    WebSocket: class Dialled extends FakeWebSocket {
      constructor(url: string, protocols?: string[]) {
        super(url, protocols);
        made.push(this);
      }
    },
    made,
    latest() {
      const socket = made.at(-1);
      if (socket === undefined) throw new Error("the client has not dialled");
      return socket;
    },
  };
}
