// Reads what a site runs from what somebody typed.

import { nearestHint } from "../config/nearest.ts";
import { DashstreamError } from "../errors.ts";
import { SITE_COMPONENTS, type SiteComponent } from "./site.ts";

/** Other names that people know components by: of the command that runs it, or of its container. */
const OTHER_NAMES: Readonly<Record<string, SiteComponent>> = {
  server: "websocket-server",
  "dashstream-websocket-server": "websocket-server",
  exporter: "prometheus-exporter",
  "dashstream-prometheus-exporter": "prometheus-exporter",
  "dashstream-quality-monitor": "quality-monitor",
  "dashstream-redis": "redis",
};

/** Of a name so much may be wrong for a guess. */
const WRONG_SHARE = 0.3;

/**
 * The components of these names, in the order of the list of all.
 * @throws `usage` for an unknown name, or if none is left
 */
export function parseComponents(names: readonly string[]): readonly SiteComponent[] {
  const chosen = new Set(names.filter((name) => name !== "kafka").map(parseComponent));
  if (chosen.size === 0) {
    throw new DashstreamError(
      "usage",
      `--components names none, expected some of ${SITE_COMPONENTS.join(", ")}`,
    );
  }
  return SITE_COMPONENTS.filter((component) => chosen.has(component));
}

function parseComponent(name: string): SiteComponent {
  const component = SITE_COMPONENTS.find((known) => known === name) ?? OTHER_NAMES[name];
  if (component !== undefined) return component;
  const hint = nearestHint(name, [...SITE_COMPONENTS, ...Object.keys(OTHER_NAMES)], WRONG_SHARE);
  throw new DashstreamError(
    "usage",
    `--components has "${name}", expected some of ${SITE_COMPONENTS.join(", ")} (Kafka is always there)${hint}`,
  );
}
