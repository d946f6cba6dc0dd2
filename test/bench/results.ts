// The table that a benchmark ends with, and the lines below it.

import type { Cost } from "./cost.ts";

/** How often something was done, and what that cost. */
export interface Measured extends Cost {
  readonly units: number;
}

/** What a cost is compared with: CPU time per unit, or the rate where most of the time both wait. */
export interface Baseline {
  readonly by: "cpu" | "rate";
  readonly cost: Measured;
}

export interface Row extends Measured {
  readonly name: string;
  readonly baseline?: Baseline;
  readonly goal?: string;
}

const HEADINGS = [
  "measurement",
  "records",
  "seconds",
  "records/s",
  "CPU s per million",
  "ratio to bare",
  "goal",
];

export class Results {
  readonly #rows: string[][] = [HEADINGS];
  readonly #notes: string[] = [];

  row({ name, units, seconds, cpuSeconds, baseline, goal = "" }: Row): void {
    const cost = { units, seconds, cpuSeconds };
    this.#rows.push([
      name,
      String(units),
      seconds.toFixed(2),
      Math.round(rate(cost)).toLocaleString("en"),
      perMillion(cost).toFixed(2),
      baseline ? ratio(cost, baseline) : "",
      goal,
    ]);
  }

  /** A figure that is no row. */
  note(text: string): void {
    this.#notes.push(text);
  }

  toString(): string {
    const widths = HEADINGS.map((_, column) =>
      Math.max(...this.#rows.map((row) => row[column]?.length ?? 0)),
    );
    const lines = this.#rows.map(
      (row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`,
    );
    return [...lines, "", ...this.#notes, ""].join("\n");
  }
}

/** CPU seconds for a million units. */
export function perMillion({ cpuSeconds, units }: Measured): number {
  return (cpuSeconds / units) * 1e6;
}

/** Units a second. */
export function rate({ units, seconds }: Measured): number {
  return units / seconds;
}

function ratio(cost: Measured, baseline: Baseline): string {
  if (baseline.by === "cpu") return (perMillion(cost) / perMillion(baseline.cost)).toFixed(2);
  return `${(rate(cost) / rate(baseline.cost)).toFixed(2)} of the rate`;
}
