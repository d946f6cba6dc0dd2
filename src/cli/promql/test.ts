// `dashstream promql test`: test scripts in the format of Prometheus's own engine tests, so that anyone can measure how far
// the evaluator agrees with Prometheus.

import type { Command } from "commander";
import { DashstreamError } from "../../errors.ts";
import type { ScriptResult } from "../../promql/testing/script-result.ts";
import { defineCommand } from "../command.ts";
import type { CliContext, ExitCode } from "../context.ts";
import { printable } from "../foreign-text.ts";
import { readInputFile } from "../input-file.ts";
import type { Printer } from "../printer.ts";

/** Characters of an expression or a value on the terminal. */
const MAX_TEXT_LENGTH = 400;

interface Flags {
  readonly json?: true;
}

export const testCommand = defineCommand({
  name: "test",
  description: [
    "Run test scripts in the format of Prometheus's own engine tests.",
    "",
    "The format is that of promql/promqltest in Prometheus: load, clear, eval instant, eval range and expect. What needs native histograms, start timestamps or experimental features is skipped, and says so.",
  ].join("\n"),
  exitCodes: {
    0: "nothing failed",
    1: "an evaluation gave another result than expected",
    2: "a file cannot be read, is no such script, or evaluates nothing",
  },
  examples: [
    ["promql test rates.test", "one script"],
    ["promql test promql/promqltest/testdata/*.test --json", "all of Prometheus's own, for a program"],
  ],
  configure: (command) => {
    command
      .argument("<files...>", "scripts")
      .option("--json", "one JSON object: passed, failed, skipped, failures and skips");
  },
  action: test,
});

async function test({ readFile, printer }: CliContext, command: Command): Promise<ExitCode> {
  const [{ runScript }, { summedResults }] = await Promise.all([
    import("../../promql/testing/run-script.ts"),
    import("../../promql/testing/script-result.ts"),
  ]);
  const scripts = command.args.map((file) => readInputFile(readFile, file));
  const result = summedResults(scripts.map(({ file, text }) => judged(runScript(text, file), file)));
  if (command.opts<Flags>().json) printer.json(resultJson(result));
  else printResult(result, printer);
  return result.failed > 0 ? 1 : 0;
}

/** @throws DashstreamError `usage` for a script that tests nothing, which is no success */
function judged(result: ScriptResult, file: string): ScriptResult {
  if (result.passed + result.failed + result.skipped > 0) return result;
  const name = printable(file, MAX_TEXT_LENGTH);
  throw new DashstreamError(
    "usage",
    `${name} evaluates nothing, expected at least one line that begins with eval`,
  );
}

function printResult({ passed, failed, skipped, failures, skips }: ScriptResult, printer: Printer): void {
  const { line, colors } = printer;
  const clean = (text: string) => printable(text, MAX_TEXT_LENGTH);
  for (const { file, line: at, expr, reason } of skips) {
    line(colors.dim(`skip ${clean(file)}:${at}: ${clean(expr)} (${clean(reason)})`));
  }
  for (const { file, line: at, expr, expected, got } of failures) {
    line(`${colors.red("FAIL")} ${clean(file)}:${at}: ${clean(expr)}`);
    line(`     expected ${clean(expected)}`);
    line(`     got      ${clean(got)}`);
  }
  line(`${passed} passed, ${failed} failed, ${skipped} skipped`);
}

function resultJson({ passed, failed, skipped, failures, skips }: ScriptResult): object {
  return {
    passed,
    failed,
    skipped,
    failures: failures.map(({ file, line, expr, expected, got }) => ({
      file,
      line,
      expression: expr,
      expected,
      got,
    })),
    skips: skips.map(({ file, line, expr, reason }) => ({ file, line, expression: expr, reason })),
  };
}
