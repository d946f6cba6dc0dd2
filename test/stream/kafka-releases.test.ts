// What the client library and the releases of Kafka have in common: Kafka 4 has taken away the oldest versions of most
// requests, and the library knows only old ones.

import { afterAll, beforeAll, expect, test } from "bun:test";
import { createRequire } from "node:module";
import { connect } from "node:net";
import { type RealKafka, startKafka } from "../support/kafka/start-kafka.ts";
import { describeRealEach } from "../support/real-components.ts";

const API_VERSIONS_KEY = 18;
const FETCH = 1;
/** KIP-848. */
const CONSUMER_GROUP_HEARTBEAT = 68;
/** KIP-932. */
const SHARE_FETCH = 78;
/** KIP-516. */
const FIRST_FETCH_WITH_TOPIC_IDS = 13;
const TIMEOUT_MS = 60_000;

interface Range {
  readonly min: number;
  readonly max: number;
}

/** By the key of a request. */
async function offeredBy(bootstrap: string): Promise<ReadonlyMap<number, Range>> {
  const [host = "", port = ""] = bootstrap.split(":");
  const socket = connect(Number(port), host);
  // ApiVersions version 0: length, key, version, correlation id, no client id.
  const request = Buffer.alloc(14);
  request.writeInt32BE(10, 0);
  request.writeInt16BE(API_VERSIONS_KEY, 4);
  request.writeInt16BE(-1, 12);
  socket.write(request);
  let answer = Buffer.alloc(0);
  for await (const part of socket) {
    answer = Buffer.concat([answer, part]);
    if (answer.length >= 4 && answer.length >= 4 + answer.readInt32BE(0)) break;
  }
  socket.destroy();
  // Length, correlation id, error, count, then key, least and greatest version of each.
  const count = answer.readInt32BE(10);
  return new Map(
    Array.from({ length: count }, (_, index) => {
      const at = 14 + index * 6;
      return [answer.readInt16BE(at), { min: answer.readInt16BE(at + 2), max: answer.readInt16BE(at + 4) }];
    }),
  );
}

/** What kafkajs can say. */
function spoken(): readonly {
  readonly name: string;
  readonly key: number;
  readonly versions: readonly number[];
}[] {
  const require = createRequire(import.meta.url);
  const { requests } = require("kafkajs/src/protocol/requests") as {
    readonly requests: Readonly<Record<string, { readonly versions: readonly string[] }>>;
  };
  const keys = require("kafkajs/src/protocol/requests/apiKeys") as Readonly<Record<string, number>>;
  return Object.entries(requests).flatMap(([name, { versions }]) => {
    const key = keys[name];
    return key === undefined || versions.length === 0 ? [] : [{ name, key, versions: versions.map(Number) }];
  });
}

describeRealEach(["kafka-3.9", "kafka-4"], "the client library", (component) => {
  let kafka: RealKafka;
  let offered: ReadonlyMap<number, Range>;
  beforeAll(async () => {
    kafka = await startKafka({ component });
    offered = await offeredBy(kafka.bootstrap);
  }, TIMEOUT_MS);
  afterAll(() => kafka.stop(), TIMEOUT_MS);

  test("has a version of every request that it knows in common with it", () => {
    const lacking = spoken().filter(({ key, versions }) => {
      const range = offered.get(key);
      return !versions.some((version) => range && version >= range.min && version <= range.max);
    });
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  test("does not know the consumer groups, share groups and topic ids of today", () => {
    const versionsOf = (wanted: number) => spoken().find(({ key }) => key === wanted)?.versions ?? [];
    expect([CONSUMER_GROUP_HEARTBEAT, SHARE_FETCH].map(versionsOf)).toEqual([[], []]);
    expect(Math.max(...versionsOf(FETCH))).toBeLessThan(FIRST_FETCH_WITH_TOPIC_IDS);
  });
});
