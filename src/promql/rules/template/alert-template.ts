// Labels and annotations of alerts are templates. Each is parsed once and filled in for every alert, with the variables
// that Prometheus puts in front of it.

import type { Labels } from "../../labels.ts";
import { BUILTINS } from "./builtins.ts";
import { Execution } from "./execution.ts";
import type { FunctionTable, TemplateWorld } from "./function.ts";
import { parseTemplate } from "./parser.ts";
import { PROMETHEUS_FUNCTIONS } from "./prometheus-functions.ts";
import { type GoValue, goFloat, goString, goStringMap } from "./value.ts";

const FUNCTIONS: FunctionTable = { ...BUILTINS, ...PROMETHEUS_FUNCTIONS };

/** rules/alerting.go. They count as columns of the first line in messages. */
const DEFINITIONS =
  "{{$labels := .Labels}}{{$externalLabels := .ExternalLabels}}{{$externalURL := .ExternalURL}}{{$value := .Value}}";

/** Go's name of the data, in messages. */
const DATA_TYPE =
  "struct { Labels map[string]string; ExternalLabels map[string]string; ExternalURL string; Value interface {} }";

/** What an alert is about. */
export interface AlertData {
  /** Of the series that the expression gave, with its name. */
  readonly labels: Labels;
  readonly value: number;
  readonly externalLabels: Readonly<Record<string, string>>;
}

export interface AlertTemplate {
  /** @throws DashstreamError `rules_invalid` with the message of Prometheus */
  expand(data: AlertData, world: TemplateWorld): string;
}

/** @throws DashstreamError `rules_invalid` if it is not a template, with the message of Go */
export function parseAlertTemplate(alert: string, text: string): AlertTemplate {
  const isFunction = (name: string) => Object.hasOwn(FUNCTIONS, name);
  const parsed = parseTemplate(`__alert_${alert}`, DEFINITIONS + text, isFunction);
  // Most labels, and many annotations, are plain text.
  if (!text.includes("{{")) return { expand: () => text };
  return {
    expand: (data, world) => new Execution(parsed, FUNCTIONS, world).run(goData(data, world.externalUrl)),
  };
}

function goData({ labels, value, externalLabels }: AlertData, externalUrl: string): GoValue {
  return {
    kind: "struct",
    type: DATA_TYPE,
    isPointer: false,
    fields: {
      Labels: goStringMap(labels),
      ExternalLabels: goStringMap(Object.entries(externalLabels)),
      ExternalURL: goString(externalUrl),
      Value: goFloat(value),
    },
  };
}

/**
 * The offset into an alert's text of a place that a message names.
 * @param column bytes before it in the line, as Go counts them; in the first line with those of the definitions
 */
export function ownOffset(text: string, line: number, column: number): number {
  const lines = text.split("\n");
  const before = lines.slice(0, line - 1).reduce((sum, { length }) => sum + length + 1, 0);
  const bytes = Math.max(0, line === 1 ? column - DEFINITIONS.length : column);
  const own = Buffer.from(lines[line - 1] ?? "").subarray(0, bytes);
  return before + own.toString().length;
}
