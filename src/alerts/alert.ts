// What an alert is: its rules, how urgent it is, what mutes it, what an operator does about it, and which scenarios prove
// it. Everything else (rule files, routes, runbook pages) is made from this.

import type { Quantity } from "./quantity.ts";
import type { SiteComponent } from "./site.ts";
import type { Template } from "./template.ts";

/** Groups of the rule file, in its order. */
export const GROUPS = [
  "dashstream-services",
  "dashstream-records",
  "dashstream-sequence",
  "dashstream-dead-letters",
  "dashstream-clients",
  "dashstream-kafka",
  "dashstream-redis",
  "dashstream-tenants",
] as const;

export type GroupName = (typeof GROUPS)[number];

export type Severity = "critical" | "high" | "medium" | "warning" | "none";

/**
 * How fast somebody must act: P0 at once, P1 within 15 minutes, P2 within an hour. It follows the severity (critical P0,
 * high P1, medium and warning P2) except where an alert says why not.
 */
export type Priority = "P0" | "P1" | "P2";

/**
 * Label `component` of alerts: where the cause is to be looked for. `stream` is what many see: the records between
 * producers and consumers, and programs built with the library.
 */
export type AlertComponent =
  | "websocket-server"
  | "prometheus-exporter"
  | "quality-monitor"
  | "kafka"
  | "redis"
  | "stream"
  | "prometheus";

/** Values of `component` of ServiceDown that may explain other alerts. */
export type Cause = Extract<AlertComponent, "websocket-server" | "kafka" | "redis">;

/** One rule. An alert has several where one label must tell causes apart: a static label is the same for a whole rule. */
export interface Signal {
  /** Static label; `null` if the expression sets it. */
  readonly component: AlertComponent | null;
  /** The rule is left out at a site that runs none of these. */
  readonly exportedBy: readonly SiteComponent[];
  /** Whether it is left out at a site without Redis. */
  readonly needsRedis?: true;
  readonly expr: Template;
  /** One line without figures, so that it stays the same while the alert fires. */
  readonly summary: Template;
  /** What is happening, with figures, and what it means for users. */
  readonly description: Template;
}

/** An alert of the same signal that need not be told of while this one fires. */
export interface LowerTier {
  readonly alert: string;
  /** Labels that both must have alike; none for alerts about the whole site. */
  readonly equal: readonly string[];
}

/** Something to do, and what to type for it. */
export interface Step {
  readonly say: string;
  /** Lines for a shell. */
  readonly run?: string;
}

/** What an operator needs at night, in the order of need. */
export interface Runbook {
  /** What is going on, and who notices it. */
  readonly meaning: string;
  readonly investigation: readonly Step[];
  readonly causes: readonly string[];
  readonly remediation: readonly Step[];
  readonly verification: readonly Step[];
  /** For the matrix: after how long it is handed on, in a few words. */
  readonly escalateAfter: string;
  /** To whom, and with what. */
  readonly escalation: string;
  /** What a reader of the alert might misunderstand. */
  readonly notes?: readonly string[];
}

export interface AlertDefinition {
  readonly name: string;
  readonly group: GroupName;
  readonly severity: Severity;
  /** `null`: no person is asked to act. */
  readonly priority: Priority | null;
  /** Why the priority is another than that of its severity. */
  readonly priorityReason?: string;
  readonly for: Quantity;
  readonly signals: readonly Signal[];
  /** Uid of the dashboard that shows its series. */
  readonly dashboard: "dashflow-streaming" | "dashstream-quality";
  readonly mutes: readonly LowerTier[];
  /** Values of `component` under which ServiceDown explains it, so that it need not be told of. */
  readonly explainedBy: readonly Cause[];
  readonly runbook: Runbook;
  /** Names of the scenarios that prove it. */
  readonly scenarios: readonly string[];
}

/** The name of an alert in kebab case: that of its file, and of its page without `.md`. */
export function alertSlug(name: string): string {
  return name
    .replace("WebSocket", "Websocket")
    .replace("DashStream", "Dashstream")
    .replace("E2E", "E2e")
    .replace(/([a-z0-9])([A-Z])/g, "$1-$2")
    .replace(/([A-Z])([A-Z][a-z])/g, "$1-$2")
    .toLowerCase();
}
