// The dashboards as Grafana reads them: plain JSON, with the values of variables put in as Grafana does it.

import { z } from "zod";
import { dashboards } from "../../../compose/grafana/definitions/dashboards.ts";

const Target = z.object({
  refId: z.string(),
  expr: z.string(),
  legendFormat: z.string(),
  instant: z.boolean(),
  exemplar: z.boolean().default(false),
});
const Link = z.object({ title: z.string(), url: z.string().optional(), type: z.string() });
const Grid = z.object({ x: z.int(), y: z.int(), w: z.int(), h: z.int() });
const Threshold = z.object({ value: z.number(), color: z.string() });
const Panel = z.object({
  id: z.int(),
  type: z.string(),
  title: z.string(),
  description: z.string().default(""),
  gridPos: Grid,
  datasource: z.object({ uid: z.string() }).optional(),
  links: z.array(Link).default([]),
  targets: z.array(Target).default([]),
  fieldConfig: z
    .object({
      defaults: z.object({
        unit: z.string().optional(),
        thresholds: z.object({ steps: z.array(Threshold) }).optional(),
      }),
    })
    .optional(),
});
const Dashboard = z.object({
  uid: z.string(),
  title: z.string(),
  tags: z.array(z.string()),
  refresh: z.string(),
  schemaVersion: z.int(),
  time: z.object({ from: z.string(), to: z.string() }),
  panels: z.array(Panel),
  links: z.array(Link),
  templating: z.object({
    list: z.array(z.object({ name: z.string(), allValue: z.string(), definition: z.string() })),
  }),
  annotations: z.object({ list: z.array(z.object({ name: z.string(), expr: z.string() })) }),
});

export type ReadDashboard = z.output<typeof Dashboard>;
export type ReadPanel = z.output<typeof Panel>;

/** An expression as Prometheus gets it, all values of variables chosen. */
export interface PanelQuery {
  /** Uid of the dashboard, id and title of the panel: where to look. */
  readonly place: string;
  readonly legend: string;
  readonly expr: string;
  readonly instant: boolean;
  /** Whether its samples lead to traces. */
  readonly exemplars: boolean;
}

/** For a stack in which everything happens `scale` times faster. */
export function readDashboards(scale = 1): readonly ReadDashboard[] {
  return dashboards({ scale }).map((dashboard) => Dashboard.parse(JSON.parse(JSON.stringify(dashboard))));
}

/** Panels that show something, without the titles of rows. */
export function panelsOf(dashboard: ReadDashboard): readonly ReadPanel[] {
  return dashboard.panels.filter(({ type }) => type !== "row");
}

export function queriesOf(dashboard: ReadDashboard): readonly PanelQuery[] {
  return panelsOf(dashboard).flatMap(({ id, title, targets }) =>
    targets.map(({ expr, legendFormat, instant, exemplar }) => ({
      place: `${dashboard.uid} ${id} ${title}`,
      legend: legendFormat,
      expr: withVariables(dashboard, expr),
      instant,
      exemplars: exemplar,
    })),
  );
}

export function annotationsOf(dashboard: ReadDashboard): readonly PanelQuery[] {
  return dashboard.annotations.list.map(({ name, expr }) => ({
    place: `${dashboard.uid} annotation ${name}`,
    legend: "",
    expr: withVariables(dashboard, expr),
    instant: false,
    exemplars: false,
  }));
}

function withVariables({ templating }: ReadDashboard, expr: string): string {
  return templating.list.reduce((text, { name, allValue }) => text.replaceAll(`$${name}`, allValue), expr);
}
