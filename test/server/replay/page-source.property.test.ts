// The promise of the page source against an oracle, under random schedules of clients, tiers that lose what they had,
// answer late or cannot say, and little room: who asks gets every deliverable record once, and only what no tier has
// is missing.

import { expect, test } from "bun:test";
import fc from "fast-check";
import type { PageAnswer } from "../../../src/server/replay/page-source.ts";
import type { ReplayTier, TierAnswer, TierName } from "../../../src/server/replay/tier.ts";
import { addTo, range, settle, sourceRig, type Walked } from "./tier-rig.ts";

type Step =
  | { readonly do: "ask"; readonly partition: number; readonly offset: number }
  | { readonly do: "withdraw"; readonly client: number }
  | { readonly do: "answer"; readonly tier: number; readonly count: number }
  | { readonly do: "down" | "up"; readonly tier: number }
  /** The tier loses what it has below `offset`, Redis also from `holeFrom` up to `holeTo`. */
  | { readonly do: "lose"; readonly tier: number; readonly offset: number; readonly hole: [number, number] }
  | { readonly do: "grow"; readonly count: number }
  | { readonly do: "restart"; readonly partition: number }
  | { readonly do: "time"; readonly ms: number };

const PARTITIONS = 2;
const HEAD = 5000;
const partition = fc.integer({ min: 0, max: PARTITIONS - 1 });
const offset = fc.integer({ min: 0, max: HEAD - 1 });
const tier = fc.integer({ min: 0, max: 1 });
const of = <T>(value: T) => fc.constant(value);

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 8, arbitrary: fc.record({ do: of("ask" as const), partition, offset }) },
  { weight: 1, arbitrary: fc.record({ do: of("withdraw" as const), client: fc.nat(20) }) },
  {
    weight: 8,
    arbitrary: fc.record({ do: of("answer" as const), tier, count: fc.integer({ min: 1, max: 3 }) }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom("down" as const, "up" as const), tier }) },
  {
    weight: 2,
    arbitrary: fc.record({
      do: of("lose" as const),
      tier,
      offset: fc.integer({ min: 0, max: HEAD / 2 }),
      hole: fc.tuple(offset, offset),
    }),
  },
  { weight: 1, arbitrary: fc.record({ do: of("grow" as const), count: fc.integer({ min: 1, max: 700 }) }) },
  { weight: 1, arbitrary: fc.record({ do: of("restart" as const), partition }) },
  { weight: 2, arbitrary: fc.record({ do: of("time" as const), ms: fc.integer({ min: 1, max: 20_000 }) }) },
);

interface Setup {
  readonly cacheBytes: number;
  readonly maxReads: number;
  /** Every so many offsets one is deliverable. */
  readonly spacing: number;
  /** Offsets of a page, by tier. */
  readonly pageOffsets: readonly [redis: number, kafka: number];
}

const pageOffsets = fc.integer({ min: 60, max: 1500 });
const setup: { readonly [K in keyof Setup]: fc.Arbitrary<Setup[K]> } = {
  cacheBytes: fc.constantFrom(1, 3_000, 1_000_000),
  maxReads: fc.integer({ min: 1, max: 3 }),
  spacing: fc.constantFrom(7, 31, 400),
  pageOffsets: fc.tuple(pageOffsets, pageOffsets),
};
const SCHEDULE = { minLength: 10, maxLength: 60, size: "max" } as const;

/** A tier that answers when it is told to, and only loses. */
class SlowTier implements ReplayTier {
  readonly name: TierName;
  readonly #world: World;
  readonly #pageOffsets: number;
  readonly #waiting: (() => void)[] = [];
  #lost: ((offset: number) => boolean)[] = [];
  isDown = false;

  constructor(name: TierName, world: World, pageOffsets: number) {
    this.name = name;
    this.#world = world;
    this.#pageOffsets = pageOffsets;
  }

  has(offset: number): boolean {
    return offset < this.#world.head && !this.#lost.some((isLost) => isLost(offset));
  }

  lose(isLost: (offset: number) => boolean): void {
    this.#lost.push(isLost);
  }

  get isAsked(): boolean {
    return this.#waiting.length > 0;
  }

  answer(count: number): void {
    for (const give of this.#waiting.splice(0, count)) give();
  }

  read(partition: number, fromOffset: number, toOffset: number): Promise<TierAnswer> {
    return new Promise((resolve) => {
      const epoch = this.#world.epochs[partition];
      this.#waiting.push(() => {
        // What was asked of a log that is no more may be anything.
        if (epoch !== this.#world.epochs[partition])
          resolve({ kind: "absent", nextOffset: Number.POSITIVE_INFINITY });
        else resolve(this.#answer(partition, fromOffset, toOffset));
      });
    });
  }

  #answer(partition: number, fromOffset: number, toOffset: number): TierAnswer {
    if (this.isDown) return { kind: "unavailable", reason: "down" };
    const there = this.has(fromOffset);
    let next = fromOffset + 1;
    while (next < this.#world.head && this.has(next) === there) next++;
    if (!there)
      return { kind: "absent", nextOffset: next === this.#world.head ? Number.POSITIVE_INFINITY : next };
    const nextOffset = Math.min(next, toOffset, fromOffset + this.#pageOffsets);
    const records = this.#world.deliverable(fromOffset, nextOffset).map((at) => {
      return { offset: at, value: Buffer.from(this.#world.valueAt(partition, at)) };
    });
    const byteCount = records.reduce((sum, { value }) => sum + value.length, 0);
    return { kind: "page", page: { tier: this.name, fromOffset, nextOffset, records, byteCount } };
  }
}

class World {
  readonly spacing: number;
  readonly epochs = Array.from({ length: PARTITIONS }, () => 0);
  head = HEAD;

  constructor(spacing: number) {
    this.spacing = spacing;
  }

  deliverable(from: number, to: number): number[] {
    return range(from, to).filter((at) => at % this.spacing === 0);
  }

  valueAt(partition: number, offset: number): string {
    return `${partition}/${this.epochs[partition]}:${offset}`;
  }
}

/** Goes from its cursor up to where the ring begins, which moves. */
class Client {
  readonly walked: Walked = { offsets: [], values: [], missing: [] };
  readonly partition: number;
  readonly from: number;
  at: number;
  isDone = false;
  #withdraw = () => {};

  constructor(partition: number, from: number) {
    this.partition = partition;
    this.from = from;
    this.at = from;
  }

  goOn(
    world: World,
    source: ReturnType<typeof sourceRig>["source"],
    onAnswer: (answer: PageAnswer) => void,
  ): void {
    this.isDone = this.at >= world.head;
    if (this.isDone) return;
    const { at } = this;
    const toOffset = world.head;
    this.#withdraw = source.request(this.partition, at, toOffset, (answer) => {
      onAnswer(answer);
      const end = answer.kind === "page" ? answer.page.nextOffset : answer.nextOffset;
      expect(end).toBeGreaterThan(at);
      expect(end).toBeLessThanOrEqual(toOffset);
      if (answer.kind === "page") expect(answer.page.fromOffset).toBeLessThanOrEqual(at);
      this.at = addTo(this.walked, at, answer);
      this.goOn(world, source, onAnswer);
    });
  }

  leave(): void {
    this.isDone = true;
    this.#withdraw();
  }
}

class Schedule {
  readonly #world: World;
  readonly #redis: SlowTier;
  readonly #kafka: SlowTier;
  readonly #rig: ReturnType<typeof sourceRig>;
  readonly #clients: Client[] = [];
  /** Left before they were done, or belong to a log that is no more. */
  readonly #gone = new Set<Client>();

  constructor({ cacheBytes, maxReads, spacing, pageOffsets }: Setup) {
    this.#world = new World(spacing);
    this.#redis = new SlowTier("redis", this.#world, pageOffsets[0]);
    this.#kafka = new SlowTier("kafka", this.#world, pageOffsets[1]);
    this.#rig = sourceRig(this.#tiers, { cacheBytes, maxReads });
  }

  get #tiers(): readonly SlowTier[] {
    return [this.#redis, this.#kafka];
  }

  apply(s: Step): void {
    switch (s.do) {
      case "ask":
        return this.#begin(s.partition, s.offset);
      case "withdraw": {
        const client = this.#clients[s.client];
        return client && !client.isDone ? this.#leave(client) : undefined;
      }
      case "answer":
        return this.#tier(s.tier).answer(s.count);
      case "down":
      case "up":
        this.#tier(s.tier).isDown = s.do === "down";
        return;
      case "lose":
        this.#tier(s.tier).lose((at) => at < s.offset);
        return this.#redis.lose((at) => at >= s.hole[0] && at < s.hole[1]);
      case "grow":
        this.#world.head += s.count;
        return;
      case "restart":
        return this.#restart(s.partition);
      case "time":
        return this.#rig.clock.advance(s.ms);
    }
  }

  /** Lets everybody get to the end. */
  async finish(): Promise<void> {
    for (const each of this.#tiers) each.isDown = false;
    while (this.#clients.some((client) => !client.isDone)) {
      for (const each of this.#tiers) each.answer(100);
      await settle();
      this.#rig.clock.advance(this.#tiers.some(({ isAsked }) => isAsked) ? 0 : 5000);
      await settle();
    }
  }

  check(): void {
    for (const { from, at, partition: p, walked } of this.#clients.filter(
      (client) => !this.#gone.has(client),
    )) {
      const wanted = this.#world
        .deliverable(from, at)
        .filter((each) => !walked.missing.some(([start, end]) => start <= each && each < end));
      expect(walked.offsets).toEqual(wanted);
      expect(walked.values).toEqual(wanted.map((each) => this.#world.valueAt(p, each)));
    }
    expect(this.#rig.lines).toEqual([]);
  }

  #tier(index: number): SlowTier {
    return index === 0 ? this.#redis : this.#kafka;
  }

  #begin(p: number, from: number): void {
    const client = new Client(p, from);
    this.#clients.push(client);
    client.goOn(this.#world, this.#rig.source, (answer) => {
      if (answer.kind === "page") return;
      const there = range(client.at, answer.nextOffset).filter((at) =>
        this.#tiers.some((each) => each.has(at)),
      );
      expect(there).toEqual([]);
    });
  }

  #leave(client: Client): void {
    client.leave();
    this.#gone.add(client);
  }

  #restart(p: number): void {
    const waiting = this.#clients.filter((client) => client.partition === p && !client.isDone);
    for (const client of this.#clients) if (client.partition === p) this.#leave(client);
    this.#world.epochs[p] = (this.#world.epochs[p] ?? 0) + 1;
    this.#rig.source.forget(p);
    for (const client of waiting) this.#begin(p, client.from);
  }
}

test("for any schedule, who asks gets every record once, and only what no tier has is missing", async () => {
  const run = async ({ steps, ...rest }: Setup & { readonly steps: readonly Step[] }) => {
    const schedule = new Schedule(rest);
    for (const s of steps) {
      schedule.apply(s);
      await settle();
    }
    await schedule.finish();
    schedule.check();
  };
  await fc.assert(fc.asyncProperty(fc.record({ ...setup, steps: fc.array(step, SCHEDULE) }), run), {
    numRuns: 150,
  });
}, 60_000);
