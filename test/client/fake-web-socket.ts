// A WebSocket whose server is the test: it opens, speaks, fails and closes on command, and keeps what the client
// sent.

import type { ClientWebSocket, WebSocketConstructor } from "../../src/client/index.ts";

export class FakeWebSocket implements ClientWebSocket {
  binaryType: BinaryType = "blob";
  onopen: WebSocket["onopen"] = null;
  onmessage: WebSocket["onmessage"] = null;
  onerror: WebSocket["onerror"] = null;
  onclose: WebSocket["onclose"] = null;
  readonly url: string;
  /** Frames that the client sent, parsed. */
  readonly sent: unknown[] = [];
  /** Code of the client's own close. */
  closedWith: number | null = null;

  constructor(url: string) {
    this.url = url;
  }

  send(data: Parameters<WebSocket["send"]>[0]): void {
    this.sent.push(JSON.parse(String(data)));
  }

  close(code?: number): void {
    this.closedWith ??= code ?? 1005;
  }

  open(): void {
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
    WebSocket: class extends FakeWebSocket {
      constructor(url: string) {
        super(url);
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
