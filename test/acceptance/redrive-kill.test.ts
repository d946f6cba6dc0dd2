// A redrive that is killed in the middle, whatever it is doing, and run again: every letter is sent, and what is sent
// twice is at most the batch that was under way.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Broker } from "../../sim/broker/broker.ts";
import type { ControlAction } from "../../sim/broker/control.ts";
import type { ControlRule } from "../../sim/control/rules.ts";
import { type ProgramRun, startProgram } from "../cli/process-rig.ts";
import { readerOf } from "../stream/range-rig.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";

const TOPIC = "telemetry";
const DLQ = `${TOPIC}-dlq`;
const LETTERS = 100;
const BATCH = 10;
const SOURCE_PARTITIONS = 2;
/** Requests of a batch: one for each partition. */
const REQUESTS_PER_BATCH = SOURCE_PARTITIONS;
const TIMEOUT_MS = 60_000;

let broker: Broker;
let state: string;
let ledger: string;
beforeEach(async () => {
  state = mkdtempSync(join(tmpdir(), "dashstream-kill-"));
  ledger = join(state, "ledger.jsonl");
  broker = await startEmbeddedBroker({ autoCreateTopics: false });
  broker.createTopic(TOPIC, { partitions: SOURCE_PARTITIONS });
  broker.createTopic(DLQ, { partitions: 3 });
  for (let i = 0; i < LETTERS; i++) broker.append(DLQ, i % 3, [letter(i)]);
});
afterEach(async () => {
  await broker.stop();
  rmSync(state, { recursive: true });
});

/** A letter of Connect about record `index` of its source. */
function letter(index: number) {
  const headers = {
    "__connect.errors.topic": TOPIC,
    "__connect.errors.partition": String(index % SOURCE_PARTITIONS),
    "__connect.errors.offset": String(index),
  };
  return {
    timestampMs: 1_700_000_000_000 + index,
    key: null,
    value: Buffer.from(`value-${index}`),
    headers: Object.entries(headers).map(([key, value]) => ({ key, value: Buffer.from(value) })),
  };
}

function redrive(...flags: readonly string[]): ProgramRun {
  const args = ["dlq", "redrive", "--execute", "--json", "--ledger", ledger, "--batch", String(BATCH)];
  return startProgram([...args, ...flags], { KAFKA_BROKERS: broker.bootstrap, KAFKA_TOPIC: TOPIC });
}

/** Runs to the end and gives the report. */
async function completed(run: ProgramRun) {
  const { exitCode, stderr } = await run.ended();
  return { exitCode, stderr, report: JSON.parse(run.lines.at(-1) ?? "{}") };
}

/** Meets the request number `count` (from 1) that writes to the source topic; resolves once it has come. */
function atWrite(
  count: number,
  action: ControlAction,
): { readonly met: Promise<void>; readonly rule: ControlRule } {
  const met = Promise.withResolvers<void>();
  let seen = 0;
  const rule = broker.control(
    "Produce",
    () => {
      seen++;
      if (seen < count) return { kind: "pass" };
      met.resolve();
      return action;
    },
    { topic: TOPIC },
  );
  return { met: met.promise, rule };
}

/** The ids of the records that were written, in the order of their partitions. */
async function writtenIds(): Promise<readonly string[]> {
  const reader = readerOf(broker.bootstrap);
  const ids: string[] = [];
  for (const [partition, end] of broker.endOffsets(TOPIC).entries()) {
    for await (const page of reader.read(TOPIC, partition, 0, end)) {
      ids.push(...page.map(({ headers }) => String(headers?.["dashstream-record-id"])));
    }
  }
  await reader.close();
  return ids;
}

function timesOf(ids: readonly string[]): ReadonlyMap<string, number> {
  const times = new Map<string, number>();
  for (const id of ids) times.set(id, (times.get(id) ?? 0) + 1);
  return times;
}

const expectedIds = Array.from({ length: LETTERS }, (_, i) => `${TOPIC}-${i % SOURCE_PARTITIONS}-${i}`);

/** Every letter was sent, and those that were sent twice are of one batch. */
async function expectOneBatchRepeated(): Promise<void> {
  const times = timesOf(await writtenIds());
  expect([...times.keys()].toSorted()).toEqual(expectedIds.toSorted());
  const repeated = expectedIds.filter((id) => (times.get(id) ?? 0) > 1);
  expect(Math.max(...times.values())).toBeLessThanOrEqual(2);
  expect(repeated.length).toBeLessThanOrEqual(BATCH);
  const batches = new Set(repeated.map((id) => Math.floor(expectedIds.indexOf(id) / BATCH)));
  expect(batches.size).toBeLessThanOrEqual(1);
}

describe("a redrive that is killed", () => {
  const hang = (stage: "request" | "response"): ControlAction => ({ kind: "hang", stage });
  test.each([
    ["before the first record is written", 1, hang("request")],
    ["when the first records are written but not acknowledged", 1, hang("response")],
    [
      "when one partition of a batch is written and the other is not",
      2 * REQUESTS_PER_BATCH,
      hang("request"),
    ],
    ["in the middle, after a batch was noted", 5 * REQUESTS_PER_BATCH + 1, hang("request")],
    [
      "in the middle, when records are written but not acknowledged",
      7 * REQUESTS_PER_BATCH,
      hang("response"),
    ],
    ["at the last request", (LETTERS / BATCH) * REQUESTS_PER_BATCH, hang("response")],
  ])(
    "%s goes on where it was",
    async (_, count, action) => {
      const { met, rule } = atWrite(count, action);
      const killed = redrive();
      await met;
      killed.process.kill("SIGKILL");
      await killed.process.exited;
      rule.remove();
      const noted = Math.floor((count - 1) / REQUESTS_PER_BATCH) * BATCH;
      const { exitCode, stderr, report } = await completed(redrive());
      expect([exitCode, report]).toMatchObject([
        0,
        { considered: LETTERS, sent: LETTERS - noted, skipped: { already_sent: noted } },
      ]);
      expect(stderr).toContain("did not end in order; its lock was taken over");
      await expectOneBatchRepeated();
      expect((await completed(redrive())).report).toMatchObject({
        sent: 0,
        skipped: { already_sent: LETTERS },
      });
    },
    TIMEOUT_MS,
  );

  test(
    "while it notes a batch goes on where it was",
    async () => {
      const { met, rule } = atWrite(3 * REQUESTS_PER_BATCH + 1, hang("request"));
      const killed = redrive();
      await met;
      killed.process.kill("SIGKILL");
      await killed.process.exited;
      rule.remove();
      // As if it had come to the third line of the third batch, and to a part of the fourth.
      const lines = readFileSync(ledger, "utf8").split("\n");
      const kept = lines.slice(0, 1 + 2 * BATCH + 3).join("\n").length + 1;
      truncateSync(ledger, kept + 25);
      const { report, stderr } = await completed(redrive());
      expect(report).toMatchObject({ sent: LETTERS - 23, skipped: { already_sent: 23 } });
      expect(stderr).toContain("the last line was not finished; its letter may be sent again");
      await expectOneBatchRepeated();
    },
    TIMEOUT_MS,
  );
});

describe("a redrive that is interrupted", () => {
  test(
    "ends after the batch under way, with a report, and the next one repeats nothing",
    async () => {
      const { met, rule } = atWrite(3, { kind: "delay", delayMs: 1500, stage: "response" });
      const interrupted = redrive();
      await met;
      interrupted.process.kill("SIGINT");
      rule.remove();
      const { exitCode, report } = await completed(interrupted);
      expect([exitCode, report]).toMatchObject([1, { sent: 2 * BATCH, interrupted: true, stopped: null }]);
      expect((await completed(redrive())).report).toMatchObject({ sent: LETTERS - 2 * BATCH });
      expect((await writtenIds()).toSorted()).toEqual(expectedIds.toSorted());
    },
    TIMEOUT_MS,
  );
});

describe("two redrives at once", () => {
  test(
    "with one ledger are refused",
    async () => {
      const { met, rule } = atWrite(1, { kind: "hang", stage: "request" });
      const first = redrive();
      await met;
      const second = await redrive().ended();
      expect(second).toMatchObject({
        exitCode: 1,
        stderr: `error: the ledger ${ledger} is in use: process ${first.process.pid} holds it\n`,
      });
      first.process.kill("SIGKILL");
      await first.process.exited;
      rule.remove();
      expect((await completed(redrive())).report).toMatchObject({ sent: LETTERS });
    },
    TIMEOUT_MS,
  );
});

describe("a redrive while Kafka is away", () => {
  test(
    "waits for it, and sends the rest when it comes back",
    async () => {
      const { met, rule } = atWrite(5, { kind: "drop", stage: "request" });
      const run = redrive();
      await met;
      await broker.down();
      rule.remove();
      await broker.up();
      const { exitCode, report } = await completed(run);
      expect([exitCode, report]).toMatchObject([0, { sent: LETTERS, stopped: null }]);
      await expectOneBatchRepeated();
    },
    TIMEOUT_MS,
  );

  test(
    "gives up after a while, with a report and a ledger that is right",
    async () => {
      const { met, rule } = atWrite(5, { kind: "drop", stage: "request" });
      const run = redrive("--kafka-operation-timeout-secs", "1");
      await met;
      await broker.down();
      rule.remove();
      const { exitCode, report } = await completed(run);
      expect([exitCode, report]).toMatchObject([
        1,
        { sent: 2 * BATCH, failed: { kafka_error: BATCH }, unattempted: 0, interrupted: false },
      ]);
      expect(report.stopped).toContain("records were not acknowledged");
      await broker.up();
      expect((await completed(redrive())).report).toMatchObject({ sent: LETTERS - 2 * BATCH });
      await expectOneBatchRepeated();
    },
    TIMEOUT_MS,
  );
});
