// Which alerts need not be told of while another one fires: the lower tiers of the same signal, and what a service that is
// down explains. Never across causes, and never an alert about dead letters because something is down: those tell of
// evidence that is lost, whatever else is going on.

import type { Cause } from "./alert.ts";
import { ALERTS } from "./registry.ts";

/** While an alert that matches `source` fires, those that match `target` are muted. */
export interface Inhibition {
  /** Why, for readers of the configuration. */
  readonly because: string;
  readonly source: readonly string[];
  readonly target: readonly string[];
  /** Labels that both must have alike. */
  readonly equal: readonly string[];
}

const CAUSES: readonly Cause[] = ["websocket-server", "kafka", "redis"];

/**
 * All of them: tiers first, then causes.
 * @param severalServers one that is down explains nothing of the others, and rules sum over all of them
 */
export function inhibitions(severalServers: boolean): readonly Inhibition[] {
  const causes = CAUSES.filter((cause) => !(severalServers && cause === "websocket-server"));
  return [...tiers(), ...causes.map(explained)];
}

/** One for each alert and set of labels, so that the list stays short. */
function tiers(): readonly Inhibition[] {
  return ALERTS.flatMap(({ name, mutes }) =>
    [...Map.groupBy(mutes, ({ equal }) => equal.join())].map(([, lower]) => ({
      because: `${name} is the higher tier of the same signal`,
      source: [`alertname="${name}"`],
      target: [oneOf(lower.map(({ alert }) => alert))],
      equal: lower[0]?.equal ?? [],
    })),
  );
}

function explained(cause: Cause): Inhibition {
  const names = ALERTS.filter(({ explainedBy }) => explainedBy.includes(cause)).map(({ name }) => name);
  return {
    because: `that ${cause} is down explains these`,
    source: ['alertname="ServiceDown"', `component="${cause}"`],
    target: [oneOf(names)],
    equal: [],
  };
}

function oneOf(names: readonly string[]): string {
  return names.length === 1 ? `alertname="${names[0]}"` : `alertname=~"${names.join("|")}"`;
}
