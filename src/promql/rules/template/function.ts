// What a function of templates is: the types it takes, which decide what may be handed to it, and what it gives.

import type { Labels } from "../../labels.ts";
import type { GoValue } from "./value.ts";

/** `any` also takes nothing at all; a result and a sample may be nil. */
export type ParameterType = "any" | "string" | "template.queryResult" | "*template.sample";

/** What functions ask of the world around a template. */
export interface TemplateWorld {
  /** @throws DashstreamError if the query cannot be evaluated */
  readonly query: (expression: string) => readonly { readonly labels: Labels; readonly value: number }[];
  /** Time of the evaluation, milliseconds since the Unix epoch. */
  readonly nowMs: number;
  /** Where the Prometheus server is reached; "" if nobody said. */
  readonly externalUrl: string;
}

export interface TemplateFunction {
  readonly params: readonly ParameterType[];
  /** The last parameter may be repeated, or left out. */
  readonly isVariadic?: boolean;
  /** @throws DashstreamError `rules_invalid` with Go's message */
  readonly call: (args: readonly GoValue[], world: TemplateWorld) => GoValue;
}

export type FunctionTable = Readonly<Record<string, TemplateFunction>>;
