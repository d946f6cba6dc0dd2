import { expect, test } from "bun:test";
import type { ReplayRecord, TierAnswer } from "../../../src/server/replay/tier.ts";
import { WithheldOffsets } from "../../../src/server/replay/withheld-offsets.ts";
import { withoutWithheld } from "../../../src/server/replica/withheld-tier.ts";

const records: readonly ReplayRecord[] = [4, 5, 7].map((offset) => ({ offset, value: Buffer.alloc(offset) }));
const PAGE: TierAnswer = {
  kind: "page",
  page: { tier: "redis", fromOffset: 4, nextOffset: 9, records, byteCount: 16 },
};
const ABSENT: TierAnswer = { kind: "absent", nextOffset: 9 };

async function read(answer: TierAnswer, ...withheldOffsets: readonly [partition: number, offset: number][]) {
  const withheld = new WithheldOffsets();
  for (const [partition, offset] of withheldOffsets) withheld.add(partition, offset);
  const tier = withoutWithheld({ name: "redis", read: async () => answer }, withheld);
  return await tier.read(0, 4, 9);
}

test("what this server withheld is not on the page, which covers as much as before", async () => {
  expect(await read(PAGE, [0, 5])).toEqual({
    kind: "page",
    page: { ...PAGE.page, records: [records[0], records[2]], byteCount: 11 } as never,
  });
});

test("what was withheld of another partition is", async () => {
  expect(await read(PAGE, [1, 5])).toEqual(PAGE);
});

test("what is not a page stays what it is", async () => {
  expect(await read(ABSENT, [0, 5])).toEqual(ABSENT);
});
