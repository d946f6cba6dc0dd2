// The runbook's questions to the trace store, as its pages print them, to a real Jaeger that gets the spans of the real
// server on the embedded broker.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Broker } from "../../sim/broker/broker.ts";
import { event } from "../server/pipeline-rig.ts";
import { type RunningAppliance, startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { eventually } from "../support/eventually.ts";
import { type RunningJaeger, startJaeger } from "../support/jaeger.ts";
import { readTopic } from "../support/read-topic.ts";
import { describeReal } from "../support/real-components.ts";

const TOPIC = "dashstream-quality";
const DLQ = `${TOPIC}-dlq`;
const PAGES = join(import.meta.dir, "../../compose/runbook");
/** Traces of the records of three threads: good ones, ones with a gap, a bad one. */
const [GOOD, WITH_GAP, BAD] = ["1", "2", "3"].map((digit) => digit.repeat(32)) as [string, string, string];
const SENDER = "b7ad6b7169203331";

describeReal(["jaeger", "jq"], "the runbook's questions to Jaeger", () => {
  let broker: Broker;
  let jaeger: RunningJaeger;
  let running: RunningAppliance;
  /** Trace ids of the dead letters: of the record with a trace, and of the one without. */
  let letters: readonly string[];

  beforeAll(async () => {
    [broker, jaeger] = await Promise.all([startEmbeddedBroker(), startJaeger()]);
    broker.createTopic(TOPIC);
    running = await startAppliance({
      brokers: broker.bootstrap,
      topic: TOPIC,
      env: { OTEL_EXPORTER_OTLP_ENDPOINT: jaeger.collector, OTEL_TRACES_SAMPLER_ARG: "1" },
    });
    append("run-good", GOOD, event("run-good", 1), event("run-good", 2));
    append(
      "run-gap",
      WITH_GAP,
      event("run-gap", 1),
      ...[4, 5, 6, 7, 8, 9, 10, 11, 12].map((n) => event("run-gap", n)),
    );
    append("run-bad", BAD, event("run-bad", 1, { schemaVersion: 2 }));
    append("run-lost", null, Buffer.from('{"not":"protobuf"}'));
    await running.appliance.handledUpTo(new Map(broker.endOffsets(TOPIC).entries()));
    const records = await readTopic(broker.bootstrap, DLQ, 2);
    letters = records.map(({ value }) => JSON.parse(String(value)).trace_id);
    // Everything is there once the trace that came last is.
    await eventually(async () => (await fetch(`${jaeger.query}/api/traces/${letters[1]}`)).ok);
  }, 60_000);
  afterAll(async () => {
    await running.stop();
    await Promise.all([broker.stop(), jaeger.stop()]);
  });

  function append(key: string, traceId: string | null, ...values: Buffer[]): void {
    const traceparent = Buffer.from(`00-${traceId}-${SENDER}-01`);
    const headers = traceId === null ? [] : [{ key: "traceparent", value: traceparent }];
    broker.append(
      TOPIC,
      0,
      values.map((value) => ({ timestampMs: Date.now(), key: Buffer.from(key), value, headers })),
    );
  }

  /** Runs a block of a page, at the address of this Jaeger, and gives what it prints as JSON values. */
  function answers(page: string, block: string, traceId = ""): readonly unknown[] {
    const script = commandOf(page, block)
      .replaceAll("http://localhost:16686", jaeger.query)
      .replace(/^TRACE_ID=.*$/m, `TRACE_ID=${traceId}`);
    const run = Bun.spawnSync(["bash", "-euo", "pipefail", "-c", `(${script}\n) | jq -sc .`]);
    expect([run.exitCode, run.stderr.toString()]).toEqual([0, ""]);
    return JSON.parse(run.stdout.toString());
  }

  test("which traces have a sequence gap: that of the thread that lost records, and no other", () => {
    expect(answers("sequence-gaps-detected.md", "sequence_gap")).toEqual([WITH_GAP]);
  });

  test("the trace of a dead letter, by the id in the letter, whether the producer traced or not", () => {
    expect(letters[0]).toBe(BAD);
    for (const [index, id] of letters.entries()) {
      const spans = answers("forensics.md", "TRACE_ID", id) as readonly JaegerSpan[];
      expect(spans.map(({ operationName }) => operationName).sort()).toEqual([
        "process_kafka_message",
        "send_dead_letter",
      ]);
      const tags = tagsOf(spans.find(({ operationName }) => operationName === "process_kafka_message"));
      expect(tags).toMatchObject({
        error: true,
        "kafka.partition": 0,
        thread_id: ["run-bad", "run-lost"][index] as string,
        "error.type": ["schema_mismatch", "invalid_protobuf"][index] as string,
      });
    }
  });

  test("which traces have errors: those of the bad records", () => {
    const found = answers("forensics.md", '"error":"true"') as readonly { readonly traceID: string }[];
    expect(found.map(({ traceID }) => traceID).sort()).toEqual([...letters].sort());
  });

  test("a good record's trace is there too, without either", async () => {
    const response = await fetch(`${jaeger.query}/api/traces/${GOOD}`);
    const { data } = (await response.json()) as {
      readonly data: readonly { readonly spans: readonly JaegerSpan[] }[];
    };
    const spans = data[0]?.spans ?? [];
    expect(spans).toHaveLength(2);
    for (const span of spans) {
      const tags = tagsOf(span);
      expect(tags).toMatchObject({ "kafka.partition": 0, thread_id: "run-good" });
      expect([tags.error, tags.sequence_gap]).toEqual([undefined, undefined]);
    }
  });
});

interface JaegerSpan {
  readonly operationName: string;
  readonly tags: readonly { readonly key: string; readonly value: unknown }[];
}

function tagsOf(span: JaegerSpan | undefined): Record<string, unknown> {
  return Object.fromEntries((span?.tags ?? []).map(({ key, value }) => [key, value]));
}

/** The one shell block of a page that contains `part`. */
function commandOf(page: string, part: string): string {
  const text = readFileSync(join(PAGES, page), "utf8");
  const blocks = [...text.matchAll(/^ *```sh\n(.*?)^ *```$/gms)].map(([, block = ""]) =>
    block.replace(/^ {1,3}/gm, ""),
  );
  const found = blocks.filter((block) => block.includes("/api/traces") && block.includes(part));
  expect(found).toHaveLength(1);
  return found[0] ?? "";
}
