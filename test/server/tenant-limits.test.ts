// Records over their tenant's limit: validated and counted like others, and not delivered. With and without waiting
// for an answer.

import { describe, expect, test } from "bun:test";
import type { PipelineOptions } from "../../src/server/pipeline.ts";
import {
  createTenantLimits,
  TenantLimits,
  type TenantLimitsOptions,
} from "../../src/server/tenant-limits.ts";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { encodeFramed } from "../../src/wire/encode.ts";
import { load } from "../config/load-config.ts";
import { manualClock } from "../support/manual-clock.ts";
import { event, message, pipelineRig } from "./pipeline-rig.ts";
import { range } from "./sessions/hub-rig.ts";

const LIMIT = { TENANT_RATE_LIMIT_PER_SEC: "1", TENANT_RATE_BURST: "3" };
const FILE = "/limits.json";

type Logged = Record<string, unknown>;

function limitsOptions(
  env: Readonly<Record<string, string>>,
  seams: Pick<TenantLimitsOptions, "clock" | "metrics">,
  logged: Logged[] = [],
  files: Readonly<Record<string, string>> = {},
): TenantLimitsOptions {
  const say = (msg: string, fields: Logged = {}) => void logged.push({ msg, ...fields });
  const unused = () => {
    throw new Error("limits of this process need neither chance nor sockets");
  };
  return {
    ...seams,
    config: load(env, {}, files).config,
    random: { next: unused, int: unused, bytes: unused },
    network: { dial: unused, listen: unused },
    log: { ...silentLog, info: say, error: say },
    errors: {
      error: (_, msg, fields) => say(msg, fields),
      warn: (_, msg, fields) => say(msg, fields),
      flush() {},
    },
  };
}

/** A pipeline with limits of this process. */
function limitedRig(
  env: Readonly<Record<string, string>> = LIMIT,
  options: Parameters<typeof pipelineRig>[0] = {},
) {
  const logged: Logged[] = [];
  let limits: TenantLimits | null = null;
  const rig = pipelineRig({
    ...options,
    tenantLimits: ({ clock, registry }) => {
      limits = createTenantLimits(limitsOptions(env, { clock, metrics: registry }, logged));
      return limits;
    },
  });
  const exceeded = (tenant_id: string) => rig.counter("dashstream_rate_limit_exceeded_total", { tenant_id });
  const allowed = (tenant_id: string) => rig.counter("dashstream_rate_limit_allowed_total", { tenant_id });
  return { ...rig, limits: limits as TenantLimits | null, limitsLog: logged, exceeded, allowed };
}

const numbered = (thread: string, from: number, to: number, tenantId = "acme") =>
  range(from, to).map((sequence) => event(thread, sequence, { tenantId }));

describe("a record over its tenant's limit", () => {
  test("is validated, counts as a success and as exceeded, and is not delivered; others of its tenant are", async () => {
    const rig = limitedRig();
    const client = rig.connect();
    await rig.consume(...numbered("a", 1, 5));
    expect(client.offsets(0)).toEqual([0, 1, 2]);
    expect([rig.messages("success"), rig.messages("error")]).toEqual([5, 0]);
    expect([rig.allowed("acme"), rig.exceeded("acme")]).toEqual([3, 2]);
    expect([rig.letters, rig.committed.at(-1)]).toEqual([[], 5]);
    rig.clock.advance(2_000);
    await rig.consume(...numbered("a", 6, 8));
    expect(client.offsets(0)).toEqual([0, 1, 2, 5, 6]);
    rig.clock.advance(5_000);
    rig.pipeline.revoked([0]);
    expect(rig.counter("dashstream_sequence_gaps_total")).toBe(0);
    expect(rig.health.snapshot().received).toBe(8);
  });

  test("is a hole for clients that resume, not a gap", async () => {
    const rig = limitedRig();
    await rig.consume(...numbered("a", 1, 5), ...numbered("b", 1, 1, "other"));
    const client = rig.connect({ from: "earliest" });
    expect(client.offsets(0)).toEqual([0, 1, 2, 5]);
    expect(client.controls.filter(({ type }) => type === "gap")).toEqual([]);
  });

  test("takes nothing from another tenant, and records keep their order", async () => {
    const rig = limitedRig();
    const client = rig.connect();
    const flood = numbered("a", 1, 400, "flood");
    const quiet = numbered("b", 1, 3, "quiet");
    await rig.consume(...flood.slice(0, 200), ...quiet.slice(0, 2), ...flood.slice(200), ...quiet.slice(2));
    expect(client.offsets(0)).toEqual([0, 1, 2, 200, 201, 402]);
    expect([rig.exceeded("flood"), rig.exceeded("quiet")]).toEqual([397, 0]);
  });

  test("is limited over slices and batches alike", async () => {
    const rig = limitedRig(
      { TENANT_RATE_LIMIT_PER_SEC: "100", TENANT_RATE_BURST: "700" },
      { maxRecords: 8_000 },
    );
    const client = rig.connect();
    await rig.consume(...numbered("a", 1, 1_300));
    expect(client.offsets(0)).toEqual(range(0, 699));
  });

  test("that is bad or of a halted thread uses up no token", async () => {
    const rig = limitedRig(LIMIT, { gapPolicy: "halt" });
    const client = rig.connect();
    const bad = { value: Buffer.from("bad"), key: Buffer.from("a") };
    await rig.consume(...numbered("a", 1, 1), bad, bad, ...numbered("b", 1, 1), ...numbered("b", 3, 4));
    expect(rig.letters.map(({ errorType }) => errorType)).toContain("thread_halted");
    await rig.consume(...numbered("c", 1, 1));
    expect(client.offsets(0)).toEqual([0, 3, 6]);
    expect(rig.exceeded("acme")).toBe(0);
  });
});

describe("the tenant of a record", () => {
  const header = (tenantId: string) => ({ threadId: "t", tenantId, sequence: 1, schemaVersion: 1 });
  const batch = (own: string | null, ...events: string[]) =>
    encodeFramed({
      eventBatch: {
        ...(own === null ? {} : { header: { ...header(own), sequence: 0 } }),
        events: events.map((tenantId) => ({ header: header(tenantId) })),
      },
    });

  test.each([
    ["of its header", event("t", 1, { tenantId: "acme" }), "acme"],
    ["of the first header of a batch", batch("outer", "inner", "other"), "inner"],
    ["of the batch if the first header names none", batch("outer", "", "other"), "outer"],
    ["of the batch if it has no events", batch("outer"), "outer"],
    ["none", event("t", 1, { tenantId: "" }), "tenant_e3b0c44298fc"],
    ["none if there is no header at all", batch(null), "tenant_e3b0c44298fc"],
  ])("is that %s", async (_, value, label) => {
    const rig = limitedRig();
    await rig.consume(value);
    expect(rig.allowed(label)).toBe(1);
  });
});

/** Limits whose answers the test gives. */
function askedRig(options: Parameters<typeof pipelineRig>[0] = {}) {
  const asked: ReadonlyMap<string, number>[] = [];
  let answer: (granted: Record<string, number>) => void = () => {};
  const takeAll: NonNullable<PipelineOptions["limits"]>["takeAll"] = (wanted) => {
    asked.push(new Map(wanted));
    return new Promise((resolve) => {
      answer = (granted) => resolve(new Map(Object.entries(granted)));
    });
  };
  const rig = pipelineRig({ ...options, tenantLimits: () => ({ takeAll }) });
  return { ...rig, asked, answer: (granted: Record<string, number>) => answer(granted) };
}

describe("while somebody else is asked for tokens", () => {
  test("there is one question a slice, and nothing of it is delivered or committed before the answer", async () => {
    const rig = askedRig();
    const client = rig.connect();
    const consumed = rig.consume(...numbered("a", 1, 3), ...numbered("b", 1, 2, "other"));
    expect(rig.asked).toEqual([
      new Map([
        ["acme", 3],
        ["other", 2],
      ]),
    ]);
    expect([client.offsets(0), rig.committed]).toEqual([[], []]);
    rig.answer({ acme: 1, other: 2 });
    await consumed;
    expect([client.offsets(0), rig.committed]).toEqual([[0, 3, 4], [5]]);
  });

  test("a slice without good records asks nobody", async () => {
    const rig = askedRig();
    await rig.consume(null, Buffer.from("bad"));
    expect([rig.asked, rig.committed]).toEqual([[], [2]]);
  });

  test("a partition that was revoked keeps nothing of the slice: it is read again, here or elsewhere", async () => {
    const rig = askedRig();
    const client = rig.connect();
    const consumed = rig.consume(...numbered("a", 1, 3));
    rig.pipeline.revoked([0]);
    rig.answer({ acme: 3 });
    await consumed;
    expect([client.offsets(0), rig.committed, rig.ring.nextOffset(0)]).toEqual([[], [], 0]);
    rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 3 }]);
    const again = rig.handle(numbered("a", 1, 3).map((value, i) => message({ offset: `${i}`, value })));
    rig.answer({ acme: 3 });
    await again;
    expect([client.offsets(0), rig.committed]).toEqual([[0, 1, 2], [3]]);
    expect(rig.counter("websocket_kafka_redeliveries_total")).toBe(0);
    expect(rig.counter("dashstream_sequence_duplicates_total")).toBe(0);
  });

  test("a topic that was made anew gets nothing of the old one", async () => {
    const rig = askedRig();
    const client = rig.connect();
    rig.ring.advance(0, 100);
    const old = rig.handle([message({ offset: "100", value: event("a", 1) })]);
    rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 1 }]);
    rig.answer({ acme: 1 });
    await old;
    expect([client.offsets(0), rig.ring.nextOffset(0)]).toEqual([[], 0]);
  });

  test("a consumer that stops meanwhile finishes the slice", async () => {
    const rig = askedRig();
    let isStopping = false;
    const records = numbered("a", 1, 2).map((value, i) => message({ offset: `${i}`, value }));
    const handled = rig.handle(records, 0, () => isStopping);
    isStopping = true;
    rig.answer({ acme: 2 });
    await handled;
    expect(rig.committed).toEqual([2]);
  });

  test("a bad record that pauses its partition does so after the answer, and can be passed then", async () => {
    const rig = askedRig({ pauseOnError: true });
    const client = rig.connect();
    const consumed = rig.consume(event("a", 1), Buffer.from("bad"), event("a", 3));
    expect([rig.pipeline.resumeAfterError(0), rig.pipeline.pausedPartitions]).toEqual([false, 0]);
    rig.answer({ acme: 1 });
    await consumed;
    expect([rig.paused, rig.committed, client.offsets(0)]).toEqual([[0], [1], [0]]);
    expect(rig.pipeline.resumeAfterError(0)).toBe(true);
    expect(rig.resumed).toEqual([[0, 2]]);
  });

  test("the age at delivery is that of what was delivered, when it was", async () => {
    const rig = askedRig();
    rig.connect();
    const nowUs = rig.clock.nowMs() * 1000;
    const aged = (sequence: number, ageMs: number, tenantId: string) =>
      event("a", sequence, { tenantId, timestampUs: nowUs - ageMs * 1000 });
    const consumed = rig.consume(aged(1, 5_000, "limited"), aged(2, 40, "acme"), aged(3, 10, "acme"));
    rig.clock.advance(7);
    rig.answer({ acme: 2 });
    await consumed;
    const latency = rig.registry.histogram("websocket_e2e_latency_ms", { stage: "producer_to_client" });
    expect([latency.count, latency.sum]).toEqual([1, 47]);
  });
});

test("slices of two partitions that wait at the same time keep their records and ages apart", async () => {
  const answers: ((granted: Record<string, number>) => void)[] = [];
  const rig = pipelineRig({
    tenantLimits: () => ({
      takeAll: () =>
        new Promise((resolve) => answers.push((granted) => resolve(new Map(Object.entries(granted))))),
    }),
  });
  rig.pipeline.assigned([{ partition: 1, startOffset: 0, logStartOffset: 0, logEndOffset: 0 }]);
  const client = rig.connect();
  const nowUs = rig.clock.nowMs() * 1000;
  const aged = (ageMs: number) =>
    message({ offset: "0", value: event("a", 1, { timestampUs: nowUs - ageMs * 1000 }) });
  const both = [rig.handle([aged(10)], 0), rig.handle([aged(900)], 1)];
  answers[1]?.({ acme: 1 });
  await both[1];
  answers[0]?.({ acme: 1 });
  await both[0];
  expect(client.records.map(({ partition }) => partition)).toEqual([1, 0]);
  const latency = rig.registry.histogram("websocket_e2e_latency_ms", { stage: "producer_to_client" });
  expect([latency.count, latency.sum]).toEqual([2, 910]);
});

describe("what /health says of limits", () => {
  test("who was over lately, by how much, and how many in all", async () => {
    const rig = limitedRig();
    await rig.consume(
      ...numbered("a", 1, 5),
      ...numbered("b", 1, 10, "other"),
      ...numbered("c", 1, 2, "quiet"),
    );
    expect(rig.limits?.health()).toEqual({
      store: "local",
      limited: 9,
      limited_last_120s: 9,
      tenants_over_limit: [
        { tenant_id: "other", limited_last_120s: 7 },
        { tenant_id: "acme", limited_last_120s: 2 },
      ],
      redis: null,
    });
    const msg = "tenant over its limit: records are not delivered";
    expect(rig.limitsLog).toEqual([
      { msg, tenant_id: "acme", limited: 2 },
      { msg, tenant_id: "other", limited: 7 },
    ]);
    rig.clock.advance(140_000);
    expect(rig.limits?.health()).toMatchObject({ limited: 9, limited_last_120s: 0, tenants_over_limit: [] });
  });

  test("has its log lines rationed for each tenant alone, and for many together", () => {
    const clock = manualClock();
    const keys: string[] = [];
    const metrics = createMetrics({ catalogue: CATALOGUE, component: "websocket-server" });
    const limits = new TenantLimits({
      ...limitsOptions(LIMIT, { clock, metrics }),
      errors: { error() {}, warn: (key) => void keys.push(key), flush() {} },
    });
    for (const i of [...range(1, 52), 1]) void limits.takeAll(new Map([[`t${i}`, 9]]));
    expect([keys[0], keys[49], keys[50], keys[51], keys[52]]).toEqual([
      "tenant limit t1",
      "tenant limit t50",
      "tenant limit",
      "tenant limit",
      "tenant limit t1",
    ]);
  });

  test("names at most twenty tenants, those with the most records first", async () => {
    const rig = limitedRig();
    for (const i of range(1, 30)) await rig.consume(...numbered(`t${i}`, 1, 3 + i, `t${i}`));
    const { tenants_over_limit: tenants } = rig.limits?.health() ?? { tenants_over_limit: [] };
    expect(tenants).toHaveLength(20);
    expect(tenants[0]).toEqual({ tenant_id: "t30", limited_last_120s: 30 });
  });
});

describe("the file of limits", () => {
  const limits = (text: string, logged: Logged[] = []) => {
    const { registry, clock } = pipelineRig();
    const env = { ...LIMIT, TENANT_RATE_LIMITS_FILE: FILE };
    return new TenantLimits(limitsOptions(env, { clock, metrics: registry }, logged, { [FILE]: text }));
  };
  const acme = (rate: number) => `{"acme": {"messages_per_second": ${rate}, "burst_capacity": 10}}`;

  test("counts from the start, and is replaced as a whole when it is read again", () => {
    const logged: Logged[] = [];
    const one = limits(acme(5), logged);
    one.limiter.setTenantLimit("by hand", { messagesPerSecond: 1, burstCapacity: 1 });
    expect(one.limiter.limits().tenants.get("acme")).toEqual({ messagesPerSecond: 5, burstCapacity: 10 });
    one.reload(() => acme(6));
    expect([...one.limiter.limits().tenants]).toEqual([
      ["acme", { messagesPerSecond: 6, burstCapacity: 10 }],
    ]);
    expect(logged).toEqual([{ msg: "tenant limits reloaded", path: FILE, tenants: 1 }]);
  });

  test.each([
    [
      "wrong",
      () => acme(-1),
      'tenant "acme": messages_per_second is -1, expected a number from 0 to 1000000000',
    ],
    [
      "gone",
      () => {
        throw new Error("no such file");
      },
      "no such file",
    ],
  ])("that is %s when it is read again changes nothing, which is logged", (_, read, error) => {
    const logged: Logged[] = [];
    const one = limits(acme(5), logged);
    one.reload(read);
    expect(one.limiter.limits().tenants.get("acme")).toEqual({ messagesPerSecond: 5, burstCapacity: 10 });
    const msg = "tenant limits not reloaded: TENANT_RATE_LIMITS_FILE is wrong, the old limits stay";
    expect(logged).toEqual([{ msg, path: FILE, error }]);
  });
});

test("without a rate there are no limits", () => {
  const { registry } = pipelineRig();
  expect(createTenantLimits(limitsOptions({}, { clock: manualClock(), metrics: registry }))).toBeNull();
});
