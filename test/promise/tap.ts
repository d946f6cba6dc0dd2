// A WebSocket whose frames the oracle sees, in both directions, before whoever uses it.

import type { ClientWebSocket, WebSocketConstructor } from "../../src/client/index.ts";
import type { ConnectionJudge } from "./connection.ts";

/** A socket that can stop reading, where its kind can. */
export interface TappedSocket extends ClientWebSocket {
  readonly judge: ConnectionJudge;
  setReading(reading: boolean): void;
  /** Ends it without a closing handshake; nothing more is seen of it. */
  cut(): void;
}

interface Pausing {
  pauseReading?(): void;
  resumeReading?(): void;
}

export interface TapOptions {
  readonly Base: WebSocketConstructor;
  readonly judge: () => ConnectionJudge;
  /** Resolves when the client may see what arrived; `null` = now. */
  readonly hold: () => Promise<void> | null;
  readonly onSocket: (socket: TappedSocket) => void;
  readonly onEnd: (socket: TappedSocket) => void;
}

const CUT = 1006;
/** With this code the client library ends a connection that broke the protocol. */
const PROTOCOL_BROKEN = 4002;

/** The constructor to give to a client. */
export function tapWebSocket({
  Base,
  judge,
  hold,
  onSocket,
  onEnd,
}: TapOptions): new (
  url: string,
) => TappedSocket {
  return class implements TappedSocket {
    binaryType: BinaryType = "arraybuffer";
    onopen: ClientWebSocket["onopen"] = null;
    onmessage: ClientWebSocket["onmessage"] = null;
    onerror: ClientWebSocket["onerror"] = null;
    onclose: ClientWebSocket["onclose"] = null;
    readonly judge = judge();
    readonly #inner: ClientWebSocket & Pausing;
    readonly #arrived: (() => void)[] = [];

    constructor(url: string) {
      const inner: ClientWebSocket & Pausing = new Base(url);
      this.#inner = inner;
      inner.binaryType = "arraybuffer";
      const self = this as unknown as WebSocket;
      const received = (event: MessageEvent<unknown>) => {
        if (this.judge.closed) return;
        if (typeof event.data === "string") this.judge.receivedText(event.data);
        else if (event.data instanceof ArrayBuffer) this.judge.receivedBinary(new Uint8Array(event.data));
        this.onmessage?.call(self, event);
      };
      const closed = (event: CloseEvent) => {
        if (this.judge.open && !this.judge.closed) this.judge.ended(event.code);
        this.judge.closed = true;
        onEnd(this);
        this.onclose?.call(self, event);
      };
      // Never held back: the server's time to wait for a resume has begun.
      inner.onopen = (event) => {
        if (this.judge.closed) return;
        this.judge.opened();
        this.onopen?.call(self, event);
      };
      inner.onmessage = (event: MessageEvent<unknown>) => this.#arrives(() => received(event));
      inner.onerror = (event) => this.#arrives(() => this.onerror?.call(self, event));
      inner.onclose = (event) => this.#arrives(() => closed(event));
      onSocket(this);
    }

    /** At once if nothing is held back, and always in order. */
    #arrives(show: () => void): void {
      if (this.#arrived.push(show) === 1) void this.#showArrived();
    }

    async #showArrived(): Promise<void> {
      for (let show = this.#arrived[0]; show !== undefined; show = this.#arrived[0]) {
        for (let held = hold(); held !== null; held = hold()) await held;
        try {
          show();
        } finally {
          this.#arrived.shift();
        }
      }
    }

    get protocol(): string {
      return this.#inner.protocol;
    }

    send(data: Parameters<ClientWebSocket["send"]>[0]): void {
      if (typeof data === "string") this.judge.sent(data);
      this.#inner.send(data);
    }

    close(code?: number, reason?: string): void {
      if (code === PROTOCOL_BROKEN) this.judge.brokenOff();
      this.judge.closed = true;
      this.#inner.close(code, reason);
    }

    setReading(reading: boolean): void {
      this.judge.reading = reading;
      if (reading) this.#inner.resumeReading?.();
      else this.#inner.pauseReading?.();
    }

    cut(): void {
      this.judge.closed = true;
      // Bun's own socket takes no code of the reserved range: it is merely closed.
      if (this.#inner.pauseReading) this.#inner.close(CUT);
      else this.#inner.close();
    }
  };
}
