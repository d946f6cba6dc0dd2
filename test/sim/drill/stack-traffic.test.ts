import { expect, test } from "bun:test";
import { createBroker } from "../../../sim/broker/broker.ts";
import { startTraffic } from "../../../sim/drill/stack-traffic.ts";
import { runVirtual } from "../../../sim/verify/virtual-world.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { START_MS } from "./prometheus-answers.ts";

test("dense traffic comes at its rate, gathered as producers with a linger do", () =>
  runVirtual({ seed: 1, startMs: START_MS }, async (world) => {
    const { clock, random, network } = world;
    const broker = createBroker({ network, clock, random });
    await broker.start();
    broker.createTopic("telemetry", { partitions: 1 });
    let requests = 0;
    broker.control("Produce", () => {
      requests++;
      return { kind: "pass" };
    });
    const traffic = await clock.settle(
      startTraffic(
        { traffic: { rate: 100, tenants: 2, threads: 5 }, clients: 0 },
        {
          clock,
          random,
          network,
          log: silentLog,
          settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: [broker.bootstrap] },
          topic: "telemetry",
          streamUrl: "ws://127.0.0.1:1/ws",
        },
      ),
      60_000,
    );
    await clock.settle(clock.sleep(20_000), 60_000);
    await clock.settle(traffic.stop(), 60_000);
    const [records = 0] = broker.endOffsets("telemetry");
    expect(records).toBeGreaterThan(1_800);
    expect(records).toBeLessThan(2_200);
    expect(requests).toBeGreaterThan(350);
    expect(requests).toBeLessThanOrEqual(400);
    await world.outcome(broker.stop());
  }));
