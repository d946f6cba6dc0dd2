// A topic of any Kafka that refuses every write for a while, as a wrong setting or a lost permission would make it.

import { ConfigResourceTypes, type Kafka, Partitioners } from "kafkajs";

/** What Kafka allows by default. */
const DEFAULT_MAX_MESSAGE_BYTES = "1048588";

/**
 * Makes the topic refuse every write (each is larger than it allows), or take writes again. Resolves once that is so,
 * which it tries with a record `{}`.
 */
export async function refuseWrites(kafka: Kafka, topic: string, refuse: boolean): Promise<void> {
  const admin = kafka.admin();
  await admin.connect();
  const limit = { name: "max.message.bytes", value: refuse ? "1" : DEFAULT_MAX_MESSAGE_BYTES };
  const resources = [{ type: ConfigResourceTypes.TOPIC, name: topic, configEntries: [limit] }];
  await admin.alterConfigs({ validateOnly: false, resources }).finally(() => admin.disconnect());
  const probe = kafka.producer({ createPartitioner: Partitioners.DefaultPartitioner, retry: { retries: 0 } });
  await probe.connect();
  const isRefused = () =>
    probe.send({ topic, acks: -1, messages: [{ value: "{}" }] }).then(
      () => false,
      () => true,
    );
  while ((await isRefused()) !== refuse);
  await probe.disconnect();
}
