// Clients cannot tell the proxy without rules from the Kafka behind it: the behaviours of the conformance suite, with
// kafkajs and with kcat, through the proxy.

import { describe } from "bun:test";
import type { KafkaComponent } from "../../../../compose/processes/kafka/releases.ts";
import { describeReal } from "../../../support/real-components.ts";
import { kafkajsClient } from "../../broker/conformance/kafkajs-client.ts";
import { kcatClient } from "../../broker/conformance/kcat-client.ts";
import { suite, WITH_KAFKAJS, WITH_KCAT } from "../../broker/conformance/suite.ts";
import { embeddedTarget, realTarget } from "../../broker/conformance/target.ts";
import { proxied } from "./proxied-target.ts";

const embedded = () => proxied(embeddedTarget);

describe("before the embedded broker, kafkajs", () => suite(embedded, kafkajsClient, WITH_KAFKAJS));
describeReal("kcat", "before the embedded broker, kcat", () => suite(embedded, kcatClient, WITH_KCAT));

const releases: readonly KafkaComponent[] = ["kafka-3.9", "kafka-4"];
for (const release of releases) {
  const start = () => proxied(() => realTarget(release));
  describeReal(release, `before ${release}, kafkajs`, () => suite(start, kafkajsClient, WITH_KAFKAJS));
  describeReal([release, "kcat"], `before ${release}, kcat`, () => suite(start, kcatClient, WITH_KCAT));
}
