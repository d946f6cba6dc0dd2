import { expect, test } from "bun:test";
import { COMMANDS } from "../../src/cli/program.ts";
import { runCommand } from "./cli-rig.ts";

/** One of the commands that another holds. */
const SUBCOMMANDS: Readonly<Record<string, string>> = { config: "check", offsets: "reset", threads: "reset" };

test("every command is listed with what it does, and its help has examples", async () => {
  const { stdout } = await runCommand(COMMANDS, ["--help"]);
  const names =
    "demo serve exporter quality-monitor tail threads offsets sim broker config healthcheck version".split(
      " ",
    );
  for (const name of names) {
    expect(stdout).toMatch(new RegExp(`^  ${name} .*\\w{3}`, "m"));
    const help = await runCommand(COMMANDS, [name, "--help"]);
    expect([name, help.exitCode, help.stderr]).toEqual([name, 0, ""]);
    expect(help.stdout).toContain(SUBCOMMANDS[name] ?? `$ dashstream ${name}`);
  }
});
