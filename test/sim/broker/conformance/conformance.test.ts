// One table of behaviours, run against the embedded broker and against real Kafka, with kafkajs and with kcat: a
// stand-in is worth something only as far as clients cannot tell it from the real thing.

import { describe } from "bun:test";
import type { KafkaComponent } from "../../../../compose/processes/kafka/releases.ts";
import { describeReal } from "../../../support/real-components.ts";
import { kafkajsClient } from "./kafkajs-client.ts";
import { kcatClient } from "./kcat-client.ts";
import { suite, WITH_KAFKAJS, WITH_KCAT } from "./suite.ts";
import { embeddedTarget, realTarget } from "./target.ts";

describe("embedded broker, kafkajs", () => suite(embeddedTarget, kafkajsClient, WITH_KAFKAJS));
describeReal("kcat", "embedded broker, kcat", () => suite(embeddedTarget, kcatClient, WITH_KCAT));

const releases: readonly KafkaComponent[] = ["kafka-3.9", "kafka-4"];
for (const release of releases) {
  const start = () => realTarget(release);
  describeReal(release, `${release}, kafkajs`, () => suite(start, kafkajsClient, WITH_KAFKAJS));
  describeReal([release, "kcat"], `${release}, kcat`, () => suite(start, kcatClient, WITH_KCAT));
}
