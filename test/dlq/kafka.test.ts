// The commands on dead letters against the embedded broker and real Kafkas: letters of every writer with exactly its
// headers, sent back to where they came from.

import { afterAll, beforeAll, describe, expect, test } from "bun:test";
import { createHash } from "node:crypto";
import type { HeaderList, StoredRecord } from "../../src/dlq/stored-record.ts";
import { seededRandom } from "../../src/runtime/random.ts";
import { deadLetterRecord } from "../../src/stream/dead-letter-record.ts";
import { embeddedTarget, realTarget, type Target } from "../sim/broker/conformance/target.ts";
import { describeRealEach } from "../support/real-components.ts";
import {
  CONNECT_HEADERS,
  OLD_LIBRARY_LETTER,
  OLD_SERVER_LETTER,
  SHARE_GROUP_HEADERS,
  SPRING_HEADERS,
  STREAMS_HEADERS,
} from "./families/samples.ts";
import { type KafkaRig, kafkaRig } from "./kafka-rig.ts";
import { dlqRecord, type HeaderInit, int32, int64, T0 } from "./records.ts";

const START_TIMEOUT_MS = 90_000;
const TEST_TIMEOUT_MS = 60_000;

/** Bad records in partition 2 of `topic`, and a letter of each writer about them. */
class Scene {
  readonly rig: KafkaRig;
  readonly topic: string;
  readonly #letters: number[] = [];

  constructor(rig: KafkaRig, topic: string) {
    this.rig = rig;
    this.topic = topic;
  }

  static async create(rig: KafkaRig, topic: string): Promise<Scene> {
    await rig.createTopic(topic, 3);
    await rig.createTopic(`${topic}-dlq`, 2);
    return new Scene(rig, topic);
  }

  /** Writes a bad record and gives its offset. */
  bad(name: string, headers: HeaderInit = { app: name }): Promise<number> {
    const record = dlqRecord({ key: `key-${name}`, value: `value-${name}`, headers, timestampMs: T0 });
    return this.rig.append({ ...record, topic: this.topic, partition: 2 });
  }

  /** Writes a letter; letters alternate between the partitions and are a second apart. */
  letter(init: Parameters<typeof dlqRecord>[0]): Promise<number> {
    const index = this.#letters.push(0) - 1;
    const record = dlqRecord({ ...init, timestampMs: T0 + index * 1000 });
    return this.rig.append({ ...record, topic: `${this.topic}-dlq`, partition: index % 2 });
  }

  /** The records that were added to the topic by redriving, by value. */
  async redriven(): Promise<ReadonlyMap<string, StoredRecord>> {
    const records = await this.rig.read(this.topic);
    const added = records.filter(({ headers }) =>
      headers.some(([name]) => name === "dashstream-redrive-hops"),
    );
    return new Map(added.map((record) => [String(record.value), record]));
  }
}

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");
const texts = (headers: HeaderList) =>
  Object.fromEntries(headers.map(([name, value]) => [name, value === null ? null : String(value)]));

async function lettersOfAllFamilies(scene: Scene): Promise<void> {
  const { topic } = scene;
  const connectAt = String(await scene.bad("connect"));
  await scene.letter({
    key: "key-connect",
    value: "value-connect",
    headers: {
      app: "connect",
      ...CONNECT_HEADERS,
      "__connect.errors.topic": topic,
      "__connect.errors.partition": "2",
      "__connect.errors.offset": connectAt,
    },
  });
  const springAt = await scene.bad("spring");
  await scene.letter({
    key: "key-spring",
    value: "value-spring",
    headers: {
      app: "spring",
      ...SPRING_HEADERS,
      "kafka_dlt-original-topic": topic,
      "kafka_dlt-original-partition": int32(2),
      "kafka_dlt-original-offset": int64(springAt),
      "retry_topic-attempts": int32(3),
    },
  });
  const streamsAt = String(await scene.bad("streams"));
  await scene.letter({
    key: "key-streams",
    value: "value-streams",
    headers: {
      ...STREAMS_HEADERS,
      "__streams.errors.message": null,
      "__streams.errors.topic": topic,
      "__streams.errors.partition": "2",
      "__streams.errors.offset": streamsAt,
    },
  });
  const groupAt = String(await scene.bad("group"));
  await scene.letter({
    headers: {
      ...SHARE_GROUP_HEADERS,
      "__dlq.errors.topic": topic,
      "__dlq.errors.partition": "2",
      "__dlq.errors.offset": groupAt,
    },
  });
  const serverAt = await scene.bad("server");
  const value = Buffer.from("value-server");
  const written = deadLetterRecord(
    {
      errorType: "schema_mismatch",
      error: "expected v1, got v2",
      partition: 2,
      offset: serverAt,
      key: Buffer.from("key-server"),
      value,
      headers: { app: "server" },
      timestampMs: T0,
      header: null,
      messageCount: 1,
    },
    { topic, groupId: "g", consumerId: "c", includePayload: false },
    T0,
    seededRandom(1),
  );
  await scene.letter(written);
  const oldAt = await scene.bad("old");
  const old = {
    ...OLD_SERVER_LETTER,
    message_size: 9,
    payload_sha256: sha256("value-old"),
    kafka_partition: 2,
    kafka_offset: oldAt,
  };
  await scene.letter({ key: old.trace_id, value: JSON.stringify(old) });
  const libraryAt = await scene.bad("library");
  const library = {
    ...OLD_LIBRARY_LETTER,
    original_payload_base64: Buffer.from("value-library").toString("base64"),
    source_topic: topic,
    source_partition: 2,
    source_offset: libraryAt,
  };
  await scene.letter({ key: library.trace_id, value: JSON.stringify(library) });
}

const NAMES = ["connect", "spring", "streams", "group", "server", "old", "library"];

function suite(start: () => Promise<Target>, name: string): void {
  let target: Target;
  let rig: KafkaRig;
  let scenes = 0;
  const scene = () => Scene.create(rig, `${name}-${++scenes}`);
  beforeAll(async () => {
    target = await start();
    rig = await kafkaRig(target);
  }, START_TIMEOUT_MS);
  afterAll(async () => {
    await rig.stop();
    await target.stop();
  }, START_TIMEOUT_MS);

  const run = (title: string, body: () => Promise<void>) => test(title, body, TEST_TIMEOUT_MS);

  run("records of every family come back as they were, in the order of their letters", async () => {
    const made = await scene();
    const { topic } = made;
    await lettersOfAllFamilies(made);
    const dry = await rig.dlq(topic, "redrive", "--json");
    expect([dry.exitCode, dry.objects[0]]).toMatchObject([
      0,
      { dry_run: true, considered: 7, would_send: 7 },
    ]);
    expect((await made.redriven()).size).toBe(0);

    const real = await rig.dlq(topic, "redrive", "--json", "--execute");
    expect([real.exitCode, real.objects[0]]).toMatchObject([
      0,
      { considered: 7, sent: 7, sent_with_assumed_key: 0, sent_without_headers: 0 },
    ]);
    const records = await made.redriven();
    expect([...records.keys()]).toEqual(NAMES.map((one) => `value-${one}`));
    for (const [index, one] of NAMES.entries()) {
      const record = records.get(`value-${one}`);
      expect(record).toMatchObject({ partition: 2, key: Buffer.from(`key-${one}`) });
      expect(texts(record?.headers ?? [])).toEqual({
        app: one,
        "dashstream-record-id": `${topic}-2-${index}`,
        "dashstream-redrive-hops": "1",
      });
      expect(record?.timestampMs).toBeGreaterThan(T0 + 1e9);
    }

    const again = await rig.dlq(topic, "redrive", "--json", "--execute");
    expect([again.exitCode, again.objects[0]]).toMatchObject([0, { sent: 0, skipped: { already_sent: 7 } }]);
    expect((await rig.read(topic)).length).toBe(14);
  });

  run(
    "letters are listed by time over their partitions, counted, and shown with the record at its source",
    async () => {
      const made = await scene();
      const { topic } = made;
      await lettersOfAllFamilies(made);
      await made.letter({ key: "k", value: "no letter" });
      const listed = await rig.dlq(topic, "ls", "--json", "--limit", "3");
      expect(listed.objects).toMatchObject([
        { partition: 1, offset: 3, family: "unknown", source_topic: null },
        { partition: 0, offset: 3, family: "dashstream", error_type: "processing_error", tenant_id: "acme" },
        { partition: 1, offset: 2, family: "dashstream", source_topic: topic, payload: "source" },
        { type: "summary", shown: 3, unknown: 1 },
      ]);
      const oldest = await rig.dlq(topic, "ls", "--json", "--oldest", "--limit", "0", "--offset", "1..2");
      expect(oldest.objects.slice(0, -1).map(({ family }) => family)).toEqual([
        ...["streams", "share_group", "dashstream", "dashstream"],
      ]);
      const stats = await rig.dlq(topic, "stats", "--json", "--since", "2026-01-01T00:00:02Z");
      expect(stats.objects).toEqual([
        {
          topic: `${topic}-dlq`,
          read: 6,
          letters: 6,
          oldest: "2026-01-01T00:00:02.000Z",
          newest: "2026-01-01T00:00:07.000Z",
          by_family: { dashstream: 3, streams: 1, share_group: 1, unknown: 1 },
          by_error_type: {
            "org.apache.kafka.common.errors.SerializationException": 1,
            "(none)": 2,
            schema_mismatch: 1,
            buffer_underflow: 1,
            processing_error: 1,
          },
          by_tenant: { "(none)": 5, acme: 1 },
          by_hour: { "2026-01-01T00": 6 },
          by_redrive_hops: { 0: 6 },
        },
      ]);
      const both = await rig.dlq(topic, "ls", "--json", "--since", "2026-01-01T00:00:02Z", "--offset", "3..");
      expect(both.objects.at(-1)).toMatchObject({ read: 2, shown: 2 });
      const shown = await rig.dlq(topic, "show", "0:2", "--json");
      expect(shown.objects[0]).toMatchObject({
        family: "dashstream",
        error: "expected v1, got v2",
        record: {
          record_id: `${topic}-2-4`,
          key_base64: Buffer.from("key-server").toString("base64"),
          value_base64: Buffer.from("value-server").toString("base64"),
          headers: [["app", Buffer.from("server").toString("base64")]],
        },
        message_problem: { code: "invalid_protobuf" },
      });
    },
  );

  run("what is not sent is said by cause, and then what was sent can be purged", async () => {
    const made = await scene();
    const { topic } = made;
    await lettersOfAllFamilies(made);
    await made.letter({ key: "k", value: "no letter" });
    await rig.dlq(topic, "redrive", "--execute", "--type", "DataException", "IllegalStateException");
    const rest = await rig.dlq(topic, "redrive", "--json", "--execute", "--max-hops", "1");
    expect([rest.exitCode, rest.objects[0]]).toMatchObject([
      1,
      {
        considered: 8,
        sent: 5,
        skipped: { already_sent: 2, unknown_family: 1 },
        examples: { unknown_family: ["1:3"] },
      },
    ]);
    const dlq = `${topic}-dlq`;
    const starts = async () => (await rig.ranges(dlq)).map(({ logStartOffset }) => logStartOffset);
    const dry = await rig.dlq(topic, "purge", "--redriven", "--json");
    expect(dry.objects[0]).toMatchObject({
      dry_run: true,
      letters: 7,
      partitions: [
        { partition: 0, before_offset: 4, stops_at: null },
        { partition: 1, before_offset: 3, stops_at: "1:3 is no dead letter that can be told" },
      ],
    });
    expect(await starts()).toEqual([0, 0]);
    await rig.dlq(topic, "purge", "--redriven", "--execute");
    expect(await starts()).toEqual([4, 3]);
    expect((await rig.dlq(topic, "ls", "--json")).objects.at(-1)).toMatchObject({ shown: 1, unknown: 1 });
    const all = await rig.dlq(topic, "purge", "--before", "1h", "--execute", "--json");
    expect(all.objects[0]).toMatchObject({ dry_run: false, letters: 1 });
    expect((await rig.dlq(topic, "ls", "--json")).objects.at(-1)).toMatchObject({ shown: 0 });
  });

  run("a letter that names what cannot be a topic does not stop the others", async () => {
    const made = await scene();
    const { topic } = made;
    const good = { ...OLD_LIBRARY_LETTER, source_topic: topic, source_partition: 2 };
    const { original_payload_base64: _, ...unread } = { ...good, payload_sha256: sha256("abc") };
    const bodies = ["no good!", "..", "x".repeat(300), "y".repeat(40_000)].flatMap((source_topic) => [
      { ...good, source_topic },
      { ...unread, source_topic },
    ]);
    for (const body of [good, ...bodies, good]) await made.letter({ key: "k", value: JSON.stringify(body) });
    const run = await rig.dlq(topic, "redrive", "--json", "--execute");
    expect([run.exitCode, run.objects[0]]).toMatchObject([
      1,
      { considered: 10, sent: 2, skipped: { target_missing: 4, source_gone: 4 }, stopped: null },
    ]);
  });

  run("a source that was deleted or made anew is not mistaken for the record", async () => {
    const made = await scene();
    const { topic } = made;
    await lettersOfAllFamilies(made);
    const other = `${topic}-other`;
    await rig.createTopic(other, 3);
    for (let i = 0; i < 7; i++) {
      const timestampMs = T0 + 86_400_000;
      const record = dlqRecord({ key: "other", value: `other-${i}`, headers: { app: "other" }, timestampMs });
      await rig.append({ ...record, topic: other, partition: 2 });
    }
    // The same letters, from a topic whose records are others.
    const letters = await rig.read(`${topic}-dlq`);
    await rig.createTopic(`${other}-dlq`, 2);
    for (const letter of letters) {
      const renamed = (bytes: Buffer | null) =>
        bytes === null ? null : Buffer.from(bytes.toString("latin1").replaceAll(topic, other), "latin1");
      const headers = letter.headers.map(([name, value]) => [name, renamed(value)] as const);
      await rig.append({ ...letter, topic: `${other}-dlq`, value: renamed(letter.value), headers });
    }
    const report = await rig.dlq(
      other,
      "redrive",
      "--json",
      "--execute",
      "--family",
      "dashstream",
      "streams",
    );
    expect([report.exitCode, report.objects[0]]).toMatchObject([
      1,
      {
        sent: 2,
        skipped: { hash_mismatch: 2 },
        sent_with_assumed_key: 1,
        sent_without_headers: 2,
      },
    ]);
    const sent = (await rig.read(other)).slice(7);
    expect(sent.map(({ key, value }) => [String(key), String(value)])).toEqual([
      ["key-streams", "value-streams"],
      ["thread-1", "value-library"],
    ]);
    const gone = await rig.dlq(other, "redrive", "--json", "--family", "share_group", "--partition", "1");
    expect(gone.objects[0]).toMatchObject({ would_send: 0, skipped: { source_gone: 1 } });
  });

  // The last one, because the connections of the rig do not outlive it.
  run("a Kafka that is killed and started again in the middle holds it up, and nothing is lost", async () => {
    const made = await scene();
    const { topic } = made;
    const count = 40;
    for (let i = 0; i < count; i++) {
      const headers = {
        ...CONNECT_HEADERS,
        "__connect.errors.topic": topic,
        "__connect.errors.partition": String(i % 3),
        "__connect.errors.offset": String(i),
      };
      await made.letter({ key: "k", value: `value-${i}`, headers });
    }
    const running = rig.dlq(topic, "redrive", "--json", "--execute", "--rate", "10", "--batch", "5");
    const written = async () =>
      (await rig.ranges(topic)).reduce((sum, { logEndOffset }) => sum + logEndOffset, 0);
    while ((await written()) < 10) await new Promise((resolve) => setImmediate(resolve));
    await target.restart();
    const { exitCode, objects } = await running;
    expect([exitCode, objects[0]]).toMatchObject([0, { considered: count, sent: count, stopped: null }]);
    const ids = (await rig.read(topic)).map(({ headers }) => texts(headers)["dashstream-record-id"]);
    expect(new Set(ids).size).toBe(count);
    expect(ids.length).toBeLessThanOrEqual(count + 5);
  });
}

describe("on the embedded broker", () => suite(embeddedTarget, "embedded"));
describeRealEach(["kafka-3.9", "kafka-4"], "on a real Kafka", (component) =>
  suite(() => realTarget(component), component),
);
