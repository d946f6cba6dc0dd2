// Guide: the commands that fit every alert.

import { COMPOSE, JAEGER, PROMETHEUS, SERVER } from "../commands.ts";
import { blocks, steps } from "./markdown.ts";

/** The page, as Markdown. */
export function quickReferenceGuide(): string {
  return blocks(
    "# Quick reference",
    steps([
      {
        say: "All alerts and their states.",
        run: `curl -s ${PROMETHEUS}/api/v1/alerts | jq '.data.alerts[] | {alert: .labels.alertname, component: .labels.component, state}'`,
      },
      {
        say: "Whether everything is well.",
        run: [
          `curl -s ${SERVER}/health | jq .`,
          `curl -s ${SERVER}/readyz`,
          `curl -s ${PROMETHEUS}/-/healthy`,
          `curl -s ${JAEGER}/api/services | jq '.data | length'`,
        ].join("\n"),
      },
      { say: "Restart everything.", run: `${COMPOSE} restart` },
      {
        say: "The newest log lines of everything; `-f` instead of `--tail` follows them.",
        run: `${COMPOSE} logs --tail=100`,
      },
      {
        say: "A damaged write-ahead log keeps Prometheus from starting. Clearing it loses the last two hours at most.",
        run: [
          "docker stop dashstream-prometheus",
          "docker run --rm -v dashstream-prometheus-data:/prometheus busybox sh -c 'rm -rf /prometheus/wal/*'",
          "docker start dashstream-prometheus",
        ].join("\n"),
      },
    ]),
    "[All alerts](README.md)",
  );
}
