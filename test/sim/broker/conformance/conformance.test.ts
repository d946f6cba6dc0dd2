// One table of behaviours, run against the embedded broker and against real Kafka, with kafkajs and with kcat: a
// stand-in is worth something only as far as clients cannot tell it from the real thing.

import { afterAll, beforeAll, describe, test } from "bun:test";
import type { KafkaComponent } from "../../../../compose/processes/kafka/releases.ts";
import { describeReal } from "../../../support/real-components.ts";
import { ADMIN_BEHAVIOURS } from "./admin-behaviours.ts";
import { BEHAVIOURS, type Behaviour, RESTART_BEHAVIOURS } from "./behaviours.ts";
import type { ConformanceClient } from "./client.ts";
import { kafkajsClient } from "./kafkajs-client.ts";
import { KCAT_BEHAVIOURS } from "./kcat-behaviours.ts";
import { kcatClient } from "./kcat-client.ts";
import { embeddedTarget, realTarget, type Target } from "./target.ts";
import { WIRE_BEHAVIOURS } from "./wire-behaviours.ts";

const BEHAVIOUR_TIMEOUT_MS = 60_000;
const START_TIMEOUT_MS = 60_000;

/** Runs behaviours on one target, which is started once. */
function suite(
  start: () => Promise<Target>,
  makeClient: (bootstrap: string) => ConformanceClient,
  behaviours: readonly Behaviour[],
): void {
  let target: Target | undefined;
  let client: ConformanceClient | undefined;
  let topics = 0;
  beforeAll(async () => {
    target = await start();
    client = makeClient(target.bootstrap);
  }, START_TIMEOUT_MS);
  afterAll(() => target?.stop(), START_TIMEOUT_MS);
  for (const { title, run } of behaviours) {
    const body = async () => {
      if (!target || !client) throw new Error("the target did not start");
      await run({ target, client, topic: `conformance-${++topics}` });
    };
    test(title, body, BEHAVIOUR_TIMEOUT_MS);
  }
}

const WITH_KAFKAJS = [...BEHAVIOURS, ...ADMIN_BEHAVIOURS, ...WIRE_BEHAVIOURS, ...RESTART_BEHAVIOURS];
const WITH_KCAT = [...BEHAVIOURS, ...KCAT_BEHAVIOURS, ...RESTART_BEHAVIOURS];

describe("embedded broker, kafkajs", () => suite(embeddedTarget, kafkajsClient, WITH_KAFKAJS));
describeReal("kcat", "embedded broker, kcat", () => suite(embeddedTarget, kcatClient, WITH_KCAT));

const releases: readonly KafkaComponent[] = ["kafka-3.9", "kafka-4"];
for (const release of releases) {
  const start = () => realTarget(release);
  describeReal(release, `${release}, kafkajs`, () => suite(start, kafkajsClient, WITH_KAFKAJS));
  describeReal([release, "kcat"], `${release}, kcat`, () => suite(start, kcatClient, WITH_KCAT));
}
