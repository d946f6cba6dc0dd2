// Kafka's own command line tools, that is the Java client, against the embedded broker.

import { expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemClock } from "../../../src/runtime/clock.ts";
import { runJava } from "../../support/kafka/jvm.ts";
import { describeRealEach } from "../../support/real-components.ts";
import { brokerRig, recordsOf } from "./broker-rig.ts";

const TIMEOUT_MS = 60_000;

describeRealEach(["kafka-3.9", "kafka-4"], "Kafka's tools on the embedded broker", (component) => {
  test(
    "make topics, change one of their settings, show offsets, consume in a group and describe it",
    async () => {
      const { broker } = await brokerRig({ clock: systemClock, ports: [0, 0] });
      const dir = mkdtempSync(join(tmpdir(), "dashstream-tools-"));
      const tool = (name: string, ...args: readonly string[]) =>
        runJava(component, dir, [name, "--bootstrap-server", broker.bootstrap, ...args]);
      try {
        await tool("org.apache.kafka.tools.TopicCommand", "--create", "--topic", "t", "--partitions", "2");
        const entity = ["--entity-type", "topics", "--entity-name", "t"];
        await tool("kafka.admin.ConfigCommand", ...entity, "--alter", "--add-config", "retention.ms=7200000");
        await tool("kafka.admin.ConfigCommand", ...entity, "--alter", "--add-config", "segment.bytes=4096");
        const settings = await tool("kafka.admin.ConfigCommand", ...entity, "--describe");
        expect(settings).toContain("retention.ms=7200000");
        expect(settings).toContain("segment.bytes=4096");
        broker.append("t", 0, recordsOf("one", "two"), { codec: "zstd" });
        broker.append("t", 1, recordsOf("three"), { codec: "lz4" });
        expect(await tool("org.apache.kafka.tools.GetOffsetShell", "--topic", "t")).toContain("t:0:2\nt:1:1");
        const read = ["--topic", "t", "--from-beginning", "--max-messages", "3", "--group", "g"];
        const consumed = await tool("org.apache.kafka.tools.consumer.ConsoleConsumer", ...read);
        expect(consumed.split("\n").filter(Boolean).sort()).toEqual(["one", "three", "two"]);
        expect(broker.committedOffsets("g", "t")).toEqual([2, 1]);
        const described = await tool(
          "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand",
          "--describe",
          "--group",
          "g",
        );
        expect(described).toMatch(/g +t +0 +2 +2 +0/);
      } finally {
        rmSync(dir, { recursive: true, force: true });
      }
    },
    TIMEOUT_MS,
  );
});
