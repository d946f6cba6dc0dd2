// A stack that is well, with dead letters and traces of earlier trouble in it.

import { eventually } from "../../../support/eventually.ts";
import type { Site } from "../site.ts";
import type { Situation } from "../situation.ts";

export const quiet: Situation = {
  name: "all is well",
  summary: "nothing fires; there are dead letters and traces of before",
  alerts: [],
  arise: async () => {},
  async note(site) {
    site.facts.set("trace", await traceOfLetter(site));
    site.facts.set("offset", await offsetInRedis(site));
  },
};

/** Of the oldest dead letter, once Jaeger can show it. */
async function traceOfLetter(site: Site): Promise<string> {
  const letter = await site.kafkaTool(
    "kafka-console-consumer",
    ...["--topic", "dashstream-quality-dlq", "--from-beginning", "--max-messages", "1"],
  );
  const { trace_id: id } = JSON.parse(letter) as { readonly trace_id: string };
  await eventually(
    async () =>
      (await fetch(`http://${site.stack.addressOf("dashstream-jaeger", 16_686)}/api/traces/${id}`)).ok,
  );
  return id;
}

/** The oldest that Redis keeps. */
async function offsetInRedis(site: Site): Promise<string> {
  const [key = ""] = (
    await site.redis("--scan", "--pattern", "dashstream-replay:*:partition:0:offset:*")
  ).split("\n");
  return key.split(":").at(-1) ?? "";
}
