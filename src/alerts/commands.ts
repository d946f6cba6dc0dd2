// Commands that the runbook gives more than once, in a form that works as typed: queries go through `--data-urlencode`,
// because curl takes brackets and braces in a URL for patterns; everything ends by itself.

import { LIBRARY_DLQ_TOPIC, SERVER_GROUP, serverDlqTopic, TELEMETRY_TOPIC } from "../config/site-names.ts";

/** Where the compose stack has things. */
export const PROMETHEUS = "http://localhost:9090";
export const SERVER = "http://localhost:3002";
export const JAEGER = "http://localhost:16686";
/** Any of its subcommands; the file is named, so that a wrong folder is an error and not another project. */
export const COMPOSE = "docker compose -f docker-compose.dashstream.yml";
export const TOPIC = TELEMETRY_TOPIC;
export const SERVER_DLQ_TOPIC = serverDlqTopic(TOPIC);
export const MONITOR_DLQ_TOPIC = LIBRARY_DLQ_TOPIC;

/** A query to Prometheus; `filter` is what jq makes of the answer. PromQL wants double quotes here. */
export function query(promql: string, filter: string): string {
  return [
    `curl -sG ${PROMETHEUS}/api/v1/query \\`,
    `  --data-urlencode 'query=${promql}' | jq '${filter}'`,
  ].join("\n");
}

/** The filter that shows one label and the value of each series. */
export function by(label: string): string {
  return `.data.result[] | {${label}: .metric.${label}, value: .value[1]}`;
}

/** The filter that shows the value of a query with one series. */
export const SINGLE_VALUE = ".data.result[0].value[1]";

/** State and value of an alert; prints nothing once it is inactive. */
export function alertState(alert: string): string {
  return [
    `curl -s ${PROMETHEUS}/api/v1/alerts | \\`,
    `  jq '.data.alerts[] | select(.labels.alertname == "${alert}") | {state, value, labels}'`,
  ].join("\n");
}

/** Keys of the server's health report. */
export function health(filter: string): string {
  return `curl -s ${SERVER}/health | jq '${filter}'`;
}

/** The newest lines of a container's log, those that match an extended pattern if one is given. */
export function containerLogs(container: string, lines: number, pattern?: string): string {
  const logs = `docker logs ${container} --tail=${lines} 2>&1`;
  return pattern === undefined ? logs : `${logs} | grep -iE "${pattern}"`;
}

/** One of Kafka's tools, in the broker's container. */
export function kafka(tool: string, args: string): string {
  return `docker exec dashstream-kafka ${tool} --bootstrap-server localhost:9092 \\\n  ${args}`;
}

/** Dead letters from the beginning, at most so many; `filter` is what jq makes of each. */
export function deadLetters(topic: string, limit: number, filter: string): string {
  return [
    kafka(
      "kafka-console-consumer",
      `--topic ${topic} --from-beginning --max-messages ${limit} --timeout-ms 10000 | \\`,
    ),
    `  jq '${filter}'`,
  ].join("\n");
}

/**
 * Lets the server's group go on elsewhere. Nobody may be in the group, so that this runs in a container of its own: there is
 * no `docker exec` into a server that is stopped.
 */
export function moveGroup(to: string): string {
  return [
    "docker stop dashstream-websocket-server",
    "docker compose run --rm --no-deps dashstream-websocket-server \\",
    `  offsets reset --to ${to} --execute`,
    "docker start dashstream-websocket-server",
  ].join("\n");
}

/** Makes the server's container anew with another value of a variable; `docker restart` keeps the old ones. */
export function withVariable(name: string, value: string): string {
  return `${name}=${value} docker compose up --detach --no-deps --wait dashstream-websocket-server`;
}

/** Where the server's consumer group stands. */
export function groupState(): string {
  return kafka("kafka-consumer-groups", `--group "\${KAFKA_GROUP_ID:-${SERVER_GROUP}}" --describe`);
}
