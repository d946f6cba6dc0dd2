// An alert that always fires. Where it is not heard of, the alerts themselves are broken: a dead man's switch.

import type { AlertDefinition } from "../alert.ts";
import { constant, forMinutes } from "../quantity.ts";
import { SITE_COMPONENTS } from "../site.ts";
import { expr, text } from "../template.ts";

export const WATCHDOG: AlertDefinition = {
  name: "Watchdog",
  group: "dashstream-services",
  severity: "none",
  priority: null,
  for: forMinutes(0),
  signals: [
    {
      component: "prometheus",
      exportedBy: SITE_COMPONENTS,
      expr: expr`vector(${constant(1)})`,
      summary: text`Alerting works`,
      description: text`Always firing. Whoever receives it regularly should raise the alarm when it stops coming: then Prometheus,
        Alertmanager or the way from there is broken.`,
    },
  ],
  dashboard: "dashflow-streaming",
  mutes: [],
  explainedBy: [],
  scenarios: ["healthy"],
};
