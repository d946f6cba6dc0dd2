// Renders metric families for a scrape: text 0.0.4, or OpenMetrics 1.0.0 for those who prefer it. prom-client
// does the formatting; it sees the numbers only here.

import { type Metric, Registry, type RegistryContentType } from "prom-client";
import type { MetricFamily } from "./family.ts";
import type { Exemplar } from "./series.ts";

/** Quality of the best matching media range, 0 if none matches (RFC 9110 section 12.5.1). */
function quality(accept: string, matches: (range: string, parameters: readonly string[]) => boolean): number {
  let best = 0;
  for (const item of accept.toLowerCase().split(",")) {
    const [range = "", ...parameters] = item.split(";").map((part) => part.trim());
    if (!matches(range, parameters)) continue;
    const weight = Number(parameters.find((parameter) => parameter.startsWith("q="))?.slice(2) ?? 1);
    if (weight > best) best = weight;
  }
  return best;
}

const OPENMETRICS_VERSIONS = ["version=1.0.0", "version=0.0.1"];

/** True if the Accept header names OpenMetrics in a version we speak, at least as high as plain text. */
function prefersOpenMetrics(accept: string | null): boolean {
  if (accept === null) return false;
  const openMetrics = quality(accept, (range, parameters) => {
    const version = parameters.find((parameter) => parameter.startsWith("version="));
    return (
      range === "application/openmetrics-text" &&
      (version === undefined || OPENMETRICS_VERSIONS.includes(version))
    );
  });
  const text = quality(accept, (range) => range === "text/plain" || range === "text/*");
  return openMetrics > 0 && openMetrics >= text;
}

function exposedExemplar({ value, traceId, atMs }: Exemplar) {
  return { labelSet: { trace_id: traceId }, value, timestamp: atMs / 1000 };
}

/** What prom-client's registry asks of a metric; in OpenMetrics it takes `_total` off the `name` of counters. */
function scrapeable(family: MetricFamily) {
  const { name, help, kind } = family.definition;
  return {
    name,
    help,
    type: kind,
    async get() {
      return {
        name: this.name,
        help,
        type: kind,
        values: family.samples().map(({ suffix, labels, value, exemplar }) => ({
          ...(suffix === "" ? {} : { metricName: `${name}${suffix}` }),
          labels,
          value,
          // Printed in OpenMetrics only.
          ...(exemplar === undefined ? {} : { exemplar: exposedExemplar(exemplar) }),
        })),
      };
    },
  };
}

export interface Exposition {
  readonly contentType: string;
  readonly body: string;
}

/** Renders all families in the format that `accept` asks for. */
export async function renderMetrics(
  families: Iterable<MetricFamily>,
  accept: string | null,
): Promise<Exposition> {
  const registry = new Registry<RegistryContentType>();
  if (prefersOpenMetrics(accept)) registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  for (const family of families) {
    // The declared type lists prom-client's own classes only; its registry needs no more than `scrapeable` gives.
    registry.registerMetric(scrapeable(family) as unknown as Metric);
  }
  return { contentType: registry.contentType, body: await registry.metrics() };
}
