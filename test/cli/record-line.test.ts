import { describe, expect, test } from "bun:test";
import pc from "picocolors";
import { viewRecord } from "../../src/cli/message-view.ts";
import { recordLine } from "../../src/cli/record-line.ts";
import type { HeaderInit } from "../../src/wire/model.ts";
import { nodeStart, value } from "./messages.ts";

const plain = pc.createColors(false);

function line(bytes: Uint8Array): string {
  const viewed = viewRecord({ value: bytes });
  if (!viewed.ok) throw new Error(viewed.error);
  return recordLine({ partition: 2, offset: 41 }, viewed.view, plain);
}

const fields = (changes: HeaderInit) => line(nodeStart(changes)).split(/ {2,}/);

describe("a record on one line", () => {
  test("has time, place, tenant, thread, number, kind and details", () => {
    expect(line(nodeStart())).toBe("03:04:05.678  2:41  acme  thread-1  #7  event  NODE_START plan");
  });

  test("says - for what is not there", () => {
    expect(fields({ timestampUs: 0n, sequence: 0n, threadId: "" })).toEqual([
      "-",
      "2:41",
      "acme",
      "-",
      "#-",
      "event",
      "NODE_START plan",
    ]);
    expect(line(Uint8Array.of(0)).trimEnd()).toBe(`${"-".padEnd(12)}  2:41  -  -  #-  empty`);
  });

  test("survives times and numbers beyond all reason", () => {
    const [time, , , , sequence] = fields({ timestampUs: 2n ** 63n - 1n, sequence: 2n ** 64n - 1n });
    expect([time, sequence]).toEqual(["-", "#18446744073709551615"]);
    expect(fields({ timestampUs: -(2n ** 63n) })[0]).toBe("-");
  });

  test("gives the range of numbers of a batch", () => {
    const events = [5n, 6n, 7n].map((sequence) => ({ header: { sequence } }));
    expect(line(value({ message: "eventBatch", eventBatch: { header: {}, events } }))).toContain("  #5-7  ");
  });

  test("lets no control character of a stranger through", () => {
    const shown = line(nodeStart({ tenantId: "a\u001b]0;owned\u0007", threadId: "b\r\n\u202ec" }));
    expect(shown).toContain("a\ufffd]0;owned\ufffd  b\ufffd\ufffd\ufffdc");
    expect(shown).not.toMatch(/\p{Cc}/u);
  });
});
