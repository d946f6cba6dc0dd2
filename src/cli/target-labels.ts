// The flag `--target-labels`: `namespace=a,team=b` for all targets, `exporter:job=c` for those of one component.

import { InvalidArgumentError } from "commander";
import { COMPONENT_NAMES } from "../../sim/faults/stage.ts";
import { NO_TARGET_LABELS, type TargetLabels } from "../../sim/verify/site/target-labels.ts";
import { DashstreamError } from "../errors.ts";

const PAIR = /^(?:([^:=]*):)?([a-zA-Z_][a-zA-Z0-9_]*)=(.+)$/;

/** For commander, which gives what was read before. */
export function parseTargetLabels(text: string, previous: TargetLabels = NO_TARGET_LABELS): TargetLabels {
  return text.split(",").reduce(withPair, previous);
}

function withPair({ all, of }: TargetLabels, pair: string): TargetLabels {
  const [, name, label, value] = PAIR.exec(pair.trim()) ?? [];
  if (label === undefined || value === undefined) {
    const expected =
      "expected label=value or component:label=value, separated by commas, which no value may contain";
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
export function refuseJobs({ all, of }: TargetLabels): void {
  const given = [
    ["", all] as const,
    ...Object.entries(of).map(([name, labels]) => [`${name}:`, labels] as const),
  ];
  const [prefix, labels] = given.find(([, { job }]) => job !== undefined) ?? [];
  if (labels === undefined) return;
  throw new DashstreamError(
    "usage",
    `--target-labels: ${prefix}job=${labels.job} would replace a job by which our own rules tell components apart; expected other labels, or --rules with rules that select on this job`,
  );
}
