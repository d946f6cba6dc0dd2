// What programs on the library rely on, from the producer to the consumer, on the embedded broker and on real Kafkas:
// nothing is lost, the order of a thread is kept, and the counters say what happened.

import { describe, expect } from "bun:test";
import { embeddedTarget } from "../sim/broker/conformance/target.ts";
import { eventually } from "../support/eventually.ts";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeRealEach } from "../support/real-components.ts";
import { vanishingNetwork } from "../support/vanishing-network.ts";
import {
  count,
  event,
  firstArrivals,
  headerOf,
  inOrder,
  type LibraryScene,
  type Reader,
  type SceneProducer,
} from "./library-scene.ts";
import { type LibraryBehaviours, librarySuite } from "./library-suite.ts";

const THREADS = Array.from({ length: 12 }, (_, i) => `run-${i}`);
/** Above what is sent uncompressed, and more than a segment of TCP. */
const LARGE = "x".repeat(20_000);

/** Sends one message to each thread; resolves when all are acknowledged. */
async function sendRound(producer: SceneProducer, nodeId = "n"): Promise<void> {
  await Promise.all(THREADS.map((thread) => producer.send(event(thread, nodeId))));
}

/** Sends rounds until told to stop; `sent` counts rounds that were begun. */
function sendForEver(producer: SceneProducer) {
  const rounds: Promise<void>[] = [];
  let stopped = false;
  const sending = (async () => {
    await eventually(() => {
      if (!stopped) rounds.push(sendRound(producer));
      return stopped;
    });
    await Promise.all(rounds);
    return rounds.length;
  })();
  return {
    get sent() {
      return rounds.length;
    },
    /** Resolves with the number of rounds once all are acknowledged. */
    stop(): Promise<number> {
      stopped = true;
      return sending;
    },
  };
}

function vanishingReader(scene: LibraryScene): Reader & { vanish(): void } {
  const network = vanishingNetwork();
  return { ...scene.reader({ partition: 1, network }), vanish: network.vanish };
}

/**
 * The member whose id comes first reads, and the other one gets nothing: resolves with both, in this order, once one of
 * them has read alone for a while. Right after the second one joined, the first may not know yet that it lost its partition.
 */
async function readingAlone<R extends Reader>(
  scene: LibraryScene,
  one: R,
  other: R,
): Promise<readonly [R, R]> {
  const reads = (reader: R) => reader.consumer.partitions.size === 1;
  for (;;) {
    await eventually(() => reads(one) !== reads(other));
    const [reader, idle] = reads(one) ? [one, other] : [other, one];
    const [readBefore, idleBefore] = [reader.received.length, idle.received.length];
    const hasReadAlone = () => reader.received.length > readBefore + 20 * THREADS.length;
    await scene.until(() => hasReadAlone() || reads(idle));
    if (reads(idle)) continue;
    expect(idle.received).toHaveLength(idleBefore);
    return [reader, idle];
  }
}

/** Everything in the topic was handled by somebody. */
const handled = async (scene: LibraryScene, rounds: number) => {
  const isComplete = (numbers: readonly number[]) => numbers.length === rounds;
  await scene.until(() => {
    const threads = [...firstArrivals(scene.arrivals).values()];
    return threads.length === THREADS.length && threads.every(isComplete);
  });
};

/**
 * After an outage: each message was acknowledged, arrived in order, and what was written twice was told by its number.
 * Gives how many were.
 */
async function expectOnlyDelayed(
  scene: LibraryScene,
  producer: SceneProducer,
  reader: Reader,
  rounds: number,
): Promise<number> {
  const messages = rounds * THREADS.length;
  expect(count(producer.metrics, "dashstream_messages_sent_total")).toBe(messages);
  expect(count(producer.metrics, "dashstream_send_failures_total")).toBe(0);
  await handled(scene, rounds);
  const written = (await scene.endOffsets()).reduce((a, b) => a + b);
  await scene.until(() => reader.received.length >= written);
  expect(firstArrivals(reader.received)).toEqual(inOrder(THREADS, rounds));
  // Each record counts once, however often it was fetched.
  expect(reader.received).toHaveLength(written);
  expect(count(reader.metrics, "dashstream_messages_received_total")).toBe(written);
  expect(count(reader.metrics, "dashstream_sequence_duplicates_total")).toBe(written - messages);
  expect(count(reader.metrics, "dashstream_sequence_gaps_total")).toBe(0);
  return written - messages;
}

const BEHAVIOURS: LibraryBehaviours = {
  "messages of many threads arrive once each, in the order in which they were sent": async (scene) => {
    const producer = scene.producer();
    const reader = scene.reader();
    reader.consumer.start();
    const rounds = Array.from({ length: 50 }, (_, i) => sendRound(producer, i % 10 === 0 ? LARGE : "n"));
    await Promise.all(rounds);
    await handled(scene, 50);
    const messages = 50 * THREADS.length;
    expect(firstArrivals(reader.received)).toEqual(inOrder(THREADS, 50));
    expect((await scene.endOffsets()).reduce((a, b) => a + b)).toBe(messages);
    expect(count(producer.metrics, "dashstream_messages_sent_total")).toBe(messages);
    expect(count(producer.metrics, "dashstream_send_retries_total")).toBe(0);
    expect(reader.received).toHaveLength(messages);
    expect(count(reader.metrics, "dashstream_messages_received_total")).toBe(messages);
    for (const fault of ["gaps", "duplicates", "reorders"]) {
      expect([fault, count(reader.metrics, `dashstream_sequence_${fault}_total`)]).toEqual([fault, 0]);
    }
    const baselines = reader.received.filter(({ sequence }) => sequence === "baseline");
    expect(baselines.map((message) => headerOf(message)?.sequence)).toEqual(THREADS.map(() => 1n));
    // A thread stays in its partition, and both are used.
    const places = new Set(reader.received.map((one) => `${headerOf(one)?.threadId} ${one.partition}`));
    expect(places.size).toBe(THREADS.length);
    expect(new Set(reader.received.map(({ partition }) => partition)).size).toBe(2);
  },

  "a group of two shares the partitions, and who stays takes over from a member that leaves": async (
    scene,
  ) => {
    const [stays, leaves] = [scene.reader(), scene.reader()];
    stays.consumer.start();
    const sending = sendForEver(scene.producer());
    await scene.until(() => stays.received.length > THREADS.length);
    leaves.consumer.start();
    await scene.until(() => leaves.received.length > THREADS.length);
    expect([stays, leaves].map(({ consumer }) => consumer.partitions.size)).toEqual([1, 1]);
    await leaves.consumer.stop();
    const leftAt = leaves.received.length;
    await eventually(() => stays.consumer.partitions.size === 2);
    const before = sending.sent;
    await eventually(() => sending.sent > before + 20);
    const rounds = await sending.stop();
    await handled(scene, rounds);
    expect(firstArrivals(scene.arrivals)).toEqual(inOrder(THREADS, rounds));
    expect(leaves.received).toHaveLength(leftAt);
    expect(count(stays.metrics, "dashstream_sequence_gaps_total")).toBe(0);
    await stays.consumer.stop();
    expect([...(await scene.committed()).values()]).toEqual([...(await scene.endOffsets())]);
  },

  "a reader of one partition stands by, and takes over from one that vanished": async (scene) => {
    const [first, second] = [vanishingReader(scene), vanishingReader(scene)];
    const sending = sendForEver(scene.producer());
    first.consumer.start();
    await scene.until(() => first.received.length > THREADS.length);
    second.consumer.start();
    await eventually(() => second.consumer.joined && first.consumer.joined);
    const [reads, standsBy] = await readingAlone(scene, first, second);
    expect([...reads.consumer.partitions.keys()]).toEqual([1]);
    reads.vanish();
    await eventually(() => standsBy.consumer.partitions.size === 1);
    const before = standsBy.received.length;
    await scene.until(() => standsBy.received.length > before + 10 * THREADS.length);
    const rounds = await sending.stop();
    const [, end = 0] = await scene.endOffsets();
    await scene.until(() => scene.arrivals.at(-1)?.offset === end - 1);
    expect(scene.arrivals.filter(({ partition }) => partition !== 1)).toEqual([]);
    const threads = [...firstArrivals(scene.arrivals).keys()];
    expect(firstArrivals(scene.arrivals)).toEqual(inOrder(threads, rounds));
    expect(new Set(scene.arrivals.map(({ offset }) => offset)).size).toBe(end);
  },

  "a broker that is killed and comes back costs time only: nothing is lost or overtaken": async (scene) => {
    const producer = scene.producer({ maxAttempts: 20 });
    const reader = scene.reader();
    reader.consumer.start();
    const sending = sendForEver(producer);
    await scene.until(() => reader.received.length > 20 * THREADS.length);
    await scene.target.kill();
    await eventually(
      () =>
        count(producer.metrics, "dashstream_send_retries_total") > 0 &&
        count(reader.metrics, "dashstream_fetch_failures_total") > 0,
    );
    await scene.target.restart();
    const before = reader.received.length;
    await scene.until(() => reader.received.length > before + 20 * THREADS.length);
    await expectOnlyDelayed(scene, producer, reader, await sending.stop());
  },
};

/** Only a real Kafka goes on with what waited in its sockets. */
function whileFrozen(kafka: () => RealKafka): LibraryBehaviours {
  return {
    "a broker that stands still for longer than sends may take loses nothing, and nothing is overtaken":
      async (scene) => {
        const producer = scene.producer({ maxAttempts: 20, sendTimeoutMs: 1_000 });
        const reader = scene.reader();
        reader.consumer.start();
        const sending = sendForEver(producer);
        await scene.until(() => reader.received.length > 20 * THREADS.length);
        kafka().freeze();
        const retries = () => count(producer.metrics, "dashstream_send_retries_total");
        await eventually(() => retries() > 2 * THREADS.length);
        kafka().thaw();
        const before = reader.received.length;
        await scene.until(() => reader.received.length > before + 20 * THREADS.length);
        await expectOnlyDelayed(scene, producer, reader, await sending.stop());
      },
  };
}

describe("the library on the embedded broker", () => librarySuite(embeddedTarget, BEHAVIOURS));

describeRealEach(["kafka-3.9", "kafka-4"], "the library on a real Kafka", (component) => {
  let kafka: RealKafka;
  const start = async () => {
    kafka = await startKafka({ component });
    return kafka;
  };
  librarySuite(start, { ...BEHAVIOURS, ...whileFrozen(() => kafka) });
});
