// Clients of all kinds at a real Kafka that tells an address at which nobody answers: whoever works does so through the proxy
// and nowhere else. Kafka's own tools, that is the Java client, are also the ones that use fetch sessions and describe clusters.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createKafkaFaultProxy, type KafkaFaultProxy } from "../../../../sim/proxy/kafka/kafka-proxy.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { eventually } from "../../../support/eventually.ts";
import { freePort } from "../../../support/free-port.ts";
import { runJava } from "../../../support/kafka/jvm.ts";
import { type RealKafka, startKafka } from "../../../support/kafka/start-kafka.ts";
import { keepingLog, type LogLine } from "../../../support/keeping-log.ts";
import { makeTopics } from "../../../support/make-topics.ts";
import { describeReal } from "../../../support/real-components.ts";
import { kafkajsClient, kafkajsFor } from "../../broker/conformance/kafkajs-client.ts";
import { kcatClient } from "../../broker/conformance/kcat-client.ts";

const TEST_MS = 90_000;
const VALUES = ["one", "two", "three"];

for (const component of ["kafka-3.9", "kafka-4"] as const) {
  describeReal([component, "kcat"], `clients of ${component} through the proxy`, () => {
    let kafka: RealKafka;
    let proxy: KafkaFaultProxy;
    let dir: string;
    const logged: LogLine[] = [];
    const seen = new Set<string>();

    const tool = (name: string, ...args: readonly string[]) =>
      runJava(component, dir, [name, "--bootstrap-server", proxy.bootstrap, ...args]);
    const records = VALUES.map((value) => ({ key: "k", value }));

    beforeAll(async () => {
      dir = mkdtempSync(join(tmpdir(), "dashstream-proxy-"));
      const nobody = await freePort();
      kafka = await startKafka({
        component,
        props: { "advertised.listeners": `PLAINTEXT://127.0.0.1:${nobody}` },
      });
      const [host = "", port = ""] = kafka.bootstrap.split(":");
      proxy = createKafkaFaultProxy({
        network: systemNetwork,
        clock: systemClock,
        log: keepingLog(logged),
        upstream: { host, port: Number(port) },
        listen: { host: "127.0.0.1", port: 0 },
      });
      await proxy.start();
      proxy.control("*", ({ api, apiVersion }) => {
        seen.add(api === null ? "other" : `${api} ${apiVersion}`);
        return { kind: "pass" };
      });
      await makeTopics(kafkajsFor(proxy.bootstrap), { topic: "t", numPartitions: 1 });
    }, TEST_MS);
    afterAll(async () => {
      await proxy.stop();
      await kafka.stop();
      rmSync(dir, { recursive: true, force: true });
    }, TEST_MS);

    test.each([
      ["kafkajs", kafkajsClient],
      ["kcat", kcatClient],
    ])(
      "%s writes, and reads in a group",
      async (name, make) => {
        const topic = `of-${name}`;
        await makeTopics(kafkajsFor(proxy.bootstrap), { topic, numPartitions: 1 });
        const client = make(proxy.bootstrap);
        await client.produce(topic, records);
        const read = await client.consume(topic, VALUES.length, `group-${name}`);
        expect(read.map(({ value }) => value)).toEqual(VALUES);
      },
      TEST_MS,
    );

    test(
      "Kafka's own tools make and describe topics, read in a group and show its lag",
      async () => {
        await tool("org.apache.kafka.tools.TopicCommand", "--create", "--topic", "j", "--partitions", "2");
        const described = await tool("org.apache.kafka.tools.TopicCommand", "--describe", "--topic", "j");
        expect(described).toMatch(/Topic: j\s+Partition: 1\s+Leader: 1/);
        await kafkajsClient(proxy.bootstrap).produce("j", records, { partition: 0 });
        const read = ["--topic", "j", "--from-beginning", "--max-messages", "3", "--group", "java"];
        const consumed = await tool("org.apache.kafka.tools.consumer.ConsoleConsumer", ...read);
        expect(consumed.split("\n").filter(Boolean)).toEqual(VALUES);
        const groups = "org.apache.kafka.tools.consumer.group.ConsumerGroupCommand";
        expect(await tool(groups, "--describe", "--group", "java")).toMatch(/java +j +0 +3 +3 +0/);
        expect(await tool("org.apache.kafka.tools.GetOffsetShell", "--topic", "j")).toContain("j:0:3\nj:1:0");
        const entity = ["--entity-type", "topics", "--entity-name", "j"];
        await tool("kafka.admin.ConfigCommand", ...entity, "--alter", "--add-config", "retention.ms=7200000");
        expect(await tool("kafka.admin.ConfigCommand", ...entity, "--describe")).toContain(
          "retention.ms=7200000",
        );
        const [host, port] = proxy.bootstrap.split(":");
        const state = await tool(groups, "--describe", "--group", "java", "--state");
        expect(state).toMatch(new RegExp(`java +${host}:${port} +\\(1\\)`));
        // The older tool cannot show a description of the cluster.
        if (component === "kafka-4") {
          const asked = ["list-endpoints", "--bootstrap-server", proxy.bootstrap];
          const shown = await runJava(component, dir, ["org.apache.kafka.tools.ClusterTool", ...asked]);
          expect(shown).toMatch(new RegExp(`1 +${host} +${port} `));
        }
        expect([...seen]).toContain("other");
        expect([...seen]).toContain("Fetch 11");
      },
      TEST_MS,
    );

    test("none of them was told of a bad request or answer", async () => {
      await eventually(() => seen.size > 0);
      expect(logged.filter(({ level }) => level !== "debug")).toEqual([]);
    });
  });
}
