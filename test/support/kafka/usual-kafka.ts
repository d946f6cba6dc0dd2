// The Kafka of suites that take minutes and are about something else: drills, the runbook, a million records. What is about
// Kafka runs on each release.

import { type KafkaComponent, kafkaRelease } from "../../../compose/processes/kafka/releases.ts";

/** The release that `STACK_KAFKA` names, as for `make stack-up`. */
export const USUAL_KAFKA: KafkaComponent = releaseNamed("STACK_KAFKA", process.env.STACK_KAFKA ?? "3.9");

/** The release that an option names. @throws Error for another text */
export function releaseNamed(option: string, text: string): KafkaComponent {
  const release = kafkaRelease(text);
  if (release === null) throw new Error(`${option} is "${text}", expected 3.9 or 4`);
  return release;
}
