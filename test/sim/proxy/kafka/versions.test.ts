import { expect, test } from "bun:test";
import { limitVersions } from "../../../../sim/proxy/kafka/versions.ts";
import { APIS } from "../../../../src/kafka-protocol/apis.ts";

function limited(...offered: readonly (readonly [apiKey: number, minVersion: number, maxVersion: number])[]) {
  const apiKeys = offered.map(([apiKey, minVersion, maxVersion]) => ({ apiKey, minVersion, maxVersion }));
  const answer = limitVersions({ errorCode: 0, apiKeys, throttleTimeMs: 0 });
  return answer.apiKeys.map(({ apiKey, minVersion, maxVersion }) => [apiKey, minVersion, maxVersion]);
}

test("what is read here is offered as far as both sides know it", () => {
  const { Fetch, Metadata } = APIS;
  expect(limited([Fetch.key, 0, 18], [Metadata.key, 2, 5])).toEqual([
    [Fetch.key, Fetch.minVersion, Fetch.maxVersion],
    [Metadata.key, 2, 5],
  ]);
});

test("producers find version 0, as they do at a broker", () => {
  expect(limited([APIS.Produce.key, 0, 12])).toEqual([[APIS.Produce.key, 0, 8]]);
});

test("what Kafka speaks only in versions that cannot be read here is not offered", () => {
  expect(limited([APIS.Fetch.key, 12, 18], [60, 3, 4])).toEqual([]);
});

test("what is not read here is offered as it is", () => {
  expect(limited([24, 0, 5], [60, 0, 2])).toEqual([
    [24, 0, 5],
    [60, 0, 2],
  ]);
});

test("what would lead past the proxy, or cannot be told apart from other bytes, is not offered", () => {
  expect(limited([68, 0, 1], [76, 0, 1], [78, 0, 2], [79, 0, 2], [88, 0, 0])).toEqual([]);
  expect(limited([17, 0, 1], [36, 0, 2])).toEqual([
    [17, 1, 1],
    [36, 0, 2],
  ]);
});
