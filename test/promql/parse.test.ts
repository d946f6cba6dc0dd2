import { describe, expect, test } from "bun:test";
import { readFileSync } from "node:fs";
import { DashstreamError } from "../../src/errors.ts";
import { parseExpr } from "../../src/promql/parse.ts";
import { treeText } from "./tree-text.ts";

interface Case {
  readonly input: string;
  readonly tree?: string;
  readonly error?: string;
}

// The inputs of Prometheus' own parser tests (promql/parser/parse_test.go of v0.316.0), with what its parser makes of them.
const CASES: readonly Case[] = readFileSync(new URL("data/parser-cases.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n")
  .map((line) => JSON.parse(line));

function outcome(input: string): string {
  try {
    // Bytes that are no UTF-8 are lone surrogates here, and the sign for them in the data.
    return treeText(parseExpr(input)).replaceAll(/\\udc[89a-f][\da-f]/g, "\\ufffd");
  } catch (error) {
    if (error instanceof DashstreamError) return `${error.code}: ${error.message}`;
    throw error;
  }
}

/** What is refused with other words, because the grammar package sees it at another place. */
const OTHER_WORDS: ReadonlySet<string> = new Set(["foo[step]"]);

describe("what Prometheus parses", () => {
  const accepted = CASES.filter(({ tree }) => tree !== undefined);

  test.each(accepted.map(({ input, tree = "" }) => [input, tree] as const))("%s", (input, tree) => {
    expect(outcome(input)).toBe(tree);
  });
});

describe("what Prometheus refuses", () => {
  const refused = CASES.filter(({ error }) => error !== undefined);

  test.each(refused.map(({ input, error = "" }) => [input, error] as const))("%s", (input, error) => {
    const got = outcome(input);
    if (error.endsWith("is not enabled")) expect(got).toMatch(/^promql_unsupported: .* is experimental/);
    else if (OTHER_WORDS.has(input)) expect(got).toMatch(/^promql_(invalid|unsupported): /);
    else expect(got).toBe(`promql_invalid: ${error}`);
  });
});
