// The same schedules against a real Kafka and a real Redis, in real time.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeReal } from "../support/real-components.ts";
import { type RealRedis, startRedis } from "../support/redis/start-redis.ts";
import { RealSite, realSchedule } from "./real-site.ts";
import { scheduleOf } from "./schedule.ts";
import { World } from "./world.ts";

const SEEDS = Array.from({ length: Number(process.env.DASHSTREAM_SCHEDULES ?? 8) }, (_, i) => i + 1);

describe.each(["kafka-3.9", "kafka-4"] as const)("%s", (component) => {
  describeReal([component, "redis-server"], "the promise of the stream on real components", () => {
    let kafka: RealKafka;
    let redis: RealRedis;
    beforeAll(async () => {
      [kafka, redis] = await Promise.all([startKafka({ component }), startRedis()]);
    }, 60_000);
    afterAll(() => Promise.all([kafka.stop(), redis.stop()]));

    for (const seed of SEEDS) {
      test(`schedule ${seed}: every record comes once and in order, or is named as missing`, async () => {
        const { setup, steps } = realSchedule(scheduleOf(seed));
        const topic = `promise-${seed}`;
        const site = await RealSite.open({
          bootstrap: kafka.bootstrap,
          redis: setup.redis ? redis : null,
          topic,
          seed,
        });
        const world = new World({ site, setup, lenient: false });
        await world.live({ seed, setup, steps });
        const { violation, lastLines } = world.oracle;
        await world.close();
        expect(violation === null ? "kept" : `${violation}\n${lastLines.join("\n")}`).toBe("kept");
      }, 180_000);
    }
  });
});
