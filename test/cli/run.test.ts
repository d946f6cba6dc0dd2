import { describe, expect, test } from "bun:test";
import { defineCommand, wholeNumber } from "../../src/cli/command.ts";
import { DashstreamError } from "../../src/errors.ts";
import { runCommand } from "./cli-rig.ts";

const failing = (error: unknown) => [
  defineCommand({
    name: "fail",
    description: "Fail.",
    examples: [["fail --count 1", "once"]],
    configure: (command) => {
      command.option("--count <n>", "how often", wholeNumber(1, 9));
    },
    action: () => Promise.reject(error),
  }),
];
const commands = failing(
  new DashstreamError("kafka_unreachable", "no broker", { cause: new Error("refused") }),
);

describe("a wrong command line", () => {
  test.each([
    [["fial"], "error: unknown command 'fial' (Did you mean fail?)\n"],
    [["fail", "--cuont", "1"], "error: unknown option '--cuont' (Did you mean --count?)\n"],
    [
      ["fail", "--count", "0"],
      "error: option '--count <n>' argument '0' is invalid. expected a whole number from 1 to 9\n",
    ],
    [["fail", "extra"], "error: too many arguments for 'fail'. Expected 0 arguments but got 1: extra.\n"],
  ])("%p exits 2 and says why on one line", async (args, stderr) => {
    expect(await runCommand(commands, args)).toEqual({ exitCode: 2, stdout: "", stderr });
  });

  test("without a command exits 2 and shows what there is, with nothing on standard output", async () => {
    const { exitCode, stdout, stderr } = await runCommand(commands, []);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith("Usage: dashstream");
    expect(stderr).toContain("Fail.");
  });
});

describe("help and version", () => {
  test("exit 0 on standard output", async () => {
    const help = await runCommand(commands, ["fail", "--help"]);
    expect([help.exitCode, help.stderr]).toEqual([0, ""]);
    expect(help.stdout).toContain("--count <n>");
    expect(help.stdout).toEndWith("Examples:\n  $ dashstream fail --count 1  # once\n\n");
    expect(await runCommand(commands, ["--version"])).toEqual({ exitCode: 0, stdout: "1.2.3\n", stderr: "" });
  });
});

describe("a failure", () => {
  test("exits 1 with one line that names all causes, and no stack", async () => {
    expect(await runCommand(commands, ["fail"])).toEqual({
      exitCode: 1,
      stdout: "",
      stderr: "error: no broker: refused\n",
    });
  });

  test("shows its stack to those who ask", async () => {
    const { stderr } = await runCommand(commands, ["fail"], { env: { LOG_LEVEL: "debug" } });
    expect(stderr).toStartWith("error: no broker: refused\n");
    expect(stderr).toContain("at ");
  });

  test.each(["usage", "config_invalid"] as const)(
    "that is the caller's mistake (%s) exits 2",
    async (code) => {
      const mistaken = failing(new DashstreamError(code, "wrong"));
      expect((await runCommand(mistaken, ["fail"])).exitCode).toBe(2);
    },
  );

  test("that is no error of ours exits 1 and is said as well", async () => {
    expect(await runCommand(failing("boom"), ["fail"])).toMatchObject({
      exitCode: 1,
      stderr: "error: boom\n",
    });
  });
});
