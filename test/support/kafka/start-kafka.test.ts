// The real Kafka that other suites rely on: what they may expect of it.

import { expect, test } from "bun:test";
import { describeRealEach } from "../real-components.ts";
import { startKafka } from "./start-kafka.ts";

const TIMEOUT_MS = 120_000;

describeRealEach(["kafka-3.9", "kafka-4"], "a real Kafka", (component) => {
  test(
    "obeys the given settings, and comes back after a crash on its port and with its data",
    async () => {
      const kafka = await startKafka({ component, props: { "message.max.bytes": "54321" } });
      const topics = (...args: string[]) =>
        kafka.tool("org.apache.kafka.tools.TopicCommand", "--bootstrap-server", kafka.bootstrap, ...args);
      try {
        await topics("--create", "--topic", "kept");
        await kafka.kill();
        await kafka.restart();
        expect((await topics("--list")).trim()).toBe("kept");
        const entity = ["--entity-type", "brokers", "--entity-name", "1", "--describe", "--all"];
        const config = await kafka.tool(
          "kafka.admin.ConfigCommand",
          "--bootstrap-server",
          kafka.bootstrap,
          ...entity,
        );
        expect(config).toContain("message.max.bytes=54321");
        await expect(topics("--no-such-option")).rejects.toThrow("ended with 1");
      } finally {
        await kafka.stop();
      }
    },
    TIMEOUT_MS,
  );
});
