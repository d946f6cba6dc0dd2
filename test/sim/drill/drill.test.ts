// Whole drills of a scripted stack in virtual time: what is played and what is not, what is said when the stack is not well,
// and that everything is put back whatever happens.

import { describe, expect, test } from "bun:test";
import { drill } from "../../../sim/drill/drill.ts";
import type { DrillProgress } from "../../../sim/drill/drill-progress.ts";
import { missedFault } from "../../../sim/drill/missed-fault.ts";
import { CLEANED, onStack, slowRedis } from "./drill-rig.ts";

describe("a drill", () => {
  test("breaks a stack that is quiet, sees its alert, and puts everything back", () =>
    onStack(async ({ options, asked, over }) => {
      const steps: string[] = [];
      const onProgress = (event: DrillProgress) =>
        steps.push(`${event.done} ${event.state === "phase" ? event.phase.kind : event.state}`);
      const { played, skipped, findings } = await over(drill({ ...options, onProgress }));
      expect(played.map(({ report }) => report)).toMatchObject([
        { scenario: "slow-redis", ok: true, findings: [], alerts: [{ alert: "Lag", proven: true }] },
      ]);
      expect([skipped, findings]).toEqual([[], []]);
      expect(asked).toEqual(["apply redis-latency", "clear redis-latency", ...CLEANED]);
      expect(steps).toEqual(["0 started", "0 waiting for a quiet stack", "0 playing", "1 passed"]);
    }));

  test("fails a scenario in which something else fires", () =>
    onStack(async ({ options, world, firing, over }) => {
      world.clock.after(100_000, () => firing.set("Other", world.clock.nowMs()));
      const { played } = await over(drill(options));
      expect(played[0]?.report.ok).toBe(false);
      expect(played[0]?.report.alerts[0]?.reasons).toEqual(["Other fired too, and nothing declares that"]);
    }));
});

describe("a fault of the proxy that hit nothing", () => {
  test("is named with how long it was in force, and with who may go past the proxy", () =>
    onStack(async ({ options, bypassed, over }) => {
      bypassed.add("redis-latency");
      const { played } = await over(drill(options));
      expect(played[0]?.report.ok).toBe(false);
      expect(played[0]?.report.faults).toMatchObject([{ fault: "redis-latency", hits: 0 }]);
      expect(played[0]?.report.findings).toEqual([
        "fault redis-latency was in force for 2m and hit nothing: websocket-server may go to Redis past the fault proxy, as one does that was made anew without every --env-file of the stack",
      ]);
    }));

  const PAST = "past the fault proxy, as one does that was made anew without every --env-file of the stack";
  test.each([
    ["broker-slow", {}, `websocket-server, quality-monitor, exporter may go to Kafka ${PAST}`],
    [
      "network-latency",
      { link: "kafka" },
      `websocket-server, quality-monitor, exporter may go to Kafka ${PAST}`,
    ],
    ["network-latency", { link: "redis" }, `websocket-server may go to Redis ${PAST}`],
    [
      "dlq-hang",
      { topic: "library" },
      `it takes only dead letters of quality-monitor, and there may have been none; or quality-monitor may go to Kafka ${PAST}`,
    ],
    [
      "produce-errors",
      {},
      "it takes only telemetry of producers that go through the fault proxy, and there may have been none",
    ],
    [
      "group-rebalance",
      {},
      "it takes only members of the consumer group of websocket-server, and there may have been none",
    ],
  ])("says of %s %j: %s", (fault, params, because) => {
    const times = { appliedMs: 0, clearedMs: 417, hits: 0 };
    expect(missedFault({ fault, params, ...times })).toBe(
      `fault ${fault} was in force for 0.417s and hit nothing: ${because}`,
    );
  });

  test("is told from one of the drill's own, which goes nowhere else", () => {
    const finding = missedFault({ fault: "sequence-gap", params: {}, appliedMs: 0, clearedMs: 1, hits: 0 });
    expect(finding).toBe("fault sequence-gap did not take: nothing was broken by it");
  });
});

describe("a stack that does not become quiet", () => {
  const three = ["first", "second", "third"].map((name) => slowRedis({ name }));

  test("ends the drill with what was learnt before, and with what was still wrong", () =>
    onStack(async ({ options, world, firing, jobs, asked, over }) => {
      // Once the first scenario has been judged: it lasts less than six minutes.
      world.clock.after(360_000, () => {
        firing.set("Other", world.clock.nowMs());
        jobs.set("dashstream-quality", "connection refused");
      });
      const { played, skipped } = await over(drill({ ...options, scenarios: three }));
      expect(played.map(({ report }) => `${report.scenario} ${report.ok}`)).toEqual([
        "first true",
        "second false",
      ]);
      const failed = played[1]?.report;
      expect(failed?.findings).toEqual([
        "the stack did not become quiet: dashstream-quality is down: connection refused; Other is firing",
      ]);
      expect(failed?.alerts).toMatchObject([
        { alert: "Lag", proven: false, firing_at_s: null, reasons: ["the scenario was not played"] },
      ]);
      expect(skipped).toEqual([{ scenario: "third", because: "the stack was not quiet before second" }]);
      expect(asked).toEqual(["apply redis-latency", "clear redis-latency", ...CLEANED]);
    }));

  test("may be one that is not scraped at all", () =>
    onStack(async ({ options, jobs, over }) => {
      jobs.clear();
      const { played } = await over(drill(options));
      expect(played[0]?.report.findings).toEqual(["the stack did not become quiet: nothing is scraped"]);
    }));

  test("is waited for", () =>
    onStack(async ({ options, world, firing, over }) => {
      firing.set("Other", world.clock.nowMs());
      world.clock.after(900_000, () => firing.delete("Other"));
      expect((await over(drill(options))).played[0]?.report.ok).toBe(true);
    }));

  test("says what is wrong, once it lasts, and when it changes", () =>
    onStack(async ({ options, world, firing, jobs, over }) => {
      const told: string[] = [];
      const onProgress = (event: DrillProgress) => {
        if (event.state !== "phase" || event.phase.kind !== "still not quiet") return;
        told.push(`${world.clock.nowMs() - startMs} ${event.phase.troubles.join("; ")}`);
      };
      const startMs = world.clock.nowMs();
      firing.set("Other", startMs);
      world.clock.after(300_000, () => jobs.set("dashstream-quality", "refused"));
      world.clock.after(600_000, () => {
        firing.delete("Other");
        jobs.delete("dashstream-quality");
      });
      // Over before it is worth a word.
      world.clock.after(620_000, () => firing.set("Lag", world.clock.nowMs()));
      world.clock.after(630_000, () => firing.delete("Lag"));
      await over(drill({ ...options, onProgress }));
      expect(told).toEqual([
        "22500 Other is firing",
        "300000 dashstream-quality is down: refused; Other is firing",
      ]);
    }));
});

describe("a server that is not there", () => {
  test("ends the drill before anything is broken, if clients of the drill need it", () =>
    onStack(async ({ options, asked, over }) => {
      const scenarios = [slowRedis({ clients: 1 })];
      await expect(over(drill({ ...options, scenarios }))).rejects.toThrow(
        '--server is "http://localhost:3002/": nothing listens there',
      );
      expect(asked).toEqual(CLEANED);
    }));

  test("ends it too if it is the Kafka of the traffic, unless nothing is played", () =>
    onStack(async ({ options, asked, over }) => {
      const kafka = { ...options.kafka, brokers: ["127.0.0.1:1", "127.0.0.1:2"] };
      await expect(over(drill({ ...options, kafka }))).rejects.toThrow(
        '--kafka-brokers is "127.0.0.1:1,127.0.0.1:2": nothing listens there',
      );
      expect(asked).toEqual(CLEANED);
      expect((await over(drill({ ...options, kafka, remote: null }))).played).toEqual([]);
    }));

  test("is not waited for by an interrupted drill", () =>
    onStack(async ({ options, interruption, asked, over }) => {
      const scenarios = [slowRedis({ clients: 1 })];
      const config = async () => {
        interruption.abort();
        return options.prometheus.config();
      };
      const prometheus = { ...options.prometheus, config };
      await expect(over(drill({ ...options, scenarios, prometheus }))).rejects.toMatchObject({
        code: "aborted",
        message: 'interrupted before --server is "http://localhost:3002/" has answered',
      });
      expect(asked).toEqual(CLEANED);
    }));

  test("is of no importance for clients of what is not played", () =>
    onStack(async ({ options, over }) => {
      const scenarios = [slowRedis({ name: "settings", clients: 1, env: { LOG_LEVEL: "debug" } })];
      const { skipped } = await over(drill({ ...options, scenarios, services: null }));
      expect(skipped).toHaveLength(1);
    }));
});

describe("what does not work", () => {
  const two = ["first", "second"].map((name) => slowRedis({ name, env: { LOG_LEVEL: "debug" } }));

  test("as a service that does not take its settings, fails the scenario and ends the drill", () =>
    onStack(async ({ options, broken, asked, over }) => {
      broken.add('configure quality-monitor {"LOG_LEVEL":"debug"}');
      const { played, skipped } = await over(drill({ ...options, scenarios: two }));
      expect(played[0]?.report.findings).toEqual([
        'it was not played to its end: configure quality-monitor {"LOG_LEVEL":"debug"} failed',
      ]);
      expect(skipped).toEqual([{ scenario: "second", because: "first could not be played" }]);
      expect(asked).toEqual([
        'configure websocket-server {"LOG_LEVEL":"debug"}',
        'configure quality-monitor {"LOG_LEVEL":"debug"}',
        "clear all",
        "restore websocket-server",
        "configure websocket-server {}",
        "restore quality-monitor",
        "configure quality-monitor {}",
        "restore exporter",
      ]);
    }));

  test("as a Kafka that does not answer, is said in the report", () =>
    onStack(async ({ options, world, over }) => {
      const silent = await world.network.listen("127.0.0.1", 1, (socket) => socket.destroy());
      const kafka = { ...options.kafka, brokers: ["127.0.0.1:1"] };
      const { played, skipped } = await over(drill({ ...options, kafka, scenarios: two }));
      expect(played[0]?.report).toMatchObject({ scenario: "first", ok: false });
      expect(played[0]?.report.findings).toEqual([
        expect.stringContaining("it was not played to its end: no broker of 127.0.0.1:1 answers"),
      ]);
      expect(skipped).toEqual([{ scenario: "second", because: "first could not be played" }]);
      await over(silent.close());
    }));

  test("when everything is put back, is named in one finding; the rest is put back all the same", () =>
    onStack(async ({ options, broken, asked, over }) => {
      for (const step of ["clear all", "restore quality-monitor"]) broken.add(step);
      const { played, findings } = await over(drill(options));
      expect(played[0]?.report.ok).toBe(true);
      expect(findings).toEqual([
        "not everything could be put back: clear all failed; restore quality-monitor failed",
      ]);
      expect(asked.slice(-CLEANED.length)).toEqual(CLEANED);
    }));

  test("when a drill that failed is put back, is named beside what it failed of", () =>
    onStack(async ({ options, broken, over }) => {
      for (const step of ["clear all", "restore exporter"]) broken.add(step);
      const config = () => Promise.reject(new Error("no configuration"));
      const prometheus = { ...options.prometheus, config };
      await expect(over(drill({ ...options, prometheus }))).rejects.toThrow(
        "no configuration; not everything could be put back: clear all failed; restore exporter failed",
      );
    }));
});

test("a defect of the program ends the drill, and everything is put back", () =>
  onStack(async ({ options, asked, over }) => {
    const rules = () => Promise.reject(new TypeError("a bug"));
    const prometheus = { ...options.prometheus, targets: options.prometheus.targets, rules };
    const services = options.services && { ...options.services, configure: rules };
    const scenarios = [slowRedis({ env: { LOG_LEVEL: "debug" } })];
    await expect(over(drill({ ...options, prometheus, services, scenarios }))).rejects.toThrow("a bug");
    expect(asked).toEqual(CLEANED);
  }));

describe("settings of services", () => {
  test("are given before a scenario that wants them, and taken back in the end", () =>
    onStack(async ({ options, asked, over }) => {
      const scenarios = [
        slowRedis({ name: "plain" }),
        slowRedis({ name: "special", env_of: { exporter: { LOG_LEVEL: "debug" } } }),
      ];
      await over(drill({ ...options, scenarios, env: { INSTANCE_ID: "a" } }));
      expect(asked.filter((call) => call.startsWith("configure exporter"))).toEqual([
        'configure exporter {"INSTANCE_ID":"a"}',
        'configure exporter {"INSTANCE_ID":"a","LOG_LEVEL":"debug"}',
        "configure exporter {}",
      ]);
      expect(asked.filter((call) => call.startsWith("configure websocket-server"))).toEqual([
        'configure websocket-server {"INSTANCE_ID":"a"}',
        "configure websocket-server {}",
      ]);
    }));
});

test("what a stack cannot play is left out with the reason, and the rest is played", () =>
  onStack(async ({ options, over }) => {
    const scenarios = [
      slowRedis({ name: "other-job", also_scraped: [{ job: "dashstream-checkout", component: "exporter" }] }),
      slowRedis({ name: "playable" }),
      slowRedis({ name: "settings", env: { LOG_LEVEL: "debug" } }),
    ];
    const { played, skipped } = await over(drill({ ...options, scenarios, services: null }));
    expect(played.map(({ report }) => report.scenario)).toEqual(["playable"]);
    expect(skipped).toEqual([
      {
        scenario: "other-job",
        because: "needs a Prometheus that scrapes exporter as the job dashstream-checkout",
      },
      { scenario: "settings", because: "needs --services" },
    ]);
  }));
