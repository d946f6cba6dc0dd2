// What all dashboards mark on their time line.

import { expr } from "../../../src/alerts/template.ts";
import type { AnnotationDefinition } from "./dashboard.ts";
import { FIVE_MINUTES } from "./expressions.ts";

/** A build that an instance did not run five minutes before: a deploy, or a new instance. */
export const DEPLOYMENTS: AnnotationDefinition = {
  name: "Deployments",
  color: "blue",
  expr: expr`dashstream_build_info unless dashstream_build_info offset ${FIVE_MINUTES}`,
  title: "{{job}} {{version}}",
  text: "{{instance}} runs {{version}} ({{commit}}) on {{runtime}}",
};

export const CRITICAL_ALERTS: AnnotationDefinition = {
  name: "Critical alerts",
  color: "red",
  expr: expr`ALERTS{alertstate="firing", severity="critical"}`,
  title: "{{alertname}}",
  text: "{{component}}",
};
