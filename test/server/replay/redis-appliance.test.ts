// The appliance with Redis: what it delivered is there, in `/metrics` and `/health`, and as operators look for it.

import { afterEach, beforeEach, describe, expect, test } from "bun:test";
import type { Broker } from "../../../sim/broker/broker.ts";
import type { Appliance } from "../../../src/server/appliance.ts";
import {
  type StartTarget,
  startEmbedded,
  startReal,
  type Target,
} from "../../sim/redis/conformance/target.ts";
import { type RunningAppliance, startAppliance } from "../../support/appliance.ts";
import { startEmbeddedBroker } from "../../support/embedded-broker.ts";
import { eventually } from "../../support/eventually.ts";
import { describeReal } from "../../support/real-components.ts";
import { event } from "../pipeline-rig.ts";

const TOPIC = "telemetry";

const hexOf = (value: Uint8Array) => Buffer.from(value).toString("hex");
const hex = ({ value }: { readonly value: Uint8Array }) => hexOf(value);

function keepsReplay(start: StartTarget, more: (scene: () => Scene) => void = () => {}): void {
  let broker: Broker;
  let redis: Target;
  const running = new Set<RunningAppliance>();

  beforeEach(async () => {
    [broker, redis] = await Promise.all([startEmbeddedBroker(), start()]);
    broker.createTopic(TOPIC);
  });
  afterEach(async () => {
    for (const server of running) await server.stop();
    running.clear();
    await Promise.all([broker.stop(), redis.stop()]);
  });

  async function serve(env: Record<string, string> = {}): Promise<RunningAppliance> {
    const REDIS_URL = `redis://${redis.host}:${redis.port}`;
    const server = await startAppliance({
      brokers: broker.bootstrap,
      topic: TOPIC,
      env: { REDIS_URL, ...env },
    });
    running.add(server);
    return server;
  }

  async function stop(server: RunningAppliance): Promise<void> {
    running.delete(server);
    await server.stop();
  }

  function append(...values: readonly Buffer[]): void {
    broker.append(
      TOPIC,
      0,
      values.map((value) => ({ timestampMs: 0, key: Buffer.from("t"), value })),
    );
  }

  /** Everything appended so far was handled, and every write to Redis has ended. */
  async function handled({ appliance }: RunningAppliance): Promise<void> {
    await appliance.handledUpTo(new Map(broker.endOffsets(TOPIC).entries()));
    expect(await appliance.replay.redis?.drain(20_000)).toBe(true);
  }

  /** Offsets of a page from `from` on, and where it ends. */
  async function page({ replay: { redis } }: Appliance, from: number): Promise<unknown> {
    const answer = await redis?.tier.read(0, from, 1_000);
    if (answer?.kind !== "page") return answer;
    return [answer.page.records.map(({ offset }) => offset), answer.page.nextOffset];
  }

  /** The values of all records that it has; none while it does not know. */
  async function everything({ appliance: { replay } }: RunningAppliance): Promise<readonly string[]> {
    const values: string[] = [];
    const [end = 0] = broker.endOffsets(TOPIC);
    for (let from = 0; from < end; ) {
      const answer = await replay.redis?.tier.read(0, from, end);
      if (answer?.kind === "page") values.push(...answer.page.records.map(hex));
      from =
        answer?.kind === "page"
          ? answer.page.nextOffset
          : answer?.kind === "absent"
            ? answer.nextOffset
            : end;
    }
    return values;
  }

  const health = async ({ url }: RunningAppliance) => await (await fetch(`${url}/health`)).json();
  const metrics = async ({ url }: RunningAppliance) => await (await fetch(`${url}/metrics`)).text();

  test("what was delivered is there, and what was not is known to be nothing", async () => {
    const server = await serve({ REDIS_MESSAGE_TTL_SECS: "1234", REDIS_MAX_SEQUENCES: "567" });
    const values = [event("t1", 1), event("t1", 2), event("t2", 1)];
    append(values[0] ?? Buffer.alloc(0), Buffer.from("bad"), ...values.slice(1));
    await handled(server);
    expect(await page(server.appliance, 0)).toEqual([[0, 2, 3], 4]);
    const answer = await server.appliance.replay.redis?.tier.read(0, 0, 4);
    const kept = answer?.kind === "page" ? answer.page.records.map(hex) : null;
    expect(kept).toEqual(values.map(hexOf));
    expect(await server.appliance.replay.redis?.firstAfter("t1", 1)).toEqual({
      partition: 0,
      offset: 2,
      sequence: 2,
    });
    expect((await health(server)).replay_buffer).toMatchObject({
      redis_enabled: true,
      redis_hits: 1,
      redis_misses: 0,
      redis_write_dropped: 0,
      redis_write_failures: 0,
      redis_message_ttl_secs: 1_234,
      redis_max_sequences: 567,
    });
    const scraped = await metrics(server);
    expect(scraped).toContain('dashstream_dependency_up{dependency="redis"} 1');
    expect(scraped).toContain("replay_buffer_redis_hits_total 1");
  });

  test("a server that starts later has what an earlier one wrote, compared with Kafka", async () => {
    const first = await serve();
    append(event("t1", 1), event("t1", 2));
    await handled(first);
    await stop(first);
    append(event("t1", 3));
    const second = await serve();
    await handled(second);
    expect(await page(second.appliance, 0)).toEqual([[0, 1, 2], 3]);
  });

  test("records of a topic that was made anew are never mixed with those of the old one", async () => {
    const first = await serve();
    append(event("old", 1), event("old", 2), event("old", 3));
    await handled(first);
    await stop(first);
    broker.deleteTopic(TOPIC);
    broker.createTopic(TOPIC);
    const values = [1, 2, 3, 4].map((sequence) => event("new", sequence));
    append(...values);
    // Nothing of it writes over what Redis holds of the old one.
    const second = await serve({ KAFKA_AUTO_OFFSET_RESET: "latest" });
    let kept: readonly string[] = [];
    await eventually(async () => {
      const next = event("new", values.length + 1);
      values.push(next);
      append(next);
      await handled(second);
      kept = await everything(second);
      return kept.at(-1) === hexOf(next);
    });
    expect(values.map(hexOf)).toEqual(expect.arrayContaining([...kept]));
    expect(await second.appliance.replay.redis?.firstAfter("old", 0)).toBeNull();
  });

  test("without its Redis it goes on, says so, and writes again when it is back", async () => {
    const server = await serve();
    append(event("t1", 1));
    await handled(server);
    await redis.down();
    await eventually(async () =>
      (await metrics(server)).includes('dashstream_dependency_up{dependency="redis"} 0'),
    );
    append(event("t1", 2), event("t1", 3));
    await handled(server);
    expect((await health(server)).replay_buffer.redis_write_failures).toBe(2);
    expect((await health(server)).alert).toContain("2 replay writes to Redis failed");
    await redis.up();
    await eventually(async () =>
      (await metrics(server)).includes('dashstream_dependency_up{dependency="redis"} 1'),
    );
    await eventually(async () => ((await page(server.appliance, 1)) as { kind?: string }).kind === "absent");
    append(event("t1", 4));
    await handled(server);
    expect(await page(server.appliance, 3)).toEqual([[3], 4]);
    expect(await page(server.appliance, 1)).toEqual({ kind: "absent", nextOffset: 3 });
  });

  more(() => ({ serve, append, handled, redis, page }));
}

interface Scene {
  readonly serve: (env?: Record<string, string>) => Promise<RunningAppliance>;
  readonly append: (...values: readonly Buffer[]) => void;
  readonly handled: (server: RunningAppliance) => Promise<void>;
  readonly page: (appliance: Appliance, from: number) => Promise<unknown>;
  readonly redis: Target;
}

/** What the runbook has operators type, and what it prints. */
function answersOperators(scene: () => Scene): void {
  test("the runbook's commands find, show and clear it", async () => {
    const { serve, append, handled, redis, page } = scene();
    const server = await serve();
    const values = [event("t1", 1), event("run:7", 5), event("t1", 2)];
    append(...values);
    await handled(server);
    const cli = async (...words: readonly string[]) => {
      const child = Bun.spawn(["redis-cli", "-h", "localhost", "-p", String(redis.port), ...words]);
      return Buffer.from(await new Response(child.stdout).arrayBuffer());
    };
    const lines = async (...words: readonly string[]) =>
      String(await cli(...words))
        .trim()
        .split("\n");
    const { resume_namespace } = await (await fetch(`${server.url}/version`)).json();
    const prefix = `dashstream-replay:${resume_namespace}`;
    const found = async (pattern: string) =>
      (await lines("SCAN", "0", "MATCH", `${prefix}:${pattern}`, "COUNT", "100")).slice(1).sort();
    expect(await found("partition:*:offsets")).toEqual([`${prefix}:partition:0:offsets`]);
    expect(await found("thread:*:sequences")).toEqual([
      `${prefix}:thread:b64_cnVuOjc:sequences`,
      `${prefix}:thread:t1:sequences`,
    ]);
    expect(await cli("GET", `${prefix}:partition:0:offset:2`)).toEqual(
      Buffer.concat([values[2] ?? Buffer.alloc(0), Buffer.from("\n")]),
    );
    expect(await lines("ZRANGE", `${prefix}:partition:0:offsets`, "0", "-1", "WITHSCORES")).toEqual(
      [0, 1, 2].flatMap((offset) => [`${prefix}:partition:0:offset:${offset}`, String(offset)]),
    );
    expect(await lines("DEL", `${prefix}:partition:0:offsets`)).toEqual(["1"]);
    expect(await page(server.appliance, 0)).toEqual({ kind: "absent", nextOffset: Number.POSITIVE_INFINITY });
    append(event("t1", 3));
    await handled(server);
    expect(await page(server.appliance, 0)).toEqual({ kind: "absent", nextOffset: 3 });
    expect(await page(server.appliance, 3)).toEqual([[3], 4]);
  });

  test("a Redis that comes back from an older snapshot has what that had, and no more is believed", async () => {
    const { serve, append, handled, redis, page } = scene();
    const server = await serve();
    append(event("t1", 1), event("t1", 2));
    await handled(server);
    const save = Bun.spawn(["redis-cli", "-p", String(redis.port), "SAVE"], { stdout: "ignore" });
    await save.exited;
    append(event("t1", 3));
    await handled(server);
    await redis.down();
    await redis.up();
    await eventually(async () => Array.isArray(await page(server.appliance, 0)));
    append(event("t1", 4));
    await handled(server);
    expect(await page(server.appliance, 0)).toEqual([[0, 1], 2]);
    expect(await page(server.appliance, 2)).toEqual({ kind: "absent", nextOffset: 3 });
    expect(await page(server.appliance, 3)).toEqual([[3], 4]);
  });
}

describe("a server with the embedded Redis", () => keepsReplay(startEmbedded));

describeReal("redis-server", "a server with a real Redis", () => keepsReplay(startReal, answersOperators));
