// What is kept of targets that answer, fail, are late, or are no longer known.

import { describe, expect, test } from "bun:test";
import { Scraper, type ScrapeTarget } from "../../../../sim/verify/site/scraper.ts";
import { VirtualClock } from "../../../../sim/verify/virtual-clock.ts";
import { Labels } from "../../../../src/promql/labels.ts";
import { SeriesStore } from "../../../../src/promql/series-store.ts";

const START_MS = 1_000_000;
const INTERVAL_MS = 15_000;

/** A target whose answers a test sets. */
function target(labels: Readonly<Record<string, string>> = { job: "a", instance: "i" }) {
  const state = {
    isKnown: true,
    answer: (): Promise<string | null> => Promise.resolve("a_total 1\n"),
  };
  const scraped: ScrapeTarget = { labels, isKnown: () => state.isKnown, scrape: () => state.answer() };
  return { state, scraped };
}

function scraping(...targets: readonly ScrapeTarget[]) {
  const clock = new VirtualClock(START_MS);
  const store = new SeriesStore();
  const scraper = new Scraper({ clock, store, targets, intervalMs: INTERVAL_MS, timeoutMs: 10_000 });
  const valuesOf = (name: string, labels: Readonly<Record<string, string>> = {}) =>
    store.get(Labels.of({ __name__: name, job: "a", instance: "i", ...labels }))?.values;
  return {
    clock,
    store,
    scraper,
    valuesOf,
    async start() {
      scraper.start();
      await clock.advance(0);
    },
    next: () => clock.advance(INTERVAL_MS),
  };
}

function answering(...texts: readonly (string | null)[]): () => Promise<string | null> {
  const left = [...texts];
  return () => Promise.resolve(left.shift() ?? null);
}

describe("a target that answers", () => {
  test("is scraped at once and then at every interval, with what Prometheus says of scrapes", async () => {
    const { state, scraped } = target();
    state.answer = answering("a_total 1\nb 2\n", "a_total 3\nb 2\nc 1\n");
    const { start, next, store, valuesOf } = scraping(scraped);
    await start();
    await next();
    expect(valuesOf("a_total")).toEqual([1, 3]);
    expect(valuesOf("up")).toEqual([1, 1]);
    expect(valuesOf("scrape_samples_scraped")).toEqual([2, 3]);
    expect(valuesOf("scrape_series_added")).toEqual([2, 1]);
    const [series] = store.named("a_total");
    expect(series?.timestampsMs).toEqual([START_MS, START_MS + INTERVAL_MS]);
  });

  test("gives its samples the time at which the scrape began, however long it took", async () => {
    const { state, scraped } = target();
    const { start, clock, store } = scraping(scraped);
    state.answer = () => clock.sleep(9_000).then(() => "a_total 1\n");
    await start();
    await clock.advance(9_000);
    expect(store.named("a_total")[0]?.timestampsMs).toEqual([START_MS]);
  });

  test("no longer has a series: it ends, and begins anew when it is there again", async () => {
    const { state, scraped } = target();
    state.answer = answering("a_total 1\nb 1\n", "a_total 2\n", "a_total 3\n", "a_total 4\nb 5\n");
    const { start, next, valuesOf, store } = scraping(scraped);
    await start();
    for (let i = 0; i < 3; i++) await next();
    expect(valuesOf("b")).toEqual([1, null, 5]);
    expect(store.named("b")[0]?.timestampsMs).toEqual([0, 15_000, 45_000].map((ms) => START_MS + ms));
    expect(valuesOf("scrape_series_added")).toEqual([2, 0, 0, 1]);
  });
});

describe("a scrape fails, `up` is 0 and all series end", () => {
  const FAILURES: readonly (readonly [string, () => Promise<string | null>])[] = [
    ["if the target answers with an error", () => Promise.resolve(null)],
    ["if nobody listens there", () => Promise.reject(new Error("refused"))],
    ["if the target never answers", () => new Promise<never>(() => {})],
    ["if the text cannot be read", () => Promise.resolve("a_total 5\nb_total {\n")],
  ];
  test.each(FAILURES)("%s", async (_, failure) => {
    const { state, scraped } = target();
    const other = target({ job: "b", instance: "i" });
    const { start, next, valuesOf } = scraping(scraped, other.scraped);
    await start();
    state.answer = failure;
    await next();
    await next();
    state.answer = answering("a_total 9\n");
    await next();
    expect(valuesOf("up")).toEqual([1, 0, 0, 1]);
    expect(valuesOf("a_total")).toEqual([1, null, 9]);
    expect(valuesOf("scrape_samples_scraped")).toEqual([1, 0, 0, 1]);
    // Others do not wait for it.
    expect(valuesOf("up", { job: "b" })).toEqual([1, 1, 1, 1]);
  });

  test("and an answer that comes after the timeout is of no use", async () => {
    const { state, scraped } = target();
    const { start, clock, valuesOf } = scraping(scraped);
    state.answer = () => clock.sleep(10_001).then(() => "a_total 1\n");
    await start();
    await clock.advance(14_000);
    expect([valuesOf("up"), valuesOf("a_total")]).toEqual([[0], undefined]);
  });

  test("and a text that cannot be read is told, once, with its job", async () => {
    const { state, scraped } = target();
    state.answer = () => Promise.resolve("b_total {\n");
    const { start, next, scraper } = scraping(scraped);
    await start();
    await next();
    expect([...scraper.unreadable]).toEqual([expect.stringMatching(/^a: line 1 of the metrics: /)]);
  });
});

describe("a target that discovery no longer knows", () => {
  test("has no `up` at all: everything of it ends once, until it is known again", async () => {
    const { state, scraped } = target();
    const { start, next, valuesOf } = scraping(scraped);
    await start();
    state.isKnown = false;
    await next();
    await next();
    state.isKnown = true;
    await next();
    expect(valuesOf("up")).toEqual([1, null, 1]);
    expect(valuesOf("a_total")).toEqual([1, null, 1]);
    expect(valuesOf("scrape_series_added")).toEqual([1, null, 1]);
  });

  test("leaves nothing if it never was known", async () => {
    const { state, scraped } = target();
    state.isKnown = false;
    const { start, next, store } = scraping(scraped);
    await start();
    await next();
    expect(store.size).toBe(0);
  });
});

describe("labels", () => {
  test("of a target are on all of its series, and win over scraped ones, which are kept as exported_", async () => {
    const { state, scraped } = target({ job: "a", instance: "i", namespace: "prod" });
    state.answer = answering('a_total{job="x",reason="r"} 1\n');
    const { start, valuesOf } = scraping(scraped);
    await start();
    expect(valuesOf("a_total", { namespace: "prod", exported_job: "x", reason: "r" })).toEqual([1]);
    expect(valuesOf("up", { namespace: "prod" })).toEqual([1]);
  });
});
