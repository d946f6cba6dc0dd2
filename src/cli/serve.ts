// `dashstream serve`: the server, from Kafka to WebSocket clients, until a signal ends it.

import { defineService } from "./service.ts";

/** Made once, when the first page is asked for. */
let pages: Promise<ReadonlyMap<string, string>> | null = null;

function runbook(): Promise<ReadonlyMap<string, string>> {
  pages ??= import("../alerts/pages/pages.ts").then(
    ({ runbookPages }) => new Map(runbookPages().map(({ file, text }) => [file, text])),
  );
  return pages;
}

export const serveCommand = defineService({
  name: "serve",
  component: "websocket-server",
  description: "Read Kafka and serve WebSocket clients.",
  notes: "SIGHUP reads TENANT_RATE_LIMITS_FILE again, if there is one.",
  examples: [
    ["serve", "reads 127.0.0.1:9092, serves 127.0.0.1:3002"],
    ["serve --kafka-brokers kafka-1:9092,kafka-2:9092", "another cluster"],
    ["serve --websocket-port 8080 --log-level debug", "another port, and all that it does"],
  ],
  async make(options, { readFile }) {
    const { Appliance } = await import("../server/appliance.ts");
    const appliance = new Appliance({ ...options, runbook });
    return {
      start: () => appliance.start(),
      stop: () => appliance.stop(),
      reload() {
        if (options.config.tenantRateLimitsFile) appliance.reloadTenantLimits(readFile);
        else options.log.info("nothing to reload: TENANT_RATE_LIMITS_FILE is not set");
      },
    };
  },
});
