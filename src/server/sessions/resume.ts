// Resuming: from what a client says it has to what it is sent. Cursors are checked against the log that is there now,
// what can no longer be had in order on this connection is named, and the rest is replayed up to now.

import type { ResumeFrom } from "./control-frames.ts";
import { type CursorCheck, findStale, needsChecking, type StaleReason } from "./cursor-check.ts";
import type { LostRange } from "./loss.ts";
import type { Replay } from "./replay.ts";
import { type ResumeOutcome, ResumeTrace } from "./resume-traces.ts";
import {
  cursorBeyondEnd,
  cursorOfOtherLog,
  replayComplete,
  replayCompleteLatest,
  replayCompleteThread,
  threadGap,
} from "./server-frames.ts";
import type { Session } from "./session.ts";
import type { SessionContext } from "./session-context.ts";
import type { ResumeMode } from "./session-metrics.ts";
import { searchThreads } from "./thread-search.ts";
import type { ThreadSelection } from "./thread-selection.ts";

export interface ResumeRequest extends CursorCheck {
  readonly from: ResumeFrom;
}

/** The resumes of one client, of which the last one counts. */
export class Resumes {
  readonly #context: SessionContext;
  readonly #session: Session;
  readonly #namesEmpty: boolean;
  readonly #pump: () => void;
  /** Of the resume that is being decided; `null` if none is. */
  #deciding: AbortController | null = null;
  /** Decides it anew. */
  #decideAnew: () => void = () => {};
  /** Begins a resume that came before the server knew which partitions it reads. */
  #waiting: (() => void) | null = null;
  /** Of the resume that is not finished yet. */
  #trace: ResumeTrace | null = null;
  #missingBefore = 0;

  /**
   * @param namesEmpty whether the client can be given the cursor -1 of an empty partition
   * @param pump sends on when something was decided later than the frame that asked for it
   */
  constructor(context: SessionContext, session: Session, namesEmpty: boolean, pump: () => void) {
    this.#context = context;
    this.#session = session;
    this.#namesEmpty = namesEmpty;
    this.#pump = pump;
  }

  /** True while it is not decided yet where the client starts. */
  get undecided(): boolean {
    return this.#deciding !== null || this.#waiting !== null;
  }

  /** What is asked for now takes the place of a resume that is not decided yet. */
  cancel(): void {
    this.#stopDeciding();
    this.#endTrace(this.#session.closing ? this.#session.reason : "superseded");
  }

  begin(request: ResumeRequest): void {
    this.cancel();
    this.#beginTrace("partition", request.from);
    this.#begin(request);
  }

  #begin(request: ResumeRequest): void {
    if (!this.#context.partitionsKnown()) this.#waiting = () => this.#begin(request);
    else if (request.from !== "cursor") this.#start(request);
    else if (needsChecking(this.#context, request)) {
      // Or an earlier resume that is still under way would send what the client has by its word.
      this.#session.suspend();
      void this.#startOnceChecked(request);
    } else this.#start(request);
  }

  onPartitionsKnown(): void {
    const begin = this.#waiting;
    if (begin === null) return;
    this.#waiting = null;
    begin();
    this.#pump();
  }

  /** Offsets of a partition start over: what was being asked about the old ones may never be answered. */
  onRestart(): void {
    if (this.#deciding === null) return;
    this.#stopDeciding();
    this.#decideAnew();
  }

  /** @param sequences by thread the last number that the client has */
  beginThreads(sequences: ReadonlyMap<string, number>): void {
    this.cancel();
    this.#beginTrace("thread", "numbers");
    this.#beginThreads(sequences);
  }

  #beginThreads(sequences: ReadonlyMap<string, number>): void {
    if (!this.#context.partitionsKnown()) this.#waiting = () => this.#beginThreads(sequences);
    else {
      this.#session.suspend();
      void this.#startThreads(sequences);
    }
  }

  /** A partition was assigned that ends before what this client has of it. Never rejects. */
  async recheck(partition: number): Promise<void> {
    const session = this.#session;
    const floor = session.sent.floor(partition);
    const offsets = new Map([[partition, floor]]);
    const { signal } = new AbortController();
    const reason = (await findStale(this.#context, { offsets, fingerprints: new Map() }, signal)).get(
      partition,
    );
    // Meanwhile it may have started over, or the client asked for something else.
    if (reason === undefined || session.closing || session.sent.floor(partition) !== floor) return;
    this.#startOver(partition, floor, reason);
    this.#pump();
  }

  async #startOnceChecked(request: ResumeRequest): Promise<void> {
    const deciding = new AbortController();
    this.#deciding = deciding;
    this.#decideAnew = () => void this.#startOnceChecked(request);
    const stale = await findStale(this.#context, request, deciding.signal);
    if (deciding.signal.aborted || this.#session.closing) return;
    this.#deciding = null;
    const offsets = new Map(request.offsets);
    for (const [partition, reason] of stale) {
      this.#startOver(partition, offsets.get(partition) ?? -1, reason);
      offsets.delete(partition);
    }
    this.#start({ ...request, offsets }, stale);
    this.#pump();
  }

  /** Live from now on, and of the threads what came after their numbers, in the order of offsets. */
  async #startThreads(sequences: ReadonlyMap<string, number>): Promise<void> {
    const deciding = new AbortController();
    this.#deciding = deciding;
    this.#decideAnew = () => void this.#startThreads(sequences);
    // What comes while it is searched is live.
    const targets = this.#nextOffsets();
    const { starts, selection } = await searchThreads(this.#context, sequences, deciding.signal);
    if (deciding.signal.aborted || this.#session.closing) return;
    this.#deciding = null;
    const session = this.#session;
    for (const [partition, offset] of starts) {
      session.followFromOldest(partition, offset, targets.get(partition));
    }
    for (const [partition, nextOffset] of targets) {
      if (!starts.has(partition)) session.sent.skipTo(partition, nextOffset);
    }
    this.#replay(selection, targets, (replay) => {
      for (const gap of selection.gaps()) {
        this.#context.metrics.replay.thread.gaps.inc();
        this.#context.metrics.replay.thread.gapMessages.inc(gap.count);
        session.losses.missingCount += gap.count;
        session.sendText(threadGap(gap));
      }
      session.sendText(replayCompleteThread(replay.sentCount, selection.unknownThreads()));
    });
    this.#pump();
  }

  /** The cursor means nothing: nothing would ever come after it, or something else. The client gets what there is. */
  #startOver(partition: number, requested: number, reason: StaleReason): void {
    const { metrics, oldest, logEnd } = this.#context;
    const session = this.#session;
    session.startOver(partition);
    if (this.#trace !== null) this.#trace.stale++;
    metrics.replay.partition.gaps.inc();
    const frame = reason === "beyond_end" ? cursorBeyondEnd : cursorOfOtherLog;
    session.sendText(frame(partition, requested, oldest(partition), logEnd(partition) ?? 0));
  }

  /** @param startedOver partitions of which everything there is comes */
  #start({ from, offsets }: ResumeRequest, startedOver: ReadonlyMap<number, unknown> = new Map()): void {
    const session = this.#session;
    if (from === "latest") {
      session.goLive();
      this.#endTrace("complete");
      return session.sendText(replayCompleteLatest(latestOffsets(this.#context, this.#namesEmpty)));
    }
    const { ring } = this.#context;
    for (const late of this.#passedOver(from, offsets)) session.announceMissing(late, false);
    if (from === "cursor") {
      for (const [partition, offset] of offsets) session.sent.resumeAfter(partition, offset);
    }
    for (const [partition, { coveredFrom }] of ring.spans) {
      if (from === "earliest") session.followFromOldest(partition);
      else if (!startedOver.has(partition)) session.sent.begin(partition, coveredFrom);
    }
    this.#replay(null, this.#nextOffsets(), (replay, capped) =>
      session.sendText(replayComplete(from, replay.sentCount, replay.lastOffsets, capped)),
    );
  }

  /** By partition the offset after the last record that was handled. */
  #nextOffsets(): Map<number, number> {
    return new Map(
      [...this.#context.ring.spans].map(([partition, { nextOffset }]) => [partition, nextOffset]),
    );
  }

  #replay(
    threads: ThreadSelection | null,
    targets: Map<number, number>,
    onComplete: (replay: Replay, capped: boolean) => void,
  ): void {
    const { ring, metrics, clock } = this.#context;
    const startedAtMs = clock.monotonicMs();
    const { latencyMs } = metrics.replay[threads ? "thread" : "partition"];
    const replay: Replay = {
      threads,
      end: ring.head,
      targets,
      sentCount: 0,
      lastOffsets: new Map(),
      complete: (capped) => {
        latencyMs.observe(clock.monotonicMs() - startedAtMs);
        onComplete(replay, capped);
        this.#endTrace(capped ? "capped" : "complete");
      },
    };
    if (this.#trace !== null) this.#trace.replay = replay;
    metrics.memoryHits.inc(this.#session.startReplay(replay));
  }

  #stopDeciding(): void {
    this.#deciding?.abort();
    this.#deciding = null;
    this.#waiting = null;
  }

  #beginTrace(mode: ResumeMode, from: ResumeFrom | "numbers"): void {
    const { tracing } = this.#context;
    if (tracing === null) return;
    this.#trace = new ResumeTrace(tracing, mode, from);
    this.#missingBefore = this.#session.losses.missingCount;
  }

  #endTrace(outcome: ResumeOutcome): void {
    const trace = this.#trace;
    if (trace === null) return;
    this.#trace = null;
    trace.missing = this.#session.losses.missingCount - this.#missingBefore;
    trace.end(outcome);
  }

  /**
   * A resume that comes after live records were sent: what it asks for below them can no longer be sent in order
   * on this connection, so it is named instead.
   */
  #passedOver(mode: "cursor" | "earliest", requested: ReadonlyMap<number, number>): readonly LostRange[] {
    const ranges: LostRange[] = [];
    for (const [partition, firstSent] of this.#session.sent.first) {
      const after = mode === "earliest" ? this.#context.oldest(partition) - 1 : requested.get(partition);
      if (after === undefined) continue;
      this.#session.sent.first.delete(partition);
      if (after + 1 >= firstSent) continue;
      const fromOffset = after + 1;
      ranges.push({ partition, fromOffset, toOffset: firstSent - 1, count: firstSent - fromOffset });
    }
    return ranges;
  }
}

/** Per partition the last offset that was handled, -1 for an empty one; what comes later will be delivered live. */
export function latestOffsets({ ring }: SessionContext, namesEmpty: boolean): ReadonlyMap<number, number> {
  const latest = new Map<number, number>();
  for (const [partition, span] of ring.spans) {
    if (span.nextOffset > 0 || namesEmpty) latest.set(partition, span.nextOffset - 1);
  }
  return latest;
}
