import { describe, expect, test } from "bun:test";
import fc from "fast-check";
import { Ring } from "../../src/server/ring.ts";

const value = (text: string) => Buffer.from(text);
const text = (ring: Ring, position: number) => Buffer.from(ring.valueAt(position)).toString();

describe("the ring", () => {
  test("keeps the newest records up to its count", () => {
    const ring = new Ring({ maxRecords: 3, maxBytes: 1000 });
    for (let offset = 0; offset < 5; offset++) ring.append(0, offset, value(`v${offset}`));
    expect([ring.tail, ring.head, ring.recordCount]).toEqual([2, 5, 3]);
    expect([2, 3, 4].map((position) => text(ring, position))).toEqual(["v2", "v3", "v4"]);
  });

  test("keeps the newest records up to its bytes and reuses its memory without mixing values", () => {
    const ring = new Ring({ maxRecords: 100, maxBytes: 10 });
    for (const word of ["aaaa", "bbb", "cccc", "dd", "eeeeeeee", "f"]) ring.append(0, ring.head, value(word));
    expect(ring.byteCount).toBeLessThanOrEqual(10);
    expect(text(ring, ring.head - 1)).toBe("f");
    expect(text(ring, ring.head - 2)).toBe("eeeeeeee");
  });

  test("copies values, so that a fetch response can be freed", () => {
    const ring = new Ring({ maxRecords: 10, maxBytes: 100 });
    const fetched = value("original");
    ring.append(0, 0, fetched);
    fetched.fill(0);
    expect(text(ring, 0)).toBe("original");
  });

  test("knows what it covers: from the assignment on, less what was evicted", () => {
    const ring = new Ring({ maxRecords: 2, maxBytes: 1000 });
    ring.assign(0, 100);
    expect(ring.spans.get(0)).toEqual({ coveredFrom: 100, nextOffset: 100, lastOffset: -1 });
    for (const offset of [100, 103, 104]) ring.append(0, offset, value("x"));
    expect(ring.spans.get(0)).toEqual({ coveredFrom: 101, nextOffset: 105, lastOffset: 104 });
    ring.advance(0, 110);
    expect(ring.nextOffset(0)).toBe(110);
  });

  test("starts coverage anew when another process read on in between", () => {
    const ring = new Ring({ maxRecords: 10, maxBytes: 1000 });
    ring.assign(0, 0);
    ring.append(0, 0, value("x"));
    ring.assign(0, 1);
    expect(ring.spans.get(0)?.coveredFrom).toBe(0);
    ring.assign(0, 50);
    expect(ring.spans.get(0)?.coveredFrom).toBe(50);
  });

  test("reports records that leave although a client has not passed them, and only those", () => {
    const ring = new Ring({ maxRecords: 2, maxBytes: 1000 });
    const lost: number[] = [];
    ring.watchLoss(1, (position) => lost.push(ring.offsetAt(position)));
    for (let offset = 10; offset < 15; offset++) ring.append(0, offset, value("x"));
    expect(lost).toEqual([11, 12]);
  });

  test("makes the cursor of a record once and forgets it with the record", () => {
    const ring = new Ring({ maxRecords: 1, maxBytes: 1000 });
    ring.append(3, 7, value("x"));
    expect(ring.cursorAt(0)).toBe('{"type":"cursor","partition":3,"offset":"7"}');
    ring.append(3, 8, value("x"));
    expect(ring.cursorAt(1)).toBe('{"type":"cursor","partition":3,"offset":"8"}');
  });

  test("refuses to be built without room", () => {
    expect(() => new Ring({ maxRecords: 0, maxBytes: 10 })).toThrow("at least one record");
  });

  test("holds, for any sizes and bounds, exactly a suffix of what was appended, within both bounds", () => {
    const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 200 });
    fc.assert(
      fc.property(
        sizes,
        fc.integer({ min: 1, max: 20 }),
        fc.integer({ min: 40, max: 200 }),
        (lengths, maxRecords, maxBytes) => {
          const ring = new Ring({ maxRecords, maxBytes });
          const all = lengths.map((length, index) => String.fromCharCode(97 + (index % 26)).repeat(length));
          for (const [index, word] of all.entries()) {
            ring.append(0, index, value(word));
            const kept = Array.from({ length: ring.recordCount }, (_, i) => text(ring, ring.tail + i));
            expect(kept).toEqual(all.slice(index + 1 - ring.recordCount, index + 1));
            expect(ring.recordCount).toBeGreaterThanOrEqual(1);
            expect(ring.recordCount).toBeLessThanOrEqual(maxRecords);
            expect(ring.byteCount).toBe(kept.join("").length);
            expect(ring.byteCount).toBeLessThanOrEqual(maxBytes);
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
