// What the proxy does to connections; the suite runs on loopback and in virtual time.

import { expect, test } from "bun:test";
import type { Toxic } from "../../../sim/proxy/toxic.ts";
import type { ProxyRig } from "./proxy-rig.ts";

type InRig = (live: (rig: ProxyRig) => Promise<void>) => Promise<void>;

/** More than the proxy and all socket buffers take together. */
const MUCH_BYTES = 32 * 1024 * 1024;

export function passesOn(inRig: InRig): void {
  test("bytes both ways, unchanged and in order", () =>
    inRig(async ({ connect, until }) => {
      const { client, server } = await connect();
      client.socket.write("one ");
      client.socket.write("two");
      await until(() => server.text === "one two");
      server.socket.write("three");
      await until(() => client.text === "three");
    }));

  test("the end of one half while the other goes on", () =>
    inRig(async ({ dial, accepted, until }) => {
      const client = dial(true);
      client.socket.end("question");
      await until(() => accepted[0]?.ended === true);
      expect(accepted[0]?.text).toBe("question");
      accepted[0]?.socket.write("a long ");
      accepted[0]?.socket.end("answer");
      await until(() => client.closed && accepted[0]?.closed === true);
      expect([client.text, client.error]).toEqual(["a long answer", null]);
    }));

  test("a cut by the server as a cut, and one by the client too", () =>
    inRig(async ({ connect, until }) => {
      const first = await connect();
      first.server.socket.resetAndDestroy();
      await until(() => first.client.closed);
      expect(first.client.error).toBe("ECONNRESET");
      const second = await connect();
      second.client.socket.resetAndDestroy();
      await until(() => second.server.closed);
      expect(second.server.error).toBe("ECONNRESET");
    }));

  test("that nobody listens behind it, as a reset", () =>
    inRig(async ({ dial, stopServer, until }) => {
      await stopServer();
      const client = dial();
      await until(() => client.closed);
      expect(client.error).toBe("ECONNRESET");
    }));

  test("that the server does not read: the client has to wait, and nothing is lost", () =>
    inRig(async ({ connect, until }) => {
      const { client, server } = await connect();
      let receivedBytes = 0;
      server.socket.removeAllListeners("data");
      server.socket.on("data", (chunk) => {
        receivedBytes += chunk.length;
      });
      server.socket.pause();
      let drained = false;
      client.socket.once("drain", () => {
        drained = true;
      });
      for (let sent = 0; sent < MUCH_BYTES; sent += 1024 * 1024)
        client.socket.write(Buffer.alloc(1024 * 1024));
      await until(() => client.socket.writableLength > 0);
      expect(drained).toBe(false);
      server.socket.resume();
      await until(() => receivedBytes === MUCH_BYTES);
      expect(drained).toBe(true);
    }));
}

export function breaksConnections(inRig: InRig): void {
  test("reset: open connections when data pass, new ones at once; not after it was removed", () =>
    inRig(async ({ proxy, connect, dial, until }) => {
      const open = await connect();
      const idle = await connect();
      const rule = proxy.add({ kind: "reset" });
      open.client.socket.write("x");
      await until(() => open.client.closed && open.server.closed);
      expect([open.client.error, open.server.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
      expect(open.server.text).toBe("");
      const late = dial();
      await until(() => late.closed);
      expect(late.error).toBe("ECONNRESET");
      expect(rule.hits).toBe(2);
      rule.remove();
      idle.client.socket.write("still here");
      await until(() => idle.server.text === "still here");
      await connect();
    }));

  test("half-open: the server loses the connection, the client may go on writing and hears nothing", () =>
    inRig(async ({ proxy, connect, dial, accepted, until }) => {
      const { client, server } = await connect();
      const rule = proxy.add({ kind: "half-open" });
      await until(() => server.closed);
      const late = dial();
      for (let sent = 0; sent < MUCH_BYTES; sent += 1024 * 1024)
        client.socket.write(Buffer.alloc(1024 * 1024));
      late.socket.write("into the void");
      await until(() => client.socket.writableLength === 0);
      expect([client.closed, late.closed, accepted.length]).toEqual([false, false, 1]);
      expect(rule.hits).toBeGreaterThanOrEqual(4);
      rule.remove();
      await until(() => client.closed && late.closed);
      expect([client.error, late.error]).toEqual(["ECONNRESET", "ECONNRESET"]);
      await connect();
    }));

  test("blackhole: nothing passes and nothing is closed; everything goes on when it is removed", () =>
    inRig(async ({ proxy, connect, dial, accepted, until }) => {
      const { client, server } = await connect();
      const rule = proxy.add({ kind: "blackhole" });
      const late = dial();
      late.socket.write("late");
      client.socket.write("question");
      server.socket.end("farewell");
      await until(() => rule.hits >= 3);
      expect([client.text, server.text, client.ended, accepted.length]).toEqual(["", "", false, 1]);
      rule.remove();
      await until(() => accepted[1]?.text === "late");
      await until(() => client.ended && server.text === "question");
      expect(client.text).toBe("farewell");
    }));

  test("blackhole: a server that sends much has to wait", () =>
    inRig(async ({ proxy, connect, until }) => {
      const { client, server } = await connect();
      const rule = proxy.add({ kind: "blackhole" });
      for (let sent = 0; sent < MUCH_BYTES; sent += 1024 * 1024)
        server.socket.write(Buffer.alloc(1024 * 1024));
      await until(() => rule.hits > 0);
      expect(server.socket.writableLength).toBeGreaterThan(0);
      rule.remove();
      await until(() => client.text.length === MUCH_BYTES);
    }));

  const slow: readonly Toxic[] = [
    { kind: "latency", latencyMs: 20, jitterMs: 20 },
    { kind: "bandwidth", bytesPerSecond: 5_000 },
  ];
  for (const toxic of slow) {
    test(`${toxic.kind}: late, but everything and in order, with the end behind it`, () =>
      inRig(async ({ proxy, connect, until }) => {
        const { client, server } = await connect();
        const rule = proxy.add(toxic);
        const pieces = Array.from({ length: 50 }, (_, i) => `piece ${i};`);
        for (const piece of pieces) client.socket.write(piece);
        client.socket.end();
        await until(() => server.ended);
        expect(server.text).toBe(pieces.join(""));
        expect(rule.hits).toBeGreaterThan(0);
      }));

    test(`${toxic.kind}: a cut comes through too, and stopping leaves nothing under way`, () =>
      inRig(async ({ proxy, connect, until }) => {
        const rule = proxy.add(toxic);
        const cut = await connect();
        cut.client.socket.resetAndDestroy();
        await until(() => cut.server.closed);
        const { hits } = rule;
        const under = await connect();
        under.client.socket.write(Buffer.alloc(100_000));
        await until(() => rule.hits > hits);
      }));
  }
}
