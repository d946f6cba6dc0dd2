// A hub over a ring with fake sockets and a clock that the test moves.

import { seededRandom } from "../../../src/runtime/random.ts";
import { HealthTracker } from "../../../src/server/health.ts";
import { Ring } from "../../../src/server/ring.ts";
import { type ClientTraits, Hub, type HubOptions } from "../../../src/server/sessions/hub.ts";
import { recordDescriber } from "../../../src/server/sessions/record-details.ts";
import type { SessionLimits } from "../../../src/server/sessions/session-context.ts";
import { sessionMetrics } from "../../../src/server/sessions/session-metrics.ts";
import type { ThreadIndex } from "../../../src/server/sessions/thread-search.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import type { FinishedSpan } from "../../../src/telemetry/tracing/span.ts";
import { Tracer } from "../../../src/telemetry/tracing/tracer.ts";
import { FakeSocket } from "../../support/fake-socket.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { type FakePages, NoPages } from "./fake-pages.ts";

export const LIMITS: SessionLimits = {
  highWaterBytes: 2000,
  slowThreshold: 1000,
  slowWindowSecs: 60,
  stallTimeoutMs: 60_000,
  replayTimeoutMs: 30_000,
  maxLagRecords: 100_000,
  replayMaxRecords: 0,
  closeGraceMs: 5000,
};

export interface RigOptions {
  readonly maxRecords?: number;
  readonly maxBytes?: number;
  readonly limits?: Partial<SessionLimits>;
  /** What is known of where partitions end; may be changed by `refreshLogEnds`. */
  readonly logEnds?: ReadonlyMap<number, number>;
  /** Where the log of a partition begins; where the ring does unless given. */
  readonly oldest?: (partition: number) => number;
  readonly refreshLogEnds?: () => Promise<boolean>;
  /** The tiers behind the ring; none unless given. */
  readonly pages?: FakePages;
  readonly threads?: Partial<ThreadIndex>;
  readonly partitionsKnown?: () => boolean;
  /** The share of traces that is kept; default: nothing is traced. */
  readonly traceRatio?: number;
  readonly hub?: Partial<Omit<HubOptions, "session">>;
}

export function hubRig(options: RigOptions = {}) {
  const clock = manualClock();
  const ring = new Ring({ maxRecords: options.maxRecords ?? 1000, maxBytes: options.maxBytes ?? 1_000_000 });
  const registry = createMetrics({
    catalogue: CATALOGUE,
    component: "websocket-server",
  });
  const metrics = sessionMetrics(registry);
  const health = new HealthTracker(clock);
  const spans: FinishedSpan[] = [];
  const { traceRatio: ratio } = options;
  const tracer =
    ratio === undefined
      ? null
      : new Tracer({ ratio, random: seededRandom(1), finish: (span) => spans.push(span) });
  const pages = options.pages ?? new NoPages();
  /** Nobody need wait to be told that there are no tiers. */
  const settle = () => {
    while (pages instanceof NoPages && pages.answer());
  };
  const hub = new Hub({
    session: {
      ring,
      clock,
      metrics,
      limits: { ...LIMITS, ...options.limits },
      pages,
      oldest: options.oldest ?? ((partition) => ring.spans.get(partition)?.coveredFrom ?? 0),
      describe: recordDescriber(1_048_576),
      threads: {
        lastSequences: () => [],
        firstAfter: () => Promise.resolve(null),
        scanRecords: 100,
        ...options.threads,
      },
      clearTiers: () => Promise.resolve(true),
      partitionsKnown: () => options.partitionsKnown?.() ?? true,
      logEnd: (partition) => options.logEnds?.get(partition) ?? null,
      tracing: tracer && { tracer, clock },
      refreshLogEnds: options.refreshLogEnds ?? (() => Promise.resolve(true)),
      onDropped: (count) => health.dropped(count),
      onSendFailed: () => health.sendFailed(),
      onSendTimeout: () => health.sendTimeout(),
    },
    fanoutMaxWaitMs: 250,
    resumeGraceMs: 1000,
    maxPayloadBytes: 1_048_576,
    browserBurst: 200,
    browserRatePerSecond: 100,
    ...options.hub,
  });
  hub.start();
  const next = new Map<number, number>();
  return {
    clock,
    ring,
    hub,
    health,
    tracer,
    /** What was traced, in the order in which it ended. */
    spans,
    registry,
    metrics,
    /** Connects a client; `resume` is sent as its first frame unless it is `null`. */
    connect(resume: object | null = { from: "latest" }, traits: Partial<ClientTraits> = {}): FakeSocket {
      const socket = new FakeSocket();
      if (traits.protocol === "dashstream.v2") socket.protocol = "frames";
      socket.handler = hub.accept(socket, { protocol: "original", browser: false, admin: false, ...traits });
      if (resume) say(socket, { type: "resume", lastOffsetsByPartition: {}, ...resume });
      settle();
      return socket;
    },
    /** Appends `count` records to a partition, offsets going on from the last, and fans them out ten at a time. */
    produce(partition: number, count: number, size = 20): void {
      for (let i = 0; i < count; i++) {
        const offset = next.get(partition) ?? 0;
        next.set(partition, offset + 1);
        const value = Buffer.from(`${partition}:${offset}`.padEnd(size, "."));
        pages.append(partition, offset, value);
        ring.append(partition, offset, value);
        if (i % 10 === 9) hub.flush();
      }
      hub.flush();
      settle();
    },
    pages,
    /** Lets the tiers answer what was asked so far. */
    catchUpOnce(): void {
      clock.advance(0);
      pages.answer();
    },
    /** Lets the tiers answer until nobody waits for them any more. */
    catchUp(): void {
      clock.advance(0);
      while (pages.answer()) clock.advance(0);
    },
    /** Passes over an offset, as of a record that is not deliverable. */
    passOver(partition: number): void {
      const offset = next.get(partition) ?? 0;
      next.set(partition, offset + 1);
      ring.advance(partition, offset + 1);
    },
  };
}

export type HubRig = ReturnType<typeof hubRig>;

export function say(socket: FakeSocket, frame: object | string): void {
  socket.handler?.onText(typeof frame === "string" ? frame : JSON.stringify(frame));
}

/** Numbers from `from` up to and including `to`. */
export function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
}
