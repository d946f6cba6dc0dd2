import { describe, expect, test } from "bun:test";
import type { PageAnswer } from "../../../src/server/replay/page-source.ts";
import type { ReplayTier, TierAnswer } from "../../../src/server/replay/tier.ts";
import { FakeTier, range, settle, sourceRig } from "./tier-rig.ts";

function pageIn(answer: PageAnswer) {
  if (answer.kind === "missing") throw new Error(`missing up to ${answer.nextOffset}`);
  return answer.page;
}

const froms = (tier: FakeTier) => tier.reads.map(({ fromOffset }) => fromOffset);

describe("a question", () => {
  test("gets a page that contains its offset and ends where it may", async () => {
    const rig = sourceRig([new FakeTier("kafka")]);
    const page = pageIn(await rig.ask(5, 9));
    expect([page.fromOffset, page.nextOffset]).toEqual([0, 9]);
    expect(page.records.map(({ offset }) => offset)).toEqual(range(0, 9));
  });

  test("is never answered before it returns, even from what was read before", async () => {
    const rig = sourceRig([new FakeTier("kafka")]);
    await rig.ask(5);
    let answered = false;
    rig.source.request(0, 6, 100, () => {
      answered = true;
    });
    expect(answered).toBe(false);
    await settle();
    expect(answered).toBe(true);
  });

  test("for no offsets at all is a defect of who asks", () => {
    const { source } = sourceRig([new FakeTier("kafka")]);
    expect(() => source.request(0, 9, 9, () => {})).toThrow("replay of offsets 9 to 9 has none to read");
  });

  test("that was withdrawn is not answered, and not read if nobody else wants it", async () => {
    const kafka = new FakeTier("kafka");
    const rig = sourceRig([kafka], { maxReads: 1 });
    const open = Promise.withResolvers<void>();
    kafka.gate = open.promise;
    const answers: string[] = [];
    const ask = (offset: number) => rig.source.request(0, offset, 10_000, () => answers.push(`${offset}`));
    ask(0);
    const withdrawals = [ask(2000), ask(2001), ask(4000), ask(6000)];
    await settle();
    for (const index of [0, 2]) withdrawals[index]?.();
    open.resolve();
    await settle();
    expect(answers).toEqual(["0", "2001", "6000"]);
    expect(froms(kafka)).toEqual([0, 1024, 5120]);
  });

  test("that was withdrawn after it was answered from the cache stays unanswered", async () => {
    const rig = sourceRig([new FakeTier("kafka")]);
    await rig.ask(5);
    let answered = false;
    rig.source.request(0, 6, 100, () => {
      answered = true;
    })();
    await settle();
    expect(answered).toBe(false);
  });
});

describe("tiers", () => {
  test("are asked in their order, the next one only as far as the one before has nothing", async () => {
    const redis = new FakeTier("redis", { has: [[700, 5000]] });
    const kafka = new FakeTier("kafka");
    const rig = sourceRig([redis, kafka]);
    const walked = await rig.walk(0, 2000);
    expect(walked.offsets).toEqual(range(0, 2000));
    expect(redis.reads).toEqual([
      { partition: 0, fromOffset: 0, toOffset: 2000 },
      { partition: 0, fromOffset: 700, toOffset: 2000 },
      { partition: 0, fromOffset: 1724, toOffset: 2000 },
    ]);
    expect(kafka.reads).toEqual([{ partition: 0, fromOffset: 0, toOffset: 700 }]);
  });

  test("that have nothing of a stretch are not asked for it again, for a while", async () => {
    const redis = new FakeTier("redis", { has: [[5000, 6000]] });
    const rig = sourceRig([redis, new FakeTier("kafka")]);
    await rig.walk(0, 4000);
    await rig.walk(0, 5500);
    expect(froms(redis)).toEqual([0, 4000, 5000]);
    expect(redis.reads.length).toBe(3);
  });

  test("that had nothing are asked again after 30 s", async () => {
    const redis = new FakeTier("redis", { has: [[5000, 6000]] });
    const rig = sourceRig([redis, new FakeTier("kafka")]);
    await rig.ask(0);
    rig.clock.advance(29_999);
    await rig.ask(2000);
    expect(froms(redis)).toEqual([0]);
    rig.clock.advance(1);
    await rig.ask(4000);
    expect(froms(redis)).toEqual([0, 3072]);
  });

  test("what none has is missing, as far as all agree and as the asker needs", async () => {
    const redis = new FakeTier("redis", { has: [[900, 1000]] });
    const kafka = new FakeTier("kafka", {
      has: [
        [500, 600],
        [950, 9000],
      ],
    });
    const rig = sourceRig([redis, kafka]);
    const walked = await rig.walk(100, 2000);
    expect(walked.missing).toEqual([
      [100, 500],
      [600, 900],
    ]);
    expect(walked.offsets).toEqual([...range(500, 600), ...range(900, 2000)]);
    expect(await rig.ask(100, 300)).toEqual({ kind: "missing", nextOffset: 300 });
  });

  test("none at all: everything is missing", async () => {
    const rig = sourceRig([]);
    expect(await rig.ask(7, 100)).toEqual({ kind: "missing", nextOffset: 100 });
  });

  test("of which one cannot say are no reason to call anything missing; it is asked again, for ever", async () => {
    const redis = new FakeTier("redis", { has: [] });
    const kafka = new FakeTier("kafka", { has: [[500, 9000]] });
    const rig = sourceRig([redis, kafka]);
    redis.isDown = true;
    const asked = rig.ask(100);
    const pauses: number[] = [];
    for (let i = 0; i < 8; i++) {
      await settle();
      pauses.push(...rig.clock.pendingDelays());
      rig.clock.advance(rig.clock.pendingDelays()[0] ?? 0);
    }
    expect(pauses).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000, 5000]);
    redis.isDown = false;
    await settle();
    rig.clock.advance(5000);
    expect(await asked).toEqual({ kind: "missing", nextOffset: 500 });
  });

  test("further on are asked at once while the first one cannot say, as far as is needed", async () => {
    const redis = new FakeTier("redis");
    const kafka = new FakeTier("kafka");
    redis.isDown = true;
    const rig = sourceRig([redis, kafka]);
    expect(pageIn(await rig.ask(100)).tier).toBe("kafka");
    expect(kafka.reads).toEqual([{ partition: 0, fromOffset: 0, toOffset: 1_000_000 }]);
    redis.isDown = false;
    expect(pageIn(await rig.ask(2000)).tier).toBe("redis");
  });

  test("that break their contract are not believed", async () => {
    const page = (fromOffset: number, nextOffset: number): TierAnswer => ({
      kind: "page",
      page: { tier: "redis", fromOffset, nextOffset, records: [], byteCount: 0 },
    });
    const wrong: (TierAnswer | Error)[] = [
      page(1, 5),
      page(0, 0),
      page(0, 101),
      { kind: "absent", nextOffset: 0 },
      new Error("odd"),
    ];
    const redis: ReplayTier = {
      name: "redis",
      read: () => {
        const answer = wrong.shift();
        return answer instanceof Error ? Promise.reject(answer) : Promise.resolve(answer ?? page(0, 7));
      },
    };
    const rig = sourceRig([redis]);
    const asked = rig.ask(0, 100);
    for (let i = 0; i < 5; i++) {
      await settle();
      rig.clock.advance(5000);
    }
    expect(pageIn(await asked).nextOffset).toBe(7);
    expect(rig.lines.map(({ level, msg }) => `${level} ${msg}`)).toEqual(
      Array(5).fill("error a defect in the replay tier redis"),
    );
  });
});

describe("many who ask", () => {
  test("a thousand at once with different offsets of one block are one read", async () => {
    const kafka = new FakeTier("kafka");
    const rig = sourceRig([kafka]);
    const asked = range(0, 1000).map((offset) => rig.ask(2048 + offset));
    const answers = await rig.all(asked);
    expect(new Set(answers.map(pageIn)).size).toBe(1);
    expect(kafka.reads.length).toBe(1);
  });

  test("a thousand at once over many blocks are a read a block, so many at a time, in the order of asking", async () => {
    const kafka = new FakeTier("kafka");
    const rig = sourceRig([kafka], { maxReads: 3 });
    const open = Promise.withResolvers<void>();
    kafka.gate = open.promise;
    const asked = range(0, 1000).map((i) => rig.ask(((i * 7919) % 50) * 1024 + ((i * 31) % 1024)));
    await settle();
    expect(kafka.running).toBe(3);
    open.resolve();
    await rig.all(asked);
    expect(kafka.reads.length).toBe(50);
    expect(kafka.mostRunning).toBe(3);
    expect(froms(kafka)).toEqual(range(0, 50).map((i) => ((i * 7919) % 50) * 1024));
  });

  test("walk the same way at the cost of one", async () => {
    const kafka = new FakeTier("kafka", { deliverable: (offset) => offset % 3 > 0 });
    const rig = sourceRig([kafka]);
    const walks = await rig.all(range(0, 50).map((i) => rig.walk(i * 3, 20_000)));
    for (const [i, { offsets }] of walks.entries()) {
      expect(offsets).toEqual(range(i * 3, 20_000).filter((offset) => offset % 3 > 0));
    }
    expect(kafka.reads.length).toBe(20);
  });

  test("each get no more than they asked for, also of a page that was read for more", async () => {
    const rig = sourceRig([new FakeTier("kafka")]);
    const [short, long] = await Promise.all([rig.ask(10, 12), rig.ask(10, 500)]);
    expect(pageIn(short).records.map(({ offset }) => offset)).toEqual(range(0, 12));
    expect([pageIn(short).nextOffset, pageIn(short).byteCount]).toEqual([12, 96]);
    expect(pageIn(long).nextOffset).toBe(500);
  });

  test("of which one waits below what is gone do not make it missing for the others", async () => {
    const kafka = new FakeTier("kafka", { has: [[500, 9000]] });
    const rig = sourceRig([kafka]);
    const [gone, there] = await Promise.all([rig.ask(100), rig.ask(600)]);
    expect(gone).toEqual({ kind: "missing", nextOffset: 500 });
    expect(pageIn(there)).toMatchObject({ fromOffset: 500, nextOffset: 1524 });
    expect(pageIn(await rig.ask(600)).fromOffset).toBe(500);
  });

  test("join a reading that is still on its way to them, else begin another", async () => {
    const kafka = new FakeTier("kafka", { pageOffsets: 256 });
    const rig = sourceRig([kafka], { cacheBytes: 1 });
    const asked = [rig.ask(1000)];
    await settle();
    const gates = Promise.withResolvers<void>();
    kafka.gate = gates.promise;
    asked.push(rig.ask(2000));
    await settle();
    asked.push(rig.ask(2001));
    gates.resolve();
    await Promise.all(asked);
    expect(froms(kafka)).toEqual([0, 768, 1024, 1792]);
  });
});

describe("large records", () => {
  test("lead page by page to the offset asked for, without reading all that lies before it", async () => {
    const kafka = new FakeTier("kafka", { pageOffsets: 3 });
    const rig = sourceRig([kafka]);
    expect(pageIn(await rig.ask(1001))).toMatchObject({ fromOffset: 1000, nextOffset: 1003 });
    expect(froms(kafka)).toEqual([0, 1000]);
  });

  test("are read once by whoever goes through them in order", async () => {
    const kafka = new FakeTier("kafka", { pageOffsets: 3 });
    const rig = sourceRig([kafka]);
    expect((await rig.walk(0, 3000)).offsets).toEqual(range(0, 3000));
    expect(kafka.reads.length).toBe(1000);
  });
});

describe("the cache", () => {
  test("keeps so many bytes, what was not used for longest goes first", async () => {
    const kafka = new FakeTier("kafka", { valueBytes: 1000 });
    const rig = sourceRig([kafka], { cacheBytes: 3_600_000 });
    for (const block of [0, 1, 2, 0, 3, 0, 1]) await rig.ask(block * 1024);
    expect(froms(kafka)).toEqual([0, 1024, 2048, 3072, 1024]);
    expect(rig.count("replay_buffer_page_cache_hits_total")).toBe(2);
    const bytes = rig.metrics.gauge("replay_buffer_page_cache_bytes").value;
    expect(bytes).toBeGreaterThan(3_000_000);
    expect(bytes).toBeLessThanOrEqual(3_600_000);
  });

  test("keeps the newest page however small it is, so that who reads on in order reads nothing twice", async () => {
    const kafka = new FakeTier("kafka", { pageOffsets: 100 });
    const rig = sourceRig([kafka], { cacheBytes: 1 });
    expect((await rig.walk(0, 5000)).offsets).toEqual(range(0, 5000));
    expect(kafka.reads.length).toBe(50);
  });

  test("is not read into again, and what was kept is not missing though its tier has lost it", async () => {
    const kafka = new FakeTier("kafka", { pageOffsets: 100 });
    const rig = sourceRig([kafka]);
    await rig.ask(1024, 1054);
    await rig.ask(1054, 2000);
    kafka.options = { ...kafka.options, has: [[9000, 9999]] };
    const walked = await rig.walk(900, 1300);
    expect(walked.missing).toEqual([
      [900, 1024],
      [1154, 1300],
    ]);
    expect(walked.offsets).toEqual(range(1024, 1154));
  });
});

describe("a partition whose offsets start over", () => {
  test("gets nothing of before: neither kept, nor read, nor just about to be handed out", async () => {
    const redis = new FakeTier("redis", { has: [] });
    const kafka = new FakeTier("kafka", { has: [[0, 900]] });
    const rig = sourceRig([redis, kafka]);
    await rig.ask(5, 900);
    const gate = Promise.withResolvers<void>();
    kafka.gate = gate.promise;
    const reading = rig.ask(1000, 2000);
    await settle();
    const cached = rig.ask(5, 900);
    for (const tier of [redis, kafka]) {
      tier.log = "new";
      tier.options = {};
    }
    rig.source.forget(0);
    kafka.gate = null;
    gate.resolve();
    for (const answer of [await reading, await cached]) {
      expect(pageIn(answer).records.every(({ value }) => String(Buffer.from(value)).startsWith("new"))).toBe(
        true,
      );
    }
    expect([redis.forgotten, kafka.forgotten]).toEqual([[0], [0]]);
  });

  test("leaves the others alone", async () => {
    const kafka = new FakeTier("kafka");
    const rig = sourceRig([kafka]);
    await rig.ask(5, 900, 1);
    rig.source.forget(0);
    await rig.ask(5, 900, 1);
    expect(kafka.reads.length).toBe(1);
  });
});

describe("counting", () => {
  test("a lookup is a hit of the tier that answered it, and a miss of those that were asked in vain", async () => {
    const redis = new FakeTier("redis", { has: [[1024, 5000]] });
    const kafka = new FakeTier("kafka", { has: [[512, 5000]] });
    const rig = sourceRig([redis, kafka]);
    await Promise.all([rig.ask(0), rig.ask(1), rig.ask(600), rig.ask(1030)]);
    await rig.ask(601);
    await rig.ask(2);
    const counts = (tier: string) => [
      rig.count(`replay_buffer_${tier}_hits_total`),
      rig.count(`replay_buffer_${tier}_misses_total`),
    ];
    expect(counts("redis")).toEqual([1, 2]);
    expect(counts("kafka")).toEqual([2, 2]);
    expect(rig.count("replay_buffer_page_cache_hits_total")).toBe(1);
    expect(rig.count("replay_buffer_page_reads_total", { tier: "redis" })).toBe(2);
    expect(rig.count("replay_buffer_page_reads_total", { tier: "kafka" })).toBe(2);
    expect(rig.metrics.histogram("replay_buffer_page_read_latency_ms", { tier: "kafka" }).count).toBe(2);
  });
});

test("a large page for many is handed out in turns", async () => {
  const kafka = new FakeTier("kafka", { valueBytes: 256 });
  const rig = sourceRig([kafka]);
  let answered = 0;
  for (const offset of range(0, 10)) rig.source.request(0, offset, 1024, () => answered++);
  await settle();
  expect(answered).toBe(4);
  expect(rig.clock.pendingDelays()).toEqual([0]);
  rig.clock.advance(0);
  expect(answered).toBe(10);
});

test("after it was closed nothing is answered or tried again", async () => {
  const kafka = new FakeTier("kafka");
  kafka.isDown = true;
  const rig = sourceRig([kafka]);
  void rig.ask(0);
  await settle();
  rig.source.close();
  await settle();
  expect(rig.clock.pendingDelays()).toEqual([]);
  expect(kafka.reads.length).toBe(1);
});
