// Something wrong in a file of a scenario, with the place where it stands.

import { DashstreamError } from "../../src/errors.ts";
import { type FilePosition, placeText } from "../../src/promql/rules/rule.ts";

/** Keys and indexes from the top of a document to a value. */
export type Path = readonly (string | number)[];

/** What is wrong with the value at a path, before it is known where that stands. */
export interface Complaint {
  readonly path: Path;
  /** True: it is about the last key of the path and not about its value. */
  readonly isAboutKey?: boolean;
  /** What is wrong, and what was expected. */
  readonly reason: string;
}

export interface ScenarioProblem {
  readonly position: FilePosition;
  /** `expect[0].within`; empty for the file as a whole. */
  readonly path: string;
  readonly reason: string;
}

export function pathText(path: Path): string {
  return path.reduce<string>((text, key) => {
    if (typeof key === "number") return `${text}[${key}]`;
    return text === "" ? key : `${text}.${key}`;
  }, "");
}

/** `file:line:column: path: reason`. */
function problemText({ position, path, reason }: ScenarioProblem): string {
  return `${placeText(position)}: ${path === "" ? "" : `${path}: `}${reason}`;
}

/** One error with a line for each problem, in the order of the file. */
export function scenarioError(problems: readonly ScenarioProblem[]): DashstreamError {
  return new DashstreamError("scenario_invalid", problems.map(problemText).join("\n"));
}
