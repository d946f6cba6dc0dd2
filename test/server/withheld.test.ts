// What the pipeline notes as not delivered, so that a replay does not deliver it either.

import { describe, expect, test } from "bun:test";
import { event, message, pipelineRig } from "./pipeline-rig.ts";

function withheldOf(rig: ReturnType<typeof pipelineRig>, to: number): readonly number[] {
  return Array.from({ length: to }, (_, offset) => offset).filter((offset) => rig.withheld.has(0, offset));
}

/** Grants each tenant one record a slice. */
const oneEach = () => ({
  takeAll: (wanted: ReadonlyMap<string, number>) => new Map([...wanted].map(([tenantId]) => [tenantId, 1])),
});

describe("good records that are withheld", () => {
  test("are those over their tenant's limit", async () => {
    const rig = pipelineRig({ tenantLimits: oneEach });
    await rig.consume(
      event("a", 1),
      event("a", 2),
      Buffer.from("bad"),
      null,
      event("b", 1, { tenantId: "other" }),
    );
    expect(withheldOf(rig, 5)).toEqual([1]);
  });

  test("are those of a halted thread", async () => {
    const rig = pipelineRig({ gapPolicy: "halt" });
    await rig.consume(event("a", 1), event("a", 3), event("b", 1), event("a", 4));
    expect(rig.letters.map(({ offset }) => offset)).toEqual(withheldOf(rig, 4).map(Number));
    expect(withheldOf(rig, 4).length).toBeGreaterThan(0);
  });

  test("are noted only with their slice: whoever reads it again may deliver them", async () => {
    let answer: (granted: ReadonlyMap<string, number>) => void = () => {};
    const takeAll = () =>
      new Promise<ReadonlyMap<string, number>>((resolve) => {
        answer = resolve;
      });
    const rig = pipelineRig({ gapPolicy: "halt", tenantLimits: () => ({ takeAll }) });
    const consumed = rig.consume(event("a", 1), event("a", 3), event("a", 4), event("b", 1), event("b", 2));
    rig.pipeline.revoked([0]);
    answer(new Map([["acme", 1]]));
    await consumed;
    expect(withheldOf(rig, 5)).toEqual([]);
  });

  test("are forgotten with a topic that was made anew", async () => {
    const rig = pipelineRig({ tenantLimits: oneEach });
    await rig.handle([5, 6].map((offset) => message({ offset: `${offset}`, value: event("a", offset) })));
    expect(withheldOf(rig, 7)).toEqual([6]);
    rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 3 }]);
    expect(withheldOf(rig, 7)).toEqual([]);
  });
});
