// Faults that are put in force and cleared one by one, and all at the end.

import { describe, expect, test } from "bun:test";
import { FaultBoard, faultsOf } from "../../../sim/faults/fault-board.ts";
import type { Stage } from "../../../sim/faults/stage.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { silentLog } from "../../../src/telemetry/log.ts";
import { manualClock } from "../../support/manual-clock.ts";
import { NAMES } from "./stage-rig.ts";

/** A Redis that notes what is asked of it, and a link; coming up fails while `broken` says so. */
function rig() {
  const clock = manualClock();
  const asked: string[] = [];
  const state = { broken: false };
  const rule = (name: string) => {
    asked.push(`+${name}`);
    return { hits: 3, remove: () => void asked.push(`-${name}`) };
  };
  const stage: Stage = {
    clock,
    random: seededRandom(1),
    log: silentLog,
    kafka: NAMES,
    traffic: null,
    broker: null,
    redis: {
      connectionCount: 1,
      acceptedCount: 1,
      control: (command) => rule(command),
      async down() {
        asked.push("down");
      },
      async up() {
        if (state.broken) throw new Error("port in use");
        asked.push("up");
      },
      async evict() {},
    },
    links: new Map([["redis", { add: ({ kind }) => rule(kind) }]]),
    clients: null,
    components: null,
    discovery: null,
  };
  return { clock, asked, state, stage, board: new FaultBoard(stage) };
}

describe("a board of faults", () => {
  test("has those for which its stage has everything", () => {
    const names = faultsOf(rig().stage).map(({ name }) => name);
    expect(names).toContain("redis-hang");
    expect(names).toContain("network-reset");
    expect(names).not.toContain("broker-slow");
    expect(names).not.toContain("sequence-gap");
  });

  test("shows what is in force, since when and how often it took, and takes away what it is told to", async () => {
    const { board, clock, asked } = rig();
    const startMs = clock.nowMs();
    await board.apply("redis-hang");
    clock.advance(5_000);
    await board.apply("network-reset", { link: "redis" });
    expect(board.list()).toEqual([
      { id: "f1", fault: "redis-hang", params: {}, sinceMs: startMs, hits: 3 },
      { id: "f2", fault: "network-reset", params: { link: "redis" }, sinceMs: startMs + 5_000, hits: 3 },
    ]);
    expect((await board.clear("f1"))?.fault).toBe("redis-hang");
    expect(await board.clear("f1")).toBeNull();
    expect(board.list().map(({ id }) => id)).toEqual(["f2"]);
    expect(asked).toEqual(["+*", "+reset", "-*"]);
  });

  test("has each fault once with the same parameters, and with others beside it", async () => {
    const { board } = rig();
    await board.apply("redis-latency", { delay_ms: 10 });
    expect(await board.apply("redis-latency", { delay_ms: 10 })).toMatchObject({
      kind: "in force already",
      fault: { id: "f1" },
    });
    expect(await board.apply("redis-latency", { delay_ms: 20 })).toMatchObject({ kind: "applied" });
    expect(board.list()).toHaveLength(2);
  });

  test("refuses what cannot be here, and keeps nothing of it", async () => {
    const { board } = rig();
    const refusals = {
      "slow-client": "fault slow-client: needs clients, which cannot be controlled here",
      "redis-han": 'there is no fault "redis-han"; did you mean redis-hang?',
      "network-reset": "this fault needs a proxy on the link kafka, and there is none here",
    };
    for (const [name, message] of Object.entries(refusals)) {
      await expect(board.apply(name)).rejects.toThrow(message);
    }
    expect(board.list()).toEqual([]);
  });

  test("names only faults that can be here, for one that is none", async () => {
    const { board, stage } = rig();
    const available = faultsOf(stage).map(({ name }) => name);
    await expect(board.apply("volcano")).rejects.toThrow(
      `there is no fault "volcano"; there are ${available.join(", ")}`,
    );
    // It is like slow-client alone, which cannot be here.
    await expect(board.apply("slow-clien")).rejects.toThrow(/^there is no fault "slow-clien"; there are /);
  });

  test("clears all, the last first; what cannot be cleared stays, is named, and can be cleared later", async () => {
    const { board, asked, state } = rig();
    await board.apply("redis-hang");
    await board.apply("redis-down");
    await board.apply("network-reset", { link: "redis" });
    state.broken = true;
    await expect(board.clearAll()).rejects.toThrow("fault redis-down (f2) is still in force: port in use");
    expect(asked).toEqual(["+*", "down", "+reset", "-reset", "-*"]);
    expect(board.list().map(({ id }) => id)).toEqual(["f2"]);
    state.broken = false;
    expect((await board.clearAll()).map(({ id }) => id)).toEqual(["f2"]);
    expect(asked.at(-1)).toBe("up");
  });

  test("that is closed clears all, also what was being put in force, and takes nothing more", async () => {
    const { board, asked } = rig();
    const first = board.apply("redis-down");
    await Promise.all([first, board.close()]).catch(() => {});
    await expect(board.apply("redis-hang")).rejects.toThrow("no fault is put in force at the end");
    expect(board.list()).toEqual([]);
    expect(asked.filter((what) => what === "down").length).toBe(asked.filter((what) => what === "up").length);
  });
});
