import { describe, expect, test } from "bun:test";
import { existsSync, mkdtempSync, readFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "yaml";
import { ruleFile } from "../../src/alerts/rule-file.ts";
import { rulesCommand } from "../../src/cli/rules.ts";
import { runCommand } from "./cli-rig.ts";

const rules = (...args: readonly string[]) => runCommand([rulesCommand], ["rules", ...args]);

test("prints the rule file", async () => {
  expect(await rules()).toEqual({ exitCode: 0, stdout: ruleFile(), stderr: "" });
});

test("takes scale, components, thresholds and addresses into account", async () => {
  const { stdout } = await rules(
    ...["--scale", "10", "--components", "websocket-server,redis", "--components", "exporter"],
    ...["--threshold", "KafkaConsumerLagHigh.lag=20000", "--threshold", "HighDecodeErrorRate.share=0.1"],
    ...["--runbook-url", "https://example.org/rb/", "--dashboard-url", "http://grafana:3000"],
  );
  const all: { alert: string; expr: string; annotations: Record<string, string> }[] = parse(
    stdout,
  ).groups.flatMap((group: { rules: unknown }) => group.rules);
  const find = (alert: string) => all.find((rule) => rule.alert === alert);
  expect(find("KafkaConsumerLagHigh")?.expr).toEndWith("> 2000");
  expect(find("HighDecodeErrorRate")?.expr).toEndWith("> 0.1");
  expect(find("HighDecodeErrorRate")?.annotations.runbook_url).toBe(
    "https://example.org/rb/high-decode-error-rate.md",
  );
  expect(find("HighDecodeErrorRate")?.annotations.dashboard_url).toBe(
    "http://grafana:3000/d/dashflow-streaming",
  );
  expect([find("DLQItselfBroken"), find("WebSocketRedisErrors")?.alert]).toEqual([
    undefined,
    "WebSocketRedisErrors",
  ]);
});

test("writes a file", async () => {
  const file = join(mkdtempSync(join(tmpdir(), "rules-")), "rules.yml");
  const { exitCode, stdout } = await rules("--out", file);
  expect([exitCode, stdout]).toEqual([0, `wrote ${file}: 39 rules in 8 groups\n`]);
  expect(readFileSync(file, "utf8")).toBe(ruleFile());
  expect(JSON.parse((await rules("--out", file, "--json")).stdout)).toEqual({ file, groups: 8, rules: 39 });
});

test("makes no folder for it, and says which is missing", async () => {
  const folder = join(mkdtempSync(join(tmpdir(), "rules-")), "prometheus");
  const { exitCode, stderr } = await rules("--out", join(folder, "rules.yml"));
  expect(exitCode).toBe(2);
  expect(stderr).toContain(
    `--out: ${join(folder, "rules.yml")} cannot be written: there is no directory ${folder}`,
  );
  expect(existsSync(folder)).toBe(false);
  expect((await rules("--out", "")).stderr).toContain("--out: the path is empty");
});

test("exits 1 where writing fails", async () => {
  const { exitCode, stderr } = await rules("--out", "/dev/full");
  expect(exitCode).toBe(1);
  expect(stderr).toContain("--out: /dev/full could not be written: ENOSPC");
});

test("gives programs the groups, or the list", async () => {
  const { groups } = JSON.parse((await rules("--json")).stdout);
  expect(groups.length).toBe(8);
  const { alerts } = JSON.parse((await rules("--list", "--json")).stdout);
  expect(alerts.find(({ alert }: { alert: string }) => alert === "KafkaConsumerLagCritical")).toEqual({
    alert: "KafkaConsumerLagCritical",
    group: "dashstream-kafka",
    severity: "critical",
    priority: "P0",
    components: ["websocket-server"],
    expressions: ["max(websocket_kafka_consumer_lag) > 100000"],
    settings: { lag: "100000", for: "2m" },
    mutes: ["KafkaConsumerLagHigh"],
    page: "kafka-consumer-lag-critical.md",
    scenarios: ["lag-critical"],
  });
});

test("lists the alerts of a site with what is in force", async () => {
  const { stdout } = await rules(
    "--list",
    "--components",
    "quality-monitor",
    "--threshold",
    "HighDLQRate.rate=1",
  );
  expect(stdout).toMatch(/^alert +severity +priority +component +can be set\n/);
  expect(stdout).toMatch(/^HighDLQRate +high +P1 +stream +window=5m rate=1 for=2m$/m);
  expect(stdout).not.toContain("KafkaConsumerLagHigh");
});

describe("exits 2 for", () => {
  test.each([
    [["--scale", "0.5"], "argument '0.5' is invalid. expected a number from 1 to 60"],
    [["--scale", "1e1"], "argument '1e1' is invalid"],
    [["--format", "json"], "Allowed choices are prometheus, kubernetes"],
    [["--components", "exportr"], 'error: --components has "exportr"'],
    [["--threshold", "HighDLQRate.rat=1"], "did you mean rate?"],
    [
      ["--runbook-url", "example.org"],
      '--runbook-url is "example.org", expected http://host:port/path or https://...',
    ],
    [["--dashboard-url", "ftp://x"], '--dashboard-url is "ftp://x"'],
    [["alerts.yml"], "too many arguments"],
  ])("%j", async (args, reason) => {
    const { exitCode, stdout, stderr } = await rules(...args);
    expect([exitCode, stdout]).toEqual([2, ""]);
    expect(stderr).toContain(reason);
  });
});
