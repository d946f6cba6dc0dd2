// The states of alert instances over a recording, from their transitions.

import type { AlertTransition } from "../../src/promql/rules/rule.ts";
import type { StateSpan } from "./report/report.ts";

/** One time that an instance of an alert was active, from pending (or firing at once) to inactive again. */
export interface Episode {
  readonly alert: string;
  readonly severity: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly activeMs: number;
  /** `null` if it never got so far. */
  readonly firingMs: number | null;
  /** `null` if it lasted to the end. */
  readonly inactiveMs: number | null;
  /** As rendered when it began to fire, or else when it became pending. */
  readonly annotations: Readonly<Record<string, string>>;
}

/** In the order in which they began. */
export function episodesOf(transitions: readonly AlertTransition[]): readonly Episode[] {
  const episodes: Episode[] = [];
  const open = new Map<string, number>();
  for (const transition of transitions) {
    const key = JSON.stringify([transition.rule.position, Object.entries(transition.labels).sort()]);
    const index = open.get(key);
    const current = index === undefined ? undefined : episodes[index];
    if (transition.to === "inactive") {
      if (index !== undefined && current) episodes[index] = { ...current, inactiveMs: transition.atMs };
      open.delete(key);
    } else if (index === undefined || !current) {
      open.set(key, episodes.length);
      episodes.push(begin(transition));
    } else if (transition.to === "firing") {
      const { annotations, atMs: firingMs } = transition;
      episodes[index] = { ...current, firingMs, annotations };
    }
  }
  return episodes;
}

function begin({ atMs, rule, labels, to, annotations }: AlertTransition): Episode {
  return {
    alert: rule.alert,
    severity: labels.severity ?? "unknown",
    labels,
    activeMs: atMs,
    firingMs: to === "firing" ? atMs : null,
    inactiveMs: null,
    annotations,
  };
}

/** For charts; seconds since `startMs`. */
export function spansOf(episodes: readonly Episode[], startMs: number): readonly StateSpan[] {
  const seconds = (ms: number | null) => (ms === null ? null : (ms - startMs) / 1000);
  return episodes.flatMap(({ activeMs, firingMs, inactiveMs }): StateSpan[] => {
    const from_s = (activeMs - startMs) / 1000;
    const until_s = seconds(inactiveMs);
    if (firingMs === null) return [{ state: "pending", from_s, until_s }];
    const firing: StateSpan = { state: "firing", from_s: (firingMs - startMs) / 1000, until_s };
    return firingMs === activeMs ? [firing] : [{ state: "pending", from_s, until_s: firing.from_s }, firing];
  });
}
