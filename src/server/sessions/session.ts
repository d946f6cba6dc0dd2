// One connected client. It gets every deliverable record after its floors once, in offset order per partition, or is
// told exactly what it did not get. What the ring no longer has comes from the replay tiers, while the client's other
// partitions stay live. Its memory is bounded: records wait in ring and tiers, and the socket is given more only while
// it takes what it has.

import type { Timer } from "../../runtime/clock.ts";
import type { PeerSocket } from "../../runtime/http.ts";
import type { TokenBucket } from "../../stream/token-bucket.ts";
import type { PageAnswer } from "../replay/page-source.ts";
import { AckWindow } from "./ack-window.ts";
import { Backlog } from "./backlog.ts";
import type { LostRange } from "./loss.ts";
import { LossReport } from "./loss-report.ts";
import type { Outlet } from "./outlet.ts";
import { pageWindow } from "./record-window.ts";
import { RecordWriter, type WriteOrder } from "./record-writer.ts";
import { isReplayed, type Replay } from "./replay.ts";
import type { SentOffsets } from "./sent-offsets.ts";
import { logMadeAnew, type ProtocolErrorCode, progress, protocolError } from "./server-frames.ts";
import type { SessionContext } from "./session-context.ts";
import type { DisconnectReason, ReplayMetrics } from "./session-metrics.ts";
import { SocketFlow } from "./socket-flow.ts";

/** Looks at records in one go, after which others have their turn; a filter may let few of them pass. */
const PUMP_LOOKS = 8192;
/** A paced client is woken for several records at once rather than for each. */
const PACE_TICK_MS = 50;

export interface SessionParts {
  readonly socket: PeerSocket;
  readonly outlet: Outlet;
  /** Of a client that is sent no more than it is known to keep up with; else `null`. */
  readonly pace: TokenBucket | null;
  /** It went back to `position` of the ring, whose records it needs from now on. */
  readonly onWentBack: (position: number) => void;
  /** What may wait in its socket now, before it is given no more. */
  readonly highWaterBytes: () => number;
}

/** Offsets of a partition start over. */
export interface PartitionRestart {
  readonly partition: number;
  /** Everything of the old log below this was read; what a client has not got of it, it never will. */
  readonly handledUpTo: number;
  readonly logStartOffset: number;
  readonly logEndOffset: number;
}

export class Session {
  readonly #context: SessionContext;
  readonly #parts: SessionParts;
  readonly #flow: SocketFlow;
  readonly #losses: LossReport;
  readonly #backlog: Backlog;
  readonly #writer: RecordWriter;
  #window: AckWindow | null = null;
  #held = true;
  #closing = false;
  #replay: Replay | null = null;
  #pumpTimer: Timer | null = null;
  #closeTimer: Timer | null = null;
  reason: DisconnectReason = "client_closed";

  constructor(context: SessionContext, parts: SessionParts) {
    this.#context = context;
    this.#parts = parts;
    this.#flow = new SocketFlow(parts.socket, context.clock, {
      recordBytes: parts.highWaterBytes,
      textBytes: context.limits.highWaterBytes,
    });
    this.#losses = new LossReport(context, (frame) => this.sendText(frame));
    this.#backlog = new Backlog(context.ring);
    this.#writer = new RecordWriter({
      outlet: parts.outlet,
      sent: this.#backlog.sent,
      describe: context.describe,
      onSent: (partition, offset) => this.#window?.sent(partition, offset),
    });
  }

  /** What it was sent or has by its own word. */
  get sent(): SentOffsets {
    return this.#backlog.sent;
  }

  get position(): number {
    return this.#backlog.position;
  }

  get paced(): boolean {
    return this.#parts.pace !== null || this.#window !== null;
  }

  get held(): boolean {
    return this.#held;
  }

  /** False after it took nothing during a whole fan-out wait, until it takes data again. */
  get takingData(): boolean {
    return this.#flow.takingData;
  }

  /** It took nothing during a whole fan-out wait: nobody waits for it until it takes data again. */
  noteStandstill(): void {
    this.#flow.takingData = false;
  }

  get closing(): boolean {
    return this.#closing;
  }

  /** True if everything there is went out as live records. */
  get live(): boolean {
    return !this.#held && !this.#closing && this.#replay === null && this.#backlog.isEmpty;
  }

  /** Partitions that are served from the replay tiers. */
  get partitionsBehind(): number {
    return this.#backlog.catchUp.size;
  }

  /** Starts live delivery for a client that was held back in case it resumes: with what came since it connected. */
  release(): void {
    if (!this.#held) return;
    this.#held = false;
    this.#backlog.followFromHere();
  }

  /** Goes on live: owed is what comes after now, and nothing of what came before. */
  goLive(): void {
    this.#held = false;
    this.#replay = null;
    this.#backlog.skipToNow();
  }

  /** Begins with the oldest record there is of a partition, at `offset` or later, if nothing of it was sent yet. */
  followFromOldest(partition: number, offset = 0): void {
    this.#backlog.followFromOldest(partition, offset);
  }

  /**
   * Goes on after the floors: a replay up to now, then live. Gives how many partitions have records for this client in
   * the ring.
   */
  startReplay(replay: Replay): number {
    this.#held = false;
    this.#replay = replay;
    this.#backlog.catchUp.clear();
    return this.#backlog.locate();
  }

  /** What is sent from here on must pass the filter; `null` lets everything pass. */
  setFilter(filter: RecordWriter["filter"]): void {
    this.#writer.filter = filter;
  }

  /** At most so many records are sent beyond what is acknowledged. */
  setAckWindow(records: number): void {
    this.#window = new AckWindow(records);
  }

  acknowledge(offsets: ReadonlyMap<number, number>): void {
    for (const [partition, offset] of offsets) this.#window?.acknowledge(partition, offset);
  }

  /** The ring's coverage of the partition may have changed: what it lacks is asked of the tiers. */
  checkCoverage(partition: number): void {
    if (!this.#held && !this.#closing) this.#backlog.checkCoverage(partition);
  }

  /**
   * Counts what was lost, ends the connection of a client that loses too much, and else sends what the socket and
   * the pace allow. Returns at once; `onDrain`, turns and timers continue.
   */
  pump(): void {
    this.#settleLoss();
    const { position } = this.#backlog;
    while (!this.#held && !this.#flow.full && !this.#closing) {
      this.#losses.announce();
      const replay = this.#replay;
      if (replay && this.#isCapped(replay)) {
        this.#leaveOutRest(replay);
        this.#finishReplay(replay, true);
        continue;
      }
      if (this.#writer.filter && this.#backlog.position - position > PUMP_LOOKS) {
        return this.#pumpLater(0);
      }
      const records = this.#allowance();
      if (records === 0) return;
      if (this.#sendFromRing(records)) continue;
      if (this.#replay && this.#isComplete(this.#replay)) {
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
    if (this.#held || this.#closing) this.#backlog.position = position + 1;
    else this.#backlog.overtaken();
  }

  /** Called about once a second: gives up a client that takes nothing or is too far behind. */
  checkProgress(): void {
    if (this.#closing) return;
    const { limits, metrics, onSendTimeout } = this.#context;
    const quietMs = this.#flow.quietMs();
    if (this.#replay && quietMs > limits.replayTimeoutMs) {
      return this.fail(
        "REPLAY_TIMEOUT",
        `no byte taken for ${limits.replayTimeoutMs / 1000} s during a replay`,
        "replay_timeout",
      );
    }
    if (quietMs > limits.stallTimeoutMs) {
      metrics.sendTimeout.inc();
      onSendTimeout();
      this.#giveUpBacklog();
      this.pump();
      return this.close(4008, "stalled client", "stalled");
    }
    if (!this.#replay && this.#backlog.size > limits.maxLagRecords) {
      this.#giveUpBacklog();
      this.pump();
    }
    this.#reportProgress();
  }

  /** Sends a text frame between records; cuts a client that asks without reading the answers. */
  sendText(frame: string): void {
    if (this.#closing) return;
    if (!this.#flow.takesText || this.#parts.socket.send(frame) === "dropped") this.#cut();
  }

  /** Names records after the requested cursor that are nowhere to be had; `stale` if the cursor is too old for it. */
  announceMissing(range: LostRange, stale: boolean): void {
    this.#losses.missing(range, stale, this.#replayMetrics);
  }

  /**
   * The topic of a partition was made anew: a client that had something of the old log is told, after what it lost of
   * it and before anything of the new one, because from here on offsets are lower than those it has.
   */
  restartPartition({ partition, handledUpTo, logStartOffset, logEndOffset }: PartitionRestart): void {
    const last = this.sent.floor(partition);
    const followed = this.sent.follows(partition) && !this.#held && !this.#closing;
    const isLoss = followed && last + 1 < handledUpTo;
    if (isLoss) this.#losses.account.addRange(partition, last + 1, handledUpTo - 1);
    this.#settleLoss();
    this.#losses.announce();
    this.#backlog.restart(partition);
    this.#window?.forget(partition);
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
    if (this.#closing) return;
    this.#parts.socket.send(protocolError(code, message));
    this.close(1008, code, reason);
  }

  close(code: number, text: string, reason: DisconnectReason): void {
    if (this.#closing) return;
    this.#closing = true;
    this.reason = reason;
    this.#backlog.catchUp.clear();
    this.#parts.socket.close(code, text);
    this.#closeTimer = this.#context.clock.after(this.#context.limits.closeGraceMs, () =>
      this.#parts.socket.terminate(),
    );
  }

  /** The socket is gone. */
  onClosed(): void {
    this.#closing = true;
    this.#backlog.catchUp.clear();
    this.#pumpTimer?.cancel();
    this.#closeTimer?.cancel();
  }

  get #replayMetrics(): ReplayMetrics {
    const { partition, thread } = this.#context.metrics.replay;
    return this.#replay?.threads ? thread : partition;
  }

  /** How many records may be sent now; if none, something goes on by itself. */
  #allowance(): number {
    const { pace, outlet } = this.#parts;
    const replay = this.#replay;
    const { replayMaxRecords } = this.#context.limits;
    let records = Math.min(outlet.chunkRecords, this.#window?.free ?? outlet.chunkRecords);
    if (replay && replayMaxRecords > 0) records = Math.min(records, replayMaxRecords - replay.sentCount);
    if (!pace) return records;
    const nowMs = this.#context.clock.monotonicMs();
    records = Math.min(records, pace.available(nowMs));
    if (records === 0) this.#pumpLater(Math.max(pace.waitMs(1, nowMs), PACE_TICK_MS));
    return records;
  }

  #sendFromRing(maxRecords: number): boolean {
    const { ring } = this.#context;
    const replay = this.#replay;
    let from = this.position;
    const end = replay && from < replay.end ? replay.end : ring.head;
    if (from >= end) return false;
    const { catchUp } = this.#backlog;
    const elsewhere = catchUp.size > 0 ? catchUp : null;
    // Of what comes from the tiers nothing is written, and an empty write costs as much as one of several records.
    while (elsewhere && from < end && elsewhere.has(ring.partitionAt(from))) from++;
    this.#backlog.position = from;
    if (from < end)
      this.#backlog.position = this.#write({ window: ring, from, end, maxRecords, elsewhere, replay });
    return true;
  }

  #askForPage(): void {
    const { pages, ring } = this.#context;
    const { catchUp } = this.#backlog;
    if (catchUp.size === 0) return;
    const range = (partition: number) => ({
      from: this.sent.floor(partition) + 1,
      to: ring.spans.get(partition)?.coveredFrom ?? 0,
    });
    catchUp.ask(pages, range, (partition, answer) => {
      this.#serve(partition, answer);
      this.pump();
    });
  }

  #serve(partition: number, answer: PageAnswer): void {
    if (this.#closing || !this.#backlog.catchUp.has(partition)) return;
    if (answer.kind === "missing") this.#noteMissing(partition, answer.nextOffset);
    else {
      this.#backlog.foundOldest(partition);
      const window = pageWindow(partition, answer.page);
      const { end } = window;
      let from = window.after(this.sent.floor(partition));
      while (from < end && !this.#flow.full && !this.#closing) {
        const maxRecords = this.#allowance();
        if (maxRecords <= 0) return;
        from = this.#write({ window, from, end, maxRecords, elsewhere: null, replay: this.#replay });
      }
      if (from >= end) this.#backlog.pageDone(partition, answer.page.nextOffset);
    }
    const { position } = this;
    this.#backlog.meetRing(partition);
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
    this.#parts.pace?.take(records, this.#context.clock.monotonicMs());
    if (order.replay) this.#replayMetrics.messages.inc(order.replay.sentCount - sentBefore);
    return reached;
  }

  #pumpLater(waitMs: number): void {
    if (this.#pumpTimer) return;
    this.#pumpTimer = this.#context.clock.after(waitMs, () => {
      this.#pumpTimer = null;
      this.pump();
    });
  }

  /** No tier has records of the partition before `nextOffset`. */
  #noteMissing(partition: number, nextOffset: number): void {
    const missing = this.#backlog.missing(partition, nextOffset);
    if (!missing || this.#replay?.threads) return;
    const { overrun, ...range } = missing;
    const replayed = this.#replay !== null && isReplayed(this.#replay, partition, range.fromOffset);
    if (overrun && !replayed) this.#losses.account.addRange(partition, range.fromOffset, range.toOffset);
    else this.announceMissing(range, replayed);
  }

  /** Gives up everything up to now and keeps account of it. */
  #giveUpBacklog(): void {
    this.#backlog.passOverRest(this.#context.ring.head, () => Number.POSITIVE_INFINITY, this.#losses.account);
  }

  /** Passes over what a replay at its limit leaves out, and names it. */
  #leaveOutRest(replay: Replay): void {
    const target = (partition: number) => replay.targets.get(partition) ?? 0;
    this.#losses.leftOut(
      (account) => this.#backlog.passOverRest(replay.end, target, account),
      this.#replayMetrics,
    );
  }

  #settleLoss(): void {
    if (!this.#closing && this.#losses.settle()) this.close(4008, "slow client", "slow_client");
  }

  /** Cursors that moved over records which a filter left out. */
  #reportProgress(): void {
    const { silent, filter } = this.#writer;
    if (filter !== null && silent.size > 0 && !this.#flow.full) {
      this.sendText(
        progress(new Map([...silent].map((partition) => [partition, this.sent.floor(partition)]))),
      );
    }
    silent.clear();
  }

  #isCapped({ sentCount }: Replay): boolean {
    const { replayMaxRecords } = this.#context.limits;
    return replayMaxRecords > 0 && sentCount >= replayMaxRecords;
  }

  #isComplete({ end, targets }: Replay): boolean {
    if (this.position < end) return false;
    for (const partition of this.#backlog.catchUp.partitions()) {
      if (this.sent.floor(partition) + 1 < (targets.get(partition) ?? 0)) return false;
    }
    return true;
  }

  #finishReplay(replay: Replay, capped: boolean): void {
    this.#losses.announce();
    replay.complete(capped);
    this.#replay = null;
  }

  /** The socket refused a frame: the pairing of cursor and value is broken, so nothing more may follow. */
  #cut(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.reason = "send_failed";
    this.#backlog.catchUp.clear();
    this.#context.metrics.sendFailed.inc();
    this.#context.onSendFailed();
    this.#parts.socket.terminate();
  }
}
