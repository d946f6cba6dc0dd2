import { afterAll, beforeAll, expect, test } from "bun:test";
import { simCommand } from "../../src/cli/sim.ts";
import { kafkajsFor } from "../sim/broker/conformance/kafkajs-client.ts";
import { realTarget, type Target } from "../sim/broker/conformance/target.ts";
import { makeTopics } from "../support/make-topics.ts";
import { describeRealEach } from "../support/real-components.ts";
import { runCommand } from "./cli-rig.ts";

const TIMEOUT_MS = 60_000;
const RECORDS = 300;

describeRealEach(["kafka-3.9", "kafka-4"], "faults of sim against a real Kafka", (component) => {
  let target: Target;
  beforeAll(async () => {
    target = await realTarget(component);
    await makeTopics(
      kafkajsFor(target.bootstrap),
      { topic: "narrow", numPartitions: 3 },
      {
        topic: "wide",
        numPartitions: 3,
        configEntries: [{ name: "max.message.bytes", value: String(12 * 1024 * 1024) }],
      },
      {
        topic: "compacted",
        numPartitions: 1,
        configEntries: [{ name: "cleanup.policy", value: "compact" }],
      },
    );
  }, TIMEOUT_MS);
  afterAll(() => target?.stop(), TIMEOUT_MS);

  const sim = async (topic: string, fault: string) => {
    const kafka = ["--kafka-brokers", target.bootstrap, "--kafka-topic", topic];
    const line = ["sim", ...kafka, "--rate", "5000", "--count", `${RECORDS}`, "--fault", fault, "--json"];
    const { exitCode, stdout, stderr } = await runCommand([simCommand], line);
    if (stdout === "") throw new Error(stderr);
    const { produced, refused, failed_sends, unsent } = JSON.parse(stdout);
    return { exitCode: Number(exitCode), produced, refused, failed_sends, unsent };
  };

  const good = { exitCode: 0, refused: { too_large: 0, invalid: 0 }, failed_sends: 0, unsent: 0 };

  test(
    "a record that is too large for the topic is given up, all others are acknowledged",
    async () => {
      expect(await sim("narrow", "oversized:share=0.02")).toEqual({
        ...good,
        exitCode: 1,
        produced: RECORDS - 6,
        refused: { too_large: 6, invalid: 0 },
      });
    },
    TIMEOUT_MS,
  );

  test(
    "a topic that takes large records takes all",
    async () => {
      expect(await sim("wide", "oversized:share=0.02")).toEqual({ ...good, produced: RECORDS });
    },
    TIMEOUT_MS,
  );

  test(
    "a compacted topic takes no record without a key",
    async () => {
      expect(await sim("compacted", "unkeyed:share=0.1")).toEqual({
        ...good,
        exitCode: 1,
        produced: RECORDS - 30,
        refused: { too_large: 0, invalid: 30 },
      });
    },
    TIMEOUT_MS,
  );

  test.each(["null-value:share=0.1", "duplicate:share=0.1"])(
    "takes what %s adds",
    async (fault) => {
      const { produced, ...rest } = await sim("narrow", fault);
      expect(rest).toEqual(good);
      expect(produced).toBeGreaterThan(RECORDS);
    },
    TIMEOUT_MS,
  );
});
