// A socket in memory whose peer reads only when the test says so.

import { zstdDecompressSync } from "node:zlib";
import type { PeerHandler, PeerSocket, SendStatus } from "../../src/runtime/http.ts";
import { decodeRecordFrame } from "../../src/wire/record-frame.ts";

export interface DeliveredRecord {
  readonly partition: number;
  readonly offset: number;
  readonly value: string;
}

/** Checks the frames of its protocol of cursor and value while it collects what was sent. */
export class FakeSocket implements PeerSocket {
  readonly records: DeliveredRecord[] = [];
  readonly controls: Record<string, unknown>[] = [];
  handler: PeerHandler | null = null;
  closedWith: { readonly code: number; readonly reason: string } | null = null;
  terminated = false;
  reading = true;
  /** `pairs` = the original protocol. */
  protocol: "pairs" | "frames" = "pairs";
  /** Messages of the JSON variant. */
  readonly json: Record<string, unknown>[] = [];
  /** Data frames received. */
  frameCount = 0;
  /** Writes, with frames or without. */
  corkCount = 0;
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
    this.corkCount++;
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
    if (frame.type === "records") {
      this.frameCount++;
      this.json.push(frame);
      return;
    }
    if (frame.type !== "cursor") {
      this.controls.push(frame);
      return;
    }
    if (this.#pendingCursor) throw new Error("a second cursor while one is waiting for its value");
    this.#pendingCursor = { partition: frame.partition, offset: Number(frame.offset) };
  }

  #onBinary(value: Uint8Array): void {
    this.frameCount++;
    if (this.protocol === "frames") {
      for (const { partition, records } of decodeRecordFrame(value, zstdDecompressSync)) {
        for (const record of records) {
          this.records.push({
            partition,
            offset: record.offset,
            value: Buffer.from(record.value).toString("latin1"),
          });
        }
      }
      return;
    }
    const cursor = this.#pendingCursor;
    if (!cursor) throw new Error("a value without a cursor");
    this.#pendingCursor = null;
    this.records.push({ ...cursor, value: Buffer.from(value).toString() });
  }
}
