// A socket in memory whose peer reads only when the test says so.

import type { PeerHandler, PeerSocket, SendStatus } from "../../src/runtime/http.ts";

export interface DeliveredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** Checks the strict pairing of cursor and value while it collects what was sent. */
export class FakeSocket implements PeerSocket {
  readonly records: DeliveredRecord[] = [];
  readonly controls: Record<string, unknown>[] = [];
  handler: PeerHandler | null = null;
  closedWith: { readonly code: number; readonly reason: string } | null = null;
  terminated = false;
  reading = true;
  #pendingCursor: { readonly partition: number; readonly offset: number } | null = null;
  #bufferedBytes = 0;

  send(frame: string | Uint8Array): SendStatus {
    if (this.closedWith || this.terminated) return "dropped";
    if (typeof frame === "string") this.#onText(frame);
    else this.#onBinary(frame);
    if (this.reading) return "sent";
    this.#bufferedBytes += frame.length;
    return "queued";
  }

  cork(write: () => void): void {
    write();
  }

  bufferedBytes(): number {
    return this.#bufferedBytes;
  }

  close(code: number, reason: string): void {
    this.closedWith = { code, reason };
  }

  terminate(): void {
    this.terminated = true;
    this.handler?.onClose(1006, "");
  }

  /** The peer stops reading: what is sent from now on stays buffered. */
  stopReading(): void {
    this.reading = false;
  }

  /** The peer takes what is buffered and reads on. */
  drain(): void {
    this.reading = true;
    this.#bufferedBytes = 0;
    this.handler?.onDrain();
  }

  /** The peer takes what is buffered, but still does not read on by itself. */
  take(): void {
    this.#bufferedBytes = 0;
    this.handler?.onDrain();
  }

  /** Controls of one type. */
  of(type: string): Record<string, unknown>[] {
    return this.controls.filter((control) => control.type === type);
  }

  /** Offsets received of one partition. */
  offsets(partition: number): number[] {
    return this.records.filter((record) => record.partition === partition).map((record) => record.offset);
  }

  #onText(text: string): void {
    const frame = JSON.parse(text);
    if (frame.type !== "cursor") {
      this.controls.push(frame);
      return;
    }
    if (this.#pendingCursor) throw new Error("a second cursor while one is waiting for its value");
    this.#pendingCursor = { partition: frame.partition, offset: Number(frame.offset) };
  }

  #onBinary(value: Uint8Array): void {
    const cursor = this.#pendingCursor;
    if (!cursor) throw new Error("a value without a cursor");
    this.#pendingCursor = null;
    this.records.push({ ...cursor, value: Buffer.from(value).toString() });
  }
}
