// The demo's own client: takes the stream over a real connection and keeps account of what came.

import { connectStream, type Stream, type StreamRecord } from "../../src/client/index.ts";
import type { Clock } from "../../src/runtime/clock.ts";
import type { Random } from "../../src/runtime/random.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { LatencyWindow } from "./latency.ts";
import { DeliveryLedger } from "./ledger.ts";

export interface WatcherOptions {
  /** WebSocket address of the stream. */
  readonly url: string;
  readonly clock: Clock;
  readonly random: Random;
  /** Of the server; larger values never come. */
  readonly maxPayloadBytes: number;
}

export class Watcher {
  readonly ledger = new DeliveryLedger();
  readonly latency = new LatencyWindow();
  readonly #clock: Clock;
  readonly #inspector: Inspector;
  readonly #stream: Stream;
  #waiters: Array<{ readonly met: () => boolean; readonly wake: () => void }> = [];
  #missed = 0;

  constructor({ url, clock, random, maxPayloadBytes }: WatcherOptions) {
    this.#clock = clock;
    this.#inspector = new Inspector({ maxPayloadBytes, schemaPolicy: "forward" });
    this.#stream = connectStream({
      url,
      from: "earliest",
      // What dashboards speak, so that their way is the one that is shown.
      protocol: "v1",
      clock,
      random,
      onRecord: (record) => this.#onRecord(record),
      onDuplicate: ({ partition, offset }) => this.ledger.record(partition, offset),
      onGap: ({ count }) => {
        this.#missed += count;
      },
    });
  }

  /** Records that the server said this client would not get. */
  get missed(): number {
    return this.#missed;
  }

  /** Resolves once `met` is true; it is asked after each record. */
  until(met: () => boolean): Promise<void> {
    if (met()) return Promise.resolve();
    return new Promise((wake) => this.#waiters.push({ met, wake }));
  }

  close(): void {
    this.#stream.close();
  }

  #onRecord({ partition, offset, value }: StreamRecord): void {
    this.ledger.record(partition, offset);
    this.#inspector.inspect(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
    const sentUs = this.#inspector.header(0)?.timestampUs ?? 0;
    if (sentUs > 0) this.latency.record(Math.max(0, this.#clock.nowMs() - sentUs / 1000));
    if (this.#waiters.length === 0) return;
    const waiting = this.#waiters;
    this.#waiters = waiting.filter(({ met }) => !met());
    for (const { met, wake } of waiting) if (met()) wake();
  }
}
