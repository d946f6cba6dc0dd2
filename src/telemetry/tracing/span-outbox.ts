// Where finished spans wait until they are sent, in batches, one after another. Handing a span over costs no waiting and
// a bounded amount of memory, whatever the collector does; what does not get there is counted by cause.

import { describeError } from "../../errors.ts";
import { Activity } from "../../runtime/activity.ts";
import type { Clock, Timer } from "../../runtime/clock.ts";
import { SPAN_DROP_REASONS } from "../catalogue/tracing.ts";
import type { Log } from "../log.ts";
import type { Counter, Metrics } from "../metrics.ts";
import type { FinishedSpan } from "./span.ts";

/** Spans of a batch that the collector left out. */
export interface Rejection {
  /** At least 1. */
  readonly count: number;
  readonly reason: string;
}

/** The way to the collector, for one batch at a time. */
export interface SpanSender {
  /** Resolves when the collector has taken the spans, or all but some; rejects once they are given up. */
  send(spans: readonly FinishedSpan[]): Promise<Rejection | null>;
  close(): void;
}

export interface SpanOutboxOptions {
  readonly clock: Clock;
  readonly log: Log;
  readonly metrics: Metrics;
  /** Where spans go, for people. */
  readonly address: string;
  /** Called with the first batch. */
  readonly open: () => Promise<SpanSender>;
}

/** Spans that wait at most; an eighth of it, or about as much as leaves in a second under load, is a batch. */
const MAX_WAITING = 4096;
const MAX_BATCH = 512;
/** How long the first span of a batch waits for company. */
const DELAY_MS = 1_000;
/** A collector that stays away is worth a line now and then. */
const COMPLAINT_INTERVAL_MS = 60_000;

type DropReason = (typeof SPAN_DROP_REASONS)[number];

/** Spans of a batch that did not get there. */
interface Loss extends Rejection {
  readonly cause: Extract<DropReason, "export_failed" | "rejected">;
}

/** What the log says of one cause. */
interface Complaint {
  readonly text: string;
  /** Since the last line. */
  lost: number;
  /** Before this there is no further line, monotonic milliseconds. */
  quietUntilMs: number;
}

export class SpanOutbox {
  readonly #options: SpanOutboxOptions;
  readonly #exported: Counter;
  readonly #dropped: ReadonlyMap<DropReason, Counter>;
  readonly #activity = new Activity();
  #waiting: FinishedSpan[] = [];
  #underWay = 0;
  #timer: Timer | null = null;
  #sender: Promise<SpanSender> | null = null;
  #failing = false;
  /** Whether a line said that it fails and none that it works again. */
  #complained = false;
  readonly #complaints: Readonly<Record<Loss["cause"], Complaint>> = {
    export_failed: { text: "spans could not be exported and are lost", lost: 0, quietUntilMs: 0 },
    rejected: { text: "spans were rejected by the collector and are lost", lost: 0, quietUntilMs: 0 },
  };
  #closing = false;
  #closed = false;

  constructor(options: SpanOutboxOptions) {
    const { metrics } = options;
    this.#options = options;
    this.#exported = metrics.counter("dashstream_spans_exported_total");
    this.#dropped = new Map(
      SPAN_DROP_REASONS.map((reason) => [
        reason,
        metrics.counter("dashstream_spans_dropped_total", { reason }),
      ]),
    );
  }

  add(span: FinishedSpan): void {
    if (this.#closing) return this.#drop("shutdown", 1);
    if (this.#waiting.length >= MAX_WAITING) return this.#drop("queue_full", 1);
    this.#activity.begin();
    this.#waiting.push(span);
    this.#goOn();
  }

  /** Sends what waits, for at most `timeoutMs`. Nothing is taken or sent afterwards. */
  async close(timeoutMs: number): Promise<void> {
    this.#closing = true;
    this.#goOn();
    const deadline = new AbortController();
    await Promise.race([this.#activity.settled(), this.#options.clock.sleep(timeoutMs, deadline.signal)]);
    deadline.abort();
    this.#closed = true;
    this.#timer?.cancel();
    this.#drop("shutdown", this.#underWay + this.#waiting.length);
    this.#waiting = [];
    // A sender that never opened, or does so later, was not given anything to close.
    void this.#sender?.then(
      (sender) => sender.close(),
      () => {},
    );
  }

  /** One batch at a time: a full one at once, a smaller one after a while, and each one after a failure. */
  #goOn(): void {
    if (this.#underWay > 0 || this.#waiting.length === 0) return;
    if (this.#closing || (this.#waiting.length >= MAX_BATCH && !this.#failing)) this.#sendBatch();
    else this.#timer ??= this.#options.clock.after(DELAY_MS, () => this.#sendBatch());
  }

  #sendBatch(): void {
    this.#timer?.cancel();
    this.#timer = null;
    const batch = this.#waiting.splice(0, MAX_BATCH);
    this.#underWay = batch.length;
    void this.#send(batch);
  }

  /** Never rejects. */
  async #send(batch: readonly FinishedSpan[]): Promise<void> {
    this.#sender ??= this.#options.open();
    const loss = await this.#sender
      .then((sender) => sender.send(batch))
      .then(
        (rejection): Loss | null => rejection && { ...rejection, cause: "rejected" },
        (error): Loss => ({ cause: "export_failed", count: batch.length, reason: describeError(error) }),
      );
    if (this.#closed) return;
    // A collector may say anything.
    const lost = Math.min(loss?.count ?? 0, batch.length);
    this.#exported.inc(batch.length - lost);
    if (loss !== null) this.#lose({ ...loss, count: lost });
    this.#failing = loss?.cause === "export_failed";
    if (!this.#failing) this.#takeBack();
    this.#underWay = 0;
    this.#activity.end(batch.length);
    this.#goOn();
  }

  #takeBack(): void {
    const { log, address } = this.#options;
    if (this.#complained) log.info("spans are exported again", { address });
    this.#complained = false;
  }

  #lose({ cause, count, reason }: Loss): void {
    const { log, clock, address } = this.#options;
    const complaint = this.#complaints[cause];
    this.#drop(cause, count);
    complaint.lost += count;
    const nowMs = clock.monotonicMs();
    if (nowMs < complaint.quietUntilMs) return;
    log.warn(complaint.text, { address, spans: complaint.lost, error: reason });
    if (cause === "export_failed") this.#complained = true;
    complaint.lost = 0;
    complaint.quietUntilMs = nowMs + COMPLAINT_INTERVAL_MS;
  }

  #drop(reason: DropReason, count: number): void {
    this.#dropped.get(reason)?.inc(count);
  }
}
