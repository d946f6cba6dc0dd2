// The control side of one client: what becomes of each frame that it may send, and of those that it may not.

import { canonicalFilter, recordFilter, type StreamFilter } from "../../wire/stream-filter.ts";
import type { FrameChoice } from "./batch-outlet.ts";
import {
  type ControlFrame,
  MAX_CONTROL_FRAME_BYTES,
  MAX_RESUME_PARTITIONS,
  MAX_RESUME_THREADS,
  parseControlFrame,
} from "./control-frames.ts";
import type { StreamProtocol } from "./protocols.ts";
import { latestOffsets, type ResumeRequest, Resumes } from "./resume.ts";
import { cursorResetComplete, filterSet, PONG } from "./server-frames.ts";
import type { Session } from "./session.ts";
import type { SessionContext } from "./session-context.ts";
import type { StreamChoices } from "./stream-choices.ts";

export interface ControlledClient {
  readonly session: Session;
  readonly protocol: StreamProtocol;
  /** Presented the admin token. */
  readonly admin: boolean;
  /** What its frames are made by; its own to change. */
  readonly choice: FrameChoice;
}

export class ControlChannel {
  readonly #context: SessionContext;
  readonly #client: ControlledClient;
  readonly #session: Session;
  readonly #resumes: Resumes;
  /** Partitions that cursors were given for; each takes memory for as long as the connection lasts. */
  readonly #named = new Set<number>();

  /** `pump` sends on when something was decided later than the frame that asked for it. */
  constructor(context: SessionContext, client: ControlledClient, pump: () => void) {
    this.#context = context;
    this.#client = client;
    this.#session = client.session;
    this.#resumes = new Resumes(context, client.session, client.protocol !== "original", pump);
  }

  /** True while it is not decided yet where the client starts. */
  get undecided(): boolean {
    return this.#resumes.undecided;
  }

  onBinary(): void {
    this.#context.metrics.controlIgnored.binary.inc();
  }

  onText(text: string): void {
    const { metrics } = this.#context;
    if (exceedsLimit(text)) {
      metrics.controlOversized.inc();
      const message = `text frame larger than ${MAX_CONTROL_FRAME_BYTES} bytes`;
      return this.#session.fail("CONTROL_FRAME_TOO_LARGE", message, "control_frame_too_large");
    }
    this.#handle(parseControlFrame(text, this.#client.protocol === "original" ? "original" : "v2"));
  }

  #handle(frame: ControlFrame): void {
    const { metrics } = this.#context;
    const session = this.#session;
    switch (frame.type) {
      case "ping":
        return session.sendText(PONG);
      case "cursor_reset":
        return this.#resetCursors();
      case "resume":
        metrics.resumeRequests.partition.inc();
        metrics.resumeEntriesInvalid.inc(frame.invalidEntries);
        this.#choose(frame.options);
        return this.#resume(frame);
      case "resume_threads":
        metrics.resumeRequests.thread.inc();
        metrics.resumeEntriesInvalid.inc(frame.invalidEntries);
        this.#choose(frame.options);
        return this.#resumes.beginThreads(frame.sequences);
      case "filter":
        return this.#setFilter(frame.filter);
      case "ack":
        return session.pacing.acknowledge(frame.offsets);
      case "invalid":
        return session.fail(frame.code, frame.error, "invalid_request");
      case "too_many_partitions":
        return this.#refusePartitions(frame.count);
      case "too_many_threads":
        return session.fail(
          "RESUME_TOO_MANY_THREADS",
          `lastSequencesByThread has ${frame.count} entries, at most ${MAX_RESUME_THREADS} are accepted`,
          "resume_rejected",
        );
      case "unknown":
        return metrics.controlIgnored.unknown_type.inc();
      case "malformed":
        return metrics.controlParseFailures.inc();
      default:
        return frame satisfies never;
    }
  }

  #resume(request: ResumeRequest): void {
    if (request.from === "cursor") {
      for (const partition of request.offsets.keys()) this.#named.add(partition);
      if (this.#named.size > MAX_RESUME_PARTITIONS) return this.#refusePartitions(this.#named.size);
    }
    this.#resumes.begin(request);
  }

  /** Sends on a resume that waited until the server knew its partitions. */
  onPartitionsKnown(): void {
    this.#resumes.onPartitionsKnown();
  }

  /** Offsets of a partition start over, which the session knows already. */
  onRestart(): void {
    this.#resumes.onRestart();
  }

  /** A partition was assigned that ends before what this client has of it. */
  recheck(partition: number): void {
    void this.#resumes.recheck(partition);
  }

  /** The client is gone: nothing is looked up for it any more. */
  onClosed(): void {
    this.#resumes.cancel();
  }

  #choose({ filter, compression, ackWindow }: StreamChoices): void {
    if (compression !== undefined) this.#client.choice.compression = compression;
    if (ackWindow !== undefined) this.#session.pacing.setAckWindow(ackWindow);
    if (filter !== undefined) this.#applyFilter(filter);
  }

  /** Holds for what is sent from here on; the client is told where that is. */
  #setFilter(filter: StreamFilter): void {
    this.#applyFilter(filter);
    const { sent } = this.#session;
    const after = new Map([...sent.followed()].map((partition) => [partition, sent.floor(partition)]));
    this.#session.sendText(filterSet(filter, after));
  }

  #applyFilter(filter: StreamFilter): void {
    const key = canonicalFilter(filter);
    this.#client.choice.filterKey = key;
    this.#session.setFilter(key === "" ? null : recordFilter(filter));
  }

  #refusePartitions(count: number): void {
    this.#session.fail(
      "RESUME_TOO_MANY_PARTITIONS",
      `${count} partitions were named in lastOffsetsByPartition, at most ${MAX_RESUME_PARTITIONS} are accepted on one connection`,
      "resume_rejected",
    );
  }

  /** Moves the asking client to the live end; only an admin's reset also empties the buffer for everybody. */
  #resetCursors(): void {
    this.#resumes.cancel();
    const { ring, clearTiers } = this.#context;
    // In this order: what the asking client gives up by its own wish is not lost to it.
    this.#session.goLive();
    if (!this.#client.admin) return this.#answerReset(false);
    ring.clear();
    void clearTiers().then((cleared) => this.#answerReset(cleared));
  }

  #answerReset(cleared: boolean): void {
    const latest = latestOffsets(this.#context, this.#client.protocol !== "original");
    this.#session.sendText(cursorResetComplete(latest, cleared));
  }
}

/** A UTF-16 code unit is at most three bytes of UTF-8, so most frames need no counting. */
function exceedsLimit(text: string): boolean {
  if (text.length * 3 <= MAX_CONTROL_FRAME_BYTES) return false;
  return Buffer.byteLength(text) > MAX_CONTROL_FRAME_BYTES;
}
