import { describe, expect, test } from "bun:test";
import { CRC_FROM } from "../../src/kafka-protocol/record-batch.ts";
import { type BatchOptions, encodeBatch, type NewRecord } from "../../src/kafka-protocol/records.ts";
import { CODECS } from "../../src/stream/codecs.ts";
import { type AbortedTransaction, pagesOf } from "../../src/stream/fetched-records.ts";
import { crc32c } from "../../src/wire/crc32c.ts";

const TRANSACTIONAL = 0x10;

function batchOf(baseOffset: number, values: readonly string[], options: BatchOptions = {}): Buffer {
  const records = values.map((value) => ({ timestampMs: 5, key: null, value: Buffer.from(value) }));
  return encodeBatch(records, { ...options, baseOffset });
}

/** The same batch after `change`, with the checksum of its new bytes. */
function changed(batch: Buffer, change: (batch: Buffer) => Buffer): Buffer {
  const copy = change(Buffer.from(batch));
  copy.writeInt32BE(copy.length - 12, 8);
  copy.writeUInt32BE(crc32c(copy, CRC_FROM), 17);
  return copy;
}

function transactional(baseOffset: number, values: readonly string[], producerId: number): Buffer {
  const producer = { id: producerId, epoch: 0, baseSequence: 0 };
  return changed(batchOf(baseOffset, values, { producer }), (batch) => {
    batch.writeInt16BE(batch.readInt16BE(CRC_FROM) | TRANSACTIONAL, CRC_FROM);
    return batch;
  });
}

/** The marker that ends a transaction. */
function marker(baseOffset: number, producerId: number, end: "abort" | "commit"): Buffer {
  const key = Buffer.from([0, 0, 0, end === "abort" ? 0 : 1]);
  const producer = { id: producerId, epoch: 0, baseSequence: 0 };
  return encodeBatch([{ timestampMs: 5, key, value: null }], { baseOffset, producer, control: true });
}

function read(
  batches: readonly Buffer[],
  { from = 0, to = 1_000, aborted = [] as readonly AbortedTransaction[] } = {},
) {
  const fetched = { records: [Buffer.concat(batches)], abortedTransactions: aborted };
  const pages = [...pagesOf(fetched, from, to)];
  return {
    pages: pages.map(({ records }) => records.map(({ offset, value }) => `${offset} ${value}`)),
    nextOffset: pages.at(-1)?.nextOffset,
  };
}

describe("what one fetch brought", () => {
  test("is limited to the range, and says how far it went", () => {
    const batches = [batchOf(10, ["a", "b", "c"]), batchOf(13, ["d", "e", "f"])];
    expect(read(batches, { from: 12, to: 15 })).toEqual({
      pages: [["12 c", "13 d", "14 e"]],
      nextOffset: 16,
    });
  });

  test("is nothing if there is no whole batch, or none that goes on", () => {
    const batch = batchOf(10, ["a", "b"]);
    expect(read([batch.subarray(0, 40)], { from: 10 }).pages).toEqual([]);
    expect(read([batch], { from: 12 }).pages).toEqual([]);
    expect([...pagesOf({ records: [], abortedTransactions: null }, 0, 9)]).toEqual([]);
  });

  test("goes on over a batch that compaction emptied", () => {
    const emptied = changed(batchOf(10, ["a", "b", "c"]), (batch) => {
      batch.writeInt32BE(0, 57);
      return batch.subarray(0, 61);
    });
    expect(read([emptied], { from: 10 })).toEqual({ pages: [[]], nextOffset: 13 });
    expect(read([emptied, batchOf(13, ["d"])], { from: 11 }).pages).toEqual([["13 d"]]);
  });

  test("has no records of aborted transactions, from their first offset to their marker", () => {
    const batches = [
      transactional(0, ["a"], 7),
      transactional(1, ["dropped"], 8),
      batchOf(2, ["plain"], { producer: { id: 8, epoch: 0, baseSequence: 0 } }),
      transactional(3, ["b"], 7),
      marker(4, 8, "abort"),
      transactional(5, ["c"], 8),
      marker(6, 7, "commit"),
      marker(7, 8, "commit"),
      transactional(8, ["dropped too"], 8),
    ];
    const aborted = [
      { producerId: 8, firstOffset: 8 },
      { producerId: 8, firstOffset: 1 },
    ];
    const { pages, nextOffset } = read(batches, { aborted });
    expect(pages).toEqual([["0 a", "2 plain", "3 b", "5 c"]]);
    expect(nextOffset).toBe(9);
  });

  test("unfolds a compressed answer page by page", () => {
    const compress = (_codec: unknown, data: Buffer) => CODECS.gzip.compress(data);
    const large = "x".repeat(700_000);
    const batches = [0, 1, 2, 3].map((i) => batchOf(i, [large], { codec: "gzip", compress }));
    expect(read(batches).pages.map((page) => page.length)).toEqual([2, 2]);
  });

  test("is refused if a batch is damaged or of an older format", () => {
    const damaged = batchOf(3, ["a"]);
    damaged.writeUInt8(damaged.readUInt8(damaged.length - 1) ^ 1, damaged.length - 1);
    expect(() => read([damaged])).toThrow("batch at offset 3: wrong checksum");
    const old = Buffer.from(batchOf(0, ["a"]).fill(1, 16, 17));
    expect(() => read([old])).toThrow("message format 1, expected 2 (Kafka 0.11)");
  });
});

describe("headers", () => {
  const headersOf = (headers: NewRecord["headers"] & object) => {
    const records = [encodeBatch([{ timestampMs: 5, key: null, value: null, headers }])];
    const [page] = [...pagesOf({ records, abortedTransactions: null }, 0, 9)];
    return page?.records[0]?.headers;
  };

  test("are by name, and all values of a name that occurs more than once", () => {
    const [a, b, c] = ["a", "b", "c"].map((text) => Buffer.from(text));
    const twice = [
      { key: "x", value: a ?? null },
      { key: "y", value: null },
      { key: "x", value: b ?? null },
      { key: "x", value: c ?? null },
    ];
    expect(headersOf(twice)).toEqual({ x: [a, b, c] as Buffer[], y: undefined });
  });

  test("may be called like a property of every object", () => {
    const headers = headersOf([{ key: "__proto__", value: Buffer.from("odd") }]);
    expect(Object.entries(headers ?? {})).toEqual([["__proto__", Buffer.from("odd")]]);
  });
});
