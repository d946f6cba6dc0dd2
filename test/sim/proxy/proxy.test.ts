import { describe, expect, test } from "bun:test";
import type { Toxic } from "../../../sim/proxy/toxic.ts";
import { breaksConnections, passesOn } from "./behaviours.ts";
import { inVirtualTime, onLoopback } from "./proxy-rig.ts";

describe("on loopback the proxy passes on", () => passesOn(onLoopback));
describe("in virtual time the proxy passes on", () => passesOn(inVirtualTime));
describe("on loopback a toxic breaks connections:", () => breaksConnections(onLoopback));
describe("in virtual time a toxic breaks connections:", () => breaksConnections(inVirtualTime));

describe("latency", () => {
  test("delays each direction by so much, and takes effect on what is sent from now on", () =>
    inVirtualTime(async ({ clock, proxy, connect, until }) => {
      const { client, server } = await connect();
      proxy.add({ kind: "latency", latencyMs: 100 });
      const startMs = clock.monotonicMs();
      client.socket.write("ping");
      await until(() => server.text === "ping");
      expect(clock.monotonicMs() - startMs).toBe(100);
      server.socket.write("pong");
      await until(() => client.text === "pong");
      expect(clock.monotonicMs() - startMs).toBe(200);
    }));

  test("of one direction leaves the other alone", () =>
    inVirtualTime(async ({ clock, proxy, connect, until }) => {
      const { client, server } = await connect();
      const rule = proxy.add({ kind: "latency", latencyMs: 100, direction: "downstream" });
      const startMs = clock.monotonicMs();
      client.socket.write("ping");
      await until(() => server.text === "ping");
      expect([clock.monotonicMs() - startMs, rule.hits]).toEqual([0, 0]);
      server.socket.write("pong");
      await until(() => client.text === "pong");
      expect([clock.monotonicMs() - startMs, rule.hits]).toEqual([100, 1]);
    }));

  test("varies by its jitter and stays within it", () =>
    inVirtualTime(async ({ clock, proxy, connect, until }) => {
      const { client, server } = await connect();
      proxy.add({ kind: "latency", latencyMs: 100, jitterMs: 50 });
      const tookMs: number[] = [];
      for (let i = 1; i <= 50; i++) {
        const startMs = clock.monotonicMs();
        client.socket.write("x");
        await until(() => server.text.length === i);
        tookMs.push(clock.monotonicMs() - startMs);
      }
      expect(Math.min(...tookMs)).toBeWithin(50, 70);
      expect(Math.max(...tookMs)).toBeWithin(130, 150);
    }));

  test("that is removed lets go of what is under way", () =>
    inVirtualTime(async ({ clock, proxy, connect, until }, world) => {
      const { client, server } = await connect();
      const rule = proxy.add({ kind: "latency", latencyMs: 60_000 });
      client.socket.write("one ");
      await world.advance(1_000);
      expect(server.text).toBe("");
      rule.remove();
      client.socket.write("two");
      const startMs = clock.monotonicMs();
      await until(() => server.text === "one two");
      expect(clock.monotonicMs() - startMs).toBe(0);
    }));
});

describe("bandwidth", () => {
  test("lets so many bytes a second through", () =>
    inVirtualTime(async ({ clock, proxy, connect, until }) => {
      const { client, server } = await connect();
      proxy.add({ kind: "bandwidth", bytesPerSecond: 1_000 });
      const startMs = clock.monotonicMs();
      client.socket.write(Buffer.alloc(5_000));
      await until(() => server.text.length >= 2_500);
      expect(clock.monotonicMs() - startMs).toBeCloseTo(2_500, 6);
      await until(() => server.text.length === 5_000);
      expect(clock.monotonicMs() - startMs).toBeCloseTo(5_000, 6);
    }));
});

describe("a proxy whose server does not read, or whose toxic holds everything back,", () => {
  const MUCH_BYTES = 8 * 1024 * 1024;

  test("takes a bounded amount and leaves the rest to the client", () =>
    inVirtualTime(async ({ connect }, world) => {
      const { client, server } = await connect();
      server.socket.pause();
      client.socket.write(Buffer.alloc(MUCH_BYTES));
      await world.advance(60_000);
      expect(client.socket.writableLength).toBeGreaterThan(MUCH_BYTES / 2);
    }));

  const holding: readonly Toxic[] = [
    { kind: "blackhole" },
    { kind: "latency", latencyMs: 3_600_000 },
    { kind: "bandwidth", bytesPerSecond: 1 },
  ];
  test.each(holding)("also under %o", (toxic) =>
    inVirtualTime(async ({ proxy, connect }, world) => {
      const { client } = await connect();
      proxy.add(toxic);
      client.socket.write(Buffer.alloc(MUCH_BYTES));
      await world.advance(60_000);
      expect(client.socket.writableLength).toBeGreaterThan(MUCH_BYTES / 2);
    }),
  );
});

describe("toxics", () => {
  test("act one after the other, and each can go without the others", () =>
    inVirtualTime(async ({ clock, proxy, connect, until }) => {
      const { client, server } = await connect();
      const first = proxy.add({ kind: "latency", latencyMs: 100 });
      const second = proxy.add({ kind: "latency", latencyMs: 200 });
      const took = async (length: number) => {
        const startMs = clock.monotonicMs();
        client.socket.write("x");
        await until(() => server.text.length === length);
        return clock.monotonicMs() - startMs;
      };
      expect(await took(1)).toBe(300);
      first.remove();
      first.remove();
      expect(await took(2)).toBe(200);
      second.remove();
      expect(await took(3)).toBe(0);
      expect([first.hits, second.hits]).toEqual([1, 2]);
    }));

  test("outlive a restart of the proxy, which comes back on its port", () =>
    inVirtualTime(async ({ clock, proxy, connect, until }, world) => {
      proxy.add({ kind: "latency", latencyMs: 100 });
      const { client } = await connect();
      const { port } = proxy;
      await world.outcome(proxy.stop());
      await until(() => client.closed);
      await proxy.start();
      expect(proxy.port).toBe(port);
      const later = await connect();
      const startMs = clock.monotonicMs();
      later.client.socket.write("x");
      await until(() => later.server.text === "x");
      expect(clock.monotonicMs() - startMs).toBe(100);
    }));

  const senseless: readonly Toxic[] = [
    { kind: "latency", latencyMs: -1 },
    { kind: "latency", latencyMs: 10, jitterMs: Number.NaN },
    { kind: "bandwidth", bytesPerSecond: 0 },
  ];
  test.each(senseless)("with a number that makes no sense are refused: %o", (toxic) =>
    inVirtualTime(async ({ proxy }) => {
      expect(() => proxy.add(toxic)).toThrow(/expected a number/);
    }),
  );
});
