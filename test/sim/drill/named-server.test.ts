// What is said of a server that does not answer: the flag that names it, and what to do.

import { describe, expect, test } from "bun:test";
import { z } from "zod";
import { askJson, type Fetch } from "../../../sim/drill/http-json.ts";
import { requireListener, requireOneListener, unreachable } from "../../../sim/drill/named-server.ts";
import { remoteFaults } from "../../../sim/drill/remote-faults.ts";
import { onStack } from "./drill-rig.ts";

const named = { flag: "--proxy", url: "http://proxy:8474" };
const NOTHING_LISTENS =
  '--proxy is "http://proxy:8474": nothing listens there (ECONNREFUSED); start the stack (make stack-up, or docker compose up in compose/) or name yours';

test("a server on whose port nothing listens is named by its flag, as it was given, and with its cause", () => {
  const cause = Object.assign(new Error("Unable to connect"), { code: "ECONNREFUSED" });
  expect(unreachable(named, "GET http://proxy:8474/faults", cause)).toMatchObject({
    code: "server_unreachable",
    message: NOTHING_LISTENS,
    cause,
  });
});

test("a server that does not answer for another reason is told with what was asked", () => {
  expect(unreachable(named, "GET http://proxy:8474/faults", new Error("timed out")).message).toBe(
    "GET http://proxy:8474/faults: timed out",
  );
});

describe("who is refused because it did not say who it is", () => {
  const client = (status: number, credentials?: string) => {
    const fetch: Fetch = async () => new Response('{"error":"who?"}', { status });
    const server = credentials === undefined ? named : { ...named, credentials };
    return { named: server, fetch, timeout: () => new AbortController().signal };
  };

  test.each([401, 403])("hears with status %i what to do", async (status) => {
    const faults = remoteFaults(named.url, client(status, "expected ADMIN_TOKEN"));
    await expect(faults.active()).rejects.toThrow(
      `GET http://proxy:8474/faults: status ${status}: {"error":"who?"}; expected ADMIN_TOKEN`,
    );
  });

  test("and nothing of the kind if something else is wrong, or nothing can be done", async () => {
    const ask = (status: number, credentials?: string) =>
      askJson(client(status, credentials), named.url, z.object({}));
    await expect(ask(500, "expected ADMIN_TOKEN")).rejects.toThrow(/who\?"\}$/);
    await expect(ask(401)).rejects.toThrow(/who\?"\}$/);
  });
});

describe("what is not the program that was meant", () => {
  const ask = (answer: Response, server: typeof named & { readonly program?: string }) => {
    const client = { named: server, fetch: async () => answer, timeout: () => new AbortController().signal };
    return expect(askJson(client, "http://proxy:8474/x", z.object({}))).rejects;
  };
  const meant = { ...named, program: "Prometheus" };
  const SAID = '--proxy is "http://proxy:8474", which is no Prometheus: GET http://proxy:8474/x: ';

  test("is said of who has no such page, and of who answers with something else than JSON", async () => {
    await ask(new Response("nope", { status: 404 }), meant).toThrow(`${SAID}status 404: nope`);
    await ask(new Response("<html>"), meant).toThrow(`${SAID}the answer is no JSON: <html>`);
  });

  test("is not said of one in trouble, of another version, or where nobody knows what it should be", async () => {
    await ask(new Response("busy", { status: 503 }), meant).toThrow(/^GET \S+: status 503: busy$/);
    await ask(Response.json([]), meant).toThrow(/^GET \S+: the answer has another shape/);
    await ask(new Response("nope", { status: 404 }), named).toThrow(/^GET \S+: status 404: nope$/);
  });
});

describe("a server with several addresses", () => {
  const server = { flag: "--kafka-brokers", url: "a:1,b:2" };
  const [there, absent] = [3002, 3003].map((port) => ({ host: "127.0.0.1", port }));
  if (!there || !absent) throw new Error("there are two");

  test("is there if one of them takes a connection", () =>
    onStack(async ({ options, world, over }) => {
      const listener = await world.network.listen("127.0.0.1", there.port, (socket) =>
        socket.on("error", () => {}),
      );
      await over(requireOneListener(server, [absent, there], options));
      await over(listener.close());
      await expect(over(requireOneListener(server, [absent, there], options))).rejects.toThrow(
        '--kafka-brokers is "a:1,b:2": nothing listens there',
      );
    }));
});

describe("a server for clients", () => {
  const server = { flag: "--server", url: "http://localhost:3002/" };
  const target = { host: "127.0.0.1", port: 3002 };

  test("is there if it takes a connection", () =>
    onStack(async ({ options, world, over }) => {
      const listener = await world.network.listen("127.0.0.1", 3002, (socket) =>
        socket.on("error", () => {}),
      );
      await over(requireListener(server, target, options));
      await over(listener.close());
    }));

  test("and is named by its flag, as it was given, if it does not", () =>
    onStack(async ({ options, over }) => {
      await expect(over(requireListener(server, target, options))).rejects.toThrow(
        '--server is "http://localhost:3002/": nothing listens there (ECONNREFUSED)',
      );
    }));

  test("is waited for until an interruption, and not after it", () =>
    onStack(async ({ options, world, interruption, over }) => {
      const silent = {
        ...world.network,
        dial: () => world.network.dial({ host: "127.0.0.1", port: 3003 }, () => {}),
      };
      const listener = await world.network.listen("127.0.0.1", 3003, (socket) =>
        socket.on("error", () => {}),
      );
      const startMs = world.clock.nowMs();
      const asking = requireListener(server, target, { ...options, network: silent });
      world.clock.after(1_000, () => interruption.abort());
      const expected = { code: "aborted" };
      await expect(over(asking)).rejects.toMatchObject(expected);
      expect(world.clock.nowMs() - startMs).toBe(1_000);
      await expect(
        over(requireListener(server, target, { ...options, network: silent })),
      ).rejects.toMatchObject(expected);
      await over(listener.close());
    }));
});
