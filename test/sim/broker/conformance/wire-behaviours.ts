// The behaviours that only bare requests can show: what is refused, with which error, and what a duplicate does.

import { expect } from "bun:test";
import { compress, decompress } from "../../../../sim/broker/log/compression.ts";
import { APIS } from "../../../../src/kafka-protocol/apis.ts";
import { KAFKA_ERRORS } from "../../../../src/kafka-protocol/error-codes.ts";
import { readBatchHeader, walkBatches } from "../../../../src/kafka-protocol/record-batch.ts";
import { type BatchOptions, decodeRecords, encodeBatch } from "../../../../src/kafka-protocol/records.ts";
import { HIGH_WATERMARK } from "../../../../src/kafka-protocol/requests/delete-records.ts";
import {
  EARLIEST_TIMESTAMP,
  LATEST_TIMESTAMP,
} from "../../../../src/kafka-protocol/requests/list-offsets.ts";
import { connectWire, type WireClient } from "../wire-client.ts";
import { type Behaviour, createTopic, type Scene } from "./behaviours.ts";

const PRODUCE_VERSION = 7;
const FETCH_VERSION = 11;

/** A batch of `count` records, one second apart from `timestampMs` on. */
function batchOf(count: number, options: BatchOptions = {}, timestampMs = 1_700_000_000_000): Buffer {
  const records = Array.from({ length: count }, (_, i) => ({
    timestampMs: timestampMs + i * 1000,
    key: Buffer.from(`k${i}`),
    value: Buffer.from(`v${i}`),
  }));
  return encodeBatch(records, { ...options, compress });
}

async function produceBatch(wire: WireClient, topic: string, batch: Buffer, acks = -1) {
  const topics = [{ name: topic, partitions: [{ index: 0, records: [batch] }] }];
  const request = { transactionalId: null, acks, timeoutMs: 5_000, topics };
  const response = await wire.call(APIS.Produce, PRODUCE_VERSION, request);
  const partition = response.topics[0]?.partitions[0];
  return { errorCode: partition?.errorCode, baseOffset: partition?.baseOffset };
}

interface FetchOptions {
  readonly offset?: number;
  readonly maxBytes?: number;
  readonly maxWaitMs?: number;
}

async function fetchFrom(wire: WireClient, topic: string, options: FetchOptions = {}) {
  const { offset = 0, maxBytes = 1_000_000, maxWaitMs = 0 } = options;
  const partition = { index: 0, currentLeaderEpoch: -1, fetchOffset: offset, logStartOffset: -1, maxBytes };
  const response = await wire.call(APIS.Fetch, FETCH_VERSION, {
    replicaId: -1,
    maxWaitMs,
    minBytes: 1,
    maxBytes: 10_000_000,
    isolationLevel: 0,
    sessionId: 0,
    sessionEpoch: -1,
    topics: [{ name: topic, partitions: [partition] }],
    forgottenTopics: [],
    rackId: "",
  });
  const read = response.topics[0]?.partitions[0];
  const buffer = read?.records[0] ?? Buffer.alloc(0);
  const records = [...walkBatches(buffer)].flatMap((batch) => decodeRecords(buffer, batch, decompress));
  return { errorCode: read?.errorCode, highWatermark: read?.highWatermark, records };
}

async function offsetAt(wire: WireClient, topic: string, timestampMs: number) {
  const topics = [{ name: topic, partitions: [{ index: 0, currentLeaderEpoch: -1, timestampMs }] }];
  const response = await wire.call(APIS.ListOffsets, 5, { replicaId: -1, isolationLevel: 0, topics });
  return response.topics[0]?.partitions[0]?.offset;
}

async function deleteBefore(wire: WireClient, topic: string, offset: number, index = 0) {
  const topics = [{ name: topic, partitions: [{ index, offset }] }];
  const response = await wire.call(APIS.DeleteRecords, 1, { topics, timeoutMs: 5_000 });
  const partition = response.topics[0]?.partitions[0];
  return { errorCode: partition?.errorCode, lowWatermark: partition?.lowWatermark };
}

interface Committer {
  readonly groupId: string;
  readonly generationId: number;
  readonly memberId: string;
}

async function commitOffset(wire: WireClient, topic: string, committer: Committer) {
  const partitions = [{ index: 0, offset: 1, leaderEpoch: -1, metadata: null }];
  const topics = [{ name: topic, partitions }];
  const request = { ...committer, groupInstanceId: null, retentionTimeMs: -1, topics };
  const response = await wire.call(APIS.OffsetCommit, 7, request);
  return response.topics[0]?.partitions[0]?.errorCode;
}

async function withWire(scene: Scene, use: (wire: WireClient) => Promise<void>): Promise<void> {
  await createTopic(scene.target, scene.topic);
  const wire = await connectWire(scene.target.bootstrap);
  await use(wire).finally(() => wire.close());
}

const accepted = (baseOffset: number) => ({ errorCode: KAFKA_ERRORS.NONE, baseOffset });
const refused = (errorCode: number) => ({ errorCode, baseOffset: -1 });

export const WIRE_BEHAVIOURS: readonly Behaviour[] = [
  {
    title: "a request of ApiVersions from the future is answered in version 0 with error 35",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const answer = await wire.exchange(Buffer.from("0000000b0012007f00000007ffff00", "hex"));
        expect(answer.readInt32BE(0)).toBe(7);
        expect(answer.readInt16BE(4)).toBe(KAFKA_ERRORS.UNSUPPORTED_VERSION);
      }),
  },
  {
    title: "a batch with a wrong checksum is refused as corrupt",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const batch = batchOf(3);
        batch.writeUInt8(batch.readUInt8(batch.length - 1) ^ 1, batch.length - 1);
        expect(await produceBatch(wire, scene.topic, batch)).toEqual(refused(KAFKA_ERRORS.CORRUPT_MESSAGE));
      }),
  },
  {
    title: "a batch that miscounts its records, and a control batch, are refused as invalid",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const control = batchOf(1, { control: true });
        expect(await produceBatch(wire, scene.topic, control)).toEqual(refused(KAFKA_ERRORS.INVALID_RECORD));
        const empty = await produceBatch(wire, scene.topic, Buffer.alloc(0));
        expect(empty).toEqual(refused(KAFKA_ERRORS.INVALID_RECORD));
      }),
  },
  {
    title: "acknowledgements other than 0, 1 and -1 are refused; 0 gets no answer and is written",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const wrong = await produceBatch(wire, scene.topic, batchOf(1), 2);
        expect(wrong).toEqual(refused(KAFKA_ERRORS.INVALID_REQUIRED_ACKS));
        expect(await produceBatch(wire, scene.topic, batchOf(2), 1)).toEqual(accepted(0));
      }),
  },
  {
    title: "an idempotent producer's duplicate is acknowledged and not written, a gap is refused",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const request = { transactionalId: null, transactionTimeoutMs: 60_000 };
        const { producerId } = await wire.call(APIS.InitProducerId, 1, request);
        const sequenced = (baseSequence: number) =>
          batchOf(3, { producer: { id: producerId, epoch: 0, baseSequence } });
        expect(await produceBatch(wire, scene.topic, sequenced(0))).toEqual(accepted(0));
        expect(await produceBatch(wire, scene.topic, sequenced(3))).toEqual(accepted(3));
        expect(await produceBatch(wire, scene.topic, sequenced(0))).toEqual(accepted(0));
        const gap = await produceBatch(wire, scene.topic, sequenced(9));
        expect(gap).toEqual(refused(KAFKA_ERRORS.OUT_OF_ORDER_SEQUENCE_NUMBER));
        expect((await fetchFrom(wire, scene.topic)).highWatermark).toBe(6);
      }),
  },
  {
    title: "a fetch from the middle of a batch gives the whole batch; beyond either end is out of range",
    run: (scene) =>
      withWire(scene, async (wire) => {
        await produceBatch(wire, scene.topic, batchOf(5));
        await produceBatch(wire, scene.topic, batchOf(5));
        const middle = await fetchFrom(wire, scene.topic, { offset: 7 });
        expect(middle.records.map(({ offset }) => offset)).toEqual([5, 6, 7, 8, 9]);
        expect((await fetchFrom(wire, scene.topic, { offset: 10 })).records).toEqual([]);
        const beyond = await fetchFrom(wire, scene.topic, { offset: 11 });
        expect(beyond.errorCode).toBe(KAFKA_ERRORS.OFFSET_OUT_OF_RANGE);
        const unknown = await fetchFrom(wire, `${scene.topic}-unknown`);
        expect(unknown.errorCode).toBe(KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION);
      }),
  },
  {
    title: "a fetch smaller than a batch still gets that batch",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const size = readBatchHeader(batchOf(50), 0)?.sizeBytes ?? 0;
        await produceBatch(wire, scene.topic, batchOf(50));
        await produceBatch(wire, scene.topic, batchOf(50));
        const small = await fetchFrom(wire, scene.topic, { maxBytes: 10 });
        expect(small.records.length).toBe(50);
        const one = await fetchFrom(wire, scene.topic, { maxBytes: size + 20 });
        expect(one.records.length).toBe(50);
      }),
  },
  {
    title: "a waiting fetch is answered by the next record",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const waiting = fetchFrom(wire, scene.topic, { maxWaitMs: 30_000 });
        const producer = await connectWire(scene.target.bootstrap);
        await produceBatch(producer, scene.topic, batchOf(1));
        expect((await waiting).records.length).toBe(1);
        producer.close();
      }),
  },
  {
    title: "the offset of a time is that of the first record at or after it, inside any batch",
    run: (scene) =>
      withWire(scene, async (wire) => {
        await produceBatch(wire, scene.topic, batchOf(10, {}, 1_700_000_000_000));
        await produceBatch(wire, scene.topic, batchOf(10, { codec: "zstd" }, 1_700_000_100_000));
        const at = (timestampMs: number) => offsetAt(wire, scene.topic, timestampMs);
        expect(await at(1_700_000_003_500)).toBe(4);
        expect(await at(1_700_000_050_000)).toBe(10);
        expect(await at(1_700_000_105_000)).toBe(15);
        expect(await at(1_800_000_000_000)).toBe(-1);
        expect(await at(LATEST_TIMESTAMP)).toBe(20);
      }),
  },
  {
    title:
      "records before an offset are deleted, even in the middle of a batch, but none that is not there yet",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const { topic } = scene;
        for (let i = 0; i < 2; i++) await produceBatch(wire, topic, batchOf(5));
        const done = (lowWatermark: number) => ({ errorCode: KAFKA_ERRORS.NONE, lowWatermark });
        const denied = (errorCode: number) => ({ errorCode, lowWatermark: -1 });
        expect(await deleteBefore(wire, topic, 7)).toEqual(done(7));
        expect(await deleteBefore(wire, topic, 3)).toEqual(done(7));
        expect(await deleteBefore(wire, topic, 11)).toEqual(denied(KAFKA_ERRORS.OFFSET_OUT_OF_RANGE));
        expect(await deleteBefore(wire, topic, -2)).toEqual(denied(KAFKA_ERRORS.OFFSET_OUT_OF_RANGE));
        expect(await deleteBefore(wire, topic, 0, 5)).toEqual(
          denied(KAFKA_ERRORS.UNKNOWN_TOPIC_OR_PARTITION),
        );
        expect(await offsetAt(wire, topic, EARLIEST_TIMESTAMP)).toBe(7);
        expect(await offsetAt(wire, topic, 1_700_000_000_000)).toBe(7);
        expect((await fetchFrom(wire, topic, { offset: 6 })).errorCode).toBe(
          KAFKA_ERRORS.OFFSET_OUT_OF_RANGE,
        );
        const rest = await fetchFrom(wire, topic, { offset: 7 });
        expect(rest.records.map(({ offset }) => offset)).toEqual([5, 6, 7, 8, 9]);
        expect(await deleteBefore(wire, topic, HIGH_WATERMARK)).toEqual(done(10));
        expect((await fetchFrom(wire, topic, { offset: 10 })).records).toEqual([]);
        expect(await produceBatch(wire, topic, batchOf(1))).toEqual(accepted(10));
      }),
  },
  {
    title: "a commit from outside is taken while nobody is in the group, and refused while somebody is",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const groupId = `group-${scene.topic}`;
        const commit = () => commitOffset(wire, scene.topic, { groupId, generationId: -1, memberId: "" });
        const member = await scene.client.join(groupId, scene.topic);
        await member.assigned(1);
        expect(await commit()).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
        await member.leave();
        expect(await commit()).toBe(KAFKA_ERRORS.NONE);
      }),
  },
  {
    title: "a commit for an unknown member or group generation is refused",
    run: (scene) =>
      withWire(scene, async (wire) => {
        const groupId = `group-${scene.topic}`;
        const { errorCode } = await wire.call(APIS.FindCoordinator, 2, { key: groupId, keyType: 0 });
        expect(errorCode).toBe(KAFKA_ERRORS.NONE);
        const commit = (generationId: number, memberId: string) =>
          commitOffset(wire, scene.topic, { groupId, generationId, memberId });
        expect(await commit(4, "nobody")).toBe(KAFKA_ERRORS.ILLEGAL_GENERATION);
        expect(await commit(-1, "")).toBe(KAFKA_ERRORS.NONE);
        expect(await commit(4, "nobody")).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
        const identity = { groupId, generationId: 1, memberId: "nobody", groupInstanceId: null };
        const beat = await wire.call(APIS.Heartbeat, 3, identity);
        expect(beat.errorCode).toBe(KAFKA_ERRORS.UNKNOWN_MEMBER_ID);
      }),
  },
];
