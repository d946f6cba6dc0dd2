// Whether a stack may be broken: only what is marked for it, or named by whoever starts the drill.

import { parse } from "yaml";
import { z } from "zod";
import { DashstreamError } from "../../src/errors.ts";
import { withoutSlash } from "./http-json.ts";
import type { PrometheusApi } from "./prometheus-api.ts";

/** An external label of a Prometheus whose stack is there to be broken. */
export const SAFE_LABEL = "safe_to_break";

const marked = z.object({
  global: z.object({ external_labels: z.record(z.string(), z.unknown()).default({}) }),
});

/**
 * @param allowedUrl the address that the user has named as safe to break, if any
 * @throws DashstreamError `usage` if it is neither marked nor named
 */
export async function requireSafe(prometheus: PrometheusApi, allowedUrl: string | null): Promise<void> {
  if (allowedUrl !== null) {
    if (withoutSlash(allowedUrl) === prometheus.url) return;
    throw new DashstreamError(
      "usage",
      `--yes-break is ${allowedUrl}, expected ${prometheus.url}, which is the Prometheus of this drill`,
    );
  }
  const config = marked.safeParse(parse(await prometheus.config()));
  if (config.success && String(config.data.global.external_labels[SAFE_LABEL]) === "true") return;
  throw new DashstreamError(
    "usage",
    `${prometheus.url} is not marked as safe to break, expected the external label ${SAFE_LABEL}: "true" in its configuration, or --yes-break ${prometheus.url}`,
  );
}
