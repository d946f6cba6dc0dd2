// Fetches the Kafka releases that tests run against into the cache folder of this machine. Does nothing, and needs
// no network, where they are there already. Needs java and maven.

import { join } from "node:path";
import {
  hasKafkaJars,
  KAFKA_VERSIONS,
  type KafkaComponent,
  kafkaCacheDir,
} from "../../compose/processes/kafka/releases.ts";

const RECIPE = join(import.meta.dir, "kafka", "kafka-local.sh");

async function fetchRelease(component: KafkaComponent): Promise<boolean> {
  const version = KAFKA_VERSIONS[component];
  if (!hasKafkaJars(component)) {
    process.stdout.write(`fetching Kafka ${version}\n`);
    const env = { ...process.env, KAFKA_VERSION: version, KAFKA_CACHE: kafkaCacheDir() };
    await Bun.spawn([RECIPE, "resolve"], { env, stdio: ["ignore", "inherit", "inherit"] }).exited;
  }
  const isThere = hasKafkaJars(component);
  process.stdout.write(`Kafka ${version}: ${isThere ? "ready" : "could not be fetched"}\n`);
  return isThere;
}

const components: readonly KafkaComponent[] = ["kafka-3.9", "kafka-4"];
for (const component of components) {
  if (!(await fetchRelease(component))) process.exitCode = 1;
}
