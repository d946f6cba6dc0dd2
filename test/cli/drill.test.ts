// `dashstream drill` as a user types it: what it can play, and what a drill gives.

import { describe, expect, test } from "bun:test";
import { join } from "node:path";
import { drillCommand } from "../../src/cli/drill.ts";
import { runCommand } from "./cli-rig.ts";
import { drillRig, OWN, readFile, run } from "./drill-rig.ts";

const { folder, startPrometheus, kafkaFlags } = drillRig();

describe("the list", () => {
  test("says how fast each scenario may be and what it needs, without a stack", async () => {
    const { exitCode, stdout, stderr } = await run(
      "--list",
      "--only",
      "sequence-gap,target-vanished,exporter-killed",
    );
    expect([exitCode, stderr]).toEqual([0, ""]);
    const [headings, ...rows] = stdout.split("\n\n")[0]?.split("\n") ?? [];
    expect(headings).toMatch(/^scenario +scale up to +needs +what happens$/);
    expect(rows.map((row) => row.split(/ {2,}/).slice(0, 3))).toEqual([
      ["sequence-gap", "60", "-"],
      ["target-vanished", "60", "targets"],
      ["exporter-killed", "60", "services, job dashstream-checkout"],
    ]);
    expect(stdout).toContain("redis-latency");
  });

  test("is one JSON object for programs", async () => {
    const { stdout } = await run("--list", "--json", "--only", "service-killed,limiter-redis-down");
    expect(JSON.parse(stdout)).toMatchObject({
      scenarios: [
        { scenario: "service-killed", needs: ["services"], alerts: ["ServiceDown"] },
        { scenario: "limiter-redis-down", max_scale: 60, needs: ["proxy", "services"] },
      ],
      faults: expect.arrayContaining([expect.objectContaining({ fault: "redis-latency", area: "redis" })]),
    });
  });
});

describe("a drill", () => {
  test("of what cannot be broken ends at once with exit code 2, and names the flags", async () => {
    const url = await startPrometheus({ labels: "{}" });
    const args = ["--prometheus", url, "--yes-break", `${url}/`, "--scenario", "slow.yaml", ...OWN];
    const { exitCode, stdout, stderr } = await run(...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toStartWith("error: nothing can be played: slow needs --proxy");
  });

  test("that is too fast for all that is selected is refused before rules are compared", async () => {
    const url = await startPrometheus();
    const { exitCode, stderr } = await run(
      "--prometheus",
      url,
      "--scale",
      "60",
      "--only",
      "sequence-gap-halt",
    );
    expect(exitCode).toBe(2);
    expect(stderr).toContain("nothing can be played: sequence-gap-halt ");
  });

  test("gives one JSON document, and a file for CI", async () => {
    const url = await startPrometheus();
    const junit = join(folder, "drill.xml");
    const args = [
      "--prometheus",
      url,
      "--scenario",
      "slow.yaml,calm.yaml",
      "--json",
      "--junit",
      junit,
      "--scale",
      "60",
      ...OWN,
      ...(await kafkaFlags()),
    ];
    const { exitCode, stdout } = await run(...args);
    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      engine: "prometheus",
      seed: 1,
      scale: 60,
      alerts: [],
      scenarios: [{ scenario: "calm" }],
      findings: [],
      notifications: [],
      comparison: [],
      skipped: [{ scenario: "slow", because: "needs --proxy" }],
      run: { workers: 1, runtime: "bun 1.4.5" },
    });
    expect(await Bun.file(junit).text()).toContain("<testsuites");
  });

  test("that is interrupted gives the report of what was played, and then says what was put back", async () => {
    const interruption = new AbortController();
    const prometheus = await startPrometheus({ onSamples: () => interruption.abort() });
    const flags = ["--prometheus", prometheus, "--scenario", "calm.yaml", "--scale", "60", "--json"];
    const context = { readFile, interrupted: interruption.signal };
    const args = ["drill", ...flags, ...OWN, ...(await kafkaFlags())];
    const { exitCode, stdout, stderr } = await runCommand([drillCommand], args, { context });
    expect(JSON.parse(stdout)).toMatchObject({
      ok: false,
      scenarios: [{ scenario: "calm", findings: ["it was interrupted"] }],
    });
    expect(stderr).toContain("interrupted; no fault was in force, and nothing had to be put back");
    expect(exitCode).toBe(1);
  });

  test("is played, sixty times as fast, and proves that nothing fires", async () => {
    const args = [
      ...[
        "--prometheus",
        await startPrometheus(),
        "--scenario",
        "calm.yaml",
        "--scale",
        "60",
        "--json",
        ...OWN,
      ],
      ...(await kafkaFlags()),
      ...["--receiver", "127.0.0.1:0"],
    ];
    const { exitCode, stdout, stderr } = await run(...args);
    const [listening, ...notes] = stderr.trimEnd().split("\n");
    expect(listening).toMatch(/^listening for Alertmanager on http:\/\/127\.0\.0\.1:\d+\/$/);
    expect(notes).toEqual([
      "calm begins, 1 of 1",
      "calm waits for the stack to be quiet, at most 2m",
      "calm is being played, 2s",
      "calm passed",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      ok: true,
      scenarios: [{ scenario: "calm", ok: true, findings: [] }],
    });
    expect(exitCode).toBe(0);
  });

  test("that is interrupted before anything is broken ends with exit code 1", async () => {
    const stack = ["--prometheus", await startPrometheus(), ...(await kafkaFlags())];
    const args = [...stack, "--scenario", "calm.yaml", ...OWN];
    const context = { readFile, interrupted: AbortSignal.abort() };
    const { exitCode, stderr } = await runCommand([drillCommand], ["drill", ...args], { context });
    expect(exitCode).toBe(1);
    expect(stderr).toContain("interrupted before --kafka-brokers is ");
  });

  test("explains itself with examples", async () => {
    const { exitCode, stdout } = await run("--help");
    expect(exitCode).toBe(0);
    const text = stdout.replaceAll(/\s+/g, " ");
    expect(text).toContain("$ dashstream drill --only SequenceGapsDetected");
    expect(text).toContain("1 something is not proven, a server of the stack is not reachable, ");
    expect(text).toContain("nobody need be told of what another alert mutes");
    for (const flag of [
      "--proxy",
      "--services",
      "--targets",
      "--receiver",
      "--alertmanager",
      "--yes-break",
    ]) {
      expect(text).toContain(`${flag} <`);
    }
  });
});
