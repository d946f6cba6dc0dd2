// What Grafana is told at its start: it finds our datasources and dashboards where the stack has them.

import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { parse } from "yaml";
import { PROMETHEUS } from "../../../compose/grafana/definitions/sdk-panel.ts";

const read = (path: string) =>
  parse(readFileSync(new URL(`../../../compose/${path}`, import.meta.url), "utf8"));

const { datasources } = read("grafana/provisioning/datasources/dashstream.yml");
const { services } = read("docker-compose.dashstream.yml");

function datasource(uid: string) {
  return datasources.find((one: { uid: string }) => one.uid === uid);
}

describe("datasources", () => {
  test("are Prometheus by default, Alertmanager and Jaeger", () => {
    expect(datasources.map(({ uid, type }: Record<string, string>) => [uid, type])).toEqual([
      [PROMETHEUS.uid, PROMETHEUS.type],
      ["alertmanager", "alertmanager"],
      ["jaeger", "jaeger"],
    ]);
    expect(datasources.filter(({ isDefault }: { isDefault?: boolean }) => isDefault)).toEqual([
      datasource("prometheus"),
    ]);
    expect(datasource("prometheus").url).toBe("http://dashstream-prometheus:9090");
  });

  test("are services of the stack, on ports that these publish", () => {
    for (const { url } of datasources) {
      const { hostname, port } = new URL(url);
      const ports: readonly string[] = services[hostname]?.ports ?? [];
      expect([url, ports.some((published) => published.endsWith(`:${port}`))]).toEqual([url, true]);
    }
  });

  test("lead from an exemplar to its trace", () => {
    const { exemplarTraceIdDestinations, timeInterval } = datasource("prometheus").jsonData;
    expect(exemplarTraceIdDestinations).toEqual([
      { name: "trace_id", datasourceUid: datasource("jaeger").uid },
    ]);
    expect(timeInterval).toBe(read("prometheus/prometheus.yml").global.scrape_interval);
  });
});

test("dashboards come from the folder that the stack mounts, and stay as the files have them", () => {
  const { providers } = read("grafana/provisioning/dashboards/dashstream.yml");
  expect(providers).toMatchObject([
    {
      name: "DashFlow",
      orgId: 1,
      type: "file",
      disableDeletion: true,
      allowUiUpdates: false,
      updateIntervalSeconds: 10,
    },
  ]);
  const mounts: readonly string[] = services["dashstream-grafana"].volumes;
  expect(mounts).toContain(`./grafana/dashboards:${providers[0].options.path}:ro`);
  expect(mounts).toContain("./grafana/provisioning:/etc/grafana/provisioning:ro");
});
