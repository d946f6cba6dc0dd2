import { describe, expect, test } from "bun:test";
import type { RequestOf, ResponseOf } from "../../src/kafka-protocol/api.ts";
import {
  type Api,
  decodeResponse,
  encodeRequest,
  encodeResponse,
  readRequestHeader,
} from "../../src/kafka-protocol/api.ts";
import { APIS } from "../../src/kafka-protocol/apis.ts";
import { Reader } from "../../src/kafka-protocol/reader.ts";

const batch = Buffer.from("not looked at");

function requestThrough<A extends Api>(api: A, version: number, request: RequestOf<A>): RequestOf<A> {
  const frame = encodeRequest(api, version, { correlationId: 5, clientId: "me" }, request);
  expect(frame.readInt32BE(0)).toBe(frame.length - 4);
  const reader = new Reader(frame, 4);
  const header = { apiKey: api.key, apiVersion: version, correlationId: 5, clientId: "me" };
  expect(readRequestHeader(reader)).toEqual(header);
  const read = api.request(version).read(reader) as RequestOf<A>;
  expect(reader.remaining).toBe(0);
  return read;
}

function responseThrough<A extends Api>(api: A, version: number, response: ResponseOf<A>): ResponseOf<A> {
  const frame = encodeResponse(api.response(version), 5, response);
  const read = decodeResponse(api, version, frame.subarray(4));
  expect(read.correlationId).toBe(5);
  return read.body as ResponseOf<A>;
}

describe("a fetch", () => {
  const request: RequestOf<typeof APIS.Fetch> = {
    replicaId: -1,
    maxWaitMs: 500,
    minBytes: 1,
    maxBytes: 1_000_000,
    isolationLevel: 1,
    sessionId: 3,
    sessionEpoch: 4,
    topics: [
      {
        name: "orders",
        partitions: [
          { index: 2, currentLeaderEpoch: 7, fetchOffset: 2 ** 40, logStartOffset: 9, maxBytes: 1000 },
        ],
      },
    ],
    forgottenTopics: [{ name: "old", partitions: [0, 1] }],
    rackId: "r1",
  };

  test("is the same after encoding and decoding in the newest version", () => {
    expect(requestThrough(APIS.Fetch, 11, request)).toEqual(request);
  });

  test("loses in an older version only what that version does not have", () => {
    const read = requestThrough(APIS.Fetch, 4, request);
    expect(read).toEqual({
      ...request,
      sessionId: 0,
      sessionEpoch: -1,
      forgottenTopics: [],
      rackId: "",
      topics: [
        {
          name: "orders",
          partitions: [
            { index: 2, currentLeaderEpoch: -1, fetchOffset: 2 ** 40, logStartOffset: -1, maxBytes: 1000 },
          ],
        },
      ],
    });
  });

  test("gives records of several slices as one view, in every version", () => {
    for (let version = APIS.Fetch.minVersion; version <= APIS.Fetch.maxVersion; version++) {
      const partition = {
        index: 2,
        errorCode: 0,
        highWatermark: 12,
        lastStableOffset: 12,
        logStartOffset: version >= 5 ? 1 : -1,
        abortedTransactions: null,
        preferredReadReplica: -1,
        records: [batch.subarray(0, 4), batch.subarray(4)],
      };
      const topics = [{ name: "orders", partitions: [partition] }];
      const read = responseThrough(APIS.Fetch, version, {
        throttleTimeMs: 1,
        errorCode: 0,
        sessionId: 0,
        topics,
      });
      expect(read.topics[0]?.partitions[0]).toEqual({ ...partition, records: [batch] });
    }
  });
});

describe("metadata", () => {
  test("tells all topics from no topics", () => {
    const flags = {
      allowAutoTopicCreation: false,
      includeClusterAuthorizedOperations: false,
      includeTopicAuthorizedOperations: false,
    };
    expect(requestThrough(APIS.Metadata, 8, { topics: null, ...flags }).topics).toBeNull();
    expect(requestThrough(APIS.Metadata, 8, { topics: [], ...flags }).topics).toEqual([]);
  });

  test("names brokers and leaders in every version", () => {
    const leader = { errorCode: 0, partitionIndex: 0, leaderId: 1, replicaNodes: [1], isrNodes: [1] };
    for (let version = APIS.Metadata.minVersion; version <= APIS.Metadata.maxVersion; version++) {
      const partitions = [{ ...leader, leaderEpoch: -1, offlineReplicas: [] }];
      const topic = { errorCode: 0, name: "orders", isInternal: false, partitions, authorizedOperations: -1 };
      const read = responseThrough(APIS.Metadata, version, {
        throttleTimeMs: 0,
        brokers: [{ nodeId: 1, host: "h", port: 9092, rack: null }],
        clusterId: "c",
        controllerId: 1,
        topics: [topic],
        clusterAuthorizedOperations: -1,
      });
      expect(read.brokers).toEqual([{ nodeId: 1, host: "h", port: 9092, rack: null }]);
      expect(read.topics[0]?.partitions[0]).toMatchObject(leader);
    }
  });
});

describe("the offset of a time", () => {
  test("is asked and answered in every version", () => {
    for (let version = APIS.ListOffsets.minVersion; version <= APIS.ListOffsets.maxVersion; version++) {
      const asked = { index: 1, currentLeaderEpoch: -1, timestampMs: -2 };
      const request = { replicaId: -1, isolationLevel: 0, topics: [{ name: "t", partitions: [asked] }] };
      expect(requestThrough(APIS.ListOffsets, version, request)).toEqual(request);
      const found = { index: 1, errorCode: 0, timestampMs: -1, offset: 77, leaderEpoch: -1 };
      const response = { throttleTimeMs: 0, topics: [{ name: "t", partitions: [found] }] };
      expect(responseThrough(APIS.ListOffsets, version, response)).toEqual(response);
    }
  });
});

describe("the table of APIs", () => {
  test("has each key once, under its own name", () => {
    const apis = Object.entries(APIS);
    expect(new Set(apis.map(([, { key }]) => key)).size).toBe(apis.length);
    for (const [name, api] of apis) expect(api.name).toBe(name as typeof api.name);
  });

  test("refuses versions that it does not speak", () => {
    expect(() => APIS.Fetch.request(12)).toThrow("Fetch version 12: 4 to 11 are spoken");
    expect(() => APIS.Produce.request(2)).toThrow("Produce version 2: 3 to 8 are spoken");
  });
});
