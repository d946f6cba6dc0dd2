// Whether people were told of alerts: what Alertmanager sent, held against when each fired and resolved. An alert of which
// nobody is told is as good as none, unless another one speaks for it.

import type { AlertProof } from "../verify/report/report.ts";
import type { MutedAlert } from "./alertmanager-api.ts";
import type { Notification } from "./notifications.ts";

/** When people were told of an alert, in seconds since the start of the scenario. */
export interface Told {
  readonly notified_at_s: number | null;
  readonly resolved_notified_at_s: number | null;
  readonly receivers: readonly string[];
  /** Alerts that muted it for some time, so that nobody need be told. */
  readonly muted_by: readonly string[];
}

export interface Messages {
  /** When the scenario began; what came before is of others. */
  readonly startMs: number;
  readonly notifications: readonly Notification[];
  /** All that were muted at some time. */
  readonly muted: readonly MutedAlert[];
}

/** When people were told of an alert. */
export function toldOf({ alert, labels }: AlertProof, { startMs, notifications, muted }: Messages): Told {
  const own = notifications.filter(
    (notification) =>
      notification.alert === alert && notification.atMs >= startMs && fits(labels, notification.labels),
  );
  const mutes = muted.filter((each) => each.labels.alertname === alert && fits(labels, each.labels));
  const at = (status: Notification["status"]) => {
    const found = own.find((notification) => notification.status === status);
    return found === undefined ? null : (found.atMs - startMs) / 1000;
  };
  return {
    notified_at_s: at("firing"),
    resolved_notified_at_s: at("resolved"),
    receivers: [...new Set(own.map(({ receiver }) => receiver))],
    muted_by: [...new Set(mutes.flatMap(({ by }) => by))].sort(),
  };
}

/** Alertmanager adds labels of the site to those of the alert. */
function fits(labels: Readonly<Record<string, string>>, told: Readonly<Record<string, string>>): boolean {
  return Object.entries(labels).every(([name, value]) => told[name] === value);
}

/** Whether people have not heard yet of something that they should hear of. */
export function isTellingOwed({ firing_at_s, resolved_at_s }: AlertProof, told: Told): boolean {
  return (
    isUntold(firing_at_s, told.notified_at_s, told) ||
    isUntold(resolved_at_s, told.resolved_notified_at_s, told)
  );
}

/** What is muted may be silent. */
function isUntold(atS: number | null, toldS: number | null, { muted_by }: Told): boolean {
  return atS !== null && toldS === null && muted_by.length === 0;
}

/**
 * What was proven, if people were told of it in time.
 * @param withinMs how long Alertmanager may take
 */
export function judgedByNotifications(proof: AlertProof, told: Told, withinMs: number): AlertProof {
  if (proof.firing_at_s === null) return proof;
  const reasonsOf = (what: string, atS: number | null, toldS: number | null) => {
    if (isUntold(atS, toldS, told)) return [`nobody was notified that it ${what}`];
    return atS === null || toldS === null ? [] : late(what, toldS - atS, withinMs / 1000);
  };
  const reasons = [
    // Of one that fires always, as a dead man's switch does, people are told again and again.
    ...reasonsOf("fired", Math.max(0, proof.firing_at_s), told.notified_at_s),
    ...reasonsOf("resolved", proof.resolved_at_s, told.resolved_notified_at_s),
  ];
  return { ...proof, proven: proof.proven && reasons.length === 0, reasons: [...proof.reasons, ...reasons] };
}

function late(what: string, tookS: number, limitS: number): readonly string[] {
  return tookS > limitS ? [`it took ${tookS.toFixed(1)} s to notify that it ${what}`] : [];
}
