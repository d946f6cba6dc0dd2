// A report as a run makes it: alerts that are proven, some that are not, companions that are declared, an alert that
// nothing declares, a fault that took nothing, a control without faults, and charts with gaps.

import type {
  AlertChart,
  AlertProof,
  FaultReport,
  OtherAlert,
  ScenarioReport,
  StateSpan,
  VerifyReport,
} from "../../../../sim/verify/report/report.ts";

const INTERVAL_S = 15;
const RUNBOOK = "https://runbooks.example.com/dashstream";

/** Points every 15 s up to `endS`. */
function series(endS: number, valueAt: (atS: number) => number | null): readonly (number | null)[] {
  return times(endS).map(valueAt);
}

function times(endS: number): readonly number[] {
  return Array.from({ length: Math.floor(endS / INTERVAL_S) + 1 }, (_, index) => index * INTERVAL_S);
}

/** `rate(x[5m])` of a counter that rises by `perSecond` while a fault is on. */
function rateOfFault(fromS: number, untilS: number, perSecond: number): (atS: number) => number {
  return (atS) => {
    const overlapS = Math.max(0, Math.min(atS, untilS) - Math.max(atS - 300, fromS));
    return (overlapS / 300) * perSecond * (1 + 0.06 * Math.sin(atS / 37));
  };
}

interface ProofTimes {
  readonly faultAtS: number;
  readonly pendingAtS: number | null;
  readonly firingAtS: number | null;
  readonly resolvedAtS: number | null;
}

function proof(alert: string, scenario: string, severity: string, at: ProofTimes): AlertProof {
  return {
    alert,
    name: alert,
    scenario,
    severity,
    proven: true,
    pending_at_s: at.pendingAtS,
    firing_at_s: at.firingAtS,
    resolved_at_s: at.resolvedAtS,
    detection_s: at.firingAtS === null ? null : at.firingAtS - at.faultAtS,
    unexpected: [],
    labels: at.firingAtS === null ? {} : { alertname: alert, severity, component: "websocket-server" },
    annotations:
      at.firingAtS === null ? {} : { summary: `${alert} in the drill`, runbook_url: `${RUNBOOK}/${alert}` },
    instead: [],
    reasons: [],
  };
}

/** The states that belong to the times of a proof. */
function statesOf({ pending_at_s, firing_at_s, resolved_at_s }: AlertProof): readonly StateSpan[] {
  if (pending_at_s === null) return [];
  const pending: StateSpan = {
    state: "pending",
    from_s: pending_at_s,
    until_s: firing_at_s ?? resolved_at_s,
  };
  return firing_at_s === null
    ? [pending]
    : [pending, { state: "firing", from_s: firing_at_s, until_s: resolved_at_s }];
}

interface ScenarioParts {
  readonly summary: string;
  readonly end_s: number;
  readonly cleared_at_s: number;
  readonly faults?: readonly FaultReport[];
  readonly alerts?: readonly AlertProof[];
  readonly others?: readonly OtherAlert[];
  readonly findings?: readonly string[];
  readonly charts?: readonly AlertChart[];
}

function scenario(name: string, parts: ScenarioParts): ScenarioReport {
  const { faults = [], alerts = [], others = [], findings = [], charts = [] } = parts;
  const ok =
    findings.length === 0 && alerts.every(({ proven }) => proven) && others.every((o) => o.because !== null);
  return { scenario: name, ok, warm_up_s: 360, ...parts, faults, alerts, others, findings, charts };
}

function fault(name: string, params: Record<string, unknown>, fromS: number, untilS: number, hits: number) {
  return { fault: name, params, applied_at_s: fromS, cleared_at_s: untilS, hits };
}

const gaps = proof("SequenceGapsDetected", "sequence-gap", "critical", {
  faultAtS: 360,
  pendingAtS: 390,
  firingAtS: 510,
  resolvedAtS: 1065,
});

const sequenceGap = scenario("sequence-gap", {
  summary: "Producers lose one record in fifty; the missing numbers must be noticed.",
  cleared_at_s: 780,
  end_s: 1260,
  faults: [fault("sequence-gap", { share: 0.02 }, 360, 780, 42)],
  alerts: [gaps],
  charts: [
    {
      alert: "SequenceGapsDetected",
      expr: "sum(rate(dashstream_sequence_gaps_total[5m]))",
      times_s: times(1260),
      series: [{ name: "{}", values: series(1260, rateOfFault(360, 780, 0.1)) }],
      threshold: 0,
      states: statesOf(gaps),
    },
  ],
});

function dlqBroken(name: string, reason: string, because: string): ScenarioReport {
  const broken = proof("WebSocketDlqBroken", name, "critical", {
    faultAtS: 360,
    pendingAtS: 405,
    firingAtS: 465,
    resolvedAtS: 1110,
  });
  return scenario(name, {
    summary: `Dead letters cannot be written: ${reason}.`,
    cleared_at_s: 780,
    end_s: 1260,
    faults: [
      fault("corrupt-payload", { share: 0.1, how: "truncate" }, 360, 780, 212),
      fault(name, { topic: "dashstream-dlq" }, 360, 780, 198),
    ],
    alerts: [{ ...broken, labels: { ...broken.labels, reason } }],
    others: [
      {
        alert: "HighDecodeErrorRate",
        labels: { severity: "high", component: "websocket-server" },
        firing_at_s: 525,
        resolved_at_s: 1050,
        because,
      },
    ],
    charts: [
      {
        alert: "WebSocketDlqBroken",
        expr: "sum by (reason) (rate(websocket_dlq_send_failures_total[5m]))",
        times_s: times(1260),
        series: ["kafka_error", "timeout", "saturated"].map((label) => ({
          name: `{reason="${label}"}`,
          values: series(1260, rateOfFault(360, 780, label === reason ? 0.47 : 0)),
        })),
        threshold: 0,
        states: statesOf(broken),
      },
    ],
  });
}

const decodeErrors = proof("HighDecodeErrorRate", "corrupt-payload", "high", {
  faultAtS: 360,
  pendingAtS: 450,
  firingAtS: 570,
  resolvedAtS: 990,
});
const processingErrors: AlertProof = {
  ...proof("HighMessageProcessingErrorRate", "corrupt-payload", "critical", {
    faultAtS: 360,
    pendingAtS: 435,
    firingAtS: null,
    resolvedAtS: 690,
  }),
  proven: false,
  unexpected: ["KafkaConsumerLagHigh"],
  reasons: [
    "it was pending from 7m15s to 11m30s and never fired: `for` is 5m, and the fault was cleared after 5m30s",
    "KafkaConsumerLagHigh fired at 9m30s, and nothing declares it",
  ],
};
const corruptPayload = scenario("corrupt-payload", {
  summary: "One payload in ten is damaged on its way; decoding must be noticed to fail.",
  cleared_at_s: 690,
  end_s: 1170,
  faults: [fault("corrupt-payload", { share: 0.1, how: "truncate" }, 360, 690, 168)],
  alerts: [
    {
      ...decodeErrors,
      proven: false,
      unexpected: ["KafkaConsumerLagHigh"],
      reasons: ["KafkaConsumerLagHigh fired at 9m30s, and nothing declares it"],
    },
    processingErrors,
  ],
  others: [
    {
      alert: "KafkaConsumerLagHigh",
      labels: { severity: "high", component: "websocket-server", topic: "dashstream-events" },
      firing_at_s: 570,
      resolved_at_s: null,
      because: null,
    },
    {
      alert: "WebSocketDlqHighRate",
      labels: { severity: "high", component: "websocket-server" },
      firing_at_s: 555,
      resolved_at_s: 1020,
      because: "every damaged record becomes a dead letter",
    },
  ],
  charts: [decodeErrors, processingErrors].map((judged, index) => ({
    alert: judged.alert,
    expr: `sum(rate(websocket_${index === 0 ? "decode_errors_total" : 'kafka_messages_total{status="error"}'}[5m])) / clamp_min(sum(rate(websocket_kafka_messages_total[5m])), 1e-9)`,
    times_s: times(1170),
    series: [
      {
        name: "{}",
        values: series(1170, (atS) => (atS < 30 ? null : rateOfFault(360, 690, 0.1)(atS))),
      },
    ],
    threshold: index === 0 ? 0.05 : 0.01,
    states: statesOf(judged),
  })),
});

const serviceDown = proof("ServiceDown", "process-kill", "critical", {
  faultAtS: 360,
  pendingAtS: 375,
  firingAtS: 435,
  resolvedAtS: 675,
});
const lag = proof("KafkaConsumerLagHigh", "process-kill", "high", {
  faultAtS: 360,
  pendingAtS: 675,
  firingAtS: 990,
  resolvedAtS: 1140,
});
const processKill = scenario("process-kill", {
  summary: "The server is killed and comes back five minutes later with a backlog.",
  cleared_at_s: 660,
  end_s: 1260,
  faults: [fault("process-kill", { component: "websocket-server" }, 360, 660, 1)],
  alerts: [serviceDown, lag],
  charts: [
    {
      alert: "ServiceDown",
      expr: 'up{job=~"dashstream-.+"}',
      times_s: times(1260),
      series: ["dashstream-infrastructure", "dashstream-quality", "dashstream-quality-monitor"].map(
        (job, index) => ({
          name: `{job="${job}"}`,
          values: series(1260, (atS) => (index === 0 && atS >= 375 && atS <= 660 ? 0 : 1)),
        }),
      ),
      threshold: 0,
      states: statesOf(serviceDown),
    },
    {
      alert: "KafkaConsumerLagHigh",
      expr: "max(websocket_kafka_consumer_lag)",
      times_s: times(1260),
      series: [
        {
          name: "{}",
          values: series(1260, (atS) => {
            if (atS >= 375 && atS <= 660) return null;
            if (atS < 375) return 3 + (atS % 4);
            return Math.max(4, 24_000 - Math.max(0, atS - 800) * 42);
          }),
        },
      ],
      threshold: 10_000,
      states: statesOf(lag),
    },
  ],
});

const redisLatency: AlertProof = {
  ...proof("WebSocketRedisHighLatency", "redis-latency", "warning", {
    faultAtS: 360,
    pendingAtS: null,
    firingAtS: null,
    resolvedAtS: null,
  }),
  proven: false,
  reasons: ["it was never pending: its expression had no value below 5m, and at most 12.5 of 100 after that"],
};

const redis = scenario("redis-latency", {
  summary: "Redis answers 150 ms late.",
  cleared_at_s: 900,
  end_s: 1380,
  faults: [fault("redis-latency", { delay: "150ms" }, 360, 900, 0)],
  alerts: [redisLatency],
  findings: ["the fault redis-latency took nothing: no command of Redis was delayed in 9m"],
  charts: [
    {
      alert: "WebSocketRedisHighLatency",
      expr: "histogram_quantile(0.95, sum by (le) (rate(dashstream_websocket_redis_latency_ms_bucket[5m])))",
      times_s: times(1380),
      series: [{ name: "{}", values: series(1380, (atS) => (atS < 300 ? null : 12.5)) }],
      threshold: 100,
      states: [],
    },
  ],
});

const healthyHour = scenario("healthy-hour", {
  summary: "An hour of healthy traffic with restarts of producers and clients; nothing may be raised.",
  cleared_at_s: 3960,
  end_s: 4440,
});

const scenarios: readonly ScenarioReport[] = [
  sequenceGap,
  dlqBroken("dlq-topic-down", "kafka_error", "its letters are of records that cannot be decoded"),
  dlqBroken("dlq-hang", "timeout", "its letters are of records that cannot be decoded"),
  corruptPayload,
  processKill,
  redis,
  healthyHour,
];

/** Seven scenarios, two of them failed; eight proofs, three of them not proven. */
export const SAMPLE_REPORT: VerifyReport = {
  version: "1.2.3",
  seed: 7,
  engine: "dashstream",
  ok: false,
  alerts: scenarios.flatMap(({ alerts }) => alerts),
  scenarios,
  findings: ["no scenario proves TenantRateLimitExceeded"],
  run: {
    real_seconds: 41.26,
    virtual_seconds: 12_030,
    workers: 2,
    max_rss_bytes: 401_604_608,
    runtime: "bun 1.4.5",
    platform: "linux x64",
    started_at: "2026-05-01T12:00:00.000Z",
  },
};

const passing = scenarios.filter(({ ok }) => ok);

/** The same without what failed. */
export const PASSING_REPORT: VerifyReport = {
  ...SAMPLE_REPORT,
  ok: true,
  alerts: passing.flatMap(({ alerts }) => alerts),
  scenarios: passing,
  findings: [],
};

const HOSTILE = "<script>alert(1)</script>|`x`\n</details>]]>&\u0007\u2028";

/** A report whose every text tries to leave the place where it is shown. */
export const HOSTILE_REPORT: VerifyReport = {
  ...SAMPLE_REPORT,
  scenarios: [
    {
      ...sequenceGap,
      ok: false,
      scenario: HOSTILE,
      summary: HOSTILE,
      faults: [fault(HOSTILE, { [HOSTILE]: HOSTILE }, 360, 780, 1)],
      alerts: [
        {
          ...gaps,
          alert: HOSTILE,
          scenario: HOSTILE,
          proven: false,
          reasons: [HOSTILE],
          annotations: { [HOSTILE]: HOSTILE },
          labels: { [HOSTILE]: HOSTILE },
        },
      ],
      others: [
        { alert: HOSTILE, labels: { a: HOSTILE }, firing_at_s: 400, resolved_at_s: null, because: HOSTILE },
      ],
      findings: [HOSTILE],
      charts: sequenceGap.charts.map((chart) => ({
        ...chart,
        alert: HOSTILE,
        expr: HOSTILE,
        series: chart.series.map(({ values }) => ({ name: HOSTILE, values })),
      })),
    },
  ],
  alerts: [{ ...gaps, alert: HOSTILE, scenario: HOSTILE, proven: false, reasons: [HOSTILE] }],
  findings: [HOSTILE],
};
