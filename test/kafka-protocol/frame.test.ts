import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { FrameSplitter } from "../../src/kafka-protocol/frame.ts";

function framed(body: Uint8Array): Buffer {
  const prefix = Buffer.alloc(4);
  prefix.writeInt32BE(body.length);
  return Buffer.concat([prefix, body]);
}

describe("a stream of frames", () => {
  test("comes out frame by frame, however it is cut", () => {
    const bodies = fc.array(fc.uint8Array({ maxLength: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(bodies, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (sent, cuts) => {
        const stream = Buffer.concat(sent.map(framed));
        const splitter = new FrameSplitter(1000);
        const received: Buffer[] = [];
        for (let at = 0, turn = 0; at < stream.length; turn++) {
          const size = cuts[turn % cuts.length] ?? 1;
          splitter.push(stream.subarray(at, at + size), (frame) => received.push(Buffer.from(frame)));
          at += size;
        }
        expect(received).toEqual(sent.map((body) => Buffer.from(body)));
      }),
    );
  });

  test("is refused when a frame says it is longer than allowed, or negative", () => {
    const push = (hex: string) => () => new FrameSplitter(100).push(Buffer.from(hex, "hex"), () => {});
    expect(push("00000065")).toThrow("frame of 101 bytes, expected 0 to 100");
    expect(push("ffffffff")).toThrow("frame of -1 bytes");
  });
});
