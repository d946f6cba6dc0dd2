// The control side of one client: ping, resume, cursor_reset, and what happens to frames that are none of these.

import {
  type ControlFrame,
  MAX_CONTROL_FRAME_BYTES,
  MAX_RESUME_PARTITIONS,
  MAX_RESUME_THREADS,
  parseControlFrame,
  type ResumeFrom,
} from "./control-frames.ts";
import type { LostRange } from "./loss.ts";
import { planReplay, type Replay } from "./replay.ts";
import {
  cursorBeyondEnd,
  cursorResetComplete,
  cursorStale,
  PONG,
  replayComplete,
  replayCompleteLatest,
  replayGap,
} from "./server-frames.ts";
import type { Session } from "./session.ts";
import type { SessionContext } from "./session-context.ts";

export class ControlChannel {
  readonly #context: SessionContext;
  readonly #session: Session;
  readonly #admin: boolean;
  readonly #pump: () => void;
  /** Partitions that cursors were given for; each takes memory for as long as the connection lasts. */
  readonly #named = new Set<number>();

  /** Counts resumes and resets: what was asked for last is what counts. */
  #turn = 0;
  /** True while Kafka is asked whether a cursor lies beyond the end of its partition. */
  checking = false;

  /** `pump` sends on when something was decided later than the frame that asked for it. */
  constructor(context: SessionContext, session: Session, admin: boolean, pump: () => void) {
    this.#context = context;
    this.#session = session;
    this.#admin = admin;
    this.#pump = pump;
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
    this.#handle(parseControlFrame(text));
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
        return this.#resume(frame.from, frame.offsets);
      case "resume_threads":
        metrics.resumeRequests.thread.inc();
        return session.fail(
          "RESUME_MODE_UNSUPPORTED",
          "resume by thread is not supported; send lastOffsetsByPartition",
          "resume_rejected",
        );
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

  #resume(from: ResumeFrom, offsets: ReadonlyMap<number, number>): void {
    this.#beginTurn();
    const { ring } = this.#context;
    if (from === "latest") {
      this.#session.continueFrom(ring.head, null);
      return this.#session.sendText(replayCompleteLatest(this.#latestOffsets()));
    }
    if (from === "earliest") return this.#replay(from, new Map());
    for (const partition of offsets.keys()) this.#named.add(partition);
    if (this.#named.size > MAX_RESUME_PARTITIONS) return this.#refusePartitions(this.#named.size);
    if (from === "cursor" && this.#beyondEnd(offsets).length > 0) void this.#resumeOnceChecked(offsets);
    else this.#replay(from, offsets);
  }

  /**
   * A cursor that lies beyond the known end of its partition comes from a server that read further, or from a log
   * that is no more. Kafka knows which. In the second case nothing would ever come after that cursor, so the client
   * is told that it is stale and gets what there is.
   */
  async #resumeOnceChecked(offsets: ReadonlyMap<number, number>): Promise<void> {
    const turn = this.#turn;
    this.checking = true;
    const answered = await this.#context.refreshLogEnds();
    if (turn !== this.#turn || this.#session.closing) return;
    this.checking = false;
    const valid = new Map(offsets);
    for (const [partition, requested] of answered ? this.#beyondEnd(offsets) : []) {
      valid.delete(partition);
      this.#session.sent.forget(partition);
      const oldest = this.#context.ring.spans.get(partition)?.coveredFrom ?? 0;
      this.#context.metrics.replayGaps.inc();
      this.#session.sendText(
        cursorBeyondEnd(partition, requested, oldest, this.#context.logEnd(partition) ?? 0),
      );
    }
    this.#replay("cursor", valid);
    this.#pump();
  }

  /** A partition was assigned that ends before what this client has of it: to be settled as at a resume. */
  recheck(partition: number): void {
    void this.#resumeOnceChecked(new Map([[partition, this.#session.sent.floor(partition)]]));
  }

  /** What is asked for now takes the place of a resume whose cursors are still being checked. */
  #beginTurn(): void {
    this.#turn++;
    this.checking = false;
  }

  #beyondEnd(offsets: ReadonlyMap<number, number>): readonly (readonly [number, number])[] {
    return [...offsets].filter(([partition, offset]) => {
      const end = this.#context.logEnd(partition);
      return end !== null && offset >= end;
    });
  }

  #refusePartitions(count: number): void {
    this.#session.fail(
      "RESUME_TOO_MANY_PARTITIONS",
      `${count} partitions were named in lastOffsetsByPartition, at most ${MAX_RESUME_PARTITIONS} are accepted on one connection`,
      "resume_rejected",
    );
  }

  /** Raises the floors to what the client has, admits what is missing, and replays up to now. */
  #replay(mode: "cursor" | "earliest", requested: ReadonlyMap<number, number>): void {
    const { ring, metrics, clock } = this.#context;
    const session = this.#session;
    for (const late of this.#passedOver(mode, requested)) this.#announceGap(late);
    for (const [partition, offset] of requested) session.sent.raise(partition, offset);
    const floors = new Map<number, number>();
    for (const partition of new Set([...ring.spans.keys(), ...requested.keys()])) {
      const floor = session.sent.floor(partition);
      if (floor >= 0) floors.set(partition, floor);
    }
    const plan = planReplay(ring, floors);
    for (const missing of plan.missing) {
      session.sent.raise(missing.partition, missing.toOffset);
      session.sendText(cursorStale(missing.partition, missing.fromOffset - 1, missing.toOffset + 1));
      this.#announceGap(missing);
    }
    if (plan.position < ring.head) metrics.memoryHits.inc();
    const startedAtMs = clock.monotonicMs();
    const replay: Replay = {
      end: ring.head,
      sentCount: 0,
      lastOffsets: new Map(),
      complete: (capped) => {
        metrics.replayLatencyMs.observe(clock.monotonicMs() - startedAtMs);
        session.sendText(replayComplete(mode, replay.sentCount, replay.lastOffsets, capped));
      },
    };
    session.continueFrom(plan.position, replay);
  }

  /**
   * A resume that comes after live records were sent: what it asks for below them can no longer be sent in order
   * on this connection, so it is named instead.
   */
  #passedOver(mode: "cursor" | "earliest", requested: ReadonlyMap<number, number>): readonly LostRange[] {
    const ranges: LostRange[] = [];
    for (const [partition, firstSent] of this.#session.sent.first) {
      const oldest = (this.#context.ring.spans.get(partition)?.coveredFrom ?? firstSent) - 1;
      const after = mode === "earliest" ? oldest : requested.get(partition);
      if (after === undefined) continue;
      this.#session.sent.first.delete(partition);
      if (after + 1 >= firstSent) continue;
      const fromOffset = after + 1;
      ranges.push({ partition, fromOffset, toOffset: firstSent - 1, count: firstSent - fromOffset });
    }
    return ranges;
  }

  #announceGap(range: LostRange): void {
    const { metrics } = this.#context;
    metrics.replayGaps.inc();
    metrics.replayGapMessages.inc(range.count);
    this.#session.sendText(replayGap(range));
  }

  /** Moves the asking client to the live end; only an admin's reset also empties the buffer for everybody. */
  #resetCursors(): void {
    this.#beginTurn();
    const { ring } = this.#context;
    // In this order: what the asking client gives up by its own wish is not lost to it.
    this.#session.continueFrom(ring.head, null);
    if (this.#admin) ring.clear();
    this.#session.sendText(cursorResetComplete(this.#latestOffsets(), this.#admin));
  }

  /** Per partition the last offset that was handled; all that comes later will be delivered live. */
  #latestOffsets(): ReadonlyMap<number, number> {
    const latest = new Map<number, number>();
    for (const [partition, span] of this.#context.ring.spans) {
      if (span.nextOffset > 0) latest.set(partition, span.nextOffset - 1);
    }
    return latest;
  }
}

/** A UTF-16 code unit is at most three bytes of UTF-8, so most frames need no counting. */
function exceedsLimit(text: string): boolean {
  if (text.length * 3 <= MAX_CONTROL_FRAME_BYTES) return false;
  return Buffer.byteLength(text) > MAX_CONTROL_FRAME_BYTES;
}
