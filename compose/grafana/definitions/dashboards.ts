// All dashboards, and their files.

import type { Dashboard } from "@grafana/grafana-foundation-sdk/dashboard";
import type { GeneratedFile } from "../../../src/alerts/generated-files.ts";
import { alertOverview } from "./alerts/dashboard.ts";
import { QUALITY } from "./quality/dashboard.ts";
import { type DashboardOptions, sdkDashboard } from "./sdk-dashboard.ts";
import { STREAMING } from "./streaming/dashboard.ts";

export const DASHBOARD_FOLDER = "compose/grafana/dashboards";

/** For a stack in which everything happens `scale` times faster. */
export function dashboards(options: DashboardOptions = {}): readonly Dashboard[] {
  return definitions(options.scale ?? 1).map((definition) => sdkDashboard(definition, options));
}

/** The files that Grafana of the compose stack reads. */
export function dashboardFiles(): readonly GeneratedFile[] {
  return definitions(1).map((definition) => ({
    path: `${DASHBOARD_FOLDER}/${definition.file}.json`,
    text: `${JSON.stringify(sdkDashboard(definition, {}), null, 2)}\n`,
  }));
}

function definitions(scale: number) {
  return [QUALITY, STREAMING, alertOverview(scale)];
}
