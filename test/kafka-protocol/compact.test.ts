import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import {
  compactArray,
  compactNullableString,
  compactString,
  taggedFields,
} from "../../src/kafka-protocol/compact.ts";
import { int32, type Layout } from "../../src/kafka-protocol/layout.ts";
import { Reader } from "../../src/kafka-protocol/reader.ts";
import { describeCluster } from "../../src/kafka-protocol/requests/describe-cluster.ts";
import { Writer } from "../../src/kafka-protocol/writer.ts";

function bytesOf<T>(layout: Layout<T>, value: T): Buffer {
  const writer = new Writer(1);
  layout.at(0).write(writer, value);
  return writer.finish();
}

function through<T>(layout: Layout<T>, value: T): T {
  const reader = new Reader(bytesOf(layout, value));
  const read = layout.at(0).read(reader);
  expect(reader.remaining).toBe(0);
  return read;
}

describe("compact values", () => {
  test("are read back as they were written", () => {
    const text = fc.string({ unit: "binary" });
    const fields = fc.array(
      fc.record({ tag: fc.nat(), bytes: fc.uint8Array().map((bytes) => Buffer.from(bytes)) }),
    );
    fc.assert(
      fc.property(fc.option(text), text, fc.array(fc.integer()), fields, (nullable, string, list, tagged) => {
        expect(through(compactNullableString, nullable)).toBe(nullable);
        expect(through(compactString, string)).toBe(string);
        expect(through(compactArray(int32), list)).toEqual(list);
        expect(through(taggedFields, tagged)).toEqual(tagged);
      }),
    );
  });

  test("have one more than their length in front", () => {
    expect(bytesOf(compactString, "abc").toString("hex")).toBe("04616263");
    expect(bytesOf(compactNullableString, null).toString("hex")).toBe("00");
    expect(bytesOf(compactString, "x".repeat(127)).subarray(0, 2).toString("hex")).toBe("8001");
    expect(bytesOf(compactArray(int32), []).toString("hex")).toBe("01");
  });

  test("that lie about their length, or are missing, are refused", () => {
    const read = (layout: Layout<unknown>, hex: string) => () =>
      layout.at(0).read(new Reader(Buffer.from(hex, "hex")));
    expect(read(compactString, "05616263")).toThrow("length of 4 with 3 bytes left");
    expect(read(compactString, "00")).toThrow("must not be null");
    expect(read(compactArray(int32), "7f")).toThrow("length of 126 with 0 bytes left");
    expect(read(taggedFields, "010005")).toThrow("needs 5 bytes");
  });
});

test("a description of the cluster is read and written the same in all its versions", () => {
  for (let version = describeCluster.minVersion; version <= describeCluster.maxVersion; version++) {
    const tags = [{ tag: 3, bytes: Buffer.from("x") }];
    const codec = describeCluster.response.at(version);
    const answer = {
      headerTags: tags,
      throttleTimeMs: 1,
      errorCode: 0,
      errorMessage: null,
      endpointType: version >= 1 ? 2 : 1,
      clusterId: "c",
      controllerId: 7,
      brokers: [{ nodeId: 7, host: "h", port: 9092, rack: "r", isFenced: version >= 2, tags }],
      clusterAuthorizedOperations: -1,
      tags,
    };
    const writer = new Writer();
    codec.write(writer, answer);
    expect(codec.read(new Reader(writer.finish()))).toEqual(answer);
  }
});
