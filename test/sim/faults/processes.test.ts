// What the faults of processes and of discovery ask for.

import { describe, expect, test } from "bun:test";
import { onStage } from "./stage-rig.ts";

describe("process-kill", () => {
  test("kills a component and starts it when it is cleared, once", () =>
    onStage(async ({ apply, clear, asked, world }) => {
      const fault = await apply("process-kill");
      await world.advance(600_000);
      expect([asked, fault.hits()]).toEqual([["kill websocket-server"], 1]);
      await clear(fault);
      await clear(fault);
      expect(asked).toEqual(["kill websocket-server", "start websocket-server"]);
    }));

  test("starts it by itself after the time that was given", () =>
    onStage(async ({ apply, clear, asked, world }) => {
      const fault = await apply("process-kill", { component: "exporter", restart_after_seconds: 30 });
      await world.advance(29_999);
      expect(asked).toEqual(["kill exporter"]);
      await world.advance(1);
      expect(asked).toEqual(["kill exporter", "start exporter"]);
      await clear(fault);
      expect(asked).toHaveLength(2);
    }));

  test("starts it at once when it is cleared before, and not a second time", () =>
    onStage(async ({ apply, clear, asked }) => {
      const fault = await apply("process-kill", { component: "exporter", restart_after_seconds: 30 });
      await clear(fault);
      expect(asked).toEqual(["kill exporter", "start exporter"]);
      // Its timer would be one that is left.
    }));

  test("says why it could not start", () =>
    onStage(async ({ apply, clear, failStartsWith, logged, world }) => {
      failStartsWith(new Error("port in use"));
      const fault = await apply("process-kill", { restart_after_seconds: 5 });
      await world.advance(5_000);
      expect(logged).toMatchObject([{ level: "error", error: "port in use" }]);
      expect(clear(fault)).rejects.toThrow("port in use");
      await world.settled();
    }));

  test("starts it when it is cleared, although it could not start before", () =>
    onStage(async ({ apply, clear, failStartsWith, asked }) => {
      failStartsWith(new Error("port in use"));
      const fault = await apply("process-kill");
      await expect(clear(fault)).rejects.toThrow("port in use");
      failStartsWith(null);
      await clear(fault);
      await clear(fault);
      expect(asked).toEqual(["kill websocket-server", "start websocket-server"]);
    }));
});

describe("process-restart", () => {
  test("stops a component in order and starts it after a while, or when it is cleared", () =>
    onStage(async ({ apply, clear, asked, world }) => {
      const whole = await apply("process-restart", { component: "quality-monitor", down_seconds: 10 });
      await world.advance(9_999);
      expect(asked).toEqual(["stop quality-monitor"]);
      await world.advance(1);
      expect([asked.at(-1), whole.hits()]).toEqual(["start quality-monitor", 1]);
      await clear(whole);
      const cut = await apply("process-restart");
      await clear(cut);
      await world.advance(60_000);
      expect(asked.slice(2)).toEqual(["stop websocket-server", "start websocket-server"]);
    }));
});

describe("target-vanished", () => {
  test("withdraws a component from discovery and restores it", () =>
    onStage(async ({ apply, clear, asked }) => {
      const fault = await apply("target-vanished", { component: "exporter" });
      expect([asked, fault.hits()]).toEqual([["withdraw exporter"], 1]);
      await clear(fault);
      expect(asked).toEqual(["withdraw exporter", "restore exporter"]);
    }));
});
