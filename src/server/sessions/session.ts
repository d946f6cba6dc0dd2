// One connected client: a position in the ring. It gets every deliverable record after its cursor once, in offset
// order per partition, or is told exactly what it did not get. Its memory is bounded: records wait in the ring, and
// the socket is given more only while it takes what it has.

import type { Timer } from "../../runtime/clock.ts";
import type { PeerSocket } from "../../runtime/http.ts";
import type { TokenBucket } from "../../stream/token-bucket.ts";
import { Loss } from "./loss.ts";
import { LossAccount } from "./loss-account.ts";
import type { Replay } from "./replay.ts";
import { SentOffsets } from "./sent-offsets.ts";
import {
  cappedGap,
  disconnectSlow,
  liveGap,
  logMadeAnew,
  type ProtocolErrorCode,
  protocolError,
} from "./server-frames.ts";
import type { SessionContext } from "./session-context.ts";
import type { DisconnectReason } from "./session-metrics.ts";
import { SocketFlow } from "./socket-flow.ts";

/** One corked write holds at most this many records and about this many bytes, so that clients take turns. */
const CHUNK_RECORDS = 128;
const CHUNK_BYTES = 256 * 1024;
/** A paced client is woken for several records at once rather than for each. */
const PACE_TICK_MS = 50;

export class Session {
  readonly #context: SessionContext;
  readonly #socket: PeerSocket;
  readonly #flow: SocketFlow;
  /** Of a client that is sent no more than it is known to keep up with. */
  readonly #pace: TokenBucket | null;
  readonly #loss: LossAccount;
  readonly sent = new SentOffsets();
  #position: number;
  #held = true;
  #closing = false;
  #replay: Replay | null = null;
  #paceTimer: Timer | null = null;
  #closeTimer: Timer | null = null;
  reason: DisconnectReason = "client_closed";

  constructor(context: SessionContext, socket: PeerSocket, pace: TokenBucket | null) {
    this.#context = context;
    this.#socket = socket;
    this.#flow = new SocketFlow(socket, context.clock, context.limits.highWaterBytes);
    this.#pace = pace;
    this.#loss = new LossAccount(context, context.limits.slowWindowSecs * 1000);
    this.#position = context.ring.head;
  }

  get position(): number {
    return this.#position;
  }

  get paced(): boolean {
    return this.#pace !== null;
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

  /** True if everything in the ring went out as live records. */
  get live(): boolean {
    return (
      !this.#held && !this.#closing && this.#replay === null && this.#position === this.#context.ring.head
    );
  }

  /** Starts live delivery for a client that was held back in case it resumes. */
  release(): void {
    this.#held = false;
  }

  /** Continues from `position`, as a replay up to now or, without one, live. */
  continueFrom(position: number, replay: Replay | null): void {
    this.#held = false;
    this.#replay = replay;
    this.#position = position;
  }

  /**
   * Counts what was lost, ends the connection of a client that loses too much, and else sends what the socket and
   * the pace allow. Returns at once; `onDrain` and timers continue.
   */
  pump(): void {
    this.#settleLoss();
    while (!this.#held && !this.#flow.full && !this.#closing) {
      this.#reportLoss();
      const { ring, clock, limits } = this.#context;
      const replay = this.#replay;
      const end = replay ? replay.end : ring.head;
      if (this.#position >= end) {
        if (!replay) return;
        this.#finishReplay(replay, false);
        continue;
      }
      let records = CHUNK_RECORDS;
      if (this.#pace) {
        const nowMs = clock.monotonicMs();
        records = Math.min(records, this.#pace.available(nowMs));
        if (records === 0) return this.#pumpLater(this.#pace.waitMs(1, nowMs));
      }
      if (replay && limits.replayMaxRecords > 0) {
        records = Math.min(records, limits.replayMaxRecords - replay.sentCount);
        if (records <= 0) {
          this.#leaveOutRest(replay);
          this.#finishReplay(replay, true);
          continue;
        }
      }
      this.#flow.write(() => this.#writeChunk(end, records));
    }
  }

  /** The socket took bytes. */
  onDrain(): void {
    if (this.#flow.drained()) this.pump();
  }

  /** The record at `position` leaves the ring; it is lost to this client unless it was not meant for it. */
  lose(position: number): void {
    if (this.#position <= position) this.#passOver(position, this.#loss);
  }

  /** Called about once a second: gives up a client that takes nothing or is too far behind. */
  checkProgress(): void {
    if (this.#closing) return;
    const { ring, limits, metrics, onSendTimeout } = this.#context;
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
      this.#skipTo(ring.head);
      this.pump();
      return this.close(4008, "stalled client", "stalled");
    }
    if (!this.#replay && ring.head - this.#position > limits.maxLagRecords) {
      this.#skipTo(ring.head);
      this.pump();
    }
  }

  /** Sends a text frame between pairs; cuts a client that asks without reading the answers. */
  sendText(frame: string): void {
    if (this.#closing) return;
    if (!this.#flow.takesText || this.#socket.send(frame) === "dropped") this.#cut();
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
    this.sent.forget(partition);
    if (last < 0 || this.#closing) return;
    this.#context.metrics.replayGaps.inc();
    this.sendText(logMadeAnew(partition, last, oldest, logEndOffset));
  }

  /** Ends the connection after an `error` frame, with the WebSocket code for a violated policy. */
  fail(code: ProtocolErrorCode, message: string, reason: DisconnectReason): void {
    if (this.#closing) return;
    this.#socket.send(protocolError(code, message));
    this.close(1008, code, reason);
  }

  close(code: number, text: string, reason: DisconnectReason): void {
    if (this.#closing) return;
    this.#closing = true;
    this.reason = reason;
    this.#socket.close(code, text);
    this.#closeTimer = this.#context.clock.after(this.#context.limits.closeGraceMs, () =>
      this.#socket.terminate(),
    );
  }

  /** The socket is gone. */
  onClosed(): void {
    this.#closing = true;
    this.#paceTimer?.cancel();
    this.#closeTimer?.cancel();
  }

  #writeChunk(end: number, maxRecords: number): void {
    const { ring } = this.#context;
    const socket = this.#socket;
    const { sent } = this;
    const replay = this.#replay;
    let position = this.#position;
    let records = 0;
    let bytes = 0;
    while (position < end && records < maxRecords && bytes < CHUNK_BYTES) {
      const partition = ring.partitionAt(position);
      const offset = ring.offsetAt(position);
      if (sent.take(partition, offset)) {
        socket.send(ring.cursorAt(position));
        const value = ring.valueAt(position);
        if (socket.send(value) === "dropped") {
          this.#cut();
          break;
        }
        bytes += value.length;
        records++;
        replay?.lastOffsets.set(partition, offset);
      }
      position++;
    }
    this.#position = position;
    this.#pace?.take(records, this.#context.clock.monotonicMs());
    if (replay) {
      replay.sentCount += records;
      this.#context.metrics.replayMessages.inc(records);
    }
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

  /** Gives up everything before `end` and keeps account of it. */
  #skipTo(end: number): void {
    while (this.#position < end) this.lose(this.#position);
  }

  /** Passes over what a replay at its limit leaves out, and names it; nobody was too slow for it. */
  #leaveOutRest(replay: Replay): void {
    const { metrics, limits } = this.#context;
    const leftOut = new Loss();
    while (this.#position < replay.end) this.#passOver(this.#position, leftOut);
    const { count } = leftOut;
    const ranges = leftOut.take();
    if (count === 0) return;
    metrics.replayGaps.inc();
    metrics.replayGapMessages.inc(count);
    this.#socket.send(cappedGap(count, ranges, limits.replayMaxRecords));
  }

  #settleLoss(): void {
    if (this.#closing) return;
    const { metrics, limits } = this.#context;
    const lagInWindow = this.#loss.settle();
    if (limits.slowThreshold === 0 || lagInWindow < limits.slowThreshold) return;
    this.#reportLoss();
    metrics.slowDisconnects.inc();
    this.#socket.send(disconnectSlow(lagInWindow, limits.slowThreshold, limits.slowWindowSecs));
    this.close(4008, "slow client", "slow_client");
  }

  /** Announces what was lost, before anything that comes after it. */
  #reportLoss(): void {
    const lost = this.#loss.take();
    if (lost) this.#socket.send(liveGap(lost.count, lost.ranges));
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
    this.#context.metrics.sendFailed.inc();
    this.#context.onSendFailed();
    this.#socket.terminate();
  }
}
