// The Apache Kafka releases that the stack and tests run, and where their jars lie on this machine.

import { existsSync } from "node:fs";
import { join } from "node:path";
import { cachePath } from "../machine.ts";

/** Releases by the name under which a suite asks for them. */
export const KAFKA_VERSIONS = { "kafka-3.9": "3.9.2", "kafka-4": "4.3.1" } as const;

export type KafkaComponent = keyof typeof KAFKA_VERSIONS;

/** The release that somebody names, as `3.9` or `4`; `null` if there is none of that name. */
export function kafkaRelease(text: string): KafkaComponent | null {
  if (text === "3.9" || text === "3") return "kafka-3.9";
  return text === "4" || text === "4.3" ? "kafka-4" : null;
}

/** Holds one folder a release, outside the tree: fetching takes long and is done once a machine. */
export function kafkaCacheDir(): string {
  return cachePath("kafka");
}

/** The folder of the jars of one release, present or not. */
export function kafkaJarsDir(component: KafkaComponent): string {
  return join(kafkaCacheDir(), `kafka-${KAFKA_VERSIONS[component]}`);
}

/** Whether the jars of a release are complete: an interrupted fetch leaves no mark. */
export function hasKafkaJars(component: KafkaComponent): boolean {
  return existsSync(join(kafkaJarsDir(component), ".complete"));
}
