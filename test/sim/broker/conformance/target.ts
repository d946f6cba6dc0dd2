// What the conformance suite runs against: the embedded broker or a real Kafka, behind one face.

import { createBroker } from "../../../../sim/broker/broker.ts";
import { systemClock } from "../../../../src/runtime/clock.ts";
import { systemNetwork } from "../../../../src/runtime/network.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { startKafka } from "../../../support/kafka/start-kafka.ts";
import type { KafkaComponent } from "../../../support/kafka-releases.ts";

export interface Target {
  readonly bootstrap: string;
  /** Cuts it off as a crash would; its data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after killing it if it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function embeddedTarget(): Promise<Target> {
  const broker = createBroker({
    network: systemNetwork,
    clock: systemClock,
    random: seededRandom(7),
    autoCreateTopics: false,
  });
  await broker.start();
  return {
    bootstrap: broker.bootstrap,
    kill: () => broker.down(),
    async restart() {
      await broker.down();
      await broker.up();
    },
    stop: () => broker.stop(),
  };
}

export function realTarget(component: KafkaComponent): Promise<Target> {
  return startKafka({ component });
}
