import { afterEach, beforeEach, expect, test } from "bun:test";
import type { Broker } from "../../sim/broker/broker.ts";
import { systemClock } from "../../src/runtime/clock.ts";
import { type DialTarget, type Network, systemNetwork } from "../../src/runtime/network.ts";
import { createKafkaClient, type KafkaClientOptions } from "../../src/stream/kafka-client.ts";
import { DEFAULT_KAFKA_SETTINGS, type KafkaSettings } from "../../src/stream/kafka-settings.ts";
import { silentLog } from "../../src/telemetry/log.ts";
import { settingsOf, startBroker } from "./stream-rig.ts";

let broker: Broker;
let dialled: DialTarget[];
let errors: Error[];

beforeEach(async () => {
  broker = await startBroker();
  dialled = [];
  errors = [];
});
afterEach(() => broker.stop());

function client(changes: Partial<KafkaClientOptions> = {}) {
  const network: Network = {
    ...systemNetwork,
    dial(target, onConnect) {
      dialled.push(target);
      return (changes.network ?? systemNetwork).dial(target, onConnect);
    },
  };
  return createKafkaClient({
    settings: settingsOf(broker),
    clock: systemClock,
    log: silentLog,
    retries: 1_000_000,
    onSocketError: (error) => errors.push(error),
    ...changes,
    network,
  });
}

const turns = async (count: number) => {
  for (let i = 0; i < count; i++) await new Promise((resolve) => setImmediate(resolve));
};

/** Runs `body` while `schedule` stands in for the library's timers; it may leave one to the real ones. */
async function withTimers(
  schedule: (run: () => void, delayMs: number) => "done" | "as usual",
  body: () => Promise<void>,
) {
  const original = globalThis.setTimeout;
  const replaced = (run: () => void, delayMs = 0) =>
    schedule(run, delayMs) === "done" ? undefined : original(run, delayMs);
  globalThis.setTimeout = Object.assign(replaced, original) as typeof setTimeout;
  try {
    await body();
  } finally {
    globalThis.setTimeout = original;
  }
}

/** Pauses between attempts take no time; time limits stay. */
function retriesAtOnce(run: () => void, delayMs: number) {
  if (delayMs > 1_000) return "as usual";
  setImmediate(run);
  return "done";
}

test("a client that was closed while its broker is down dials no more, though the library would retry for ever", async () => {
  await broker.down();
  const { kafka, destroy } = client();
  await withTimers(retriesAtOnce, async () => {
    void kafka.admin().connect();
    while (dialled.length < 10) await turns(1);
    destroy();
    const before = dialled.length;
    await turns(200);
    expect(dialled.length - before).toBeLessThanOrEqual(1);
  });
});

test("closing fails requests that wait for an answer, and is no error of the connection", async () => {
  const { kafka, destroy } = client();
  const admin = kafka.admin({ retry: { retries: 0 } });
  await admin.connect();
  const hung = broker.control("Metadata", () => ({ kind: "hang" }));
  const asked = admin.fetchTopicMetadata({ topics: ["telemetry"] }).then(
    () => "answered",
    () => "failed",
  );
  while (hung.hits === 0) await turns(1);
  destroy();
  expect(await asked).toBe("failed");
  expect(errors).toEqual([]);
});

test("a broker that does not take the connection is given up by our clock", async () => {
  let giveUp = () => {};
  const clock = {
    ...systemClock,
    after(_delayMs: number, run: () => void) {
      giveUp = run;
      return { cancel: () => {} };
    },
  };
  // Its listener takes connections, so pretend that it never said so.
  const network: Network = { ...systemNetwork, dial: (target) => systemNetwork.dial(target, () => {}) };
  const { kafka, destroy } = client({ clock, network, retries: 0 });
  const connecting = kafka
    .admin({ retry: { retries: 0 } })
    .connect()
    .catch((error: unknown) => String(error));
  while (dialled.length === 0) await turns(1);
  giveUp();
  expect(await connecting).toContain("no answer within 5000 ms");
  expect(errors.map((error) => Reflect.get(error, "code"))).toEqual(["ETIMEDOUT"]);
  destroy();
});

test("an IPv6 broker is dialled at its address", async () => {
  const settings: KafkaSettings = { ...DEFAULT_KAFKA_SETTINGS, brokers: ["[::1]:1"], addressFamily: "v6" };
  const { kafka, destroy } = client({ settings, retries: 0 });
  await kafka
    .admin({ retry: { retries: 0 } })
    .connect()
    .catch(() => {});
  expect(dialled[0]).toEqual({ host: "::1", port: 1, family: 6 });
  destroy();
});

test("requests leave no timer with a negative delay behind, which runtimes would warn of", async () => {
  const delays: number[] = [];
  const { kafka, destroy } = client();
  const admin = kafka.admin();
  const noted = (_run: () => void, delayMs: number) => {
    delays.push(delayMs);
    return "as usual" as const;
  };
  await withTimers(noted, async () => {
    await admin.connect();
    await admin.fetchTopicMetadata({ topics: ["telemetry"] });
  });
  expect(delays.length).toBeGreaterThan(0);
  expect(delays.filter((delayMs) => delayMs < 0)).toEqual([]);
  await admin.disconnect();
  destroy();
});
