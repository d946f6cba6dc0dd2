// What a dashboard is here: plain data, with every window a quantity, so that the same dashboard can be asked of a stack in
// which everything happens faster. What Grafana wants is made from it by `sdk-dashboard.ts`.

import type { Template } from "../../../src/alerts/template.ts";

/** Units of Grafana that are in use. */
export type Unit =
  | "short"
  | "percent"
  | "percentunit"
  | "ms"
  | "s"
  | "reqps"
  | "bytes"
  | "dtdurations"
  | "dateTimeFromNow";

export type Color = "green" | "yellow" | "orange" | "red" | "blue";

/** `color` holds from `from` on; what lies below the first step has the color of the first. */
export interface Step {
  readonly from: number;
  readonly color: Color;
}

/** What a single value is called, such as 0 for "down". */
export interface NamedValue {
  readonly value: number;
  readonly text: string;
  readonly color: Color;
}

/** Columns of 24 and rows, from the top left. */
export interface Grid {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

export interface Query {
  /** May name labels, as `{{error_type}}`. */
  readonly legend: string;
  readonly expr: Template;
  /** Its samples lead to traces. */
  readonly exemplars?: true;
}

/**
 * `stat`, `piechart` and `table` show this moment, so that what is gone says "No data" and not what it was last;
 * the others show the range of the dashboard.
 */
export type PanelKind = "stat" | "piechart" | "table" | "timeseries" | "state-timeline";

export interface PanelDefinition {
  /** For good: links name it. */
  readonly id: number;
  readonly title: string;
  readonly kind: PanelKind;
  readonly grid: Grid;
  readonly unit?: Unit;
  readonly steps?: readonly Step[];
  readonly values?: readonly NamedValue[];
  /** What it shows. */
  readonly shows: string;
  /** What somebody does about it when it is red, or looks wrong. */
  readonly act: string;
  /** Alerts whose pages it leads to. */
  readonly alerts?: readonly string[];
  readonly queries: readonly Query[];
}

/** A line with a title above the panels of a subject. */
export interface RowDefinition {
  readonly id: number;
  readonly title: string;
  readonly y: number;
}

/** Values of a label to choose from. */
export interface VariableDefinition {
  readonly name: string;
  readonly label: string;
  /** As Grafana's `label_values(series, label)`. */
  readonly query: string;
  /** Regular expression for all of them. */
  readonly all: string;
}

export interface AnnotationDefinition {
  readonly name: string;
  readonly color: Color;
  readonly expr: Template;
  readonly title: string;
  readonly text: string;
}

export interface DashboardDefinition {
  /** Without `.json`. */
  readonly file: string;
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly tags: readonly string[];
  /** How far back it looks, as `6h`. */
  readonly range: string;
  readonly variables: readonly VariableDefinition[];
  readonly annotations: readonly AnnotationDefinition[];
  readonly rows: readonly RowDefinition[];
  readonly panels: readonly PanelDefinition[];
}
