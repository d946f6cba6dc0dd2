// What the faults of the network do to one link, and leave alone on the others.

import { describe, expect, test } from "bun:test";
import { APIS } from "../../../src/kafka-protocol/apis.ts";
import { FRONTS, onStage as onAnyStage, type StageRig } from "./stage-rig.ts";

const KAFKA_LINK_FAULTS = ["network-reset", "network-half-open", "network-blackhole"] as const;

describe.each(FRONTS)("%s", (front) => {
  const onStage = (live: (rig: StageRig) => Promise<void>) => onAnyStage(live, front);

  describe("network-latency", () => {
    test("delays both directions of its link", () =>
      onStage(async ({ apply, clear, wire, redisClient, timed }) => {
        const kafka = await wire();
        const redis = await redisClient();
        const fault = await apply("network-latency", { link: "kafka", delay_ms: 300 });
        expect((await timed(kafka.call(APIS.ApiVersions, 0, {}))).tookMs).toBe(600);
        expect((await timed(redis.commands.get("key"))).tookMs).toBe(0);
        expect(fault.hits()).toBe(2);
        await clear(fault);
        expect((await timed(kafka.call(APIS.ApiVersions, 0, {}))).tookMs).toBe(0);
      }));

    test("of one direction", () =>
      onStage(async ({ apply, redisClient, timed }) => {
        const redis = await redisClient();
        await apply("network-latency", { link: "redis", delay_ms: 300, direction: "downstream" });
        expect((await timed(redis.commands.get("key"))).tookMs).toBe(300);
      }));
  });

  describe("network-bandwidth", () => {
    test("lets so many bytes through", () =>
      onStage(async ({ apply, clear, redisClient, timed }) => {
        const redis = await redisClient();
        const params = { link: "redis", bytes_per_second: 1_000, direction: "upstream" };
        const fault = await apply("network-bandwidth", params);
        const { tookMs } = await timed(redis.commands.set("key", "v".repeat(2_000)));
        expect(tookMs).toBeWithin(2_000, 2_100);
        expect(fault.hits()).toBeGreaterThan(0);
        await clear(fault);
        expect((await timed(redis.commands.get("key"))).tookMs).toBe(0);
      }));
  });

  describe("a link that is cut", () => {
    test("network-reset: resets what passes", () =>
      onStage(async ({ apply, clear, wire, timed, world }) => {
        const kafka = await wire();
        const fault = await apply("network-reset");
        expect(await timed(kafka.call(APIS.ApiVersions, 0, {}))).toEqual({ result: "failed", tookMs: 0 });
        await world.outcome(kafka.closed);
        expect(fault.hits()).toBe(1);
        await clear(fault);
        expect((await timed((await wire()).call(APIS.ApiVersions, 0, {}))).result).not.toBe("failed");
      }));

    test("network-half-open: nobody answers until the far side is back, which knows nothing of the connection", () =>
      onStage(async ({ apply, clear, wire, timed, world }) => {
        const kafka = await wire();
        const fault = await apply("network-half-open");
        const asked = timed(kafka.call(APIS.ApiVersions, 0, {}));
        void world.clock.after(60_000, () => void fault.clear());
        expect(await asked).toEqual({ result: "failed", tookMs: 60_000 });
        expect(fault.hits()).toBe(2);
        await clear(fault);
      }));

    test("network-blackhole: what was asked is answered when the link is back", () =>
      onStage(async ({ apply, clear, wire, timed, world }) => {
        const kafka = await wire();
        const fault = await apply("network-blackhole");
        const asked = timed(kafka.call(APIS.ApiVersions, 0, {}));
        void world.clock.after(60_000, () => void fault.clear());
        const { result, tookMs } = await asked;
        expect([result === "failed", tookMs]).toEqual([false, 60_000]);
        expect(fault.hits()).toBe(1);
        await clear(fault);
      }));
  });

  test.each(KAFKA_LINK_FAULTS)("%s of one link leaves the others alone", (name) =>
    onStage(async ({ apply, redisClient, wire, timed }) => {
      const redis = await redisClient();
      await wire();
      await apply(name, { link: "kafka" });
      expect((await timed(redis.commands.set("key", "value"))).result).toBe("OK");
    }),
  );

  test("a stage without a proxy on the link says so", () =>
    onStage(async ({ apply }) => {
      await expect(apply("network-reset", { link: "websocket" })).rejects.toMatchObject({
        code: "scenario_invalid",
        message: expect.stringContaining("a proxy on the link websocket"),
      });
    }));
});
