// A value that none of our code made: encoded by protoc, produced by kcat. It must reach a WebSocket client byte for
// byte, through the embedded broker and through a real Kafka.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startAppliance } from "../support/appliance.ts";
import { startEmbeddedBroker } from "../support/embedded-broker.ts";
import { startKafka } from "../support/kafka/start-kafka.ts";
import { produceFile } from "../support/kcat.ts";
import { describeReal } from "../support/real-components.ts";
import { connectStream } from "../support/stream-client.ts";

const TOPIC = "dashstream-quality";
const TEXT = `event {
  header { message_id: "0123456789abcdef" timestamp_us: 1700000000000000 tenant_id: "acme" thread_id: "t-1" sequence: 1 schema_version: 1 }
  event_type: EVENT_TYPE_NODE_END node_id: "n\\303\\266de" attributes { key: "tokens" value { int_value: -5 } }
}`;

interface Target {
  readonly bootstrap: string;
  createTopic(): Promise<void>;
  stop(): Promise<void>;
}

async function embedded(): Promise<Target> {
  const broker = await startEmbeddedBroker();
  return {
    bootstrap: broker.bootstrap,
    createTopic: async () => broker.createTopic(TOPIC),
    stop: () => broker.stop(),
  };
}

async function real(component: "kafka-3.9" | "kafka-4"): Promise<Target> {
  const kafka = await startKafka({ component });
  return {
    bootstrap: kafka.bootstrap,
    createTopic: async () => {
      await kafka.tool(
        "org.apache.kafka.tools.TopicCommand",
        "--bootstrap-server",
        kafka.bootstrap,
        "--create",
        "--topic",
        TOPIC,
      );
    },
    stop: () => kafka.stop(),
  };
}

function arrives(start: () => Promise<Target>): void {
  let dir = "";
  let target: Target;
  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), "dashstream-foreign-"));
    target = await start();
  }, 60_000);
  afterAll(async () => {
    await target.stop();
    rmSync(dir, { recursive: true });
  });

  test("a value encoded by protoc and produced by kcat arrives byte for byte", async () => {
    const encoded = Bun.spawnSync(
      ["protoc", "--encode=dashstream.v1.DashStreamMessage", "proto/dashstream.proto"],
      {
        cwd: join(import.meta.dir, "../.."),
        stdin: Buffer.from(TEXT),
      },
    );
    expect(encoded.stderr.toString()).toBe("");
    const file = join(dir, "value.bin");
    writeFileSync(file, Buffer.concat([Buffer.from([0]), encoded.stdout]));
    await target.createTopic();
    const { wsUrl, stop } = await startAppliance({ brokers: target.bootstrap, topic: TOPIC });
    const received = Promise.withResolvers<Uint8Array>();
    const client = await connectStream(wsUrl, { onRecord: ({ value }) => received.resolve(value) });
    await produceFile({ bootstrap: target.bootstrap, topic: TOPIC, key: "t-1", file });
    expect(Buffer.from(await received.promise)).toEqual(readFileSync(file));
    client.close();
    await stop();
  }, 60_000);
}

describeReal(["kcat", "protoc"], "through the embedded broker", () => arrives(embedded));
describeReal(["kcat", "protoc", "kafka-3.9"], "through Kafka 3.9", () => arrives(() => real("kafka-3.9")));
describeReal(["kcat", "protoc", "kafka-4"], "through Kafka 4", () => arrives(() => real("kafka-4")));
