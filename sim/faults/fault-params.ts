// Parameters of faults: their table, and the check of given values against it. Messages name fault, parameter, value
// and what was expected.

import { z } from "zod";
import { nearestName } from "../../src/config/nearest.ts";
import { DashstreamError } from "../../src/errors.ts";
import type { Fault } from "./fault.ts";

/** One parameter, as people are told of it. */
export interface FaultParam {
  readonly name: string;
  readonly type: "number" | "text" | "switch" | "other";
  /** Completes "expected ...". */
  readonly expected: string;
  /** `null` = must be given. */
  readonly fallback: string | null;
  readonly meaning: string;
}

/** The parts of a JSON schema that parameters are made of. */
interface Property {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly minimum?: number;
  readonly exclusiveMinimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly default?: unknown;
  readonly description?: string;
}

const WRONG_SHARE = 0.4;

/** All parameters of a fault, in the order of its schema. */
export function faultParams(fault: Pick<Fault, "params">): readonly FaultParam[] {
  const { properties = {} } = z.toJSONSchema(fault.params, { io: "input" }) as {
    properties?: Record<string, Property>;
  };
  return Object.entries(properties).map(([name, property]) => ({
    name,
    type: typeOf(property),
    expected: expectation(property),
    fallback: property.default === undefined ? null : String(property.default),
    meaning: property.description ?? "",
  }));
}

/**
 * What was given, checked, with defaults for what was not.
 * @throws DashstreamError `scenario_invalid`
 */
export function checkFaultParams(fault: Fault, given: Readonly<Record<string, unknown>>): unknown {
  const result = fault.params.safeParse(given);
  if (result.success) return result.data;
  const problems = problemsOf(result.error.issues, fault, given);
  const texts = problems.map(({ key, reason }) => (key === null ? reason : `${key}: ${reason}`));
  throw new DashstreamError("scenario_invalid", `fault ${fault.name}: ${texts.join("; ")}`);
}

/** Something wrong with one parameter. */
export interface ParamProblem {
  /** `null`: of all of them together. */
  readonly key: string | null;
  readonly reason: string;
}

/** All that is wrong with what was given. */
export function faultParamProblems(
  fault: Fault,
  given: Readonly<Record<string, unknown>>,
): readonly ParamProblem[] {
  const result = fault.params.safeParse(given);
  return result.success ? [] : problemsOf(result.error.issues, fault, given);
}

function problemsOf(
  issues: readonly z.core.$ZodIssue[],
  fault: Fault,
  given: Readonly<Record<string, unknown>>,
): readonly ParamProblem[] {
  const known = faultParams(fault);
  const names = known.map(({ name }) => name);
  return issues.flatMap((issue): readonly ParamProblem[] => {
    if (issue.code === "unrecognized_keys") {
      return issue.keys.map((key) => ({ key, reason: unknownKey(key, names) }));
    }
    const key = String(issue.path[0] ?? "");
    const param = known.find(({ name }) => name === key);
    if (param === undefined) return [{ key: null, reason: issue.message }];
    const was = key in given ? `${JSON.stringify(given[key])} given` : "not given";
    return [{ key, reason: `${was}, expected ${param.expected}` }];
  });
}

function unknownKey(key: string, names: readonly string[]): string {
  if (names.length === 0) return "unknown, it has no parameters";
  const nearest = nearestName(key, names, WRONG_SHARE);
  const hint = nearest === null ? `it has ${names.join(", ")}` : `did you mean ${nearest}?`;
  return `unknown parameter, ${hint}`;
}

function typeOf({ type, enum: choices }: Property): FaultParam["type"] {
  if (choices !== undefined || type === "string") return "text";
  if (type === "number" || type === "integer") return "number";
  return type === "boolean" ? "switch" : "other";
}

function expectation(property: Property): string {
  const { type, enum: choices } = property;
  if (choices !== undefined) return `one of ${choices.join(", ")}`;
  if (type === "boolean") return "true or false";
  if (type === "integer" || type === "number") {
    return `a ${type === "integer" ? "whole number" : "number"}${bounds(property)}`;
  }
  return type === "string" ? `a text${lengths(property)}` : "see its page";
}

function lengths({ minLength = 0, maxLength }: Property): string {
  return maxLength === undefined ? "" : ` of ${minLength} to ${maxLength} characters`;
}

function bounds({ minimum, exclusiveMinimum, maximum = Number.MAX_SAFE_INTEGER }: Property): string {
  const low = exclusiveMinimum === undefined ? ` from ${minimum ?? 0}` : ` above ${exclusiveMinimum}`;
  const bounded = maximum < Number.MAX_SAFE_INTEGER;
  if (exclusiveMinimum !== undefined) return bounded ? `${low}, at most ${maximum}` : low;
  return bounded ? `${low} to ${maximum}` : ` of at least ${minimum ?? 0}`;
}
