import { expect, test } from "bun:test";
import { line, listBlocks, type TextBlock } from "../../sim/verify/report/text-block.ts";
import { createPrinter } from "../../src/cli/printer.ts";
import { printBlocks } from "../../src/cli/text-blocks.ts";
import { RecordedOutput } from "./cli-rig.ts";

function printed(blocks: readonly TextBlock[], env: Record<string, string> = {}): string {
  const stdout = new RecordedOutput();
  printBlocks(createPrinter(stdout, new RecordedOutput(), env), blocks);
  return stdout.text;
}

test("tables have their tones in colour without losing their columns", () => {
  const table: TextBlock = {
    kind: "table",
    headings: ["name", "verdict", "count"],
    rows: [
      ["a", { text: "good", tone: "good" }, 1],
      [null, { text: "bad", tone: "bad" }, 20],
    ],
  };
  expect(printed([table])).toBe("name  verdict  count\na     good         1\n-     bad         20\n");
  expect(printed([table], { FORCE_COLOR: "1" })).toBe(
    "\u001b[2mname  verdict  count\u001b[22m\na     \u001b[32mgood\u001b[39m         1\n-     \u001b[31mbad\u001b[39m         20\n",
  );
});

test("lists stand below their heading, each line of an item in its column; empty ones vanish", () => {
  expect(printed(listBlocks("reasons", ["one\ntwo", "three"]))).toBe("\nreasons\n  one\n  two\n  three\n");
  expect(printed(listBlocks("reasons", []))).toBe("");
});

test("an empty line has no colour, and control characters do not reach the terminal", () => {
  expect(printed([line("", "bad"), line("a\u001b[31m\rb", "faint")], { FORCE_COLOR: "1" })).toBe(
    "\n\u001b[2ma\ufffd[31m\ufffdb\u001b[22m\n",
  );
  const table: TextBlock = {
    kind: "table",
    headings: ["a"],
    rows: [["x\u0007"], [{ text: "\u0007", tone: "bad" }]],
  };
  expect(printed([table])).toBe("a\nx\ufffd\n\ufffd\n");
});
