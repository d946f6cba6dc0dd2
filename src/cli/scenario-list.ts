// What `verify --list` and `drill --list` print: scenarios and faults.

import type { Scenario } from "../../sim/scenarios/scenario.ts";
import type { Printer } from "./printer.ts";
import { type Cell, printTable } from "./table.ts";

/** Something that is told of each scenario beside its name and what happens. */
export interface ScenarioColumn {
  /** Its key in JSON. */
  readonly key: string;
  readonly heading: string;
  tellsOf(scenario: Scenario): number | readonly string[];
}

export interface ScenarioListOptions {
  readonly json: boolean;
  readonly columns?: readonly ScenarioColumn[];
}

export async function printScenarioList(
  scenarios: readonly Scenario[],
  { json, columns = [] }: ScenarioListOptions,
  printer: Printer,
): Promise<void> {
  const { FAULTS } = await import("../../sim/faults/faults.ts");
  const faults = [...FAULTS.values()];
  if (json) {
    printer.json({
      scenarios: scenarios.map((scenario) => ({
        scenario: scenario.name,
        summary: scenario.summary,
        alerts: scenario.expect.map(({ alert }) => alert),
        ...Object.fromEntries(columns.map(({ key, tellsOf }) => [key, tellsOf(scenario)])),
      })),
      faults: faults.map(({ name, area, summary, raises }) => ({ fault: name, area, summary, raises })),
    });
    return;
  }
  printTable(
    printer,
    ["scenario", ...columns.map(({ heading }) => heading), "what happens"],
    scenarios.map((scenario) => [
      scenario.name,
      ...columns.map(({ tellsOf }) => cellOf(tellsOf(scenario))),
      scenario.summary,
    ]),
  );
  printer.line("");
  printTable(
    printer,
    ["fault", "area", "what breaks"],
    faults.map(({ name, area, summary }) => [name, area, summary]),
  );
}

function cellOf(value: number | readonly string[]): Cell {
  if (typeof value === "number") return value;
  return value.length === 0 ? null : value.join(", ");
}
