// Quantiles of the way from the producer, whose stages must not be mixed: the second contains the first.

import { expr, type Template } from "../../../../src/alerts/template.ts";
import { quantile } from "../expressions.ts";

const HISTOGRAM = "websocket_e2e_latency_ms";
const CHOSEN = '{instance=~"$instance"}';

/** For each stage. */
export function latencyByStage(part: number): Template {
  return quantile(part, HISTOGRAM, ["stage"], CHOSEN);
}

/** Of the stage in which it is larger. */
export function slowestStage(part: number): Template {
  return expr`max(${latencyByStage(part)})`;
}
