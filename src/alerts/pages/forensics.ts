// Guide: looking into dead letters, traces, offsets and series after the fact.

import {
  deadLetters,
  groupState,
  JAEGER,
  kafka,
  PROMETHEUS,
  query,
  SERVER_DLQ_TOPIC,
  TOPIC,
} from "../commands.ts";
import { blocks, section, steps } from "./markdown.ts";

const LETTERS_FILE = "/tmp/dlq_messages.json";

/** The page, as Markdown. */
export function forensicsGuide(): string {
  return blocks(
    "# Forensics",
    section("Dead letters", letters()),
    section("Traces", traces()),
    section("Offsets", offsets()),
    section("Queries", queries()),
    "[All alerts](README.md)",
  );
}

function letters(): string {
  return steps([
    {
      say: "Read them into a file.",
      run: `${deadLetters(SERVER_DLQ_TOPIC, 100_000, ".")} > ${LETTERS_FILE}`,
    },
    {
      say: "What is wrong with them, by type.",
      run: `jq -r .error_type ${LETTERS_FILE} | sort | uniq -c | sort -rn`,
    },
    {
      say: "Those of one thread.",
      run: `jq 'select(.original_message.thread_id == "thread-1")' ${LETTERS_FILE}`,
    },
    {
      say: "The same without a file; `dlq show PARTITION:OFFSET` tells all about one.",
      run: "dashstream dlq ls --thread thread-1",
    },
    { say: "By type, tenant and hour.", run: "dashstream dlq stats" },
  ]);
}

function traces(): string {
  return [
    "Each letter has the `trace_id` of its record's span, for sites that collect traces.",
    steps([
      {
        say: "One trace, by the id in a letter.",
        run: [
          "TRACE_ID=4bf92f3577b34da6a3ce929d0e0e4736",
          `curl -s "${JAEGER}/api/traces/$TRACE_ID" | jq '.data[0].spans[] | {operationName, startTime, duration, tags}'`,
        ].join("\n"),
      },
      {
        say: "Traces with errors.",
        run: [
          `curl -sG ${JAEGER}/api/traces --data-urlencode service=websocket-server \\`,
          `  --data-urlencode 'tags={"error":"true"}' | jq '.data[] | {traceID, spans: (.spans | length)}'`,
        ].join("\n"),
      },
    ]),
  ].join("\n\n");
}

function offsets(): string {
  return steps([
    { say: "Where the server's group stands.", run: groupState() },
    { say: "The same, for any group and topic.", run: "dashstream offsets ls" },
    {
      say: "Ends of the topic's partitions; `--time -2` gives their beginnings.",
      run: kafka("kafka-get-offsets", `--topic ${TOPIC} --time -1`),
    },
    {
      say: "Ten records from one offset on, raw.",
      run: kafka(
        "kafka-console-consumer",
        `--topic ${TOPIC} --partition 0 --offset 1000 --max-messages 10 --timeout-ms 10000 | xxd | head -50`,
      ),
    },
  ]);
}

function queries(): string {
  return steps([
    {
      say: "All firing alerts.",
      run: `curl -s ${PROMETHEUS}/api/v1/alerts | jq '.data.alerts[] | select(.state == "firing") | .labels'`,
    },
    {
      say: "Names with the most series: where labels explode.",
      run: query(
        'count by (__name__) ({__name__=~".+"})',
        ".data.result | sort_by(.value[1] | tonumber) | reverse | .[:20]",
      ),
    },
    {
      say: "Health of the scrape targets.",
      run: `curl -s ${PROMETHEUS}/api/v1/targets | jq '.data.activeTargets[] | {job: .labels.job, health, scrapeInterval}'`,
    },
  ]);
}
