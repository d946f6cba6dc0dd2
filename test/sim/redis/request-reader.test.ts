import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { encodeRequest, RequestReader } from "../../../sim/redis/request-reader.ts";

describe("a stream of requests", () => {
  test("comes out request by request, however it is cut", () => {
    const words = fc.array(fc.uint8Array({ maxLength: 50 }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(
        fc.array(words, { minLength: 1, maxLength: 6 }),
        fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1 }),
        (requests, cuts) => {
          const sent = requests.map((request) => request.map((word) => Buffer.from(word)));
          const stream = Buffer.concat(sent.map(encodeRequest));
          const reader = new RequestReader();
          const read: (readonly Buffer[])[] = [];
          for (let at = 0, turn = 0; at < stream.length; turn++) {
            const size = cuts[turn % cuts.length] ?? 1;
            for (const request of reader.push(stream.subarray(at, at + size)))
              read.push(request.map(Buffer.from));
            at += size;
          }
          expect(read).toEqual(sent);
        },
      ),
    );
  });

  test("is refused when one is larger than may be, before it has come", () => {
    const reader = new RequestReader(1_000);
    const large = encodeRequest([Buffer.from("SET"), Buffer.from("key"), Buffer.alloc(2_000)]);
    expect(() => reader.push(large.subarray(0, 60))).toThrow("request larger than 1000 bytes");
    const many = encodeRequest(Array.from({ length: 500 }, () => Buffer.from("word")));
    expect(() => new RequestReader(1_000).push(many.subarray(0, 1_500))).toThrow(
      "request larger than 1000 bytes",
    );
  });
});
