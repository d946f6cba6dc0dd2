import { expect, test } from "bun:test";
import { printable, quoted } from "../../src/cli/foreign-text.ts";

test("plain names are shown as they are", () => {
  for (const name of ["run-17", "tenant/run:3@host", "späth", "運行", "a.b_c=1+2"])
    expect(quoted(name)).toBe(name);
});

test("other names are shown as JSON strings, which name the same", () => {
  const names = [
    "",
    "two words",
    "100%",
    '"',
    "back\\slash",
    "tab\t",
    "esc\u001b[31m",
    "rtl\u202e",
    "🙂",
    "\u2028",
  ];
  for (const name of names) {
    const shown = quoted(name);
    expect(JSON.parse(shown)).toBe(name);
    expect(shown).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  }
  expect(quoted("esc\u001b[31m \u202e")).toBe('"esc\\u001b[31m \\u202e"');
});

test("text to be read is cut where it is too long", () => {
  expect(printable("x".repeat(50), 10)).toBe(`${"x".repeat(9)}…`);
  expect(printable("x".repeat(10), 10)).toBe("x".repeat(10));
});
