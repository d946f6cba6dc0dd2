import { expect, test } from "bun:test";
import { COMMANDS } from "../../src/cli/program.ts";
import { runCommand } from "./cli-rig.ts";

const NAMES =
  "demo serve exporter quality-monitor tail threads offsets dlq promql sim broker config healthcheck version".split(
    " ",
  );
/** What the commands hold that do nothing by themselves. */
const SUBCOMMANDS: Readonly<Record<string, readonly string[]>> = {
  config: ["check", "print", "docs"],
  offsets: ["ls", "reset"],
  threads: ["ls", "reset"],
  promql: ["test"],
  dlq: ["ls", "stats", "show", "redrive", "purge"],
};

test("every command is listed with what it does, in one paragraph", async () => {
  const { stdout } = await runCommand(COMMANDS, ["--help"]);
  for (const name of NAMES) expect(stdout).toMatch(new RegExp(`^  ${name} .*\\w{3}`, "m"));
  const list = stdout.slice(stdout.indexOf("Commands:"), stdout.indexOf("Examples:")).trim();
  expect(list).not.toMatch(/\n\s*\n/);
});

test("a command that is not for people is in no list, and runs all the same", async () => {
  const { stdout } = await runCommand(COMMANDS, ["--help"]);
  expect(stdout).not.toContain("verify-worker");
  const help = await runCommand(COMMANDS, ["verify-worker", "--help"]);
  expect([help.exitCode, help.stdout]).toEqual([0, expect.stringContaining("Run scenarios for `verify`")]);
});

test("the help of every command has examples", async () => {
  for (const name of NAMES) {
    for (const words of [[name], ...(SUBCOMMANDS[name] ?? []).map((sub) => [name, sub])]) {
      const help = await runCommand(COMMANDS, [...words, "--help"]);
      expect([words, help.exitCode, help.stderr]).toEqual([words, 0, ""]);
      expect(help.stdout).toContain(`$ dashstream ${words.join(" ")}`);
    }
  }
});

test("the help of every command that does something says what its exit codes mean", async () => {
  for (const name of NAMES) {
    const commands = SUBCOMMANDS[name]?.map((sub) => [name, sub]) ?? [[name]];
    for (const words of commands) {
      const { stdout } = await runCommand(COMMANDS, [...words, "--help"]);
      expect(stdout.replaceAll("\n", " ")).toMatch(/ Exit codes: 0 .+, 1 .+, 2 .+\. /);
    }
  }
});
