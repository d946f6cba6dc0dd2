// The committed dashboards: what the definitions give, with the titles and numbers that people and scripts know, and for
// each panel what to do about it.

import { describe, expect, test } from "bun:test";
import { readdirSync, readFileSync } from "node:fs";
import * as units from "@grafana/grafana-foundation-sdk/units";
import { DASHBOARD_FOLDER, dashboardFiles } from "../../../compose/grafana/definitions/dashboards.ts";
import { runbookPages } from "../../../src/alerts/pages/pages.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { DEFAULT_RUNBOOK_URL } from "../../../src/alerts/rule-groups.ts";
import { OPTION_ENTRIES } from "../../../src/config/options.ts";
import { originalPanels } from "./original-dashboards.ts";
import { panelsOf, type ReadDashboard, type ReadPanel, readDashboards } from "./panel-queries.ts";

const top = new URL("../../../", import.meta.url);
const dashboards = readDashboards();
const each = dashboards.map((dashboard) => [dashboard.uid, dashboard] as const);

function dashboard(uid: string): ReadDashboard {
  const found = dashboards.find((one) => one.uid === uid);
  if (!found) throw new Error(`there is no dashboard ${uid}`);
  return found;
}

describe("the committed files", () => {
  test.each(dashboardFiles().map(({ path, text }) => [path, text] as const))(
    "%s is what the definitions give (make generate)",
    (path, text) => {
      expect(readFileSync(new URL(path, top), "utf8")).toBe(text);
    },
  );

  test("are those of the definitions, and no older ones", () => {
    const committed = readdirSync(new URL(DASHBOARD_FOLDER, top)).map(
      (file) => `${DASHBOARD_FOLDER}/${file}`,
    );
    expect(committed.toSorted()).toEqual(
      dashboardFiles()
        .map(({ path }) => path)
        .toSorted(),
    );
  });
});

describe.each([
  ["quality", "dashstream-quality", "DashFlow Quality Agent - Production Monitoring", "now-6h"],
  ["streaming", "dashflow-streaming", "DashFlow Streaming - Infrastructure Monitoring", "now-1h"],
] as const)("the %s dashboard", (name, uid, title, from) => {
  test("is found under the uid and title that alerts and scripts name", () => {
    expect(dashboard(uid)).toMatchObject({
      title,
      refresh: "30s",
      time: { from, to: "now" },
      schemaVersion: 38,
    });
  });

  test("has the panels that people know: ids, titles, places, units and thresholds", () => {
    const shown = panelsOf(dashboard(uid)).toSorted((a, b) => a.id - b.id);
    expect(shown.map(appearance)).toEqual(
      originalPanels(name).map(({ type, thresholds, ...panel }) => ({
        ...panel,
        // Where no unit was set, one may be.
        unit: panel.unit ?? shown.find(({ id }) => id === panel.id)?.fieldConfig?.defaults.unit ?? null,
        type: type === "graph" ? "timeseries" : type,
        thresholds: [...thresholds],
      })),
    );
  });
});

function appearance({ id, title, type, gridPos, fieldConfig }: ReadPanel) {
  const { unit = null, thresholds } = fieldConfig?.defaults ?? {};
  return { id, title, type, unit, grid: gridPos, thresholds: thresholds?.steps ?? [] };
}

test("alerts lead to dashboards that exist", () => {
  const uids = dashboards.map(({ uid }) => uid);
  expect(uids).toEqual(["dashstream-quality", "dashflow-streaming", "dashstream-alerts"]);
  for (const { dashboard: uid } of ALERTS) expect(uids).toContain(uid);
});

describe.each(each)("%s", (_, { panels, links, templating, ...own }) => {
  const shown = panels.filter(({ type }) => type !== "row");

  test("has each id once", () => {
    const ids = panels.map(({ id }) => id);
    expect(ids.filter((id, index) => ids.indexOf(id) !== index)).toEqual([]);
  });

  test("has no panel that covers another or leaves the grid", () => {
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect([title, gridPos.x + gridPos.w <= 24 && gridPos.w > 0 && gridPos.h > 0]).toEqual([title, true]);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect([title, taken.get(`${x},${y}`)]).toEqual([title, undefined]);
          taken.set(`${x},${y}`, title);
        }
      }
    }
  });

  test("says of each panel what it shows and what to do", () => {
    for (const { title, description } of shown) {
      const [shows = "", act = ""] = description.split("\n\n**What to do:** ");
      expect([title, shows.length >= 20, act.length >= 30]).toEqual([title, true, true]);
    }
  });

  test("asks Prometheus in each panel, with a unit that Grafana knows", () => {
    const known = new Set<string>(Object.values(units));
    for (const { title, datasource, targets, fieldConfig } of shown) {
      expect([title, datasource?.uid, targets.length > 0]).toEqual([title, "prometheus", true]);
      const refs = targets.map(({ refId }) => refId);
      expect([title, new Set(refs).size]).toEqual([title, refs.length]);
      const unit = fieldConfig?.defaults.unit;
      expect([title, unit === undefined || known.has(unit)]).toEqual([title, true]);
    }
  });

  test("shows in single values what is now, so that what is gone is not there", () => {
    for (const { title, type, targets } of shown) {
      const isNow = type === "stat" || type === "piechart" || type === "table";
      expect([title, targets.map(({ instant }) => instant)]).toEqual([title, targets.map(() => isNow)]);
    }
  });

  test("leads to the alert list, the runbook, and pages of it that exist", () => {
    expect(links.map(({ url }) => url)).toEqual([
      undefined,
      "/alerting/list",
      `${DEFAULT_RUNBOOK_URL}/README.md`,
    ]);
    const pages = new Set(runbookPages().map(({ file }) => `${DEFAULT_RUNBOOK_URL}/${file}`));
    for (const { title, links: own } of shown) {
      for (const { url = "" } of own) expect([title, pages.has(url)]).toEqual([title, true]);
    }
  });

  test("names settings that exist", () => {
    const known = new Set(OPTION_ENTRIES.flatMap(([, { env }]) => env));
    for (const { title, description } of shown) {
      const named = [...description.matchAll(/\b[A-Z]{3,}(?:_[A-Z]+)+\b/g)].map(([name]) => name);
      expect([title, named.filter((name) => !known.has(name) && name !== "LOW_QUALITY")]).toEqual([
        title,
        [],
      ]);
    }
  });

  test("is found by the links of the others", () => {
    expect(own.tags).toContain("dashflow");
  });

  test("has only variables that are used", () => {
    for (const { name } of templating.list) {
      const users = shown.filter(({ targets }) => targets.some(({ expr }) => expr.includes(`$${name}`)));
      expect([name, users.length > 0]).toEqual([name, true]);
    }
  });
});

test("the overview shows a panel for each alert that compares with a number, and its thresholds", () => {
  const panels = panelsOf(dashboard("dashstream-alerts"));
  const lag = panels.find(({ title }) => title === "KafkaConsumerLagHigh, KafkaConsumerLagCritical");
  expect(lag?.targets.map(({ expr }) => expr)).toEqual(["max(websocket_kafka_consumer_lag)"]);
  expect(lag?.fieldConfig?.defaults.thresholds?.steps).toEqual([
    { value: 0, color: "green" },
    { value: 10_000, color: "orange" },
    { value: 100_000, color: "red" },
  ]);
  const named = new Set(panels.flatMap(({ title }) => title.split(", ")));
  const missing = ALERTS.map(({ name }) => name).filter((name) => !named.has(name));
  expect(missing).toEqual(["ServiceDown", "Watchdog", "KafkaPartitionStale", "KafkaPartitionStaleCritical"]);
});

test("in a drill windows and thresholds shrink with the rules", () => {
  const overview = readDashboards(15).find(({ uid }) => uid === "dashstream-alerts");
  const lag = overview?.panels.find(({ title }) => title.startsWith("KafkaConsumerLagHigh"));
  expect(lag?.fieldConfig?.defaults.thresholds?.steps.map(({ value }) => value)).toEqual([0, 667, 6667]);
  const exprs = readDashboards(15).flatMap(({ panels }) => panels.flatMap(({ targets }) => targets));
  const windows = new Set(exprs.flatMap(({ expr }) => [...expr.matchAll(/\[([^\]]+)\]/g)].map(([, w]) => w)));
  expect([...windows].toSorted()).toEqual(["20s", "20s:4s", "4s", "8s"]);
});
