// The expressions of the dashboards against what we export: each asks for series, labels and values that exist, none of them
// hides that something is missing, and nothing that is exported is forgotten.

import { describe, expect, test } from "bun:test";
import { DEBUGGING_SERIES } from "../../../compose/grafana/definitions/debugging-series.ts";
import { DIFFERENCES } from "../../../compose/grafana/definitions/differences.ts";
import { ALERTS } from "../../../src/alerts/registry.ts";
import { rulesOf } from "../../../src/alerts/rule-groups.ts";
import { SCRAPE_INTERVAL_MS } from "../../../src/alerts/site.ts";
import type { Expr } from "../../../src/promql/ast.ts";
import { partsOf, withParts } from "../../../src/promql/expr-tree.ts";
import { parseExpr } from "../../../src/promql/parse.ts";
import { CATALOGUE } from "../../../src/telemetry/catalogue.ts";
import { selectionsOf } from "../../alerts/selectors.ts";
import { treeText } from "../../promql/tree-text.ts";
import { definitionOf, possibleValues } from "../../support/catalogue-series.ts";
import { promtool3Path } from "../../support/promtool3.ts";
import { describeReal } from "../../support/real-components.ts";
import { originalTargets } from "./original-dashboards.ts";
import { annotationsOf, panelsOf, queriesOf, readDashboards } from "./panel-queries.ts";

const dashboards = readDashboards();
const queries = dashboards.flatMap((one) => [...queriesOf(one), ...annotationsOf(one)]);

/** What Prometheus adds to all it scrapes, and what it makes of rules. */
const TARGET_LABELS = ["job", "instance"];
const FOREIGN: Readonly<Record<string, readonly string[]>> = {
  up: TARGET_LABELS,
  ALERTS: ["alertname", "alertstate", "severity", "priority", "component"],
  ALERTS_FOR_STATE: ["alertname", "severity", "priority", "component"],
};

function labelsOf(series: string): readonly string[] {
  const definition = definitionOf(series);
  if (definition === undefined) return FOREIGN[series] ?? [];
  const le = definition.kind === "histogram" ? ["le"] : [];
  return [...TARGET_LABELS, ...Object.keys(definition.labels ?? {}), ...le];
}

test("every expression is PromQL on series that exist", () => {
  expect(queries.length).toBeGreaterThan(200);
  for (const { place, expr } of queries) {
    expect(() => parseExpr(expr)).not.toThrow();
    for (const { selector } of selectionsOf(expr)) {
      const isKnown = definitionOf(selector.name) !== undefined || selector.name in FOREIGN;
      expect([place, selector.name, isKnown]).toEqual([place, selector.name, true]);
    }
  }
});

test("every matcher is on a label that the series has, with a value that it may have", () => {
  for (const { place, expr } of queries) {
    for (const { selector } of selectionsOf(expr)) {
      const definition = definitionOf(selector.name);
      for (const matcher of selector.matchers.filter(({ name }) => name !== "__name__")) {
        expect([place, labelsOf(selector.name)]).toEqual([place, expect.arrayContaining([matcher.name])]);
        if (definition === undefined || TARGET_LABELS.includes(matcher.name)) continue;
        const values = possibleValues(definition, matcher.name);
        const fits = values === "any" || values.some(matcher.matches);
        expect([place, matcher.name, matcher.value, fits]).toEqual([
          place,
          matcher.name,
          matcher.value,
          true,
        ]);
      }
    }
  }
});

test("labels that are grouped by or shown in a legend exist on the series", () => {
  for (const { place, expr, legend } of queries) {
    const grouped = [...expr.matchAll(/\b(?:by|on) \(([^)]*)\)/g)].flatMap(([, list = ""]) =>
      list.split(/,\s*/),
    );
    const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label);
    const series = selectionsOf(expr).map(({ selector }) => selector.name);
    for (const label of [...grouped, ...shown].filter((name) => name !== "")) {
      const owners = series.filter((name) => labelsOf(name).includes(label) || label === "le");
      expect([place, label, owners]).toEqual([place, label, series]);
    }
  }
});

test("variables offer values of a label that the series has", () => {
  const variables = dashboards.flatMap(({ templating }) => templating.list);
  expect(variables.map(({ name }) => name)).toEqual(["instance", "job"]);
  for (const { name, definition } of variables) {
    const [, series = "", label = ""] = /^label_values\((.+), (\w+)\)$/.exec(definition) ?? [];
    for (const { selector } of selectionsOf(series)) {
      expect([name, labelsOf(selector.name)]).toEqual([name, expect.arrayContaining([label])]);
    }
  }
});

test("a counter is read as a rate, a gauge is not", () => {
  for (const { place, expr } of queries) {
    if (expr.includes("absent") || expr.includes("> bool 0")) continue;
    for (const { selector, rangeMs } of selectionsOf(expr)) {
      const definition = definitionOf(selector.name);
      if (definition === undefined) continue;
      expect([place, selector.name, rangeMs !== null]).toEqual([
        place,
        selector.name,
        definition.kind !== "gauge",
      ]);
    }
  }
});

test("every window spans at least four scrapes", () => {
  for (const { place, expr } of queries) {
    for (const { rangeMs } of selectionsOf(expr)) {
      const isLong = rangeMs === null || rangeMs >= 4 * SCRAPE_INTERVAL_MS;
      expect([place, isLong]).toEqual([place, true]);
    }
  }
});

describe("absence", () => {
  /** `a or b` in which `b` reads nothing that could be absent, or only makes zeros of something. */
  function fillers(expr: Expr): readonly string[] {
    const own =
      expr.kind === "binary" && expr.op === "or" && isFiller(bare(expr.right)) ? [treeText(expr)] : [];
    return [...own, ...partsOf(expr).flatMap(fillers)];
  }

  function isFiller(expr: Expr): boolean {
    if (selectors(expr) === 0) return true;
    if (expr.kind !== "binary" || expr.op !== "*") return false;
    return [expr.left, expr.right].some((side) => side.kind === "number" && side.value === 0);
  }

  function selectors(expr: Expr): number {
    return (
      (expr.kind === "vector-selector" ? 1 : 0) +
      partsOf(expr).reduce((sum, part) => sum + selectors(part), 0)
    );
  }

  test("is hidden by no expression", () => {
    for (const { place, expr } of queries) expect([place, fillers(parseExpr(expr))]).toEqual([place, []]);
  });

  test.each([
    "up or vector(0)",
    "sum(up) or vector(100)",
    "(max(up) or on () vector(0)) + 1",
    "rate(up[5m]) or (0 * up)",
    "up or up * 0",
    "up or 0 * (up)",
    "up or vector(time() * 0)",
    'sum(up or label_replace(vector(0), "a", "b", "", ""))',
  ])("would be found in %s", (expr) => {
    expect(fillers(parseExpr(expr))).toHaveLength(1);
  });

  test("an or of two series is none", () => {
    expect(fillers(parseExpr("2 * up or ALERTS"))).toEqual([]);
  });
});

describe("what is exported", () => {
  const nameOf = (series: string) => definitionOf(series)?.name ?? series;
  const read = (exprs: readonly string[]) =>
    new Set(exprs.flatMap((expr) => selectionsOf(expr).map(({ selector }) => nameOf(selector.name))));
  const onPanels = read(dashboards.flatMap(queriesOf).map(({ expr }) => expr));
  const inRules = read(ALERTS.flatMap((alert) => rulesOf(alert).map(({ expr }) => expr)));

  test("is on a panel, in a rule, or of use for debugging only", () => {
    const forgotten = CATALOGUE.map(({ name }) => name).filter(
      (name) => !onPanels.has(name) && !inRules.has(name) && !(name in DEBUGGING_SERIES),
    );
    expect(forgotten).toEqual([]);
  });

  test("is not called of use for debugging only if it is shown, or not exported at all", () => {
    for (const [name, reason] of Object.entries(DEBUGGING_SERIES)) {
      expect([name, onPanels.has(name) || inRules.has(name)]).toEqual([name, false]);
      expect([name, definitionOf(`${name}_sum`) ?? definitionOf(name)]).not.toEqual([name, undefined]);
      expect(reason.length).toBeGreaterThan(20);
    }
  });

  test("and in a rule, is on a panel too", () => {
    expect([...inRules].filter((name) => !onPanels.has(name))).toEqual([]);
  });
});

/** The same without parentheses, which the tree has in its shape. */
function bare(expr: Expr): Expr {
  const inside = withParts(expr, bare);
  return inside.kind === "paren" ? inside.expr : inside;
}

describe("the expressions of before", () => {
  function withoutFiller(expr: Expr): Expr {
    return expr.kind === "binary" && expr.op === "or"
      ? withoutFiller(expr.left)
      : withParts(expr, withoutFiller);
  }

  function meaning(expr: string): string {
    const anyInstance = expr.replace(/, instance=~"\$instance"|\{instance=~"\$instance"\}/g, "");
    return treeText(withoutFiller(bare(parseExpr(anyInstance))));
  }

  test.each([
    ["quality", "dashstream-quality"],
    ["streaming", "dashflow-streaming"],
  ] as const)("%s: are asked in the same panels, or a reason is given", (name, uid) => {
    const panels = dashboards.filter((one) => one.uid === uid).flatMap(panelsOf);
    const changed = panels.filter(({ id, targets }) => {
      const before = originalTargets(name).filter(({ panel }) => panel === id);
      return !Bun.deepEquals(
        before.map(({ expr }) => meaning(expr)),
        targets.map(({ expr }) => meaning(expr)),
      );
    });
    expect(changed.map(({ id }) => String(id)).toSorted()).toEqual(
      Object.keys(DIFFERENCES[uid] ?? {}).toSorted(),
    );
  });
});

describeReal("promtool3", "promtool 3", () => {
  test("accepts every expression", () => {
    for (const [expr, place] of new Map(queries.map(({ expr, place }) => [expr, place]))) {
      const { exitCode, stderr } = Bun.spawnSync([
        promtool3Path() ?? "",
        "--experimental",
        "promql",
        "format",
        expr,
      ]);
      expect([place, exitCode, stderr.toString()]).toEqual([place, 0, ""]);
    }
  });
});
