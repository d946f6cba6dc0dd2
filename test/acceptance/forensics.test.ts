// The runbook's forensic commands, on dead letters of the real server in a real Kafka, read with Kafka's own console
// consumer and jq, as an operator would.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { Kafka, logLevel, Partitioners } from "kafkajs";
import { event } from "../server/pipeline-rig.ts";
import { startAppliance } from "../support/appliance.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { makeTopics } from "../support/make-topics.ts";
import { describeReal } from "../support/real-components.ts";

const TOPIC = "dashstream-quality";
const DLQ = `${TOPIC}-dlq`;
const CONSOLE_CONSUMER = "org.apache.kafka.tools.consumer.ConsoleConsumer";
const TRACEPARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

/** What is produced: key, value and headers, in one partition. */
const RECORDS = [
  { key: "thread-1", value: event("thread-1", 1) },
  {
    key: "thread-1",
    value: event("thread-1", 2, { schemaVersion: 2 }),
    headers: { traceparent: TRACEPARENT },
  },
  { key: "thread-2", value: Buffer.from('{"not":"protobuf"}') },
  { key: "thread-2", value: event("thread-2", 2).subarray(0, -3) },
  { key: "thread-3", value: event("thread-3", 1, { schemaVersion: 7 }) },
  { key: "thread-3", value: event("thread-3", 2) },
];
const LETTERS = 4;

for (const component of ["kafka-3.9", "kafka-4"] as const) {
  describeReal([component, "jq"], `the forensic commands of the runbook (${component})`, () => {
    let kafka: RealKafka;
    /** What the console consumer printed. */
    let messages: string;
    beforeAll(async () => {
      kafka = await startKafka({ component });
      await produceAndServe(kafka.bootstrap);
      const from = ["--bootstrap-server", kafka.bootstrap, "--topic", DLQ, "--from-beginning"];
      messages = await kafka.tool(CONSOLE_CONSUMER, ...from, "--max-messages", String(LETTERS));
    }, 120_000);
    afterAll(() => kafka.stop());

    test("jq . reads every message", () => {
      expect(shell("jq -c . | wc -l", messages).trim()).toBe(String(LETTERS));
    });

    test("error types are counted", () => {
      expect(shell("jq -r '.error_type' | sort | uniq -c | sort -rn", messages)).toMatch(
        /^ +2 schema_mismatch\n +1 \w+\n +1 \w+\n$/,
      );
      expect(shell("jq '.error_type' | sort | uniq -c", messages)).toMatch(/^ +1 "buffer_underflow"$/m);
    });

    test("messages of a thread are found, also by the Kafka key where the value cannot be read", () => {
      const of = (thread: string) =>
        shell(
          `jq -c 'select(.original_message.thread_id == "${thread}") | [.error_type, .kafka_offset]'`,
          messages,
        );
      expect(of("thread-1")).toBe('["schema_mismatch",1]\n');
      expect(of("thread-2")).toBe('["invalid_protobuf",2]\n["buffer_underflow",3]\n');
    });

    test("schema mismatches are found, with what was expected", () => {
      const found = shell(`jq -r 'select(.error_type=="schema_mismatch") | .error'`, messages);
      expect(found.split("\n")[0]).toStartWith("Schema version mismatch: expected v1, got v2");
    });

    test("the trace id leads to the trace of the record", () => {
      const ids = shell("jq -r '.trace_id'", messages).trim().split("\n");
      expect(ids[0]).toBe("0af7651916cd43dd8448eb211c80319c");
      for (const id of ids) expect(id).toMatch(/^[0-9a-f]{32}$/);
    });
  });
}

/** Makes the topics, produces `RECORDS` and runs the server until it has written its dead letters. */
async function produceAndServe(bootstrap: string): Promise<void> {
  const client = new Kafka({ brokers: [bootstrap], logLevel: logLevel.NOTHING });
  await makeTopics(client, ...[TOPIC, DLQ].map((topic) => ({ topic, numPartitions: 1 })));
  const producer = client.producer({ createPartitioner: Partitioners.DefaultPartitioner });
  await producer.connect();
  await producer.send({ topic: TOPIC, acks: -1, messages: RECORDS });
  await producer.disconnect();
  const running = await startAppliance({ brokers: bootstrap, topic: TOPIC });
  await running.appliance.handledUpTo(new Map([[0, RECORDS.length]]));
  await running.stop();
}

/** Runs a line of the runbook with `input` as the messages. */
function shell(line: string, input: string): string {
  const run = Bun.spawnSync(["sh", "-c", line], { stdin: Buffer.from(input) });
  expect(run.stderr.toString()).toBe("");
  return run.stdout.toString();
}
