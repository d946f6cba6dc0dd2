// Every panel against a real Prometheus, while the whole system runs and everything breaks that panels are about: a query
// that never gives anything is a panel that nobody needs, or one that asks for the wrong thing.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { selectionsOf } from "../../alerts/selectors.ts";
import { definitionOf } from "../../support/catalogue-series.ts";
import type { AnsweredSeries } from "../../support/prometheus.ts";
import { describeReal } from "../../support/real-components.ts";
import { breakEverything } from "./live-drill.ts";
import { type LiveSite, startLiveSite } from "./live-site.ts";
import { annotationsOf, type PanelQuery, queriesOf, readDashboards } from "./panel-queries.ts";

/** Windows of a minute become four scrapes of a second. */
const SCALE = 15;
const SCRAPE_INTERVAL = "1s";
/** Scrapes after which the longest window has nothing more of what is gone. */
const MOST_LOOKS = 40;
/** Of everything that breaks. */
const DRILL_MS = 240_000;

/** Series that are 0 here all the time, and why. All others must show that they can be something else. */
const STAYS_ZERO: Readonly<Record<string, string>> = {
  dashstream_sequence_evictions_total: "takes more threads than fit into memory",
  websocket_kafka_redeliveries_total:
    "takes a member that loses its partition while records of it are under way",
  dashstream_redeliveries_total: "as above",
  websocket_send_failed_total: "takes a socket that fails between two looks at it",
  websocket_send_timeout_total: "takes a client that reads a little and then nothing",
  dashstream_processing_failures_total: "takes a program whose own handler throws",
  dashstream_compression_failures_total: "takes a zstd that fails",
};
/** Expressions that are 0 while all is well; the last test makes them something else. */
const ABSENCE = / > bool 0\)/;

describeReal("prometheus", "with a real Prometheus", () => {
  let site: LiveSite;
  let fromSeconds: number;
  let toSeconds: number;
  /** What each query gave, from the first scrape to the last. */
  let answers: ReadonlyMap<PanelQuery, readonly AnsweredSeries[]>;
  const dashboards = readDashboards(SCALE);
  const queries = dashboards.flatMap(queriesOf);
  const annotations = dashboards.flatMap(annotationsOf);

  beforeAll(async () => {
    site = await startLiveSite(SCALE, SCRAPE_INTERVAL);
    fromSeconds = await site.prometheus.now();
    await breakEverything(site);
    toSeconds = await site.prometheus.now();
    const asked = [...queries, ...annotations].map(async (query) => {
      return [query, await site.prometheus.queryRange(query.expr, fromSeconds, toSeconds)] as const;
    });
    answers = new Map(await Promise.all(asked));
  }, DRILL_MS);
  afterAll(() => site.stop(), DRILL_MS);

  const numbersOf = (query: PanelQuery) =>
    (answers.get(query) ?? []).flatMap(({ values }) => values).filter(Number.isFinite);
  const named = ({ place, legend, expr }: PanelQuery) => `${place} [${legend}] ${expr}`;
  const seriesOf = ({ expr }: PanelQuery) => selectionsOf(expr).map(({ selector }) => selector.name);

  test("every query gives numbers", () => {
    expect([...queries, ...annotations].filter((query) => numbersOf(query).length === 0).map(named)).toEqual(
      [],
    );
  });

  test("what queries count happens, and they show it", () => {
    const isZero = (query: PanelQuery) => numbersOf(query).every((value) => value === 0);
    const mayBe = (query: PanelQuery) =>
      ABSENCE.test(query.expr) || seriesOf(query).some((name) => name in STAYS_ZERO);
    expect(queries.filter((query) => isZero(query) && !mayBe(query)).map(named)).toEqual([]);
  });

  test("legends find the labels that they name", () => {
    const lacking = queries.flatMap((query) => {
      const labels = [...query.legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
      return (answers.get(query) ?? [])
        .filter((series) => labels.some((label) => series.labels[label] === undefined))
        .map((series) => `${named(query)} ${JSON.stringify(series.labels)}`);
    });
    expect(lacking).toEqual([]);
  });

  test("series of one query can be told apart by its legend", () => {
    const alike = queries.filter((query) => {
      const texts = (answers.get(query) ?? []).map(({ labels }) =>
        query.legend.replace(/\{\{(\w+)\}\}/g, (_, label: string) => labels[label] ?? ""),
      );
      return new Set(texts).size < texts.length;
    });
    expect(alike.map(named)).toEqual([]);
  });

  test("the alerts of the drill fire, and are on the overview", () => {
    const timeline = queries.find(({ place }) => place === "dashstream-alerts 8 Alerts: pending and firing");
    const series = timeline === undefined ? [] : (answers.get(timeline) ?? []);
    const fired = series.flatMap(({ labels, values }) => (values.includes(2) ? [labels.alertname] : []));
    for (const name of ["SequenceGapsDetected", "WebSocketDlqBroken", "KafkaInfraErrorsCritical"]) {
      expect(fired).toContain(name);
    }
  });

  test("points of the latency panel lead to traces that the collector has", async () => {
    const withExemplars = queries.filter(({ exemplars }) => exemplars);
    expect(withExemplars.map(({ place }) => place)).toEqual([
      "dashflow-streaming 19 E2E Latency Distribution",
    ]);
    const [{ expr } = { expr: "" }] = withExemplars;
    const labels = await site.prometheus.exemplars(expr, fromSeconds, toSeconds);
    const traces = new Set(site.collector.spans.map(({ traceId }) => traceId));
    expect(labels.filter(({ trace_id: id = "" }) => traces.has(id)).length).toBeGreaterThan(0);
  });

  test("of servers that are gone no panel shows a number, except those that say so", async () => {
    const { prometheus } = site;
    const ofServers = queries.filter((query) => {
      const definitions = seriesOf(query).flatMap((name) => definitionOf(name) ?? []);
      const isTheirs = definitions.every(({ components }) =>
        components.every((one) => one === "websocket-server"),
      );
      return definitions.length > 0 && isTheirs;
    });
    const details = ofServers.filter(({ expr }) => ABSENCE.test(expr));
    const others = ofServers.filter(({ expr }) => !ABSENCE.test(expr));
    expect([details.length, others.length > 60]).toEqual([6, true]);
    await site.stopServers();
    const shown = async () => {
      const now = await Promise.all(others.map(async ({ expr }) => (await prometheus.query(expr)).length));
      return others.filter((_, index) => now[index] !== 0);
    };
    for (let looks = 0; looks < MOST_LOOKS && (await shown()).length > 0; looks++)
      await prometheus.scrapes(1);
    expect((await shown()).map(named)).toEqual([]);
    const missing = await Promise.all(details.map(({ expr }) => prometheus.query(expr)));
    expect(missing.map((series) => series[0]?.values)).toEqual([[5], [1], [1], [1], [1], [1]]);
  }, 120_000);
});
