// Lives of a component: what is left of one that is stopped, killed, or does not start.

import { describe, expect, test } from "bun:test";
import { memoryHttp } from "../../../../sim/verify/memory-http.ts";
import { memoryNetwork } from "../../../../sim/verify/memory-network.ts";
import {
  Component,
  type ComponentService,
  type ProcessSeams,
} from "../../../../sim/verify/site/component.ts";
import { VirtualClock } from "../../../../sim/verify/virtual-clock.ts";
import type { StreamSocket } from "../../../../src/runtime/network.ts";

const PORT = 3002;
const KAFKA = { host: "127.0.0.1", port: 9092 };

/** What each life does; the default serves and holds one connection. */
interface Behaviour {
  readonly start?: (seams: ProcessSeams, life: number) => Promise<void>;
  readonly stop?: () => Promise<void>;
}

async function world({ start, stop }: Behaviour = {}) {
  const clock = new VirtualClock(0);
  const network = memoryNetwork(clock);
  const http = memoryHttp(clock);
  const connections: StreamSocket[] = [];
  const events: string[] = [];
  await network.listen(KAFKA.host, KAFKA.port, (socket) => {
    connections.push(socket);
    socket.on("error", () => {}).on("data", () => {});
    socket.once("close", () => events.push("cut"));
  });
  let lives = 0;
  const seamsOf: ProcessSeams[] = [];
  const component = new Component({
    name: "websocket-server",
    port: PORT,
    network,
    serve: http.serve,
    make: (seams): ComponentService => {
      const life = ++lives;
      seamsOf.push(seams);
      let server: { stop(): Promise<void> } | null = null;
      return {
        async start() {
          if (start) return start(seams, life);
          server = await serveOn(seams, `life ${life}`);
          seams.network.dial(KAFKA, () => {}).on("error", () => {});
        },
        async stop() {
          events.push(`stopped ${life}`);
          await server?.stop();
          await stop?.();
        },
      };
    },
  });
  const body = async () => {
    const response = await http.request(`http://127.0.0.1:${PORT}/`);
    return response.text();
  };
  return { clock, component, connections, events, seamsOf, body, lives: () => lives };
}

function serveOn({ serve }: ProcessSeams, body: string) {
  return serve({
    hostname: "127.0.0.1",
    port: PORT,
    fetch: () => new Response(body),
    maxFrameBytes: 1024,
    maxBufferedBytes: 1024,
  });
}

describe("a component", () => {
  test("is down until it is started, and started once only", async () => {
    const { component, body, lives } = await world();
    expect(component.isUp).toBe(false);
    await expect(body()).rejects.toThrow("nobody accepts requests there");
    await component.start();
    await component.start();
    expect([component.isUp, await body(), lives()]).toEqual([true, "life 1", 1]);
  });

  test("stops in order, and has another life on the same port", async () => {
    const { component, body, events } = await world();
    await component.start();
    await component.stop();
    await component.stop();
    expect([component.isUp, events]).toEqual([false, ["stopped 1"]]);
    await expect(body()).rejects.toThrow("nobody accepts requests there");
    await component.start();
    expect(await body()).toBe("life 2");
  });

  test("that does not start is down, frees its port, and can be started again", async () => {
    const { component, body, events } = await world({
      async start(seams, life) {
        await serveOn(seams, `life ${life}`);
        if (life === 1) throw new Error("no configuration");
      },
    });
    await expect(component.start()).rejects.toThrow("no configuration");
    expect([component.isUp, events]).toEqual([false, ["stopped 1"]]);
    await component.start();
    expect(await body()).toBe("life 2");
  });
});

describe("a component that is killed", () => {
  test("closes its port and cuts its connections at once, and can be started again", async () => {
    const { clock, component, connections, events, body } = await world();
    await component.start();
    await clock.advance(10);
    expect(connections).toHaveLength(1);
    await component.kill();
    await clock.advance(10);
    expect([component.isUp, events.includes("cut")]).toEqual([false, true]);
    await expect(body()).rejects.toThrow("nobody accepts requests there");
    await component.start();
    expect(await body()).toBe("life 2");
    await clock.advance(0);
    expect(connections).toHaveLength(2);
  });

  test("reaches nobody any more, and listens nowhere", async () => {
    const { clock, component, connections, seamsOf } = await world();
    await component.start();
    await clock.advance(10);
    await component.kill();
    const [seams] = seamsOf;
    if (seams === undefined) throw new Error("nothing was made");
    const errors: unknown[] = [];
    seams.network.dial(KAFKA, () => errors.push("connected")).on("error", (error) => errors.push(error));
    await clock.advance(1_000);
    expect(errors).toMatchObject([{ code: "ECONNREFUSED" }]);
    expect(connections).toHaveLength(1);
    await expect(serveOn(seams, "a ghost")).rejects.toThrow("the process was killed");
  });

  test("in the middle of its start never serves, and another life has the port", async () => {
    const waiting = Promise.withResolvers<void>();
    const { component, body } = await world({
      async start(seams, life) {
        if (life === 1) await waiting.promise;
        await serveOn(seams, `life ${life}`);
      },
    });
    const starting = component.start();
    await component.kill();
    await component.start();
    waiting.resolve();
    await expect(starting).rejects.toThrow("the process was killed");
    expect([component.isUp, await body()]).toEqual([true, "life 2"]);
  });

  test("may fail in whatever it still does", async () => {
    const { component } = await world({ stop: () => Promise.reject(new Error("it is gone")) });
    await component.start();
    await component.kill();
    await component.kill();
    expect(component.isUp).toBe(false);
  });
});
