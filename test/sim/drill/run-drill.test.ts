// A drill from the first check to the report. Nothing is broken before everything is known to be in place.

import { describe, expect, test } from "bun:test";
import { drillDocument } from "../../../sim/drill/drill-report.ts";
import { type RunDrillOptions, runDrill } from "../../../sim/drill/run-drill.ts";
import { unprovenAlert } from "../../../sim/verify/judge.ts";
import { OUR_RULES } from "../../../sim/verify/selection.ts";
import { ruleFile } from "../../../src/alerts/rule-file.ts";
import { DashstreamError } from "../../../src/errors.ts";
import { readRuleFile } from "../../../src/promql/rules/read-rule-file.ts";
import { type DrillRig, onStack, slowRedis } from "./drill-rig.ts";
import { rule } from "./prometheus-answers.ts";

const RULES = `groups:
- name: g
  rules:
  - { alert: Lag, expr: lag > 10 }
  - { alert: Other, expr: lag > 10 }
`;
const MARKED = 'global:\n  external_labels:\n    safe_to_break: "true"\n';

const JOB = "dashstream-infrastructure";

/** The lock is named after it. */
const URL_ = `http://run-drill-test-${process.pid}:9090`;

function runOptions({ options, world }: DrillRig, parts: Partial<RunDrillOptions> = {}): RunDrillOptions {
  return {
    ...options,
    prometheus: { ...options.prometheus, url: URL_, config: async () => MARKED },
    selection: {
      scenarios: options.scenarios,
      rules: [{ file: "rules.yml", text: RULES }],
      known: { Lag: {} },
      complete: false,
    },
    targets: [],
    yesBreak: null,
    receiver: null,
    serve: world.http.serve,
    build: { version: "1.2.3", gitSha: "abc", buildDate: "2026-01-01", runtime: "bun 1.4.5" },
    virtual: null,
    seed: 1,
    ...parts,
  };
}

/** An alert as a virtual run of the same scenarios proves it. */
function virtualProof(scenario: string, detection_s: number) {
  const played = slowRedis({ name: scenario });
  const [expectation] = played.expect;
  if (!expectation) throw new Error("the scenario expects an alert");
  const proof = unprovenAlert(expectation, played, { known: new Map(), reason: "" });
  return { ...proof, proven: true, reasons: [], detection_s };
}

describe("a drill is refused, and nothing is broken,", () => {
  const refused = (rig: DrillRig, parts: Partial<RunDrillOptions>) =>
    expect(rig.over(runDrill(runOptions(rig, parts)))).rejects;

  test("on a stack that is not marked", () =>
    onStack(async (rig) => {
      const prometheus = { ...rig.options.prometheus, url: URL_, config: async () => "global: {}\n" };
      await refused(rig, { prometheus }).toThrow(`${URL_} is not marked as safe to break`);
      expect(rig.asked).toEqual([]);
    }));

  test("when another stack is named than that of the drill", () =>
    onStack(async (rig) => {
      await refused(rig, { yesBreak: "http://other:9090" }).toThrow(
        `--yes-break is http://other:9090, expected ${URL_}`,
      );
    }));

  test("when Prometheus has other rules than those that are given", () =>
    onStack(async (rig) => {
      const { selection } = runOptions(rig);
      const text = RULES.replaceAll("expr: lag > 10", "expr: lag > 10, for: 5m");
      const rules = [{ file: "rules.yml", text }];
      await refused(rig, { selection: { ...selection, rules } }).toThrow(
        `the rules of ${URL_} are not those of a drill with --scale 1: Lag has for: 0s there, expected 5m, and 1 more; load those of rules.yml`,
      );
      expect(rig.asked).toEqual([]);
    }));

  test("when our rules are wanted at a scale that is not loaded", () =>
    onStack(async (rig) => {
      const { selection } = runOptions(rig);
      const rules = [{ file: OUR_RULES, text: "" }];
      await refused(rig, { scale: 60, selection: { ...selection, rules } }).toThrow(
        /with --scale 60: \w+ has 0 rules there, expected \d+, and \d+ more; make them with `dashstream rules --scale 60` and reload/,
      );
    }));

  test("when our rules are those of another scale, which is said", () =>
    onStack(async (rig) => {
      const { selection } = runOptions(rig);
      const loaded = readRuleFile(ruleFile({ scale: 10 }), "rules.yml");
      const rules = async () =>
        loaded.map(({ name, rules }) => ({
          name,
          file: "rules.yml",
          interval: 1,
          rules: rules.flatMap((each) =>
            each.kind === "alert" ? [rule(0, [], { name: each.alert, duration: each.forMs / 1000 })] : [],
          ),
        }));
      const prometheus = { ...runOptions(rig).prometheus, rules };
      const wanted = [{ file: OUR_RULES, text: "" }];
      await refused(rig, { scale: 60, prometheus, selection: { ...selection, rules: wanted } }).toThrow(
        `the rules of ${URL_} are those of --scale 10, and this drill has --scale 60; drill with --scale 10, or make others with \`dashstream rules --scale 60\` and reload`,
      );
    }));

  test("when nothing can be played, whatever the rules are", () =>
    onStack(async (rig) => {
      const { selection } = runOptions(rig);
      const rules = [{ file: OUR_RULES, text: "" }];
      await refused(rig, { remote: null, selection: { ...selection, rules } }).toThrow(
        "nothing can be played: slow-redis needs --proxy",
      );
      expect(rig.asked).toEqual([]);
    }));

  test("when Prometheus does not read the files of targets", () =>
    onStack(async (rig) => {
      const targets = [{ path: "/t/dashstream-infrastructure.json", job: JOB, addresses: ["a:1"] }];
      await refused(rig, { targets }).toThrow("/t/dashstream-infrastructure.json lists a:1 for the job");
      expect(rig.asked).toEqual([]);
    }));

  test("while the fault proxy has faults in force", () =>
    onStack(async (rig) => {
      const { remote } = rig.options;
      const active = async () => ["redis-down", "broker-slow"];
      await refused(rig, { remote: remote && { ...remote, active } }).toThrow(
        "the fault proxy has faults in force (redis-down, broker-slow), expected none: another drill may be under way; DELETE /faults clears them",
      );
      expect(rig.asked).toEqual([]);
    }));

  test("when Alertmanager does not answer", () =>
    onStack(async (rig) => {
      const alertmanager = { muted: () => Promise.reject(new Error("nobody")) };
      await refused(rig, { alertmanager }).toThrow("nobody");
      expect(rig.asked).toEqual([]);
    }));

  test("while another one is under way, and not any more when that is over", () =>
    onStack(async (rig) => {
      const first = runDrill(runOptions(rig));
      await rig.world.advance(60_000);
      await refused(rig, {}).toThrow(`the drill of this stack is in use: process ${process.pid} holds it`);
      expect((await rig.over(first)).ok).toBe(true);
      expect((await rig.over(runDrill(runOptions(rig)))).ok).toBe(true);
    }));

  test("when the port of the receiver is in use; the next one may begin", () =>
    onStack(async (rig) => {
      const { serve } = rig.world.http;
      const receiver = { host: "127.0.0.1", port: 9_099 };
      const fetch = () => new Response();
      const other = await serve({
        hostname: "127.0.0.1",
        port: 9_099,
        fetch,
        maxFrameBytes: 1,
        maxBufferedBytes: 1,
      });
      await refused(rig, { receiver }).toThrow("cannot listen on 127.0.0.1:9099");
      await other.stop();
      expect((await rig.over(runDrill(runOptions(rig)))).ok).toBe(true);
    }));
});

describe("the report of a drill", () => {
  test("says who was told, and of what", () =>
    onStack(async (rig) => {
      const { world, over } = rig;
      const told: Promise<Response>[] = [];
      const onListening = (url: string) => {
        const tell = (delayMs: number, status: string) =>
          world.clock.after(delayMs, () => {
            const alerts = [{ status, labels: { alertname: "Lag" }, startsAt: "2026-01-05T08:00:00Z" }];
            const body = JSON.stringify({ receiver: "pager", alerts });
            told.push(world.http.request(url, { method: "POST", body }));
          });
        tell(100_000, "firing");
        tell(220_000, "resolved");
      };
      const receiver = { host: "127.0.0.1", port: 0 };
      const report = await over(runDrill(runOptions(rig, { receiver, onListening })));
      expect([report.ok, report.findings]).toEqual([true, []]);
      expect(report.notifications).toMatchObject([
        { alert: "Lag", scenario: "slow-redis", receivers: ["pager"], muted_by: [] },
      ]);
      expect(told.length).toBe(2);
      await expect(over(world.http.request("http://127.0.0.1:49152/"))).rejects.toThrow("nobody accepts");
    }));

  test("fails when something else was sent to the receiver", () =>
    onStack(async (rig) => {
      const { world, over } = rig;
      const onListening = (url: string) => void world.clock.after(1000, () => void world.http.request(url));
      const receiver = { host: "127.0.0.1", port: 0 };
      const report = await over(runDrill(runOptions(rig, { receiver, onListening })));
      expect(report.ok).toBe(false);
      expect(report.findings).toEqual([
        "the receiver of notifications was sent something else: GET: expected POST",
      ]);
    }));

  test("compares what was played with virtual time", () =>
    onStack(async (rig) => {
      const virtual = async () => [virtualProof("slow-redis", 7), virtualProof("not-played", 1)];
      const { comparison } = await rig.over(runDrill(runOptions(rig, { virtual })));
      expect(comparison).toMatchObject([
        { alert: "Lag", scenario: "slow-redis", live_proven: true, virtual_detection_s: 7 },
      ]);
    }));

  test("keeps what was learnt before the stack was not well any more", () =>
    onStack(async (rig) => {
      rig.world.clock.after(360_000, () => rig.firing.set("Other", rig.world.clock.nowMs()));
      const scenarios = ["first", "second", "third"].map((name) => slowRedis({ name }));
      const { selection } = runOptions(rig);
      const report = await rig.over(runDrill(runOptions(rig, { selection: { ...selection, scenarios } })));
      expect(report.ok).toBe(false);
      expect(report.alerts.map(({ scenario, proven }) => `${scenario} ${proven}`)).toEqual([
        "first true",
        "second false",
      ]);
      expect(drillDocument(report)).toMatchObject({
        ok: false,
        skipped: [{ scenario: "third", because: "the stack was not quiet before second" }],
        scenarios: [{ ok: true }, { findings: ["the stack did not become quiet: Other is firing"] }],
      });
    }));

  test("fails when not everything could be put back", () =>
    onStack(async (rig) => {
      rig.broken.add("clear all");
      const report = await rig.over(runDrill(runOptions(rig)));
      expect(report.ok).toBe(false);
      expect(report.findings).toEqual(["not everything could be put back: clear all failed"]);
    }));

  test("compares only what was played, and runs nothing else for that", () =>
    onStack(async (rig) => {
      rig.world.clock.after(360_000, () => rig.firing.set("Other", rig.world.clock.nowMs()));
      const { selection } = runOptions(rig);
      const scenarios = [
        slowRedis({
          name: "unplayable",
          also_scraped: [{ job: "dashstream-checkout", component: "exporter" }],
        }),
        ...["first", "second", "third"].map((name) => slowRedis({ name })),
      ];
      const asked: string[] = [];
      const virtual = async (played: readonly { readonly name: string }[]) => {
        asked.push(...played.map(({ name }) => name));
        return played.map(({ name }) => virtualProof(name, 7));
      };
      const parts = { virtual, selection: { ...selection, scenarios } };
      const { comparison, alerts } = await rig.over(runDrill(runOptions(rig, parts)));
      expect(alerts.map(({ scenario }) => scenario)).toEqual(["first", "second"]);
      expect(asked).toEqual(["first"]);
      expect(comparison.map(({ scenario }) => scenario)).toEqual(["first"]);
    }));

  test("compares nothing when nothing was played", () =>
    onStack(async (rig) => {
      rig.firing.set("Other", rig.world.clock.nowMs());
      const virtual = () => Promise.reject(new Error("it takes minutes"));
      const report = await rig.over(runDrill(runOptions(rig, { virtual })));
      expect([report.ok, report.alerts.length, report.comparison]).toEqual([false, 1, []]);
    }));

  test("is there although the comparison is interrupted, with nothing to compare with", () =>
    onStack(async (rig) => {
      const virtual = () => {
        rig.interruption.abort();
        return Promise.reject(new DashstreamError("aborted", "interrupted: nothing is proven"));
      };
      const report = await rig.over(runDrill(runOptions(rig, { virtual })));
      expect([report.ok, report.scenarios.length, report.comparison]).toEqual([true, 1, []]);
    }));

  test("is not there where the comparison is a defect", () =>
    onStack(async (rig) => {
      const virtual = () => Promise.reject(new Error("a bug"));
      await expect(rig.over(runDrill(runOptions(rig, { virtual })))).rejects.toThrow("a bug");
    }));

  test("of an interrupted drill is not compared with anything", () =>
    onStack(async (rig) => {
      rig.world.clock.after(100_000, () => rig.interruption.abort());
      const virtual = () => Promise.reject(new Error("it takes minutes"));
      const report = await rig.over(runDrill(runOptions(rig, { virtual })));
      expect([report.ok, report.comparison]).toEqual([false, []]);
    }));
});
