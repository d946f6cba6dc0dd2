import { expect, test } from "bun:test";
import { CATALOGUE } from "../../src/telemetry/catalogue.ts";
import { createMetrics } from "../../src/telemetry/registry.ts";
import { metricComplaints } from "../support/promtool.ts";
import { describeReal } from "../support/real-components.ts";

describeReal("promtool", "promtool", () => {
  test.each(["websocket-server", "exporter", "quality-monitor"] as const)(
    "accepts what %s exposes before anything happened",
    async (component) => {
      const metrics = createMetrics({
        catalogue: CATALOGUE,
        component,
        with: { redis: true, rate_limit_redis: true, replica_writer: true, tracing: true },
      });
      expect(metricComplaints((await metrics.expose(null)).body)).toEqual([]);
    },
  );

  test("finds text that is no exposition, and names against the rules", () => {
    expect(() => metricComplaints("nonsense\n")).toThrow("promtool refuses it");
    expect(metricComplaints("# HELP a_count A.\n# TYPE a_count counter\na_count 1\n")).not.toEqual([]);
  });
});
