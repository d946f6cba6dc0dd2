// kafkajs lives in virtual time too: a group on the embedded broker misses a member when its session timeout is
// over and not earlier, nobody waits for it, and the same seed gives the same run.

import { beforeAll, describe, expect, test } from "bun:test";
import { createBroker } from "../../../sim/broker/broker.ts";
import { runVirtual, type VirtualWorld } from "../../../sim/verify/virtual-world.ts";
import { createKafkaClient, type KafkaClient } from "../../../src/stream/kafka-client.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { silentLog } from "../../../src/telemetry/log.ts";

const TOPIC = "telemetry";
const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_MS = 3_000;
const FETCH_WAIT_MS = 500;
const PRODUCE_EVERY_MS = 1_000;
const ALIVE_MS = 60_000;
const AFTERWARDS_MS = 120_000;

interface GroupRun {
  /** When which member got which record, in virtual milliseconds. */
  readonly seen: readonly { readonly atMs: number; readonly member: string; readonly value: string }[];
  /** When the member that stays was given how many partitions. */
  readonly assigned: readonly { readonly atMs: number; readonly partitionCount: number }[];
  /** When the other one vanished. */
  readonly vanishedAtMs: number;
  readonly produced: readonly string[];
}

function kafkaClient({ network, clock }: VirtualWorld, bootstrap: string): KafkaClient {
  const settings = { ...DEFAULT_KAFKA_SETTINGS, brokers: [bootstrap] };
  return createKafkaClient({ settings, network, clock, log: silentLog, retries: 2, onSocketError: () => {} });
}

async function consume(
  { kafka }: KafkaClient,
  onRecord: (value: string) => void,
  onAssigned: (partitionCount: number) => void,
): Promise<void> {
  const consumer = kafka.consumer({
    groupId: "group",
    sessionTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_MS,
    maxWaitTimeInMs: FETCH_WAIT_MS,
  });
  consumer.on("consumer.group_join", ({ payload }) => {
    onAssigned(payload.memberAssignment[TOPIC]?.length ?? 0);
  });
  await consumer.connect();
  await consumer.subscribe({ topic: TOPIC, fromBeginning: true });
  await consumer.run({ eachMessage: async ({ message }) => onRecord(`${message.value}`) });
}

/** Two members share two partitions, until one of them vanishes without a word. */
function runGroup(seed: number): Promise<GroupRun> {
  return runVirtual({ seed, startMs: Date.UTC(2026, 0, 1) }, async (world) => {
    const { network, clock, random } = world;
    const broker = createBroker({ network, clock, random, autoCreateTopics: false });
    await world.outcome(broker.start());
    broker.createTopic(TOPIC, { partitions: 2 });

    const seen: { atMs: number; member: string; value: string }[] = [];
    const assigned: { atMs: number; partitionCount: number }[] = [];
    const see = (member: string) => (value: string) =>
      seen.push({ atMs: clock.monotonicMs(), member, value });
    const [vanishing, staying, source] = [1, 2, 3].map(() => kafkaClient(world, broker.bootstrap));
    if (!vanishing || !staying || !source) throw new Error("three clients were made");
    await world.outcome(consume(vanishing, see("vanishing"), () => {}));
    await world.outcome(
      consume(staying, see("staying"), (partitionCount) =>
        assigned.push({ atMs: clock.monotonicMs(), partitionCount }),
      ),
    );

    const producer = source.kafka.producer();
    await world.outcome(producer.connect());
    const produced: string[] = [];
    const producing = clock.every(PRODUCE_EVERY_MS, () => {
      const value = `record ${produced.length}`;
      const partition = produced.push(value) % 2;
      void producer.send({ topic: TOPIC, messages: [{ partition, value }] });
    });
    await world.advance(ALIVE_MS);
    vanishing.destroy();
    const vanishedAtMs = clock.monotonicMs();
    await world.advance(AFTERWARDS_MS);
    producing.cancel();
    await world.advance(FETCH_WAIT_MS);
    await world.outcome(broker.stop());
    return { seen, assigned, vanishedAtMs, produced };
  });
}

describe("a consumer group in virtual time", () => {
  let run: GroupRun;
  let again: GroupRun;

  beforeAll(async () => {
    run = await runGroup(1);
    again = await runGroup(1);
  });

  test("shares the partitions, and gives them to the member that stays once the session of the other is over", () => {
    const [shared, alone, ...more] = run.assigned;
    expect(shared?.partitionCount).toBe(1);
    expect(alone?.partitionCount).toBe(2);
    expect(more).toEqual([]);
    // The session began with the last heartbeat; the member that stays hears of its end with its next one.
    const missingMs = (alone?.atMs ?? 0) - run.vanishedAtMs;
    expect(missingMs).toBeGreaterThanOrEqual(SESSION_TIMEOUT_MS - HEARTBEAT_MS - FETCH_WAIT_MS);
    expect(missingMs).toBeLessThanOrEqual(SESSION_TIMEOUT_MS + HEARTBEAT_MS + FETCH_WAIT_MS);
  });

  test("delivers everything, what waited for the vanished member as soon as its partition has an owner", () => {
    expect(new Set(run.seen.map(({ value }) => value))).toEqual(new Set(run.produced));
    const aloneAtMs = run.assigned.at(-1)?.atMs ?? 0;
    const late = run.seen.filter(({ atMs }) => atMs > run.vanishedAtMs);
    expect(late.every(({ member }) => member === "staying")).toBe(true);
    // One record in two seconds went to the partition that had no owner for nearly a session.
    const caughtUp = late.filter(({ atMs }) => atMs === aloneAtMs);
    expect(caughtUp.length).toBeGreaterThanOrEqual(
      (SESSION_TIMEOUT_MS - HEARTBEAT_MS) / PRODUCE_EVERY_MS / 2 - 1,
    );
  });

  test("does all of it again at the same times with the same seed", () => {
    expect(again).toEqual(run);
  });
});
