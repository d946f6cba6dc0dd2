import { describe, expect, test } from "bun:test";
import { createMatcher } from "../../src/promql/matcher.ts";

describe("a matcher", () => {
  test.each([
    ["=", "a", "a", true],
    ["=", "", "", true],
    ["!=", "a", "", true],
    ["=~", "a|b", "b", true],
    ["=~", "a", "ab", false],
    ["=~", "b", "ab", false],
    ["=~", "a.c", "a\nc", true],
    ["=~", "", "", true],
    ["=~", ".*", "", true],
    ["=~", ".+", "", false],
    ["=~", "(?i:AB)", "ab", true],
    ["=~", "\\d+", "12", true],
    ["!~", "a|b", "b", false],
    ["!~", "a|b", "", true],
  ] as const)("%s %p fits %p: %p", (op, pattern, value, fits) => {
    const { matches } = createMatcher("label", op, pattern);
    expect(matches(value)).toBe(fits);
    // The second time it remembers.
    expect(matches(value)).toBe(fits);
  });

  test.each([
    ["(", "error parsing regexp: missing closing ): `(`"],
    ["a)(b", "error parsing regexp: unexpected ): `a)(b`"],
    ["(?=a)", "error parsing regexp: invalid or unsupported Perl syntax: `(?=`"],
  ])("refuses the pattern %p", (pattern, reason) => {
    expect(() => createMatcher("label", "=~", pattern)).toThrow(reason);
  });
});
