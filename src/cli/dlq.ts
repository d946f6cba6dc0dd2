// `dashstream dlq`: dead letters of any writer are listed, counted, shown, redriven and purged.

import { defineGroup } from "./command.ts";
import { lsCommand } from "./dlq/ls.ts";
import { purgeCommand } from "./dlq/purge.ts";
import { redriveCommand } from "./dlq/redrive.ts";
import { showCommand } from "./dlq/show.ts";
import { statsCommand } from "./dlq/stats.ts";

export const dlqCommand = defineGroup({
  name: "dlq",
  description: [
    "List, count, show, redrive and purge dead letters.",
    "",
    "Reads those of this server and library (of earlier versions too), Kafka Connect, Kafka Streams, Spring Kafka and share groups. The topic is KAFKA_DLQ_TOPIC.",
  ].join("\n"),
  examples: [
    ["dlq ls --since 2h", "what was written lately"],
    ["dlq redrive --type schema_mismatch", "what would be sent back; --execute sends it"],
    ["dlq stats --kafka-dlq-topic connect-dlq", "those of a Kafka Connect sink"],
  ],
  commands: [lsCommand, statsCommand, showCommand, redriveCommand, purgeCommand],
});
