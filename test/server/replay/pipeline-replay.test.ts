// What the pipeline tells replay: every offset once, as a record that was delivered or as none.

import { describe, expect, test } from "bun:test";
import type { ReplayBatch } from "../../../src/server/replay/redis-records.ts";
import { event, message, type PipelineRigOptions, pipelineRig } from "../pipeline-rig.ts";

/** A rig that keeps what replay was told; `hold` lets it wait. */
function replayRig(options: PipelineRigOptions = {}, hold: () => Promise<void> | null = () => null) {
  const written: string[] = [];
  const partitions: string[] = [];
  const batches: ReplayBatch[] = [];
  const rig = pipelineRig({
    ...options,
    replay: {
      write(batch) {
        const { partition, fromOffset, nextOffset, records } = batch;
        batches.push(batch);
        written.push(`${partition}: ${fromOffset}-${nextOffset}: ${records.map(({ offset }) => offset)}`);
        return hold();
      },
      verify(partition) {
        partitions.push(`verify ${partition}`);
        return Promise.resolve();
      },
      forget(partition) {
        partitions.push(`forget ${partition}`);
        return Promise.resolve();
      },
    },
  });
  return { ...rig, written, batches, partitions };
}

describe("the pipeline with replay", () => {
  test("hands over what was delivered, byte for byte, with its threads; the rest is covered as nothing", async () => {
    const rig = replayRig();
    const [first, second] = [event("t1", 1), event("t2", 1)];
    await rig.consume(first, Buffer.from("bad"), null, second);
    expect(rig.written).toEqual(["0: 0-4: 0,3"]);
    const [{ records } = { records: [] }] = rig.batches;
    expect(records.map(({ value }) => value)).toEqual([first, second]);
    expect(records.map(({ threads }) => threads)).toEqual([
      [{ threadId: "t1", sequence: 1 }],
      [{ threadId: "t2", sequence: 1 }],
    ]);
  });

  test("covers offsets that Kafka has no record for, and leaves out what came before", async () => {
    const rig = replayRig();
    await rig.handle([message({ offset: "5", value: event("t1", 1) })]);
    await rig.handle([
      message({ offset: "5", value: event("t1", 1) }),
      message({ offset: "9", value: event("t1", 2) }),
    ]);
    await rig.handle([message({ offset: "9", value: event("t1", 2) })]);
    expect(rig.written).toEqual(["0: 0-6: 5", "0: 6-10: 9"]);
  });

  test("goes on with a partition when its write is done, and reports progress then", async () => {
    let done = () => {};
    const rig = replayRig({}, () => new Promise((resolve) => (done = resolve)));
    const consumed = rig.consume(event("t1", 1));
    await Promise.resolve();
    expect([rig.written.length, rig.committed]).toEqual([1, []]);
    done();
    await consumed;
    expect(rig.committed).toEqual([1]);
  });

  test("with limits per tenant, only what was granted is a record", async () => {
    const takeAll = (wanted: ReadonlyMap<string, number>) => new Map([...wanted].map(([id]) => [id, 2]));
    for (const later of [false, true]) {
      const limits = {
        takeAll: (w: ReadonlyMap<string, number>) => (later ? Promise.resolve(takeAll(w)) : takeAll(w)),
      };
      const rig = replayRig({ tenantLimits: () => limits });
      await rig.consume(...[1, 2, 3, 4].map((sequence) => event("t1", sequence)));
      expect(rig.written).toEqual(["0: 0-4: 0,1"]);
      expect(rig.batches[0]?.records[1]?.threads).toEqual([{ threadId: "t1", sequence: 2 }]);
    }
  });

  test("a bad record that pauses its partition is covered when an operator lets it go on", async () => {
    const rig = replayRig({ pauseOnError: true });
    await rig.consume(event("t1", 1), Buffer.from("bad"), event("t1", 2));
    expect(rig.written).toEqual(["0: 0-1: 0"]);
    rig.pipeline.resumeAfterError(0);
    expect(rig.written).toEqual(["0: 0-1: 0", "0: 1-2: "]);
  });

  test("has each assigned partition compared, and one whose topic was made anew forgotten", async () => {
    const rig = replayRig();
    await rig.consume(event("t1", 1), event("t1", 2));
    rig.pipeline.assigned([
      { partition: 0, startOffset: 2, logStartOffset: 0, logEndOffset: 2 },
      { partition: 4, startOffset: 0, logStartOffset: 0, logEndOffset: 9 },
    ]);
    rig.pipeline.assigned([{ partition: 0, startOffset: 0, logStartOffset: 0, logEndOffset: 1 }]);
    expect(rig.partitions).toEqual(["verify 0", "verify 0", "verify 4", "forget 0"]);
    await rig.handle([message({ offset: "0", value: event("t1", 1) })]);
    expect(rig.written.at(-1)).toBe("0: 0-1: 0");
  });
});
