// `dashstream verify` as a user types it: what is refused before anything runs, and what a run gives.

import { afterAll, describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { VerifyReport } from "../../sim/verify/report/report.ts";
import { verifyCommand } from "../../src/cli/verify.ts";
import { runCommand, startCommandLine } from "./cli-rig.ts";
import { startProgram } from "./process-rig.ts";

const folder = mkdtempSync(join(tmpdir(), "dashstream-verify-"));

afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

/** The whole system for a few virtual minutes. */
function scenarioText(name: string, fault: string, alert: string): string {
  return `name: ${name}
summary: Something breaks.
traffic: { rate: 2, threads: 2 }
warm_up: 30s
faults:
  - fault: ${fault}
hold: 2m
settle: 15s
expect:
  - alert: ${alert}
    resolves: false
`;
}

/** In the test's own process: nothing may run. */
function refused(...args: readonly string[]) {
  const readFile = (path: string) => readFileSync(path, "utf8");
  return runCommand([verifyCommand], ["verify", ...args], { context: { readFile } });
}

async function run(...args: readonly string[]) {
  const program = startProgram(["verify", ...args]);
  const { exitCode, stderr } = await program.ended();
  return { exitCode, stderr, stdout: program.lines.join("\n") };
}

describe("before anything runs, verify refuses", () => {
  test.each([
    ["a name of an alert that nothing proves", ["--only", "ServiceDwn"], "did you mean ServiceDown?"],
    [
      "a file that cannot be read",
      ["--rules", "/nonexistent/rules.yml"],
      "/nonexistent/rules.yml cannot be read",
    ],
    [
      "labels that are none",
      ["--target-labels", "job"],
      'expected label=value or component:label=value, separated by commas, which no value may contain, not "job"',
    ],
    [
      "a job for all targets, which our rules could not tell apart",
      ["--target-labels", "namespace=prod,job=shop"],
      "--target-labels: job=shop would replace a job by which our own rules tell components apart",
    ],
    [
      "a job for the targets of one",
      ["--target-labels", "namespace=prod,exporter:job=shop"],
      "--target-labels: exporter:job=shop would replace a job by which our own rules tell components apart",
    ],
    [
      "labels of what is no component",
      ["--target-labels", "dashstream-exporter:job=shop"],
      'expected one of websocket-server, quality-monitor, exporter before the colon, not "dashstream-exporter"',
    ],
    ["a seed that is no whole number", ["--seed", "1.5"], "--seed"],
    [
      "the name of a scenario that there is not",
      ["--only", "sequence-gab"],
      '--only: no scenario has or proves "sequence-gab"; did you mean sequence-gap?',
    ],
    ["no alert at all", ["--only", ""], "option '--only <names>' argument '' is invalid. it is empty"],
    ["an alert that is missing in a list", ["--only", "ServiceDown, "], "a part of the list is empty"],
    ["no name of a scenario", ["--scenario="], "argument '' is invalid. it is empty"],
    ["no name of a rule file", ["--rules", ""], "argument '' is invalid. it is empty"],
    ["no workers", ["--workers", "0"], "--workers"],
    ["an engine that there is not", ["--engine", "prometheus"], "Allowed choices are dashstream, promtool"],
    ["two reports on standard output", ["--json", "--markdown", "-"], "both write to standard output"],
    ["a report that --mutate does not have", ["--mutate", "--html", "x.html"], "--mutate has no --html"],
    ["no name of a report", ["--markdown", ""], "--markdown: the path is empty"],
    ["no names of two", ["--junit=", "--html="], "--junit: the path is empty"],
    ["a page with charts on standard output", ["--html", "-"], "--html: expected the path of a file, got -"],
  ])("%s", async (_, args, message) => {
    const { exitCode, stdout, stderr } = await refused(...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(message);
  });

  test("a scenario with mistakes, each by file and line", async () => {
    const text = scenarioText("mine", "corrupt-payloads", "HighDLQRat").replace("2m", "2");
    const path = file("mistakes.yaml", text);
    const { exitCode, stderr } = await refused("--scenario", path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(
      `${path}:6:12: faults[0].fault: there is no fault "corrupt-payloads"; did you mean corrupt-payload?`,
    );
    expect(stderr).toContain(
      `${path}:7:7: hold: is 2, a number, expected a duration such as 90s, 5m or 1h30m`,
    );
  });

  test("rules with mistakes, each by file and line", async () => {
    const rules =
      "groups:\n- name: a\n  rules:\n  - alert: A\n    expr: rate(x)\n  - alert: B\n    expr: up == 0\n    for: 5\n";
    const path = file("mistakes.rules.yaml", rules);
    const { exitCode, stderr } = await refused("--rules", path);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(`${path}:5:`);
    expect(stderr).toContain(`${path}:8:`);
  });

  test("reports that cannot be written, all at once", async () => {
    const html = join(folder, "absent", "report.html");
    const { exitCode, stdout, stderr } = await refused("--junit", folder, "--html", html);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(`--junit: ${folder} cannot be written: it is a directory`);
    expect(stderr).toContain(
      `--html: ${html} cannot be written: there is no directory ${join(folder, "absent")}`,
    );
    expect(existsSync(join(folder, "absent"))).toBe(false);
  });
});

describe("without running anything, verify", () => {
  test("lists what it would run, and all faults", async () => {
    const { exitCode, stdout } = await refused("--list", "--only", "ServiceDown", "--json");
    const { scenarios, faults } = JSON.parse(stdout) as {
      scenarios: { scenario: string; alerts: string[] }[];
      faults: { fault: string }[];
    };
    expect(exitCode).toBe(0);
    expect(scenarios.map(({ scenario }) => scenario)).toContain("service-killed");
    for (const { alerts } of scenarios) expect(alerts).toContain("ServiceDown");
    expect(faults.map(({ fault }) => fault)).toContain("process-kill");
    expect((await refused("--list")).stdout).toContain("service-killed");
  });

  test("says in its help that a file is replaced", async () => {
    const { stdout } = await refused("--help");
    expect(stdout.replace(/\s+/g, " ")).toContain(
      "a file is replaced, as $GITHUB_STEP_SUMMARY is new in each step",
    );
  });

  test("tells rules that cannot be parsed from those that cannot be evaluated", async () => {
    const text = (await refused("--help")).stdout.replace(/\s+/g, " ");
    expect(text).toContain("1 something is not proven; with --rules:");
    expect(text).toMatch(
      /1 [^,]*.*a rule that cannot be evaluated .*, 2 .*an expression that cannot be parsed\./,
    );
  });

  test("prints the schema of scenario files", async () => {
    const { exitCode, stdout } = await refused("--schema");
    expect([exitCode, (JSON.parse(stdout) as { type: string }).type]).toEqual([0, "object"]);
  });
});

describe("verify", () => {
  const RUN_MS = 120_000;

  test(
    "gives the same report through two processes as through one, apart from how it was run",
    async () => {
      const files = ["first", "second"].map((name) =>
        file(`${name}.yaml`, scenarioText(name, "process-kill", "ServiceDown")),
      );
      const args = files.flatMap((path) => ["--scenario", path]);
      const html = join(folder, "report.html");
      const junit = join(folder, "report.xml");
      const one = await run(...args, "--json", "--workers", "1", "--html", html, "--junit", junit);
      const two = await run(...args, "--json", "--workers", "2");
      expect([one.stderr, one.exitCode, two.exitCode]).toEqual(["", 0, 0]);
      const [ofOne, ofTwo] = [one, two].map(({ stdout }) => {
        const { run: how, ...report } = JSON.parse(stdout) as VerifyReport;
        return { workers: how.workers, report };
      });
      expect([ofOne?.workers, ofTwo?.workers]).toEqual([1, 2]);
      expect(JSON.stringify(ofTwo?.report)).toBe(JSON.stringify(ofOne?.report ?? null));
      expect(ofOne?.report).toMatchObject({ seed: 1, engine: "dashstream", ok: true, findings: [] });
      expect(ofOne?.report.alerts.map(({ alert, scenario, proven }) => [alert, scenario, proven])).toEqual([
        ["ServiceDown", "first", true],
        ["ServiceDown", "second", true],
      ]);
      expect(readFileSync(html, "utf8")).toContain("ServiceDown");
      expect(readFileSync(junit, "utf8")).toContain("<testsuite");
    },
    RUN_MS,
  );

  test(
    "that is interrupted says that nothing is proven, and exits 1 as any command that did not do its work",
    async () => {
      const program = startCommandLine([verifyCommand], ["verify", "--workers", "1"]);
      program.interrupt();
      expect([await program.exitCode, program.stderr.text]).toEqual([
        1,
        expect.stringContaining("interrupted: nothing is proven"),
      ]);
    },
    RUN_MS,
  );

  test(
    "tells which broken rules it would not notice, also as Markdown on standard output",
    async () => {
      const path = file("mutants.yaml", scenarioText("mutants", "process-kill", "ServiceDown"));
      const { exitCode, stdout } = await run("--scenario", path, "--mutate", "--markdown", "-");
      // Of the rules of one alert that are for other components, this scenario notices nothing.
      expect(exitCode).toBe(1);
      expect(stdout).toMatch(/^## ❌ \d+ of \d+ mutants killed, \d+ missed\n/);
      expect(stdout).toContain("| for-tenfold |");
    },
    RUN_MS,
  );

  test(
    "fails if a fault did not take, and says so",
    async () => {
      const path = file(
        "nothing.yaml",
        scenarioText("nothing", "oversized\n    params: { share: 0.000001 }", "OversizedMessage"),
      );
      const { exitCode, stdout } = await run("--scenario", path);
      expect(exitCode).toBe(1);
      expect(stdout).toContain("fault oversized did not take: nothing was broken by it");
      expect(stdout).toContain("it stayed inactive");
    },
    RUN_MS,
  );
});
