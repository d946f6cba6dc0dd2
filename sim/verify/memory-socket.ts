// One end of a TCP connection inside the process, as `net.Socket` shows it: bytes arrive later and in order, a peer
// that does not read stops the writer, an end can be half, and what is cut shows on the other side as TCP shows it
// (a reset if bytes were left unread, an end otherwise).

import { EventEmitter } from "node:events";
import type { Clock, Timer } from "../../src/runtime/clock.ts";

/** Bytes on the way to a peer that has not read them; the rest waits in the writer. About a socket's buffers. */
const WINDOW_BYTES = 256 * 1024;
/** From here on `write` asks its caller to wait for `drain`, as `net.Socket` does. */
const HIGH_WATER_BYTES = 64 * 1024;
/** The most that one `data` event carries, as with the runtimes' reads. */
const MAX_CHUNK_BYTES = 64 * 1024;

type WriteDone = (error?: Error | null) => void;

function systemError(code: string, syscall: string): Error {
  return Object.assign(new Error(`${syscall} ${code}`), { code, syscall });
}

export class MemorySocket extends EventEmitter {
  readonly #clock: Clock;
  readonly #allowHalfOpen: boolean;
  #peer: MemorySocket | null = null;
  destroyed = false;

  readonly #unsent: Buffer[] = [];
  #unsentBytes = 0;
  /** Sent, and not read by the peer's owner. */
  #unreadByPeer = 0;
  #needsDrain = false;
  #ending = false;
  #endSent = false;

  readonly #unread: Buffer[] = [];
  /** `null` until somebody listens for data. */
  #flowing: boolean | null = null;
  #endReceived = false;
  #endEmitted = false;

  #idleMs = 0;
  #idleTimer: Timer | null = null;

  /** @param allowHalfOpen whether it can still write when its peer has ended */
  constructor(clock: Clock, allowHalfOpen = false) {
    super();
    this.#clock = clock;
    this.#allowHalfOpen = allowHalfOpen;
  }

  /** Whether more can be written. */
  get writable(): boolean {
    return !this.#ending && !this.destroyed;
  }

  /** Bytes that wait in this process because the peer does not read. */
  get writableLength(): number {
    return this.#unsentBytes;
  }

  /** Joins two ends; what was written before leaves now. */
  static join(a: MemorySocket, b: MemorySocket): void {
    a.#peer = b;
    b.#peer = a;
    a.#transmit();
    b.#transmit();
  }

  override on(event: string | symbol, listener: (...args: never[]) => void): this {
    super.on(event, listener as (...args: unknown[]) => void);
    if (event === "data" && this.#flowing === null) this.resume();
    return this;
  }

  override addListener(event: string | symbol, listener: (...args: never[]) => void): this {
    return this.on(event, listener);
  }

  write(chunk: string | Uint8Array, encoding?: BufferEncoding | WriteDone, done?: WriteDone): boolean {
    const whenDone = typeof encoding === "function" ? encoding : done;
    if (this.#ending || this.destroyed) {
      const error = systemError(this.destroyed ? "ERR_STREAM_DESTROYED" : "EPIPE", "write");
      this.#later(() => whenDone?.(error));
      if (!this.destroyed) this.destroy(error);
      return false;
    }
    // Copied, as a kernel does: the writer may use its buffer again.
    const bytes =
      typeof chunk === "string"
        ? Buffer.from(chunk, typeof encoding === "string" ? encoding : "utf8")
        : Buffer.from(chunk);
    for (let from = 0; from < bytes.length; from += MAX_CHUNK_BYTES) {
      this.#unsent.push(bytes.subarray(from, from + MAX_CHUNK_BYTES));
    }
    this.#unsentBytes += bytes.length;
    this.#transmit();
    if (whenDone) this.#later(() => whenDone(null));
    this.#needsDrain = this.#unsentBytes >= HIGH_WATER_BYTES;
    return !this.#needsDrain;
  }

  end(chunk?: string | Uint8Array): this {
    if (this.#ending || this.destroyed) return this;
    if (chunk !== undefined) this.write(chunk);
    this.#ending = true;
    this.#transmit();
    return this;
  }

  destroy(error?: Error): this {
    const peer = this.#peer;
    return this.#destroy(peer !== null && peer.#unreadByPeer > 0, error);
  }

  /** The peer sees a reset, whatever was left unread. */
  resetAndDestroy(): this {
    return this.#destroy(true);
  }

  pause(): this {
    this.#flowing = false;
    return this;
  }

  resume(): this {
    if (this.#flowing) return this;
    this.#flowing = true;
    this.#later(() => this.#read());
    return this;
  }

  /** Emits `timeout` after `ms` without traffic, by the clock of the network; 0 ends this. */
  readonly setTimeout = (ms: number, onTimeout?: () => void): this => {
    this.#idleMs = ms;
    if (onTimeout) this.once("timeout", onTimeout);
    this.#touch();
    return this;
  };

  // Nothing to set: segments are neither held back nor lost here, and no socket keeps the process alive.
  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  /** Moves what fits the window onto the wire, then the end. */
  #transmit(): void {
    const peer = this.#peer;
    if (!peer || this.destroyed) return;
    while (this.#unreadByPeer < WINDOW_BYTES) {
      const chunk = this.#unsent.shift();
      if (!chunk) break;
      this.#unsentBytes -= chunk.length;
      this.#unreadByPeer += chunk.length;
      this.#later(() => peer.#receive(chunk, this));
    }
    this.#touch();
    if (this.#unsentBytes > 0) return;
    if (this.#needsDrain) {
      this.#needsDrain = false;
      this.#later(() => this.#emitUnlessGone("drain"));
    }
    if (this.#ending && !this.#endSent) {
      this.#endSent = true;
      this.#later(() => {
        peer.#receiveEnd();
        this.#emitUnlessGone("finish");
        this.#closeIfEnded();
      });
    }
  }

  #destroy(withReset: boolean, error?: Error): this {
    if (this.destroyed) return this;
    const peer = this.#peer;
    if (peer) {
      this.#later(() => {
        if (withReset) peer.#reset();
        else peer.#receiveEnd();
      });
    }
    this.#close(error);
    return this;
  }

  #receive(chunk: Buffer, sender: MemorySocket): void {
    // Bytes for a connection that is gone are answered with a reset.
    if (this.destroyed) return this.#later(() => sender.#reset());
    this.#touch();
    this.#unread.push(chunk);
    this.#read();
  }

  #receiveEnd(): void {
    this.#endReceived = true;
    this.#read();
  }

  #reset(): void {
    if (!this.destroyed) this.#close(systemError("ECONNRESET", "read"));
  }

  #read(): void {
    while (this.#flowing && !this.destroyed) {
      const chunk = this.#unread.shift();
      if (!chunk) break;
      const sender = this.#peer;
      if (sender) {
        sender.#unreadByPeer -= chunk.length;
        if (sender.#unsentBytes > 0) sender.#transmit();
      }
      this.emit("data", chunk);
    }
    if (!this.#flowing || this.destroyed || this.#unread.length > 0) return;
    if (!this.#endReceived || this.#endEmitted) return;
    this.#endEmitted = true;
    this.emit("end");
    // As with `net`: nobody keeps a half open without having asked for it.
    if (!this.#allowHalfOpen) this.end();
    this.#closeIfEnded();
  }

  #closeIfEnded(): void {
    if (this.#endSent && this.#endEmitted && !this.destroyed) this.#close();
  }

  #close(error?: Error): void {
    this.destroyed = true;
    this.#unsent.length = 0;
    this.#unsentBytes = 0;
    this.#unread.length = 0;
    this.#idleTimer?.cancel();
    this.#later(() => {
      if (error) this.emit("error", error);
      this.emit("close", error !== undefined);
    });
  }

  /** After all that is on its way already. */
  #later(task: () => void): void {
    this.#clock.after(0, task);
  }

  #emitUnlessGone(event: string): void {
    if (!this.destroyed) this.emit(event);
  }

  #touch(): void {
    this.#idleTimer?.cancel();
    this.#idleTimer = null;
    if (this.#idleMs === 0 || this.destroyed) return;
    this.#idleTimer = this.#clock.after(this.#idleMs, () => this.emit("timeout"));
  }
}
