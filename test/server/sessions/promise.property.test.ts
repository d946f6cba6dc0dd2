// The promise of the stream, checked against an oracle under random schedules: after a resume a client gets every
// deliverable record after its cursor exactly once, in order per partition, or is told exactly which are missing.

import { expect, test } from "bun:test";
import fc from "fast-check";
import type { FakeSocket } from "../../support/fake-socket.ts";
import { FakePages } from "./fake-pages.ts";
import { hubRig } from "./hub-rig.ts";

type Step =
  | { readonly do: "produce"; readonly partition: number; readonly count: number }
  | { readonly do: "skip"; readonly partition: number }
  | { readonly do: "connect"; readonly cursor: readonly number[] }
  | { readonly do: "stop" | "take" | "drain"; readonly client: number }
  /** The tiers answer once, or until nobody waits. */
  | { readonly do: "answer" | "catchUp" }
  /** Of what was produced so far, this share is gone from the tiers. */
  | { readonly do: "trim"; readonly partition: number; readonly share: number }
  | { readonly do: "time"; readonly ms: number };

const PARTITIONS = 2;

const partition = fc.integer({ min: 0, max: PARTITIONS - 1 });
const client = fc.integer({ min: 0, max: 2 });
const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant("produce" as const),
      partition,
      count: fc.integer({ min: 1, max: 40 }),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("skip" as const), partition }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant("connect" as const),
      cursor: fc.array(fc.integer({ min: 0, max: 200 }), { minLength: PARTITIONS, maxLength: PARTITIONS }),
    }),
  },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constantFrom("stop" as const, "stop" as const, "take" as const, "drain" as const),
      client,
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("answer" as const, "catchUp" as const) }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant("trim" as const),
      partition,
      share: fc.double({ min: 0, max: 1, noNaN: true }),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant("time" as const), ms: fc.integer({ min: 1, max: 5000 }) }),
  },
);

interface Connected {
  readonly socket: FakeSocket;
  readonly cursor: readonly number[];
}

/** Offsets that the server named as missing, per partition. */
function named(socket: FakeSocket): Map<number, Set<number>> {
  const missing = new Map<number, Set<number>>();
  const add = (range: Record<string, unknown>) => {
    const set = missing.get(Number(range.partition)) ?? new Set<number>();
    missing.set(Number(range.partition), set);
    for (let offset = Number(range.fromOffset); offset <= Number(range.toOffset); offset++) set.add(offset);
  };
  for (const gap of socket.of("gap")) {
    for (const range of (gap.ranges as Record<string, unknown>[] | undefined) ?? [gap]) add(range);
  }
  return missing;
}

function check(connected: Connected, deliverable: readonly number[][]): void {
  const { socket, cursor } = connected;
  const missing = named(socket);
  for (let p = 0; p < PARTITIONS; p++) {
    const got = socket.offsets(p);
    expect(got).toEqual([...new Set(got)].sort((a, b) => a - b));
    const lost = missing.get(p) ?? new Set();
    const wanted = (deliverable[p] ?? []).filter((offset) => offset > (cursor[p] ?? -1));
    expect(wanted.filter((offset) => !lost.has(offset))).toEqual(got);
  }
}

/** Runs a schedule; with `pages` the tiers have what the ring lost, unless it was trimmed. */
function run(steps: readonly Step[], pages: FakePages | null) {
  const rig = hubRig({
    maxRecords: 24,
    limits: { highWaterBytes: 300, slowThreshold: 0 },
    ...(pages ? { pages } : {}),
  });
  for (let p = 0; p < PARTITIONS; p++) rig.ring.assign(p, 0);
  const deliverable: number[][] = Array.from({ length: PARTITIONS }, () => []);
  const clients: Connected[] = [];
  const trimmed: number[] = Array.from({ length: PARTITIONS }, () => 0);
  const produce = (p: number, count: number) => {
    const from = rig.ring.nextOffset(p);
    rig.produce(p, count);
    for (let i = 0; i < count; i++) deliverable[p]?.push(from + i);
  };
  for (let p = 0; p < PARTITIONS; p++) produce(p, 3);
  for (const s of steps) {
    if (s.do === "produce") produce(s.partition, s.count);
    else if (s.do === "skip") rig.passOver(s.partition);
    else if (s.do === "time") rig.clock.advance(s.ms);
    else if (s.do === "answer") pages?.answer();
    else if (s.do === "catchUp") rig.catchUp();
    else if (s.do === "trim") {
      const start = Math.floor(s.share * rig.ring.nextOffset(s.partition));
      trimmed[s.partition] = Math.max(trimmed[s.partition] ?? 0, start);
      pages?.trim(s.partition, trimmed[s.partition] ?? 0);
    } else if (s.do === "connect") {
      const cursor = s.cursor.map((offset, p) => Math.min(offset, rig.ring.nextOffset(p) - 1));
      const offsets = Object.fromEntries(cursor.flatMap((offset, p) => (offset < 0 ? [] : [[p, offset]])));
      if (clients.length < 3 && Object.keys(offsets).length === PARTITIONS) {
        clients.push({ socket: rig.connect({ lastOffsetsByPartition: offsets }), cursor });
      }
    } else if (s.do === "stop" || s.do === "take" || s.do === "drain") {
      const socket = clients[s.client]?.socket;
      if (s.do === "stop") socket?.stopReading();
      else if (s.do === "take") socket?.take();
      else socket?.drain();
    }
  }
  for (const { socket } of clients) socket.drain();
  rig.hub.flush();
  rig.catchUp();
  return { rig, clients, deliverable, trimmed };
}

const schedule = fc.array(step, { minLength: 15, maxLength: 60, size: "max" });

test("for any schedule of traffic, slow clients and resumes, nothing is missing unnamed and nothing comes twice", () => {
  fc.assert(
    fc.property(schedule, (steps) => {
      const { rig, clients, deliverable } = run(steps, null);
      for (const connected of clients) check(connected, deliverable);
      const announced = clients.flatMap(({ socket }) => socket.of("gap")).filter((gap) => "ranges" in gap);
      expect(rig.metrics.dropped.value).toBe(announced.reduce((sum, gap) => sum + Number(gap.count), 0));
    }),
    { numRuns: 300 },
  );
});

test("with tiers behind the ring, only what these no longer have is missing, and it is named", () => {
  fc.assert(
    fc.property(schedule, fc.integer({ min: 1, max: 9 }), (steps, pageRecords) => {
      const { clients, deliverable, trimmed } = run(steps, new FakePages(pageRecords));
      for (const connected of clients) {
        check(connected, deliverable);
        for (const [partition, offsets] of named(connected.socket)) {
          expect(Math.max(...offsets)).toBeLessThan(trimmed[partition] ?? 0);
        }
        expect(connected.socket.of("replay_complete")).toHaveLength(1);
      }
    }),
    { numRuns: 500, includeErrorInReport: true },
  );
});
