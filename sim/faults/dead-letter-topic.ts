// Which dead letters a fault concerns.

import { z } from "zod";
import type { Taken } from "./fault.ts";
import type { KafkaNames } from "./stage.ts";

export const deadLetterTopicParam = z
  .enum(["server", "library"])
  .default("server")
  .describe(
    "Whose dead letters: those of the server, or those of the library's users as the quality monitor",
  );

export function deadLetterTopic(names: KafkaNames, whose: z.output<typeof deadLetterTopicParam>): string {
  return whose === "server" ? names.dlqTopic : names.libraryDlqTopic;
}

export function deadLettersOf(whose: z.output<typeof deadLetterTopicParam>): Taken {
  const component = whose === "server" ? "websocket-server" : "quality-monitor";
  return { what: `dead letters of ${component}`, from: [component] };
}
