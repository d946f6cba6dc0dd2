// A service cannot be scraped, has vanished from the targets, or says that what it depends on is gone. One rule for each
// cause, because a static label holds for a whole rule, and `component` must tell Alertmanager the causes apart.

import type { AlertDefinition, Signal } from "../alert.ts";
import { alertState, containerLogs, PROMETHEUS, query } from "../commands.ts";
import { constant, forMinutes } from "../quantity.ts";
import { JOBS, SERVICES } from "../site.ts";
import { expr, text } from "../template.ts";

const DOWN = constant(0);

/**
 * A scrape that fails gives `up` 0, also while the target is known; a target that vanished from discovery gives no `up` at
 * all, so that only `absent` notices. That series has no label `instance`.
 */
const OUR_SERVICES: readonly Signal[] = SERVICES.map((component) => ({
  component,
  exportedBy: [component],
  expr: expr`up{job="${JOBS[component]}"} == ${DOWN} or absent(up{job="${JOBS[component]}"})`,
  summary: text`${component} is down`,
  description: text`{{ if $labels.instance }}{{ $labels.instance }} of job ${JOBS[component]} does not answer scrapes.{{ else }}Prometheus
    knows no target of job ${JOBS[component]}.{{ end }}`,
}));

/**
 * Other jobs named like ours, such as programs that use the library. Their component is the rest of the name of the job;
 * that a target of theirs vanishes cannot be noticed, because nobody said which there should be.
 */
const OTHER_SERVICES: Signal = {
  component: null,
  exportedBy: [...SERVICES, "stream"],
  expr: expr`label_replace(up{job=~"dashstream-.+", job!~"${Object.values(JOBS).join("|")}"} == ${DOWN},
    "component", "$1", "job", "dashstream-(.+)")`,
  summary: text`{{ $labels.component }} is down`,
  description: text`{{ $labels.instance }} of job {{ $labels.job }} does not answer scrapes.`,
};

/** One alert for a dependency, however many see that it is gone. */
const KAFKA: Signal = {
  component: "kafka",
  exportedBy: SERVICES,
  expr: expr`min by (dependency) (dashstream_dependency_up{dependency="kafka"}) == ${DOWN}`,
  summary: text`Kafka is down`,
  description: text`Kafka cannot be reached, and nothing is read until it is back. Seen
    by:{{ range query "dashstream_dependency_up{dependency='kafka'} == 0" | sortByLabel "instance" }} {{ .Labels.instance }}{{ end }}.`,
};

const REDIS: Signal = {
  component: "redis",
  exportedBy: ["websocket-server"],
  needsRedis: true,
  expr: expr`min by (dependency) (dashstream_dependency_up{dependency="redis"}) == ${DOWN}`,
  summary: text`Redis is down`,
  description: text`Redis cannot be reached: replays are served from memory and Kafka, and each process limits tenants by itself.
    Seen by:{{ range query "dashstream_dependency_up{dependency='redis'} == 0" | sortByLabel "instance" }} {{ .Labels.instance }}{{ end }}.`,
};

export const SERVICE_DOWN: AlertDefinition = {
  name: "ServiceDown",
  group: "dashstream-services",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [...OUR_SERVICES, OTHER_SERVICES, KAFKA, REDIS],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  runbook: {
    meaning:
      "The label `component` says what is gone: a service that does not answer scrapes or has vanished from the targets of Prometheus, Kafka, or Redis. Prometheus cannot tell of its own end: that is what Watchdog is for.",
    investigation: [
      {
        say: "Which targets are down, and why.",
        run: [
          `curl -s ${PROMETHEUS}/api/v1/targets | \\`,
          "  jq '.data.activeTargets[] | select(.health != \"up\") | {job: .labels.job, lastError}'",
        ].join("\n"),
      },
      {
        say: "Which targets there are at all: one that vanished is not in the list above.",
        run: query("up", ".data.result[] | {job: .metric.job, instance: .metric.instance, up: .value[1]}"),
      },
      {
        say: "Who cannot reach what.",
        run: query(
          "dashstream_dependency_up == 0",
          ".data.result[] | {instance: .metric.instance, dependency: .metric.dependency}",
        ),
      },
      { say: "Whether the containers run.", run: "docker-compose -f docker-compose.dashstream.yml ps" },
      {
        say: "What the service said last.",
        run: [
          containerLogs("dashstream-websocket-server", 100),
          containerLogs("dashstream-prometheus", 100),
          containerLogs("dashstream-kafka", 100),
        ].join("\n"),
      },
    ],
    causes: [
      "The process has crashed, or is restarting in a loop.",
      "The machine or container is out of memory or disk.",
      "The port is taken by something else.",
      "The target was removed from the configuration of Prometheus, or renamed.",
      "Kafka or Redis is down, or cannot be reached from this service only.",
    ],
    remediation: [
      {
        say: "Restart the service that `component` names.",
        run: "docker restart dashstream-websocket-server",
      },
      { say: "If everything is down.", run: "docker-compose -f docker-compose.dashstream.yml restart" },
      {
        say: "If it does not start: who has its port.",
        run: "lsof -i :3002  # websocket-server\nlsof -i :9190  # prometheus-exporter\nlsof -i :3003  # quality-monitor\nlsof -i :9092  # Kafka\nlsof -i :9090  # Prometheus",
      },
    ],
    verification: [
      { say: "It answers and reads.", run: "dashstream healthcheck --ready" },
      { say: "The state of the alert.", run: alertState("ServiceDown") },
    ],
    escalateAfter: "after 3 restart attempts",
    escalation: "If it does not start after three attempts, the developers, with its log.",
    notes: [
      "Each cause is an alert of its own with its own `component`. Alertmanager mutes what that cause explains, and nothing else: under `kafka` the errors of talking to Kafka and the lag, under `redis` the alerts of Redis, under `websocket-server` its own rates and lags; never an alert about dead letters.",
    ],
  },
  scenarios: [
    "broker-outage",
    "exporter-killed",
    "exporter-vanished",
    "quality-monitor-killed",
    "quality-monitor-vanished",
    "redis-down",
    "service-killed",
    "target-vanished",
  ],
};
