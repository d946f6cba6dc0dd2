// One scenario from its fault to its verdict, with the real components.

import { beforeAll, describe, expect, test } from "bun:test";
import { runJob, type ScenarioResult } from "../../../sim/verify/job.ts";
import { recordScenario } from "../../../sim/verify/record.ts";
import { smallJob, smallScenario } from "./small-scenario.ts";

describe("a scenario", () => {
  let first: ScenarioResult;

  beforeAll(async () => {
    first = await runJob(smallJob());
  });

  test("gives the same result with the same seed, byte for byte", async () => {
    expect(JSON.stringify(await runJob(smallJob()))).toBe(JSON.stringify(first));
  });

  test("gives another result with another seed", async () => {
    expect(JSON.stringify(await runJob(smallJob({ seed: 2 })))).not.toBe(JSON.stringify(first));
  });

  test("is proven, with its phases, its fault and a chart", () => {
    const { report, virtualSeconds } = first;
    const [proof] = report.alerts;
    expect(proof?.reasons).toEqual([]);
    expect(report).toMatchObject({ ok: true, warm_up_s: 60, cleared_at_s: 300, end_s: 360, findings: [] });
    expect(virtualSeconds).toBe(360);
    expect(report.faults).toMatchObject([{ fault: "corrupt-payload", applied_at_s: 60, cleared_at_s: 300 }]);
    expect(report.faults[0]?.hits).toBeGreaterThan(10);
    expect(report.charts.map(({ alert }) => alert)).toEqual(["HighDecodeErrorRate"]);
  });
});

describe("what was recorded", () => {
  test("has every component, with the labels of its target", async () => {
    const { store, startMs, scrapeIntervalMs } = await recordScenario({
      scenario: smallScenario({ hold: "1m", settle: "15s" }),
      seed: 1,
      targetLabels: { all: { namespace: "prod" }, of: {} },
    });
    const ups = store.named("up").map(({ labels, values, timestampsMs }) => ({
      job: labels.get("job"),
      namespace: labels.get("namespace"),
      isAlwaysUp: values.every((value) => value === 1),
      isEveryScrapeThere: timestampsMs.every((atMs, index) => atMs === startMs + index * scrapeIntervalMs),
      isLong: timestampsMs.length >= 9,
    }));
    const common = { namespace: "prod", isAlwaysUp: true, isEveryScrapeThere: true, isLong: true };
    expect(ups.toSorted((a, b) => (a.job < b.job ? -1 : 1))).toEqual([
      { job: "dashstream-infrastructure", ...common },
      { job: "dashstream-quality", ...common },
      { job: "dashstream-quality-monitor", ...common },
    ]);
  });

  test("gives the targets of one component the labels that users say they have, and other programs none of them", async () => {
    const also_scraped = [{ job: "dashstream-checkout", component: "exporter" as const }];
    const { store } = await recordScenario({
      scenario: smallScenario({ hold: "1m", settle: "15s", also_scraped }),
      seed: 1,
      targetLabels: { all: { namespace: "prod" }, of: { exporter: { job: "shop" } } },
    });
    const ups = store.named("up").map(({ labels }) => `${labels.get("job")} ${labels.get("namespace")}`);
    expect(ups.toSorted()).toEqual([
      "dashstream-checkout prod",
      "dashstream-infrastructure prod",
      "dashstream-quality-monitor prod",
      "shop prod",
    ]);
  });

  test("tells of a fault that did not take", async () => {
    const faults = [{ fault: "oversized", params: { share: 0.000001 } }];
    const { faults: recorded, findings } = await recordScenario({
      scenario: smallScenario({ faults, hold: "1m", settle: "15s" }),
      seed: 1,
    });
    expect(recorded).toMatchObject([{ fault: "oversized", hits: 0 }]);
    expect(findings).toEqual(["fault oversized did not take: nothing was broken by it"]);
  });

  test("has each fault at its own time", async () => {
    const faults = [
      { fault: "corrupt-payload", after: "15s", for: "30s" },
      { fault: "duplicate", after: "30s" },
    ];
    const { faults: recorded, warmMs } = await recordScenario({
      scenario: smallScenario({ faults, hold: "2m", settle: "15s" }),
      seed: 1,
    });
    expect(
      recorded.map(({ appliedMs, clearedMs }) =>
        [appliedMs - warmMs, clearedMs - warmMs].map((ms) => ms / 1000),
      ),
    ).toEqual([
      [15, 45],
      [30, 120],
    ]);
  });

  test("has the proxies that only a remedy needs", async () => {
    const { findings } = await recordScenario({
      scenario: smallScenario({
        remedy: [{ fault: "network-reset", params: { link: "kafka" } }],
        hold: "1m",
        settle: "15s",
      }),
      seed: 1,
    });
    expect(findings.filter((finding) => finding.includes("needs"))).toEqual([]);
  });

  test("a fault or a setting that does not exist runs nothing", async () => {
    const unknown = smallScenario({ faults: [{ fault: "duplicate", params: { share: 7 } }] });
    await expect(recordScenario({ scenario: unknown, seed: 1 })).rejects.toMatchObject({
      code: "scenario_invalid",
    });
    const wrong = smallScenario({ env: { WEBSOCKET_MAX_CLIENT_LAG: "many" } });
    await expect(recordScenario({ scenario: wrong, seed: 1 })).rejects.toMatchObject({
      code: "config_invalid",
    });
  });
});
