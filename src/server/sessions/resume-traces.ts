// The spans of resumes: from the client's word to the end of its replay. Each is a trace of its own, kept by chance, and
// always if the client did not get everything that it asked for.

import type { Clock } from "../../runtime/clock.ts";
import type { SpanContext } from "../../telemetry/tracing/span.ts";
import { Stopwatch } from "../../telemetry/tracing/stopwatch.ts";
import type { Tracer } from "../../telemetry/tracing/tracer.ts";
import type { ResumeFrom } from "./control-frames.ts";
import type { Replay } from "./replay.ts";
import type { DisconnectReason, ResumeMode } from "./session-metrics.ts";

/** `capped`: the limit on its size ended it; `superseded`: the client asked for something else meanwhile. */
export type ResumeOutcome = "complete" | "capped" | "superseded" | DisconnectReason;

export interface ResumeTracing {
  readonly tracer: Tracer;
  readonly clock: Clock;
}

/** Ends of a connection that are nobody's fault. */
const PEACEFUL: ReadonlySet<ResumeOutcome> = new Set<ResumeOutcome>([
  "complete",
  "capped",
  "superseded",
  "client_closed",
  "shutdown",
]);

export class ResumeTrace {
  readonly #tracer: Tracer;
  readonly #watch: Stopwatch;
  readonly #sampled: SpanContext | null;
  readonly #mode: ResumeMode;
  readonly #from: ResumeFrom | "numbers";
  /** Records that the client was told it does not get. */
  missing = 0;
  /** Partitions whose cursor meant nothing. */
  stale = 0;
  /** What is sent for it; `null` until that is decided. */
  replay: Pick<Replay, "sentCount"> | null = null;

  constructor({ tracer, clock }: ResumeTracing, mode: ResumeMode, from: ResumeFrom | "numbers") {
    this.#tracer = tracer;
    this.#watch = new Stopwatch(clock);
    this.#sampled = tracer.sampleNew();
    this.#mode = mode;
    this.#from = from;
  }

  end(outcome: ResumeOutcome): void {
    const error = this.#error(outcome);
    const context = this.#sampled ?? (error === null ? null : this.#tracer.begin());
    if (context === null) return;
    this.#tracer.finish({
      name: "resume_client",
      kind: "server",
      context,
      startMs: this.#watch.startMs,
      endMs: this.#watch.nowMs(),
      attributes: {
        "resume.mode": this.#mode,
        "resume.from": this.#from,
        "resume.outcome": outcome,
        "resume.sent": this.replay?.sentCount ?? 0,
        "resume.missing": this.missing,
        "resume.stale_partitions": this.stale,
      },
      error,
      links: [],
    });
  }

  #error(outcome: ResumeOutcome): string | null {
    if (!PEACEFUL.has(outcome)) return `the connection ended during the replay: ${outcome}`;
    if (this.missing > 0) return `${this.missing} records that were asked for are nowhere to be had`;
    return this.stale > 0 ? `the cursors of ${this.stale} partitions are of another log` : null;
  }
}
