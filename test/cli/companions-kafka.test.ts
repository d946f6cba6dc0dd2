// The companion services beside traffic of `dashstream sim`, all as processes of their own, on the embedded broker and
// on real Kafkas: what they show is what the topic holds, and a restart counts nothing twice.

import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "bun:test";
import { Partitioners } from "kafkajs";
import { type QualityReport, readReport } from "../../src/quality/quality-report.ts";
import { DEFAULT_MAX_PAYLOAD_BYTES } from "../../src/wire/frame.ts";
import { Inspector } from "../../src/wire/inspector.ts";
import { decodeMessage } from "../../src/wire/messages.ts";
import { createTopic } from "../sim/broker/conformance/behaviours.ts";
import { kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import { embeddedTarget, realTarget, type Target } from "../sim/broker/conformance/target.ts";
import { collect, readerOf } from "../stream/range-rig.ts";
import { eventually } from "../support/eventually.ts";
import { describeRealEach } from "../support/real-components.ts";
import { type ProgramRun, startProgram } from "./process-rig.ts";

const TIMEOUT_MS = 60_000;
const PARTITIONS = 3;
const RECORDS = 3_000;
const MORE_RECORDS = 600;
const DLQ = "dashstream-dlq";

/** A service with its address. */
interface Companion {
  readonly program: ProgramRun;
  json(path: string): Promise<Record<string, unknown>>;
  metric(series: string): Promise<number>;
  reaches(series: string, value: number): Promise<void>;
  /** Ends it as an operator would; it must end well and say nothing on standard error. */
  end(): Promise<void>;
}

function companionOf(program: ProgramRun, url: string): Companion {
  const metric = async (series: string) => {
    const lines = (await (await fetch(`${url}/metrics`)).text()).split("\n");
    const line = lines.find((text) => text.startsWith(`${series} `));
    return line === undefined ? Number.NaN : Number(line.slice(series.length + 1));
  };
  return {
    program,
    json: async (path) => (await fetch(`${url}${path}`)).json() as Promise<Record<string, unknown>>,
    metric,
    reaches: (series, value) => eventually(async () => (await metric(series)) === value),
    async end() {
      program.process.kill("SIGTERM");
      expect(await program.ended()).toEqual({ exitCode: 0, stderr: "" });
    },
  };
}

function companions(start: () => Promise<Target>): void {
  let target: Target;
  let topic: string;
  let programs: ProgramRun[];
  let topics = 0;
  beforeAll(async () => {
    target = await start();
    await createTopic(target, DLQ);
  }, TIMEOUT_MS);
  afterAll(() => target.stop(), TIMEOUT_MS);
  beforeEach(async () => {
    programs = [];
    topic = `quality-${++topics}`;
    await createTopic(target, topic, PARTITIONS);
  });
  afterEach(() => {
    for (const { process } of programs) process.kill("SIGKILL");
  });

  const run = (args: readonly string[], env: Record<string, string> = {}) => {
    const program = startProgram(args, { KAFKA_BROKERS: target.bootstrap, KAFKA_TOPIC: topic, ...env });
    programs.push(program);
    return program;
  };

  async function serve(command: string, env: Record<string, string>): Promise<Companion> {
    const program = run([command], { KAFKA_GROUP_ID: `${command}-${topic}`, ...env });
    const { listen } = JSON.parse(await program.lineWith("protobuf version"));
    return companionOf(program, `http://${listen}`);
  }
  const exporter = () => serve("exporter", { METRICS_BIND_IP: "127.0.0.1", METRICS_PORT: "0" });
  const monitor = () => serve("quality-monitor", { HEALTH_BIND_IP: "127.0.0.1", HEALTH_PORT: "0" });

  async function simulate(count: number): Promise<void> {
    const sim = run([
      "sim",
      "--count",
      String(count),
      "--rate",
      "3000",
      "--threads",
      "30",
      "--seed",
      "5",
      "--json",
    ]);
    expect((await sim.ended()).exitCode).toBe(0);
    expect(JSON.parse(sim.lines[0] ?? "")).toMatchObject({ produced: count, unsent: 0 });
  }

  async function writeBad(): Promise<void> {
    const producer = kafkajsFor(target.bootstrap).producer({
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    const bad = { key: "run-x", value: "not protobuf", partition: 1 };
    await producer.send({ topic, acks: -1, messages: [bad] }).finally(() => producer.disconnect());
  }

  async function recordsOf(name: string, partitions: number) {
    const reader = readerOf(target.bootstrap);
    const pages = Array.from({ length: partitions }, (_, partition) =>
      collect(reader.read(name, partition, 0, Number.POSITIVE_INFINITY)),
    );
    return (await Promise.all(pages).finally(() => reader.close())).flat();
  }

  /** The quality reports in the topic, judged anew. */
  async function reports(): Promise<readonly QualityReport[]> {
    const inspector = new Inspector({ maxPayloadBytes: DEFAULT_MAX_PAYLOAD_BYTES, schemaPolicy: "exact" });
    return (await recordsOf(topic, PARTITIONS)).flatMap(({ value }) => {
      if (value === null || inspector.inspect(value) !== null) return [];
      const decoded = decodeMessage(inspector.protobuf);
      const reading = decoded.ok ? readReport(decoded.message) : null;
      return reading?.kind === "report" ? [reading.report] : [];
    });
  }

  test(
    "the exporter shows the reports of the topic, no lag, and after a restart only what is new",
    async () => {
      const first = await exporter();
      await simulate(RECORDS);
      await first.reaches("dashstream_exporter_messages_received_total", RECORDS);
      await first.reaches("dashstream_exporter_kafka_consumer_lag", 0);
      const written = await reports();
      const passed = written.filter((report) => report.passed).length;
      expect(written.length).toBeGreaterThan(20);
      expect(passed).toBeGreaterThan(0);
      expect(passed).toBeLessThan(written.length);
      const name = "dashstream_quality_monitor_queries";
      expect(await first.metric(`${name}_total`)).toBe(written.length);
      expect(await first.metric(`${name}_passed_total`)).toBe(passed);
      expect(await first.metric("dashstream_query_latency_ms_count")).toBe(written.length);
      const failures = await Promise.all(
        [...new Set(written.map(({ category }) => category))].map((category) =>
          first.metric(`${name}_failed_total{category="${category}"}`),
        ),
      );
      expect(failures.reduce((a, b) => a + b)).toBe(written.length - passed);
      await writeBad();
      await first.reaches('dashstream_exporter_messages_failed_total{error_type="decode"}', 1);
      await first.end();

      await simulate(MORE_RECORDS);
      const second = await exporter();
      await second.reaches("dashstream_exporter_messages_received_total", MORE_RECORDS);
      await second.reaches("dashstream_exporter_kafka_consumer_lag", 0);
      expect(await second.metric(`${name}_total`)).toBe((await reports()).length - written.length);
      expect(await second.metric('dashstream_exporter_messages_failed_total{error_type="decode"}')).toBe(0);
      await second.end();
    },
    TIMEOUT_MS,
  );

  test(
    "the quality monitor keeps true averages and a dead letter, and begins anew after a restart",
    async () => {
      const first = await monitor();
      await simulate(RECORDS);
      await writeBad();
      await first.reaches("dashstream_messages_received_total", RECORDS + 1);
      await first.reaches("dashstream_dlq_sends_total", 1);
      const written = await reports();
      const overall = written.map(
        ({ accuracy, relevance, completeness }) =>
          (Number(accuracy) + Number(relevance) + Number(completeness)) / 3,
      );
      const mean = (numbers: readonly (number | null)[]) =>
        numbers.reduce<number>((sum, number) => sum + Number(number), 0) / numbers.length;
      const { status, kafka_connected, stats, dlq_health } = await first.json("/health");
      expect({ status, kafka_connected }).toEqual({ status: "healthy", kafka_connected: true });
      expect(stats).toMatchObject({
        total_evaluations: written.length,
        kafka_messages_received: RECORDS + 1,
        kafka_decode_errors: 1,
        average_accuracy: expect.closeTo(mean(written.map(({ accuracy }) => accuracy)), 9),
        average_relevance: expect.closeTo(mean(written.map(({ relevance }) => relevance)), 9),
        average_completeness: expect.closeTo(mean(written.map(({ completeness }) => completeness)), 9),
        average_overall: expect.closeTo(mean(overall), 9),
        low_quality_count: overall.filter((score) => score < 0.7).length,
      });
      expect(dlq_health).toMatchObject({ status: "healthy", sends: 1, in_flight: 0 });
      for (const fault of ["gaps", "duplicates", "reorders"]) {
        expect([fault, await first.metric(`dashstream_sequence_${fault}_total`)]).toEqual([fault, 0]);
      }
      const letters = (await recordsOf(DLQ, 1)).map(({ value }) => JSON.parse(String(value)));
      expect(letters).toMatchObject([
        { source_topic: topic, kafka_partition: 1, error_type: "invalid_protobuf", thread_id: "run-x" },
      ]);
      await first.end();

      await simulate(MORE_RECORDS);
      const second = await monitor();
      await second.reaches("dashstream_messages_received_total", MORE_RECORDS);
      const after = (await reports()).length - written.length;
      expect((await second.json("/health")).stats).toMatchObject({ total_evaluations: after });
      await second.end();
    },
    TIMEOUT_MS,
  );
}

describe("companions on the embedded broker", () => companions(embeddedTarget));

describeRealEach(["kafka-3.9", "kafka-4"], "companions on a real Kafka", (component) =>
  companions(() => realTarget(component)),
);
