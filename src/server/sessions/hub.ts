// Fan-out: all sessions over one ring. The pipeline appends and calls `flush`; sessions go on by themselves when
// their sockets drain. A client that still takes data is waited for, within bounds, so that reading a backlog does
// not throw healthy clients out; one that takes nothing is not.

import type { Clock, Timer } from "../../runtime/clock.ts";
import type { PeerHandler, PeerSocket } from "../../runtime/http.ts";
import { TokenBucket } from "../../stream/token-bucket.ts";
import type { Ring } from "../ring.ts";
import type { PartitionRestart } from "./backlog.ts";
import {
  batchOutlet,
  type EncodeFrame,
  encodeBinary,
  type FrameChoice,
  jsonEncoder,
} from "./batch-outlet.ts";
import { ControlChannel } from "./control-channel.ts";
import { FrameCache } from "./frame-cache.ts";
import { type Outlet, pairOutlet } from "./outlet.ts";
import type { StreamProtocol } from "./protocols.ts";
import { Session } from "./session.ts";
import type { SessionContext } from "./session-context.ts";
import { highWaterBytes } from "./socket-flow.ts";

export interface HubOptions {
  readonly session: SessionContext;
  /** Longest wait for clients that are taking data, per slice of a batch, milliseconds. */
  readonly fanoutMaxWaitMs: number;
  /** Bound of what a value decompresses to. */
  readonly maxPayloadBytes: number;
  /** Time a new client has to send `resume` before live delivery starts, milliseconds. */
  readonly resumeGraceMs: number;
  /**
   * Pace of browsers on the paired protocol; rate 0 = unlimited. Such a client drains its socket at once and decodes
   * later, so neither TCP nor buffered bytes show how far it is; it goes deaf when some 500 values wait. It is
   * therefore sent a burst and then a rate that it is known to keep up with.
   */
  readonly browserBurst: number;
  readonly browserRatePerSecond: number;
}

export interface ClientTraits {
  readonly protocol: StreamProtocol;
  /** A browser on the paired protocol, which must be paced. */
  readonly browser: boolean;
  /** Presented the admin token. */
  readonly admin: boolean;
}

const CHECK_INTERVAL_MS = 1000;
/** Sockets closed per wave when draining, and the pause between waves, so that clients do not return all at once. */
const CLOSE_WAVE_SIZE = 100;
const CLOSE_WAVE_PAUSE_MS = 50;

export class Hub {
  readonly #options: HubOptions;
  readonly #ring: Ring;
  readonly #clock: Clock;
  readonly #sessions = new Set<Session>();
  readonly #controls = new Map<Session, ControlChannel>();
  readonly #frames = new FrameCache();
  readonly #encodeJson: EncodeFrame;
  /** Records of the ring from here on are still needed by somebody. */
  #lossFrom = Number.POSITIVE_INFINITY;
  #checkTimer: Timer | null = null;
  #room: Promise<void> | null = null;
  #wakeWriters: (() => void) | null = null;
  #emptyWaiters: (() => void)[] = [];

  constructor(options: HubOptions) {
    this.#options = options;
    this.#ring = options.session.ring;
    this.#clock = options.session.clock;
    this.#encodeJson = jsonEncoder(options.maxPayloadBytes);
  }

  get clientCount(): number {
    return this.#sessions.size;
  }

  start(): void {
    this.#checkTimer = this.#clock.every(CHECK_INTERVAL_MS, () => {
      for (const session of this.#sessions) session.checkProgress();
      this.#watchLoss();
    });
  }

  stop(): void {
    this.#checkTimer?.cancel();
  }

  /** Takes a new client; give the result to the socket as its callbacks. */
  accept(socket: PeerSocket, traits: ClientTraits): PeerHandler {
    const { browserRatePerSecond, browserBurst, resumeGraceMs, session: context } = this.#options;
    const paced = traits.browser && browserRatePerSecond > 0;
    const limit = { messagesPerSecond: browserRatePerSecond, burstCapacity: browserBurst };
    const pace = paced ? new TokenBucket(limit, this.#clock.monotonicMs()) : null;
    const choice: FrameChoice = { filterKey: "", compression: "none" };
    const outlet = this.#outlet(socket, traits.protocol, choice);
    const onWentBack = (position: number) => this.#watchLossFrom(Math.min(position, this.#lossFrom));
    const goOn = () => this.#pump(session);
    const highWater = () => highWaterBytes(context.limits.highWaterBytes, this.#sessions.size);
    const parts = { socket, outlet, pace, onWentBack, goOn, highWaterBytes: highWater };
    const session: Session = new Session(context, parts);
    const client = { session, choice, protocol: traits.protocol, admin: traits.admin };
    const control = new ControlChannel(context, client, goOn);
    this.#sessions.add(session);
    this.#controls.set(session, control);
    onWentBack(session.position);
    const grace = this.#clock.after(resumeGraceMs, () => {
      session.release();
      goOn();
    });
    return {
      onText: (text) => {
        control.onText(text);
        // Frames that say nothing about where to start leave the client waiting.
        if (!session.held || control.undecided) grace.cancel();
        goOn();
      },
      onBinary: () => control.onBinary(),
      onDrain: () => {
        session.onDrain();
        this.#wakeWritersIfRoom();
      },
      onClose: () => {
        grace.cancel();
        session.onClosed();
        control.onClosed();
        this.#sessions.delete(session);
        this.#controls.delete(session);
        context.metrics.disconnects[session.reason].inc();
        this.#wakeWritersIfRoom();
        if (this.#sessions.size === 0) for (const wake of this.#emptyWaiters.splice(0)) wake();
      },
    };
  }

  /** Sends what was appended; gives the number of clients that are now at the live end. */
  flush(): number {
    let live = 0;
    for (const session of this.#sessions) {
      session.pump();
      if (session.live) live++;
    }
    this.#watchLoss();
    return live;
  }

  /**
   * `null` if the next slice may be appended at once; else a promise that resolves when every client that is still
   * taking data has room, at the latest after the configured wait. All that wait at a time wait together.
   */
  room(): Promise<void> | null {
    if (this.#hasRoom()) return null;
    this.#room ??= this.#waitForRoom();
    return this.#room;
  }

  /**
   * A partition was assigned, perhaps further on than this process had read it before: clients that follow it get what
   * lies between from the tiers.
   */
  announceAssignment(partition: number): void {
    const { logEnd } = this.#options.session;
    for (const [session, control] of this.#controls) {
      if (session.sent.floor(partition) >= (logEnd(partition) ?? Number.POSITIVE_INFINITY))
        control.recheck(partition);
      session.checkCoverage(partition);
      this.#pump(session);
    }
  }

  /** The server knows now which partitions it reads: resumes that waited for that begin. */
  announcePartitionsKnown(): void {
    for (const control of this.#controls.values()) control.onPartitionsKnown();
  }

  /** Offsets of a partition start over: what clients had of it no longer counts, and they are told. */
  restartPartition(restart: PartitionRestart): void {
    this.#options.session.pages.forget(restart.partition);
    for (const [session, control] of this.#controls) {
      session.restartPartition(restart);
      control.onRestart();
    }
  }

  /** Closes all clients with 1001 in waves; resolves when the last is gone or `timeoutMs` passed. */
  async drain(timeoutMs: number): Promise<void> {
    const sessions = [...this.#sessions];
    const empty = new Promise<void>((resolve) => {
      if (sessions.length === 0) resolve();
      else this.#emptyWaiters.push(resolve);
    });
    for (let i = 0; i < sessions.length; i += CLOSE_WAVE_SIZE) {
      for (const session of sessions.slice(i, i + CLOSE_WAVE_SIZE)) {
        session.close(1001, "server shutting down", "shutdown");
      }
      if (i + CLOSE_WAVE_SIZE < sessions.length) await this.#clock.sleep(CLOSE_WAVE_PAUSE_MS);
    }
    const cancel = new AbortController();
    await Promise.race([empty, this.#clock.sleep(timeoutMs, cancel.signal)]);
    cancel.abort();
  }

  #outlet(socket: PeerSocket, protocol: StreamProtocol, choice: FrameChoice): Outlet {
    switch (protocol) {
      case "original":
        return pairOutlet(socket);
      case "dashstream.v2":
        return batchOutlet(socket, this.#frames, protocol, encodeBinary, choice);
      case "dashstream.v2+json":
        return batchOutlet(socket, this.#frames, protocol, this.#encodeJson, choice);
      default:
        return protocol satisfies never;
    }
  }

  #waitForRoom(): Promise<void> {
    const lagging = [...this.#sessions].filter((session) => this.#waitsFor(session));
    const before = lagging.map((session) => session.position);
    return new Promise((resolve) => {
      const done = () => {
        timer.cancel();
        this.#wakeWriters = null;
        this.#room = null;
        resolve();
      };
      const timer = this.#clock.after(this.#options.fanoutMaxWaitMs, () => {
        lagging.forEach((session, index) => {
          if (session.position === before[index]) session.noteStandstill();
        });
        done();
      });
      this.#wakeWriters = done;
    });
  }

  #pump(session: Session): void {
    session.pump();
    this.#wakeWritersIfRoom();
  }

  /** Nobody is waited for whose pace is limited by us, who was given up, or who takes nothing. */
  #waitsFor(session: Session): boolean {
    if (session.pacing.limits || session.closing || session.held || !session.takingData) return false;
    const unread = this.#ring.head - session.position;
    if (unread > this.#ring.maxRecords / 2) return true;
    return this.#ring.byteCount > this.#ring.maxBytes / 2 && unread > this.#ring.recordCount / 2;
  }

  #hasRoom(): boolean {
    for (const session of this.#sessions) if (this.#waitsFor(session)) return false;
    return true;
  }

  #wakeWritersIfRoom(): void {
    if (this.#wakeWriters && this.#hasRoom()) this.#wakeWriters();
  }

  /**
   * The ring reports losses only for records that some client has not passed. Looked at anew where all sessions are
   * visited anyway: a session that goes back says so itself, and one that went on meanwhile merely passes a report over.
   */
  #watchLoss(): void {
    let slowest = Number.POSITIVE_INFINITY;
    for (const session of this.#sessions) if (session.position < slowest) slowest = session.position;
    this.#watchLossFrom(slowest);
  }

  #watchLossFrom(position: number): void {
    this.#lossFrom = position;
    this.#ring.watchLoss(position, (lost) => {
      for (const session of this.#sessions) session.lose(lost);
    });
  }
}
