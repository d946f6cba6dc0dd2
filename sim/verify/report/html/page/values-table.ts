// The values of a chart as a table, made when somebody asks for it.

import { durationText } from "../../../../scenarios/duration.ts";
import type { PageChart } from "../page-data.ts";
import { short } from "./chart.ts";

export function valuesTable({ times, series }: PageChart): HTMLTableElement {
  const table = document.createElement("table");
  const head = table.createTHead().insertRow();
  for (const name of ["time", ...series.map(({ name }) => name)]) {
    const cell = document.createElement("th");
    cell.scope = "col";
    cell.textContent = name;
    head.append(cell);
  }
  const body = table.createTBody();
  for (const [index, at] of times.entries()) {
    const row = body.insertRow();
    row.insertCell().textContent = durationText(at);
    for (const { values } of series) {
      const value = values[index] ?? null;
      row.insertCell().textContent = value === null ? "" : short(value);
    }
  }
  return table;
}
