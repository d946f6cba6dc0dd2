import { beforeEach, describe, expect, test } from "bun:test";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import type { Metrics } from "../../../src/telemetry/metrics.ts";
import { createMetrics } from "../../../src/telemetry/registry.ts";
import type { FinishedSpan } from "../../../src/telemetry/tracing/span.ts";
import { type Rejection, SpanOutbox } from "../../../src/telemetry/tracing/span-outbox.ts";
import { keepingLog, type LogLine } from "../../support/keeping-log.ts";
import { type ManualClock, manualClock } from "../../support/manual-clock.ts";

interface Sending {
  readonly names: readonly string[];
  readonly settle: PromiseWithResolvers<Rejection | null>;
}

let clock: ManualClock;
let metrics: Metrics;
let lines: LogLine[];
let sendings: Sending[];
let opened: number;
let closed: number;
let outbox: SpanOutbox;

beforeEach(() => {
  clock = manualClock();
  metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server", with: { tracing: true } });
  [lines, sendings, opened, closed] = [[], [], 0, 0];
  outbox = new SpanOutbox({
    clock,
    metrics,
    log: keepingLog(lines),
    address: "http://collector:4318/v1/traces",
    open: () => {
      opened++;
      return Promise.resolve({
        send(spans) {
          const settle = Promise.withResolvers<Rejection | null>();
          sendings.push({ names: spans.map(({ name }) => name), settle });
          return settle.promise;
        },
        close: () => void closed++,
      });
    },
  });
});

const span = (name: string): FinishedSpan => ({
  name,
  kind: "internal",
  context: {
    traceId: "a".repeat(32),
    spanId: "b".repeat(16),
    parentSpanId: null,
    parentIsRemote: false,
    traceState: null,
  },
  startMs: 0,
  endMs: 1,
  attributes: {},
  error: null,
  links: [],
});

function add(count: number, prefix = "s"): void {
  for (let i = 0; i < count; i++) outbox.add(span(`${prefix}${i}`));
}

/** Lets promises that are settled have their effects. */
async function settled(): Promise<void> {
  for (let i = 0; i < 20; i++) await Promise.resolve();
}

const dropped = (reason: string) => metrics.counter("dashstream_spans_dropped_total", { reason }).value;
const exported = () => metrics.counter("dashstream_spans_exported_total").value;
const sizes = () => sendings.map(({ names }) => names.length);
const succeed = async (index: number, rejection: Rejection | null = null) => {
  sendings[index]?.settle.resolve(rejection);
  await settled();
};
const fail = async (index: number) => {
  sendings[index]?.settle.reject(new Error("connection refused"));
  await settled();
};

describe("batches", () => {
  test("a span waits a second for company, and no connection is made before", async () => {
    add(2);
    clock.advance(999);
    await settled();
    expect(opened).toBe(0);
    clock.advance(1);
    await settled();
    expect(sendings.map(({ names }) => names)).toEqual([["s0", "s1"]]);
    await succeed(0);
    expect(exported()).toBe(2);
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("a full one leaves at once, and the next only when it arrived", async () => {
    add(1200);
    await settled();
    expect(sizes()).toEqual([512]);
    await succeed(0);
    expect(sizes()).toEqual([512, 512]);
    await succeed(1);
    // The rest waits for company.
    expect(sizes()).toEqual([512, 512]);
    clock.advance(1000);
    await settled();
    expect(sizes()).toEqual([512, 512, 176]);
    await succeed(2);
    expect(exported()).toBe(1200);
    expect(opened).toBe(1);
  });

  test("are bounded while the collector does not answer; what is too much is counted", async () => {
    add(512 + 4096 + 7);
    await settled();
    expect(sizes()).toEqual([512]);
    expect(dropped("queue_full")).toBe(7);
    await succeed(0);
    for (let i = 1; i <= 8; i++) await succeed(i);
    expect(exported()).toBe(512 + 4096);
  });
});

describe("a collector that fails", () => {
  test("costs the batch, counted, and a line a minute, and one for its end", async () => {
    add(600);
    await settled();
    await fail(0);
    expect(dropped("export_failed")).toBe(512);
    const line = {
      level: "warn",
      msg: "spans could not be exported and are lost",
      address: "http://collector:4318/v1/traces",
      error: "connection refused",
    } as const;
    for (let i = 1; i <= 60; i++) {
      expect(lines).toEqual([{ ...line, spans: 512 }]);
      clock.advance(1000);
      await settled();
      await fail(i);
      add(1);
    }
    expect(lines).toEqual([
      { ...line, spans: 512 },
      { ...line, spans: 88 + 59 },
    ]);
    clock.advance(1000);
    await settled();
    await succeed(61);
    expect(lines.at(-1)).toMatchObject({ level: "info", msg: "spans are exported again" });
    expect(exported()).toBe(1);
    expect(dropped("export_failed")).toBe(512 + 88 + 59);
  });

  test("is not hurried: full batches wait a second too", async () => {
    add(2000);
    await settled();
    await fail(0);
    expect(sizes()).toEqual([512]);
    clock.advance(1000);
    await settled();
    expect(sizes()).toEqual([512, 512]);
  });

  test("that cannot even be opened costs spans and nothing else", async () => {
    const broken = new SpanOutbox({
      clock,
      metrics,
      log: keepingLog(lines),
      address: "x",
      open: () => Promise.reject(new Error("no such module")),
    });
    broken.add(span("a"));
    clock.advance(1000);
    await settled();
    expect(dropped("export_failed")).toBe(1);
    await broken.close(1000);
  });
});

describe("a collector that leaves spans out", () => {
  test("costs those, counted apart, and a line a minute that says why", async () => {
    const reject = async (index: number, count: number) => {
      clock.advance(1000);
      await settled();
      await succeed(index, { count, reason: "attributes too long" });
    };
    add(600);
    await settled();
    await succeed(0, { count: 12, reason: "attributes too long" });
    await reject(1, 3);
    expect([exported(), dropped("rejected"), dropped("export_failed")]).toEqual([585, 15, 0]);
    const line = {
      level: "warn",
      msg: "spans were rejected by the collector and are lost",
      address: "http://collector:4318/v1/traces",
      error: "attributes too long",
    } as const;
    expect(lines).toEqual([{ ...line, spans: 12 }]);
    clock.advance(60_000);
    add(1);
    await reject(2, 1);
    expect(lines).toEqual([
      { ...line, spans: 12 },
      { ...line, spans: 3 + 1 },
    ]);
  });

  test("has lines of its own beside those of failures, and does not count as one", async () => {
    const words = () => lines.map(({ msg, spans }) => [msg, spans]);
    add(600);
    await settled();
    await fail(0);
    clock.advance(1000);
    await settled();
    await succeed(1, { count: 3, reason: "attributes too long" });
    add(1);
    clock.advance(1000);
    await settled();
    await fail(2);
    expect(words()).toEqual([
      ["spans could not be exported and are lost", 512],
      ["spans were rejected by the collector and are lost", 3],
      ["spans are exported again", undefined],
    ]);
    expect([exported(), dropped("rejected"), dropped("export_failed")]).toEqual([85, 3, 513]);
    add(1);
    clock.advance(1000);
    await settled();
    await succeed(3);
    // Nothing said that it failed once more: nothing takes it back.
    expect(words()).toHaveLength(3);
  });

  test("is not spared: a full batch leaves at once", async () => {
    add(1024);
    await settled();
    await succeed(0, { count: 512, reason: "quota" });
    expect(sizes()).toEqual([512, 512]);
  });

  test("and says more than it got leaves out what it got", async () => {
    add(512);
    await settled();
    await succeed(0, { count: 9_999, reason: "?" });
    expect([exported(), dropped("rejected")]).toEqual([0, 512]);
  });
});

describe("the end", () => {
  test("sends what waits at once and closes the connection", async () => {
    add(600);
    await settled();
    const closing = outbox.close(3000);
    await succeed(0);
    expect(sizes()).toEqual([512, 88]);
    await succeed(1);
    await closing;
    await settled();
    expect([exported(), closed]).toEqual([600, 1]);
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("does not wait longer than it may; what is left counts as dropped, once", async () => {
    add(600);
    await settled();
    let ended = false;
    const closing = outbox.close(3000).then(() => {
      ended = true;
    });
    clock.advance(2999);
    await settled();
    expect(ended).toBe(false);
    clock.advance(1);
    await closing;
    expect(dropped("shutdown")).toBe(600);
    await succeed(0);
    expect([exported(), dropped("shutdown"), dropped("export_failed")]).toEqual([0, 600, 0]);
    expect(sizes()).toEqual([512]);
    expect(closed).toBe(1);
    expect(clock.pendingDelays()).toEqual([]);
  });

  test("of one that never sent anything opens nothing", async () => {
    await outbox.close(3000);
    expect(opened).toBe(0);
    outbox.add(span("late"));
    expect(dropped("shutdown")).toBe(1);
    expect(clock.pendingDelays()).toEqual([]);
  });
});
