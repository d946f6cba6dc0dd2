// The functions that Prometheus adds to templates (template/template.go).

import { RE2JS } from "re2js";
import { describeError } from "../../../errors.ts";
import { expandTemplate } from "../../functions/regex-template.ts";
import { parseSignedDuration } from "../duration.ts";
import { queryEscaped } from "./builtins.ts";
import { failure, NIL_POINTER } from "./failure.ts";
import type { FunctionTable, TemplateFunction } from "./function.ts";
import { quoted } from "./go-quote.ts";
import { isIpAddress, joinHostPort, splitHostPort } from "./host-port.ts";
import { humanize, humanize1024, humanizeDuration, humanizePercentage, toFloat, toTime } from "./humanize.ts";
import { titleCase } from "./title-case.ts";
import { type GoStruct, type GoValue, goBool, goFloat, goSample, goString, NIL, ownText } from "./value.ts";

function textOf(value: GoValue | undefined): string {
  return value?.kind === "string" ? value.value : "";
}

function onText(change: (text: string) => string): TemplateFunction {
  return { params: ["string"], call: ([text]) => goString(change(textOf(text))) };
}

/** Go changes a letter into one letter, or not at all: "ß" stays. */
function eachRune(text: string, change: (rune: string) => string): string {
  return [...text]
    .map((rune) => {
      const changed = change(rune);
      return [...changed].length === 1 ? changed : rune;
    })
    .join("");
}

function onNumber(write: (value: number) => string): TemplateFunction {
  return { params: ["any"], call: ([value = NIL]) => goString(write(toFloat(value))) };
}

function sampleOf(value: GoValue | undefined): GoStruct {
  if (value?.kind !== "struct") throw failure(NIL_POINTER);
  return value;
}

function labelOf(sample: GoStruct, name: string): GoValue {
  const labels = sample.fields.Labels;
  return (labels?.kind === "map" ? labels.entries.get(name) : undefined) ?? goString("");
}

function itemsOf(value: GoValue | undefined): readonly GoStruct[] {
  return value?.kind === "list" ? value.items : [];
}

/** Regular expressions of the syntax RE2. `prefix` goes before the reason if it is none. */
function regexOf(pattern: string, prefix = ""): RE2JS {
  try {
    return RE2JS.compile(pattern);
  } catch (cause) {
    throw failure(prefix + describeError(cause));
  }
}

function replaceAll(pattern: string, replacement: string, text: string): string {
  const quotedPattern = pattern.includes("`") ? quoted(pattern) : `\`${pattern}\``;
  const matcher = regexOf(pattern, `regexp: Compile(${quotedPattern}): `).matcher(text);
  const names = matcher.namedGroups;
  let result = "";
  let end = 0;
  while (matcher.find()) {
    result += text.slice(end, matcher.start());
    // An empty match right behind another one is passed over, as in Go.
    const isCounted = matcher.end() > end || matcher.start() === 0;
    end = matcher.end();
    if (!isCounted) continue;
    result += expandTemplate(replacement, (reference) => {
      if (typeof reference === "number") {
        return reference <= matcher.groupCount() ? matcher.group(reference) : null;
      }
      return Object.hasOwn(names, reference) ? matcher.group(reference) : null;
    });
  }
  return result + text.slice(end);
}

function stripDomain(text: string): string {
  const split = splitHostPort(text);
  const host = split?.host ?? text;
  if (isIpAddress(host)) return text;
  const [first = ""] = host.split(".");
  return split && split.port !== "" ? joinHostPort({ host: first, port: split.port }) : first;
}

function graphLink(tab: number): (expression: string) => string {
  return (expression) => `/graph?g0.expr=${queryEscaped(expression)}&g0.tab=${tab}`;
}

/** The path of a URL as Go's `url.URL` holds it. */
function pathOf(url: string): string {
  return /^(?:[a-zA-Z][\w+.-]*:)?\/\/[^/?#]*([^?#]*)/.exec(url)?.[1] ?? "";
}

const QUERIES: FunctionTable = {
  // In the order of series, of which Prometheus promises none: what is `first` is sure after `sortByLabel` only.
  query: {
    params: ["string"],
    call: ([expression], world) => ({
      kind: "list",
      items: world.query(textOf(expression)).map(({ labels, value }) => goSample(labels, value)),
    }),
  },
  first: {
    params: ["template.queryResult"],
    call([result]) {
      const [sample] = itemsOf(result);
      if (!sample) throw failure("first() called on vector with no elements");
      return sample;
    },
  },
  label: {
    params: ["string", "*template.sample"],
    call: ([name, sample]) => labelOf(sampleOf(sample), textOf(name)),
  },
  value: { params: ["*template.sample"], call: ([sample]) => sampleOf(sample).fields.Value ?? NIL },
  strvalue: {
    params: ["*template.sample"],
    call: ([sample]) => labelOf(sampleOf(sample), "__value__"),
  },
  sortByLabel: {
    params: ["string", "template.queryResult"],
    call([name, result]) {
      const key = (sample: GoStruct) => textOf(labelOf(sample, textOf(name)));
      const items = [...itemsOf(result)].sort((a, b) => (key(a) < key(b) ? -1 : Number(key(a) > key(b))));
      return { kind: "list", items };
    },
  },
};

const NUMBERS: FunctionTable = {
  humanize: onNumber(humanize),
  humanize1024: onNumber(humanize1024),
  humanizeDuration: onNumber(humanizeDuration),
  humanizePercentage: onNumber(humanizePercentage),
  humanizeTimestamp: onNumber((seconds) => {
    const time = toTime(seconds);
    return time === null ? humanize(seconds) : (ownText({ kind: "time", value: time }) ?? "");
  }),
  toTime: {
    params: ["any"],
    call([value = NIL]) {
      const time = toTime(toFloat(value));
      if (time === null) throw failure("value is NaN or Inf");
      return { kind: "time", value: time };
    },
  },
  toDuration: {
    params: ["any"],
    call([value = NIL]) {
      const ns = Math.trunc(toFloat(value) * 1e9);
      // A number that no duration holds becomes the smallest one, as on amd64.
      const fits = Math.abs(ns) < 2 ** 63;
      return { kind: "duration", value: fits ? BigInt(ns) : -(2n ** 63n) };
    },
  },
  now: { params: [], call: (_, { nowMs }) => goFloat(nowMs / 1000) },
  parseDuration: {
    params: ["string"],
    call([text]) {
      const duration = parseSignedDuration(textOf(text));
      if ("problem" in duration) throw failure(duration.problem);
      return goFloat(duration.ms / 1000);
    },
  },
};

const TEXTS: FunctionTable = {
  title: onText(titleCase),
  toUpper: onText((text) => eachRune(text, (rune) => rune.toUpperCase())),
  toLower: onText((text) => eachRune(text, (rune) => rune.toLowerCase())),
  stripPort: onText((text) => splitHostPort(text)?.host ?? text),
  stripDomain: onText(stripDomain),
  match: {
    params: ["string", "string"],
    call: ([pattern, text]) => goBool(regexOf(textOf(pattern)).matcher(textOf(text)).find()),
  },
  reReplaceAll: {
    params: ["string", "string", "string"],
    call: ([pattern, replacement, text]) =>
      goString(replaceAll(textOf(pattern), textOf(replacement), textOf(text))),
  },
  safeHtml: {
    params: ["string"],
    call: ([text]) => ({ kind: "string", value: textOf(text), type: "template.HTML" }),
  },
  graphLink: onText(graphLink(0)),
  tableLink: onText(graphLink(1)),
  urlQueryEscape: onText(queryEscaped),
  externalURL: { params: [], call: (_, { externalUrl }) => goString(externalUrl) },
  pathPrefix: { params: [], call: (_, { externalUrl }) => goString(pathOf(externalUrl)) },
  args: {
    params: ["any"],
    isVariadic: true,
    call: (values) => ({
      kind: "map",
      type: "map[string]interface {}",
      entries: new Map(values.map((value, index) => [`arg${index}`, value])),
    }),
  },
};

export const PROMETHEUS_FUNCTIONS: FunctionTable = { ...QUERIES, ...NUMBERS, ...TEXTS };
