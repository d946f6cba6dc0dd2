// Labels made from other labels.

import { RE2JS } from "re2js";
import { DashstreamError } from "../../errors.ts";
import type { Expr } from "../ast.ts";
import type { Labels } from "../labels.ts";
import { samplesArgument, stringArgument, writtenArgument } from "./call.ts";
import { promFunction, vector } from "./definition.ts";
import type { CallContext, PromFunction } from "./function.ts";
import { expandTemplate } from "./regex-template.ts";

/** By the argument that holds it, so that a rule compiles its expression once. */
const compiled = new WeakMap<Expr, RE2JS>();

function wholeTextRegex(context: CallContext, index: number): RE2JS {
  const argument = writtenArgument(context, index);
  const known = compiled.get(argument);
  if (known) return known;
  const text = stringArgument(context, index);
  try {
    const regex = RE2JS.compile(`^(?s:${text})$`);
    compiled.set(argument, regex);
    return regex;
  } catch (cause) {
    throw new DashstreamError("promql_invalid", `invalid regular expression in label_replace(): ${text}`, {
      cause,
    });
  }
}

function labelName(context: CallContext, index: number, role: string, call: string): string {
  const name = stringArgument(context, index);
  // Any text may be the name of a label since Prometheus 3, but for none at all and what isn't Unicode.
  if (name !== "" && name.isWellFormed()) return name;
  throw new DashstreamError("promql_invalid", `invalid ${role} label name in ${call}(): ${name}`);
}

function replaced(labels: Labels, regex: RE2JS, context: CallContext): string | null {
  const matcher = regex.matcher(labels.get(stringArgument(context, 3)));
  if (!matcher.find()) return null;
  const names = matcher.namedGroups;
  return expandTemplate(stringArgument(context, 2), (reference) => {
    if (typeof reference === "number")
      return reference <= matcher.groupCount() ? matcher.group(reference) : null;
    return Object.hasOwn(names, reference) ? matcher.group(reference) : null;
  });
}

export const LABEL_CHANGES: readonly PromFunction[] = [
  promFunction({
    name: "label_replace",
    args: ["vector", "string", "string", "string", "string"],
    dropsName: false,
    evaluate(context) {
      const regex = wholeTextRegex(context, 4);
      const target = labelName(context, 1, "destination", "label_replace");
      const samples = samplesArgument(context, 0).map(({ labels, value }) => {
        const text = replaced(labels, regex, context);
        return { labels: text === null ? labels : labels.with({ [target]: text }), value };
      });
      return vector(samples);
    },
  }),
  promFunction({
    name: "label_join",
    args: ["vector", "string", "string", "string"],
    variadic: -1,
    dropsName: false,
    evaluate(context) {
      const sources = context.args
        .slice(3)
        .map((_, index) => labelName(context, index + 3, "source", "label_join"));
      const target = labelName(context, 1, "destination", "label_join");
      const separator = stringArgument(context, 2);
      const samples = samplesArgument(context, 0).map(({ labels, value }) => {
        const text = sources.map((name) => labels.get(name)).join(separator);
        return { labels: labels.with({ [target]: text }), value };
      });
      return vector(samples);
    },
  }),
];
