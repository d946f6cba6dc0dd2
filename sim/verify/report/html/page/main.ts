// What runs in the page of a report: draws the charts, lets the keyboard read them, follows light and dark, print and
// the filter. Without it the page still has every result.

import type uPlot from "uplot";
import type { PageChart, PageData } from "../page-data.ts";
import { drawChart } from "./chart.ts";
import { valuesTable } from "./values-table.ts";

const plots: uPlot[] = [];

function start(): void {
  const data: PageData = JSON.parse(document.getElementById("data")?.textContent ?? "{}");
  for (const [id, chart] of Object.entries(data)) {
    const figure = document.getElementById(id);
    const place = figure?.querySelector<HTMLElement>(".plot");
    if (figure && place) showChart(chart, figure, place);
  }
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", redraw);
  addEventListener("beforeprint", () => setPrinting(true));
  addEventListener("afterprint", () => setPrinting(false));
  startFilter();
}

function showChart(chart: PageChart, figure: HTMLElement, place: HTMLElement): void {
  const plot = drawChart(chart, place, figure.dataset.scenario ?? figure.id);
  plots.push(plot);
  place.addEventListener("keydown", (event) => {
    const index = nextIndex(event.key, plot.cursor.idx ?? -1, chart.times.length);
    if (index === null) return;
    event.preventDefault();
    const left = plot.valToPos(chart.times[index] ?? 0, "x");
    plot.setCursor({ left, top: plot.over.clientHeight / 2 });
  });
  const values = figure.querySelector<HTMLDetailsElement>("details.values");
  values?.addEventListener("toggle", () => {
    if (values.open && values.querySelector("table") === null) values.append(valuesTable(chart));
  });
}

/** The point that a key goes to; `null` for keys that mean something else. */
function nextIndex(key: string, index: number, count: number): number | null {
  switch (key) {
    case "ArrowRight":
      return Math.min(count - 1, index + 1);
    case "ArrowLeft":
      return Math.max(0, index - 1);
    case "Home":
      return 0;
    case "End":
      return count - 1;
    default:
      return null;
  }
}

function redraw(): void {
  for (const plot of plots) plot.redraw(false, true);
}

/** Paper is light. */
function setPrinting(isPrinting: boolean): void {
  document.documentElement.classList.toggle("printing", isPrinting);
  redraw();
}

function startFilter(): void {
  const filter = document.querySelector<HTMLInputElement>("#only-failed");
  filter?.addEventListener("change", () => {
    document.body.classList.toggle("only-failed", filter.checked);
  });
}

start();
