// `verify --rules` as a program, on a scenario that really runs. The rules have the shapes of those that people publish for
// exporters of Kafka, Redis and hosts: resources of Kubernetes, recording rules, ratios of targets, alerts on absence.

import { afterAll, describe, expect, test } from "bun:test";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { verifyCommand } from "../../src/cli/verify.ts";
import { runCommand } from "./cli-rig.ts";
import { startProgram } from "./process-rig.ts";

const folder = mkdtempSync(join(tmpdir(), "dashstream-verify-coverage-"));
afterAll(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const TARGETS = file(
  "targets.yaml",
  `apiVersion: monitoring.coreos.com/v1
kind: PrometheusRule
metadata: { name: targets, namespace: monitoring }
spec:
  groups:
    - name: targets
      rules:
        - record: namespace_job:up:ratio
          expr: count by (namespace, job) (up == 1) / count by (namespace, job) (up)
        - alert: ShareOfTargetsDown
          expr: 100 * (1 - (namespace_job:up:ratio{namespace="prod"} or 0 * count by (namespace, job) (up))) > 10
          for: 30s
          labels: { severity: warning }
          annotations:
            summary: '{{ printf "%.4g" $value }}% of {{ $labels.job }} are down in {{ $labels.namespace }}'
        - alert: ShareOfTargetsDownLong
          expr: 100 * (1 - (namespace_job:up:ratio{namespace="prod"} or 0 * count by (namespace, job) (up))) > 10
          for: 1h
        - alert: OtherNamespaceDown
          expr: up{namespace="staging"} == 0
        - alert: Watchdog
          expr: vector(1)
          labels: { severity: none }
`,
);

const EXPORTERS = file(
  "exporters.yml",
  `groups:
  - name: exporters
    rules:
      - alert: RedisGone
        expr: 'redis_up == 0'
      - alert: RedisHasNoMaster
        expr: '(count(redis_instance_info{role="master"}) or vector(0)) < 1'
      - alert: HostIsFull
        expr: |
          sum(rate(node_cpu_seconds_total{mode!="idle"}[5m])) by (instance)
            / on (instance) group_left() count(node_cpu_seconds_total) by (instance) > 0.9
`,
);

const SCENARIO = file(
  "killed.yaml",
  `name: killed
summary: the exporter dies and comes back
warm_up: 1m
hold: 2m
settle: 1m
faults:
  - fault: process-kill
    params: { component: exporter }
expect:
  - alert: ShareOfTargetsDown
`,
);

const runs = (...args: readonly string[]) =>
  startProgram([
    "verify",
    "--scenario",
    SCENARIO,
    "--target-labels",
    "namespace=prod",
    "--workers",
    "1",
    ...args,
  ]);

describe("verify --rules", () => {
  test("tells of rules of others what is raised, what is not and why, and what is wrong, with their places", async () => {
    const [junit, html] = [join(folder, "report.xml"), join(folder, "report.html")];
    const run = runs("--rules", TARGETS, "--rules", EXPORTERS, "--json", "--junit", junit, "--html", html);
    const { exitCode } = await run.ended();
    expect(exitCode).toBe(1);
    const { ok, alerts, coverage } = JSON.parse(run.lines.join("\n"));
    expect(ok).toBe(false);
    expect(alerts.map(({ alert, detection_s }: Proof) => [alert, detection_s])).toEqual([
      ["ShareOfTargetsDown", 45],
    ]);
    expect(coverage.files).toEqual([TARGETS, EXPORTERS]);
    expect(coverage.faults).toEqual([
      {
        scenario: "killed",
        faults: ["process-kill"],
        first: "ShareOfTargetsDown",
        noticed_by: [
          {
            alert: "ShareOfTargetsDown",
            file: TARGETS,
            line: 10,
            column: 11,
            scenario: "killed",
            firing_at_s: 105,
            detection_s: 45,
            resolved_at_s: 180,
          },
        ],
      },
    ]);
    const silences = coverage.alerts.map(({ alert, silence }: Covered) => [alert, silence?.reason ?? null]);
    expect(Object.fromEntries(silences)).toEqual({
      ShareOfTargetsDown: null,
      ShareOfTargetsDownLong: "it was pending for 1m45s at most, in killed; its `for` is 1h",
      OtherNamespaceDown:
        'no scenario has a series that fits up{namespace="staging"}; namespace is one of prod (if your targets have it: --target-labels namespace=staging)',
      Watchdog: "it fires all the time, as a dead man's switch does",
      RedisGone: "no component exports redis_up",
      RedisHasNoMaster: null,
      HostIsFull: "no component exports node_cpu_seconds_total",
    });
    expect(coverage.findings).toEqual([
      `${EXPORTERS}:5:16: RedisGone needs redis_up, which no component exports`,
      `${EXPORTERS}:7:23: RedisHasNoMaster needs redis_instance_info, which no component exports`,
      `${EXPORTERS}:10:20: HostIsFull needs node_cpu_seconds_total, which no component exports`,
      `${EXPORTERS}:6:9: RedisHasNoMaster fires though nothing is broken (killed)`,
    ]);
    expect(readFileSync(junit, "utf8")).toContain('<testsuite name="rules" tests="4" failures="4"');
    expect(readFileSync(html, "utf8")).toContain("rules have findings</span>");
  });

  test("fails for values that a label cannot have, also where another rule records them", async () => {
    const typos = file(
      "typos.yml",
      `groups:
  - name: team
    rules:
      - record: team:decode:rate
        expr: sum(rate(websocket_decode_errors_total{error_type="schema_missmatch"}[5m]))
      - { alert: Decode, expr: 'team:decode:rate > 0' }
      - { alert: Uptime, expr: 'websocket_uptime_seconds{job="websocket"} < 0' }
      - { alert: Shop, expr: 'websocket_uptime_seconds{job="shop"} < 0' }
`,
    );
    const run = runs("--rules", TARGETS, "--rules", typos, "--target-labels", "job=shop", "--json");
    const { exitCode } = await run.ended();
    expect(exitCode).toBe(1);
    expect(JSON.parse(run.lines.join("\n")).coverage.findings).toEqual([
      `${typos}:5:24: team:decode:rate asks for websocket_decode_errors_total{error_type="schema_missmatch"}, but its error_type is one of payload_too_large, buffer_underflow, invalid_protobuf, decompression_failed, schema_mismatch, unknown_decode_error; did you mean schema_mismatch?`,
      `${typos}:7:33: Uptime asks for websocket_uptime_seconds{job="websocket"}, but its job is always shop (if your targets have it: --target-labels job=websocket, or COMPONENT:job=websocket for those of one)`,
    ]);
  });

  test("knows the jobs that components have elsewhere, each its own", async () => {
    const jobs = file(
      "jobs.yml",
      `groups:
  - name: jobs
    rules:
      - { alert: Server, expr: 'up{job="monitoring/server"} == 0' }
      - { alert: Exporter, expr: 'up{job="monitoring/exporter"} == 0' }
`,
    );
    const labels = "websocket-server:job=monitoring/server,exporter:job=monitoring/exporter";
    const run = runs("--rules", TARGETS, "--rules", jobs, "--target-labels", labels, "--json");
    await run.ended();
    const { coverage } = JSON.parse(run.lines.join("\n"));
    expect(coverage.findings).toEqual([]);
    const silenceOf = (name: string) =>
      coverage.alerts.find(({ alert }: Covered) => alert === name)?.silence?.reason ?? null;
    expect(silenceOf("Exporter")).toBeNull();
    expect(silenceOf("Server")).toStartWith('up{job="monitoring/server"} was never == 0');
  });

  test("names the report that cannot be written after the run, and writes the others", async () => {
    const junit = join(folder, "beside.xml");
    const run = runs("--rules", TARGETS, "--markdown", "/dev/full", "--junit", junit);
    const { exitCode, stderr } = await run.ended();
    expect(exitCode).toBe(1);
    expect(stderr).toContain("--markdown: /dev/full could not be written: ENOSPC");
    expect(run.lines.at(-1)).toMatch(/^\d of 4 alerts raised/);
    expect(readFileSync(junit, "utf8")).toContain('name="rules"');
  });

  test("ends well with sound rules, also if one alert is all that was asked for", async () => {
    const run = runs("--rules", TARGETS, "--only", "ShareOfTargetsDownLong");
    const { exitCode } = await run.ended();
    expect(exitCode).toBe(0);
    const text = run.lines.join("\n");
    expect(text).toContain("1 of 1 alert proven in 1 scenario");
    expect(text).toContain("scenarios that nothing notices\n  killed (process-kill)");
    expect(text).toContain("0 of 1 alert raised, 0 of 1 scenario noticed");
  });
});

describe("bad input runs nothing, and is named:", () => {
  const refused = async (...args: readonly string[]) => {
    const { exitCode, stdout, stderr } = await runCommand([verifyCommand], ["verify", ...args], {
      context: { readFile: (path) => readFileSync(path, "utf8") },
    });
    expect(stdout).toBe("");
    expect(exitCode).toBe(2);
    return stderr;
  };

  test("rules that Prometheus would not load", async () => {
    const bad = file(
      "bad.yml",
      "groups:\n  - name: a\n    rules:\n      - alert: A\n        expr: rte(up[5m]) > 1\n",
    );
    expect(await refused("--rules", TARGETS, "--rules", bad)).toContain(
      `${bad}:5:15: alert "A": could not parse expression: parse error: unknown function with name "rte"`,
    );
  });

  test("an alert that the rules do not have", async () => {
    expect(await refused("--rules", TARGETS, "--only", "ShareOfTargetDown")).toContain(
      '--only: the rules have no alert "ShareOfTargetDown"; did you mean ShareOfTargetsDown?',
    );
    expect(await refused("--rules", TARGETS, "--only", "Nope")).toContain(
      '--only: the rules have no alert "Nope"; expected one of ShareOfTargetsDown, ',
    );
  });

  test("a page with charts, which coverage does not have", async () => {
    expect(await refused("--rules", TARGETS, "--html", join(folder, "report"))).toContain(
      "--html: coverage of rules has no page, which shows what scenarios expect; expected --junit",
    );
  });

  test("one file twice", async () => {
    expect(await refused("--rules", TARGETS, "--rules", TARGETS)).toContain(
      `--rules: ${TARGETS} is there twice`,
    );
  });
});

interface Proof {
  readonly alert: string;
  readonly detection_s: number;
}

interface Covered {
  readonly alert: string;
  readonly silence: { readonly reason: string } | null;
}
