// Scenario files of users: YAML or JSON. Either a scenario that can run comes out, or an error that names every problem
// with file, line, column, path and what was expected.

import { nearestOrListed } from "../../src/config/nearest.ts";
import { DashstreamError, describeError } from "../../src/errors.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import { type Complaint, type Path, pathText, type ScenarioProblem, scenarioError } from "./problem.ts";
import { type Scenario, scenarioSchema } from "./scenario.ts";
import { shapeComplaints, valueAt } from "./shape.ts";
import { timelineComplaints } from "./timeline.ts";
import { readYaml, type YamlDocument } from "./yaml-document.ts";

/** Something wrong with an entry of a map, or with the whole. */
export interface Objection {
  /** The parameter or variable; `null`: the fault itself. */
  readonly key: string | null;
  readonly reason: string;
}

/** What only others know. Each answers with all that is wrong. */
export interface ScenarioChecks {
  /** Whether there is such a fault and it takes such parameters. */
  readonly checkFault?: (name: string, params: unknown) => readonly Objection[];
  /** Whether the components start with such an environment. */
  readonly checkEnv?: (env: Readonly<Record<string, string>>) => readonly Objection[];
  /** Names of the alerts of the rules. */
  readonly alerts?: ReadonlySet<string>;
}

export interface ScenarioFile {
  readonly file: string;
  readonly text: string;
}

interface ReadScenario {
  readonly file: string;
  readonly scenario: Scenario;
  readonly document: YamlDocument;
}

/** So much of the name of an alert may be misspelled. */
const WRONG_SHARE = 0.35;

/**
 * The scenarios of several files, whose names must differ.
 * @throws DashstreamError `scenario_invalid` with a line for each problem of all files
 */
export function readScenarioFiles(
  files: readonly ScenarioFile[],
  checks: ScenarioChecks = {},
): readonly Scenario[] {
  const problems: ScenarioProblem[] = [];
  const scenarios = new Map<string, ReadScenario>();
  for (const file of files) {
    const reading = read(file, checks);
    if ("problems" in reading) {
      problems.push(...reading.problems);
      continue;
    }
    const { name } = reading.scenario;
    const earlier = scenarios.get(name);
    if (earlier === undefined) scenarios.set(name, reading);
    else problems.push(duplicateName(name, reading, earlier));
  }
  if (problems.length > 0) throw scenarioError(problems);
  return [...scenarios.values()].map(({ scenario }) => scenario);
}

function duplicateName(name: string, { document }: ReadScenario, earlier: ReadScenario): ScenarioProblem {
  const { file, line } = earlier.document.positionOf(["name"], false);
  const reason = `${name} is the name of the scenario in ${file}:${line} already, expected another one`;
  return { position: document.positionOf(["name"], false), path: "name", reason };
}

function read(
  { text, file }: ScenarioFile,
  checks: ScenarioChecks,
): ReadScenario | { readonly problems: readonly ScenarioProblem[] } {
  const reading = readYaml(text, file);
  if (!reading.ok) return reading;
  const { document } = reading;
  const { value } = document;
  const parsed = scenarioSchema.safeParse(value);
  const complaints = [
    ...(parsed.success ? timelineComplaints(parsed.data) : shapeComplaints(parsed.error.issues, value)),
    ...nameComplaints(value, checks),
    ...(parsed.success ? [...envComplaints(parsed.data, checks), ...evidenceComplaints(parsed.data)] : []),
  ];
  if (parsed.success && complaints.length === 0) return { file, scenario: parsed.data, document };
  return { problems: inOrder(complaints.map((complaint) => located(complaint, document))) };
}

function located({ path, reason, isAboutKey = false }: Complaint, document: YamlDocument): ScenarioProblem {
  return { position: document.positionOf(path, isAboutKey), path: pathText(path), reason };
}

function inOrder(problems: readonly ScenarioProblem[]): readonly ScenarioProblem[] {
  return problems.toSorted(({ position: a }, { position: b }) => a.line - b.line || a.column - b.column);
}

/** Names of faults and alerts that nobody knows; also where the shape of something else is wrong. */
function nameComplaints(value: unknown, { checkFault, alerts }: ScenarioChecks): readonly Complaint[] {
  const faults = ["faults", "remedy"].flatMap((key) =>
    listAt(value, [key]).flatMap((entry, index): readonly Complaint[] => {
      const name = valueAt(entry, ["fault"]);
      if (typeof name !== "string") return [];
      const params = valueAt(entry, ["params"]) ?? {};
      const objections = checkFault?.(name, params) ?? [];
      return objections.map((objection) =>
        objection.key === null
          ? { path: [key, index, "fault"], reason: objection.reason }
          : complaintAbout(params, [key, index, "params"], objection),
      );
    }),
  );
  const names = ["expect", "may"].flatMap((key) =>
    listAt(value, [key]).flatMap((entry, index): readonly Complaint[] => {
      const name = valueAt(entry, ["alert"]);
      if (typeof name !== "string" || alerts === undefined || alerts.has(name)) return [];
      return [{ path: [key, index, "alert"], reason: unknownAlert(name, alerts) }];
    }),
  );
  return [...faults, ...names];
}

function unknownAlert(name: string, alerts: ReadonlySet<string>): string {
  const hint = nearestOrListed(name, [...alerts], WRONG_SHARE);
  return `no rule has the alert ${JSON.stringify(name)}${hint}`;
}

/** The environment of all components, and of each that has more. */
function envComplaints({ env, env_of }: Scenario, { checkEnv }: ScenarioChecks): readonly Complaint[] {
  const ofAll = checkEnv?.(env) ?? [];
  if (ofAll.length > 0) return ofAll.map((objection) => complaintAbout(env, ["env"], objection));
  return Object.entries(env_of).flatMap(([component, own]): readonly Complaint[] => {
    if (Object.keys(own).length === 0) return [];
    const objections = checkEnv?.({ ...env, ...own }) ?? [];
    return objections.map((objection) => complaintAbout(own, ["env_of", component], objection));
  });
}

/** At the key that is wrong, or else at that of the map that lacks it. */
function complaintAbout(map: unknown, path: Path, { key, reason }: Objection): Complaint {
  if (key !== null && valueAt(map, [key]) !== undefined) {
    return { path: [...path, key], isAboutKey: true, reason };
  }
  return { path, isAboutKey: true, reason: key === null ? reason : `${key} ${reason}` };
}

/** Expressions that cannot be evaluated. */
function evidenceComplaints({ expect }: Scenario): readonly Complaint[] {
  return expect.flatMap(({ evidence }, index): readonly Complaint[] => {
    if (evidence === undefined) return [];
    try {
      parseExpr(evidence);
      return [];
    } catch (error) {
      if (!(error instanceof DashstreamError)) throw error;
      return [{ path: ["expect", index, "evidence"], reason: describeError(error) }];
    }
  });
}

function listAt(value: unknown, path: Path): readonly unknown[] {
  const found = valueAt(value, path);
  return Array.isArray(found) ? found : [];
}
