// Hands what kafkajs logs to our log. kafkajs cries over every failed attempt and every normal rebalance; the
// supervision above it reports those once and with their meaning, so the library's own lines go down a level.

import { type LogEntry, logLevel } from "kafkajs";
import type { Log } from "../telemetry/log.ts";

/** Parts of kafkajs whose errors are reported by us already. */
const REPORTED: ReadonlySet<string> = new Set([
  "Connection",
  "BrokerPool",
  "Broker",
  "RequestQueue",
  "Consumer",
  "Runner",
]);

/** An answer of Kafka that carried an error, as kafkajs logs it: `Response Heartbeat(key: 12, version: 3)`. */
const FAILED_RESPONSE = /^Response (\w+)\(key: \d+/;

export interface FailedResponse {
  /** Name of the request, for example `Fetch`. */
  readonly api: string;
  readonly error: string;
}

/**
 * A log function for kafkajs. `onFailedResponse` hears of each answer that carried an error: kafkajs retries
 * those inside, and its log is the only place where they show.
 */
export function kafkaLog(
  log: Log,
  onFailedResponse: (response: FailedResponse) => void,
): (entry: LogEntry) => void {
  return ({ namespace, level, log: entry }) => {
    const { message, timestamp: _, logger: __, stack: ___, ...fields } = entry;
    if (level === logLevel.ERROR && namespace === "Connection") {
      const api = FAILED_RESPONSE.exec(message)?.[1];
      if (api !== undefined) onFailedResponse({ api, error: String(entry.error) });
    }
    const text = `kafkajs ${namespace}: ${message}`;
    if (level === logLevel.ERROR && !REPORTED.has(namespace)) log.warn(text, fields);
    else if (level !== logLevel.DEBUG) log.debug(text, fields);
  };
}
