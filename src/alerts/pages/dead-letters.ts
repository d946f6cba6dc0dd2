// Guide: which series of dead letters come from whom, and what is lost when writing them fails.

import { by, health, MONITOR_DLQ_TOPIC, query } from "../commands.ts";
import { alertLink } from "./alert-page.ts";
import { blocks, section, steps, table } from "./markdown.ts";

/** The page, as Markdown. */
export function deadLettersGuide(): string {
  return blocks(
    "# Dead letters",
    "There are two families of series. Both exist at 0 from the start.",
    section("Of the server: `websocket_dlq_*`", server()),
    section("Of the library: `dashstream_dlq_*`", library()),
    section("What is at stake", stakes()),
    section("Watching", watching()),
    section("Settings", settings()),
    "[All alerts](README.md)",
  );
}

function server(): string {
  return [
    "The server (port 3002) writes to `KAFKA_DLQ_TOPIC`: the topic's name with `-dlq` unless set.",
    table(
      ["series", "meaning"],
      [
        ["`websocket_dlq_sends_total`", "letters that Kafka has, by `error_type`"],
        [
          "`websocket_dlq_send_failures_total`",
          "failed attempts, by `reason`: `timeout`, `kafka_error`, `backpressure`",
        ],
        ["`websocket_dlq_in_flight`", "letters under way"],
        ["`websocket_dlq_mode`", "1 for the `mode` in use: `fail_open` or `fail_closed`"],
        ["`websocket_dlq_waiting_partitions`", "partitions that stand still for a letter (fail-closed)"],
      ],
    ),
    `Alerts: ${alertLink("WebSocketDlqBroken")}, ${alertLink("WebSocketDlqHighRate")}.`,
  ].join("\n\n");
}

function library(): string {
  return [
    `Programs that use the library's handler export these; of the services here it is quality-monitor (port 3003), which writes to \`${MONITOR_DLQ_TOPIC}\`.`,
    table(
      ["series", "meaning"],
      [
        ["`dashstream_dlq_sends_total`", "letters that Kafka has"],
        ["`dashstream_dlq_send_failures_total`", "letters given up after their last attempt"],
        ["`dashstream_dlq_dropped_total`", "letters dropped for want of a slot"],
        ["`dashstream_dlq_send_retries_total`", "failed attempts"],
        ["`dashstream_dlq_in_flight`", "letters under way"],
      ],
    ),
    `Alerts: ${["HighDLQRate", "DLQItselfBroken", "DashStreamDlqSendFailures", "DLQSendFailures", "DashStreamDlqBackpressureDrops", "DLQBackpressureDrops"].map(alertLink).join(", ")}.`,
  ].join("\n\n");
}

function stakes(): string {
  return [
    "In the default mode (fail-open) the offset of a bad record is committed whatever becomes of its letter: the stream goes on, and what cannot be written is gone from the evidence. With `DLQ_FAIL_CLOSED=true` its partition does not go on before Kafka has the letter: nothing is lost, and clients of that partition wait.",
    table(
      ["what happens", "fail-open (default)", "fail-closed"],
      [
        ["the letter is written", "it is in the dead-letter topic", "the same"],
        [
          "Kafka does not answer in time",
          'the letter is lost, `reason="timeout"`',
          "tried again, at most 5 s apart; the partition waits",
        ],
        [
          "the topic is missing or refuses",
          'the letter is lost, `reason="kafka_error"`',
          "tried again; the partition waits",
        ],
        [
          "as many letters under way as may be",
          'waits up to 1 s for room, then lost, `reason="backpressure"`',
          "waits for room; none is lost",
        ],
      ],
    ),
    `A broken dead-letter topic is critical in both modes, for different reasons. It is no loss of the main stream in either: good records reach clients as long as their partition goes on.`,
  ].join("\n\n");
}

function watching(): string {
  return steps([
    {
      say: "Letters a second.",
      run: query("sum by (error_type) (rate(websocket_dlq_sends_total[5m]))", by("error_type")),
    },
    {
      say: "Failures a second.",
      run: query("sum by (reason) (rate(websocket_dlq_send_failures_total[5m]))", by("reason")),
    },
    { say: "What the server knows.", run: health(".dlq_health") },
  ]);
}

function settings(): string {
  return table(
    ["variable", "default", "meaning"],
    [
      [
        "`KAFKA_DLQ_TOPIC`",
        `\`KAFKA_TOPIC\` followed by \`-dlq\`; quality-monitor: \`${MONITOR_DLQ_TOPIC}\``,
        "where letters go",
      ],
      ["`MAX_CONCURRENT_DLQ_SENDS`", "100", "letters under way at once"],
      ["`DLQ_SEND_TIMEOUT_SECS`", "5", "how long Kafka may take to acknowledge one"],
      ["`DLQ_FAIL_CLOSED`", "`false`", "whether a partition waits for its letters"],
      [
        "`DLQ_INCLUDE_FULL_PAYLOAD`",
        "`false`",
        "whether the bad value is in the letter; it may hold personal data",
      ],
    ],
  );
}
