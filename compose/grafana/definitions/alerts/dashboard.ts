// The overview of alerts: what fires, how near the others are, and what the series tell that no other dashboard shows. In a
// drill it is the one to watch.

import { DEPLOYMENTS } from "../annotations.ts";
import type { DashboardDefinition, VariableDefinition } from "../dashboard.ts";
import { placed } from "../layout.ts";
import { CLIENTS, REPLAY } from "./clients.ts";
import { HISTORY, NOW } from "./firing.ts";
import { EXPORTER, LIBRARY, MONITOR } from "./programs.ts";
import { LETTERS, RECORDS } from "./records.ts";
import { KAFKA, SERVICES } from "./services.ts";
import { thresholdSection } from "./thresholds.ts";

const JOB: VariableDefinition = {
  name: "job",
  label: "Job",
  query: 'label_values(up{job=~"dashstream-.+"}, job)',
  all: "dashstream-.+",
};

/** @param scale everything happens so many times faster, as in a drill; the thresholds of alerts follow */
export function alertOverview(scale: number): DashboardDefinition {
  const { rows, panels } = placed([
    NOW,
    HISTORY,
    thresholdSection(scale),
    SERVICES,
    KAFKA,
    RECORDS,
    LETTERS,
    CLIENTS,
    REPLAY,
    LIBRARY,
    EXPORTER,
    MONITOR,
  ]);
  return {
    file: "alert_overview_dashboard",
    uid: "dashstream-alerts",
    title: "DashStream - Alerts and Drills",
    description: "What fires, how near the others are to it, and what the rest of the exported series tells.",
    tags: ["dashflow", "alerts", "drill"],
    range: "1h",
    variables: [JOB],
    annotations: [DEPLOYMENTS],
    rows,
    panels,
  };
}
