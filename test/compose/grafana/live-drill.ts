// Breaks everything that panels are about, one thing after the other. Each goes on until Prometheus has seen what it does, or
// for so long that it should have; what it has not seen then is told by the tests of the panels.

import type { ControlAction } from "../../../sim/broker/control.ts";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import type { Stream } from "../../../src/client/index.ts";
import { TOPIC } from "../../quality/service-rig.ts";
import { eventually } from "../../support/eventually.ts";
import {
  bursts,
  follow,
  limitTenant,
  refusedHandshake,
  replayAll,
  replayWhatIsGone,
} from "./live-clients.ts";
import { PROGRAM_TOPIC } from "./live-program.ts";
import type { LiveSite } from "./live-site.ts";
import { appendOddRecords, appendRestart } from "./odd-records.ts";

type Applied = readonly [name: string, params?: Readonly<Record<string, unknown>>];

interface Phase {
  readonly faults?: readonly Applied[];
  /** What else goes on, until this is removed. */
  readonly also?: (site: LiveSite) => { remove(): void };
  /** Done before each look; streams are closed after it. */
  readonly again?: (site: LiveSite) => readonly Stream[] | Promise<void>;
  /** Expressions that must give something. */
  readonly until: readonly string[];
}

/** Longer than alerts need here to fire. */
const MOST_LOOKS = 40;

const rises = (series: string) => `sum(rate(${series}[4s])) > 0`;
const isAbove0 = (series: string) => `sum(${series}) > 0`;
const fires = (alert: string) => `ALERTS{alertname="${alert}", alertstate="firing"}`;

/** In force from their beginning to the end of all phases. */
const LASTING: readonly Applied[] = [
  ["corrupt-payload", { share: 0.1 }],
  ["sequence-gap", { share: 0.05 }],
  ["duplicate"],
  ["reorder"],
  ["schema-mismatch", { share: 0.02 }],
  ["null-value"],
  ["clock-skew"],
  ["oversized"],
  ["tenant-flood", { tenant: "flood", rate: 60 }],
  ["malformed-control", { every_ms: 50 }],
  ["reconnect-storm", { every_ms: 500 }],
];

const PHASES: readonly Phase[] = [
  {
    faults: [["client-flood"]],
    again: refusedHandshake,
    until: ["websocket_rejected_connections_total", "websocket_refused_handshakes_total"].map(rises),
  },
  {
    again: async ({ broker }) => {
      appendOddRecords(broker, TOPIC);
      appendRestart(broker, TOPIC);
    },
    until: [
      "websocket_kafka_payload_missing_total",
      "websocket_undeliverable_records_total",
      "websocket_resume_invalid_entries_total",
      "websocket_control_oversized_total",
      "dashstream_sequence_restarts_total",
      "dashstream_rate_limit_exceeded_total",
      "dashstream_exporter_messages_wrong_scope_total",
      "dashstream_exporter_messages_missing_header_total",
      "dashstream_quality_monitor_low_quality_evaluations_total",
      "dashstream_quality_monitor_low_quality_alerts_total",
      'dashstream_quality_monitor_queries_failed_total{category="Simple"}',
      'dashstream_quality_monitor_queries_failed_total{category="Unknown"}',
    ].map(rises),
  },
  {
    again: replayWhatIsGone,
    until: [
      "replay_buffer_redis_hits_total",
      "replay_buffer_kafka_hits_total",
      "replay_buffer_kafka_misses_total",
      "replay_buffer_page_cache_hits_total",
      "websocket_replay_gaps_total",
    ].map(rises),
  },
  {
    faults: [
      ["dlq-topic-down", { topic: "server" }],
      ["dlq-topic-down", { topic: "library" }],
    ],
    until: [
      rises("dashstream_dlq_send_failures_total"),
      isAbove0("websocket_dlq_waiting_partitions"),
      fires("WebSocketDlqBroken"),
    ],
  },
  {
    faults: [
      ["dlq-saturated", { topic: "server" }],
      ["dlq-saturated", { topic: "library" }],
    ],
    until: [rises("dashstream_dlq_dropped_total"), isAbove0("dashstream_dlq_in_flight")],
  },
  {
    also: ({ collector }) => {
      collector.answer(503);
      return { remove: () => collector.answer(200) };
    },
    until: ['dashstream_spans_dropped_total{reason="export_failed"}'].map(rises),
  },
  {
    faults: [["redis-latency", { delay_ms: 1000 }]],
    until: [rises("replay_buffer_redis_write_dropped_total")],
  },
  {
    faults: [["redis-down"]],
    again: replayAll,
    until: [
      "replay_buffer_redis_write_failures_total",
      "replay_buffer_redis_misses_total",
      "dashstream_websocket_redis_errors_total",
      "dashstream_rate_limiter_redis_errors_total",
    ].map(rises),
  },
  {
    faults: [["fetch-throttle", { every_ms: 3000 }]],
    also: ({ broker }) => broker.control("Produce", refusal, { topic: PROGRAM_TOPIC }),
    until: [rises("dashstream_send_failures_total"), isAbove0("dashstream_exporter_kafka_consumer_lag")],
  },
  {
    also: ({ broker }) => broker.control("OffsetCommit", refusal),
    until: [rises("dashstream_exporter_offset_store_errors_total")],
  },
  {
    faults: [["broker-outage"]],
    again: replayAll,
    until: [
      ...[
        "dashstream_fetch_failures_total",
        "dashstream_exporter_kafka_consumer_errors_total",
        "websocket_kafka_lag_poll_failures_total",
        "replay_buffer_kafka_failures_total",
      ].map(rises),
      fires("KafkaInfraErrorsCritical"),
    ],
  },
];

function refusal(): ControlAction {
  return { kind: "error", error: "NOT_ENOUGH_REPLICAS" };
}

/** Resolves when all of it is over. */
export async function breakEverything(site: LiveSite): Promise<void> {
  await startWithOldRecords(site);
  const follower = follow(site, "latest");
  await loseClients(site);
  const lasting = await applyAll(site, LASTING);
  for (const phase of PHASES) await play(site, phase);
  await seen(site, { until: [fires("SequenceGapsDetected")] });
  for (const fault of lasting) await fault.clear();
  follower.close();
}

/** Servers that start while Kafka is away are scraped before they read; what lies there takes them several fetches. */
async function startWithOldRecords(site: LiveSite): Promise<void> {
  await site.prometheus.scrapes(2);
  await site.broker.up();
  await play(site, {
    faults: [["fetch-throttle", { every_ms: 1200 }]],
    until: [
      rises("websocket_old_data_decode_errors_total"),
      isAbove0("websocket_kafka_catchup_phase"),
      isAbove0("websocket_kafka_paused_partitions"),
    ],
  });
  await eventually(() => site.server.appliance.ready);
  await site.startTraffic();
  await limitTenant(site, "flood", 20);
}

/** Clients that read nothing are given up once the network has taken what it can. */
async function loseClients(site: LiveSite): Promise<void> {
  await play(site, {
    faults: [["slow-client", { clients: 2 }]],
    again: bursts(site),
    until: ["websocket_dropped_messages_total", "websocket_slow_client_disconnects_total"].map(rises),
  });
}

async function play(site: LiveSite, phase: Phase): Promise<void> {
  const running = await applyAll(site, phase.faults ?? []);
  const other = phase.also?.(site);
  await seen(site, phase);
  other?.remove();
  for (const fault of running) await fault.clear();
}

async function seen(site: LiveSite, { until, again }: Phase): Promise<void> {
  const missing = new Set(until);
  for (let looks = 0; missing.size > 0 && looks < MOST_LOOKS; looks++) {
    const streams = await again?.(site);
    await site.prometheus.scrapes(1);
    for (const expr of missing) {
      if ((await site.prometheus.query(expr)).length > 0) missing.delete(expr);
    }
    for (const stream of streams ?? []) stream.close();
  }
}

function applyAll(site: LiveSite, faults: readonly Applied[]): Promise<readonly RunningFault[]> {
  return Promise.all(faults.map(([name, params]) => site.apply(name, params)));
}
