import { describe, expect, test } from "bun:test";
import type { RunningFault } from "../../../sim/faults/fault.ts";
import { parseFaultParams } from "../../../sim/faults/faults.ts";
import type { Stage } from "../../../sim/faults/stage.ts";
import { faultRig } from "./traffic-rig.ts";

const apply = (stage: Stage, name: string, given: Record<string, unknown> = {}): Promise<RunningFault> => {
  const { fault, params } = parseFaultParams(name, given);
  return fault.apply(stage, params);
};

test("slow clients ask for the stream and read nothing; those that are ended come back", async () => {
  const { stage, clients, open, advance } = faultRig();
  const fault = await apply(stage, "slow-client", { clients: 3 });
  expect(clients.map(({ reading, sent }) => [reading, sent.length])).toEqual([
    [false, 1],
    [false, 1],
    [false, 1],
  ]);
  expect(JSON.parse(clients[0]?.sent[0] ?? "")).toMatchObject({ type: "resume", from: "latest" });
  for (const client of open().slice(1)) client.closeCode = 4008;
  await advance(1000);
  expect([open().length, clients.length, fault.hits()]).toEqual([3, 5, 5]);
  expect(open().every(({ reading }) => !reading)).toBe(true);
  await fault.clear();
  await fault.clear();
  await advance(5000);
  expect([open().length, clients.length]).toEqual([0, 5]);
  expect(clients.every(({ wasCut }) => wasCut)).toBe(true);
});

test("a flood of clients takes what it can get and asks for the rest every second", async () => {
  const { stage, open, clients, advance } = faultRig({ maxClients: 10 });
  const fault = await apply(stage, "client-flood", { clients: 50 });
  expect([open().length, fault.hits()]).toEqual([10, 50]);
  await advance(3000);
  expect([open().length, clients.length, fault.hits()]).toEqual([10, 10, 50 + 3 * 40]);
  await fault.clear();
  expect(open()).toEqual([]);
});

test("a storm cuts all of its clients again and again, and all come back at once", async () => {
  const { stage, open, clients, advance } = faultRig();
  const fault = await apply(stage, "reconnect-storm", { clients: 4, every_ms: 2000 });
  expect([clients.length, fault.hits()]).toEqual([4, 0]);
  await advance(6000);
  expect([open().length, clients.length, fault.hits()]).toEqual([4, 16, 12]);
  await fault.clear();
  await advance(6000);
  expect([open().length, clients.length]).toEqual([0, 16]);
});

describe("malformed control frames", () => {
  test("of all kinds come from each client", async () => {
    const { stage, clients, advance } = faultRig();
    const fault = await apply(stage, "malformed-control", { clients: 2, every_ms: 100 });
    await advance(3000);
    expect(fault.hits()).toBe(60);
    const frames = clients.flatMap(({ sent }) => sent.slice(1));
    const kindOf = (text: string) => {
      if (text.length > 1024 * 1024) return "oversized";
      if (!text.endsWith("}")) return "not-json";
      const { type } = JSON.parse(text);
      return type ?? "no-type";
    };
    const kinds = new Set(frames.map(kindOf).map((kind) => kind.replace(/\d+/, "")));
    expect([...kinds].sort()).toEqual(["no-type", "not-json", "oversized", "resume", "subscribe-"]);
    await fault.clear();
    await advance(1000);
    expect(fault.hits()).toBe(60);
  });

  test("are not sent by clients that have been ended, until these are back", async () => {
    const { stage, open, advance } = faultRig();
    const fault = await apply(stage, "malformed-control", { every_ms: 100, kind: "not-json" });
    const [client] = open();
    if (client === undefined) throw new Error("no client");
    client.closeCode = 1008;
    await advance(900);
    expect([fault.hits(), open().length]).toEqual([0, 0]);
    await advance(300);
    expect([fault.hits() > 0, open().length]).toEqual([true, 1]);
    await fault.clear();
  });
});
