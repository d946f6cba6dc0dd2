// A metric as people write it down: `name{label="value"}`, or with everything in braces, `{"name", "a label"="value"}`.

import { DashstreamError } from "../errors.ts";
import { leadingString, unquoted } from "./go-string.ts";
import { type LabelEntry, Labels, METRIC_NAME } from "./labels.ts";

/** Unquoted names with letters of any script, and dots, are behind a flag in Prometheus; nothing else begins like them. */
const NAME = /^[\p{L}_:][\p{L}\p{Nd}_:.]*/u;
const SPACE = /^\s*/;

function invalid(text: string, reason: string): DashstreamError {
  return new DashstreamError("promql_invalid", `series ${JSON.stringify(text)}: ${reason}`);
}

/** Reads a text from the left. */
class Cursor {
  readonly text: string;
  #at = 0;

  constructor(text: string) {
    this.text = text;
  }

  get rest(): string {
    return this.text.slice(this.#at);
  }

  take(length: number): string {
    const taken = this.text.slice(this.#at, this.#at + length);
    this.#at += length;
    return taken;
  }

  name(): string | null {
    const [name = null] = NAME.exec(this.rest) ?? [];
    return name === null ? null : this.take(name.length);
  }

  string(): string | null {
    const literal = leadingString(this.rest);
    if (literal === null) return null;
    const value = unquoted(this.take(literal.length));
    if (value === null) throw invalid(this.text, `the string ${literal} has an unknown escape`);
    return value;
  }

  skipSpace(): void {
    this.take(SPACE.exec(this.rest)?.[0].length ?? 0);
  }

  /** Whether this came next; it is taken then. */
  accept(character: string): boolean {
    if (!this.rest.startsWith(character)) return false;
    this.take(character.length);
    return true;
  }
}

/** `name="value"`, `"name"="value"`, or a quoted name of the metric alone. */
function readLabel(cursor: Cursor): LabelEntry {
  const bare = cursor.name();
  const name = bare ?? cursor.string();
  if (name === null) throw invalid(cursor.text, `expected the name of a label before ${found(cursor)}`);
  cursor.skipSpace();
  if (!cursor.accept("=")) {
    if (bare === null) return [METRIC_NAME, name];
    throw invalid(cursor.text, `expected = after the label ${name} instead of ${found(cursor)}`);
  }
  cursor.skipSpace();
  const value = cursor.string();
  if (value === null) throw invalid(cursor.text, `expected a quoted value of ${name}, not ${found(cursor)}`);
  return [name, value];
}

function found(cursor: Cursor): string {
  return cursor.rest === "" ? "the end" : JSON.stringify(cursor.rest.slice(0, 20));
}

/** What stands between braces; the opening one has been taken. */
function readLabels(cursor: Cursor): readonly LabelEntry[] {
  const entries: LabelEntry[] = [];
  for (;;) {
    cursor.skipSpace();
    if (cursor.accept("}")) return entries;
    entries.push(readLabel(cursor));
    cursor.skipSpace();
    if (cursor.accept(",")) continue;
    if (cursor.accept("}")) return entries;
    throw invalid(cursor.text, `expected , or } instead of ${found(cursor)}`);
  }
}

export interface LeadingMetric {
  readonly labels: Labels;
  /** What follows it. */
  readonly rest: string;
}

/** The metric at the beginning of a text. @throws DashstreamError `promql_invalid` */
export function leadingMetric(text: string): LeadingMetric {
  const cursor = new Cursor(text);
  const name = cursor.name();
  const inBraces = cursor.accept("{") ? readLabels(cursor) : null;
  if (name === null && inBraces === null) {
    throw invalid(text, 'expected a metric, such as name{label="value"}');
  }
  const entries: LabelEntry[] = [
    ...(name === null ? [] : [[METRIC_NAME, name] as const]),
    ...(inBraces ?? []),
  ];
  const names = entries.map(([label]) => label);
  const twice = names.find((label, index) => names.indexOf(label) !== index);
  if (twice !== undefined) throw invalid(text, `the label ${twice} is given twice`);
  return { labels: Labels.of(entries), rest: cursor.rest };
}
