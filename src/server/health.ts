// What `/health` knows about the stream: plain counts, three two-minute-old memories and a few windows. The
// pipeline reports once a batch, so nothing here costs anything per record.

import type { Clock } from "../runtime/clock.ts";
import { SlidingWindow } from "./sliding-window.ts";

/** The counts at one moment. `...AgoSeconds` are fractional; `null` = never. */
export interface HealthSnapshot {
  readonly uptimeSeconds: number;
  /** Records with or without value, decodable or not. */
  readonly received: number;
  readonly receivedInWindow: number;
  readonly lastReceivedAgoSeconds: number | null;
  /** Failures on records that came after the head seen at start. */
  readonly decodeErrors: number;
  readonly decodeErrorsInWindow: number;
  /** Failures on records below the head seen at start. */
  readonly oldDataDecodeErrors: number;
  readonly payloadMissing: number;
  readonly infrastructureErrors: number;
  readonly lastInfrastructureErrorAgoSeconds: number | null;
  /** Records that clients missed because they were too slow. */
  readonly dropped: number;
  readonly droppedInWindow: number;
  readonly lastDropAgoSeconds: number | null;
  readonly sendFailed: number;
  readonly sendFailedInWindow: number;
  readonly sendTimeout: number;
  readonly sendTimeoutInWindow: number;
}

/** A count with its window and the time of its latest event. */
class Tally {
  readonly #clock: Clock;
  readonly #window: SlidingWindow;
  #lastMs: number | null = null;
  total = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#window = new SlidingWindow(clock);
  }

  add(count: number): void {
    if (count === 0) return;
    this.total += count;
    this.#window.add(count);
    this.#lastMs = this.#clock.monotonicMs();
  }

  inWindow(): number {
    return this.#window.total();
  }

  lastAgoSeconds(): number | null {
    return this.#lastMs === null ? null : (this.#clock.monotonicMs() - this.#lastMs) / 1000;
  }
}

/** Collects what happened since the process started. All methods are cheap and never throw. */
export class HealthTracker {
  readonly #clock: Clock;
  readonly #startedMs: number;
  readonly #received: Tally;
  readonly #decodeErrors: Tally;
  readonly #infrastructure: Tally;
  readonly #dropped: Tally;
  readonly #sendFailed: Tally;
  readonly #sendTimeout: Tally;
  #oldDataDecodeErrors = 0;
  #payloadMissing = 0;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedMs = clock.monotonicMs();
    this.#received = new Tally(clock);
    this.#decodeErrors = new Tally(clock);
    this.#infrastructure = new Tally(clock);
    this.#dropped = new Tally(clock);
    this.#sendFailed = new Tally(clock);
    this.#sendTimeout = new Tally(clock);
  }

  received(count: number): void {
    this.#received.add(count);
  }

  decodeErrors(count: number): void {
    this.#decodeErrors.add(count);
  }

  oldDataDecodeErrors(count: number): void {
    this.#oldDataDecodeErrors += count;
  }

  payloadMissing(count: number): void {
    this.#payloadMissing += count;
  }

  infrastructureError(): void {
    this.#infrastructure.add(1);
  }

  dropped(count: number): void {
    this.#dropped.add(count);
  }

  sendFailed(): void {
    this.#sendFailed.add(1);
  }

  sendTimeout(): void {
    this.#sendTimeout.add(1);
  }

  snapshot(): HealthSnapshot {
    return {
      uptimeSeconds: (this.#clock.monotonicMs() - this.#startedMs) / 1000,
      received: this.#received.total,
      receivedInWindow: this.#received.inWindow(),
      lastReceivedAgoSeconds: this.#received.lastAgoSeconds(),
      decodeErrors: this.#decodeErrors.total,
      decodeErrorsInWindow: this.#decodeErrors.inWindow(),
      oldDataDecodeErrors: this.#oldDataDecodeErrors,
      payloadMissing: this.#payloadMissing,
      infrastructureErrors: this.#infrastructure.total,
      lastInfrastructureErrorAgoSeconds: this.#infrastructure.lastAgoSeconds(),
      dropped: this.#dropped.total,
      droppedInWindow: this.#dropped.inWindow(),
      lastDropAgoSeconds: this.#dropped.lastAgoSeconds(),
      sendFailed: this.#sendFailed.total,
      sendFailedInWindow: this.#sendFailed.inWindow(),
      sendTimeout: this.#sendTimeout.total,
      sendTimeoutInWindow: this.#sendTimeout.inWindow(),
    };
  }
}
