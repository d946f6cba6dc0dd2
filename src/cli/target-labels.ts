// The flag `--target-labels`: `namespace=a,team=b` for all targets, `exporter:job=c` for those of one component.

import { InvalidArgumentError } from "commander";
import { COMPONENT_NAMES } from "../../sim/faults/stage.ts";
import type { TargetLabels } from "../../sim/verify/site/target-labels.ts";
import { DashstreamError } from "../errors.ts";

const PAIR = /^(?:([^:=]*):)?([a-zA-Z_][a-zA-Z0-9_]*)=(.+)$/;

/** For commander, which gives what was read before. */
export function parseTargetLabels(text: string, previous: TargetLabels = { all: {}, of: {} }): TargetLabels {
  return text.split(",").reduce(withPair, previous);
}

function withPair({ all, of }: TargetLabels, pair: string): TargetLabels {
  const [, name, label, value] = PAIR.exec(pair.trim()) ?? [];
  if (label === undefined || value === undefined) {
    const expected = "expected label=value or component:label=value, separated by commas";
    throw new InvalidArgumentError(`${expected}, not ${JSON.stringify(pair)}`);
  }
  if (name === undefined) return { all: { ...all, [label]: value }, of };
  const component = COMPONENT_NAMES.find((known) => known === name);
  if (component === undefined) {
    const expected = `expected one of ${COMPONENT_NAMES.join(", ")} before the colon`;
    throw new InvalidArgumentError(`${expected}, not ${JSON.stringify(name)}`);
  }
  return { all, of: { ...of, [component]: { ...of[component], [label]: value } } };
}

/** @throws DashstreamError `usage` for a label that our own rules need as it is */
export function checkOwnJobs({ all, of }: TargetLabels): void {
  const job = [all, ...Object.values(of)].find((labels) => labels.job !== undefined)?.job;
  if (job === undefined) return;
  throw new DashstreamError(
    "usage",
    `--target-labels: job=${job} would replace a job by which our own rules tell components apart; expected other labels, or --rules with rules that select on this job`,
  );
}
