// What the conformance suite runs against: the embedded broker or a real Kafka, behind one face.

import type { KafkaComponent } from "../../../../compose/processes/kafka/releases.ts";
import { seededRandom } from "../../../../src/runtime/random.ts";
import { startEmbeddedBroker } from "../../../support/embedded-broker.ts";
import { startKafka } from "../../../support/kafka/start-kafka.ts";

export interface Target {
  readonly bootstrap: string;
  /** Cuts it off as a crash would; its data stay. */
  kill(): Promise<void>;
  /** Starts it again on the same port and data, after killing it if it runs. */
  restart(): Promise<void>;
  stop(): Promise<void>;
}

export async function embeddedTarget(): Promise<Target> {
  const broker = await startEmbeddedBroker({ random: seededRandom(7), autoCreateTopics: false });
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
