// A drill that is interrupted breaks nothing more, gives what was played, and says what it put back.

import { describe, expect, test } from "bun:test";
import { drill } from "../../../sim/drill/drill.ts";
import { CLEANED, type DrillRig, onStack, slowRedis } from "./drill-rig.ts";

describe("an interrupted drill", () => {
  // The second one would have services configured.
  const two = [slowRedis({ name: "first" }), slowRedis({ name: "second", env: { LOG_LEVEL: "debug" } })];

  test("clears the fault at once, and gives what was played", () =>
    onStack(async ({ options, world, interruption, asked, over }) => {
      world.clock.after(100_000, () => interruption.abort());
      const startedMs = world.clock.nowMs();
      const { played, putBack } = await over(drill({ ...options, scenarios: two }));
      expect(putBack).toEqual(["fault redis-latency is cleared"]);
      expect(asked).toEqual(["apply redis-latency", "clear redis-latency", ...CLEANED]);
      expect(played.map(({ report }) => [report.scenario, report.ok, report.findings])).toEqual([
        ["first", false, ["it was interrupted"]],
      ]);
      expect(world.clock.nowMs() - startedMs).toBeLessThan(110_000);
    }));

  test("breaks nothing more while it waits for a quiet stack", () =>
    onStack(async ({ options, world, interruption, asked, over }) => {
      world.clock.after(10_000, () => interruption.abort());
      const { played, putBack } = await over(drill({ ...options, scenarios: two }));
      expect([played, putBack]).toEqual([[], []]);
      expect(asked).toEqual(CLEANED);
    }));

  test("says which services have their usual settings again, and what the proxy still had in force", () =>
    onStack(async ({ options, world, interruption, over }) => {
      world.clock.after(10_000, () => interruption.abort());
      const scenarios = [slowRedis({ env_of: { exporter: { LOG_LEVEL: "debug" } } })];
      const remote = options.remote && { ...options.remote, clearAll: async () => ["broker-slow"] };
      const { putBack } = await over(drill({ ...options, scenarios, remote }));
      expect(putBack).toEqual(["fault broker-slow is cleared", "exporter has its usual settings"]);
    }));

  test("says what could not be put back", () =>
    onStack(async ({ options, world, interruption, broken, over }) => {
      broken.add("clear all");
      world.clock.after(10_000, () => interruption.abort());
      const { findings } = await over(drill(options));
      expect(findings).toEqual(["not everything could be put back: clear all failed"]);
    }));

  describe("in which a service could not be started again", () => {
    const killed = slowRedis({ faults: [{ fault: "process-kill", params: { component: "exporter" } }] });
    const interrupted = (rig: DrillRig) => {
      rig.world.clock.after(100_000, () => rig.interruption.abort());
      return rig.over(drill({ ...rig.options, scenarios: [killed] }));
    };

    test("tries it once more, and says so", () =>
      onStack(async (rig) => {
        rig.broken.add("start exporter");
        rig.world.clock.after(100_001, () => rig.broken.clear());
        const { services } = rig.options;
        if (!services) throw new Error("the stack has services");
        // As long as it takes until nothing is in its way any more.
        const start: typeof services.start = async (name) => {
          await services.start(name).catch(async (error: unknown) => {
            await rig.world.clock.sleep(1);
            throw error;
          });
        };
        const options = { ...rig.options, services: { ...services, start } };
        const { putBack, findings, played } = await interrupted({ ...rig, options });
        expect([putBack, findings]).toEqual([["exporter is started again"], []]);
        expect(played[0]?.report.findings).toContain("fault process-kill: start exporter failed");
        expect(rig.asked.filter((call) => call.endsWith("exporter"))).toEqual([
          "kill exporter",
          "start exporter",
          "restore exporter",
          "start exporter",
        ]);
      }));

    test("says if it fails again", () =>
      onStack(async (rig) => {
        rig.broken.add("start exporter");
        const { putBack, findings } = await interrupted(rig);
        expect([putBack, findings]).toEqual([
          [],
          ["not everything could be put back: start exporter failed"],
        ]);
      }));

    test("starts one that was killed though nobody heard of it", () =>
      onStack(async (rig) => {
        rig.broken.add("kill exporter");
        expect((await interrupted(rig)).putBack).toEqual(["exporter is started again"]);
      }));
  });

  test("says that a fault is cleared of which the proxy could not say so", () =>
    onStack(async ({ options, world, interruption, broken, over }) => {
      broken.add("clear redis-latency");
      world.clock.after(100_000, () => interruption.abort());
      const { putBack, findings } = await over(drill(options));
      expect([putBack, findings]).toEqual([["fault redis-latency is cleared"], []]);
    }));

  test("says which targets are there again", () =>
    onStack(async ({ options, world, interruption, over }) => {
      world.clock.after(10_000, () => interruption.abort());
      const discovery = { withdraw: () => {}, restore: (name: string) => name === "exporter" };
      expect((await over(drill({ ...options, discovery }))).putBack).toEqual(["exporter is a target again"]);
    }));
});
