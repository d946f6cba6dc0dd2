// One connected client. It gets every deliverable record after its floors once, in offset order per partition, or is
// told exactly what it did not get. What the ring no longer has comes from the replay tiers, while the client's other
// partitions stay live. Its memory is bounded: records wait in ring and tiers, and the socket is given more only while
// it takes what it has.

import type { Timer } from "../../runtime/clock.ts";
import type { PageAnswer } from "../replay/page-source.ts";
import { Backlog, type PartitionRestart } from "./backlog.ts";
import type { Loss, LostRange } from "./loss.ts";
import { LossReport } from "./loss-report.ts";
import { Pacing } from "./pacing.ts";
import { pageWindow } from "./record-window.ts";
import { RecordWriter, type WriteOrder } from "./record-writer.ts";
import { isComplete, type Replay, recordsLeft } from "./replay.ts";
import type { SentOffsets } from "./sent-offsets.ts";
import { logMadeAnew, type ProtocolErrorCode, progress, protocolError } from "./server-frames.ts";
import type { SessionContext, SessionParts } from "./session-context.ts";
import type { DisconnectReason, ReplayMetrics } from "./session-metrics.ts";
import { SocketFlow } from "./socket-flow.ts";

/** Looks at records in one go, after which others have their turn; few of them may be selected. */
const PUMP_LOOKS = 8192;

export class Session {
  readonly #context: SessionContext;
  readonly #parts: SessionParts;
  readonly #flow: SocketFlow;
  /** What it was told that it does not get. */
  readonly losses: LossReport;
  readonly #backlog: Backlog;
  readonly #writer: RecordWriter;
  readonly pacing: Pacing;
  #held = true;
  /** It is being given up: nothing more is sent to it. */
  closing = false;
  #replay: Replay | null = null;
  #closeTimer: Timer | null = null;
  reason: DisconnectReason = "client_closed";

  constructor(context: SessionContext, parts: SessionParts) {
    this.#context = context;
    this.#parts = parts;
    this.#flow = new SocketFlow(parts.socket, context.clock, {
      recordBytes: parts.highWaterBytes,
      textBytes: context.limits.highWaterBytes,
    });
    this.losses = new LossReport(context, (frame) => this.sendText(frame));
    this.#backlog = new Backlog(context.ring);
    this.pacing = new Pacing(context.clock, parts.pace, parts.goOn);
    this.#writer = new RecordWriter({
      outlet: parts.outlet,
      sent: this.#backlog.sent,
      describe: context.describe,
      onSent: (partition, offset) => this.pacing.sent(partition, offset),
    });
  }

  /** What it was sent or has by its own word. */
  get sent(): SentOffsets {
    return this.#backlog.sent;
  }

  get position(): number {
    return this.#backlog.position;
  }

  get held(): boolean {
    return this.#held;
  }

  /** False after it took nothing during a whole fan-out wait, until it takes data again. */
  get takingData(): boolean {
    return this.#flow.takingData;
  }

  /** It took nothing during a whole fan-out wait. */
  noteStandstill(): void {
    this.#flow.takingData = false;
  }

  /** True if everything there is went out as live records. */
  get live(): boolean {
    return !this.#held && !this.closing && this.#replay === null && this.#backlog.isEmpty;
  }

  /** Starts live delivery for a client that was held back in case it resumes: with what came since it connected. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#backlog.followFromHere();
  }

  /** Sends nothing until it is decided where it goes on. */
  suspend(): void {
    this.#held = true;
    this.#replay = null;
    this.#backlog.catchUp.clear();
  }

  /** Goes on live: owed is what comes after now, and nothing of what came before. */
  goLive(): void {
    this.#held = false;
    this.#replay = null;
    this.#backlog.skipToNow();
  }

  /** Begins with the oldest record there is of a partition, at `offset` or later, if nothing of it was sent yet. */
  followFromOldest(partition: number, offset?: number, owedFrom?: number): void {
    this.#backlog.followFromOldest(partition, offset, owedFrom);
  }

  /** What it has of a partition is of another log: it gets what there is of this one. */
  startOver(partition: number): void {
    this.#forget(partition);
    this.followFromOldest(partition);
    this.#mayGoBack(() => this.#backlog.checkCoverage(partition) || this.#backlog.meetRing(partition));
  }

  /** Replays what is after the floors, then goes live. Gives how many partitions the ring alone serves. */
  startReplay(replay: Replay): number {
    this.#held = false;
    this.#replay = replay;
    let inRing = 0;
    this.#mayGoBack(() => {
      inRing = this.#backlog.locate();
    });
    return inRing;
  }

  /** What is sent from here on must pass the filter; `null` lets everything pass. */
  setFilter(filter: RecordWriter["filter"]): void {
    this.#writer.filter = filter;
  }

  /** The ring's coverage of the partition may have changed: what it lacks is asked of the tiers. */
  checkCoverage(partition: number): void {
    if (!this.#held && !this.closing) this.#backlog.checkCoverage(partition);
  }

  /**
   * Counts what was lost, ends the connection of a client that loses too much, and else sends what the socket and
   * the pace allow. Returns at once; `onDrain`, turns and timers continue.
   */
  pump(): void {
    this.#settleLoss();
    const { position } = this.#backlog;
    while (!this.#held && !this.#flow.full && !this.closing) {
      this.losses.announce();
      const replay = this.#replay;
      if (replay && recordsLeft(replay, this.#context.limits.replayMaxRecords) <= 0) {
        this.#leaveOutRest(replay);
        this.#finishReplay(replay, true);
        continue;
      }
      if (this.#writer.isSelective(replay) && this.position - position > PUMP_LOOKS) {
        return this.pacing.wakeAfter(0);
      }
      const records = this.#allowance();
      if (records === 0) return;
      if (this.#sendFromRing(records)) continue;
      if (this.#replay && isComplete(this.#replay, this.#backlog)) {
        this.#finishReplay(this.#replay, false);
        continue;
      }
      return this.#askForPage();
    }
  }

  /** The socket took bytes. */
  onDrain(): void {
    if (this.#flow.drained()) this.pump();
  }

  /** The record at `position` leaves the ring; a client that needs it gets it from the tiers, or loses it. */
  lose(position: number): void {
    if (this.position > position) return;
    // A client that is held has not been told anything yet: its stream merely starts later.
    if (this.#held || this.closing) this.#backlog.position = position + 1;
    else this.#backlog.overtaken();
  }

  /** Called about once a second: gives up a client that takes nothing or is too far behind. */
  checkProgress(): void {
    if (this.closing) return;
    const { limits, metrics, onSendTimeout } = this.#context;
    const quietMs = this.#flow.quietMs();
    if (this.#replay && quietMs > limits.replayTimeoutMs) {
      const text = `no byte taken for ${limits.replayTimeoutMs / 1000} s during a replay`;
      return this.fail("REPLAY_TIMEOUT", text, "replay_timeout");
    }
    if (quietMs > limits.stallTimeoutMs) {
      metrics.sendTimeout.inc();
      onSendTimeout();
      this.#giveUpBacklog();
      return this.close(4008, "stalled client", "stalled");
    }
    if (!this.#replay && !this.#held && this.#backlog.size > limits.maxLagRecords) this.#giveUpBacklog();
    this.#reportProgress();
  }

  /** Sends a text frame between records; cuts a client that asks without reading the answers. */
  sendText(frame: string): void {
    if (this.closing) return;
    if (!this.#flow.takesText || this.#parts.socket.send(frame) === "dropped") this.#cut();
  }

  /** Names records after the requested cursor that are nowhere to be had; `stale` if the cursor is too old for it. */
  announceMissing(range: LostRange, stale: boolean): void {
    this.losses.missing(range, stale, this.#replayMetrics);
  }

  /**
   * The topic of a partition was made anew: a client that had something of the old log is told, after what it lost of
   * it and before anything of the new one, because from here on offsets are lower than those it has.
   */
  restartPartition({ partition, handledUpTo, logStartOffset, logEndOffset }: PartitionRestart): void {
    const last = this.sent.floor(partition);
    const followed = this.sent.follows(partition) && !this.#held && !this.closing;
    const isLoss = followed && last + 1 < handledUpTo;
    if (isLoss) this.losses.account.addRange(partition, last + 1, handledUpTo - 1);
    this.#settleLoss();
    this.losses.announce();
    this.#forget(partition);
    this.#replay?.targets.delete(partition);
    this.#replay?.lastOffsets.delete(partition);
    if (!followed) return;
    this.followFromOldest(partition);
    if (last >= 0 || isLoss) {
      this.#replayMetrics.gaps.inc();
      this.sendText(logMadeAnew(partition, last, logStartOffset, logEndOffset));
    }
    this.checkCoverage(partition);
  }

  /** Ends the connection after an `error` frame, with the WebSocket code for a violated policy. */
  fail(code: ProtocolErrorCode, message: string, reason: DisconnectReason): void {
    if (this.closing) return;
    this.#parts.socket.send(protocolError(code, message));
    this.close(1008, code, reason);
  }

  close(code: number, text: string, reason: DisconnectReason): void {
    if (this.closing) return;
    this.closing = true;
    this.reason = reason;
    this.#backlog.catchUp.clear();
    this.#parts.socket.close(code, text);
    this.#closeTimer = this.#context.clock.after(this.#context.limits.closeGraceMs, () =>
      this.#parts.socket.terminate(),
    );
  }

  /** The socket is gone. */
  onClosed(): void {
    this.closing = true;
    this.#backlog.catchUp.clear();
    this.pacing.cancel();
    this.#closeTimer?.cancel();
  }

  #forget(partition: number): void {
    this.#backlog.restart(partition);
    this.#writer.forget(partition);
    this.pacing.forget(partition);
  }

  get #replayMetrics(): ReplayMetrics {
    const { partition, thread } = this.#context.metrics.replay;
    return this.#replay?.threads ? thread : partition;
  }

  /** How many records may be sent now; if none, something goes on by itself. */
  #allowance(): number {
    const { replayMaxRecords } = this.#context.limits;
    const left = this.#replay ? recordsLeft(this.#replay, replayMaxRecords) : Number.POSITIVE_INFINITY;
    return this.pacing.allowance(Math.min(this.#parts.outlet.chunkRecords, left));
  }

  #sendFromRing(maxRecords: number): boolean {
    const { ring } = this.#context;
    const replay = this.#replay;
    const end = replay && this.position < replay.end ? replay.end : ring.head;
    if (this.position >= end) return false;
    const { catchUp } = this.#backlog;
    const elsewhere = catchUp.size > 0 ? catchUp : null;
    const { position: from } = this.#backlog.skipElsewhere(end);
    if (from < end)
      this.#backlog.position = this.#write({ window: ring, from, end, maxRecords, elsewhere, replay });
    return true;
  }

  #askForPage(): void {
    const { pages, ring } = this.#context;
    const range = (partition: number) => ({
      from: this.sent.floor(partition) + 1,
      to: ring.spans.get(partition)?.coveredFrom ?? 0,
    });
    this.#backlog.catchUp.ask(pages, range, (partition, answer) => {
      this.#serve(partition, answer);
      this.#parts.goOn();
    });
  }

  #serve(partition: number, answer: PageAnswer): void {
    if (this.closing || !this.#backlog.catchUp.has(partition)) return;
    if (answer.kind === "missing") this.#noteMissing(partition, answer.nextOffset);
    else {
      this.#backlog.foundOldest(partition);
      const window = pageWindow(partition, answer.page);
      const { end } = window;
      let from = window.after(this.sent.floor(partition));
      while (from < end && !this.#flow.full && !this.closing) {
        const maxRecords = this.#allowance();
        if (maxRecords <= 0) return;
        from = this.#write({ window, from, end, maxRecords, elsewhere: null, replay: this.#replay });
      }
      if (from >= end) this.#backlog.pageDone(partition, answer.page.nextOffset);
    }
    this.#mayGoBack(() => this.#backlog.meetRing(partition));
  }

  #mayGoBack(change: () => void): void {
    const { position } = this;
    change();
    if (this.position < position) this.#parts.onWentBack(this.position);
  }

  /** Writes records that the client does not have, and gives the position after the last looked at. */
  #write(order: WriteOrder): number {
    let reached = order.from;
    let records = 0;
    const sentBefore = order.replay?.sentCount ?? 0;
    this.#flow.write(() => {
      const result = this.#writer.write(order);
      ({ reached, records } = result);
      if (result.refused) this.#cut();
    });
    this.pacing.took(records);
    if (order.replay) this.#replayMetrics.messages.inc(order.replay.sentCount - sentBefore);
    return reached;
  }

  /** No tier has records before `nextOffset`; what was there when a replay by thread began is named by thread. */
  #noteMissing(partition: number, nextOffset: number): void {
    const target = this.#replay?.targets.get(partition) ?? 0;
    const threads = this.#replay?.threads ?? null;
    // What a resume by thread misses is named by the numbers of its threads, later.
    if (threads && this.sent.floor(partition) + 1 < target) threads.isIncomplete = true;
    const missing = this.#backlog.missing(partition, nextOffset, threads ? target : 0);
    if (!missing) return;
    const { overrun, ...range } = missing;
    const isLive = range.fromOffset >= target;
    if (overrun && isLive) this.losses.account.addRange(partition, range.fromOffset, range.toOffset);
    else this.announceMissing(range, !isLive);
  }

  /** Gives up everything up to now and keeps account of it. */
  #giveUpBacklog(): void {
    this.#backlog.passOverRest(this.#context.ring.head, () => Number.POSITIVE_INFINITY, this.losses.account);
    this.pump();
  }

  /** Passes over what a replay at its limit leaves out, and names it. */
  #leaveOutRest(replay: Replay): void {
    const target = (partition: number) => replay.targets.get(partition) ?? 0;
    const passOver = (account: Loss) =>
      this.#mayGoBack(() => this.#backlog.passOverRest(replay.end, target, account));
    this.losses.leftOut(passOver, this.#replayMetrics);
  }

  #settleLoss(): void {
    if (!this.closing && this.losses.settle()) this.close(4008, "slow client", "slow_client");
  }

  #reportProgress(): void {
    if (this.#flow.full) return;
    const moved = this.#writer.takeProgress();
    if (moved.size > 0) this.sendText(progress(moved));
  }

  #finishReplay(replay: Replay, capped: boolean): void {
    this.losses.announce();
    replay.complete(capped);
    this.#replay = null;
  }

  /** The socket refused a frame: the pairing of cursor and value is broken, so nothing more may follow. */
  #cut(): void {
    if (this.closing) return;
    this.closing = true;
    this.reason = "send_failed";
    this.#backlog.catchUp.clear();
    this.#context.metrics.sendFailed.inc();
    this.#context.onSendFailed();
    this.#parts.socket.terminate();
  }
}
