// What fires, since when, and whether alerting itself works. Where nothing fires these say 0; where Prometheus evaluates no
// rules they say nothing, because all of them count from the alert that always fires.

import { expr } from "../../../../src/alerts/template.ts";
import type { NamedValue, Step } from "../dashboard.ts";
import { name } from "../expressions.ts";
import type { Section, UnplacedPanel } from "../layout.ts";

const STATES: readonly NamedValue[] = [
  { value: 1, text: "pending", color: "yellow" },
  { value: 2, text: "firing", color: "red" },
];
export const UP: readonly NamedValue[] = [
  { value: 0, text: "down", color: "red" },
  { value: 1, text: "up", color: "green" },
];

interface Tier {
  readonly id: number;
  readonly severity: "critical" | "high" | "medium" | "warning";
  readonly color: Step["color"];
  readonly act: string;
}

const TIERS: readonly Tier[] = [
  { id: 1, severity: "critical", color: "red", act: "act at once, in the order of the list below." },
  {
    id: 2,
    severity: "high",
    color: "orange",
    act: "look within 15 minutes; the list below leads to the pages.",
  },
  { id: 3, severity: "medium", color: "yellow", act: "look within the hour; nothing is lost yet." },
  {
    id: 4,
    severity: "warning",
    color: "yellow",
    act: "look within the hour: these are early signs of the tiers above.",
  },
];

function firingCount({ id, severity, color, act }: Tier): UnplacedPanel {
  return {
    id,
    title: `Firing: ${severity}`,
    kind: "stat",
    unit: "short",
    w: 3,
    steps: [
      { from: 0, color: "green" },
      { from: 1, color },
    ],
    shows: `Alerts of severity ${severity} that fire now. No data: Prometheus evaluates no rules.`,
    act,
    queries: [
      {
        legend: severity,
        expr: expr`count(ALERTS{alertstate="firing", severity=~"${name(severity)}|none"})
          - count(ALERTS{alertstate="firing", severity="none"})`,
      },
    ],
  };
}

export const NOW: Section = {
  id: 1001,
  title: "Now",
  height: 4,
  panels: [
    ...TIERS.map(firingCount),
    {
      id: 5,
      title: "Dead man's switch",
      kind: "stat",
      w: 4,
      values: [{ value: 1, text: "alerting works", color: "green" }],
      steps: [{ from: 0, color: "red" }],
      shows:
        "The alert that always fires. No data: rules are not evaluated, and nobody will be told of anything.",
      act: "look at Prometheus (`/rules`, its log), then at the way to Alertmanager and from there to people.",
      alerts: ["Watchdog"],
      queries: [{ legend: "Watchdog", expr: expr`max(ALERTS{alertname="Watchdog", alertstate="firing"})` }],
    },
    {
      id: 6,
      title: "Targets up",
      kind: "stat",
      unit: "percentunit",
      w: 4,
      steps: [
        { from: 0, color: "red" },
        { from: 1, color: "green" },
      ],
      shows:
        "Share of the targets of each job that answer scrapes. A job that is not shown has no target at all.",
      act: "panel 10 says which target and since when; look whether it runs, then at the way to it.",
      alerts: ["ServiceDown"],
      queries: [{ legend: "{{job}}", expr: expr`avg by (job) (up{job=~"$job"})` }],
    },
    {
      id: 7,
      title: "Dependencies",
      kind: "stat",
      w: 4,
      values: UP,
      shows: "Whether Kafka and Redis answer all who use them.",
      act: "Kafka down: nothing is read until it is back, nothing is lost. Redis down: replays and limits go on without it.",
      alerts: ["ServiceDown"],
      queries: [
        {
          legend: "{{dependency}}",
          expr: expr`min by (dependency) (dashstream_dependency_up{job=~"$job"})`,
        },
      ],
    },
  ],
};

export const HISTORY: Section = {
  id: 1002,
  title: "Alerts over time",
  height: 9,
  panels: [
    {
      id: 8,
      title: "Alerts: pending and firing",
      kind: "state-timeline",
      w: 24,
      values: STATES,
      shows:
        "Each alert while it is pending or firing, by component. In a drill: pending, firing and resolved, with their times.",
      act: "begin with the one that came first; those that came soon after it are often its consequences.",
      queries: [
        {
          legend: "{{alertname}} {{component}}",
          expr: expr`max by (alertname, component)
            (2 * ALERTS{alertstate="firing", severity!="none"} or ALERTS{alertstate="pending"})`,
        },
      ],
    },
    {
      id: 9,
      title: "Firing alerts by component",
      kind: "timeseries",
      unit: "short",
      w: 12,
      shows:
        "How many alerts fire, by where their cause is to be looked for. The one of prometheus is the dead man's switch.",
      act: "the component with most of them is where to begin; stream means records between producers and consumers.",
      queries: [{ legend: "{{component}}", expr: expr`count by (component) (ALERTS{alertstate="firing"})` }],
    },
    {
      id: 10,
      title: "Targets over time",
      kind: "state-timeline",
      w: 12,
      values: UP,
      shows:
        "Each target that Prometheus scrapes. A line that ends is a target that vanished from discovery.",
      act: "down: look whether it runs. Ended: look at the file of its targets, Prometheus does not miss what it does not know.",
      alerts: ["ServiceDown"],
      queries: [{ legend: "{{job}} {{instance}}", expr: expr`up{job=~"$job"}` }],
    },
    {
      id: 11,
      title: "Active for",
      kind: "table",
      unit: "s",
      w: 24,
      shows: "Alerts that are pending or firing, and for how many seconds their expression has held.",
      act: "open the runbook's page of the name of each, critical ones first.",
      queries: [
        {
          legend: "{{alertname}} {{component}}",
          expr: expr`sort_desc(time() - max by (alertname, severity, component) (ALERTS_FOR_STATE))`,
        },
      ],
    },
  ],
};
