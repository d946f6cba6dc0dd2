// A service cannot be scraped, has vanished from the targets, or says that what it depends on is gone. One rule for each
// cause, because a static label holds for a whole rule, and `component` must tell Alertmanager the causes apart.

import type { AlertDefinition, Signal } from "../alert.ts";
import { constant, forMinutes } from "../quantity.ts";
import { JOBS } from "../site.ts";
import { expr, text } from "../template.ts";

const DOWN = constant(0);

/**
 * A scrape that fails gives `up` 0, also while the target is known; a target that vanished from discovery gives no `up` at
 * all, so that only `absent` notices. That series has no label `instance`.
 */
const SERVICES: readonly Signal[] = JOBS.map(({ component, job }) => ({
  component,
  exportedBy: [component],
  expr: expr`up{job="${job}"} == ${DOWN} or absent(up{job="${job}"})`,
  summary: text`${component} is down`,
  description: text`{{ if $labels.instance }}{{ $labels.instance }} of job ${job} does not answer scrapes.{{ else }}Prometheus
    knows no target of job ${job}.{{ end }}`,
}));

/**
 * Other jobs named like ours, such as programs that use the library. Their component is the rest of the name of the job;
 * that a target of theirs vanishes cannot be noticed, because nobody said which there should be.
 */
const OTHER_SERVICES: Signal = {
  component: null,
  exportedBy: ["websocket-server", "prometheus-exporter", "quality-monitor", "stream"],
  expr: expr`label_replace(up{job=~"dashstream-.+", job!~"${JOBS.map(({ job }) => job).join("|")}"} == ${DOWN},
    "component", "$1", "job", "dashstream-(.+)")`,
  summary: text`{{ $labels.component }} is down`,
  description: text`{{ $labels.instance }} of job {{ $labels.job }} does not answer scrapes.`,
};

/** One alert for a dependency, however many see that it is gone. */
const KAFKA: Signal = {
  component: "kafka",
  exportedBy: ["websocket-server", "prometheus-exporter", "quality-monitor"],
  expr: expr`min by (dependency) (dashstream_dependency_up{dependency="kafka"}) == ${DOWN}`,
  summary: text`Kafka is down`,
  description: text`Kafka cannot be reached, and nothing is read until it is back. Seen
    by:{{ range query "dashstream_dependency_up{dependency='kafka'} == 0" }} {{ .Labels.instance }}{{ end }}.`,
};

const REDIS: Signal = {
  component: "redis",
  exportedBy: ["websocket-server"],
  needsRedis: true,
  expr: expr`min by (dependency) (dashstream_dependency_up{dependency="redis"}) == ${DOWN}`,
  summary: text`Redis is down`,
  description: text`Redis cannot be reached: replays are served from memory and Kafka, and each process limits tenants by itself.
    Seen by:{{ range query "dashstream_dependency_up{dependency='redis'} == 0" }} {{ .Labels.instance }}{{ end }}.`,
};

export const SERVICE_DOWN: AlertDefinition = {
  name: "ServiceDown",
  group: "dashstream-services",
  severity: "critical",
  priority: "P0",
  for: forMinutes(1),
  signals: [...SERVICES, OTHER_SERVICES, KAFKA, REDIS],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["service-killed", "target-vanished", "broker-outage", "redis-down"],
};
