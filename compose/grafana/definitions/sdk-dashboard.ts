// A dashboard as Grafana wants it, made with Grafana's own builders.

import type { Builder } from "@grafana/grafana-foundation-sdk/cog";
import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type Panel,
  QueryVariableBuilder,
  RowBuilder,
  type RowPanel,
  VariableRefresh,
  VariableSort,
} from "@grafana/grafana-foundation-sdk/dashboard";
import { DEFAULT_RUNBOOK_URL } from "../../../src/alerts/rule-groups.ts";
import type { AnnotationDefinition, DashboardDefinition, VariableDefinition } from "./dashboard.ts";
import { exprText, PROMETHEUS, sdkPanel } from "./sdk-panel.ts";

/** That of the dashboards before these; every newer Grafana migrates it, none older can show a later one. */
const SCHEMA_VERSION = 38;
const REFRESH = "30s";
/** All dashboards have it. */
const TAG = "dashflow";

export interface DashboardOptions {
  /** Everything happens so many times faster: windows and thresholds are those of a drill. Default 1. */
  readonly scale?: number;
}

export function sdkDashboard(definition: DashboardDefinition, { scale = 1 }: DashboardOptions): Dashboard {
  const dashboard = new DashboardBuilder(definition.title)
    .uid(definition.uid)
    .description(definition.description)
    .tags([...definition.tags])
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .refresh(REFRESH)
    .time({ from: `now-${definition.range}`, to: "now" })
    .timezone("browser")
    .links(links().map(inSight))
    .variables(definition.variables.map(variable))
    .annotations(definition.annotations.map((annotation) => inSight(sdkAnnotation(annotation, scale))))
    .build();
  return { ...dashboard, schemaVersion: SCHEMA_VERSION, panels: panels(definition, scale) };
}

/** In the order in which they are seen; the builder would place a panel at the origin by itself. */
function panels({ rows, panels: own }: DashboardDefinition, scale: number): (Panel | RowPanel)[] {
  const placed = own.map((panel) => ({ y: panel.grid.y, x: panel.grid.x, panel: sdkPanel(panel, scale) }));
  const titles = rows.map(({ id, title, y }) => ({
    y,
    x: 0,
    panel: new RowBuilder(title).id(id).gridPos({ x: 0, y, w: 24, h: 1 }).build(),
  }));
  return [...placed, ...titles].toSorted((a, b) => a.y - b.y || a.x - b.x).map(({ panel }) => panel);
}

function links(): Builder<DashboardLink>[] {
  return [
    new DashboardLinkBuilder("Dashboards").type(DashboardLinkType.Dashboards).tags([TAG]).keepTime(true),
    new DashboardLinkBuilder("Alert list").type(DashboardLinkType.Link).url("/alerting/list"),
    new DashboardLinkBuilder("Runbook")
      .type(DashboardLinkType.Link)
      .url(`${DEFAULT_RUNBOOK_URL}/README.md`)
      .targetBlank(true),
  ];
}

/** The builders put links and annotations into a menu unless told otherwise, and cannot be told. */
function inSight<T extends { readonly placement?: unknown }>(
  builder: Builder<T>,
): Builder<Omit<T, "placement">> {
  const { placement: _, ...shown } = builder.build();
  return { build: () => shown };
}

function variable({ name, label, query, all }: VariableDefinition): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .datasource(PROMETHEUS)
    .query({ query, refId: `Variable-${name}` })
    .definition(query)
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .sort(VariableSort.AlphabeticalAsc)
    .multi(true)
    .includeAll(true)
    .allValue(all)
    .current({ text: "All", value: "$__all" });
}

function sdkAnnotation(
  { name, color, expr, title, text }: AnnotationDefinition,
  scale: number,
): AnnotationQueryBuilder {
  return new AnnotationQueryBuilder()
    .name(name)
    .datasource(PROMETHEUS)
    .enable(true)
    .iconColor(color)
    .expr(exprText(expr, scale))
    .titleFormat(title)
    .textFormat(text);
}
