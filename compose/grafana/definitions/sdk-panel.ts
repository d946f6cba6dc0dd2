// A panel as Grafana wants it, made with Grafana's own builders, so that the compiler checks every field.

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  type DataSourceRef,
  GraphThresholdsStyleConfigBuilder,
  GraphThresholdsStyleMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
  SortOrder,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from "@grafana/grafana-foundation-sdk/common";
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  FieldColorBuilder,
  FieldColorModeId,
  MappingType,
  type Panel,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from "@grafana/grafana-foundation-sdk/dashboard";
import * as piechart from "@grafana/grafana-foundation-sdk/piechart";
import * as prometheus from "@grafana/grafana-foundation-sdk/prometheus";
import * as stat from "@grafana/grafana-foundation-sdk/stat";
import * as statetimeline from "@grafana/grafana-foundation-sdk/statetimeline";
import * as table from "@grafana/grafana-foundation-sdk/table";
import * as timeseries from "@grafana/grafana-foundation-sdk/timeseries";
import { alertSlug } from "../../../src/alerts/alert.ts";
import { quantityText, scaled } from "../../../src/alerts/quantity.ts";
import { findAlert } from "../../../src/alerts/registry.ts";
import { DEFAULT_RUNBOOK_URL } from "../../../src/alerts/rule-groups.ts";
import { type Template, written } from "../../../src/alerts/template.ts";
import { DashstreamError } from "../../../src/errors.ts";
import type { NamedValue, PanelDefinition, Query, Step } from "./dashboard.ts";

/** As `compose/grafana/provisioning/datasources/` names it. */
export const PROMETHEUS: DataSourceRef = { type: "prometheus", uid: "prometheus" };

type PanelBuilder =
  | stat.PanelBuilder
  | piechart.PanelBuilder
  | table.PanelBuilder
  | timeseries.PanelBuilder
  | statetimeline.PanelBuilder;

/** @throws DashstreamError `invariant` if it names an alert that does not exist */
export function sdkPanel(panel: PanelDefinition, scale: number): Panel {
  const { grid, unit, steps, values, alerts = [] } = panel;
  const builder = builderFor(panel)
    .id(panel.id)
    .title(panel.title)
    .description(`${panel.shows}\n\n**What to do:** ${panel.act}`)
    .gridPos({ ...grid })
    .datasource(PROMETHEUS)
    .links(alerts.map(runbookLink))
    .targets(panel.queries.map((query, index) => target(panel, query, index, scale)));
  if (unit !== undefined) builder.unit(unit);
  if (steps !== undefined) builder.thresholds(thresholds(steps));
  if (values !== undefined) builder.mappings([mapping(values)]);
  return builder.build();
}

/** The text of an expression in which everything happens `scale` times faster. */
export function exprText(expr: Template, scale: number): string {
  return written(expr, (quantity) => quantityText(scaled(quantity, scale)));
}

function builderFor(panel: PanelDefinition): PanelBuilder {
  switch (panel.kind) {
    case "stat":
      return statBuilder();
    case "piechart":
      return new piechart.PanelBuilder().legend(
        new piechart.PieChartLegendOptionsBuilder()
          .showLegend(true)
          .displayMode(LegendDisplayMode.Table)
          .placement(LegendPlacement.Right)
          .values([piechart.PieChartLegendValues.Percent])
          .calcs([]),
      );
    case "table":
      return new table.PanelBuilder().showHeader(true);
    case "timeseries":
      return lineBuilder(panel);
    case "state-timeline":
      return new statetimeline.PanelBuilder()
        .showValue(VisibilityMode.Never)
        .mergeValues(true)
        .rowHeight(0.8)
        .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
  }
}

function statBuilder(): stat.PanelBuilder {
  return new stat.PanelBuilder()
    .graphMode(BigValueGraphMode.None)
    .colorMode(BigValueColorMode.Background)
    .textMode(BigValueTextMode.Auto)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(["last"]).values(false))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.Thresholds));
}

function lineBuilder({ steps }: PanelDefinition): timeseries.PanelBuilder {
  const mode = steps === undefined ? GraphThresholdsStyleMode.Off : GraphThresholdsStyleMode.Dashed;
  return new timeseries.PanelBuilder()
    .lineWidth(1)
    .fillOpacity(10)
    .showPoints(VisibilityMode.Never)
    .thresholdsStyle(new GraphThresholdsStyleConfigBuilder().mode(mode))
    .colorScheme(new FieldColorBuilder().mode(FieldColorModeId.PaletteClassic))
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending))
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
}

function target(
  { kind }: PanelDefinition,
  { legend, expr, exemplars }: Query,
  index: number,
  scale: number,
): prometheus.DataqueryBuilder {
  const query = new prometheus.DataqueryBuilder()
    .refId(String.fromCharCode("A".charCodeAt(0) + index))
    .datasource(PROMETHEUS)
    .expr(exprText(expr, scale))
    .legendFormat(legend);
  if (exemplars) query.exemplar(true);
  if (kind === "table") return query.format(prometheus.PromQueryFormat.Table).instant();
  return kind === "stat" || kind === "piechart" ? query.instant() : query.range();
}

export function thresholds(steps: readonly Step[]): ThresholdsConfigBuilder {
  return new ThresholdsConfigBuilder()
    .mode(ThresholdsMode.Absolute)
    .steps(steps.map(({ from, color }) => ({ value: from, color })));
}

function mapping(values: readonly NamedValue[]): ValueMapping {
  const options = values.map(({ value, text, color }, index) => [String(value), { text, color, index }]);
  return { type: MappingType.ValueToText, options: Object.fromEntries(options) };
}

function runbookLink(name: string): Builder<DashboardLink> {
  const alert = findAlert(name);
  if (alert === null) throw new DashstreamError("invariant", `a panel names ${name}, which is no alert`);
  return new DashboardLinkBuilder(`Runbook: ${name}`)
    .type(DashboardLinkType.Link)
    .url(`${DEFAULT_RUNBOOK_URL}/${alertSlug(name)}.md`)
    .targetBlank(true);
}
