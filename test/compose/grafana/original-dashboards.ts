// The dashboards whose titles, ids and thresholds people and scripts know: what they were, as data.

import { readFileSync } from "node:fs";

export interface OriginalPanel {
  readonly id: number;
  readonly title: string;
  /** `graph` is what is called `timeseries` since Grafana 8. */
  readonly type: string;
  /** `null`: none was set, or one of an axis. */
  readonly unit: string | null;
  readonly grid: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly thresholds: readonly { readonly value: number; readonly color: string }[];
}

export interface OriginalTarget {
  readonly panel: number;
  readonly legend: string;
  readonly expr: string;
}

function lines(file: string): readonly string[] {
  const text = readFileSync(new URL(`original/${file}.txt`, import.meta.url), "utf8");
  return text.split("\n").filter((line) => line !== "");
}

/** Rows of a table: id, title, type, unit, grid, thresholds. */
export function originalPanels(name: "quality" | "streaming"): readonly OriginalPanel[] {
  return lines(`${name}-panels`).map((line) => {
    const [id, title = "", type = "", unit = "", grid = "", thresholds = ""] = line
      .slice(1, -1)
      .split("|")
      .map((cell) => cell.trim());
    const [x = 0, y = 0, w = 0, h = 0] = grid.split(",").map(Number);
    return {
      id: Number(id),
      title,
      type,
      unit: unit === "" ? null : unit,
      grid: { x, y, w, h },
      thresholds: thresholds === "" ? [] : thresholds.split(", ").map(threshold),
    };
  });
}

function threshold(text: string) {
  const [color = "", value] = text.split(">=");
  return { value: Number(value), color };
}

/** Lines of the form `5/ [legend]  expression`. */
export function originalTargets(name: "quality" | "streaming"): readonly OriginalTarget[] {
  return lines(`${name}-targets`).map((line) => {
    const [, panel, legend = "", expr = ""] = /^(\d+)\/ \[(.*?)\] {2}(.*)$/.exec(line) ?? [];
    return { panel: Number(panel), legend, expr };
  });
}
