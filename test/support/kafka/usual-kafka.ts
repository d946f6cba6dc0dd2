// The Kafka of suites that take minutes: they run on one release at a time, all others on each.

import { type KafkaComponent, kafkaRelease } from "../../../compose/processes/kafka/releases.ts";

/** The release that `STACK_KAFKA` names, as for `make stack-up`. */
export const USUAL_KAFKA: KafkaComponent = usualKafka(process.env.STACK_KAFKA ?? "3.9");

function usualKafka(text: string): KafkaComponent {
  const release = kafkaRelease(text);
  if (release === null) throw new Error(`STACK_KAFKA is "${text}", expected 3.9 or 4`);
  return release;
}
