// The rules against what we export: a rule on a series, a label or a value that does not exist never fires.

import { describe, expect, test } from "bun:test";
import { ALERTS } from "../../src/alerts/registry.ts";
import { rulesOf } from "../../src/alerts/rule-groups.ts";
import { JOBS, SCRAPE_INTERVAL_MS } from "../../src/alerts/site.ts";
import { quantitiesOf } from "../../src/alerts/template.ts";
import type { LabelMatcher } from "../../src/promql/series-store.ts";
import { definitionOf, possibleValues } from "../support/catalogue-series.ts";
import { type Selection, selectionsOf } from "./selectors.ts";

/** Labels that Prometheus adds to what it scrapes. */
const TARGET_LABELS = new Set(["job", "instance", "__name__"]);

interface Read extends Selection {
  readonly alert: string;
}

function reads(alert: (typeof ALERTS)[number]): readonly Read[] {
  return rulesOf(alert).flatMap(({ expr }) =>
    selectionsOf(expr).map((read) => ({ ...read, alert: alert.name })),
  );
}

const own = ALERTS.flatMap(reads).filter(({ selector }) => selector.name !== "up");

function matchersOf({ selector }: Selection): readonly LabelMatcher[] {
  return selector.matchers.filter(({ name }) => !TARGET_LABELS.has(name));
}

test("every series is in the catalogue", () => {
  expect(own.length).toBeGreaterThan(30);
  expect(own.filter(({ selector }) => definitionOf(selector.name) === undefined)).toEqual([]);
});

test("every label of a matcher has a value that fits", () => {
  const unfit = own.flatMap((read) => {
    const definition = definitionOf(read.selector.name);
    if (definition === undefined) return [];
    return matchersOf(read).filter((matcher) => {
      const values = possibleValues(definition, matcher.name);
      return values !== "any" && !values.some(matcher.matches);
    });
  });
  expect(unfit).toEqual([]);
});

test("labels that alerts are grouped by exist on their series", () => {
  const expressions = ALERTS.flatMap((alert) => rulesOf(alert).map(({ expr }) => expr));
  for (const expr of expressions) {
    const labels = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
      list.split(/,\s*/),
    );
    for (const label of labels) {
      if (label === "le" || TARGET_LABELS.has(label)) continue;
      const definitions = selectionsOf(expr).map(({ selector }) => definitionOf(selector.name));
      for (const definition of definitions) expect(Object.keys(definition?.labels ?? {})).toContain(label);
    }
  }
});

test("the jobs are those of the sites", () => {
  const selected = ALERTS.flatMap(reads)
    .filter(({ selector }) => selector.name === "up")
    .flatMap(({ selector }) => selector.matchers.filter(({ name, op }) => name === "job" && op === "="))
    .map(({ value }) => value);
  expect([...new Set(selected)]).toEqual(Object.values(JOBS));
});

test("a counter is read as a rate, a gauge is not", () => {
  for (const { selector, rangeMs } of own) {
    expect([selector.name, rangeMs !== null]).toEqual([
      selector.name,
      definitionOf(selector.name)?.kind !== "gauge",
    ]);
  }
});

test("every window spans at least four scrapes", () => {
  const windows = own.flatMap(({ rangeMs }) => (rangeMs === null ? [] : [rangeMs]));
  expect(windows.length).toBeGreaterThan(20);
  for (const window of windows) expect(window).toBeGreaterThanOrEqual(4 * SCRAPE_INTERVAL_MS);
});

test("a threshold on a quantile is the edge of a bucket, else the quantile is a guess", () => {
  for (const alert of ALERTS) {
    const threshold = alert.signals
      .flatMap(({ expr }) => quantitiesOf(expr))
      .find(({ kind }) => kind === "latency");
    if (threshold === undefined) continue;
    for (const { selector } of reads(alert)) {
      const definition = definitionOf(selector.name);
      expect(definition?.kind === "histogram" ? definition.buckets : []).toContain(threshold.value);
    }
  }
});

describe("numbers", () => {
  test("are all tagged with their kind", () => {
    for (const { name, signals } of ALERTS) {
      for (const { expr } of signals) {
        const untagged = expr.parts
          .filter((part) => typeof part === "string")
          .join("#")
          .replace(/"[^"]*"/g, "")
          .match(/(?<![\w$])\d/);
        expect([name, untagged]).toEqual([name, null]);
      }
    }
  });

  test("of one name in one alert are one number", () => {
    for (const { name, signals } of ALERTS) {
      const seen = new Map<string, unknown>();
      for (const quantity of signals.flatMap(({ expr }) => quantitiesOf(expr))) {
        if (quantity.name === null) continue;
        expect([name, seen.get(quantity.name) ?? quantity]).toEqual([name, quantity]);
        seen.set(quantity.name, quantity);
      }
    }
  });
});

/** The catalogue calls components by the commands that run them. */
function catalogued(component: string): string {
  return component === "prometheus-exporter" ? "exporter" : component;
}

test("a rule says truly who exports its series, and whether it needs Redis", () => {
  for (const alert of ALERTS) {
    const rules = rulesOf(alert);
    for (const [index, signal] of alert.signals.entries()) {
      const expr = rules[index]?.expr ?? "";
      const definitions = selectionsOf(expr).flatMap(({ selector }) => definitionOf(selector.name) ?? []);
      if (definitions.length === 0) continue;
      const ofRedis = definitions.some(({ requires }) => requires !== undefined) || expr.includes('"redis"');
      // Of all components only the server depends on Redis.
      const isMeant = (exporter: string) => !expr.includes('"redis"') || exporter === "websocket-server";
      for (const { components } of definitions) {
        expect({
          alert: alert.name,
          redis: signal.needsRedis ?? false,
          exporters: signal.exportedBy.map(catalogued).toSorted(),
        }).toEqual({ alert: alert.name, redis: ofRedis, exporters: components.filter(isMeant).toSorted() });
      }
    }
  }
});
