// An alert that always fires. Where it is not heard of, the alerts themselves are broken: a dead man's switch.

import type { AlertDefinition } from "../alert.ts";
import { alertState, containerLogs, PROMETHEUS } from "../commands.ts";
import { constant, forMinutes } from "../quantity.ts";
import { SITE_COMPONENTS } from "../site.ts";
import { expr, text } from "../template.ts";

export const WATCHDOG: AlertDefinition = {
  name: "Watchdog",
  group: "dashstream-services",
  severity: "none",
  priority: null,
  for: forMinutes(0),
  signals: [
    {
      component: "prometheus",
      exportedBy: SITE_COMPONENTS,
      expr: expr`vector(${constant(1)})`,
      summary: text`Alerting works`,
      description: text`Always firing. Whoever receives it regularly should raise the alarm when it stops coming: then Prometheus,
        Alertmanager or the way from there is broken.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "This alert always fires. It is the pulse of the alerting itself: as long as its receiver hears it regularly, Prometheus evaluates rules, Alertmanager routes, and notifications arrive.",
    investigation: [
      {
        say: "When its receiver does not hear it: whether Prometheus is alive and evaluates.",
        run: [`curl -s ${PROMETHEUS}/-/healthy`, alertState("Watchdog")].join("\n"),
      },
      {
        say: "Whether Prometheus has an Alertmanager.",
        run: `curl -s ${PROMETHEUS}/api/v1/alertmanagers | jq '.data'`,
      },
      {
        say: "Whether Alertmanager has the alert, and whom it tells.",
        run: "curl -s http://localhost:9093/api/v2/alerts | jq '.[] | select(.labels.alertname == \"Watchdog\") | {status, receivers}'",
      },
      { say: "What Alertmanager says.", run: containerLogs("dashstream-alertmanager", 100) },
    ],
    causes: [
      "Prometheus or Alertmanager is down.",
      "The receiver's address is wrong.",
      "Somebody silenced everything.",
    ],
    remediation: [
      { say: "Restart what is down.", run: "docker restart dashstream-prometheus dashstream-alertmanager" },
      {
        say: "A damaged write-ahead log keeps Prometheus from starting. Removing it loses the last two hours at most.",
        run: "docker stop dashstream-prometheus\ndocker run --rm -v dashstream-prometheus-data:/prometheus busybox sh -c 'rm -rf /prometheus/wal/*'\ndocker start dashstream-prometheus",
      },
    ],
    verification: [{ say: "It fires.", run: alertState("Watchdog") }],
    escalateAfter: "when it stops",
    escalation: "When it stops, everything else is blind: the engineer on call.",
  },
  scenarios: ["deploys", "healthy"],
};
