// What a site may run, and under which job Prometheus scrapes it. Kafka is always there; Redis and the companion services
// need not be.

/**
 * What `--components` chooses from. `stream` are programs of somebody else that use the library; their jobs are their
 * own.
 */
export const SITE_COMPONENTS = [
  "websocket-server",
  "prometheus-exporter",
  "quality-monitor",
  "stream",
  "redis",
] as const;

export type SiteComponent = (typeof SITE_COMPONENTS)[number];

/** A site that runs all that comes with this project. */
export const DEFAULT_COMPONENTS: readonly SiteComponent[] = SITE_COMPONENTS;

/** The services that Prometheus scrapes. */
export const SERVICES = [
  "websocket-server",
  "prometheus-exporter",
  "quality-monitor",
] as const satisfies readonly SiteComponent[];

/** The job under which it scrapes each. */
export const JOBS: Readonly<Record<(typeof SERVICES)[number], string>> = {
  "websocket-server": "dashstream-infrastructure",
  "prometheus-exporter": "dashstream-quality",
  "quality-monitor": "dashstream-quality-monitor",
};

/** How often Prometheus scrapes and evaluates; the rules are made for these. */
export const SCRAPE_INTERVAL_MS = 15_000;
export const EVALUATION_INTERVAL_MS = 30_000;
/** Scrapes that a window must span, so that one that fails does not empty it. */
export const SCRAPES_PER_WINDOW = 4;
