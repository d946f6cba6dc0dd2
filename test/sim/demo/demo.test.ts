import { afterEach, describe, expect, test } from "bun:test";
import { type Demo, type DemoOptions, startDemo } from "../../../sim/demo/demo.ts";
import { sendTraffic } from "../../../sim/traffic/topic-traffic.ts";
import { loadConfig } from "../../../src/config/load.ts";
import { buildInfo } from "../../../src/runtime/build-info.ts";
import { type Clock, systemClock } from "../../../src/runtime/clock.ts";
import type { PeerSocket, ServeHttp } from "../../../src/runtime/http.ts";
import { systemNetwork } from "../../../src/runtime/network.ts";
import { seededRandom } from "../../../src/runtime/random.ts";
import { serveHttp } from "../../../src/runtime/serve.ts";
import { DEFAULT_KAFKA_SETTINGS } from "../../../src/stream/kafka-settings.ts";
import { silentLog } from "../../../src/telemetry/log.ts";

const TIMEOUT_MS = 10_000;

let demo: Demo | undefined;
afterEach(() => demo?.stop());

async function start(options: Partial<DemoOptions> = {}, env: Record<string, string> = {}): Promise<Demo> {
  const { config } = loadConfig({ env: { WEBSOCKET_PORT: "0", ...env }, flags: {}, readFile: () => "" });
  demo = await startDemo({
    config,
    clock: systemClock,
    random: seededRandom(1),
    network: systemNetwork,
    log: silentLog,
    serve: serveHttp,
    build: buildInfo,
    ratePerSecond: 2_000,
    anyPortIfTaken: false,
    originOf: (hostname, port) => `http://${hostname}:${port}`,
    ...options,
  });
  return demo;
}

async function until(met: () => boolean): Promise<void> {
  while (!met()) await systemClock.sleep(5);
}

/** Resolves once so many records have arrived. */
function delivered(running: Demo, count: number): Promise<void> {
  return until(() => running.progress().delivered >= count);
}

/** The machine's clock, but a sleep of `TIMEOUT_MS` begins with `asked` and ends with `over`. */
function clockWithTimeout() {
  const asked = Promise.withResolvers<void>();
  const over = Promise.withResolvers<void>();
  const clock: Clock = {
    ...systemClock,
    async sleep(delayMs, signal) {
      if (delayMs !== TIMEOUT_MS) return systemClock.sleep(delayMs, signal);
      asked.resolve();
      await over.promise;
      return true;
    },
  };
  return { clock, asked: asked.promise, over: () => over.resolve() };
}

/** A server whose clients get the pair at `offset` of each partition `times` times instead of once. */
function servingPair(offset: number, times: number): ServeHttp {
  const tampered = (socket: PeerSocket): PeerSocket => {
    let cursor: string | null = null;
    return {
      ...socket,
      send(frame) {
        if (typeof frame === "string") {
          cursor = frame.includes(`"offset":"${offset}"`) ? frame : null;
          return cursor === null ? socket.send(frame) : "sent";
        }
        if (cursor === null) return socket.send(frame);
        for (let i = 0; i < times; i++) {
          socket.send(cursor);
          socket.send(frame);
        }
        return "sent";
      },
    };
  };
  return (options) =>
    serveHttp({
      ...options,
      fetch: (request, context) =>
        options.fetch(request, {
          peerAddress: context.peerAddress,
          wantsUpgrade: context.wantsUpgrade,
          upgrade: (open, upgrade) => context.upgrade((socket) => open(tampered(socket)), upgrade),
        }),
    });
}

describe("the account of the demo", () => {
  test("is even when everything was delivered once", async () => {
    const running = await start();
    await delivered(running, 100);
    const summary = await running.finish(TIMEOUT_MS);
    expect(summary).toMatchObject({ lost: 0, duplicated: 0, gaps: 0, deadLetters: 0, unsent: 0, clients: 1 });
    expect(summary.delivered).toBe(summary.produced);
    expect(summary.latencyP99Ms).toBeGreaterThanOrEqual(0);
  });

  test("names records that the server did not deliver", async () => {
    const { clock, asked, over } = clockWithTimeout();
    const running = await start({ serve: servingPair(3, 0), clock });
    await delivered(running, 100);
    const finished = running.finish(TIMEOUT_MS);
    await asked;
    await until(() => running.progress().delivered === running.progress().produced - 3);
    over();
    const summary = await finished;
    expect([summary.lost, summary.produced - summary.delivered]).toEqual([3, 3]);
  });

  test("names records that came twice", async () => {
    const running = await start({ serve: servingPair(3, 2) });
    await delivered(running, 100);
    expect(await running.finish(TIMEOUT_MS)).toMatchObject({ lost: 0, duplicated: 3 });
  });

  test("does not call a dead-lettered record lost", async () => {
    const running = await start();
    const bad = {
      key: Buffer.from("t"),
      value: Buffer.from([0x00, 0xff, 0xff]),
      headers: { traceparent: "" },
    };
    await sendTraffic({
      settings: { ...DEFAULT_KAFKA_SETTINGS, brokers: [running.bootstrap] },
      topic: running.topic,
      network: systemNetwork,
      clock: systemClock,
      random: seededRandom(1),
      log: silentLog,
      source: { next: () => ({ ...bad, threadId: "t", tenantId: "t", sequence: 0, kind: "event" }) },
      ratePerSecond: 1_000,
      count: 4,
    });
    const summary = await running.finish(TIMEOUT_MS);
    expect(summary).toMatchObject({ lost: 0, duplicated: 0, deadLetters: 4 });
    expect(summary.produced).toBe(summary.delivered + 4);
  });
});

describe("the port of the demo", () => {
  test("may be any other if the usual one is taken", async () => {
    const blocker = await systemNetwork.listen("127.0.0.1", 0, () => {});
    const env = { WEBSOCKET_PORT: String(blocker.port) };
    await expect(start({}, env)).rejects.toMatchObject({ code: "port_in_use" });
    const running = await start({ anyPortIfTaken: true }, env);
    await blocker.close();
    expect((await fetch(`${running.origin}/healthz`)).status).toBe(200);
    expect(running.origin).not.toEndWith(`:${blocker.port}`);
  });
});
