// One connected client: a floor in each partition and a position in the ring. It gets every deliverable record after
// its floors once, in offset order per partition, or is told exactly what it did not get. What the ring no longer has
// comes from the replay tiers, while the client's other partitions stay live. Its memory is bounded: records wait in
// ring and tiers, and the socket is given more only while it takes what it has.

import type { Timer } from "../../runtime/clock.ts";
import type { PeerSocket } from "../../runtime/http.ts";
import type { TokenBucket } from "../../stream/token-bucket.ts";
import type { PageAnswer } from "../replay/page-source.ts";
import { CatchUp } from "./catch-up.ts";
import { Loss, type LostRange } from "./loss.ts";
import { LossAccount } from "./loss-account.ts";
import type { Outlet } from "./outlet.ts";
import { pageWindow, type RecordWindow } from "./record-window.ts";
import { oldestNeeded, type Replay } from "./replay.ts";
import { SentOffsets } from "./sent-offsets.ts";
import {
  cappedGap,
  cursorStale,
  disconnectSlow,
  liveGap,
  logMadeAnew,
  type ProtocolErrorCode,
  protocolError,
  replayGap,
} from "./server-frames.ts";
import type { SessionContext } from "./session-context.ts";
import type { DisconnectReason } from "./session-metrics.ts";
import { SocketFlow } from "./socket-flow.ts";

/** One write holds about this many bytes at most, so that clients take turns. */
const CHUNK_BYTES = 256 * 1024;
/** Records of a page that are sent in one turn. */
const TURN_RECORDS = 256;
/** A paced client is woken for several records at once rather than for each. */
const PACE_TICK_MS = 50;

export interface SessionParts {
  readonly socket: PeerSocket;
  readonly outlet: Outlet;
  /** Of a client that is sent no more than it is known to keep up with; else `null`. */
  readonly pace: TokenBucket | null;
  /** A page that the client waited for is there: `takeTurn` is to be called. */
  readonly wantsTurn: (session: Session) => void;
}

export class Session {
  readonly #context: SessionContext;
  readonly #parts: SessionParts;
  readonly #flow: SocketFlow;
  readonly #loss: LossAccount;
  readonly #catchUp = new CatchUp();
  readonly sent = new SentOffsets();
  /** Partitions whose stream begins wherever their oldest record is: what is gone before that is no loss. */
  readonly #fromOldest = new Set<number>();
  /** Partitions in which the ring overtook this client. */
  readonly #overrun = new Set<number>();
  #position: number;
  #held = true;
  #closing = false;
  #replay: Replay | null = null;
  #paceTimer: Timer | null = null;
  #closeTimer: Timer | null = null;
  reason: DisconnectReason = "client_closed";

  constructor(context: SessionContext, parts: SessionParts) {
    this.#context = context;
    this.#parts = parts;
    this.#flow = new SocketFlow(parts.socket, context.clock, context.limits.highWaterBytes);
    this.#loss = new LossAccount(context, context.limits.slowWindowSecs * 1000);
    this.#position = context.ring.head;
  }

  get position(): number {
    return this.#position;
  }

  get paced(): boolean {
    return this.#parts.pace !== null;
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
    if (this.#held || this.#closing || this.#replay !== null || this.#catchUp.size > 0) return false;
    return this.#position === this.#context.ring.head;
  }

  /** Partitions that are served from the replay tiers. */
  get partitionsBehind(): number {
    return this.#catchUp.size;
  }

  /** Starts live delivery for a client that was held back in case it resumes: with what came since it connected. */
  release(): void {
    const { ring } = this.#context;
    if (!this.#held) return;
    this.#held = false;
    for (let position = this.#position; position < ring.head; position++) {
      this.sent.follow(ring.partitionAt(position), ring.offsetAt(position));
    }
    for (const [partition, span] of ring.spans) this.sent.follow(partition, span.nextOffset);
  }

  /** Goes on live: owed is what comes after now, and nothing of what came before. */
  goLive(): void {
    const { ring } = this.#context;
    this.#held = false;
    this.#replay = null;
    this.#catchUp.clear();
    for (const [partition, span] of ring.spans) this.sent.skipTo(partition, span.nextOffset);
    this.#position = ring.head;
  }

  /** Begins with the oldest record there is of a partition, if nothing of it was sent yet. */
  followFromOldest(partition: number): void {
    this.sent.begin(partition, 0);
    this.#fromOldest.add(partition);
  }

  /**
   * Goes on after the floors: a replay up to now, then live. Gives how many partitions have records for this client in
   * the ring.
   */
  startReplay(replay: Replay): number {
    const { ring } = this.#context;
    this.#held = false;
    this.#replay = replay;
    this.#catchUp.clear();
    let inRing = 0;
    for (const [partition, span] of ring.spans) {
      if (!this.sent.follows(partition)) continue;
      if (!this.checkCoverage(partition) && span.lastOffset > this.sent.floor(partition)) inRing++;
    }
    this.#position = oldestNeeded(ring, (partition) =>
      this.#catchUp.has(partition) || !this.sent.follows(partition) ? null : this.sent.floor(partition),
    );
    return inRing;
  }

  /** Looks whether the ring covers a partition from the client's floor on; if not, it is served from the tiers. */
  checkCoverage(partition: number): boolean {
    const span = this.#context.ring.spans.get(partition);
    if (!span || this.#held || this.#closing || !this.sent.follows(partition)) return false;
    if (this.sent.floor(partition) + 1 >= span.coveredFrom) return false;
    if (this.#context.pages) this.#catchUp.add(partition);
    else this.#noteMissing(partition, span.coveredFrom);
    return this.#catchUp.has(partition);
  }

  /**
   * Offsets from `passedOver` up to `startOffset` are not read by this process. Without tiers they are missing; what
   * the client still has to get from the ring stays its own.
   */
  bridge(partition: number, passedOver: number, startOffset: number): void {
    if (this.#context.pages) {
      this.checkCoverage(partition);
      return;
    }
    const floor = this.sent.floor(partition);
    const fromOffset = Math.max(floor + 1, passedOver);
    if (this.#held || this.#closing || floor < 0 || fromOffset >= startOffset) return;
    if (fromOffset === floor + 1) this.sent.raise(partition, startOffset - 1);
    const count = startOffset - fromOffset;
    this.announceMissing({ partition, fromOffset, toOffset: startOffset - 1, count }, false);
  }

  /**
   * Counts what was lost, ends the connection of a client that loses too much, and else sends what the socket and
   * the pace allow. Returns at once; `onDrain`, turns and timers continue.
   */
  pump(): void {
    this.#settleLoss();
    while (!this.#held && !this.#flow.full && !this.#closing) {
      this.#reportLoss();
      const replay = this.#replay;
      if (replay && this.#isCapped(replay)) {
        this.#leaveOutRest(replay);
        this.#finishReplay(replay, true);
        continue;
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

  /** Sends from the page that it waited for. */
  takeTurn(): void {
    const step = this.#flow.full || this.#closing ? null : this.#catchUp.take();
    if (step) this.#serve(step.partition, step.answer);
    this.pump();
  }

  /** The socket took bytes. */
  onDrain(): void {
    if (this.#flow.drained()) this.pump();
  }

  /** The record at `position` leaves the ring; a client that needs it gets it from the tiers, or loses it. */
  lose(position: number): void {
    if (this.#position > position) return;
    const { ring, pages } = this.#context;
    if (this.#held || this.#closing || !pages) return this.#passOver(position, this.#loss);
    const partition = ring.partitionAt(position);
    const offset = ring.offsetAt(position);
    this.sent.follow(partition, offset);
    this.#position = position + 1;
    if (offset <= this.sent.floor(partition) || this.#catchUp.has(partition)) return;
    this.#catchUp.add(partition);
    this.#overrun.add(partition);
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
    if (!this.#replay && this.#lag() > limits.maxLagRecords) {
      this.#giveUpBacklog();
      this.pump();
    }
  }

  /** Sends a text frame between records; cuts a client that asks without reading the answers. */
  sendText(frame: string): void {
    if (this.#closing) return;
    if (!this.#flow.takesText || this.#parts.socket.send(frame) === "dropped") this.#cut();
  }

  /** Names records after the requested cursor that are nowhere to be had; `stale` if the cursor is too old for it. */
  announceMissing(range: LostRange, stale: boolean): void {
    const { metrics } = this.#context;
    metrics.replayGaps.inc();
    metrics.replayGapMessages.inc(range.count);
    if (stale) this.sendText(cursorStale(range.partition, range.fromOffset - 1, range.toOffset + 1));
    this.sendText(replayGap(range));
  }

  /**
   * The topic of a partition was made anew: a client that had something of the old log is told, after what it lost of
   * it and before anything of the new one, because from here on offsets are lower than those it has.
   */
  restartPartition(partition: number, oldest: number, logEndOffset: number): void {
    const last = this.sent.floor(partition);
    this.#settleLoss();
    const lost = this.#loss.take();
    if (lost) this.sendText(liveGap(lost.count, lost.ranges));
    const followed = this.sent.follows(partition);
    this.sent.forget(partition);
    this.#catchUp.remove(partition);
    this.#overrun.delete(partition);
    this.#fromOldest.delete(partition);
    this.#replay?.targets.delete(partition);
    if (!followed || this.#closing || this.#held) return;
    this.followFromOldest(partition);
    if (last >= 0) {
      this.#context.metrics.replayGaps.inc();
      this.sendText(logMadeAnew(partition, last, oldest, logEndOffset));
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
    this.#catchUp.clear();
    this.#parts.socket.close(code, text);
    this.#closeTimer = this.#context.clock.after(this.#context.limits.closeGraceMs, () =>
      this.#parts.socket.terminate(),
    );
  }

  /** The socket is gone. */
  onClosed(): void {
    this.#closing = true;
    this.#catchUp.clear();
    this.#paceTimer?.cancel();
    this.#closeTimer?.cancel();
  }

  /** How many records may be sent now; if none, something goes on by itself. */
  #allowance(): number {
    const { pace, outlet } = this.#parts;
    const replay = this.#replay;
    const { replayMaxRecords } = this.#context.limits;
    let records = outlet.chunkRecords;
    if (replay && replayMaxRecords > 0) records = Math.min(records, replayMaxRecords - replay.sentCount);
    if (!pace) return records;
    const nowMs = this.#context.clock.monotonicMs();
    records = Math.min(records, pace.available(nowMs));
    if (records === 0) this.#pumpLater(pace.waitMs(1, nowMs));
    return records;
  }

  #sendFromRing(maxRecords: number): boolean {
    const { ring } = this.#context;
    const replay = this.#replay;
    const end = replay && this.#position < replay.end ? replay.end : ring.head;
    if (this.#position >= end) return false;
    this.#position = this.#write(ring, this.#position, end, maxRecords);
    return true;
  }

  #askForPage(): void {
    const { pages, ring } = this.#context;
    if (!pages || this.#catchUp.size === 0) return;
    this.#catchUp.ask(
      pages,
      (partition) => ({
        from: this.sent.floor(partition) + 1,
        to: ring.spans.get(partition)?.coveredFrom ?? 0,
      }),
      () => this.#parts.wantsTurn(this),
    );
  }

  #serve(partition: number, answer: PageAnswer): void {
    if (!this.#catchUp.has(partition)) return;
    if (answer.kind === "missing") this.#noteMissing(partition, answer.nextOffset);
    else {
      this.#fromOldest.delete(partition);
      const { page } = answer;
      const window = pageWindow(partition, page);
      const allowed = Math.min(this.#allowance(), TURN_RECORDS);
      if (allowed === 0) return;
      const start = window.after(this.sent.floor(partition));
      const reached = this.#write(window, start, window.end, allowed);
      if (reached >= window.end) this.sent.raise(partition, page.nextOffset - 1);
    }
    this.#meetRing(partition);
  }

  /** Goes on in the ring if that covers the partition from the floor on. */
  #meetRing(partition: number): void {
    const { ring } = this.#context;
    const floor = this.sent.floor(partition);
    if (floor + 1 < (ring.spans.get(partition)?.coveredFrom ?? 0)) return;
    this.#catchUp.remove(partition);
    this.#overrun.delete(partition);
    const oldest = oldestNeeded(ring, (other) => (other === partition ? floor : null));
    this.#position = Math.min(this.#position, oldest);
  }

  /** Writes records of a window that the client does not have, and gives the position after the last looked at. */
  #write(window: RecordWindow, from: number, end: number, maxRecords: number): number {
    let reached = from;
    this.#flow.write(() => {
      reached = this.#writeChunk(window, from, end, maxRecords);
    });
    return reached;
  }

  #writeChunk(window: RecordWindow, from: number, end: number, maxRecords: number): number {
    const { sent } = this;
    const { outlet } = this.#parts;
    // A partition that is behind is passed over in the ring; its page is never.
    const behind = window === this.#context.ring && this.#catchUp.size > 0 ? this.#catchUp : null;
    const replay = this.#replay;
    let position = from;
    let records = 0;
    let replayed = 0;
    let bytes = 0;
    let whole = true;
    while (position < end && records < maxRecords && bytes < CHUNK_BYTES) {
      const partition = window.partitionAt(position);
      const offset = window.offsetAt(position);
      if (behind?.has(partition) || !sent.take(partition, offset)) whole = false;
      else {
        if (!outlet.add(window, position)) this.#cut();
        bytes += window.valueAt(position).length;
        records++;
        if (replay && offset < (replay.targets.get(partition) ?? 0)) {
          replay.lastOffsets.set(partition, offset);
          replayed++;
        }
      }
      position++;
      if (this.#closing) return position;
    }
    if (records > 0 && !outlet.end({ window, from, to: position, whole })) this.#cut();
    this.#parts.pace?.take(records, this.#context.clock.monotonicMs());
    if (replay) {
      replay.sentCount += replayed;
      this.#context.metrics.replayMessages.inc(replayed);
    }
    return position;
  }

  #pumpLater(waitMs: number): void {
    if (this.#paceTimer) return;
    this.#paceTimer = this.#context.clock.after(Math.max(waitMs, PACE_TICK_MS), () => {
      this.#paceTimer = null;
      this.pump();
    });
  }

  /** Goes past the record at `position` without sending it; what was meant for this client goes to `account`. */
  #passOver(position: number, account: Pick<Loss, "add">): void {
    const { ring } = this.#context;
    const partition = ring.partitionAt(position);
    const offset = ring.offsetAt(position);
    // A client that is held has neither been sent nor asked for anything yet: its stream merely starts later.
    if (!this.#held && this.sent.raise(partition, offset) && !this.#closing) account.add(partition, offset);
    this.#position = position + 1;
  }

  /** No tier has records of the partition before `nextOffset`. */
  #noteMissing(partition: number, nextOffset: number): void {
    const fromOffset = this.sent.floor(partition) + 1;
    const toOffset = Math.min(nextOffset, this.#context.ring.spans.get(partition)?.coveredFrom ?? 0) - 1;
    if (toOffset < fromOffset) return;
    const isLoss = !this.#fromOldest.delete(partition);
    this.sent.raise(partition, toOffset);
    if (!isLoss) return;
    const replayed = this.#replay !== null && fromOffset < (this.#replay.targets.get(partition) ?? 0);
    if (!replayed && this.#overrun.has(partition)) {
      return this.#loss.addRange(partition, fromOffset, toOffset);
    }
    const count = toOffset - fromOffset + 1;
    this.announceMissing({ partition, fromOffset, toOffset, count }, replayed);
  }

  /** Records that wait for this client, in the ring and before it. */
  #lag(): number {
    const { ring } = this.#context;
    let lag = ring.head - this.#position;
    for (const partition of this.#catchUp.partitions()) {
      lag += Math.max(0, (ring.spans.get(partition)?.coveredFrom ?? 0) - this.sent.floor(partition) - 1);
    }
    return lag;
  }

  /** Gives up everything up to now and keeps account of it. */
  #giveUpBacklog(): void {
    this.#passOverRest(this.#context.ring.head, () => Number.POSITIVE_INFINITY, this.#loss);
  }

  /** Passes over what a replay at its limit leaves out, and names it; nobody was too slow for it. */
  #leaveOutRest(replay: Replay): void {
    const { metrics, limits } = this.#context;
    const leftOut = new Loss();
    this.#passOverRest(replay.end, (partition) => replay.targets.get(partition) ?? 0, leftOut);
    const { count } = leftOut;
    const ranges = leftOut.take();
    if (count === 0) return;
    metrics.replayGaps.inc();
    metrics.replayGapMessages.inc(count);
    this.#parts.socket.send(cappedGap(count, ranges, limits.replayMaxRecords));
  }

  /** Passes over what lies before `end` in the ring, and before the ring what lies below `target` of its partition. */
  #passOverRest(
    end: number,
    target: (partition: number) => number,
    account: Pick<Loss, "add" | "addRange">,
  ): void {
    const { ring } = this.#context;
    for (const partition of [...this.#catchUp.partitions()]) {
      const covered = ring.spans.get(partition)?.coveredFrom ?? 0;
      const fromOffset = this.sent.floor(partition) + 1;
      const toOffset = Math.min(covered, target(partition)) - 1;
      if (toOffset >= fromOffset) {
        this.sent.raise(partition, toOffset);
        if (!this.#fromOldest.delete(partition)) account.addRange(partition, fromOffset, toOffset);
      }
      this.#meetRing(partition);
    }
    while (this.#position < end) {
      const position = this.#position;
      if (this.#catchUp.has(ring.partitionAt(position))) this.#position++;
      else this.#passOver(position, account);
    }
  }

  #settleLoss(): void {
    if (this.#closing) return;
    const { metrics, limits } = this.#context;
    const lagInWindow = this.#loss.settle();
    if (limits.slowThreshold === 0 || lagInWindow < limits.slowThreshold) return;
    this.#reportLoss();
    metrics.slowDisconnects.inc();
    this.#parts.socket.send(disconnectSlow(lagInWindow, limits.slowThreshold, limits.slowWindowSecs));
    this.close(4008, "slow client", "slow_client");
  }

  /** Announces what was lost, before anything that comes after it. */
  #reportLoss(): void {
    const lost = this.#loss.take();
    if (lost) this.#parts.socket.send(liveGap(lost.count, lost.ranges));
  }

  #isCapped({ sentCount }: Replay): boolean {
    const { replayMaxRecords } = this.#context.limits;
    return replayMaxRecords > 0 && sentCount >= replayMaxRecords;
  }

  #isComplete({ end, targets }: Replay): boolean {
    if (this.#position < end) return false;
    for (const partition of this.#catchUp.partitions()) {
      if (this.sent.floor(partition) + 1 < (targets.get(partition) ?? 0)) return false;
    }
    return true;
  }

  #finishReplay(replay: Replay, capped: boolean): void {
    this.#replay = null;
    this.#reportLoss();
    replay.complete(capped);
  }

  /** The socket refused a frame: the pairing of cursor and value is broken, so nothing more may follow. */
  #cut(): void {
    if (this.#closing) return;
    this.#closing = true;
    this.reason = "send_failed";
    this.#catchUp.clear();
    this.#context.metrics.sendFailed.inc();
    this.#context.onSendFailed();
    this.#parts.socket.terminate();
  }
}
