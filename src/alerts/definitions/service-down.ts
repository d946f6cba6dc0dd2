// A service cannot be scraped, has vanished from the targets, or says that what it depends on is gone. One rule for each
// cause, because a static label holds for a whole rule, and `component` must tell Alertmanager the causes apart.

import type { AlertDefinition, Signal } from "../alert.ts";
import { alertState, COMPOSE, containerLogs, PROMETHEUS, query } from "../commands.ts";
import { constant, forMinutes } from "../quantity.ts";
import { JOBS, SERVICES } from "../site.ts";
import { expr, text } from "../template.ts";

const DOWN = constant(0);

/** What `component` can be in this stack. */
const COMPONENTS: readonly string[] = [...SERVICES, "kafka", "redis"];

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
      "The label `component` says what is gone: a service that does not answer scrapes or has vanished from the targets of Prometheus, Kafka, or Redis. The container of each in this stack is called `dashstream-` and the component, such as `dashstream-kafka`. Prometheus cannot tell of its own end: that is what Watchdog is for.",
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
      {
        say: "Whether the containers run: `Up ... (healthy)`, or `Up` where there is no health check (`dashstream-sim`, `dashstream-sim-chaos`), does its work, `Restarting` and `Exited` have ended; one that is not listed was removed. All but `dashstream-topics`, which makes the topics and ends, should be up.",
        run: `${COMPOSE} ps --all`,
      },
      {
        say: "What those said last that can be `component`, and Prometheus. The end of the log has why it ended; without `--tail` it is all there.",
        run: [...COMPONENTS, "prometheus"].map((name) => containerLogs(`dashstream-${name}`, 100)).join("\n"),
      },
      {
        say: "Whether the machine has room: a full disk or no memory ends everything by and by.",
        run: "df -h .\ndocker stats --no-stream",
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
        say: "`websocket-server`. `docker restart` starts what has ended, too. It goes on where it stopped, and so do its clients, which come back by themselves.",
        run: "docker restart dashstream-websocket-server",
      },
      {
        say: "`prometheus-exporter`. It goes on where it stopped; its counters begin at 0.",
        run: "docker restart dashstream-prometheus-exporter",
      },
      {
        say: "`quality-monitor`. It goes on where it stopped; its counters begin at 0.",
        run: "docker restart dashstream-quality-monitor",
      },
      {
        say: "`redis`. It keeps its data; the server finds it by itself.",
        run: "docker restart dashstream-redis",
      },
      {
        say: "`kafka`. It takes half a minute or so; services find it by themselves, and read on where they stopped.",
        run: "docker restart dashstream-kafka",
      },
      {
        say: "A container that is not listed at all is made anew, with the name that `component` has. If the stack was started with further files or variables (`--env-file`, `-f`), give the same.",
        run: `${COMPOSE} up --detach --no-deps dashstream-websocket-server`,
      },
      {
        say: "If everything is down. Kafka comes first, and each service tries until it is there.",
        run: `${COMPOSE} restart`,
      },
      {
        say: "If it does not start: who has its port.",
        run: "lsof -i :3002  # websocket-server\nlsof -i :9190  # prometheus-exporter\nlsof -i :3003  # quality-monitor\nlsof -i :9092  # Kafka\nlsof -i :6379  # Redis\nlsof -i :9090  # Prometheus",
      },
    ],
    verification: [
      { say: "`websocket-server` answers and reads.", run: "dashstream healthcheck --ready" },
      {
        say: "`prometheus-exporter` and `quality-monitor` say `true` each, or why not.",
        run: "curl -s http://localhost:9190/readyz | jq -c .\ncurl -s http://localhost:3003/readyz | jq -c .",
      },
      {
        say: "`kafka` names itself, and has the topics.",
        run: [
          "docker exec dashstream-kafka kafka-broker-api-versions --bootstrap-server localhost:9092 | head -1",
          "docker exec dashstream-kafka kafka-topics --bootstrap-server localhost:9092 --list",
        ].join("\n"),
      },
      { say: "`redis` says PONG.", run: "docker exec dashstream-redis redis-cli -e ping" },
      {
        say: "All of them are `Up` and `(healthy)`, also what nobody scrapes. Only `Up` are `dashstream-sim` and `dashstream-sim-chaos`, which have no health check, and only `dashstream-topics` is `Exited`.",
        run: `${COMPOSE} ps --all`,
      },
      {
        say: "Prometheus reaches them, too: an `up` of 1 each. It asks every 15 s.",
        run: query("up", ".data.result[] | {job: .metric.job, up: .value[1]}"),
      },
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
